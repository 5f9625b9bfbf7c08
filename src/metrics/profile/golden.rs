//! Values that each library gave for the short reference series (`golden/metrics.json`, format 1), where its
//! definition is not ours. The long series are compared in `tests/golden_profiles.rs`.

use super::super::golden::{
    ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, SHORT_NORMAL_BENCHMARK, TRADE_PNL, close,
};
use super::super::missing::Missing;
use super::super::series::{ReturnSeries, SeriesMetrics};
use super::super::series_metrics::series_metrics;
use super::super::{relative, trades};
use super::*;
use crate::scenario::{MetricSpec, MetricsProfile};

/// Returns of the round trips of the trade reference, in the order of [`TRADE_PNL`].
const TRADE_RETURNS: [f64; 24] = [
    -0.00603071913205,
    -0.0323654808839,
    -0.00569657773063,
    0.0,
    -0.00323520221181,
    0.0326468063844,
    0.107183238408,
    -0.04161686796,
    -3.07372715984e-05,
    0.00599095425206,
    -0.0670658157185,
    0.0241655771437,
    0.00747886647228,
    -0.0086082638489,
    0.0877728142907,
    0.0487670037624,
    -0.00421186050804,
    -0.0307702997605,
    -0.0618107641712,
    0.0135129281401,
    0.0123632693571,
    -0.0454421123166,
    0.0414925932803,
    -0.016916648346,
];

/// Their entry and exit bars, of 400.
const TRADE_BARS: [(usize, usize); 24] = [
    (2, 11),
    (18, 28),
    (34, 44),
    (50, 52),
    (66, 72),
    (82, 93),
    (98, 106),
    (114, 119),
    (130, 135),
    (146, 147),
    (162, 173),
    (178, 189),
    (194, 196),
    (210, 223),
    (226, 234),
    (242, 248),
    (258, 271),
    (274, 285),
    (290, 296),
    (306, 316),
    (322, 323),
    (338, 351),
    (354, 360),
    (370, 376),
];

fn of(returns: &[f64], spec: &MetricSpec) -> SeriesMetrics {
    series_metrics(&ReturnSeries::of_returns(returns.to_vec(), 252.0), spec)
}

fn spec(profile: MetricsProfile) -> MetricSpec {
    MetricSpec { profile, ..MetricSpec::default() }
}

#[test]
fn quantstats_0_0_86() {
    let own = spec(MetricsProfile::Quantstats);
    let metrics = of(&SHORT_NORMAL, &own);
    close(metrics.ulcer_index, 0.008331362366339018);
    close(metrics.var_95, -0.01360406298822162);
    close(metrics.cvar_95, -0.017718946456900045);
    close(metrics.calmar_ratio, 37.159143813011035);
    let metrics = of(&MIXED_WITH_FLAT_DAYS, &own);
    close(metrics.ulcer_index, 0.11126537747942847);
    close(metrics.var_95, -0.014570587431803055);
    close(metrics.cvar_95, -0.018286047562644514);
    close(metrics.calmar_ratio, 0.02111282969816662);
    let metrics = of(&MONOTONE_LOSS, &own);
    close(metrics.ulcer_index, 0.1669590556918803);
    close(metrics.var_95, -0.004262394345772876);
    close(metrics.cvar_95, -0.0046637248175336096);
    close(metrics.calmar_ratio, -1.7848189079904297);
    // Equal returns have no quantile of a normal distribution, but an expectation.
    assert_eq!(of(&ALL_ZERO, &own).var_95, Err(Missing::NoDispersion));
    assert_eq!(of(&ALL_ZERO, &own).cvar_95, Ok(0.0));
    // Its Sortino takes the risk-free rate.
    let three = MetricSpec { risk_free_rate: 0.03, ..own };
    close(of(&SHORT_NORMAL, &three).sortino_ratio, 7.1754549267912875);
    close(of(&SHORT_NORMAL, &three).sharpe_ratio, 3.9920095811810254);
    let series = |returns: &[f64]| ReturnSeries::of_returns(returns.to_vec(), 252.0);
    let against = relative(&series(&SHORT_NORMAL), &series(&SHORT_NORMAL_BENCHMARK), &own);
    close(against.alpha, 0.19978700500505678);
    close(against.beta, 0.42614992055322803);
}

