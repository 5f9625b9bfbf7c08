//! Laws of records: any bracketing of windows gives one summary, and it is that of the chained curve.

use proptest::prelude::*;

use super::golden::close;
use super::testing::{cash, daily_market};
use super::{
    DatedExtremes, Drawdown, MetricInputs, Missing, Record, Sample, Score, Summary, ranked_value, score, walk,
};
use crate::domain::{Cash, Span, Timestamp};
use crate::engine::batch::ClosedTrade;
use crate::market::{Market, TickRange};
use crate::scenario::{MetricSpec, MetricsProfile, RankingMetric};

/// A window of daily closes that starts with 1000 and moves by these percents, with these round trips.
fn window(first: usize, steps: &[f64], trades: &[i128]) -> MetricInputs {
    let market = daily_market(1000);
    let mut level = 1000.0;
    let curve = steps.iter().map(|step| {
        level = Cash::from_units((level * (1.0 + step / 100.0) * 1e8) as i128).to_f64();
        level
    });
    observed(&market, first, curve.collect(), trades)
}

fn observed(market: &Market, first: usize, equity: Vec<f64>, trades: &[i128]) -> MetricInputs {
    let end = equity.last().copied().unwrap_or(1000.0);
    let ticks = TickRange { first, last: first + equity.len() };
    let at = |index: Option<usize>| index.map_or(market.clock[first], |i| market.close_time(first + i));
    let (fall, extremes) = walk(1000.0, &equity);
    MetricInputs {
        starting_balance: cash(1000),
        final_equity: Cash::from_units((end * 1e8).round() as i128),
        fees: Cash::from_units(trades.len() as i128),
        sample: Sample::of(1000.0, &equity, market, ticks, Some(365.0)),
        drawdown: Drawdown::dated(fall, at),
        extremes: DatedExtremes::dated(extremes, at),
        acted: equity.iter().any(|&level| level != 1000.0) || !trades.is_empty(),
        trades: trades
            .iter()
            .map(|&units| ClosedTrade {
                pnl: Cash::from_units(units),
                return_fraction: units as f64 / 1e11,
                seconds: 3600.0,
            })
            .collect(),
        notional: 2000.0,
        ticks: equity.len(),
        ticks_in_market: equity.len() / 2,
        ticks_touched: equity.len(),
        bar_seconds: Span::DAY.seconds(),
    }
}

fn spec(profile: MetricsProfile) -> MetricSpec {
    MetricSpec { profile, risk_free_rate: 0.02, minimum_acceptable_return: 0.01, ..MetricSpec::default() }
}

fn same(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs().max(b.abs())), "{a} {b}");
}

/// Exact parts to the bit, floats to 1e-12.
fn same_record(a: &Record, b: &Record) {
    let (s, t) = (&a.summary, &b.summary);
    assert_eq!(
        (s.windows, s.acted, s.length, s.unfunded, s.ruined),
        (t.windows, t.acted, t.length, t.unfunded, t.ruined)
    );
    assert_eq!((s.trades, s.pnl, s.returns.count), (t.trades, t.pnl, t.returns.count));
    assert_eq!(
        (s.returns.least, s.returns.most, s.returns.rates),
        (t.returns.least, t.returns.most, t.returns.rates)
    );
    assert_eq!((s.other.wins, s.other.losses), (t.other.wins, t.other.losses));
    for (x, y) in [
        (s.gain, t.gain),
        (s.curve.high, t.curve.high),
        (s.curve.low, t.curve.low),
        (s.curve.worst, t.curve.worst),
        (s.returns.sum, t.returns.sum),
        (s.returns.squares, t.returns.squares),
        (s.returns.downside, t.returns.downside),
        (s.returns.product, t.returns.product),
        (s.returns.years, t.returns.years),
        (s.other.gains, t.other.gains),
        (s.other.lost, t.other.lost),
    ] {
        same(x, y);
    }
    let (d, e) = (&a.details, &b.details);
    assert_eq!((d.first_at, d.last_at, d.curve, d.fees), (e.first_at, e.last_at, e.curve, e.fees));
    assert_eq!((d.ticks, d.ticks_in_market, d.ticks_touched), (e.ticks, e.ticks_in_market, e.ticks_touched));
    assert_eq!((d.trades.least, d.trades.most), (e.trades.least, e.trades.most));
    for (x, y) in [
        (d.trades.squares, e.trades.squares),
        (d.trades.returns, e.trades.returns),
        (d.trades.seconds, e.trades.seconds),
        (d.turned_over, e.turned_over),
    ] {
        same(x, y);
    }
}

