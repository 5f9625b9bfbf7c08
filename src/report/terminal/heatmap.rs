//! A metric over two parameters: numbers where they fit, shades where they do not.
//!
//! Where more parameters were swept, or several trials share a cell, the best of them stands for it.

use super::Style;
use super::header::paragraph;
use super::sweep::short;
use crate::metrics::Score;
use crate::report::numbers::{grouped, ratio};
use crate::report::wording;
use crate::store::sweep::{ResultColumn, StoredSweep};

/// From low to high.
const SHADES: [char; 8] = ['.', ':', '-', '=', '+', '*', '#', '@'];
/// From low to high, where the output has them.
const BLOCKS: [char; 4] = ['░', '▒', '▓', '█'];
/// Blanks before a cell of numbers.
const GAP: usize = 2;

/// A metric by two parameters.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Heat {
    /// Along the rows: the name of the parameter.
    pub x: String,
    /// Its values, ascending.
    pub x_values: Vec<String>,
    /// Down the columns: the name of the parameter.
    pub y: String,
    /// Its values, ascending.
    pub y_values: Vec<String>,
    /// What the cells say.
    pub metric: String,
    /// One row a value of `y`, one cell a value of `x`; `None` where nothing was tried, or without a value.
    #[serde(serialize_with = "written")]
    pub cells: Vec<Vec<Option<f64>>>,
    /// Why cells are infinite.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub infinite: Vec<String>,
}

/// Infinities as text, `inf` and `-inf`: JSON has no such numbers.
fn written<S: serde::Serializer>(cells: &[Vec<Option<f64>>], serializer: S) -> Result<S::Ok, S::Error> {
    let cell = |cell: &Option<f64>| match *cell {
        Some(value) if value.is_infinite() => serde_json::json!(value.to_string()),
        value => serde_json::json!(value),
    };
    serializer.collect_seq(cells.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>()))
}

/// The map of a metric; `None` where a column is missing.
pub fn heat(sweep: &StoredSweep, x: &str, y: &str, metric: &str) -> Option<Heat> {
    let (x, y, values) = (sweep.column(x)?, sweep.column(y)?, sweep.column(metric)?);
    let (x_values, y_values) = (axis(x), axis(y));
    let mut cells = vec![vec![None; x_values.len()]; y_values.len()];
    for row in 0..sweep.rows() {
        let position =
            |axis: &[String], column: &ResultColumn| axis.iter().position(|one| *one == column.texts[row]);
        if let (Some(value), Some(i), Some(j)) =
            (values.score(row).value(), position(&y_values, y), position(&x_values, x))
        {
            let cell: &mut Option<f64> = &mut cells[i][j];
            *cell = Some(cell.map_or(value, |known| known.max(value)));
        }
    }
    let rows: Vec<usize> = (0..sweep.rows()).collect();
    let infinite =
        sweep.why_infinite(metric, &rows).into_iter().map(|(reason, _)| reason.to_owned()).collect();
    let (x, y) = (x.name.clone(), y.name.clone());
    Some(Heat { x, x_values, y, y_values, metric: metric.to_owned(), cells, infinite })
}

/// The distinct values of a parameter: numbers by size, words as they come.
fn axis(column: &ResultColumn) -> Vec<String> {
    let mut values: Vec<(Option<f64>, &String)> = Vec::new();
    for (text, number) in column.texts.iter().zip(&column.numbers) {
        if !text.is_empty() && !values.iter().any(|(_, known)| *known == text) {
            values.push((*number, text));
        }
    }
    values.sort_by(|a, b| match (a.0, b.0) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => std::cmp::Ordering::Equal,
    });
    values.into_iter().map(|(_, text)| text.clone()).collect()
}

/// The map as text.
pub fn heatmap(map: &Heat, style: Style) -> String {
    let title =
        format!("{} by {} (columns) and {} (rows)", wording::head(&map.metric), short(&map.x), short(&map.y));
    let mut text = style.bold(&title) + "\n\n";
    let Some((best, (low, high))) = best(map).zip(extremes(map)) else {
        return text + "no trial has a value\n";
    };
    let width = style.width.unwrap_or(usize::MAX);
    let margin = map.y_values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
    let cell = cell_width(map, style);
    let fits = margin + map.x_values.len() * (cell + GAP) <= width;
    if fits {
        text.push_str(&numbers(map, margin, cell, best, style));
    } else {
        text.push_str(&shades(map, margin, bounds(map), style));
    }
    let (i, j) = best;
    text.push('\n');
    text.push_str(&paragraph(
        &format!(
            "best: {} at {} = {}, {} = {}; lowest: {}",
            shown(map, high, style),
            short(&map.x),
            map.x_values[j],
            short(&map.y),
            map.y_values[i],
            shown(map, low, style)
        ),
        style,
    ));
    text.extend(map.infinite.iter().map(|reason| paragraph(&format!("{} {reason}", style.none()), style)));
    text
}

