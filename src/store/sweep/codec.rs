//! An outcome as bytes: numbers little-endian, unrounded.
//!
//! A change of what is written here is a new [`FORMAT`].

use super::bytes::Bytes;
use super::record_codec::Field;
use crate::domain::{Cash, Timestamp};
use crate::metrics::{Drawdown, Measure, Metrics, Missing, Record, Relative, Sampling};
use crate::scenario::MetricsProfile;
use crate::sweep::{OutcomeStatus, WindowOutcome};

/// Counts changes of the layout.
pub(super) const FORMAT: u32 = 3;

/// Profiles by their number in the bytes.
const PROFILES: [MetricsProfile; 5] = [
    MetricsProfile::Tiltyard,
    MetricsProfile::Empyrical,
    MetricsProfile::Quantstats,
    MetricsProfile::Vectorbt,
    MetricsProfile::Backtesting,
];

/// Reasons by their number in the bytes, from 1; 0 stands for a value. Only ever added to.
const REASONS: [Missing; 15] = [
    Missing::TooFewReturns,
    Missing::NoDispersion,
    Missing::NoDownside,
    Missing::NoDrawdown,
    Missing::NoTrades,
    Missing::NoLosses,
    Missing::TooFewTrades,
    Missing::NoWins,
    Missing::Ruined,
    Missing::ZeroDivisor,
    Missing::OutOfRange,
    Missing::NoUpside,
    Missing::NoBenchmark,
    Missing::TooShort,
    Missing::Idle,
];

/// The measures of an outcome in the order of the bytes.
macro_rules! measures {
    ($do:ident, $on:expr) => {
        $do!(
            $on,
            total_return,
            cagr,
            volatility,
            sharpe_ratio,
            sortino_ratio,
            calmar_ratio,
            ulcer_index,
            omega_ratio,
            tail_ratio,
            var_95,
            cvar_95,
            skew,
            kurtosis,
            win_rate,
            profit_factor,
            payoff_ratio,
            expectancy,
            sqn,
            kelly,
            exposure,
            turnover,
            mean_trade_seconds
        )
    };
}

