//! Agents that are programs: decisions a second of a trivial Python agent that decides at every one of 100,000 minute bars,
//! and of a trivial WebAssembly module that decides at each minute of a year beside a built-in strategy that is called as
//! often; and a year of minutes with one that decides once a day beside a built-in strategy. Python's start is in the times.

mod support;

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{YEAR, years};
use tiltyard::internals::domain::Interval;
use tiltyard::internals::market::write_bars;
use tiltyard::prelude::*;
use tiltyard::run::{Programs, prepare_with, run};

const BARS: u64 = 100_000;

const TRIVIAL: &str = r#"
import json, sys
write, flush = sys.stdout.write, sys.stdout.flush
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "decide":
        write('{"type":"act","decision":%d}\n' % message["decision"])
        flush()
    elif message["type"] == "hello":
        print('{"type":"ready","protocol":1}', flush=True)
"#;

/// Decides to do nothing.
#[cfg(feature = "wasm")]
const MODULE: &str = r#"(module (memory (export "memory") 2)
    (func (export "buf") (result i32) (i32.const 1024))
    (func (export "on_bar") (param i32) (result i32) (i32.const 0)))"#;

#[expect(clippy::expect_used, reason = "a benchmark without its files has nothing to say")]
fn bench(c: &mut Criterion) {
    let (symbol, bars) = years(1).remove(0);
    let folder = tempfile::tempdir().expect("a folder for the files");
    write_bars(&folder.path().join(format!("{symbol}_1m.parquet")), &bars).expect("the bars are written");
    std::fs::write(folder.path().join("agent.py"), TRIVIAL).expect("the agent is written");
    let process = "kind = \"process\", isolation = \"none\", command = [\"python3\", \"agent.py\"]";
    let first = bars.ts[0];
    let part = first + Interval::MINUTE.span().times(BARS.cast_signed());
    let mut group = c.benchmark_group("programs");
    group.sample_size(10).throughput(Throughput::Elements(BARS));
    let every_bar = scenario(folder.path(), symbol.as_str(), process, Some(part));
    group.bench_function("trivial Python agent, every bar", |b| b.iter(|| played(&every_bar)));
    group.throughput(Throughput::Elements(u64::from(YEAR)));
    let built_in =
        scenario(folder.path(), symbol.as_str(), "kind = \"sma_cross\", fast = 1440, slow = 7200", None);
    group.bench_function("built-in, a year of minutes", |b| b.iter(|| played(&built_in)));
    #[cfg(feature = "wasm")]
    {
        let module = wat::parse_str(MODULE).expect("the module is sound");
        std::fs::write(folder.path().join("agent.wasm"), module).expect("the module is written");
        let module = scenario(folder.path(), symbol.as_str(), "kind = \"wasm\", path = \"agent.wasm\"", None);
        group.bench_function("trivial module, every bar", |b| b.iter(|| played(&module)));
        let ready = prepare(&module.scenario, &[]).expect("the bars are sound");
        let replayed = || run(&ready, RunOptions::default(), &NoProgress).expect("nobody cancels");
        group.bench_function("trivial module, every bar, bars in memory", |b| b.iter(replayed));
        let rules = "kind = \"rules\", enter_all = [\"close < 0\"]";
        let rules = scenario(folder.path(), symbol.as_str(), rules, None);
        group.bench_function("rules that never trade", |b| b.iter(|| played(&rules)));
    }
    let daily = format!("{process}, decide = {{ every = \"1d\" }}");
    let sleeping = scenario(folder.path(), symbol.as_str(), &daily, None);
    group.bench_function("Python agent once a day, a year of minutes", |b| b.iter(|| played(&sleeping)));
    group.finish();
}

/// A scenario with this one agent in one window.
#[expect(clippy::expect_used, reason = "the scenario is written above")]
fn scenario(folder: &Path, symbol: &str, strategy: &str, end: Option<Timestamp>) -> ScenarioSource {
    let end = end.map_or_else(String::new, |end| format!("end = \"{end}\""));
    let text = format!(
        r#"
[scenario]
name = "programs"

[market]
path = "{}"
symbols = ["{symbol}"]
interval = "1m"
{end}

[[agents]]
name = "one"
strategy = {{ {strategy} }}

[battle]
ranking_metric = "roi_pct"
"#,
        folder.display()
    );
    ScenarioSource::parse("bench".as_ref(), text, folder, &NoRegistry).expect("the scenario is sound")
}

/// Everything from the bars' file to the ranking.
#[expect(clippy::expect_used, reason = "the scenario is sound")]
fn played(source: &ScenarioSource) -> RunResult {
    let prepared = prepare_with(&source.scenario, &[], &Programs::default()).expect("the bars are sound");
    run(&prepared, RunOptions::default(), &NoProgress).expect("nobody cancels")
}

criterion_group!(benches, bench);
criterion_main!(benches);