/// The same fold, cut in two at every stage by these bits.
fn bracketed(records: &[Record], cuts: &mut impl Iterator<Item = usize>) -> Record {
    match records {
        [] => Record::EMPTY,
        [one] => *one,
        many => {
            let cut = cuts.next().unwrap_or(0) % (many.len() + 1);
            let (left, right) = many.split_at(cut);
            if left.is_empty() || right.is_empty() {
                // The neutral element on one side: go on with a cut that shortens.
                let (left, right) = many.split_at(1);
                return Record::EMPTY.combine(bracketed(left, cuts)).combine(bracketed(right, cuts));
            }
            bracketed(left, cuts).combine(bracketed(right, cuts))
        }
    }
}

fn windows() -> impl Strategy<Value = Vec<(Vec<i32>, Vec<i32>)>> {
    let steps = proptest::collection::vec(-900..1000_i32, 1..12);
    let trades = proptest::collection::vec(-5000..5000_i32, 0..5);
    proptest::collection::vec((steps, trades), 1..9)
}

fn records(windows: &[(Vec<i32>, Vec<i32>)], spec: &MetricSpec) -> Vec<(MetricInputs, Record)> {
    let mut first = 0;
    let of = |(steps, trades): &(Vec<i32>, Vec<i32>)| {
        let steps: Vec<f64> = steps.iter().map(|&step| f64::from(step) / 100.0).collect();
        let trades: Vec<i128> = trades.iter().map(|&units| i128::from(units)).collect();
        let observed = window(first, &steps, &trades);
        first += steps.len();
        let record = Record::of(&observed, spec);
        (observed, record)
    };
    windows.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bracketing_gives_the_same_summary(
        windows in windows(),
        cuts in proptest::collection::vec(0..9_usize, 0..16),
        profile in 0..5_usize,
    ) {
        let spec = spec(MetricsProfile::ALL[profile]);
        let records: Vec<Record> = records(&windows, &spec).into_iter().map(|(_, record)| record).collect();
        let folded = Record::of_windows(records.iter().copied());
        same_record(&bracketed(&records, &mut cuts.into_iter()), &folded);
        let summary = Summary::record(records.iter().map(|record| record.summary));
        prop_assert_eq!(summary, folded.summary);
        prop_assert_eq!(Record::EMPTY.combine(folded), folded);
        prop_assert_eq!(folded.combine(Record::EMPTY), folded);
    }

    /// The fold of windows is the summary of one window whose curve is theirs, chained.
    #[test]
    fn a_record_is_that_of_the_chained_curve(windows in windows(), profile in 0..5_usize) {
        let spec = spec(MetricsProfile::ALL[profile]);
        let (parts, records): (Vec<MetricInputs>, Vec<Record>) = records(&windows, &spec).into_iter().unzip();
        let mut level = 1.0;
        let mut chained = Vec::new();
        for part in &parts {
            chained.extend(part.sample.curve[1..].iter().map(|point| level * point));
            level *= part.final_equity.to_f64() / 1000.0;
        }
        let trades: Vec<i128> =
            parts.iter().flat_map(|part| part.trades.iter().map(|trade| trade.pnl.units())).collect();
        let whole = Record::of(&observed(&daily_market(1000), 0, chained, &trades), &spec);
        let folded = Record::of_windows(records);
        for metric in RankingMetric::ALL {
            if metric == RankingMetric::TotalPnl {
                // Fresh wallets: PnL adds up, it is not reinvested.
                continue;
            }
            let (a, b) = (score(&folded.summary, metric, &spec), score(&whole.summary, metric, &spec));
            match (a, b) {
                (Score::Number(a), Score::Number(b)) => {
                    prop_assert!((a - b).abs() <= 1e-8 * (1.0 + a.abs()), "{metric:?} {a} {b}");
                }
                (a, b) => prop_assert_eq!(a, b, "{:?}", metric),
            }
        }
        if profile == 0 && whole.summary.curve.worst < -1e-6 {
            prop_assert_eq!(folded.details.curve.trough_at, whole.details.curve.trough_at);
            prop_assert_eq!(folded.details.curve.peak_at, whole.details.curve.peak_at);
        }
    }
}

