//! The tables of the formats: places, and the tests of a gauntlet.

use crate::report::board::Field;
use crate::report::numbers::{count, ratio};
use crate::report::table::Cell;
use crate::tournament::formats::{
    FormatView, GauntletView, KnockoutView, LeagueView, Passage, RoundRobinView, SurvivalView, SwissView,
};
use crate::tournament::standings::shown;

/// Places and tests.
pub(super) fn of(view: &FormatView) -> (Vec<Field>, Vec<Field>) {
    match view {
        FormatView::RoundRobin(view) => (round_robin(view), Vec::new()),
        FormatView::Gauntlet(view) => (gauntlet(view), tests(view)),
        FormatView::League(view) => (league(view), Vec::new()),
        FormatView::Swiss(view) => (swiss(view), Vec::new()),
        FormatView::Knockout(view) => (knockout(view), Vec::new()),
        FormatView::Survival(view) => (survival(view), Vec::new()),
    }
}

fn field(name: &'static str, drop: u8, numeric: bool, cells: Vec<Cell>) -> Field {
    Field { name, title: None, over: None, numeric, drop, metric: None, cells }
}

fn numbers<T>(name: &'static str, drop: u8, rows: &[T], cell: impl Fn(&T) -> Cell) -> Field {
    field(name, drop, true, rows.iter().map(cell).collect())
}

fn words<T>(name: &'static str, drop: u8, rows: &[T], text: impl Fn(&T) -> Option<String>) -> Field {
    let cell = |row: &T| text(row).map_or_else(|| Cell::number(None, ratio), Cell::words);
    field(name, drop, false, rows.iter().map(cell).collect())
}

/// The columns that every format has.
fn head<T>(rows: &[T], place: impl Fn(&T) -> (u32, &str)) -> Vec<Field> {
    vec![
        numbers("#", 0, rows, |row| whole(place(row).0 as usize)),
        words("agent", 0, rows, |row| Some(place(row).1.to_owned())),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "a small count, shown only")]
fn whole(n: usize) -> Cell {
    Cell::number(Some(n as f64), |_| count(n))
}

/// A score that is a number.
fn score(value: Option<f64>) -> Cell {
    Cell::number(value, shown)
}

/// Halves as they are, without needless places.
fn points(value: f64) -> Cell {
    Cell::number(Some(value), |value| {
        if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
    })
}

fn percent(share: Option<f64>) -> Cell {
    Cell::number(share.map(|share| share * 100.0), ratio)
}

fn round_robin(view: &RoundRobinView) -> Vec<Field> {
    let rows = &view.placings;
    let mut fields = head(rows, |row| (row.place, &row.agent));
    fields.extend([
        numbers("points", 0, rows, |row| points(row.points)),
        numbers("of all %", 1, rows, |row| percent(row.share)),
        numbers("won", 3, rows, |row| whole(row.wins)),
        numbers("drawn", 4, rows, |row| whole(row.draws)),
        numbers("lost", 3, rows, |row| whole(row.losses)),
        numbers("score", 2, rows, |row| score(row.mean_score)),
    ]);
    fields
}

fn gauntlet(view: &GauntletView) -> Vec<Field> {
    let rows = &view.placings;
    let mut fields = head(rows, |row| (row.place, &row.agent));
    fields.extend([
        words("passed", 0, rows, |row| Some(if row.passed { "yes" } else { "no" }.to_owned())),
        numbers("beaten", 0, rows, |row| Cell::words(format!("{} of {}", row.beaten, row.tests.len()))),
        numbers("won %", 1, rows, |row| percent(Some(row.share))),
        numbers("score", 2, rows, |row| score(row.mean_score)),
    ]);
    fields
}

fn tests(view: &GauntletView) -> Vec<Field> {
    let rows: Vec<_> =
        view.placings.iter().flat_map(|row| row.tests.iter().map(move |test| (row, test))).collect();
    let verdict = |passage: Passage| match passage {
        Passage::Beats => "beats it",
        Passage::Loses => "loses to it",
        Passage::Open => "not told apart",
    };
    vec![
        words("challenger", 0, &rows, |(row, _)| Some(row.agent.clone())),
        words("baseline", 0, &rows, |(_, test)| Some(test.baseline.clone())),
        numbers("difference", 1, &rows, |(_, test)| score(test.mean_difference)),
        numbers("won", 2, &rows, |(_, test)| whole(test.wins)),
        numbers("drawn", 4, &rows, |(_, test)| whole(test.draws)),
        numbers("lost", 3, &rows, |(_, test)| whole(test.losses)),
        numbers("p (Holm)", 0, &rows, |(_, test)| Cell::number(test.p_value, probability)),
        words("verdict", 0, &rows, |(_, test)| Some(verdict(test.verdict).to_owned())),
    ]
}

fn league(view: &LeagueView) -> Vec<Field> {
    let rows = &view.placings;
    let mut fields = head(rows, |row| (row.place, &row.agent));
    fields.extend([
        numbers("division", 0, rows, |row| whole(row.division)),
        numbers("last season's score", 1, rows, |row| score(row.mean_score)),
    ]);
    fields
}

fn swiss(view: &SwissView) -> Vec<Field> {
    let rows = &view.placings;
    let mut fields = head(rows, |row| (row.place, &row.agent));
    fields.extend([
        numbers("points", 0, rows, |row| points(row.points)),
        numbers("Buchholz", 1, rows, |row| points(row.buchholz)),
        numbers("score", 2, rows, |row| score(row.mean_score)),
    ]);
    fields
}

fn knockout(view: &KnockoutView) -> Vec<Field> {
    let rows = &view.placings;
    let mut fields = head(rows, |row| (row.place, &row.agent));
    fields.extend([
        numbers("seed", 0, rows, |row| whole(row.seed)),
        numbers("won", 1, rows, |row| whole(row.won)),
        words("lost to", 2, rows, |row| row.lost_to.clone()),
    ]);
    fields
}

fn survival(view: &SurvivalView) -> Vec<Field> {
    let rows = &view.placings;
    let mut fields = head(rows, |row| (row.place, &row.agent));
    fields.extend([
        words("out at", 0, rows, |row| row.out_at.clone()),
        numbers("window", 1, rows, |row| row.out_in_window.map_or_else(|| Cell::number(None, ratio), whole)),
        words("how", 2, rows, |row| row.reason.clone()),
        numbers("score", 3, rows, |row| score(row.mean_score)),
    ]);
    fields
}

/// Three places; `< 0.001` below.
pub(super) fn probability(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}
