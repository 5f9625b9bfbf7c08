//! Text of files as a terminal may see it.
//!
//! Control characters can move the cursor, change titles and colours or copy to the clipboard, and bidirectional marks
//! reorder what is read. Invariant: no such character of a file, name or argument reaches a terminal; it is shown as
//! `\u001b`, which is also its form in JSON.

use std::borrow::Cow;

/// Whether a character controls the terminal or the direction of text. Line ends and tabs do not count.
fn is_control(sign: char) -> bool {
    sign.is_control() && !matches!(sign, '\n' | '\t')
        || matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with each of these characters escaped.
pub fn visible(text: &str) -> Cow<'_, str> {
    visible_but(text, |_| false)
}

/// The text escaped but for those colour sequences, without their `ESC [` and `m`, that `is_own` takes for the
/// program's own.
pub fn visible_but(text: &str, is_own: impl Fn(&str) -> bool) -> Cow<'_, str> {
    if !text.contains(is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(is_control) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let colour = rest.strip_prefix("\u{1b}[").and_then(|colour| colour.split_once('m'));
        if let Some((codes, after)) = colour.filter(|(codes, _)| is_own(codes)) {
            shown.push_str(&format!("\u{1b}[{codes}m"));
            rest = after;
            continue;
        }
        let mut signs = rest.chars();
        if let Some(sign) = signs.next() {
            shown.push_str(&format!("\\u{:04x}", u32::from(sign)));
        }
        rest = signs.as_str();
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// Whether a sequence only sets colours and type.
pub fn is_colour(codes: &str) -> bool {
    codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';')
}

/// The text with each of these characters replaced by one of the same length, so that spans in it stay right.
pub fn visible_in_place(text: &str) -> String {
    let replaced = |sign: char| match sign {
        sign if !is_control(sign) || sign == '\r' => sign,
        sign => match sign.len_utf8() {
            1 => '?',
            2 => '\u{bf}',
            _ => '\u{fffd}',
        },
    };
    text.chars().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_and_marks_of_files_are_shown_and_not_obeyed() {
        assert_eq!(visible("plain, ünïcode\n\ttext"), "plain, ünïcode\n\ttext");
        assert_eq!(visible("a\u{1b}]0;title\u{7}b"), "a\\u001b]0;title\\u0007b");
        assert_eq!(visible("\u{202e}txt\u{2069}\u{9b}2J\r"), "\\u202etxt\\u2069\\u009b2J\\u000d");
        let own = |codes: &str| codes == "1" || codes == "0";
        assert_eq!(
            visible_but("\u{1b}[1mhead\u{1b}[0m \u{1b}[8mhidden", own),
            "\u{1b}[1mhead\u{1b}[0m \\u001b[8mhidden"
        );
        assert_eq!(visible_but("\u{1b}[2Jm", is_colour), "\\u001b[2Jm");
    }

    #[test]
    fn replaced_characters_keep_their_length() {
        let text = "key = \"\u{1b}[31m\u{202e}\u{85}\"\r\n";
        let shown = visible_in_place(text);
        assert_eq!(shown.len(), text.len());
        assert_eq!(shown, "key = \"?[31m\u{fffd}\u{bf}\"\r\n");
    }
}
