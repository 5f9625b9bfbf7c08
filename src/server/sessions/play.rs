//! The thread of a session: plays it, writes down what it came to, and stores its run.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

use super::super::problem::Problem;
use super::files::{self, Ended, SessionFile, SessionFolder};
use super::live::{Live, Sessions, Stopped};
use crate::process::{ReplyKind, read_answers};
use crate::run::{RunError, SessionAnswers, play_session, store_session};
use crate::tournament::NoProgress;

/// Bytes of a thread's stack; only what is used of it is memory.
const STACK: usize = 8 << 20;

/// Starts the thread of a session: a pool of one, so that the replay waits on no thread of another.
///
/// # Errors
/// Where the system gives no thread.
pub fn spawn(sessions: &Arc<Sessions>, folder: SessionFolder, live: Arc<Live>) -> io::Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).build();
    let sessions = Arc::clone(sessions);
    pool.map_err(io::Error::other)?.spawn(move || {
        let played = catch_unwind(AssertUnwindSafe(|| play(&sessions, &folder, &live)));
        if played.is_err() {
            live.stop(Stopped::Failed(Problem::failed("a session's replay panicked")));
        }
        sessions.leave(&live);
    });
    Ok(())
}

fn play(sessions: &Sessions, folder: &SessionFolder, live: &Live) {
    let answers = SessionAnswers { file: folder.answers(), mailbox: Some(Arc::clone(&live.mailbox)) };
    let played = folder.source(&live.file).and_then(|source| play_session(&source, answers));
    let end = match played {
        Ok(end) => end,
        Err(RunError::Interrupted { .. }) => return live.stop(Stopped::PutAway),
        Err(error) => {
            (sessions.log)(&format!("session {} cannot go on: {error}", live.file.id));
            let problem = Problem::unavailable(format!("the session cannot go on: {error}"));
            return live.stop(Stopped::Failed(problem));
        }
    };
    let unanswered = live.mailbox.unanswered();
    let ended = Ended {
        end,
        messages: unanswered.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect(),
        last: last_answer(folder),
        run_id: None,
        failure: None,
    };
    if let Err(error) = folder.write_ended(&ended) {
        (sessions.log)(&format!("the end of session {} cannot be kept: {error}", live.file.id));
        return live.stop(Stopped::Failed(Problem::unavailable("the end of the session cannot be kept now")));
    }
    live.stop(Stopped::Ended);
    store(sessions, folder, &live.file, ended);
}

/// A hash of the last answer in the journal.
fn last_answer(folder: &SessionFolder) -> Option<String> {
    let answers = read_answers(&folder.answers()).ok()?;
    let lines = answers.iter().filter(|(row, _)| row.kind == ReplyKind::Line);
    lines.last().map(|(_, answer)| blake3::hash(answer).to_hex().to_string())
}

/// Stores the run of a session that has ended, and writes down where.
pub fn store(sessions: &Sessions, folder: &SessionFolder, file: &SessionFile, ended: Ended) {
    let _one = sessions.storing.lock().unwrap_or_else(PoisonError::into_inner);
    store_now(sessions, folder, file, ended);
}

/// [`store`], by whoever stores nothing else now.
pub fn store_now(sessions: &Sessions, folder: &SessionFolder, file: &SessionFile, ended: Ended) {
    let stored = folder
        .source(file)
        .and_then(|source| store_session(&source, folder.answers(), &sessions.out, &NoProgress));
    let ended = match stored {
        Ok(stored) => Ended { run_id: Some(stored.run.run_id), ..ended },
        Err(error) => {
            (sessions.log)(&format!("the run of session {} cannot be stored: {error}", file.id));
            Ended { failure: Some(error.to_string()), ..ended }
        }
    };
    // One that was removed meanwhile has no folder.
    if let Err(error) = folder.write_ended(&ended)
        && error.kind() != io::ErrorKind::NotFound
    {
        (sessions.log)(&format!("the run of session {} cannot be kept: {error}", file.id));
    }
}

/// Stores the sessions that had ended when the last server stopped, on a thread of its own.
///
/// # Errors
/// Where the system gives no thread.
pub fn store_ended(sessions: &Arc<Sessions>) -> io::Result<()> {
    let sessions = Arc::clone(sessions);
    let work = move || {
        for (agent, id) in files::all(&sessions.out) {
            let Some(folder) = SessionFolder::of(&sessions.out, &agent, &id) else { continue };
            let (Ok(Some(file)), Ok(Some(ended))) = (folder.read(), folder.ended()) else { continue };
            if ended.run_id.is_none() && ended.failure.is_none() {
                store(&sessions, &folder, &file, ended);
            }
        }
    };
    std::thread::Builder::new().name("stores sessions".to_owned()).spawn(work).map(drop)
}
