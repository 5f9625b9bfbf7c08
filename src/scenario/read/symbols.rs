//! `symbols` of `[market]`: names, patterns such as `"*USDT"`, or `"all"`.

use std::path::Path;

use glob::Pattern;
use toml::Spanned;
use toml::de::DeValue;

use super::table::TableReader;
use super::value::{ReadValue, ValueReader};
use crate::domain::Symbol;
use crate::scenario::SymbolFolder;
use crate::scenario::format::ValueType;

/// The word for every symbol of the folder.
const ALL: &str = "all";
/// Most names that a message lists.
const LISTED: usize = 20;

const NAMES: ValueType = ValueType::List { of: &ValueType::Name, min: 1, unique: true };
const PATTERNS: ValueType = ValueType::List { of: &ValueType::Text, min: 1, unique: true };

/// As written.
enum WrittenSymbols {
    /// Names only.
    Names(Vec<Symbol>),
    /// Names and patterns.
    Patterns(Vec<Spanned<String>>),
}

impl ReadValue for WrittenSymbols {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        match given.value.get_ref() {
            DeValue::String(text) if text == ALL => {
                Some(Self::Patterns(vec![Spanned::new(given.span(), "*".to_owned())]))
            }
            DeValue::String(text) if is_pattern(text) => {
                Some(Self::Patterns(vec![Spanned::new(given.span(), text.to_string())]))
            }
            DeValue::Array(list)
                if list.iter().any(|item| item.get_ref().as_str().is_some_and(is_pattern)) =>
            {
                Vec::read(given, &PATTERNS).map(Self::Patterns)
            }
            DeValue::Array(_) => Vec::read(given, &NAMES).map(Self::Names),
            DeValue::String(_) => given.wrong_type(expected, Some("put it in [ ]".to_owned())),
            _ => given.wrong_type(expected, None),
        }
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The symbols, those of a pattern in the order of their names; `None` if a problem was reported.
pub(super) fn read(
    table: &TableReader<'_>,
    path: Option<&Path>,
    base_dir: &Path,
    folder: &dyn SymbolFolder,
) -> Option<Vec<Symbol>> {
    let written = match table.value("symbols")? {
        WrittenSymbols::Names(names) => return Some(names),
        WrittenSymbols::Patterns(patterns) => patterns,
    };
    let known = match folder.symbols(path?, base_dir) {
        Ok(known) => known,
        Err((problem, help)) => {
            let label = "needs the files of `path`".to_owned();
            table.problems.error(table.span("symbols"), problem, label, Some(help));
            return None;
        }
    };
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut valid = true;
    for item in &written {
        match matching(table, item, &known) {
            Some(found) => symbols.extend(found),
            None => valid = false,
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    symbols.retain(|symbol| seen.insert(symbol.as_str().to_owned()));
    valid.then_some(symbols)
}

/// What one item names.
fn matching(table: &TableReader<'_>, item: &Spanned<String>, known: &[String]) -> Option<Vec<Symbol>> {
    let text = item.get_ref();
    let fail = |message: String, label: &str, help: String| {
        table.problems.error(item.span(), message, label.to_owned(), Some(help));
        None
    };
    let names: Vec<&String> = if is_pattern(text) {
        let pattern = match Pattern::new(text) {
            Ok(pattern) => pattern,
            Err(error) => {
                let help =
                    "`*` stands for any text, `?` for a character, `[AB]` for one of several".to_owned();
                return fail(format!("`{text}` is not a pattern: {}", error.msg), "not a pattern", help);
            }
        };
        known.iter().filter(|name| pattern.matches(name)).collect()
    } else {
        vec![text]
    };
    if names.is_empty() {
        let listed: Vec<&str> = known.iter().take(LISTED).map(String::as_str).collect();
        let more = if known.len() > LISTED { ", .." } else { "" };
        let help = format!("the data has {}{more}", listed.join(", "));
        return fail(format!("no symbol matches `{text}`"), "matches nothing", help);
    }
    let mut symbols = Vec::with_capacity(names.len());
    for name in names {
        match Symbol::new(name) {
            Ok(symbol) => symbols.push(symbol),
            Err(error) => {
                let help = "rename the file, or list the symbols".to_owned();
                return fail(
                    format!("a file of the market is no symbol's: {error}"),
                    "names this file",
                    help,
                );
            }
        }
    }
    Some(symbols)
}
