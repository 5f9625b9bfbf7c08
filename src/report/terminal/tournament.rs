//! A tournament in its format: who stands where, how it came about, and what that proves.

use super::Style;
use super::grid::{Column, draw};
use super::header::{filled, paragraph};
use crate::report::numbers::{count, ratio};
use crate::store::TournamentRecord;
use crate::tournament::formats::{
    FormatView, GauntletView, KnockoutRound, KnockoutView, LeagueView, Passage, RoundRobinView, Season,
    SurvivalView, SwissRound, SwissView, WindowRange,
};
use crate::tournament::standings::shown;

/// The format's table with what led to it.
pub fn tournament(record: &TournamentRecord, style: Style) -> String {
    let (columns, story) = match &record.view {
        FormatView::RoundRobin(view) => (round_robin(view, style), String::new()),
        FormatView::Gauntlet(view) => (gauntlet(view, style), tests(view, style)),
        FormatView::League(view) => (league(view, style), seasons(view, style)),
        FormatView::Swiss(view) => {
            (swiss(view, style), view.rounds.iter().map(|r| swiss_round(r, style)).collect())
        }
        FormatView::Knockout(view) => (knockout(view, style), bracket(view, style)),
        FormatView::Survival(view) => (survival(view, style), String::new()),
    };
    let title = style.bold(&record.view.name().replace('_', " "));
    let story = if story.is_empty() { story } else { format!("{story}\n") };
    let table = draw(columns, style).text;
    format!("{title}\n\n{table}\n{story}{}{}", strata(record, style), paragraph(&record.proves, style))
}

/// How much was replayed, in a line.
pub fn work(record: &TournamentRecord) -> String {
    format!("{}\n", record.work.text)
}

/// Windows by the regime before them.
fn strata(record: &TournamentRecord, style: Style) -> String {
    if record.strata.is_empty() {
        return String::new();
    }
    let parts: Vec<String> =
        record.strata.iter().map(|(regime, windows)| format!("{regime} {windows}")).collect();
    filled(&[format!("windows by regime: {}", parts.join(", "))], " ", style)
}

/// The columns that every format has.
fn head<'a>(rows: impl Iterator<Item = (u32, &'a str)> + Clone) -> Vec<Column> {
    let first: Vec<bool> = rows.clone().map(|(place, _)| place == 1).collect();
    vec![
        Column::numbers("#", 0, rows.clone().map(|(place, _)| place.to_string())),
        Column::words("agent", 0, rows.map(|(_, agent)| agent.to_owned())).strong_where(|i| first[i]),
    ]
}

fn round_robin(view: &RoundRobinView, style: Style) -> Vec<Column> {
    let rows = &view.placings;
    let share = |share: Option<f64>| share.map_or_else(|| style.none().to_owned(), percent);
    let mut columns = head(rows.iter().map(|row| (row.place, row.agent.as_str())));
    columns.extend([
        Column::numbers("points", 0, rows.iter().map(|row| points(row.points))),
        Column::numbers("of all %", 1, rows.iter().map(|row| share(row.share))),
        Column::numbers("won", 3, rows.iter().map(|row| count(row.wins))),
        Column::numbers("drawn", 4, rows.iter().map(|row| count(row.draws))),
        Column::numbers("lost", 3, rows.iter().map(|row| count(row.losses))),
        Column::numbers("score", 2, rows.iter().map(|row| score(row.mean_score, style))),
    ]);
    columns
}

fn gauntlet(view: &GauntletView, style: Style) -> Vec<Column> {
    let rows = &view.placings;
    let mut columns = head(rows.iter().map(|row| (row.place, row.agent.as_str())));
    let passed = |passed: bool| if passed { "yes" } else { "no" }.to_owned();
    columns.extend([
        Column::words("passed", 0, rows.iter().map(|row| passed(row.passed))),
        Column::numbers("beaten", 0, rows.iter().map(|row| format!("{} of {}", row.beaten, row.tests.len()))),
        Column::numbers("won %", 1, rows.iter().map(|row| percent(row.share))),
        Column::numbers("score", 2, rows.iter().map(|row| score(row.mean_score, style))),
    ]);
    columns
}

fn tests(view: &GauntletView, style: Style) -> String {
    let rows: Vec<_> =
        view.placings.iter().flat_map(|row| row.tests.iter().map(move |test| (row, test))).collect();
    let verdict = |passage: Passage| match passage {
        Passage::Beats => "beats it",
        Passage::Loses => "loses to it",
        Passage::Open => "not told apart",
    };
    let p_value = |p: Option<f64>| p.map_or_else(|| style.none().to_owned(), probability);
    let columns = vec![
        Column::words("challenger", 0, rows.iter().map(|(row, _)| row.agent.clone())),
        Column::words("baseline", 0, rows.iter().map(|(_, test)| test.baseline.clone())),
        Column::numbers("difference", 1, rows.iter().map(|(_, test)| score(test.mean_difference, style))),
        Column::numbers("won", 2, rows.iter().map(|(_, test)| count(test.wins))),
        Column::numbers("drawn", 4, rows.iter().map(|(_, test)| count(test.draws))),
        Column::numbers("lost", 3, rows.iter().map(|(_, test)| count(test.losses))),
        Column::numbers("p (Holm)", 0, rows.iter().map(|(_, test)| p_value(test.p_value))),
        Column::words("verdict", 0, rows.iter().map(|(_, test)| verdict(test.verdict).to_owned())),
    ];
    draw(columns, style).text
}

