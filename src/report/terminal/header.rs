//! The lines above a table: which run this is.

use super::Style;
use super::numbers::{count, range};
use crate::store::RunRecord;

/// Symbols that are named before the rest is only counted.
const NAMED_SYMBOLS: usize = 5;

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

/// `BTC, ETH and 3 more`.
pub(super) fn symbols(all: &[String]) -> String {
    // Naming the last one takes no more room than counting it.
    if all.len() <= NAMED_SYMBOLS + 1 {
        return all.join(", ");
    }
    format!("{} and {} more", all[..NAMED_SYMBOLS].join(", "), all.len() - NAMED_SYMBOLS)
}

/// A section: its title and what stands under it.
pub(super) fn titled(title: &str, body: String, style: Style) -> String {
    format!("{}\n\n{body}", style.bold(title))
}

/// `1 window`, `12 windows`.
pub(super) fn plural(n: usize, what: &str) -> String {
    format!("{} {what}{}", count(n), if n == 1 { "" } else { "s" })
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
    fn many_symbols_are_counted() {
        let names = |n: usize| (0..n).map(|i| format!("S{i}")).collect::<Vec<_>>();
        assert_eq!(symbols(&names(6)), "S0, S1, S2, S3, S4, S5");
        assert_eq!(symbols(&names(20)), "S0, S1, S2, S3, S4 and 15 more");
    }

    #[test]
    fn lines_break_between_parts_only() {
        let style = Style { width: Some(12), ..Style::PLAIN };
        let parts = ["one two".to_owned(), "three".to_owned(), "4".to_owned()];
        assert_eq!(filled(&parts, " | ", style), "one two\nthree | 4\n");
        assert_eq!(filled(&parts, " | ", Style::PLAIN), "one two | three | 4\n");
        assert_eq!(paragraph("a note of some length", style), "a note of\n  some\n  length\n");
    }
}
