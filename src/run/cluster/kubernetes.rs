//! Jobs for Kubernetes: an Indexed Job of shards, and a job that waits for them and merges.
//!
//! One JSON list of API objects, which `kubectl apply -f -` takes. Exit code 75 is retried without being counted, a wrong
//! scenario (2) or market (3) fails the whole job, anything else counts towards the index's own limit.

use serde_json::{Value, json};

use super::job::JobFiles;

/// Where pods see the volume claim.
const MOUNT: &str = "/work";
/// Seconds a pod has to publish what it has.
const GRACE: u32 = 120;

/// A division of a run over the pods of an Indexed Job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesJob {
    /// Program in the image, file name of the scenario, place of the outcomes, store of the merge in the claim.
    pub files: JobFiles,
    /// The scenario's text, which pods get as a file.
    pub text: String,
    /// Name of the objects.
    pub name: String,
    /// Image with the program.
    pub image: String,
    /// How many shards.
    pub shards: u32,
    /// Most pods at the same time.
    pub parallelism: u32,
    /// How often a shard may fail.
    pub failures: u32,
    /// CPUs of a pod, and its threads.
    pub cpus: u32,
    /// Memory of a pod, such as `2Gi`.
    pub memory: Option<String>,
    /// Persistent volume claim with the data, for the merged run, and for outcomes in a folder.
    pub claim: String,
    /// Secret with the credentials of an object store, as environment variables.
    pub secret: Option<String>,
    /// How long the merge waits for the shards, as `--wait` takes it.
    pub wait: String,
}

impl KubernetesJob {
    /// The list of API objects as JSON.
    pub fn objects(&self) -> Value {
        json!({ "apiVersion": "v1", "kind": "List", "items": [self.config(), self.shards(), self.merge()] })
    }

    fn config(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": self.metadata(""),
            "data": { &self.files.scenario: self.text },
        })
    }

    fn shards(&self) -> Value {
        let threads = self.cpus.to_string();
        let completions = self.shards.to_string();
        let JobFiles { scenario, outcomes, out, .. } = &self.files;
        let arguments =
            ["run", scenario, "--outcomes", outcomes, "--out", out, "--threads", &threads, "--quiet"];
        let arguments = [&arguments[..], self.files.keep_words()].concat();
        let mut pod = self.pod("shard", &arguments);
        pod["containers"][0]["env"] = json!([{ "name": "COMPLETIONS", "value": completions }]);
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": self.metadata("-shards"),
            "spec": {
                "completionMode": "Indexed",
                "completions": self.shards,
                "parallelism": self.parallelism,
                "backoffLimitPerIndex": self.failures,
                "podFailurePolicy": { "rules": [
                    { "action": "Ignore", "onExitCodes": { "containerName": "shard", "operator": "In", "values": [75] } },
                    { "action": "FailJob", "onExitCodes": { "containerName": "shard", "operator": "In", "values": [2, 3] } },
                    { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
                ] },
                "template": { "metadata": { "labels": self.labels() }, "spec": pod },
            },
        })
    }

    fn merge(&self) -> Value {
        let threads = self.cpus.to_string();
        let JobFiles { scenario, outcomes, out, .. } = &self.files;
        let arguments = [
            "merge",
            scenario,
            "--outcomes",
            outcomes,
            "--out",
            out,
            "--wait",
            &self.wait,
            "--threads",
            &threads,
        ];
        let arguments = [&arguments[..], self.files.keep_words()].concat();
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": self.metadata("-merge"),
            "spec": {
                "backoffLimit": self.failures,
                "template": { "metadata": { "labels": self.labels() }, "spec": self.pod("merge", &arguments) },
            },
        })
    }

    fn metadata(&self, suffix: &str) -> Value {
        json!({ "name": format!("{}{suffix}", self.name), "labels": self.labels() })
    }

    fn labels(&self) -> Value {
        json!({ "app.kubernetes.io/name": "tiltyard", "app.kubernetes.io/instance": self.name })
    }

    /// A pod with one container, in the claim's folder, where the scenario lies.
    fn pod(&self, container: &str, arguments: &[&str]) -> Value {
        let mut requests = json!({ "cpu": self.cpus.to_string() });
        let mut resources = json!({});
        if let Some(memory) = &self.memory {
            requests["memory"] = json!(memory);
            resources["limits"] = json!({ "memory": memory });
        }
        resources["requests"] = requests;
        let scenario = &self.files.scenario;
        let mut one = json!({
            "name": container,
            "image": self.image,
            "command": [self.files.program],
            "args": arguments,
            "workingDir": MOUNT,
            "resources": resources,
            "volumeMounts": [
                { "name": "work", "mountPath": MOUNT },
                { "name": "scenario", "mountPath": format!("{MOUNT}/{scenario}"), "subPath": scenario, "readOnly": true },
            ],
        });
        if let Some(secret) = &self.secret {
            one["envFrom"] = json!([{ "secretRef": { "name": secret } }]);
        }
        json!({
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": GRACE,
            "containers": [one],
            "volumes": [
                { "name": "work", "persistentVolumeClaim": { "claimName": self.claim } },
                { "name": "scenario", "configMap": { "name": self.name } },
            ],
        })
    }
}
