//! The `[instruments.*]` tables.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::DeValue;

use super::market::unknown_symbol;
use super::table::TableReader;
use super::value::{ReadValue, ValueReader};
use crate::domain::{Bps, Cash, FundingSource, InitialMargin, MarginKind, MarginTerms, Rate, Span, Symbol};
use crate::scenario::format::{FIXED_FUNDING, FundingGaps, ValueType};
use crate::scenario::{InstrumentKind, MarketSpec};

/// The name of the table for symbols without one of their own.
const DEFAULT: &str = "default";
/// Keys of perpetuals, and those of shares.
const OF_PERPETUALS: [&str; 7] = [
    "max_leverage",
    "maintenance",
    "maintenance_on",
    "liquidation_fee_bps",
    "funding",
    "mark",
    "funding_gaps",
];
const OF_SHARES: [&str; 4] = ["initial_pct", "maintenance_pct", "borrow_fee_pct", "interest_pct"];

/// Reads the tables into the instruments of `market`; `None` where one had errors.
pub(super) fn read(
    tables: &[(Spanned<&str>, TableReader<'_>)],
    market: &mut MarketSpec,
    symbols: &[Symbol],
) -> Option<()> {
    let read: Vec<_> = tables.iter().map(|(name, table)| (name, table, terms(table))).collect();
    let mut valid = true;
    for (name, table, terms) in &read {
        let known = *name.get_ref() == DEFAULT || symbols.iter().any(|one| one.as_str() == *name.get_ref());
        if !known {
            unknown_symbol(table, name.get_ref(), name.span(), symbols);
        }
        valid &= known && terms.is_some();
    }
    let of = |wanted: &str| read.iter().find(|(name, ..)| *name.get_ref() == wanted).map(|(.., terms)| terms);
    for instrument in &mut market.instruments {
        let terms = of(instrument.source.as_str()).or_else(|| of(DEFAULT));
        instrument.margin = terms.cloned().flatten().flatten().map(Box::new);
    }
    (valid && one_interest(&read)).then_some(())
}

type Read<'r, 't> = (&'r Spanned<&'t str>, &'r TableReader<'t>, Option<Option<MarginTerms>>);

/// Cash is one account: it can bear one rate of interest only.
fn one_interest(read: &[Read<'_, '_>]) -> bool {
    let shares = || {
        let margin = read.iter().filter_map(|(_, table, terms)| Some((table, terms.as_ref()?.as_ref()?)));
        margin.filter(|(_, terms)| terms.kind == MarginKind::Shares)
    };
    let Some((_, first)) = shares().next() else { return true };
    let other = shares().find(|(_, terms)| terms.interest != first.interest);
    if let Some((table, terms)) = other {
        table.problems.error(
            table.span("interest_pct"),
            format!(
                "`interest_pct` = {} differs from the {} of another instrument",
                terms.interest.to_f64() / 100.0,
                first.interest.to_f64() / 100.0
            ),
            "cash is one account".to_owned(),
            Some("write the same `interest_pct` in every table of `kind = \"margin\"`".to_owned()),
        );
    }
    other.is_none()
}

/// The terms of one table; the inner `None` for a spot asset.
fn terms(table: &TableReader<'_>) -> Option<Option<MarginTerms>> {
    let kind: Option<InstrumentKind> = table.value("kind");
    let terms = match kind {
        Some(InstrumentKind::Spot) => {
            not_for(table, "spot", &OF_PERPETUALS).and(not_for(table, "spot", &OF_SHARES)).map(|()| None)
        }
        Some(InstrumentKind::Margin) => {
            not_for(table, "margin", &OF_PERPETUALS).and_then(|()| shares(table)).map(Some)
        }
        Some(InstrumentKind::Perpetual) => {
            not_for(table, "perpetual", &OF_SHARES).and_then(|()| perpetual(table)).map(Some)
        }
        None => None,
    };
    for key in OF_PERPETUALS.into_iter().chain(OF_SHARES) {
        table.skip(key);
    }
    table.finish();
    terms
}

/// Reports keys that the kind does not have.
fn not_for(table: &TableReader<'_>, kind: &str, keys: &[&'static str]) -> Option<()> {
    let stray: Vec<_> = keys.iter().filter(|key| table.has(key)).collect();
    for key in &stray {
        let of = if OF_SHARES.contains(key) { "margin" } else { "perpetual" };
        table.problems.error(
            table.span(key),
            format!("`{key}` is not a key of `kind = \"{kind}\"`"),
            format!("only for `kind = \"{of}\"`"),
            Some(format!("remove it, or write `kind = \"{of}\"`")),
        );
    }
    stray.is_empty().then_some(())
}

fn shares(table: &TableReader<'_>) -> Option<MarginTerms> {
    let initial: Option<Bps> = table.value("initial_pct");
    let maintenance: Option<Bps> = table.value("maintenance_pct");
    let borrow_fee = table.value("borrow_fee_pct");
    let interest = table.value("interest_pct");
    let (initial, maintenance) = (initial?, maintenance?);
    if maintenance > initial {
        let key = if table.has("maintenance_pct") { "maintenance_pct" } else { "initial_pct" };
        above_initial(table, key, maintenance, initial);
        return None;
    }
    Some(MarginTerms {
        kind: MarginKind::Shares,
        initial: InitialMargin::Share(initial),
        maintenance: MarginTerms::brackets(&[(None, maintenance)]),
        maintenance_on: crate::domain::MaintenanceBasis::Mark,
        liquidation_fee: Bps::ZERO,
        borrow_fee: borrow_fee?,
        interest: interest?,
        funding: None,
        mark: None,
        zero_funding_gaps: false,
    })
}

fn perpetual(table: &TableReader<'_>) -> Option<MarginTerms> {
    let max_leverage =
        given(table, "max_leverage", "20").and_then(|()| table.optional::<f64>("max_leverage")?);
    let brackets = given(table, "maintenance", "[{ rate_pct = 0.5 }]").and_then(|()| brackets(table));
    let maintenance_on = table.value("maintenance_on");
    let liquidation_fee = table.value("liquidation_fee_bps");
    let fixed = "\"data/funding\"`, or for none `funding = { rate_bps = 0, every = \"8h\" }";
    let funding = given(table, "funding", fixed).and_then(|()| table.optional::<FundingSource>("funding")?);
    let mark: Option<Option<PathBuf>> = table.optional("mark");
    let gaps: Option<FundingGaps> = table.value("funding_gaps");
    let (max_leverage, brackets) = (Bps::from_f64(max_leverage? * 10_000.0), brackets?);
    let initial = Bps::WHOLE.over(max_leverage);
    if let Some(&(_, rate)) = brackets.first().filter(|(_, rate)| *rate > initial) {
        above_initial(table, "maintenance", rate, initial);
        return None;
    }
    Some(MarginTerms {
        kind: MarginKind::Perpetual,
        initial: InitialMargin::Leverage(max_leverage),
        maintenance: MarginTerms::brackets(&brackets),
        maintenance_on: maintenance_on?,
        liquidation_fee: liquidation_fee?,
        borrow_fee: Bps::ZERO,
        interest: Bps::ZERO,
        funding: Some(funding?),
        mark: mark?,
        zero_funding_gaps: gaps? == FundingGaps::Zero,
    })
}

/// Reports a key that a perpetual needs, with an example of its value.
fn given(table: &TableReader<'_>, key: &'static str, example: &str) -> Option<()> {
    if table.has(key) {
        return Some(());
    }
    table.problems.absent(
        table.header(),
        format!("a perpetual needs `{key}`"),
        format!("has no `{key}`"),
        Some(format!("add `{key} = {example}`")),
    );
    None
}

fn above_initial(table: &TableReader<'_>, key: &str, maintenance: Bps, initial: Bps) {
    table.problems.error(
        table.span(key),
        format!(
            "the maintenance margin of {} % is above the initial margin of {} %",
            maintenance.to_f64() / 100.0,
            initial.to_f64() / 100.0
        ),
        "every position would be liquidated at once".to_owned(),
        Some(
            "lower the maintenance margin, or ask for more initial margin (a lower `max_leverage`)"
                .to_owned(),
        ),
    );
}

/// The ends and rates of the brackets: both ascend, and the last has no end.
fn brackets(table: &TableReader<'_>) -> Option<Vec<(Option<Cash>, Bps)>> {
    let tables = table.tables("maintenance")?;
    let read: Vec<_> = tables
        .iter()
        .map(|bracket| {
            let (to, rate) = (bracket.optional("to"), bracket.value("rate_pct"));
            bracket.finish();
            Some((to?, rate?))
        })
        .collect();
    let steps: Vec<(Option<Cash>, Bps)> = read.into_iter().collect::<Option<_>>()?;
    let (last, before) = steps.split_last()?;
    let wrong = if last.0.is_some() {
        Some(("the last bracket has an end", "remove `to` from the last bracket"))
    } else if before.iter().any(|(to, _)| to.is_none()) {
        Some(("a bracket before the last has no end", "add `to` to each bracket but the last"))
    } else if before.windows(2).any(|pair| pair[1].0 <= pair[0].0) {
        Some(("the brackets do not ascend", "sort them by `to`"))
    } else if steps.windows(2).any(|pair| pair[1].1 < pair[0].1) {
        Some((
            "the rate falls from one bracket to the next",
            "a larger notional needs at least the same `rate_pct`",
        ))
    } else {
        None
    };
    if let Some((message, help)) = wrong {
        let label = "not a table of brackets".to_owned();
        table.problems.error(table.span("maintenance"), message.to_owned(), label, Some(help.to_owned()));
        return None;
    }
    Some(steps)
}

/// A path, or a table with a fixed rate.
impl ReadValue for FundingSource {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        match given.value.get_ref() {
            DeValue::String(_) => PathBuf::read(given, &ValueType::Path).map(Self::File),
            DeValue::Table(entries) => {
                let title = format!("`{}`", given.key);
                let keys = FIXED_FUNDING.keys;
                let table = TableReader::new(title, keys, given.span(), Some(entries), given.problems);
                let rate: Option<f64> = table.value("rate_bps");
                let every: Option<Span> = table.value("every");
                table.finish();
                let exact = Rate::from_basis_points(rate?);
                let rate = exact.or_else(|| {
                    let help = "write at most eight decimal places".to_owned();
                    given.fail(
                        "`rate_bps` is too precise".to_owned(),
                        "cannot be used".to_owned(),
                        Some(help),
                    )
                })?;
                let every = every?;
                if every < Span::MINUTE {
                    let label = "more often than once a minute".to_owned();
                    let help = Some("write \"1m\" or longer".to_owned());
                    return given.fail(format!("funding every {every} is too often"), label, help);
                }
                Some(Self::Fixed { rate, every })
            }
            _ => given.wrong_type(expected, None),
        }
    }
}
