//! Sweeps whose batches worker processes evaluate: the bytes of one process, whatever the workers do.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process_group};

use crate::support::stage::{Said, Stage, files, sixty_combinations, trend_and_hold};

/// A scenario with this search.
fn swept(stage: &Stage, name: &str, search: &str) {
    let sweep = sixty_combinations(7).replace("batch = 7", &format!("batch = 7\n{search}"));
    stage.write(&format!("{name}.toml"), &trend_and_hold(name, "2023-05-01", "2023-05-13", &sweep));
}

/// The command with three workers that `line` starts.
fn with(stage: &Stage, words: &str, line: &str) -> Command {
    let mut command = stage.command(&format!("{words} --worker-count 3 --threads 1"));
    command.arg("--workers").arg(line);
    command
}

fn ran(stage: &Stage, words: &str, line: &str) -> Said {
    let said = Said::of(&with(stage, words, line).output().unwrap());
    assert_eq!(said.code, Some(0), "{line}\n{}", said.stderr);
    said
}

fn same(stage: &Stage, name: &str, other: &str) {
    let (one, two) =
        (files(&stage.path(&format!("one/{name}"))), files(&stage.path(&format!("{other}/{name}"))));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&two));
    assert!(one == two && one.len() > 10);
    assert!(!stage.names(other).iter().any(|entry| entry.starts_with(".tiltyard")), "nothing is left");
}

fn lines(stage: &Stage, file: &str) -> usize {
    fs::read_to_string(stage.path(file)).unwrap_or_default().lines().count()
}

#[test]
fn workers_give_the_bytes_of_one_process() {
    let stage = Stage::new();
    for (name, search) in [
        ("tpe", "search = \"tpe\"\ntrials = 25"),
        ("cma", "search = \"cma_es\"\ntrials = 21"),
        ("halving", "search = \"successive_halving\"\nreduction = 2"),
        ("grid", ""),
    ] {
        swept(&stage, name, search);
        stage.result(&format!("run {name}.toml --out one --quiet"));
        let marks = format!("marks-{name}");
        let line = format!("sh -c 'echo x >> {marks}; exec \"$@\"' sh");
        let said = ran(&stage, &format!("run {name}.toml --out two"), &line);
        same(&stage, name, "two");
        assert!(lines(&stage, &marks) > 5, "{}", lines(&stage, &marks));
        assert!(!said.stderr.contains("worker"), "{}", said.stderr);
    }
    // A line of words alone, from another folder.
    let mut command = with(&stage, "run ../tpe.toml --out ../three --quiet", "env X=1");
    fs::create_dir(stage.path("below")).unwrap();
    let said = Said::of(&command.current_dir(stage.path("below")).output().unwrap());
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    same(&stage, "tpe", "three");
}

#[test]
fn a_worker_that_fails_is_started_again() {
    let stage = Stage::new();
    swept(&stage, "tpe", "search = \"tpe\"\ntrials = 25");
    stage.result("run tpe.toml --out one --quiet");
    for (out, fault) in [("code", "echo broken >&2; exit 7"), ("killed", "kill -9 $$"), ("nothing", "exit 0")]
    {
        let line = format!("sh -c 'mkdir first-{out} 2> /dev/null && {{ {fault}; }}; exec \"$@\"' sh");
        let said = ran(&stage, &format!("run tpe.toml --out {out}"), &line);
        assert_eq!(said.stderr.matches("is started again").count(), 1, "{}", said.stderr);
        same(&stage, "tpe", out);
        if out == "code" {
            assert!(said.stderr.contains("exit status: 7: broken"), "{}", said.stderr);
        }
    }
}

