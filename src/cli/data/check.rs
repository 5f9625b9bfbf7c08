//! `tiltyard data check`.

use comfy_table::Table;
use serde::Serialize;
use std::ffi::OsString;

use super::reading::{ReadingArgs, format_and_files, import_failed};
use super::table::{count, print, print_json, say, table, time};
use crate::cli::output::counted;
use crate::cli::{Exit, Failure, output};
use crate::data::check::{FileCheck, check_file, find_files};
use crate::market::quality::Severity;

/// Arguments of `data check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit code 3 if there is an error, with --strict also if there is a warning; otherwise 0.
docs/data.md describes all findings.")]
pub struct CheckArgs {
    /// Optional format, then files, folders or glob patterns
    #[arg(required = true, value_name = "[FORMAT] PATHS")]
    inputs: Vec<OsString>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
    /// Hide findings of level info
    #[arg(long, short)]
    quiet: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// The whole check as JSON.
#[derive(Serialize)]
struct Document<'c> {
    version: u32,
    files: &'c [FileCheck],
    errors: usize,
    warnings: usize,
}

impl CheckArgs {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let (format, paths) = format_and_files(&self.inputs)?;
        let files = find_files(&paths).map_err(|error| import_failed(&error))?;
        if files.is_empty() {
            return Err(Failure::plain(
                Exit::Usage,
                "there is no file to check",
                "name files, or a folder with files",
            ));
        }
        let reading = self.reading.reading(false);
        let mut checks: Vec<FileCheck> =
            files.iter().map(|file| check_file(file, format, &reading)).collect();
        if self.quiet {
            for check in &mut checks {
                check.findings.retain(|finding| finding.severity > Severity::Info);
            }
        }
        let at = |severity| {
            checks
                .iter()
                .flat_map(|check| &check.findings)
                .filter(|finding| finding.severity == severity)
                .count()
        };
        let (errors, warnings) = (at(Severity::Error), at(Severity::Warning));
        if self.json {
            print_json(&Document { version: 1, files: &checks, errors, warnings })?;
        } else {
            match output::style().width {
                Some(width) => print(listed(&checks, width).trim_end())?,
                None => print(rendered(&checks))?,
            }
            let [files, errors, warnings] =
                [(checks.len(), "file"), (errors, "error"), (warnings, "warning")]
                    .map(|(count, noun)| counted(count as u64, noun));
            say(format_args!("{files} checked: {errors}, {warnings}"));
        }
        let failed = errors > 0 || self.strict && warnings > 0;
        Ok(if failed { Exit::Data } else { Exit::Done })
    }
}

/// A paragraph a file and finding, for a terminal of this width.
fn listed(checks: &[FileCheck], width: usize) -> String {
    let mut text = String::new();
    let mut say = |line: String, indent: usize| {
        let words = line.split(' ');
        for (index, part) in output::folded(words, " ", width.saturating_sub(indent + 2)).iter().enumerate() {
            let before = indent + if index == 0 { 0 } else { 2 };
            text.push_str(&format!("{:before$}{part}\n", ""));
        }
    };
    for check in checks {
        let interval = check.interval.map_or_else(String::new, |interval| format!(" of {interval}"));
        let range = format!("{} to {}", time(check.first), time(check.last));
        say(format!("{}: {} rows{interval}, {range}", check.path.display(), count(check.rows)), 0);
        if check.findings.is_empty() {
            say("clean".to_owned(), 2);
        }
        for finding in &check.findings {
            let at = finding.at.map_or_else(String::new, |at| format!(" ({at})"));
            let times = count(finding.count);
            say(format!("{} {}, {times} times: {}{at}", finding.severity, finding.kind, finding.detail), 2);
        }
    }
    text
}

fn rendered(checks: &[FileCheck]) -> Table {
    let mut out = table(&["file", "rows", "interval", "first", "last", "finding", "count", "detail"]);
    for check in checks {
        let about = [
            check.path.display().to_string(),
            count(check.rows),
            check.interval.map_or_else(|| "-".to_owned(), |interval| interval.to_string()),
            time(check.first),
            time(check.last),
        ];
        if check.findings.is_empty() {
            out.add_row(about.iter().cloned().chain(["clean".to_owned(), String::new(), String::new()]));
        }
        for (index, finding) in check.findings.iter().enumerate() {
            // A file's own columns are shown once.
            let about = about.iter().map(|text| if index == 0 { text.clone() } else { String::new() });
            let detail = match finding.at {
                Some(at) => format!("{} ({at})", finding.detail),
                None => finding.detail.clone(),
            };
            let said = format!("{} {}", finding.severity, finding.kind);
            out.add_row(about.chain([said, count(finding.count), detail]));
        }
    }
    out
}