fn values(map: &Heat) -> impl Iterator<Item = f64> + '_ {
    map.cells.iter().flatten().copied().flatten()
}

/// The lowest and the highest value, infinities included.
fn extremes(map: &Heat) -> Option<(f64, f64)> {
    values(map).reduce(f64::min).zip(values(map).reduce(f64::max))
}

/// The lowest and the highest number; the wrong way round without any.
fn bounds(map: &Heat) -> (f64, f64) {
    let all = || values(map).filter(|value| value.is_finite());
    (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
}

/// The index of the best cell, the first of equals.
fn best(map: &Heat) -> Option<(usize, usize)> {
    let mut best: Option<((usize, usize), f64)> = None;
    for (i, row) in map.cells.iter().enumerate() {
        for (j, cell) in row.iter().enumerate() {
            if let Some(value) = cell.filter(|value| best.is_none_or(|(_, most)| *value > most)) {
                best = Some(((i, j), value));
            }
        }
    }
    best.map(|(index, _)| index)
}

fn cell_width(map: &Heat, style: Style) -> usize {
    let numbers = values(map).map(|value| shown(map, value, style).chars().count());
    let heads = map.x_values.iter().map(|value| value.chars().count());
    // One more for the mark of the best.
    numbers.map(|width| width + 1).chain(heads).max().unwrap_or(1)
}

/// Two places, none where all are whole.
fn shown(map: &Heat, value: f64, style: Style) -> String {
    let whole = values(map).filter(|value| value.is_finite()).all(|value| value.fract() == 0.0);
    style.score(Score::of(value), |value| if whole { grouped(&format!("{value:.0}")) } else { ratio(value) })
}

fn numbers(map: &Heat, margin: usize, cell: usize, best: (usize, usize), style: Style) -> String {
    let gap = " ".repeat(GAP);
    let mut text = " ".repeat(margin);
    for value in &map.x_values {
        text.push_str(&format!("{gap}{value:>cell$}"));
    }
    text.push('\n');
    text.extend(std::iter::repeat_n(style.rule(), margin + map.x_values.len() * (cell + GAP)));
    text.push('\n');
    for (i, (value, row)) in map.y_values.iter().zip(&map.cells).enumerate() {
        text.push_str(&format!("{value:>margin$}"));
        for (j, score) in row.iter().enumerate() {
            let text_of = match score {
                Some(score) if (i, j) == best => format!("*{}", shown(map, *score, style)),
                Some(score) => shown(map, *score, style),
                None => style.none().to_owned(),
            };
            text.push_str(&format!("{gap}{text_of:>cell$}"));
        }
        text.push('\n');
    }
    text.push_str(&format!("\n* best; {} not evaluated, or without a value\n", style.none()));
    text
}

/// One or two signs a cell; where even one is too wide, neighbouring values share a cell.
fn shades(map: &Heat, margin: usize, (low, high): (f64, f64), style: Style) -> String {
    let room = style.width.unwrap_or(usize::MAX).saturating_sub(margin + GAP).max(1);
    let share = map.x_values.len().div_ceil(room);
    let columns = map.x_values.len().div_ceil(share);
    let wide = if columns * 2 <= room { 2 } else { 1 };
    let signs: &[char] = if style.unicode { &BLOCKS } else { &SHADES };
    let mut text = String::new();
    for (value, row) in map.y_values.iter().zip(&map.cells) {
        text.push_str(&format!("{value:>margin$}  "));
        for part in row.chunks(share) {
            let most = part.iter().copied().flatten().reduce(f64::max);
            let sign = most.map_or(' ', |most| shade(most, (low, high), signs));
            text.extend(std::iter::repeat_n(sign, wide));
        }
        text.push('\n');
    }
    let (first, last) = (map.x_values.first(), map.x_values.last());
    let ends = format!("{} .. {}", first.map_or("", String::as_str), last.map_or("", String::as_str));
    text.push_str(&format!("{:>margin$}  {} = {ends}\n", "", short(&map.x)));
    let from = |step: usize| low + (high - low) * real(step) / real(signs.len());
    let scale: Vec<String> = (0..signs.len())
        .filter(|_| low <= high)
        .map(|step| format!("{} {}", signs[step], ratio(from(step))))
        .collect();
    if !scale.is_empty() {
        text.push_str(&paragraph(
            &format!("lower bound of each symbol: {}; blank: not evaluated", scale.join("  ")),
            style,
        ));
    }
    if values(map).any(f64::is_infinite) {
        let (first, last) = (signs[0], signs[signs.len() - 1]);
        let ends = format!("{last} also {}; {first} also {}", style.infinity(), style.minus_infinity());
        text.push_str(&paragraph(&ends, style));
    }
    if share > 1 {
        let note =
            format!("{share} values of {} share a column, which shows the best of them", short(&map.x));
        text.push_str(&paragraph(&note, style));
    }
    text
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index among a few signs")]
fn shade(value: f64, (low, high): (f64, f64), signs: &[char]) -> char {
    let share = match value {
        f64::INFINITY => 1.0,
        f64::NEG_INFINITY => 0.0,
        _ if high > low => (value - low) / (high - low),
        _ => 1.0,
    };
    let step = (share * real(signs.len())).floor() as usize;
    signs[step.min(signs.len() - 1)]
}

#[expect(clippy::cast_precision_loss, reason = "a handful")]
fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> Heat {
        let cells = vec![vec![Some(0.5), Some(1.25)], vec![Some(-1.0), None]];
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Heat {
            x: "strategy.fast".to_owned(),
            x_values: words(&["5", "10"]),
            y: "strategy.slow".to_owned(),
            y_values: words(&["20", "100"]),
            metric: "sharpe_ratio".to_owned(),
            cells,
            infinite: Vec::new(),
        }
    }

    #[test]
    fn numbers_where_they_fit() {
        let expected = "\
Sharpe by fast (columns) and slow (rows)

          5      10
-------------------
 20    0.50   *1.25
100   -1.00       -

* best; - not evaluated, or without a value

best: 1.25 at fast = 10, slow = 20; lowest: -1.00
";
        assert_eq!(heatmap(&map(), Style::PLAIN), expected);
    }

    #[test]
    fn shades_where_they_do_not() {
        let text = heatmap(&map(), Style { width: Some(16), ..Style::PLAIN });
        assert!(text.contains(" 20  **@@\n100  ..  \n"), "{text}");
        assert!(text.lines().skip(2).all(|line| line.chars().count() <= 19), "{text}");
        let narrow = heatmap(&map(), Style { width: Some(6), ..Style::PLAIN });
        assert!(narrow.contains(" 20  @\n100  .\n"), "{narrow}");
    }

    #[test]
    fn infinite_cells_are_shown_with_their_reason() {
        let cells = vec![vec![Some(f64::INFINITY), Some(1.25)], vec![Some(f64::NEG_INFINITY), None]];
        let infinite = vec!["+infinity: no losing trades".to_owned()];
        let map = Heat { cells, infinite, ..map() };
        let text = heatmap(&map, Style::PLAIN);
        for line in [
            " 20   *inf   1.25\n",
            "100   -inf      -\n",
            "best: inf at fast = 5, slow = 20; lowest: -inf\n- +infinity: no losing trades\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        let narrow = heatmap(&map, Style { width: Some(16), ..Style::PLAIN });
        assert!(narrow.contains(" 20  @@@@\n100  ..  \n"), "{narrow}");
        let json = serde_json::json!(map);
        assert_eq!(json["cells"], serde_json::json!([["inf", 1.25], ["-inf", null]]));
        let all = Heat { cells: vec![vec![Some(f64::INFINITY); 2]; 2], ..map };
        let text = heatmap(&all, Style { width: Some(12), ..Style::PLAIN });
        assert!(text.contains(" 20  @@@@\n100  @@@@\n") && !text.contains("NaN"), "{text}");
    }

    #[test]
    fn nothing_tried_is_said() {
        let empty = Heat { cells: vec![vec![None; 2]; 2], ..map() };
        assert!(heatmap(&empty, Style::PLAIN).ends_with("no trial has a value\n"));
    }
}
