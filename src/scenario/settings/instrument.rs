//! An instrument as its entry in `symbols` and its table in `[instruments]`.

use serde_json::{Value, json};

use super::{Settings, number, percent, settings, word};
use crate::domain::{FundingSource, InitialMargin, Instrument, MarginKind, MarginTerms};
use crate::scenario::InstrumentKind;
use crate::scenario::format::FundingGaps;

/// What a symbol is and its trading rules, by key.
pub fn instrument_settings(instrument: &Instrument) -> Settings {
    let kind = match instrument.margin.as_ref().map(|terms| terms.kind) {
        None => InstrumentKind::Spot,
        Some(MarginKind::Shares) => InstrumentKind::Margin,
        Some(MarginKind::Perpetual) => InstrumentKind::Perpetual,
    };
    let mut all = settings([
        ("kind", word(kind)),
        ("base", Value::from(instrument.base_asset.as_str())),
        ("price_tick", Value::from(plain(&instrument.price_tick.to_string()))),
        ("quantity_step", Value::from(plain(&instrument.quantity_step.to_string()))),
        ("min_notional", Value::from(plain(&instrument.min_notional.to_string()))),
        ("unit", Value::from(instrument.unit)),
    ]);
    if let Some(terms) = &instrument.margin {
        all.extend(margin(terms));
    }
    all
}

/// An amount without its trailing zeros: `0.01`.
fn plain(amount: &str) -> &str {
    if amount.contains('.') { amount.trim_end_matches('0').trim_end_matches('.') } else { amount }
}

fn margin(terms: &MarginTerms) -> Settings {
    match terms.initial {
        InitialMargin::Share(share) => settings([
            ("initial_pct", percent(share)),
            ("maintenance_pct", terms.maintenance.first().map_or(Value::Null, |one| percent(one.rate))),
            ("borrow_fee_pct", percent(terms.borrow_fee)),
            ("interest_pct", percent(terms.interest)),
        ]),
        InitialMargin::Leverage(most) => perpetual(terms, number(most.to_f64() / 10_000.0)),
    }
}

fn perpetual(terms: &MarginTerms, max_leverage: Value) -> Settings {
    let brackets = terms.maintenance.iter().map(|bracket| match bracket.to {
        Some(to) => json!({ "to": plain(&to.to_string()), "rate_pct": percent(bracket.rate) }),
        None => json!({ "rate_pct": percent(bracket.rate) }),
    });
    let gaps = if terms.zero_funding_gaps { FundingGaps::Zero } else { FundingGaps::Refuse };
    let mut all = settings([
        ("max_leverage", max_leverage),
        ("maintenance", brackets.collect()),
        ("maintenance_on", word(terms.maintenance_on)),
        ("liquidation_fee_bps", number(terms.liquidation_fee.to_f64())),
        ("funding_gaps", word(gaps)),
    ]);
    let funding = terms.funding.as_ref().map(|funding| match funding {
        FundingSource::File(path) => Value::from(path.display().to_string()),
        FundingSource::Fixed { rate, every } => {
            let bps = (rate.to_fraction() * 1e12).round() / 1e8;
            json!({ "rate_bps": number(bps), "every": every.to_string() })
        }
    });
    all.extend(funding.map(|funding| ("funding".to_owned(), funding)));
    let mark = terms.mark.as_ref().map(|path| Value::from(path.display().to_string()));
    all.extend(mark.map(|mark| ("mark".to_owned(), mark)));
    all
}
