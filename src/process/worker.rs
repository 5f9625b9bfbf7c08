//! A worker: a command line of the user's that starts this program somewhere, and ends with it.
//!
//! Invariant: once a [`Worker`] is dropped, its process group is gone. What it started on other machines is the matter of
//! the command, such as `srun`, which passes the end on.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long workers that are asked to end may take.
const GRACE: Duration = Duration::from_millis(800);
/// Time between two looks at them.
const LOOK: Duration = Duration::from_millis(10);

/// A running worker.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    status: Option<ExitStatus>,
}

impl Worker {
    /// Starts `line`, words of a shell, with `words` after it. What it says goes to `log`.
    ///
    /// # Errors
    /// Where the shell cannot be started.
    pub fn start(line: &str, words: &[&OsStr], log: File) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{line} \"$@\"")).arg("sh").args(words).process_group(0);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Self { child: command.spawn()?, status: None })
    }

    /// How it has ended; `None` while it works.
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
        }
        Ok(self.status)
    }

    fn signal(&self, signal: Signal) {
        // The group outlives its leader while any process of it lives; there may be nobody left.
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = kill_process_group(group, signal);
        }
    }

    /// Asks them to end, and kills those that do not in time.
    pub fn stop(workers: Vec<Self>) {
        workers.iter().for_each(|worker| worker.signal(Signal::TERM));
        let deadline = Instant::now() + GRACE;
        let mut working = workers;
        while !working.is_empty() && Instant::now() < deadline {
            working.retain_mut(|worker| matches!(worker.ended(), Ok(None)));
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use super::*;

    fn wait(worker: &mut Worker) -> ExitStatus {
        loop {
            if let Some(status) = worker.ended().unwrap() {
                return status;
            }
            std::thread::sleep(LOOK);
        }
    }

    #[test]
    fn a_line_is_words_of_the_shell_and_gets_more() {
        let mut log = tempfile::tempfile().unwrap();
        let words = [OsStr::new("it's"), OsStr::new("a  b")];
        let line = "X=1 sh -c 'printf \"%s.\" \"$X\" \"$@\"; exit 3' sh";
        let mut worker = Worker::start(line, &words, log.try_clone().unwrap()).unwrap();
        assert_eq!(wait(&mut worker).code(), Some(3));
        log.rewind().unwrap();
        let mut said = String::new();
        log.read_to_string(&mut said).unwrap();
        assert_eq!(said, "1.it's.a  b.");
    }

    #[test]
    fn workers_that_do_not_end_are_killed() {
        let log = || tempfile::tempfile().unwrap();
        let started = Instant::now();
        let deaf = Worker::start("trap '' TERM; while true; do sleep 0.1; done; :", &[], log()).unwrap();
        let polite = Worker::start("sleep 60; :", &[], log()).unwrap();
        let ids = [deaf.child.id(), polite.child.id()];
        std::thread::sleep(Duration::from_millis(200));
        Worker::stop(vec![deaf, polite]);
        assert!(started.elapsed() < Duration::from_secs(20));
        for id in ids {
            let group = Pid::from_raw(id.cast_signed()).unwrap();
            // What it had started is reaped by the system, in its own time.
            let gone = (0..500).any(|_| {
                std::thread::sleep(LOOK);
                rustix::process::test_kill_process_group(group).is_err()
            });
            assert!(gone, "{id} lives");
        }
    }
}
