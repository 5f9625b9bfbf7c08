//! TOML syntax errors: one problem each, whatever follows.

use super::{GOOD, assert_mistake, changed, parse};

#[test]
fn several_syntax_errors_come_together_with_other_mistakes() {
    let source = GOOD
        .replace("interval = \"1h\"", "interval = 1h")
        .replace("name = \"idle\"", "name = ")
        .replace("fast = 20", "fsat = 20")
        .replace("max_open_orders = 20", "max_open_orders = 20\nmax_open_orders = 30");
    let problems = parse(&source).unwrap_err();
    let spans: Vec<_> = problems.iter().map(|problem| source[..problem.span.start].lines().count()).collect();
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(problems.len(), 4, "{problems:#?}");
    assert!(messages[0].starts_with("not valid TOML: "), "{messages:?}");
    assert_eq!(messages[1], "duplicate key `max_open_orders`");
    assert_eq!(messages[2], "unknown key `fsat` in `strategy` of kind `sma_cross`");
    assert!(messages[3].starts_with("not valid TOML: "), "{messages:?}");
    assert!(spans.is_sorted());
}

#[test]
fn a_file_that_is_no_toml_at_all_gives_only_syntax_errors() {
    for source in ["PAR1\u{0}\u{1}binary", "{\"json\": true}", "[market\npath = \"x\"", "[[[["] {
        let problems = parse(source).unwrap_err();
        assert!(!problems.is_empty());
        assert!(
            problems.iter().all(|problem| problem.message.starts_with("not valid TOML")),
            "{problems:#?}"
        );
    }
}

/// Text swallowed by a broken line is not reported as missing or misplaced.
#[test]
fn one_syntax_error_gives_one_problem() {
    for (from, to) in [
        ("[market]", "[market"),
        ("[market]", "market]"),
        ("[market]", "[[market]"),
        ("[market]", "[mar ket]"),
        ("[[agents]]\nname = \"idle\"", "[[agents]\nname = \"idle\""),
        ("[[agents]]\nname = \"idle\"", "[agents]\nname = \"idle\""),
        ("[risk.standard]", "[risk.]"),
        ("[risk.standard]", "[risk standard]"),
        ("\"data/sample\"", "\"data/sample"),
        ("\"data/sample\"", "data/sample"),
        ("\"data/sample\"", "\"data\\sample\""),
        ("\"data/sample\"", "\"\"\"data/sample"),
        ("path = \"data/sample\"", "path \"data/sample\""),
        ("path = \"data/sample\"", "path: \"data/sample\""),
        ("path = \"data/sample\"", "path ="),
        ("path = \"data/sample\"", "path = \"data/sample\" interval"),
        ("\"ETHUSDT\"]", "\"ETHUSDT\""),
        ("\"BTCUSDT\", ", "\"BTCUSDT\" "),
        ("2024-01-01T00:00:00Z", "2024-13-01T00:00:00Z"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00 UTC"),
        ("slow = 100 }", "slow = 100"),
        ("fast = 20, slow", "fast = 20 slow"),
        ("fast = 20,", "fast = 020,"),
        ("fast = 20,", "fast: 20,"),
        ("fast = 20,", "fast = 20,,"),
        ("fast = 20,", "fast = ,"),
        ("interval =", "symbols ="),
        ("[venue]", "[market]"),
        ("[risk.standard]", "[risk.standard"),
        ("100 }", "100, symbols = [\"BTCUSDT\" }"),
    ] {
        let problems = parse(&changed(from, to)).unwrap_err();
        assert_eq!(problems.len(), 1, "{to}: {problems:#?}");
    }
}

/// Removing any character gives at most one problem; no change causes a panic or a span outside the file.
#[test]
fn a_removed_or_doubled_character_never_breaks_the_parser() {
    for (at, letter) in GOOD.char_indices() {
        let (before, after) = GOOD.split_at(at);
        let lost = format!("{before}{}", &after[letter.len_utf8()..]);
        let doubled = format!("{before}{letter}{after}");
        let problems = parse(&lost).err().unwrap_or_default();
        assert!(problems.len() <= 1, "{lost}\n{problems:#?}");
        for broken in [lost, doubled, before.to_owned(), format!("{before}ß{after}")] {
            for problem in parse(&broken).err().into_iter().flatten() {
                assert!(broken.get(problem.span.clone()).is_some(), "{problem:?}");
            }
        }
    }
}

#[test]
fn an_unclosed_bracket_is_reported() {
    assert_mistake(
        &changed("\"ETHUSDT\"]", "\"ETHUSDT\""),
        "not valid TOML: `[` is not closed",
        "[",
        Some("add `]`"),
    );
    assert_mistake(
        &changed("slow = 100 }", "slow = 100"),
        "not valid TOML: `{` is not closed",
        "{",
        Some("add `}`"),
    );
}