#[test]
fn workers_that_always_fail_are_given_up() {
    let stage = Stage::new();
    swept(&stage, "tpe", "search = \"tpe\"\ntrials = 25");
    stage.result("run tpe.toml --out one --quiet");
    let said = ran(&stage, "run tpe.toml --out two", "sh -c 'echo x >> marks; exit 1' sh");
    assert_eq!(lines(&stage, "marks"), 9, "three times each, in one batch");
    assert!(said.stderr.contains("no worker has come to its end"), "{}", said.stderr);
    assert!(said.stderr.contains("jobs are computed here"), "{}", said.stderr);
    same(&stage, "tpe", "two");
    // One of three alone: the others go on.
    let line = "sh -c 'case $4 in *1/job) exit 1;; esac; exec \"$@\"' sh";
    let said = ran(&stage, "run tpe.toml --out three", line);
    assert!(!said.stderr.contains("no worker"), "{}", said.stderr);
    same(&stage, "tpe", "three");
}

#[test]
fn outcomes_on_other_bars_are_not_taken() {
    let stage = Stage::new();
    swept(&stage, "tpe", "search = \"tpe\"\ntrials = 25");
    stage.result("run tpe.toml --out one --quiet");
    fs::create_dir_all(stage.path("elsewhere/data/sample")).unwrap();
    let bars = stage.names("data/sample");
    let of = |symbol: &str| bars.iter().find(|name| name.starts_with(symbol)).unwrap();
    let other = stage.path(&format!("elsewhere/data/sample/{}", of("ALPHA")));
    fs::copy(stage.path(&format!("data/sample/{}", of("BRAVO"))), other).unwrap();
    let said = ran(&stage, "run tpe.toml --out two", "sh -c 'cd elsewhere && exec \"$@\"' sh");
    assert!(said.stderr.contains("it sees other data"), "{}", said.stderr);
    same(&stage, "tpe", "two");
}

/// A process that goes with the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[test]
fn a_signal_ends_the_workers_too() {
    let stage = Stage::new();
    swept(&stage, "tpe", "search = \"tpe\"\ntrials = 25");
    for (pids, signal) in [("pids-term", Signal::TERM), ("pids-int", Signal::INT)] {
        // The second hears no request to end.
        let line = format!(
            "sh -c 'ps -o pgid= -p $$ >> {pids}; [ $(wc -l < {pids}) = 2 ] && trap \"\" TERM; sleep 20; sleep 20; sleep 20' sh"
        );
        let mut command = with(&stage, "run tpe.toml --out out --quiet", &line);
        let mut child = Killed(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let started = Instant::now();
        while lines(&stage, pids) < 3 {
            assert!(started.elapsed() < Duration::from_secs(60), "the workers do not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        kill_process(Pid::from_child(&child.0), signal).unwrap();
        let asked = Instant::now();
        let status = child.0.wait().unwrap();
        assert_eq!(status.code(), Some(130));
        assert!(asked.elapsed() < Duration::from_secs(10));
        let text = fs::read_to_string(stage.path(pids)).unwrap();
        for group in text.lines().map(|line| line.split_whitespace().next().unwrap().parse::<i32>().unwrap())
        {
            let gone = (0..100).any(|_| {
                std::thread::sleep(Duration::from_millis(20));
                test_kill_process_group(Pid::from_raw(group).unwrap()).is_err()
            });
            assert!(gone, "worker {group} lives");
        }
    }
    // The sweep goes on where it was, without workers.
    stage.result("run tpe.toml --out one --quiet");
    stage.result("run tpe.toml --out out --quiet");
    same(&stage, "tpe", "out");
}

#[test]
fn what_has_no_batches_has_no_workers() {
    let stage = Stage::new();
    swept(&stage, "tpe", "search = \"tpe\"\ntrials = 25");
    let refused = |command: &mut Command, words: &str| {
        let said = Said::of(&command.output().unwrap());
        assert_eq!(said.code, Some(2), "{}", said.stderr);
        assert!(said.stderr.contains(words), "{}", said.stderr);
    };
    refused(&mut with(&stage, "run scenarios/first_tournament.toml", "env"), "has no `[sweep]`");
    refused(&mut with(&stage, "run tpe.toml --outcomes packs --shard 0/1", "env"), "cannot be used with");
    let mut command = stage.command("run tpe.toml --workers env");
    refused(command.env_remove("SLURM_NTASKS"), "how many of them");
    let said = stage.run("cluster worker tpe.toml");
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(said.stderr.contains("job of a worker"), "{}", said.stderr);
}