fn league(view: &LeagueView, style: Style) -> Vec<Column> {
    let rows = &view.placings;
    let mut columns = head(rows.iter().map(|row| (row.place, row.agent.as_str())));
    columns.extend([
        Column::numbers("division", 0, rows.iter().map(|row| row.division.to_string())),
        Column::numbers("last season's score", 1, rows.iter().map(|row| score(row.mean_score, style))),
    ]);
    columns
}

fn seasons(view: &LeagueView, style: Style) -> String {
    view.seasons.iter().map(|season| boundaries(season, style)).collect()
}

/// `season 1, windows 0 to 11: trend up for hold (p 0.012); dip stays below macd (p 0.41)`.
fn boundaries(season: &Season, style: Style) -> String {
    let moves = season.boundaries.iter().map(|at| {
        let word = if at.exchanged { "promoted over" } else { "stays below" };
        let p_value = at.p_value.map_or_else(|| "no test".to_owned(), |p| format!("p {}", probability(p)));
        format!("{} {word} {} ({p_value})", at.lower, at.upper)
    });
    let moves: Vec<String> = moves.collect();
    let moves = if moves.is_empty() { "one division".to_owned() } else { moves.join("; ") };
    paragraph(&format!("season {}, {}: {moves}", season.season, windows(season.windows)), style)
}

fn swiss(view: &SwissView, style: Style) -> Vec<Column> {
    let rows = &view.placings;
    let mut columns = head(rows.iter().map(|row| (row.place, row.agent.as_str())));
    columns.extend([
        Column::numbers("points", 0, rows.iter().map(|row| points(row.points))),
        Column::numbers("Buchholz", 1, rows.iter().map(|row| points(row.buchholz))),
        Column::numbers("score", 2, rows.iter().map(|row| score(row.mean_score, style))),
    ]);
    columns
}

fn swiss_round(round: &SwissRound, style: Style) -> String {
    let games = round.games.iter().map(|game| match game.points_a {
        1.0 => format!("{} beats {}", game.a, game.b),
        0.0 => format!("{} beats {}", game.b, game.a),
        _ => format!("{} draws with {}", game.a, game.b),
    });
    let bye = round.bye.iter().map(|agent| format!("{agent} has a bye"));
    let games: Vec<String> = games.chain(bye).collect();
    let line = format!("round {}, {}: {}", round.round, windows(round.windows), games.join("; "));
    paragraph(&line, style)
}

fn knockout(view: &KnockoutView, style: Style) -> Vec<Column> {
    let rows = &view.placings;
    let lost = |to: &Option<String>| to.clone().unwrap_or_else(|| style.none().to_owned());
    let mut columns = head(rows.iter().map(|row| (row.place, row.agent.as_str())));
    columns.extend([
        Column::numbers("seed", 0, rows.iter().map(|row| row.seed.to_string())),
        Column::numbers("won", 1, rows.iter().map(|row| row.won.to_string())),
        Column::words("lost to", 2, rows.iter().map(|row| lost(&row.lost_to))),
    ]);
    columns
}

fn bracket(view: &KnockoutView, style: Style) -> String {
    let seeding = match view.seeding {
        Some(played) => format!("seeds by {}", windows(played)),
        None => "seeds as listed in the scenario, the others drawn".to_owned(),
    };
    let rounds = view.rounds.iter().map(|round| knockout_round(round, view.rounds.len(), style));
    paragraph(&seeding, style) + &rounds.collect::<String>()
}

fn knockout_round(round: &KnockoutRound, rounds: usize, style: Style) -> String {
    let ties = round.ties.iter().map(|tie| {
        let how = if tie.by_seed { " (equal scores: better seed)" } else { "" };
        format!("{} beats {}{how}", tie.winner, tie.loser)
    });
    let byes = round.byes.iter().map(|agent| format!("{agent} has a bye"));
    let games: Vec<String> = ties.chain(byes).collect();
    let name = if round.round == rounds { "final".to_owned() } else { format!("round {}", round.round) };
    paragraph(&format!("{name}, {}: {}", windows(round.windows), games.join("; ")), style)
}

