//! One agent: what it is, its versions, what its runs come to; several side by side.

use super::super::Style;
use super::super::grid::{Column, draw};
use super::super::header::paragraph;
use super::super::matrix::matrix;
use super::list::{Standing, kind};
use super::tally::{measures, missing, pnl, reasons};
use crate::domain::Metric;
use crate::report::numbers::{cash, close_day, count, instant, price, quantity};
use crate::report::wording::{plural, tally_value};
use crate::store::registry::{AgentRow, HistoryRun, Tally, VersionRow};

/// Everything about one agent; `parent` is the name of the one it was copied from.
pub fn agent(one: &Standing, parent: Option<&str>, style: Style) -> String {
    let agent = &one.agent;
    let mut text = style.bold(&agent.name) + "\n";
    if !agent.description.is_empty() {
        text.push_str(&paragraph(&agent.description, style));
    }
    text.push('\n');
    for (name, value) in facts(agent, parent, style) {
        text.push_str(&format!("{name:<11}{value}\n"));
    }
    text.push_str(&positions(agent, style));
    let tally = &one.tally;
    if tally.runs == 0 {
        return text + "\nno runs since the last reset\n";
    }
    let head = format!("{} in {}", plural(tally.windows, "window"), plural(tally.runs, "run"));
    text.push_str(&format!("\nSince the last reset: {head}\n"));
    for (name, value) in measures(tally, style) {
        text.push_str(&format!("{name:<15}{value}\n"));
    }
    text + &missing(tally, style)
}

fn facts(agent: &AgentRow, parent: Option<&str>, style: Style) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("id", agent.id.clone()),
        ("status", agent.status.as_str().to_owned()),
        ("key", format!("{}.. (the store keeps only its hash)", agent.key_prefix)),
        ("version", agent.version.to_string()),
        ("strategy", agent.strategy.split_whitespace().collect::<Vec<_>>().join(" ")),
        ("risk", risk(&agent.risk, agent.risk_limits.as_deref())),
    ];
    if !agent.tags.is_empty() {
        facts.push(("tags", agent.tags.join(", ")));
    }
    facts.extend(agent.color.iter().map(|color| ("color", color.clone())));
    if let (Some(parent), Some(version)) = (parent, agent.parent_version) {
        facts.push(("copy of", format!("{parent}, version {version}")));
    }
    facts.push(("created", instant(agent.created_at, false)));
    facts.push(("epoch", format!("{}, since {}", agent.epoch, instant(agent.epoch_started_at, false))));
    facts.push(("start", cash(agent.starting_balance)));
    let currency = agent.quote.as_deref().unwrap_or_default();
    facts.push(("wallet", format!("{} {currency}", cash(agent.equity())).trim_end().to_owned()));
    let as_of = agent.as_of.map_or_else(|| style.none().to_owned(), |at| instant(at, false));
    facts.push(("as of", as_of));
    facts
}

fn risk(name: &str, limits: Option<&str>) -> String {
    limits.map_or_else(
        || name.to_owned(),
        |limits| format!("{name} = {}", limits.split_whitespace().collect::<Vec<_>>().join(" ")),
    )
}

fn positions(agent: &AgentRow, style: Style) -> String {
    let all = &agent.wallet.positions;
    if all.is_empty() {
        return String::new();
    }
    let columns = vec![
        Column::words("position", 0, all.iter().map(|(symbol, _)| symbol.clone())),
        Column::numbers("quantity", 0, all.iter().map(|(_, held)| quantity(held.quantity))),
        Column::numbers("cost", 1, all.iter().map(|(_, held)| cash(held.cost))),
        Column::numbers("entry fees", 3, all.iter().map(|(_, held)| cash(held.entry_fees))),
        Column::numbers("last price", 2, all.iter().map(|(_, held)| price(held.mark))),
        Column::numbers("worth", 0, all.iter().map(|(_, held)| cash(held.worth()))),
    ];
    format!("\n{}", draw(columns, style).text)
}

/// An agent's versions, oldest first.
pub fn versions(all: &[VersionRow], style: Style) -> String {
    let text = |make: fn(&VersionRow) -> String| all.iter().map(make);
    let columns = vec![
        Column::numbers("version", 0, text(|row| row.version.to_string())),
        Column::words("created (UTC)", 2, text(|row| instant(row.created_at, false))),
        Column::words("changes", 0, text(|row| row.changed.clone())),
        Column::words("name", 3, text(|row| row.name.clone())),
        Column::words(
            "strategy",
            1,
            text(|row| row.strategy.split_whitespace().collect::<Vec<_>>().join(" ")),
        ),
        Column::words("risk", 4, text(|row| row.risk.clone())),
        Column::numbers("runs", 5, text(|row| row.runs.to_string())),
    ];
    draw(columns, style).text
}

