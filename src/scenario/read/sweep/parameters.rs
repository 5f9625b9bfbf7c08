//! The `[sweep.parameters]` table, flattened: a nested table is part of a path, or a range of values.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::value::ValueReader;
use crate::scenario::format::ValueType;

/// Keys that make a table a range of values.
const RANGE_KEYS: [&str; 6] = ["from", "to", "step", "log_from", "log_to", "points"];

/// Maximum number of parameters of a sweep.
const MAX_PARAMETERS: usize = 100;

/// A parameter as written: path and values.
pub(super) struct WrittenParameter<'t> {
    /// Parts of its path: `["risk", "max_drawdown_pct"]`.
    pub path: Vec<&'t str>,
    /// Span of its key.
    pub key: Range<usize>,
    /// Values of the parameter.
    pub values: &'t Spanned<DeValue<'t>>,
}

/// All parameters, in the file's order.
pub(super) fn flatten<'t>(given: &ValueReader<'t>) -> Option<Vec<WrittenParameter<'t>>> {
    let table = given.table(&ValueType::Swept)?;
    let mut found = Vec::new();
    let valid = walk(table, &[], given, &mut found);
    if found.is_empty() && valid {
        let help = "name a parameter and its values, such as { fast = [5, 10, 20] }".to_owned();
        return given.fail("`parameters` is empty".to_owned(), "needs at least one".to_owned(), Some(help));
    }
    if found.len() > MAX_PARAMETERS {
        let message = format!("{} parameters are too many for one sweep", found.len());
        let help = "sweep the others in a sweep of their own".to_owned();
        return given.fail(message, format!("at most {MAX_PARAMETERS}"), Some(help));
    }
    // The TOML parser sorts tables by key; this restores the file's order.
    found.sort_by_key(|written| written.key.start);
    valid.then_some(found)
}

fn walk<'t>(
    table: &'t DeTable<'t>,
    above: &[&'t str],
    given: &ValueReader<'t>,
    found: &mut Vec<WrittenParameter<'t>>,
) -> bool {
    let mut valid = true;
    for (key, value) in table {
        let name: &'t str = key.get_ref();
        let path: Vec<&'t str> = above.iter().copied().chain(name.split('.')).collect();
        match value.get_ref() {
            DeValue::Array(_) => found.push(WrittenParameter { path, key: key.span(), values: value }),
            DeValue::Table(inner) if is_range(inner) => {
                found.push(WrittenParameter { path, key: key.span(), values: value });
            }
            DeValue::Table(inner) => valid &= walk(inner, &path, given, found),
            _ => {
                let inner = ValueReader { key: name, value, problems: given.problems };
                let help = "write a list such as [5, 10], { from = 5, to = 50, step = 5 }, or \
                            { log_from = 1, log_to = 100, points = 5 }";
                let message = format!("the values of `{}` must be a list or a range", path.join("."));
                valid &=
                    inner.fail::<()>(message, "a single value".to_owned(), Some(help.to_owned())).is_some();
            }
        }
    }
    valid
}

fn is_range(table: &DeTable<'_>) -> bool {
    table.is_empty() || table.keys().any(|key| RANGE_KEYS.contains(&&**key.get_ref()))
}
