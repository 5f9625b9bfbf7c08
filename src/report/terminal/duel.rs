//! A duel: what was asked, how the windows went, what the test says.

use super::Style;
use super::header::paragraph;
use crate::report::numbers::{ratio, signed};
use crate::report::wording;
use crate::store::{DuelGameRecord, DuelRecord, TestRecord};
use crate::tournament::standings::shown;

/// A finished duel.
pub fn duel(record: &DuelRecord, style: Style) -> String {
    let parts = [
        format!("{} against {}", record.a, record.b),
        record.scenario.clone(),
        format!("by {}", wording::head(&record.ranking_metric)),
    ];
    let facts = [
        ("question", question(&record.a, &record.b, &record.test)),
        ("windows", format!("{} of {}, {}", record.games.len(), record.order.len(), drawn(record))),
        ("result", format!("{} won, {} drawn, {} lost", record.wins, record.draws, record.losses)),
        ("LLR", format!("{}, {}", ratio(record.llr), bounds(&record.test))),
        ("Elo", elo(record, style)),
        ("replays", record.replays.to_string()),
    ];
    let mut text = style.bold(&parts.join(style.separator())) + "\n\n";
    for (name, value) in facts {
        text.push_str(&format!("{name:<10}{value}\n"));
    }
    text.push('\n');
    text.push_str(&paragraph(&record.sentence, style));
    text
}

/// One window as it has just been played.
pub fn duel_game(record: &DuelRecord, game: &DuelGameRecord, style: Style) -> String {
    let score = |score| style.score(score, shown);
    format!(
        "window {:>3} ({}): {} {}, {} {}: {}; {}-{}-{}, LLR {} ({})",
        game.window,
        game.start.get(..10).unwrap_or(&game.start),
        record.a,
        score(game.known_a()),
        record.b,
        score(game.known_b()),
        game.result.replace('_', " "),
        record.wins,
        record.draws,
        record.losses,
        ratio(game.llr),
        bounds(&record.test),
    )
}

fn question(a: &str, b: &str, test: &TestRecord) -> String {
    let scale = if test.normalized { "normalised Elo" } else { "Elo" };
    format!(
        "is {a} {} {scale} stronger than {b} (H1) or {} (H0)? alpha {}, beta {}",
        test.elo1, test.elo0, test.alpha, test.beta
    )
}

fn drawn(record: &DuelRecord) -> String {
    format!("in the order registered before the first (seed {})", record.seed)
}

fn bounds(test: &TestRecord) -> String {
    format!("bounds {} and {}", ratio(test.lower), ratio(test.upper))
}

/// `+147.19 +- 80.11 (95 %), stronger at all with 99.98 %`.
fn elo(record: &DuelRecord, style: Style) -> String {
    let Some(elo) = record.elo else {
        let why = match record.counted() {
            0 => "no window has a score of both",
            _ => "every window went the same way",
        };
        return format!("{} ({why})", style.none());
    };
    let bar = record.elo_error95.map_or_else(String::new, |error| format!(" +- {} (95 %)", ratio(error)));
    let los =
        record.los.map_or_else(String::new, |p| format!(", stronger at all with {} %", ratio(100.0 * p)));
    format!("{}{bar}{los}", signed(elo))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Score;
    use crate::store::Registration;
    use crate::tournament::{Duel, DuelSpec};

    fn played(scores: &[(f64, f64)]) -> DuelRecord {
        let spec = DuelSpec::default();
        let mut duel = Duel::new(&spec).unwrap();
        let registration = Registration {
            scenario: "trial".to_owned(),
            run_id: "r".to_owned(),
            a: "trend".to_owned(),
            b: "hold".to_owned(),
            ranking_metric: "roi_pct".to_owned(),
            seed: 7,
            order: (0..9).collect(),
        };
        let mut record = DuelRecord::registered(registration, &spec, &duel);
        for (window, &(a, b)) in (0..).zip(scores) {
            let result = duel.play(Score::of(a), Score::of(b)).unwrap();
            let at = ("2024-01-01T00:00:00Z".to_owned(), "2024-01-08T00:00:00Z".to_owned());
            record.note(window, at, (Score::of(a), Score::of(b)), result, &duel);
        }
        record.conclude(duel.decision(), 0);
        record
    }

    #[test]
    fn a_duel_reads_as_question_and_answer() {
        // Two won, one drawn, one lost: 62.5 % of the points are 88.74 Elo.
        let record = played(&[(1.0, 0.0), (2.0, 1.0), (0.0, 0.0), (-1.0, 1.5)]);
        let text = duel(&record, Style::PLAIN);
        assert!(
            text.starts_with("trend against hold | trial | by ROI %\n\nquestion  is trend 100 Elo "),
            "{text}"
        );
        assert!(
            text.contains("windows   4 of 9, in the order registered before the first (seed 7)\n"),
            "{text}"
        );
        assert!(text.contains("result    2 won, 1 drawn, 1 lost\n"), "{text}");
        assert!(text.contains("bounds -2.94 and 2.94\nElo       +88.74"), "{text}");
        assert!(text.ends_with("\n\nundecided: trend against hold, after 4 of 9 windows\n"), "{text}");
        let line = duel_game(&record, &record.games[3], Style::PLAIN);
        assert!(
            line.starts_with("window   3 (2024-01-01): trend -1.00, hold 1.50: loss; 2-1-1, LLR "),
            "{line}"
        );
    }

    #[test]
    fn windows_without_a_score_are_not_said_to_have_gone_the_same_way() {
        let record = played(&[(f64::NAN, 1.0), (f64::NAN, f64::INFINITY)]);
        let text = duel(&record, Style::PLAIN);
        assert!(text.contains("Elo       - (no window has a score of both)\n"), "{text}");
        assert!(
            text.ends_with("no decision: trend does not have a roi_pct in any of the 2 windows\n"),
            "{text}"
        );
        let line = duel_game(&record, &record.games[1], Style::PLAIN);
        assert!(
            line.starts_with("window   1 (2024-01-01): trend -, hold inf: not played; 0-0-0, "),
            "{line}"
        );
    }

    #[test]
    fn nothing_is_made_up_where_all_went_one_way() {
        let text = duel(&played(&[(1.0, 0.0)]), Style::PLAIN);
        assert!(text.contains("Elo       - (every window went the same way)\n"), "{text}");
    }
}
