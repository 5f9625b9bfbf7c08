//! Standings: the verdict first, then the table with its error bars, who beats whom, and what else was tested.

use super::Style;
use super::grid::{Column, draw};
use super::header::paragraph;
use super::standings_pairs::pairs;
use crate::report::numbers::{count, form, ratio};
use crate::report::wording::{self, plural, rating_system, some};
use crate::store::{RatingRecord, RatingSystemRecord, StandingRecord, StandingsRecord};
use crate::tournament::standings::{shown_percent, shown_together};

/// More failed resamples than this share make a bar too narrow to go without saying.
const FAILED_SHARE: f64 = 0.01;

/// Everything of a tournament's standings that fits a terminal.
pub fn standings(record: &StandingsRecord, style: Style) -> String {
    format!("{}\n{}{}", standings_table(record, style), pairs(record, style), tests(record, style))
}

/// The verdict, the table and its notes.
pub fn standings_table(record: &StandingsRecord, style: Style) -> String {
    let drawing = draw(columns(record, style), style);
    let notes = [
        left_out(&drawing.left_out, style),
        legend(record, style),
        unrated(record, style),
        narrow_bars(record, style),
        windows(record, style),
    ];
    let verdict = style.bold(paragraph(&record.verdict.sentence, style).trim_end());
    format!("{verdict}\n\n{}\n{}", drawing.text, notes.concat())
}

fn columns(record: &StandingsRecord, style: Style) -> Vec<Column> {
    let rows = &record.standings;
    let text = |make: fn(&StandingRecord) -> String| rows.iter().map(make);
    let or_none = move |text: Option<String>| text.unwrap_or_else(|| style.none().to_owned());
    let percent = |share: f64| ratio(share * 100.0);
    let (scored, intervals) = scores(record, style);
    let mut columns = vec![
        Column::numbers("#", 0, text(|row| row.rank.to_string())),
        Column::words("agent", 0, text(|row| row.agent.clone())).strong_where(|i| rows[i].rank == 1),
        Column::numbers("", 0, scored.into_iter().map(or_none)).named(wording::standings_head(record)),
        Column::numbers("interval", 2, intervals.into_iter().map(or_none)),
        Column::numbers("mean rank", 9, rows.iter().map(|row| or_none(row.mean_rank.map(ratio)))),
        Column::numbers("rank", 3, text(|row| rank_range(row.rank_low, row.rank_high))),
        Column::numbers("P(first) %", 4, rows.iter().map(|row| percent(row.first_probability))),
        Column::numbers("wins", 6, text(|row| count(row.wins))),
        Column::numbers("ties", 8, text(|row| count(row.ties))),
        Column::numbers("losses", 7, text(|row| count(row.losses))),
    ];
    for (index, system) in (0_u8..).zip(&record.ratings) {
        let rated = |row: &StandingRecord| row.ratings.get(&system.system).cloned();
        let rating = rows.iter().map(|row| or_none(rated(row).map(|rated| rating(&rated))));
        columns.push(Column::numbers(rating_system(&system.system), 1 + index.saturating_mul(20), rating));
        let bar = rows.iter().map(|row| or_none(rated(row).and_then(|rated| bar(&rated))));
        columns.push(Column::numbers("rating interval", 5 + index.saturating_mul(20), bar));
    }
    if rows.iter().any(|row| row.scored_windows < record.windows) {
        columns.push(Column::numbers("scored", 10, text(|row| count(row.scored_windows))));
    }
    if rows.iter().any(|row| row.disqualified_windows > 0) {
        columns.push(Column::numbers("disqualified", 0, text(|row| count(row.disqualified_windows))));
    }
    columns
}

/// Scores and their intervals (`0.02 to 0.60`), in the form of the leaderboard; of a metric that is not known all with
/// the same decimals.
fn scores(record: &StandingsRecord, style: Style) -> (Vec<Option<String>>, Vec<Option<String>>) {
    let rows = &record.standings;
    let numbers = |row: &StandingRecord| [row.score, row.score_low, row.score_high];
    let known: Vec<f64> = rows.iter().flat_map(numbers).flatten().collect();
    let texts = match form(&record.metric) {
        Some(form) => known.iter().map(|value| form(*value)).collect(),
        None => shown_together(&known),
    };
    let mut texts = texts.into_iter();
    let endless =
        |negative: bool| if negative { style.minus_infinity() } else { style.infinity() }.to_owned();
    let mut shown = |row: &StandingRecord| {
        let [score, low, high] = numbers(row).map(|number| number.and_then(|_| texts.next()));
        let infinite = || row.score_infinite.as_deref().map(|text| endless(text.starts_with('-')));
        let ends = low.map(|low| format!("{low} to {}", high.unwrap_or_else(|| endless(false))));
        (score.or_else(infinite), ends)
    };
    rows.iter().map(&mut shown).unzip()
}