fn survival(view: &SurvivalView, style: Style) -> Vec<Column> {
    let rows = &view.placings;
    let or_none = |text: Option<String>| text.unwrap_or_else(|| style.none().to_owned());
    let mut columns = head(rows.iter().map(|row| (row.place, row.agent.as_str())));
    columns.extend([
        Column::words("out at", 0, rows.iter().map(|row| or_none(row.out_at.clone()))),
        Column::numbers("window", 1, rows.iter().map(|r| or_none(r.out_in_window.map(|w| w.to_string())))),
        Column::words("how", 2, rows.iter().map(|row| or_none(row.reason.clone()))),
        Column::numbers("score", 3, rows.iter().map(|row| score(row.mean_score, style))),
    ]);
    columns
}

/// `window 4`, `windows 0 to 3`.
fn windows(range: WindowRange) -> String {
    if range.first == range.last {
        return format!("window {}", range.first);
    }
    format!("windows {} to {}", range.first, range.last)
}

/// A score that is a number.
fn score(value: Option<f64>, style: Style) -> String {
    value.map_or_else(|| style.none().to_owned(), shown)
}

/// Halves as they are, without needless places.
fn points(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

fn percent(share: f64) -> String {
    ratio(share * 100.0)
}

/// Three places; `< 0.001` below.
pub(super) fn probability(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Seed;
    use crate::metrics::Score;
    use crate::scenario::{TournamentFormat, TournamentSpec};
    use crate::tournament::formats::Exit;
    use crate::tournament::standings::{Fold, ScoreMatrix};
    use crate::tournament::{Results, assess};

    /// Four agents over 24 windows: `best` is ahead by 1 or 3 in turn, `twin` is a copy of `base`, `worst` behind.
    fn shown_as(format: TournamentFormat) -> String {
        let base: Vec<f64> = (0..24).map(|w| f64::from((w * 7) % 5)).collect();
        let by = |odd: f64, even: f64| -> Vec<Score> {
            base.iter().enumerate().map(|(w, x)| Score::of(x + if w % 2 == 0 { odd } else { even })).collect()
        };
        let names = ["base", "best", "twin", "worst"].map(str::to_owned).to_vec();
        let scores = vec![by(0.0, 0.0), by(1.0, 3.0), by(0.0, 0.0), by(-2.0, -3.0)];
        let mut ends = vec![vec![None; 24]; 4];
        ends[3][5] = Some(Exit { at: "2024-01-06T12:00:00Z".into(), window: 5, status: "forfeit".into() });
        let windows = (0..24).map(|w| w.to_string()).collect();
        let matrix = ScoreMatrix::new(names, windows, scores, Fold::Mean).unwrap();
        let results = Results::new(matrix, ends, "roi_pct", Seed(3), None).unwrap();
        let spec = TournamentSpec { format, ..TournamentSpec::default() };
        let found = assess(&results, &spec).unwrap();
        tournament(&TournamentRecord::new(&found, None, ["up_calm".to_owned()].into_iter()), Style::PLAIN)
    }

    #[test]
    fn a_round_robin_is_a_table() {
        let expected = "\
round robin

#  agent  points  of all %  won  drawn  lost  score
---------------------------------------------------
1  best       72    100.00   72      0     0   3.96
2  base       36     50.00   24     24    24   1.96
2  twin       36     50.00   24     24    24   1.96
4  worst       0      0.00    0      0    72  -0.54

windows by regime: up_calm 1
places are by windows won; whether the first is better than the others stands in the verdict
";
        assert_eq!(shown_as(TournamentFormat::RoundRobin), expected);
    }

    #[test]
    fn a_gauntlet_shows_its_tests() {
        let text = shown_as(TournamentFormat::Gauntlet { baselines: vec!["base".into()] });
        let row = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = text.lines().map(row).collect();
        assert!(lines.contains(&"1 best yes 1 of 1 100.00 3.96".to_owned()), "{text}");
        assert!(lines.contains(&"best base 2.00 24 0 0 < 0.001 beats it".to_owned()), "{text}");
        assert!(lines.contains(&"twin base 0.00 0 24 0 1.000 not told apart".to_owned()), "{text}");
        assert!(text.contains("not tested against each other"), "{text}");
    }

    #[test]
    fn rounds_and_seasons_are_printed() {
        let text = shown_as(TournamentFormat::Knockout { seeds: vec![] });
        assert!(
            text.contains("seeds by windows 0 to 7\nround 1, windows 8 to 15: best beats worst; "),
            "{text}"
        );
        assert!(text.contains("(equal scores: better seed)\nfinal, windows 16 to 23: best beats "), "{text}");
        assert!(text.contains("the winner of a bracket is not proven best"), "{text}");
        let text = shown_as(TournamentFormat::Swiss { rounds: Some(2) });
        assert!(text.contains("round 2, windows 12 to 23: "), "{text}");
        let text = shown_as(TournamentFormat::League { seasons: 2, divisions: 2 });
        assert!(text.contains("season 1, windows 0 to 11: ") && text.contains("division"), "{text}");
        let text = shown_as(TournamentFormat::Survival);
        assert!(text.contains("4  worst  2024-01-06T12:00:00Z       5  forfeit  -0.54"), "{text}");
    }
}
