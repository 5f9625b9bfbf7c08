//! Indicator columns, in bars per second on one core: one seeded synthetic symbol of 525,600 one-minute bars.

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{YEAR, years};
use tiltyard::internals::domain::{Formula, IndicatorSpec, Thousandths, Zone};
use tiltyard::internals::indicator::compute;

fn bench(c: &mut Criterion) {
    let (_, bars) = years(1).remove(0);
    let columns = [
        ("sma_20", IndicatorSpec::Sma { n: 20 }),
        ("sma_5000", IndicatorSpec::Sma { n: 5_000 }),
        ("ema_20", IndicatorSpec::Ema { n: 20 }),
        ("rsi_14", IndicatorSpec::Rsi { n: 14 }),
        ("macd_signal_12_26_9", IndicatorSpec::MacdSignal { fast: 12, slow: 26, signal: 9 }),
        ("bollinger_20_2", IndicatorSpec::BollingerUpper { n: 20, k: Thousandths(2_000) }),
        ("atr_14", IndicatorSpec::Atr { n: 14 }),
        ("adx_14", IndicatorSpec::Adx { n: 14 }),
        ("donchian_20", IndicatorSpec::DonchianHigh { n: 20 }),
        ("stochastic_14", IndicatorSpec::Stochastic { n: 14 }),
        ("cci_20", IndicatorSpec::Cci { n: 20 }),
        ("mfi_14", IndicatorSpec::Mfi { n: 14 }),
        ("vwap", IndicatorSpec::Vwap { zone: Zone::UTC }),
        ("sma_3_of_rsi_14", IndicatorSpec::Sma { n: 3 }.over(Formula::Column(IndicatorSpec::Rsi { n: 14 }))),
    ];
    let mut group = c.benchmark_group("indicators");
    group.throughput(Throughput::Elements(u64::from(YEAR))).sample_size(20);
    for (name, column) in columns {
        group.bench_function(name, |b| b.iter(|| black_box(compute(&column, &bars, 0..bars.len()))));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
