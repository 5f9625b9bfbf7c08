//! Statistics of closed round trips, from their net PnL (after all fees) in quote currency.
//!
//! A win is a PnL above 0, a loss one below; a PnL of exactly 0 is neither, but counts among all trades.

use super::missing::{Measure, Missing};
use super::moments::{count, dispersion, finite, mean, sum_by};

/// Wins of all trades, as a fraction.
///
/// # Errors
/// [`Missing::NoTrades`] for no trades.
pub fn win_rate(pnl: &[f64]) -> Measure {
    some(pnl)?;
    finite(sum_by(pnl, |p| f64::from(u8::from(p > 0.0))) / count(pnl))
}

/// Sum of gains over the magnitude of the sum of losses; 0 where all lost.
///
/// # Errors
/// [`Missing::NoTrades`] for no trades, [`Missing::NoLosses`] where none lost: there is no such number, and it
/// is not 0.
pub fn profit_factor(pnl: &[f64]) -> Measure {
    some(pnl)?;
    let (gains, losses) = (sum_by(pnl, |p| p.max(0.0)), sum_by(pnl, |p| (-p).max(0.0)));
    if losses == 0.0 { Err(Missing::NoLosses) } else { finite(gains / losses) }
}

/// Mean win over the magnitude of the mean loss.
///
/// # Errors
/// [`Missing::NoTrades`], [`Missing::NoWins`] or [`Missing::NoLosses`] for no such trades.
pub fn payoff_ratio(pnl: &[f64]) -> Measure {
    some(pnl)?;
    let wins: Vec<f64> = pnl.iter().copied().filter(|&p| p > 0.0).collect();
    let losses: Vec<f64> = pnl.iter().copied().filter(|&p| p < 0.0).collect();
    if wins.is_empty() {
        return Err(Missing::NoWins);
    }
    if losses.is_empty() {
        return Err(Missing::NoLosses);
    }
    finite(mean(&wins)? / mean(&losses)?.abs())
}

/// Mean PnL of a trade.
///
/// # Errors
/// [`Missing::NoTrades`] for no trades.
pub fn expectancy(pnl: &[f64]) -> Measure {
    some(pnl)?;
    mean(pnl)
}

/// System quality number: `sqrt(N) * mean / std(ddof = 1)` (Tharp 2008, "Definitive Guide to Position Sizing").
///
/// # Errors
/// [`Missing::NoTrades`] for no trades, [`Missing::TooFewTrades`] for one, [`Missing::NoDispersion`] for equal
/// ones.
pub fn system_quality_number(pnl: &[f64]) -> Measure {
    some(pnl)?;
    if pnl.len() < 2 {
        return Err(Missing::TooFewTrades);
    }
    let dispersion = dispersion(pnl)?;
    finite(count(pnl).sqrt() * mean(pnl)? / dispersion)
}

/// Kelly (1956): `W - (1 - W) / payoff`, the share of the money that grows it fastest; negative where the bet is
/// bad. `W` is the win rate.
///
/// # Errors
/// As [`payoff_ratio`].
pub fn kelly_fraction(pnl: &[f64]) -> Measure {
    let (wins, payoff) = (win_rate(pnl)?, payoff_ratio(pnl)?);
    finite(wins - (1.0 - wins) / payoff)
}

fn some(pnl: &[f64]) -> Result<(), Missing> {
    if pnl.is_empty() { Err(Missing::NoTrades) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::golden::{TRADE_PNL, close};
    use super::*;

    const ALL: [fn(&[f64]) -> Measure; 6] =
        [win_rate, profit_factor, payoff_ratio, expectancy, system_quality_number, kelly_fraction];

    #[test]
    fn worked_by_hand() {
        // Two wins of 30 and 10, one loss of 20, one of nothing.
        let pnl = [30.0, -20.0, 0.0, 10.0];
        close(win_rate(&pnl), 0.5);
        close(profit_factor(&pnl), 2.0);
        close(payoff_ratio(&pnl), 1.0);
        close(expectancy(&pnl), 5.0);
        // 0.5 - 0.5 / 1.
        close(kelly_fraction(&pnl), 0.0);
        // Deviations 25, -25, -5, 5: 1300 / 3; sqrt(4) * 5 / 20.8166600.
        close(system_quality_number(&pnl), 0.480_384_461_415_260_7);
    }

    #[test]
    fn pyfolio_reloaded_0_10_1() {
        close(win_rate(&TRADE_PNL), 0.416_666_666_666_666_7);
        close(profit_factor(&TRADE_PNL), 0.895_193_319_728_472_7);
        close(payoff_ratio(&TRADE_PNL), 1.163_751_315_647_014_5);
        close(expectancy(&TRADE_PNL), -2.398_194_675_405_934_5);
    }

    #[test]
    fn backtesting_0_6_6() {
        close(system_quality_number(&TRADE_PNL), -0.194_043_681_936_118);
        close(kelly_fraction(&TRADE_PNL), -0.084_585_899_487_482_46);
    }

    #[test]
    fn no_trades() {
        for metric in ALL {
            assert_eq!(metric(&[]), Err(Missing::NoTrades));
        }
    }

    #[test]
    fn a_single_trade() {
        assert_eq!(win_rate(&[5.0]), Ok(1.0));
        assert_eq!(profit_factor(&[5.0]), Err(Missing::NoLosses));
        assert_eq!(profit_factor(&[-5.0]), Ok(0.0));
        assert_eq!(payoff_ratio(&[5.0]), Err(Missing::NoLosses));
        assert_eq!(payoff_ratio(&[-5.0]), Err(Missing::NoWins));
        assert_eq!(expectancy(&[5.0]), Ok(5.0));
        assert_eq!(system_quality_number(&[5.0]), Err(Missing::TooFewTrades));
        assert_eq!(kelly_fraction(&[5.0]), Err(Missing::NoLosses));
    }

    #[test]
    fn equal_trades_have_no_dispersion() {
        assert_eq!(system_quality_number(&[0.1; 12]), Err(Missing::NoDispersion));
    }
}
