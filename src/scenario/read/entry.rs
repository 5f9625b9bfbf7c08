//! The `entry` of a `rules` strategy: order type, prices, how long it waits.

use toml::Spanned;

use super::condition::{self, Bars};
use super::distance::{both, multiple};
use super::table::TableReader;
use crate::domain::{Bps, Span};
use crate::scenario::expr;
use crate::scenario::{EntryKind, EntryOrder, EntryTime, RuleDistance, RulePrice, TimeInForceWord};

/// The keys of a price: its expression, its offset in percent, its offset in average true ranges.
type PriceKeys = [&'static str; 3];

const PRICE: PriceKeys = ["price", "offset_pct", "offset"];
const LIMIT: PriceKeys = ["limit_price", "limit_offset_pct", "limit_offset"];

/// Parses the entry; `Some(None)` for a market order, `None` if a problem was reported.
pub(super) fn read(table: &TableReader<'_>, bars: &Bars<'_>) -> Option<Option<EntryOrder>> {
    if !table.has("entry") {
        table.skip("entry");
        return Some(None);
    }
    let (order, within) = table.tagged("entry")?;
    if order == "market" {
        within.finish();
        return Some(None);
    }
    let price = price(&within, PRICE, bars);
    let limit = if order == "stop_limit" { self::price(&within, LIMIT, bars).map(Some) } else { Some(None) };
    let time_in_force = waits(&within);
    within.finish();
    let (price, limit) = (price?, limit?);
    let Some(price) = price else {
        let message = format!("the {order} order has no price");
        let help =
            "add `offset_pct = 0.5`, `offset = { atr = 14, times = 0.5 }` or `price = \"..\"`".to_owned();
        table.problems.absent(within.header(), message, "needs a price".to_owned(), Some(help));
        return None;
    };
    let kind = match limit {
        _ if order == "limit" => EntryKind::Limit { price },
        None => EntryKind::Stop { trigger: price },
        Some(limit) => {
            // Without an offset the limit is the trigger.
            let limit = limit.unwrap_or(RulePrice::Offset(RuleDistance::Share(Bps::ZERO)));
            EntryKind::StopLimit { trigger: price, limit }
        }
    };
    Some(Some(EntryOrder { kind, time_in_force: time_in_force? }))
}

/// A price by at most one of its keys; the outer `None` if a problem was reported.
fn price(table: &TableReader<'_>, keys: PriceKeys, bars: &Bars<'_>) -> Option<Option<RulePrice>> {
    let [value, percent, ranges] = keys;
    let text: Option<Option<Spanned<String>>> = table.optional(value);
    let share: Option<Option<Bps>> = table.optional(percent);
    let multiple = multiple(table, ranges, bars);
    let mut written = keys.into_iter().filter(|key| table.has(key));
    if let (Some(first), Some(second)) = (written.next(), written.next()) {
        return both(table, first, second);
    }
    if let Some(text) = text? {
        let expr = condition::parsed(
            ("expression", &text),
            expr::parse_number,
            bars.timeframe,
            bars,
            table.problems,
        )?;
        return Some(Some(RulePrice::Value { text: text.into_inner(), expr }));
    }
    let share = share?.map(RuleDistance::Share);
    Some(share.or(multiple?).map(RulePrice::Offset))
}

/// How long the order waits.
fn waits(table: &TableReader<'_>) -> Option<EntryTime> {
    let word: Option<TimeInForceWord> = table.value("time_in_force");
    let span: Option<Option<Span>> = table.optional("good_till");
    let bars: Option<Option<u32>> = table.optional("good_till_bars");
    let keys = ["time_in_force", "good_till", "good_till_bars"];
    let mut written = keys.into_iter().filter(|key| table.has(key));
    if let (Some(first), Some(second)) = (written.next(), written.next()) {
        return both(table, first, second);
    }
    Some(match (word?, span?, bars?) {
        (_, Some(span), _) => EntryTime::Span(span),
        (_, _, Some(bars)) => EntryTime::Bars(bars),
        (TimeInForceWord::Gtc, ..) => EntryTime::Gtc,
        (TimeInForceWord::Day, ..) => EntryTime::Day,
        (TimeInForceWord::Ioc, ..) => EntryTime::Ioc,
    })
}
