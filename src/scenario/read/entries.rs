//! Which sides a strategy enters, and for what quantity.

use toml::Spanned;

use super::table::TableReader;
use crate::domain::Qty;
use crate::scenario::{Direction, Entries};

/// Sides and fixed quantity of a strategy's entries, where the catalogue gives it these keys.
pub(super) fn entries(table: &TableReader<'_>) -> Option<Entries> {
    if !table.describes("direction") {
        return Some(Entries::default());
    }
    let direction: Option<Direction> = table.value("direction");
    if !table.describes("quantity") {
        return Some(Entries { direction: direction?, quantity: None });
    }
    let quantity: Option<Option<Spanned<Qty>>> = table.optional("quantity");
    if let Some(Some(quantity)) = quantity.as_ref().filter(|_| table.has("size_pct")) {
        table.problems.error(
            quantity.span(),
            "`quantity` and `size_pct` both say how much an entry is".to_owned(),
            "one of them too many".to_owned(),
            Some("remove one of them".to_owned()),
        );
        return None;
    }
    Some(Entries { direction: direction?, quantity: quantity?.map(Spanned::into_inner) })
}