/// What an agent's runs come to, run by run and in all.
pub fn metrics(title: &str, runs: &[HistoryRun], tally: &Tally, style: Style) -> String {
    if runs.is_empty() {
        return format!("{}\nno runs\n", style.bold(title));
    }
    let text = |make: fn(&HistoryRun) -> String| runs.iter().map(make);
    let per: Vec<Tally> = runs.iter().map(|run| Tally::of(std::slice::from_ref(run), &[])).collect();
    let number = |metric: Metric, drop: u8| {
        Column::metric(metric, drop, style, per.iter().map(|one| tally_value(one, metric.key())))
    };
    let columns = vec![
        Column::words("run", 0, text(|run| run.run_id.clone())),
        Column::words("scenario", 2, text(|run| run.scenario.clone())),
        Column::numbers("version", 3, text(|run| run.version.to_string())),
        Column::numbers("epoch", 6, text(|run| run.epoch.to_string())),
        Column::words("wallet", 7, text(|run| run.wallet.clone())),
        Column::words("from", 5, text(|run| instant(run.start, true))),
        Column::words("to", 5, text(|run| close_day(run.end))),
        Column::words("rank", 1, text(|run| format!("{} of {}", run.rank, run.entrants))),
        Column::gains(Metric::TotalPnl.head(), 4, per.iter().map(|one| pnl(one, style))),
        number(Metric::RoiPct, 0),
        number(Metric::SharpeRatio, 0),
        number(Metric::MaxDrawdownPct, 1),
        Column::numbers("trades", 3, per.iter().map(|one| count(one.trades))),
    ];
    let mut out = format!("{}\n\n{}\n", style.bold(title), draw(columns, style).text);
    for (name, value) in measures(tally, style) {
        out.push_str(&format!("{name:<15}{value}\n"));
    }
    out + &missing(tally, style)
}

/// An agent, or one of its versions, in a comparison.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ComparedAgent {
    /// `NAME`, or `NAME@VERSION`.
    pub label: String,
    /// Name of the strategy.
    pub strategy: String,
    /// The risk profile.
    pub risk: String,
    /// What its runs come to.
    pub tally: Tally,
}

/// Agents side by side.
pub fn compare(all: &[ComparedAgent], style: Style) -> String {
    let heads: Vec<String> =
        std::iter::once(String::new()).chain(all.iter().map(|one| one.label.clone())).collect();
    let columns: Vec<Vec<(&'static str, String)>> = all
        .iter()
        .map(|one| {
            let mut cells = vec![("strategy", kind(&one.strategy)), ("risk", one.risk.clone())];
            cells.extend(measures(&one.tally, style));
            cells
        })
        .collect();
    let names = columns.first().into_iter().flatten().map(|(name, _)| (*name).to_owned());
    let rows: Vec<Vec<String>> = names
        .enumerate()
        .map(|(row, name)| {
            std::iter::once(name).chain(columns.iter().map(|cells| cells[row].1.clone())).collect()
        })
        .collect();
    let lines = all
        .iter()
        .flat_map(|one| reasons(&one.tally).map(|line| paragraph(&format!("{line} ({})", one.label), style)));
    let why: String = lines.collect();
    let gap = if why.is_empty() { "" } else { "\n" };
    format!("{}{gap}{why}", matrix(&heads, &rows, style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(label: &str, idle: bool, missing: Vec<(&'static str, String)>) -> ComparedAgent {
        let empty = Tally::of(&[], &[]);
        let tally = Tally {
            runs: 1,
            roi_pct: Some(0.0),
            max_drawdown_pct: Some(0.0),
            win_rate: (!idle).then_some(100.0),
            missing,
            idle,
            ..empty
        };
        let strategy = "{ kind = \"cash\" }".to_owned();
        ComparedAgent { label: label.to_owned(), strategy, risk: "default".to_owned(), tally }
    }

    #[test]
    fn infinities_and_idle_agents_are_shown_as_on_the_leaderboard() {
        let winner = compared("a", false, vec![("profit_factor", "+infinity: no losing trades".to_owned())]);
        let idle = compared("b", true, vec![("sharpe_ratio", "idle: nothing was traded".to_owned())]);
        let text = compare(&[winner.clone(), idle], Style::PLAIN);
        let row = |name: &str| -> Vec<String> {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            line[name.len()..].split_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(row("PF"), ["inf", "-"]);
        for name in ["PnL", "ROI %", "max DD %"] {
            assert_eq!(row(name), ["0.00", "-"], "{name}");
        }
        assert!(text.contains("\n- profit_factor: +infinity: no losing trades (a)\n"), "{text}");
        assert!(text.ends_with("- no sharpe_ratio: idle: nothing was traded (b)\n"), "{text}");
        let unicode = compare(&[winner], Style { unicode: true, ..Style::PLAIN });
        assert!(unicode.contains('∞'), "{unicode}");
    }
}
