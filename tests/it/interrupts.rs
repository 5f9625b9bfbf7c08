//! Signals and cancellation: every long piece of work ends soon, and leaves nothing unfinished.

use std::io::{BufRead, BufReader};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tiltyard::prelude::*;
use tiltyard::run::{Destination, RunEvent, run_and_store};

use crate::support::stage::Stage;

/// Exit code of a command that was interrupted.
const INTERRUPTED: i32 = 130;

/// Agents and windows whose standings take long to resample.
fn long_standings() -> String {
    let mut text = "[scenario]\nname = \"long\"\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
         [battle]\nwindows = { kind = \"random\", length = \"2d\", count = 200 }\n[tournament]\nresamples = 100000\n"
        .to_owned();
    for agent in 0..40 {
        text += &format!(
            "[[agents]]\nname = \"a{agent}\"\nstrategy = {{ kind = \"sma_cross\", fast = {}, slow = 30 }}\n",
            2 + agent % 20
        );
    }
    text
}

fn ended(child: &mut Child, within: Duration) -> Option<ExitStatus> {
    let started = Instant::now();
    while started.elapsed() < within {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    None
}

#[test]
fn a_signal_ends_a_run_soon_also_while_it_resamples() {
    let stage = Stage::new();
    stage.write("long.toml", &long_standings());
    for signal in [Signal::TERM, Signal::INT] {
        let mut command = stage.command("run long.toml --out out");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(
            said.any(|line| line.starts_with("computing standings")),
            "the run ended before its standings"
        );
        let pid = Pid::from_child(&child);
        kill_process(pid, signal).unwrap();
        // Two seconds, and some more for a busy machine.
        let status = ended(&mut child, Duration::from_secs(4));
        assert_eq!(status.and_then(|status| status.code()), Some(INTERRUPTED), "{signal:?}");
    }
    // What was unfinished is removed by the next command.
    stage.write(
        "short.toml",
        &long_standings().replace("resamples = 100000", "resamples = 100").replace("200", "20"),
    );
    stage.result("run short.toml --out out --quiet");
    let names = stage.names("out/long");
    assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
}

/// Cancels once all jobs are replayed: while the results are written.
#[derive(Default)]
struct AfterReplays(AtomicBool);

impl RunObserver for AfterReplays {
    fn event(&self, event: &RunEvent<'_>) {
        if matches!(event, RunEvent::ReplayDone) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[test]
fn a_run_that_is_cancelled_while_it_is_written_leaves_nothing() {
    let stage = Stage::new();
    let path = stage.path("scenarios/first_tournament.toml");
    let source = ScenarioSource::read(&path, &NoRegistry).unwrap();
    let prepared = prepare(&source.scenario, &[]).unwrap();
    let out = stage.path("out");
    let destination = Destination { out: &out, text: &source.text, csv: false };
    let error =
        run_and_store(&prepared, &destination, RunOptions::default(), &AfterReplays::default()).unwrap_err();
    assert!(error.to_string().starts_with("interrupted after writing 0 of "), "{error}");
    assert_eq!(stage.names("out/first-tournament"), Vec::<String>::new());
}