#[test]
fn quantstats_0_0_86_periods() {
    let periods = |returns: &[f64]| quantstats::periods(&Ok(returns.to_vec()));
    let of = periods(&SHORT_NORMAL);
    close(of.win_rate, 0.5666666666666667);
    close(of.profit_factor, 1.9097750138889047);
    close(of.payoff_ratio, 1.4604161870915155);
    close(of.kelly, 0.26994759633347887);
    close(of.exposure, 1.0);
    let of = periods(&MIXED_WITH_FLAT_DAYS);
    close(of.win_rate, 0.4823529411764706);
    close(of.profit_factor, 1.0194049893596313);
    close(of.payoff_ratio, 1.0939955983371652);
    close(of.kelly, 0.009181879418695105);
    close(of.exposure, 0.68);
    let lost = periods(&MONOTONE_LOSS);
    assert_eq!((lost.win_rate, lost.profit_factor, lost.exposure), (Ok(0.0), Ok(0.0), Ok(1.0)));
    assert_eq!((lost.payoff_ratio, lost.kelly), (Err(Missing::NoUpside), Err(Missing::NoUpside)));
    let still = periods(&ALL_ZERO);
    assert_eq!((still.win_rate, still.exposure), (Err(Missing::NoDispersion), Ok(0.0)));
    assert_eq!(periods(&[]).exposure, Err(Missing::TooFewReturns));
}

#[test]
fn vectorbt_1_2_0() {
    let own = spec(MetricsProfile::Vectorbt);
    for (returns, depth, calmar) in [
        (&SHORT_NORMAL[..], -0.02417719382667194, 37.159143813011035),
        // The first period's loss is no fall.
        (&MONOTONE_LOSS[..], -0.27318707397680875, -1.800529613057685),
        (&MIXED_WITH_FLAT_DAYS[..], -0.18580243495602367, 0.02111282969816662),
    ] {
        let metrics = of(returns, &own);
        close(Ok(metrics.max_drawdown), depth);
        close(metrics.calmar_ratio, calmar);
    }
    // Infinite there, missing here.
    let still = of(&ALL_ZERO, &own);
    assert_eq!(
        (still.sharpe_ratio, still.sortino_ratio),
        (Err(Missing::NoDispersion), Err(Missing::NoDownside))
    );
}

#[test]
fn backtesting_0_6_6_trades() {
    close(trades::win_rate(&TRADE_PNL), 0.41666666666666674);
    close(trades::profit_factor(&TRADE_RETURNS), 1.1778025374392422);
    close(backtesting::expectancy_pct(&TRADE_RETURNS), 0.23988625679713152);
    close(trades::system_quality_number(&TRADE_PNL), -0.194043681936118);
    close(trades::kelly_fraction(&TRADE_PNL), -0.08458589948748246);
    // 208 of 400 bars.
    assert_eq!(ticks_touched(TRADE_BARS.to_vec()), 208);
    let lengths = TRADE_BARS.map(|(entry, exit)| (exit - entry) as f64 * 86_400.0);
    let mean = lengths.iter().sum::<f64>() / 24.0;
    assert_eq!(backtesting::whole_bars(mean, 86_400.0), 691200.0);
    assert_eq!(backtesting::expectancy_pct(&[]), Err(Missing::NoTrades));
}

#[test]
fn touched_ticks_are_counted_once() {
    assert_eq!(ticks_touched(vec![]), 0);
    assert_eq!(ticks_touched(vec![(3, 5)]), 3);
    assert_eq!(ticks_touched(vec![(5, 9), (3, 5), (4, 6), (20, 20)]), 8);
}

#[test]
fn backtesting_worked_by_hand() {
    // Up 10 %, down 10 %, two periods a year of 365.25 days: growth sqrt(0.99) a period, 0.99 a year.
    let series = ReturnSeries::of_returns(vec![0.1, -0.1], 2.0).lasting_days(365.25);
    let metrics = series_metrics(&series, &spec(MetricsProfile::Backtesting));
    close(metrics.cagr, -0.01);
    // (0.02 + 0.99)^2 - 0.99^2 = 0.04, whose root is 0.2.
    close(metrics.volatility, 0.2);
    close(metrics.sharpe_ratio, -0.05);
    // -0.01 / (sqrt(0.01 / 2) * sqrt(2)).
    close(metrics.sortino_ratio, -0.1);
    close(metrics.calmar_ratio, -0.1);
}

#[test]
fn empyrical_takes_its_drawdown_on_the_returns() {
    // A bar between the closes fell by a half: neither library sees it.
    let series =
        ReturnSeries { finest_depth: -0.5, ..ReturnSeries::of_returns(MONOTONE_LOSS.to_vec(), 252.0) };
    let empyrical = series_metrics(&series, &spec(MetricsProfile::Empyrical));
    close(Ok(empyrical.max_drawdown), -0.2755917781897804);
    close(empyrical.calmar_ratio, -1.7848189079904297);
    assert_eq!(series_metrics(&series, &MetricSpec::default()).max_drawdown, -0.5);
}