fn of(windows: &[MetricInputs]) -> Summary {
    Summary::record(windows.iter().map(|window| Record::of(window, &MetricSpec::default()).summary))
}

fn scored(summary: &Summary, metric: RankingMetric) -> (Score, Result<f64, Missing>) {
    let spec = MetricSpec::default();
    (score(summary, metric, &spec), ranked_value(summary, metric, &spec))
}

#[test]
fn two_windows_worked_by_hand() {
    // 1000 to 1100 to 990; then 1000 to 800 to 1200. Chained: 1, 1.1, 0.99, 0.792, 1.188.
    let record = of(&[window(0, &[10.0, -10.0], &[100, -50]), window(2, &[-20.0, 50.0], &[30])]);
    close(ranked_value(&record, RankingMetric::RoiPct, &MetricSpec::default()), 18.8);
    // From 1.1 in the first window to 0.792 in the second.
    close(ranked_value(&record, RankingMetric::MaxDrawdownPct, &MetricSpec::default()), -28.0);
    assert_eq!(record.pnl, cash(190));
    assert_eq!(scored(&record, RankingMetric::ProfitFactor).1, Ok(2.6));
    close(ranked_value(&record, RankingMetric::WinRate, &MetricSpec::default()), 200.0 / 3.0);
    // Returns 0.1, -0.1, -0.2, 0.5.
    let mean: f64 = 0.075;
    let squares = [0.1, -0.1, -0.2, 0.5].map(|r: f64| (r - mean) * (r - mean)).iter().sum::<f64>();
    let sharpe = mean / (squares / 3.0).sqrt() * 365.0_f64.sqrt();
    close(ranked_value(&record, RankingMetric::SharpeRatio, &MetricSpec::default()), sharpe);
    let details = Record::of_windows(
        [window(0, &[10.0, -10.0], &[]), window(2, &[-20.0, 50.0], &[])]
            .map(|window| Record::of(&window, &MetricSpec::default())),
    );
    let day = |n: i64| Timestamp::from_micros(n * Span::DAY.micros());
    assert_eq!((details.details.curve.peak_at, details.details.curve.trough_at), (day(1), day(3)));
}

#[test]
fn gains_without_losses_are_infinite_and_no_trades_are_missing() {
    let winner = of(&[window(0, &[1.0, 2.0], &[100, 20])]);
    assert_eq!(scored(&winner, RankingMetric::ProfitFactor), (Score::PlusInfinity, Err(Missing::NoLosses)));
    assert_eq!(scored(&winner, RankingMetric::SortinoRatio), (Score::PlusInfinity, Err(Missing::NoDownside)));
    let idle = of(&[window(0, &[0.0, 0.0], &[])]);
    assert_eq!(scored(&idle, RankingMetric::ProfitFactor), (Score::Absent, Err(Missing::NoTrades)));
    assert_eq!(scored(&idle, RankingMetric::SharpeRatio), (Score::Number(0.0), Err(Missing::Idle)));
    assert_eq!(scored(&idle, RankingMetric::RoiPct), (Score::Number(0.0), Ok(0.0)));
    // Break-even round trips: 0 over 0.
    let even = of(&[window(0, &[0.0, 0.0], &[0])]);
    assert_eq!(scored(&even, RankingMetric::ProfitFactor), (Score::Absent, Err(Missing::NoLosses)));
    let loser = of(&[window(0, &[-1.0, -2.0], &[-100])]);
    assert_eq!(scored(&loser, RankingMetric::ProfitFactor), (Score::Number(0.0), Ok(0.0)));
}

