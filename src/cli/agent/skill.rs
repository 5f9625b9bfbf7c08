//! `tiltyard agent skill`: a Markdown page that tells an AI agent how to take part.
//!
//! Owns its order and the sentences between. Everything that can change is taken from where the program
//! itself has it: the rules page, the order kinds and refusal codes, the tables of the scenario format, the
//! catalogue of strategies, the language of conditions, and the command line.

use std::fmt::Write as _;

use clap::CommandFactory;

use super::super::command::Cli;
use super::super::{Exit, Failure, output};
use super::args::SkillArgs;
use crate::report::rules_text;
use crate::scenario::catalogue::{STRATEGIES, StrategyDoc};
use crate::scenario::expr;
use crate::scenario::format::{KeyDoc, ROOT, TableDoc, ValueType};
use crate::store::registry::{AgentRow, Registry};

/// Prints the page.
///
/// # Errors
/// Where there is no such agent.
pub fn skill(args: &SkillArgs) -> Result<Exit, Failure> {
    let agent = match &args.agent {
        Some(name) => Some(Registry::read_existing(&args.out)?.agent(name)?),
        None => None,
    };
    output::result(&page(agent.as_ref()))?;
    Ok(Exit::Done)
}

/// The page, for any agent or for one.
fn page(agent: Option<&AgentRow>) -> String {
    let mut text = String::from(
        "# Trading on tiltyard\n\n\
         tiltyard replays recorded market history for isolated agents and ranks them. An agent is a strategy \
         with a wallet and a risk profile. You take part by registering an agent, changing it and running it \
         against others; no real money is traded.\n\n",
    );
    if let Some(agent) = agent {
        text.push_str(&about(agent));
    }
    text.push_str(ROUND);
    text.push_str(&rules_text());
    text.push_str(&format());
    text.push_str(&strategies());
    text.push_str(&conditions());
    text.push_str(&commands());
    text
}

/// How one goes about it.
const ROUND: &str = "## Steps\n\n\
    1. `tiltyard agent create NAME --strategy '{ kind = \"..\", .. }'` registers an agent. Its key is shown \
    once; `tiltyard agent whoami --key-stdin` tells which agent a key belongs to.\n\
    2. A scenario names it: `[[agents]]` with `registered = \"NAME\"`. `tiltyard run FILE` replays and ranks.\n\
    3. `tiltyard agent metrics NAME` and `tiltyard agent history NAME` show its results.\n\
    4. `tiltyard agent update NAME --strategy '..'` makes a new version, `tiltyard agent clone NAME` a new agent.\n\
    5. `tiltyard battle rematch RUN --agents A,B` runs the scenario again; `tiltyard agent compare A B@1` compares.\n\n";

fn about(agent: &AgentRow) -> String {
    let limits = agent.risk_limits.as_ref().map_or_else(String::new, |limits| format!(" = `{limits}`"));
    let held: Vec<String> =
        agent.wallet.positions.iter().map(|(symbol, held)| format!("{} {symbol}", held.quantity)).collect();
    let held = if held.is_empty() { "no positions".to_owned() } else { held.join(", ") };
    format!(
        "## You\n\n\
         | | |\n|---|---|\n\
         | name | {} |\n| id | {} |\n| key | {}.. |\n| version | {} |\n| strategy | `{}` |\n\
         | risk profile | {}{limits} |\n| starting balance | {} |\n| wallet | {} in cash, {held} |\n\n\
         Limits that your risk profile does not set have the defaults under `[risk.NAME]` below; `unlimited` has no \
         limits. Only runs with `wallet = \"existing\"` change your wallet.\n\n",
        agent.name,
        agent.id,
        agent.key_prefix,
        agent.version,
        agent.strategy.split_whitespace().collect::<Vec<_>>().join(" "),
        agent.risk,
        agent.starting_balance,
        agent.wallet.cash,
    )
}

fn format() -> String {
    let mut text = format!("## Scenario format\n\n{}\n\n", ROOT.doc);
    tables(&ROOT, "", &mut text);
    text
}

/// A table's keys, then those of the tables below it.
fn tables(table: &TableDoc, path: &str, text: &mut String) {
    if !path.is_empty() {
        let _ = writeln!(text, "### `{path}`\n\n{}\n\n{}", table.doc, keys(table.keys));
    }
    for key in table.keys {
        let inner = match &key.value {
            ValueType::Table(inner) => Some((inner, format!("[{}]", key.name))),
            ValueType::Tables(inner) => Some((inner, format!("[[{}]]", key.name))),
            ValueType::Named(inner) => Some((inner, format!("[{}.NAME]", key.name))),
            _ => None,
        };
        if let Some((inner, path)) = inner {
            tables(inner, &path, text);
        }
    }
}