/// The bytes of an outcome.
pub fn encode(outcome: &WindowOutcome) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(900 + 8 * outcome.returns.len());
    let metrics = &outcome.metrics;
    bytes.push(match outcome.status {
        OutcomeStatus::Completed => 0,
        OutcomeStatus::Disqualified => 1,
        OutcomeStatus::Forfeit => 2,
        OutcomeStatus::Liquidated => 3,
    });
    bytes.push(match metrics.sampling {
        Sampling::Daily => 0,
        Sampling::PerBar => 1,
    });
    bytes.push(profile_index(metrics.profile));
    bytes.extend(metrics.periods_per_year.to_le_bytes());
    bytes.extend((metrics.returns as u64).to_le_bytes());
    bytes.extend((metrics.trades as u64).to_le_bytes());
    for cash in [metrics.starting_balance, metrics.final_equity, metrics.total_pnl, metrics.fees] {
        bytes.extend(cash.units().to_le_bytes());
    }
    let fall = &metrics.max_drawdown;
    bytes.extend(fall.depth.to_le_bytes());
    bytes.extend(fall.peak_at.micros().to_le_bytes());
    bytes.extend(fall.trough_at.micros().to_le_bytes());
    bytes.extend(fall.recovered_at.map_or(i64::MIN, Timestamp::micros).to_le_bytes());
    macro_rules! put {
        ($metrics:expr, $($name:ident),*) => { $( put_measure(&mut bytes, $metrics.$name); )* };
    }
    measures!(put, metrics);
    metrics.record.put(&mut bytes);
    for value in &outcome.returns {
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

#[expect(clippy::cast_possible_truncation, reason = "fifteen reasons")]
fn put_measure(bytes: &mut Vec<u8>, measure: Measure) {
    let (tag, value) = match measure {
        Ok(value) => (0, value),
        Err(reason) => (REASONS.iter().position(|one| *one == reason).map_or(0, |at| at as u8 + 1), 0.0),
    };
    bytes.push(tag);
    bytes.extend(value.to_le_bytes());
}

#[expect(clippy::cast_possible_truncation, reason = "five profiles")]
fn profile_index(profile: MetricsProfile) -> u8 {
    PROFILES.iter().position(|one| *one == profile).map_or(0, |index| index as u8)
}

/// The outcome of bytes; `None` for bytes that are none.
pub fn decode(bytes: &[u8]) -> Option<WindowOutcome> {
    let mut bytes = Bytes(bytes);
    let status = match bytes.byte()? {
        0 => OutcomeStatus::Completed,
        1 => OutcomeStatus::Disqualified,
        2 => OutcomeStatus::Forfeit,
        3 => OutcomeStatus::Liquidated,
        _ => return None,
    };
    let sampling = match bytes.byte()? {
        0 => Sampling::Daily,
        1 => Sampling::PerBar,
        _ => return None,
    };
    let profile = *PROFILES.get(usize::from(bytes.byte()?))?;
    let periods_per_year = bytes.float()?;
    let (returns, trades) = (bytes.count()?, bytes.count()?);
    let mut cash = || bytes.take().map(|taken| Cash::from_units(i128::from_le_bytes(taken)));
    let (starting_balance, final_equity, total_pnl, fees) = (cash()?, cash()?, cash()?, cash()?);
    let depth = bytes.float()?;
    let (peak, trough, recovered) = (bytes.int()?, bytes.int()?, bytes.int()?);
    let max_drawdown = Drawdown {
        depth,
        peak_at: Timestamp::from_micros(peak),
        trough_at: Timestamp::from_micros(trough),
        recovered_at: (recovered != i64::MIN).then(|| Timestamp::from_micros(recovered)),
    };
    macro_rules! get {
        ($bytes:expr, $($name:ident),*) => {{
            $( let $name = get_measure(&mut $bytes)?; )*
            let record = Record::get(&mut $bytes)?;
            Metrics {
                profile, relative: Relative::missing(Missing::NoBenchmark), margin: None,
                sampling, periods_per_year, returns, starting_balance, final_equity, total_pnl, max_drawdown,
                trades, fees, record, $($name),*
            }
        }};
    }
    let metrics = measures!(get, bytes);
    let chunks = bytes.0.chunks_exact(8);
    if !chunks.remainder().is_empty() {
        return None;
    }
    let returns = chunks.filter_map(|chunk| chunk.try_into().ok().map(f64::from_le_bytes)).collect();
    Some(WindowOutcome { status, metrics, returns })
}

/// A measure: its tag, then its value.
fn get_measure(bytes: &mut Bytes<'_>) -> Option<Measure> {
    let tag = bytes.byte()?;
    let value = bytes.float()?;
    match tag {
        0 => Some(Ok(value)),
        tag => REASONS.get(usize::from(tag) - 1).map(|reason| Err(*reason)),
    }
}

#[cfg(test)]
pub(in crate::store) mod tests {
    use super::*;
    use crate::store::fixture;

    /// Outcomes with values, reasons, and returns.
    pub(in crate::store) fn outcomes() -> Vec<WindowOutcome> {
        let tournament = fixture::tournament();
        let results = tournament.agents.iter().flat_map(|agent| &agent.windows);
        let mut all: Vec<WindowOutcome> = results
            .map(|result| WindowOutcome {
                status: OutcomeStatus::Completed,
                metrics: result.metrics.clone(),
                returns: vec![0.1, -0.0, f64::MIN_POSITIVE, -0.25],
            })
            .collect();
        all[0].status = OutcomeStatus::Forfeit;
        all[1].returns.clear();
        all
    }

    #[test]
    fn written_values_are_read_back_bit_for_bit() {
        for outcome in outcomes() {
            let bytes = encode(&outcome);
            let back = decode(&bytes).unwrap();
            assert_eq!(format!("{back:?}"), format!("{outcome:?}"));
            assert_eq!(encode(&back), bytes);
        }
    }

    #[test]
    fn bytes_that_are_cut_are_no_outcome() {
        let bytes = encode(&outcomes()[1]);
        assert!((0..bytes.len()).all(|end| decode(&bytes[..end]).is_none()));
        let mut wrong = bytes;
        wrong[0] = 9;
        assert!(decode(&wrong).is_none());
    }
}
