//! How a format's places came about: seasons and rounds in words, a line each.

use super::tables::probability;
use crate::tournament::formats::{FormatView, KnockoutRound, KnockoutView, Season, SwissRound, WindowRange};

/// The lines of a format; none where its table says it all.
pub(super) fn of(view: &FormatView) -> Vec<String> {
    match view {
        FormatView::RoundRobin(_) | FormatView::Gauntlet(_) | FormatView::Survival(_) => Vec::new(),
        FormatView::League(view) => view.seasons.iter().map(season).collect(),
        FormatView::Swiss(view) => view.rounds.iter().map(swiss_round).collect(),
        FormatView::Knockout(view) => knockout(view),
    }
}

/// `season 1, windows 0 to 11: trend promoted over hold (p 0.012); dip stays below macd (p 0.41)`.
fn season(season: &Season) -> String {
    let moves = season.boundaries.iter().map(|at| {
        let word = if at.exchanged { "promoted over" } else { "stays below" };
        let p_value = at.p_value.map_or_else(|| "no test".to_owned(), |p| format!("p {}", probability(p)));
        format!("{} {word} {} ({p_value})", at.lower, at.upper)
    });
    let moves: Vec<String> = moves.collect();
    let moves = if moves.is_empty() { "one division".to_owned() } else { moves.join("; ") };
    format!("season {}, {}: {moves}", season.season, windows(season.windows))
}

fn swiss_round(round: &SwissRound) -> String {
    let games = round.games.iter().map(|game| match game.points_a {
        1.0 => format!("{} beats {}", game.a, game.b),
        0.0 => format!("{} beats {}", game.b, game.a),
        _ => format!("{} draws with {}", game.a, game.b),
    });
    let bye = round.bye.iter().map(|agent| format!("{agent} has a bye"));
    let games: Vec<String> = games.chain(bye).collect();
    format!("round {}, {}: {}", round.round, windows(round.windows), games.join("; "))
}

fn knockout(view: &KnockoutView) -> Vec<String> {
    let seeding = match view.seeding {
        Some(played) => format!("seeds by {}", windows(played)),
        None => "seeds as listed in the scenario, the others drawn".to_owned(),
    };
    let rounds = view.rounds.iter().map(|round| knockout_round(round, view.rounds.len()));
    std::iter::once(seeding).chain(rounds).collect()
}

fn knockout_round(round: &KnockoutRound, rounds: usize) -> String {
    let ties = round.ties.iter().map(|tie| {
        let how = if tie.by_seed { " (equal scores: better seed)" } else { "" };
        format!("{} beats {}{how}", tie.winner, tie.loser)
    });
    let byes = round.byes.iter().map(|agent| format!("{agent} has a bye"));
    let games: Vec<String> = ties.chain(byes).collect();
    let name = if round.round == rounds { "final".to_owned() } else { format!("round {}", round.round) };
    format!("{name}, {}: {}", windows(round.windows), games.join("; "))
}

/// `window 4`, `windows 0 to 3`.
fn windows(range: WindowRange) -> String {
    if range.first == range.last {
        return format!("window {}", range.first);
    }
    format!("windows {} to {}", range.first, range.last)
}
