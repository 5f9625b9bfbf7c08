//! The program from its first line to its exit code.

use clap::{CommandFactory, Parser};

use super::command::{Cli, Command};
use super::{
    Exit, Failure, check, cluster, diagnostics, diff, dry_run, duel, evidence, init, metrics, output,
    programs, rank, report, run, schema, shell, standings, stored, strategies,
};
use crate::process::sandbox::HELPER;

/// Reads the command line, carries it out, prints what went wrong.
pub fn main() -> Exit {
    if std::env::args_os().nth(1).is_some_and(|command| command == HELPER) {
        return programs::become_agent();
    }
    let cli = Cli::parse();
    match dispatch(&cli.command) {
        Ok(exit) => exit,
        Err(failure) => {
            diagnostics::print(&failure.diagnostics);
            if let Some(command) = &failure.next {
                output::say(&format!("\n  {command}"));
            }
            failure.exit
        }
    }
}

fn dispatch(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Run(args) if args.dry_run => dry_run::dry_run(args),
        Command::Run(args) => run::run(args),
        Command::Check(args) => check::check(args),
        Command::Init(args) => init::init(args),
        Command::Schema(args) => schema::schema(args),
        Command::Strategies(args) => strategies::strategies(args),
        Command::Runs(args) => stored::runs(args),
        Command::Show(args) => stored::show(args),
        Command::Trades(args) => stored::trades(args),
        Command::Report(args) => report::report(args),
        Command::Diff(args) => diff::diff(args),
        Command::Agent(command) => command.run(),
        Command::Battle(command) => command.run(),
        Command::Store(command) => command.run(),
        Command::Metrics(args) => metrics::metrics(args),
        Command::Standings(args) => standings::standings(args),
        Command::Duel(args) => duel::duel(args),
        Command::Sweep(command) => command.run(),
        Command::Merge(args) => cluster::merge(args),
        Command::Outcomes(args) => cluster::outcomes(args),
        Command::Cluster(command) => command.run(),
        Command::Rank(args) => rank::rank(args),
        Command::Evidence(args) => evidence::evidence(args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => super::serve::serve(args),
        #[cfg(feature = "serve")]
        Command::Account(command) => command.run(),
        Command::Data(command) => command.run(),
        Command::Completions(args) => shell::completions(args, Cli::command()),
        Command::Man(args) => shell::man(args, Cli::command()),
    }
}
