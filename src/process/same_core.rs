//! A program and the thread that asks it, on one core while the program answers at once.
//!
//! Question and answer alternate: only one of the two ever runs. On two cores each message wakes a core that sleeps, which
//! takes several times as long as everything else (`benches/programs.rs`). A program that takes its time may use every
//! core, as it would by itself.

use std::time::Duration;

/// An answer within this time is quick, wherever the program runs.
const QUICK: Duration = Duration::from_micros(500);
/// An answer that takes this long is work: the program has all cores again.
const WORK: Duration = Duration::from_millis(2);
/// So many quick answers in a row bring the two together.
const STREAK: u32 = 32;
/// After so many answers the system may choose their core anew.
const TERM: u32 = 8_192;

/// Watches how fast a program answers, and moves it. Undone when dropped.
#[derive(Debug)]
pub struct SameCore {
    /// The program's process.
    process: u32,
    /// Quick answers in a row while apart, answers while together.
    answers: u32,
    bond: Option<Bond>,
}

impl SameCore {
    /// For a process, which may run anywhere at first.
    pub const fn of(process: u32) -> Self {
        Self { process, answers: 0, bond: None }
    }

    /// Lets the program have the core that the two share; whether they do.
    pub fn gives_way(&self) -> bool {
        if self.bond.is_some() {
            std::thread::yield_now();
        }
        self.bond.is_some()
    }

    /// The program has answered this thread.
    pub fn answered(&mut self, latency: Duration) {
        self.answers += 1;
        match &self.bond {
            None if latency > QUICK => self.answers = 0,
            None if self.answers == STREAK => (self.bond, self.answers) = (Bond::new(self.process), 0),
            Some(_) if latency > WORK || self.answers == TERM => (self.bond, self.answers) = (None, 0),
            None | Some(_) => {}
        }
    }
}

#[cfg(target_os = "linux")]
use linux::Bond;

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::Pid;
    use rustix::thread::{CpuSet, gettid, sched_getaffinity, sched_getcpu, sched_setaffinity};

    /// Two threads on one core, with the cores that each may use otherwise.
    #[derive(Debug)]
    pub struct Bond {
        threads: [(Pid, CpuSet); 2],
    }

    impl Bond {
        /// Of this thread and a process's first one; `None` where the system does not allow it.
        pub fn new(process: u32) -> Option<Self> {
            let (own, other) = (gettid(), Pid::from_raw(process.cast_signed())?);
            let bond = Self {
                threads: [
                    (own, sched_getaffinity(Some(own)).ok()?),
                    (other, sched_getaffinity(Some(other)).ok()?),
                ],
            };
            let mut here = CpuSet::new();
            here.set(sched_getcpu());
            // What was moved before one refused is moved back with the bond.
            let moved =
                bond.threads.iter().all(|&(thread, _)| sched_setaffinity(Some(thread), &here).is_ok());
            moved.then_some(bond)
        }
    }

    impl Drop for Bond {
        fn drop(&mut self) {
            for (thread, cores) in &self.threads {
                // The program may have ended.
                let _ = sched_setaffinity(Some(*thread), cores);
            }
        }
    }
}

/// Other systems place the two as they like.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
struct Bond;

#[cfg(not(target_os = "linux"))]
impl Bond {
    const fn new(_: u32) -> Option<Self> {
        None
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::process::{Command, Stdio};

    use rustix::process::Pid;
    use rustix::thread::{gettid, sched_getaffinity};

    use super::*;

    /// How many cores this thread and the process may use.
    fn cores(process: u32) -> [u32; 2] {
        let other = Pid::from_raw(process.cast_signed()).unwrap();
        [gettid(), other].map(|thread| sched_getaffinity(Some(thread)).unwrap().count())
    }

    #[test]
    fn quick_answers_share_a_core_until_one_is_slow_or_the_end() {
        let mut program = Command::new("sleep").arg("30").stdin(Stdio::null()).spawn().unwrap();
        let free = cores(program.id());
        let mut place = SameCore::of(program.id());
        let mut answer = |times: u32, latency| (0..times).for_each(|_| place.answered(latency));
        answer(STREAK - 1, QUICK);
        answer(1, QUICK * 2);
        answer(STREAK - 1, QUICK);
        assert_eq!(cores(program.id()), free, "a slow answer ends the streak");
        answer(1, QUICK);
        assert_eq!(cores(program.id()), [1, 1]);
        answer(1, WORK * 2);
        assert_eq!(cores(program.id()), free, "it works");
        answer(STREAK, QUICK);
        answer(TERM, WORK);
        assert_eq!(cores(program.id()), free, "the core is chosen anew");
        answer(STREAK, QUICK);
        assert_eq!(cores(program.id()), [1, 1]);
        drop(place);
        assert_eq!(cores(program.id()), free, "at the end");
        program.kill().unwrap();
        program.wait().unwrap();
    }
}
