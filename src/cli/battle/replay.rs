//! `tiltyard battle replay`: a finished battle at any time of it, from the store.

use serde_json::json;

use super::super::{Exit, Failure, output};
use super::args::ReplayArgs;
use crate::domain::Timestamp;
use crate::report::terminal;
use crate::store::{StoredRun, find_run, timeline};
use crate::tournament::Snapshot;

/// Times that are shown where none was asked for.
const FRAMES: u32 = 12;

/// Shows one time, or how the battle went.
///
/// # Errors
/// Where there is no such run or window, or the time lies outside.
pub fn replay(args: &ReplayArgs) -> Result<Exit, Failure> {
    let stored = StoredRun::load(&find_run(&args.store.out, &args.run)?)?;
    let window = match args.window {
        Some(window) => window,
        None => covering(&stored, args.at)?,
    };
    let timeline = timeline(&stored, window)?;
    let Some(at) = args.at else {
        let moments: Vec<Snapshot> = timeline.times(FRAMES).into_iter().map(|at| timeline.at(at)).collect();
        let text = || terminal::timeline(&stored.run, &timeline, &moments, output::style());
        return show(args, &json!(moments), text);
    };
    if at < timeline.start || at > timeline.end {
        let message = format!("{at} is outside window {window}: {} to {}", timeline.start, timeline.end);
        return Err(Failure::plain(
            Exit::Usage,
            message,
            "give a time within the window, or another --window",
        ));
    }
    let snapshot = timeline.at(at);
    show(args, &json!(snapshot), || terminal::snapshot(&stored.run, &timeline, &snapshot, output::style()))
}

fn show(
    args: &ReplayArgs,
    value: &serde_json::Value,
    text: impl FnOnce() -> String,
) -> Result<Exit, Failure> {
    output::result(&if args.store.json { format!("{value:#}\n") } else { text() })?;
    Ok(Exit::Done)
}

/// The first window that covers a time; the first of all where none was given.
fn covering(stored: &StoredRun, at: Option<Timestamp>) -> Result<u32, Failure> {
    let windows = &stored.run.windows;
    let covers = |start: &str, end: &str, at: Timestamp| {
        let bounds = (start.parse::<Timestamp>(), end.parse::<Timestamp>());
        matches!(bounds, (Ok(start), Ok(end)) if (start..=end).contains(&at))
    };
    let found = windows.iter().find(|window| at.is_none_or(|at| covers(&window.start, &window.end, at)));
    found.map(|window| window.index).ok_or_else(|| {
        let at = at.map_or_else(String::new, |at| at.to_string());
        let help = format!("the run covers {} to {}", stored.run.market.start, stored.run.market.end);
        Failure::plain(Exit::Usage, format!("no window of run `{}` covers {at}", stored.run.run_id), help)
    })
}
