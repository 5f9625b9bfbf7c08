//! A tournament in its format: who stands where, how it came about, and what that proves.

use super::Style;
use super::grid::{Column, draw};
use super::header::{filled, paragraph};
use super::notes;
use crate::report::board::Field;
use crate::report::formats;
use crate::store::TournamentRecord;

/// The format's table with what led to it.
pub fn tournament(record: &TournamentRecord, style: Style) -> String {
    let found = formats::format(record);
    let first: Vec<bool> = record.view.places().iter().map(|(place, _)| *place == 1).collect();
    let table = drawn(&found.placings, &first, style);
    let tests = if found.tests.is_empty() { String::new() } else { drawn(&found.tests, &[], style) };
    let lines: String = found.story.iter().map(|line| paragraph(line, style)).collect();
    let story = [tests, lines].concat();
    let story = if story.is_empty() { story } else { format!("{story}\n") };
    let bracket =
        found.bracket.filter(|_| style.unicode).map(|bracket| bracket.text).filter(|text| fits(text, style));
    let bracket = bracket.map_or_else(String::new, |text| format!("{text}\n\n"));
    let strata = found.strata.map_or_else(String::new, |line| filled(&[line], " ", style));
    let title = style.bold(&found.name);
    format!("{title}\n\n{table}\n{bracket}{story}{strata}{}", paragraph(&found.proves, style))
}

fn drawn(fields: &[Field], first: &[bool], style: Style) -> String {
    let column = |field: &Field| {
        let column = Column::of(field, style);
        if field.name == "agent" { column.strong_where(|i| first.get(i) == Some(&true)) } else { column }
    };
    let drawing = draw(fields.iter().map(column).collect(), style);
    drawing.text + &notes::hidden(&drawing.left_out, "tournament.json", style)
}

/// Whether no line is wider than the terminal.
fn fits(text: &str, style: Style) -> bool {
    style.width.is_none_or(|width| text.lines().all(|line| line.chars().count() <= width))
}

/// How much was replayed, in a line.
pub fn work(record: &TournamentRecord) -> String {
    format!("{}\n", record.work.text)
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
