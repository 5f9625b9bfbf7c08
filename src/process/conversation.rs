//! Questions and answers: what a program makes of its time, and what is said where it fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::answer::{Answer, Answered};
use super::line::{Broken, Channel, LINE_BYTES};
use super::setup::AgentSetup;
use crate::scenario::OnTimeout;

/// A program in one window, from its start to its end.
#[derive(Debug)]
pub struct Conversation {
    setup: Arc<AgentSetup>,
    link: Box<dyn Channel>,
    /// The time of all decisions so far.
    spent: Duration,
    /// Questions whose answer is still to come, and is to be dropped.
    owed: usize,
}

impl Conversation {
    /// Starts the program of an agent for one window. `last` is the question that was answered last, with its answer.
    ///
    /// # Errors
    /// Why it cannot be started, as a fault.
    pub fn start(setup: &Arc<AgentSetup>, last: Option<(u64, &[u8])>) -> Result<Self, String> {
        let starter = setup.starter.as_ref().ok_or("a replay starts no program")?;
        #[cfg(feature = "serve")]
        let link = starter.start(super::mailbox::Rules {
            interval: setup.interval,
            decide: setup.spec.decide.clone(),
            on_margin: setup.on_margin,
            last: last.map(|(asked, answer)| (super::mailbox::Asked(asked), answer.to_vec())),
        })?;
        #[cfg(not(feature = "serve"))]
        let (link, _) = (starter.start()?, last);
        Ok(Self { setup: Arc::clone(setup), link, spent: Duration::ZERO, owed: 0 })
    }

    /// Says hello: the answer is its `ready`.
    pub fn hello(&mut self, line: &[u8]) -> Answered {
        let limit = Duration::from_millis(self.setup.spec.handshake_ms.into());
        let what = || "after its start".to_owned();
        self.ask(line, limit, OnTimeout::Forfeit, what)
    }

    /// Tells it something that needs no answer.
    ///
    /// # Errors
    /// Why that is impossible, as a fault.
    pub fn tell(&mut self, line: &[u8]) -> Result<(), String> {
        let limit = Duration::from_millis(self.setup.spec.handshake_ms.into());
        let sent = self.link.send(line, Instant::now() + limit);
        sent.map_err(|broken| self.fault(&broken, limit, "before its first decision"))
    }

    /// Asks for a decision.
    pub fn decide(&mut self, line: &[u8], decision: u64) -> Answered {
        let spec = &self.setup.spec;
        let (on_timeout, window) = (spec.on_timeout, spec.window_ms);
        let limit = Duration::from_millis(u64::from(spec.decision_ms) + u64::from(spec.margin_ms));
        let answered = self.ask(line, limit, on_timeout, || format!("at decision {decision}"));
        self.spent += answered.latency;
        match window {
            Some(most) if self.spent > Duration::from_millis(most.into()) => {
                let fault =
                    format!("its decisions took more than its budget of {most} ms at decision {decision}");
                Answered { answer: Answer::Fault(self.with_errors(fault)), ..answered }
            }
            _ => answered,
        }
    }

    /// Sends the last line, and lets the program end.
    pub fn end(self, line: &[u8]) -> String {
        self.finish(line).0
    }

    /// [`Self::end`], with the bytes that nobody asked for, and whether it ended by itself.
    pub fn finish(mut self, line: &[u8]) -> (String, usize, bool) {
        let patience = Duration::from_millis(self.setup.spec.margin_ms.into());
        drop(self.link.send(line, Instant::now() + patience));
        let by_itself = self.link.close(patience);
        (self.link.log().text(), self.link.unread(), by_itself)
    }

    /// Counts time that decisions took before it was started.
    pub const fn has_spent(&mut self, time: Duration) {
        self.spent = time;
    }

    /// Kills the program and returns what it wrote to stderr.
    pub fn abandon(mut self) -> String {
        self.link.kill(Duration::ZERO);
        self.link.log().text()
    }

    fn ask(
        &mut self,
        line: &[u8],
        limit: Duration,
        on_timeout: OnTimeout,
        when: impl Fn() -> String,
    ) -> Answered {
        let started = Instant::now();
        let deadline = started + limit;
        let mut heard = self.link.send(line, deadline);
        while heard.is_ok() && self.owed > 0 {
            heard = self.link.line(deadline).map(|_| self.owed -= 1);
        }
        let heard = match heard {
            Ok(()) => self.link.line(deadline).map(<[u8]>::to_vec),
            Err(broken) => Err(broken),
        };
        let latency = started.elapsed();
        let answer = match heard {
            Ok(line) => {
                self.link.answered(latency);
                Answer::Line(line)
            }
            Err(Broken::Silent) if on_timeout == OnTimeout::Hold => {
                self.owed += 1;
                Answer::Late
            }
            Err(broken) => Answer::Fault(self.fault(&broken, limit, &when())),
        };
        Answered { answer, latency }
    }

    fn fault(&mut self, broken: &Broken, limit: Duration, when: &str) -> String {
        let fault = match broken {
            Broken::Silent => format!("its program was silent for {} ms {when}", limit.as_millis()),
            Broken::TooLong => {
                format!("its program wrote more than {LINE_BYTES} bytes without an answer {when}")
            }
            #[cfg(feature = "serve")]
            Broken::GaveUp => format!("it gave up {when}"),
            #[cfg(feature = "serve")]
            Broken::Abandoned => {
                self.setup.collector.abandon(None);
                format!("it was abandoned {when}")
            }
            Broken::Closed => match self.link.ended() {
                Some(status) => format!("its program ended ({status}) {when}"),
                None => format!("its program closed its input or output {when}"),
            },
        };
        self.with_errors(fault)
    }

    /// A fault with the end of stderr; the program is killed.
    pub fn with_errors(&mut self, fault: String) -> String {
        self.link.kill(Duration::ZERO);
        match self.link.log().quoted() {
            Some(errors) => format!("{fault}; its stderr ends with:\n{errors}"),
            None => fault,
        }
    }
}
