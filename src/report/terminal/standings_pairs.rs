//! Agent against agent: a square table of the best.

use std::collections::BTreeMap;

use super::Style;
use super::grid::{Column, draw};
use super::header::paragraph;
use crate::store::{PairRecord, StandingsRecord};
use crate::tournament::standings::shown_percent;

/// Heads of the columns: the row of each opponent.
const HEADS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];

/// How likely the agent of each row beats that of each column, the best twelve of them; nothing for one agent.
pub(super) fn pairs(record: &StandingsRecord, style: Style) -> String {
    let names: Vec<&str> = record.standings.iter().map(|row| row.agent.as_str()).take(HEADS.len()).collect();
    if names.len() < 2 {
        return String::new();
    }
    let by_names: BTreeMap<(&str, &str), &PairRecord> =
        record.pairs.iter().map(|pair| ((pair.a.as_str(), pair.b.as_str()), pair)).collect();
    let cell = |row: &str, column: &str| -> String {
        let (pair, turned) = match (by_names.get(&(row, column)), by_names.get(&(column, row))) {
            (Some(pair), _) => (pair, false),
            (None, Some(pair)) => (pair, true),
            (None, None) => return String::new(),
        };
        let beats = if turned { 1.0 - pair.beats_probability } else { pair.beats_probability };
        let enough = pair.windows >= record.minimum_windows;
        let differs = enough && pair.p_holm.is_some_and(|p| p < record.alpha);
        format!("{:.0}{}", beats * 100.0, if differs { "*" } else { " " })
    };
    let mut columns = vec![
        Column::numbers("", 0, HEADS.iter().take(names.len()).map(|head| (*head).to_owned())),
        Column::words("agent", 0, names.iter().map(|name| (*name).to_owned())),
    ];
    for (index, (head, column)) in (0_u8..).zip(HEADS.iter().zip(&names)) {
        // Where there is no room the last opponents go first.
        columns.push(Column::numbers(head, 1 + index, names.iter().map(|row| cell(row, column))));
    }
    let drawing = draw(columns, style);
    let alpha = shown_percent(record.alpha);
    let mut text = format!("{}\n\n{}\n", style.bold("P(row beats column), %"), drawing.text);
    text += &paragraph(
        &format!("in another set of as many windows; * significant difference at {alpha} % (Holm)"),
        style,
    );
    let all = record.standings.len();
    let drawn = names.len() - drawing.left_out.len();
    if drawn < all {
        text += &paragraph(
            &format!("showing pairs of the best {drawn} of {all} agents; JSON has all pairs"),
            style,
        );
    }
    text
}

#[cfg(test)]
pub(super) mod fixture {
    //! Standings as the tests of the tables take them.

    use crate::metrics::Score;
    use crate::store::StandingsRecord;
    use crate::tournament::standings::{Fold, ScoreMatrix, StandingsSpec, standings};

    fn of(agents: &[&str], scores: Vec<Vec<Option<f64>>>, spec: &StandingsSpec) -> StandingsRecord {
        let names = agents.iter().map(|name| (*name).to_owned()).collect();
        let windows = (0..scores[0].len()).map(|window| window.to_string()).collect();
        let scores: Vec<Vec<Score>> =
            scores.into_iter().map(|row| row.into_iter().map(Score::from).collect()).collect();
        let mut flags: Vec<Vec<bool>> = scores.iter().map(|row| vec![false; row.len()]).collect();
        flags.last_mut().unwrap()[3] = true;
        let matrix =
            ScoreMatrix::new(names, windows, scores, Fold::Mean).unwrap().with_disqualified(flags).unwrap();
        StandingsRecord::new(&standings(&matrix, spec).unwrap())
    }

    /// Two that are the same, one that is worse by 3 or better by 1, one with a hole; the third is the benchmark.
    pub fn record() -> StandingsRecord {
        let base: Vec<Option<f64>> = (0..24).map(|i| Some(f64::from(i * 7 % 5) - 2.0)).collect();
        let worse = (0..24).map(|i| base[i].map(|x| if i % 4 == 0 { x + 1.0 } else { x - 3.0 })).collect();
        let holed = (0..24).map(|i| base[i].filter(|_| i != 7).map(|x| -0.5 * x - 1.0)).collect();
        let spec = StandingsSpec {
            metric: "sharpe_ratio".to_owned(),
            benchmark: Some(2),
            resamples: 60,
            ..StandingsSpec::default()
        };
        of(&["trend", "twin", "hold", "odd"], vec![base.clone(), base, worse, holed], &spec)
    }

    /// One that always wins.
    pub fn unbeaten() -> StandingsRecord {
        let low: Vec<Option<f64>> = (0..24).map(|i| Some(f64::from(i * 7 % 5))).collect();
        let high = low.iter().map(|x| x.map(|x| x + 1.0)).collect();
        of(&["best", "other"], vec![high, low], &StandingsSpec { resamples: 20, ..StandingsSpec::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_the_square_agree() {
        let expected = "\
P(row beats column), %

   agent   1     2
------------------
1  best       100*
2  other  0*
";
        let text = pairs(&fixture::unbeaten(), Style::PLAIN);
        assert!(text.starts_with(expected), "{text}");
        assert!(
            text.ends_with("in another set of as many windows; * significant difference at 5 % (Holm)\n")
        );
    }

    #[test]
    fn twins_are_even_and_more_than_twelve_are_cut() {
        let text = pairs(&fixture::record(), Style::PLAIN);
        let first = text.lines().find(|line| line.contains("trend")).unwrap();
        assert!(first.contains(" 50 "), "{text}");
        let mut many = fixture::record();
        let row = many.standings[3].clone();
        many.standings.extend((0..20).map(|_| row.clone()));
        assert!(
            pairs(&many, Style::PLAIN)
                .contains("showing pairs of the best 12 of 24 agents; JSON has all pairs")
        );
    }
}
