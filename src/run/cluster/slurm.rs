//! Jobs for Slurm: arrays of shards that requeue themselves, and the merge that depends on them.
//!
//! One shell script submits all of it. A shard runs as a job step, so that Slurm's signals reach it; the batch script
//! around it requeues the element when the shard leaves with 75.

use std::fmt::Write;

use super::job::{JobFiles, quoted};

/// A division of a run over an array of a Slurm cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlurmJob {
    /// Program, scenario, place of the outcomes, store of the merge.
    pub files: JobFiles,
    /// Name of the jobs.
    pub name: String,
    /// How many shards.
    pub shards: u32,
    /// Most elements of one array, `MaxArraySize` of the cluster; more shards are cut into several arrays.
    pub max_array_size: u32,
    /// Most elements that run at the same time; all where `None`.
    pub array_limit: Option<u32>,
    /// CPUs of a shard, and its threads.
    pub cpus_per_task: u32,
    /// Options of every job as `sbatch` has them, such as `--partition=short`.
    pub options: Vec<String>,
    /// Options of the array elements alone.
    pub shard_options: Vec<String>,
    /// How often an element is started again.
    pub restarts: u32,
}

impl SlurmJob {
    /// The script that submits the arrays and the merge, and prints their job ids.
    pub fn script(&self) -> String {
        let mut text = "#!/bin/bash\nset -euo pipefail\n".to_owned();
        let mut ids = String::new();
        let size = self.max_array_size.max(1);
        for (number, first) in (0..self.shards).step_by(size as usize).enumerate() {
            let count = size.min(self.shards - first);
            let _ = write!(
                text,
                "\nshards_{number}=$(sbatch --parsable <<'JOB'\n{}JOB\n)\n",
                self.array(first, count)
            );
            let _ = write!(
                text,
                "shards_{number}=${{shards_{number}%%;*}}\necho \"shards: job $shards_{number}\"\n"
            );
            let _ = write!(ids, ":$shards_{number}");
        }
        let _ = write!(
            text,
            "\n# Also after shards that failed: what they left is computed by the merge.\n\
             merge=$(sbatch --parsable --dependency=afterany{ids} <<'JOB'\n{}JOB\n)\necho \"merge: job ${{merge%%;*}}\"\n",
            self.merge()
        );
        text
    }

    fn head(&self, kind: &str, log: &str, more: &[String]) -> String {
        let name = &self.name;
        let mut text = format!(
            "#!/bin/bash\n#SBATCH --job-name={name}-{kind}\n#SBATCH --output={name}-{kind}-{log}.log\n\
             #SBATCH --open-mode=append\n#SBATCH --ntasks=1\n#SBATCH --cpus-per-task={}\n",
            self.cpus_per_task
        );
        for option in self.options.iter().chain(more) {
            let _ = writeln!(text, "#SBATCH {option}");
        }
        text
    }

    /// Shards `first..first + count`.
    fn array(&self, first: u32, count: u32) -> String {
        let limit = self.array_limit.map_or_else(String::new, |limit| format!("%{limit}"));
        let more = [format!("--array=0-{}{limit}", count - 1), "--requeue".to_owned()];
        let mut text = self.head("shards", "%A_%a", &[&more[..], &self.shard_options].concat());
        let JobFiles { program, scenario, outcomes, out, .. } = &self.files;
        let (shards, restarts, keep) = (self.shards, self.restarts, self.keep());
        let _ = write!(
            text,
            "shard=$(({first} + SLURM_ARRAY_TASK_ID))/{shards}\n\
             code=0\n\
             srun {} run {} --shard \"$shard\" --outcomes {} --out {}{keep} --threads {} --quiet || code=$?\n\
             if [ \"$code\" = 75 ] && [ \"${{SLURM_RESTART_COUNT:-0}}\" -lt {restarts} ]; then\n  \
               scontrol requeue \"${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}\"\n\
             fi\n\
             exit \"$code\"\n",
            quoted(program),
            quoted(scenario),
            quoted(outcomes),
            quoted(out),
            self.cpus_per_task
        );
        text
    }

    /// What travels, as words of a command line.
    fn keep(&self) -> String {
        self.files.keep_words().iter().map(|word| format!(" {word}")).collect()
    }

    fn merge(&self) -> String {
        let JobFiles { program, scenario, outcomes, out, .. } = &self.files;
        let keep = self.keep();
        format!(
            "{}srun {} merge {} --outcomes {} --out {}{keep} --threads {}\n",
            self.head("merge", "%j", &[]),
            quoted(program),
            quoted(scenario),
            quoted(outcomes),
            quoted(out),
            self.cpus_per_task
        )
    }
}