/// `1-3`, or the one place.
fn rank_range(best: usize, worst: usize) -> String {
    if best == worst { best.to_string() } else { format!("{best}-{worst}") }
}

/// Whole points on the scale of 1500, two places on the scale of 25.
fn rating(rated: &RatingRecord) -> String {
    points(rated.rating, rated.rating)
}

fn bar(rated: &RatingRecord) -> Option<String> {
    Some(format!("{} to {}", points(rated.low?, rated.rating), points(rated.high?, rated.rating)))
}

fn points(value: f64, scale: f64) -> String {
    if scale.abs() >= 100.0 { format!("{value:.0}") } else { ratio(value) }
}

fn left_out(names: &[&str], style: Style) -> String {
    if names.is_empty() {
        return String::new();
    }
    paragraph(
        &format!("hidden for lack of width: {}; JSON and CSV have all columns", names.join(", ")),
        style,
    )
}

/// What the columns are.
fn legend(record: &StandingsRecord, style: Style) -> String {
    let better = if record.higher_is_better { "more" } else { "less" };
    paragraph(
        &format!(
            "{better} is better; intervals cover {} %, from {} resamples of whole windows",
            shown_percent(record.interval_level),
            count(record.resamples),
        ),
        style,
    )
}

/// Why a system rates no agent.
fn unrated(record: &StandingsRecord, style: Style) -> String {
    let line = |system: &RatingSystemRecord| {
        let reason = system.reason.as_deref()?;
        Some(paragraph(
            &format!("{} no {} rating: {reason}", style.none(), rating_system(&system.system)),
            style,
        ))
    };
    record.ratings.iter().filter_map(line).collect()
}

/// Systems whose bars come from fewer resamples, and those many of whose resamples could not be rated.
fn narrow_bars(record: &StandingsRecord, style: Style) -> String {
    let fewer = |system: &&RatingSystemRecord| system.reason.is_none() && system.resamples < record.resamples;
    let few = |system: &RatingSystemRecord| {
        let name = rating_system(&system.system);
        let text = match system.resamples {
            0 => format!("no intervals of {name}: resampling would take too long with this many agents"),
            some => format!("intervals of {name} use only the first {} resamples", count(some)),
        };
        paragraph(&text, style)
    };
    record.ratings.iter().filter(fewer).map(few).collect::<String>() + &failed_resamples(record, style)
}

#[expect(clippy::cast_precision_loss, reason = "counts of resamples")]
fn failed_resamples(record: &StandingsRecord, style: Style) -> String {
    let many = |system: &&RatingSystemRecord| {
        system.failed_resamples as f64 > FAILED_SHARE * system.resamples as f64
    };
    let line = |system: &RatingSystemRecord| {
        let text = format!(
            "{} of {} resamples have no {} rating (an agent won or lost everything), so its intervals are too narrow",
            count(system.failed_resamples),
            count(system.resamples),
            rating_system(&system.system)
        );
        paragraph(&text, style)
    };
    record.ratings.iter().filter(many).map(line).collect()
}

/// Windows without scores, and agents that are not ranked.
fn windows(record: &StandingsRecord, style: Style) -> String {
    let mut text = String::new();
    if record.standings.iter().any(|row| row.scored_windows < record.windows) {
        text += &paragraph("two agents are compared in the windows in which both have a score", style);
    }
    if !record.unscored_windows.is_empty() {
        let names: Vec<&str> = record.unscored_windows.iter().map(String::as_str).collect();
        let windows = plural(names.len(), "window");
        text += &paragraph(&format!("no agent has a score in {windows}: {}", some(&names)), style);
    }
    for unranked in &record.not_ranked {
        text += &paragraph(&format!("not ranked: {}, {}", unranked.agent, unranked.reason), style);
    }
    text
}