#[test]
fn equal_returns_are_infinite_by_their_sign() {
    let market = daily_market(3);
    let levels = |levels: [f64; 2]| of(&[observed(&market, 0, levels.to_vec(), &[])]);
    let sharpe = |record: &Summary| scored(record, RankingMetric::SharpeRatio);
    assert_eq!(sharpe(&levels([1500.0, 2250.0])), (Score::PlusInfinity, Err(Missing::NoDispersion)));
    assert_eq!(sharpe(&levels([500.0, 250.0])), (Score::MinusInfinity, Err(Missing::NoDispersion)));
}

#[test]
fn a_short_record_has_no_calmar_and_windows_add_up_to_a_long_one() {
    let half = |first| window(first, &[1.0, -0.5, 0.7, 0.0, -0.2, 0.4, 0.3, -0.1, 0.2, 0.1], &[]);
    let twenty = of(&[half(0), half(10)]);
    assert_eq!(scored(&twenty, RankingMetric::CalmarRatio), (Score::Absent, Err(Missing::TooShort)));
    let thirty = of(&[half(0), half(10), half(20)]);
    assert_eq!(thirty.days(), 30);
    assert!(scored(&thirty, RankingMetric::CalmarRatio).1.is_ok());
    // Nor does an idle agent have one where nobody can.
    let idle = of(&[window(0, &[0.0; 10], &[])]);
    assert_eq!(scored(&idle, RankingMetric::CalmarRatio), (Score::Absent, Err(Missing::TooShort)));
    let growing = of(&[window(0, &[0.5; 30], &[])]);
    assert_eq!(scored(&growing, RankingMetric::CalmarRatio), (Score::PlusInfinity, Err(Missing::NoDrawdown)));
}

#[test]
fn one_window_ranks_by_its_own_metrics_to_the_bit() {
    let window = window(0, &[1.0, -2.0, 0.5, 3.0, -1.5, 0.7, 0.0, 2.2, -0.4], &[120, -30, 45]);
    for profile in MetricsProfile::ALL {
        let spec = spec(profile);
        let metrics = super::metrics_of(&window, &spec);
        let summary = Record::of(&window, &spec).summary;
        let value = |metric| ranked_value(&summary, metric, &spec);
        assert_eq!(value(RankingMetric::SharpeRatio), metrics.sharpe_ratio, "{profile:?}");
        assert_eq!(value(RankingMetric::SortinoRatio), metrics.sortino_ratio, "{profile:?}");
        assert_eq!(value(RankingMetric::CalmarRatio), metrics.calmar_ratio, "{profile:?}");
        assert_eq!(value(RankingMetric::WinRate), metrics.win_rate.map(|rate| rate * 100.0), "{profile:?}");
        assert_eq!(value(RankingMetric::ProfitFactor), metrics.profit_factor, "{profile:?}");
        assert_eq!(value(RankingMetric::RoiPct), metrics.total_return.map(|roi| roi * 100.0), "{profile:?}");
    }
}

#[test]
fn a_ruined_window_ruins_the_record() {
    let market = daily_market(10);
    let ruined = observed(&market, 0, vec![500.0, 0.0, 0.0], &[-100]);
    let record = of(&[ruined, window(3, &[5.0, 5.0], &[50])]);
    assert_eq!(scored(&record, RankingMetric::RoiPct).1, Ok(-100.0));
    assert_eq!(scored(&record, RankingMetric::SharpeRatio), (Score::Absent, Err(Missing::Ruined)));
    assert_eq!(scored(&record, RankingMetric::MaxDrawdownPct).1, Ok(-100.0));
}
