//! A table whose heads are not known beforehand: names to the left, numbers to the right.

use super::Style;

/// Draws rows under heads; the first column is words, all others are numbers.
pub(super) fn matrix(heads: &[String], rows: &[Vec<String>], style: Style) -> String {
    let length = |text: &String| text.chars().count();
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| {
            rows.iter().map(|row| length(&row[column])).chain([length(&heads[column])]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: &[String]| {
        let mut text = String::new();
        for (index, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            text.push_str(&if index == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") });
        }
        text.trim_end().to_owned() + "\n"
    };
    let rule = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    let mut text = line(heads);
    text.push_str(&style.rule().to_string().repeat(rule));
    text.push('\n');
    text + &rows.iter().map(|row| line(row)).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_left_and_numbers_right() {
        let text = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let drawn = matrix(
            &text(&["", "a", "beta"]),
            &[text(&["one", "1.00", "2"]), text(&["x", "10", ""])],
            Style::PLAIN,
        );
        assert_eq!(drawn, "        a  beta\n---------------\none  1.00     2\nx      10\n");
    }
}
