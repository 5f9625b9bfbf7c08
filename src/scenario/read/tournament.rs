//! The `[tournament]` table.

use toml::Spanned;

use super::table::TableReader;
use crate::scenario::{FormatKind, TournamentFormat, TournamentSpec, suggest};

/// Keys that are specific to one format.
const OWN_KEYS: [(&str, FormatKind); 5] = [
    ("baselines", FormatKind::Gauntlet),
    ("seasons", FormatKind::League),
    ("divisions", FormatKind::League),
    ("rounds", FormatKind::Swiss),
    ("seeds", FormatKind::Knockout),
];

/// Parses the table. `agents` are the participants' names, if they are known.
pub(super) fn read(table: &TableReader<'_>, agents: Option<&[&str]>) -> Option<TournamentSpec> {
    let kind = table.value("format");
    let alpha = table.value("alpha");
    let level = table.value("level");
    let resamples = table.value("resamples");
    let ratings = table.value("ratings");
    let settings = Settings {
        baselines: names(table, "baselines", agents),
        seasons: table.value("seasons"),
        divisions: table.value("divisions"),
        rounds: table.optional("rounds"),
        seeds: names(table, "seeds", agents),
    };
    table.finish();
    let kind = kind?;
    let fits =
        only_own_keys(kind, table) & agents.is_none_or(|agents| enough(kind, &settings, agents, table));
    let format = settings.format(kind, table)?;
    Some(TournamentSpec { format, alpha: alpha?, level: level?, resamples: resamples?, ratings: ratings? })
        .filter(|_| fits)
}

/// The settings of all formats; `None` where a setting had errors.
struct Settings {
    baselines: Option<Vec<String>>,
    seasons: Option<u32>,
    divisions: Option<u32>,
    rounds: Option<Option<u32>>,
    seeds: Option<Vec<String>>,
}

impl Settings {
    fn format(self, kind: FormatKind, table: &TableReader<'_>) -> Option<TournamentFormat> {
        Some(match kind {
            FormatKind::RoundRobin => TournamentFormat::RoundRobin,
            FormatKind::Gauntlet => {
                if !table.has("baselines") {
                    missing_baselines(table);
                    return None;
                }
                TournamentFormat::Gauntlet { baselines: self.baselines? }
            }
            FormatKind::League => {
                TournamentFormat::League { seasons: self.seasons?, divisions: self.divisions? }
            }
            FormatKind::Swiss => TournamentFormat::Swiss { rounds: self.rounds? },
            FormatKind::Knockout => TournamentFormat::Knockout { seeds: self.seeds? },
            FormatKind::Survival => TournamentFormat::Survival,
        })
    }
}

/// The agents that a key lists; none where it is absent.
fn names(table: &TableReader<'_>, key: &'static str, agents: Option<&[&str]>) -> Option<Vec<String>> {
    let listed: Vec<Spanned<String>> = table.optional(key)?.unwrap_or_default();
    let mut known = true;
    for name in &listed {
        if let Some(agents) = agents
            && !agents.contains(&name.get_ref().as_str())
        {
            known = false;
            table.problems.absent(
                name.span(),
                format!("unknown agent `{}` in `{key}`", name.get_ref()),
                "there is no agent with this name".to_owned(),
                suggest::help(name.get_ref(), agents),
            );
        }
    }
    known.then(|| listed.into_iter().map(Spanned::into_inner).collect())
}

/// Reports keys of other formats.
fn only_own_keys(kind: FormatKind, table: &TableReader<'_>) -> bool {
    let foreign = |(key, owner): &&(&str, FormatKind)| *owner != kind && table.has(key);
    for (key, owner) in OWN_KEYS.iter().filter(foreign) {
        table.problems.error(
            table.span(key),
            format!("`{key}` is not a setting of format `{}`", kind.as_str()),
            format!("belongs to `{}`", owner.as_str()),
            Some(format!("write `format = \"{}\"`, or remove `{key}`", owner.as_str())),
        );
    }
    !OWN_KEYS.iter().any(|own| foreign(&own))
}

/// Reports a format with too few agents.
fn enough(kind: FormatKind, settings: &Settings, agents: &[&str], table: &TableReader<'_>) -> bool {
    let divisions = settings.divisions.unwrap_or(1) as usize;
    let all_baselines = settings.baselines.as_ref().is_some_and(|names| names.len() >= agents.len());
    let (key, message, label) = match kind {
        _ if agents.len() < 2 => {
            ("format", "a tournament needs at least two agents".to_owned(), "only one agent")
        }
        FormatKind::League if agents.len() < 2 * divisions => {
            let message =
                format!("{divisions} divisions need {} agents, there are {}", 2 * divisions, agents.len());
            ("divisions", message, "a division needs at least two agents")
        }
        FormatKind::Gauntlet if all_baselines => {
            ("baselines", "every agent is a baseline".to_owned(), "there is no challenger")
        }
        _ => return true,
    };
    let help = "add `[[agents]]`, or use a smaller value".to_owned();
    table.problems.error(table.span(key), message, label.to_owned(), Some(help));
    false
}

fn missing_baselines(table: &TableReader<'_>) {
    table.problems.absent(
        table.span("format"),
        "format `gauntlet` needs `baselines`".to_owned(),
        "needs `baselines`".to_owned(),
        Some("add `baselines = [\"..\"]`: the names of the agents that the others must beat".to_owned()),
    );
}
