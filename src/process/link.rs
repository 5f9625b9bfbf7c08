//! A running program: lines to it, lines from it, and its end.
//!
//! Owns the pipes and the process group. Nothing here waits longer than it was told to, and nothing that the program
//! writes is kept beyond its limits. Invariant: once a [`Link`] is dropped its process group is gone.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tempfile::TempDir;

use super::line::{Broken, Channel, LINE_BYTES};
use super::same_core::SameCore;
use super::tail::Tail;

/// How long a program that closed its output may take to end before it is killed.
const ENDING: Duration = Duration::from_millis(200);
/// How long killed processes of a group may take to vanish.
const DYING: Duration = Duration::from_secs(2);
/// How much is read at once.
const CHUNK: usize = 1 << 16;

/// A running program with its pipes and its process group.
#[derive(Debug)]
pub struct Link {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    errors: Option<ChildStderr>,
    /// Where its output is read into.
    chunk: Box<[u8]>,
    /// What was read of its output; the lines before `taken` were handed out.
    read: Vec<u8>,
    taken: usize,
    /// Up to here there is no line's end.
    searched: usize,
    log: Tail,
    place: SameCore,
    status: Option<ExitStatus>,
    // Removed after the process.
    _folder: TempDir,
}

impl Link {
    /// Starts a command in an empty folder of its own.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(mut command: Command, folder: TempDir) -> io::Result<Self> {
        command.current_dir(folder.path()).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let link = Self {
            place: SameCore::of(child.id()),
            child,
            input: Some(input),
            output,
            errors: Some(errors),
            chunk: vec![0; CHUNK].into(),
            read: Vec::new(),
            taken: 0,
            searched: 0,
            log: Tail::default(),
            status: None,
            _folder: folder,
        };
        link.input.iter().try_for_each(|pipe| fcntl_setfl(pipe, OFlags::NONBLOCK))?;
        link.errors.iter().try_for_each(|pipe| fcntl_setfl(pipe, OFlags::NONBLOCK))?;
        fcntl_setfl(&link.output, OFlags::NONBLOCK)?;
        Ok(link)
    }

    /// Waits until it can be written to, or has written something; reads that.
    fn wait(&mut self, to_write: bool, deadline: Instant) -> Result<(), Broken> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Broken::Silent);
        }
        let mut fds: Vec<PollFd<'_>> = vec![PollFd::new(&self.output, PollFlags::IN)];
        if let Some(errors) = &self.errors {
            fds.push(PollFd::new(errors, PollFlags::IN));
        }
        if let Some(input) = self.input.as_ref().filter(|_| to_write) {
            fds.push(PollFd::from_borrowed_fd(borrowed(input), PollFlags::OUT));
        }
        let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) => return Err(Broken::Silent),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Err(Broken::Closed),
        }
        let any = |index: usize| fds.get(index).is_some_and(|fd| !fd.revents().is_empty());
        let (output, errors) = (any(0), any(1) && self.errors.is_some());
        if errors {
            self.read_errors();
        }
        if output { self.read_output().map(|_| ()) } else { Ok(()) }
    }

    /// Reads what it has written so far; how many bytes.
    fn read_output(&mut self) -> Result<usize, Broken> {
        match self.output.read(&mut self.chunk) {
            Ok(0) => Err(Broken::Closed),
            Ok(read) => {
                self.read.extend_from_slice(&self.chunk[..read]);
                Ok(read)
            }
            Err(error) if is_for_now(&error) => Ok(0),
            Err(_) => Err(Broken::Closed),
        }
    }

    /// Reads what it has written to stderr, at most a few chunks: it may write without end.
    fn read_errors(&mut self) {
        let mut chunk = [0; CHUNK];
        for _ in 0..4 {
            let Some(errors) = &mut self.errors else { return };
            match errors.read(&mut chunk) {
                Ok(0) => self.errors = None,
                Ok(read) => self.log.add(&chunk[..read]),
                Err(error) if is_for_now(&error) => return,
                Err(_) => self.errors = None,
            }
        }
    }
}

impl Channel for Link {
    fn send(&mut self, mut line: &[u8], deadline: Instant) -> Result<(), Broken> {
        while !line.is_empty() {
            let Some(input) = &mut self.input else { return Err(Broken::Closed) };
            match input.write(line) {
                Ok(0) => return Err(Broken::Closed),
                Ok(sent) => line = &line[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait(true, deadline)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Broken::Closed),
            }
        }
        Ok(())
    }

    fn line(&mut self, deadline: Instant) -> Result<&[u8], Broken> {
        loop {
            let unsearched = self.searched.max(self.taken);
            if let Some(length) = self.read[unsearched..].iter().position(|&byte| byte == b'\n') {
                let (from, to) = (self.taken, unsearched + length);
                self.taken = to + 1;
                if to - from > LINE_BYTES {
                    return Err(Broken::TooLong);
                }
                return Ok(&self.read[from..to]);
            }
            self.read.drain(..self.taken);
            (self.taken, self.searched) = (0, self.read.len());
            if self.read.len() > LINE_BYTES {
                return Err(Broken::TooLong);
            }
            if !self.place.gives_way() || self.read_output()? == 0 {
                self.wait(false, deadline)?;
            }
        }
    }

    fn answered(&mut self, latency: Duration) {
        self.place.answered(latency);
    }

    fn close(&mut self, patience: Duration) -> bool {
        self.input = None;
        let deadline = Instant::now() + patience;
        // It ends when it closes its output; of what it still writes only the length is of interest.
        self.read.drain(..self.taken);
        self.taken = 0;
        while self.wait(false, deadline).is_ok() && self.read.len() < LINE_BYTES {}
        self.kill(ENDING.min(patience)).is_some()
    }

    fn unread(&self) -> usize {
        self.read.len() - self.taken
    }

    fn kill(&mut self, patience: Duration) -> Option<ExitStatus> {
        if self.status.is_some() {
            return self.status;
        }
        let deadline = Instant::now() + patience;
        let mut ended = self.child.try_wait().ok().flatten();
        while ended.is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
            ended = self.child.try_wait().ok().flatten();
        }
        // The group outlives its leader while any process of it lives.
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            // There may be nobody left.
            let _ = kill_process_group(group, Signal::KILL);
            self.status = ended.or_else(|| self.child.wait().ok());
            await_end(group);
        }
        self.read_errors();
        ended
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.kill(ENDING)
    }

    fn log(&self) -> &Tail {
        &self.log
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.kill(Duration::ZERO);
    }
}

fn borrowed(pipe: &ChildStdin) -> BorrowedFd<'_> {
    pipe.as_fd()
}

/// Waits until nobody of a killed group is left, as long as that can take.
fn await_end(group: Pid) {
    let deadline = Instant::now() + DYING;
    while test_kill_process_group(group).is_ok() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn is_for_now(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