/// The tests over all agents, a line each.
fn tests(record: &StandingsRecord, style: Style) -> String {
    let alpha = shown_percent(record.alpha);
    let mut lines = Vec::new();
    let set: Vec<&str> = record
        .standings
        .iter()
        .filter(|row| row.confidence_set_p.is_some_and(|p| p > record.alpha))
        .map(|row| row.agent.as_str())
        .collect();
    if !set.is_empty() && record.standings.len() > 1 {
        lines.push(format!("model confidence set at {alpha} %: {}", set.join(", ")));
    }
    if let Some(friedman) = &record.friedman {
        let (p, says) = (p_value(friedman.p_value), friedman.p_value < record.alpha);
        let says = if says {
            "the mean ranks differ significantly"
        } else {
            "no significant difference in mean ranks"
        };
        lines.push(format!("Friedman: chi-squared {}, p {p}: {says}", ratio(friedman.statistic)));
    }
    if let Some(benchmark) = &record.benchmark {
        if let Some(spa) = &benchmark.spa {
            let p = p_value(spa.p_value);
            lines.push(format!("best against {}: {}, SPA p {p}", benchmark.agent, spa.best));
        }
        if let Some(superior) = &benchmark.superior {
            let named = if superior.is_empty() { "nobody".to_owned() } else { superior.join(", ") };
            lines.push(format!("beats {} at {alpha} % (StepM): {named}", benchmark.agent));
        }
        for key in ["spa", "superior"] {
            if let Some(reason) = record.missing.get(key) {
                lines.push(format!("{} no test against {}: {reason}", style.none(), benchmark.agent));
                break;
            }
        }
    }
    lines.iter().map(|line| paragraph(line, style)).collect()
}

/// Three places; a smaller one is only said to be so.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { "under 0.001".to_owned() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::terminal::standings_pairs::fixture::{record, unbeaten};

    #[test]
    fn the_verdict_comes_first_and_the_table_has_its_error_bars() {
        let text = standings(&record(), Style::PLAIN);
        let expected = "\
not distinguishable: trend and twin have the same mean Sharpe ratio, over 24 windows; trend, twin and odd cannot be told apart; no number of windows would resolve it

#  agent  mean Sharpe        interval  mean rank  rank  P(first) %  wins  ties  losses  Bradley-Terry  rating interval  scored  disqualified
--------------------------------------------------------------------------------------------------------------------------------------------
1  trend        -0.04   -0.56 to 0.47       2.17   1-2       50.00    31    24      16           1573     1552 to 1604      24             0
1  twin         -0.04   -0.56 to 0.47       2.17   1-2       50.00    31    24      16           1573     1552 to 1604      24             0
3  odd          -0.93  -1.19 to -0.68       2.43     3        0.00    36     0      33           1516     1475 to 1565      23             1
4  hold         -2.04  -2.80 to -1.28       3.17     4        0.00    19     0      52           1338     1284 to 1380      24             0
";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("\nmore is better; intervals cover 95 %, from 60 resamples"));
        assert!(text.contains("\ntwo agents are compared in the windows in which both have a score\n"));
        assert!(text.contains("\nmodel confidence set at 5 %: trend, twin\n"));
        assert!(text.contains("\nbeats hold at 5 % (StepM): "), "{text}");
    }

    #[test]
    fn a_narrow_terminal_leaves_columns_out_and_says_so() {
        for width in [40, 60, 80] {
            let text = standings(&record(), Style { width: Some(width), ..Style::PLAIN });
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            assert!(text.contains("hidden for lack of width"));
        }
    }

    #[test]
    fn an_unbeaten_agent_is_said_not_rated() {
        let text = standings(&unbeaten(), Style::PLAIN);
        assert!(
            text.contains("- no Bradley-Terry rating: the win graph is not strongly connected"),
            "{text}"
        );
        assert!(text.contains(": best | other (agents of two groups never met"));
    }

    #[test]
    fn small_numbers_for_reading() {
        assert_eq!((rank_range(1, 3), rank_range(2, 2)), ("1-3".to_owned(), "2".to_owned()));
        assert_eq!((p_value(0.0004), p_value(0.0421)), ("under 0.001".to_owned(), "0.042".to_owned()));
        assert_eq!((points(1523.4, 1523.4), points(24.126, 24.0)), ("1523".to_owned(), "24.13".to_owned()));
    }
}
