//! Names of symbols, and the names that are shown instead.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Both directions.
#[derive(Debug, Clone, Default)]
pub struct Names {
    shown: BTreeMap<String, String>,
    meant: BTreeMap<String, String>,
}

impl Names {
    /// A, B, C .. in the order of `key`.
    pub fn new<'a>(symbols: impl Iterator<Item = &'a str>, key: impl Fn(&str) -> u64) -> Self {
        let mut drawn: Vec<&str> = symbols.collect();
        drawn.sort_by_key(|name| (key(name), *name));
        let mut names = Self::default();
        for (index, symbol) in drawn.into_iter().enumerate() {
            names.shown.insert(symbol.to_owned(), letters(index));
            names.meant.insert(letters(index), symbol.to_owned());
        }
        names
    }

    /// What is shown for a symbol.
    pub fn shown(&self, symbol: &str) -> String {
        self.shown.get(symbol).cloned().unwrap_or_default()
    }

    /// The symbol that a shown name stands for. Any other name, a true one too, becomes one that no symbol has.
    pub fn meant(&self, shown: &str) -> String {
        self.meant.get(shown).cloned().unwrap_or_else(|| format!("{shown} (not in `hello`)"))
    }
}

/// `A` to `Z`, then `AA`.
fn letters(index: usize) -> String {
    let letter = |digit: usize| char::from(b'A' + u8::try_from(digit % 26).unwrap_or(0));
    match index {
        0..26 => letter(index).to_string(),
        _ => letters(index / 26 - 1) + &letter(index).to_string(),
    }
}

/// The order of shown names: `Z` before `AA`.
pub fn order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back_and_true_ones_mean_nothing() {
        let all: Vec<String> = (0..1_000).map(|n| format!("S{n}")).collect();
        let names = Names::new(all.iter().map(String::as_str), |name| name.len() as u64);
        for symbol in &all {
            assert_eq!(names.meant(&names.shown(symbol)), *symbol);
            assert!(!all.contains(&names.meant(symbol)));
        }
        assert_eq!(
            (letters(0), letters(25), letters(26), letters(702)),
            ("A".into(), "Z".into(), "AA".into(), "AAA".into())
        );
        assert!(order("Z", "AA").is_lt() && order("B", "A").is_gt());
    }
}