fn keys(all: &[KeyDoc]) -> String {
    let mut text = String::from("| key | takes | default | what |\n|---|---|---|---|\n");
    for key in all {
        let range = key.value.range().map_or_else(String::new, |range| format!(" ({range})"));
        let default = key.default_text().unwrap_or("must be given");
        let forms = match key.value {
            ValueType::Tagged { tag, variants, .. } => {
                let names: Vec<_> = variants().iter().map(|form| format!("`{}`", form.name)).collect();
                format!(" By `{tag}`: {}.", names.join(", "))
            }
            _ => String::new(),
        };
        let cell = |text: &str| text.replace('|', "\\|");
        let _ = writeln!(
            text,
            "| `{}` | {}{} | {} | {}{forms} |",
            key.name,
            key.value.name(),
            cell(&range),
            cell(default),
            cell(key.doc)
        );
    }
    text
}

fn strategies() -> String {
    let all = STRATEGIES.iter().map(|doc: &StrategyDoc| {
        let parameters =
            if doc.parameters.is_empty() { String::new() } else { format!("\n{}", keys(doc.parameters)) };
        format!("### `{}`\n\n{} Warm-up: {}.\n{parameters}\n", doc.kind, doc.description, doc.warm_up)
    });
    format!("## Strategies\n\n{}", all.collect::<String>())
}

fn conditions() -> String {
    let all = expr::REFERENCE.iter().chain(expr::OPERATORS);
    let rows = all.map(|(_, form, doc)| format!("- `{form}`: {doc}\n"));
    format!("## Conditions\n\nConditions of the `rules` strategy can use:\n\n{}\n", rows.collect::<String>())
}

fn commands() -> String {
    let mut text = String::from("## Commands\n\n`tiltyard COMMAND --help` explains each command.\n\n");
    command(&Cli::command(), "", &mut text);
    text
}

/// A command's line, then those of the commands below it.
fn command(command: &clap::Command, above: &str, text: &mut String) {
    let path = format!("{above}{}", command.get_name());
    let inner: Vec<_> = command.get_subcommands().filter(|one| one.get_name() != "help").collect();
    if inner.is_empty() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "- `{path}{}`: {about}", arguments(command));
    }
    for one in inner {
        self::command(one, &format!("{path} "), text);
    }
}

/// Arguments that must be given, and the names of the options.
fn arguments(command: &clap::Command) -> String {
    let mut text = String::new();
    for argument in command.get_positionals() {
        let name = argument.get_id().as_str().to_uppercase();
        let _ = if argument.is_required_set() { write!(text, " {name}") } else { write!(text, " [{name}]") };
    }
    for option in command.get_opts() {
        if let Some(long) = option.get_long().filter(|long| !["help", "version"].contains(long)) {
            let _ = write!(text, " [--{long}]");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OrderKind, RefusalCode};

    /// What the program has must be on the page, by its own lists.
    #[test]
    fn the_page_names_everything_that_the_program_has() {
        let page = page(None);
        for doc in STRATEGIES {
            assert!(page.contains(&format!("### `{}`", doc.kind)), "{}", doc.kind);
            for key in doc.parameters {
                assert!(page.contains(&format!("| `{}` |", key.name)), "{} {}", doc.kind, key.name);
            }
        }
        for code in RefusalCode::ALL {
            assert!(page.contains(code.as_str()), "{}", code.as_str());
        }
        for kind in OrderKind::ALL {
            assert!(page.contains(&format!("- `{}`", kind.as_str())), "{}", kind.as_str());
        }
        for (_, form, _) in expr::REFERENCE.iter().chain(expr::OPERATORS) {
            assert!(page.contains(&format!("- `{form}`")), "{form}");
        }
        let mut tables = 0;
        for key in ROOT.keys {
            let inner = match &key.value {
                ValueType::Table(inner) | ValueType::Tables(inner) | ValueType::Named(inner) => inner,
                _ => continue,
            };
            tables += 1;
            assert!(
                inner.keys.iter().all(|key| page.contains(&format!("| `{}` |", key.name))),
                "{}",
                key.name
            );
        }
        assert!(tables > 5);
        walk(&Cli::command(), "tiltyard", &page);
    }

    fn walk(command: &clap::Command, path: &str, page: &str) {
        for inner in command.get_subcommands().filter(|one| one.get_name() != "help") {
            let path = format!("{path} {}", inner.get_name());
            assert!(page.contains(&path), "{path}");
            walk(inner, &path, page);
        }
    }
}
