//! The `[risk.*]` tables.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::table::TableReader;
use super::value::{Limit, ReadValue};
use crate::domain::Bps;
use crate::scenario::format::{DEFAULT_PROFILE, UNLIMITED_PROFILE};
use crate::scenario::{MarginLimits, RiskProfile};

/// The file's own profiles by name; `None` where a profile had errors.
pub(super) type Profiles = BTreeMap<String, (Option<RiskProfile>, Range<usize>)>;

/// Parses the tables.
pub(super) fn read(tables: Vec<(Spanned<&str>, TableReader<'_>)>) -> Profiles {
    tables
        .into_iter()
        .map(|(name, table)| {
            let built_in = is_built_in(&name, &table);
            let profile = profile(name.get_ref(), &table).filter(|_| !built_in);
            ((*name.get_ref()).to_owned(), (profile, table.header()))
        })
        .collect()
}

/// Reports a table with the name of a built-in profile.
fn is_built_in(name: &Spanned<&str>, table: &TableReader<'_>) -> bool {
    let found = [DEFAULT_PROFILE, UNLIMITED_PROFILE].contains(name.get_ref());
    if found {
        table.problems.error(
            name.span(),
            format!("the risk profile `{}` is built in", name.get_ref()),
            "cannot be redefined".to_owned(),
            Some("give the profile another name, such as `[risk.strict]`, and use that".to_owned()),
        );
    }
    found
}

fn profile(name: &str, table: &TableReader<'_>) -> Option<RiskProfile> {
    let max_order_size = limit(table, "max_order_size_pct");
    let max_position_size = limit(table, "max_position_size_pct");
    let max_open_orders = limit(table, "max_open_orders");
    let daily_loss_limit = limit(table, "daily_loss_limit_pct");
    let max_drawdown = limit(table, "max_drawdown_pct");
    let max_consecutive_losses = limit(table, "max_consecutive_losses");
    let orders_per_minute = limit(table, "orders_per_minute");
    let on_breach = table.value("on_breach");
    let size_to_limit = table.value("size_to_limit");
    let max_leverage: Option<f64> = table.value("max_leverage");
    let allow_short = table.value("allow_short");
    let mode = table.value("margin_mode");
    table.finish();
    Some(RiskProfile {
        name: name.to_owned(),
        max_order_size: max_order_size?,
        max_position_size: max_position_size?,
        max_open_orders: max_open_orders?,
        daily_loss_limit: daily_loss_limit?,
        max_drawdown: max_drawdown?,
        max_consecutive_losses: max_consecutive_losses?,
        orders_per_minute: orders_per_minute?,
        on_breach: on_breach?,
        size_to_limit: size_to_limit?,
        margin: MarginLimits {
            max_leverage: Bps::from_f64(max_leverage? * 10_000.0),
            allow_short: allow_short?,
            mode: mode?,
        },
    })
}

/// A limit; the inner `None` means off.
fn limit<T: ReadValue>(table: &TableReader<'_>, key: &'static str) -> Option<Option<T>> {
    table.value::<Limit<T>>(key).map(|limit| limit.0)
}
