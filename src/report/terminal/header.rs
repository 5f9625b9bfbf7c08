//! The lines above a table: which run this is.

use super::Style;
use crate::report::numbers::range;
use crate::report::wording::{plural, symbols};
use crate::store::RunRecord;

/// The scenario's name, and under it what was replayed.
pub(super) fn header(run: &RunRecord, style: Style) -> String {
    let (from, to) = range(&run.market.start, &run.market.end);
    let parts = [
        format!("{} in {}", symbols(&run.market.symbols), run.market.quote_asset),
        format!("{} bars", run.market.interval),
        format!("{from} to {to}"),
        plural(run.windows.len(), "window"),
        format!("run {}", run.run_id),
    ];
    format!("{}\n{}", style.bold(&run.scenario), filled(&parts, style.separator(), style))
}

/// A section: its title and what stands under it.
pub(super) fn titled(title: &str, body: String, style: Style) -> String {
    format!("{}\n\n{body}", style.bold(title))
}

/// The parts on as few lines as the width allows, never cut.
pub(super) fn filled(parts: &[String], separator: &str, style: Style) -> String {
    let room = style.width.unwrap_or(usize::MAX);
    let mut text = String::new();
    let mut used = 0;
    for part in parts {
        let length = part.chars().count();
        if used > 0 && used + separator.chars().count() + length <= room {
            text.push_str(separator);
            used += separator.chars().count() + length;
        } else {
            if used > 0 {
                text.push('\n');
            }
            used = length;
        }
        text.push_str(part);
    }
    text.push('\n');
    text
}

/// A sentence on lines that fit, the second and later ones indented.
pub(super) fn paragraph(text: &str, style: Style) -> String {
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let narrower = Style { width: style.width.map(|width| width.saturating_sub(2)), ..style };
    filled(&words, " ", narrower).trim_end().replace('\n', "\n  ") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_parts_only() {
        let style = Style { width: Some(12), ..Style::PLAIN };
        let parts = ["one two".to_owned(), "three".to_owned(), "4".to_owned()];
        assert_eq!(filled(&parts, " | ", style), "one two\nthree | 4\n");
        assert_eq!(filled(&parts, " | ", Style::PLAIN), "one two | three | 4\n");
        assert_eq!(paragraph("a note of some length", style), "a note of\n  some\n  length\n");
    }
}
