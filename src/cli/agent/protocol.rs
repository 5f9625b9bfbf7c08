//! `tiltyard agent check-protocol`: a scripted window with a program.

use std::fmt::Write;
use std::path::Path;

use super::args::CheckProtocolArgs;
use crate::cli::{Exit, Failure, output, programs};
use crate::run::{self, RunError};

/// Plays the script and says what breaks the protocol.
///
/// # Errors
/// [`Exit::Usage`] where the program cannot be started at all.
pub fn check_protocol(args: &CheckProtocolArgs) -> Result<Exit, Failure> {
    let report = run::check_protocol(&strategy(args), Path::new(""), &programs::here()).map_err(failure)?;
    let mut text = String::new();
    for step in &report.steps {
        let _ = writeln!(text, "ok    {step}");
    }
    for problem in &report.problems {
        let _ = writeln!(text, "fault {problem}");
    }
    output::result(&text)?;
    if !report.errors.trim().is_empty() && report.problems.is_empty() {
        output::say(&format!("its stderr:\n{}", report.errors.trim_end()));
    }
    Ok(if report.problems.is_empty() { Exit::Done } else { Exit::RunFailed })
}

/// The strategy of a scenario with this command.
fn strategy(args: &CheckProtocolArgs) -> String {
    let list = |texts: &[String]| toml::Value::from(texts.to_vec()).to_string();
    format!(
        "{{ kind = \"process\", command = {}, decision_ms = {}, env = {}, network = {}, processes = {}, isolation = \
         \"{}\" }}",
        list(&args.command),
        args.decision_ms,
        list(&args.env),
        args.network,
        args.processes,
        if args.no_isolation { "none" } else { "sandbox" },
    )
}

fn failure(error: RunError) -> Failure {
    let help = error.diagnostics("").into_iter().find_map(|one| one.help).unwrap_or_default();
    Failure::plain(Exit::Usage, &error, help)
}
