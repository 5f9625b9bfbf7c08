//! Distances of a `rules` strategy: in percent, or in average true ranges.

use toml::Spanned;

use super::condition::{self, Bars};
use super::table::TableReader;
use crate::domain::{Bps, IndicatorSpec, Interval};
use crate::scenario::{AtrMultiple, Expr, RuleDistance, Series};

/// A protective level, in percent or in average true ranges; the outer `None` if a problem was reported.
pub(super) fn level(
    table: &TableReader<'_>,
    [percent, ranges]: [&'static str; 2],
    bars: &Bars<'_>,
) -> Option<Option<RuleDistance>> {
    let share: Option<Option<Bps>> = table.optional(percent);
    let multiple = multiple(table, ranges, bars);
    let (share, multiple) = (share?, multiple?);
    if share.is_some() && multiple.is_some() {
        return both(table, percent, ranges);
    }
    Some(share.map(RuleDistance::Share).or(multiple))
}

/// A distance in average true ranges, where the key is written; the outer `None` if a problem was reported.
pub(super) fn multiple(
    table: &TableReader<'_>,
    key: &'static str,
    bars: &Bars<'_>,
) -> Option<Option<RuleDistance>> {
    if !table.has(key) {
        table.skip(key);
        return Some(None);
    }
    let within = table.table(key)?;
    let (n, times) = (within.value("atr"), within.value("times"));
    let timeframe = match within.optional::<Spanned<Interval>>("timeframe") {
        Some(Some(own)) => condition::multiple(own, bars.base, table.problems),
        Some(None) => bars.timeframe,
        None => None,
    };
    within.finish();
    let atr = Series::own(IndicatorSpec::Atr { n: n? }, timeframe?);
    Some(Some(RuleDistance::Ranges(AtrMultiple { atr: Expr::Series(atr), times: times? })))
}

/// Reports two keys that say the same thing, at the second.
pub(super) fn both<T>(table: &TableReader<'_>, first: &str, second: &str) -> Option<T> {
    let message = format!("`{first}` and `{second}` are both given");
    let help = format!("keep one of `{first}` and `{second}`");
    table.problems.error(table.span(second), message, "one is enough".to_owned(), Some(help));
    None
}
