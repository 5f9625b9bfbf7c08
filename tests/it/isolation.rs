//! An agent's results are the same bytes alone, with any other agents, in any order, in a sweep and with
//! either loop, whatever history the others need.

use crate::support::loaded::Loaded;
use crate::support::stage::{Stage, files};
use proptest::prelude::*;
use tempfile::TempDir;
use tiltyard::internals::domain::{Interval, Timestamp};
use tiltyard::internals::engine::{Loop, Replay};
use tiltyard::internals::market::{Bars, write_bars};
use tiltyard::internals::scenario::{AgentSpec, Scenario};
use tiltyard::internals::sweep::{Evaluator, TrialJob, WindowOutcome, extremes};
use tiltyard::internals::tournament::{AgentResult, RunOptions};

/// Hours of data; 2023-01-02 was a Monday.
const HOURS: i64 = 24 * 70;
const FIRST: &str = "2023-01-02T00:00:00Z";

/// Every kind, in the scenario's interval and in coarser ones.
const KINDS: [&str; 35] = [
    r#"kind = "buy_and_hold""#,
    r#"kind = "dca", every = 3, size_pct = 7"#,
    r#"kind = "dca", every = 2, size_pct = 5, timeframe = "4h""#,
    r#"kind = "sma_cross", fast = 3, slow = 9"#,
    r#"kind = "sma_cross", fast = 2, slow = 5, timeframe = "4h""#,
    r#"kind = "ema_cross", fast = 4, slow = 11"#,
    r#"kind = "ema_cross", fast = 2, slow = 6, timeframe = "1d""#,
    r#"kind = "macd", fast = 3, slow = 7, signal = 2"#,
    r#"kind = "macd", fast = 2, slow = 5, signal = 2, timeframe = "4h""#,
    r#"kind = "rsi_reversion", period = 5, entry_below = 40, exit_above = 60"#,
    r#"kind = "rsi_reversion", period = 3, entry_below = 40, exit_above = 60, timeframe = "4h""#,
    r#"kind = "bollinger_reversion", period = 9, width = 1"#,
    r#"kind = "donchian_breakout", entry = 8, exit = 4"#,
    r#"kind = "donchian_breakout", entry = 3, exit = 2, timeframe = "1d""#,
    r#"kind = "momentum", lookback = 6, rebalance = 5"#,
    r#"kind = "momentum", lookback = 3, rebalance = 2, timeframe = "4h""#,
    r#"kind = "momentum", lookback = 2, rebalance = 1, top = 2, timeframe = "1d""#,
    r#"kind = "grid", levels = 4, spacing_pct = 1, size_pct = 90"#,
    r#"kind = "random", turnover = 5"#,
    r#"kind = "random", turnover = 3, timeframe = "4h""#,
    r#"kind = "rules", enter_all = ["ema(5) crosses_above ema(12)"], exit_any = ["ema(5) < ema(12)"], stop_loss_pct = 2"#,
    r#"kind = "rules", enter_all = ["close@4h > ema(3)@1d"], exit_any = ["rsi(4)@4h > 65"], max_positions = 1"#,
    r#"kind = "rules", enter_all = ["ago(close@4h - ema(3)@1d, 5) < close@4h - ema(3)@1d"], max_hold_bars = 9"#,
    r#"kind = "rules", enter_all = ["close@4h crosses_above sma(2)@1d"], exit_any = ["adx(3) > 20"], trailing_stop_pct = 3"#,
    r#"kind = "rules", enter_all = ["macd(3, 8) > macd_signal(3, 8, 3)", "atr(4) > 0"], take_profit_pct = 2, max_hold_bars = 30"#,
    r#"kind = "rules", enter_all = ["ago(close > sma(9), 3)", "close < sma(9)"], exit_any = ["volume > volume_sma(5) * 3"]"#,
    r#"kind = "rules", enter_all = ["close@(BBB) crosses_above sma(7)@(BBB)"], exit_any = ["close@4h(AAA) < ema(3)@4h(AAA)"]"#,
    r#"kind = "rules", enter_all = ["ago(close@4h(BBB) - ema(3)@1d(AAA), 3) < close"], exit_any = ["rsi(3)@1d(BBB) > 60"]"#,
    r#"kind = "rules", enter_all = ["obv > sma(obv, 20)", "sma(rsi(6), 3) < 60"], exit_any = ["highest(ema(obv, 4), 9) > obv"]"#,
    r#"kind = "rules", enter_all = ["close < vwap", "hour >= 9"], exit_any = ["time_of_day == 16:00"], zone = "America/New_York""#,
    r#"kind = "rules", enter_all = ["stoch_k(9) < 30"], exit_any = ["bars_held > 12 or unrealised_pct > 1", "mfi(5)@4h > 70"]"#,
    r#"kind = "rules", enter_all = ["close > keltner_lower(8, 6, 1)@4h", "cci(9) < 0"], exit_any = ["ago(close@(BBB), 30) > close@(BBB)"]"#,
    r#"kind = "rules", enter_all = ["rsi(5) < 50"], exit_any = [{ when = "unrealised_pct > 1", share_pct = 40 }, "rsi(5) > 70"], max_entries = 3, size_pct = 10, stop_loss = { atr = 5, times = 2 }"#,
    r#"kind = "rules", enter_all = ["close > sma(6)"], exit_any = ["close < sma(6)"], entry = { order = "limit", offset = { atr = 4, times = 0.3, timeframe = "4h" }, good_till_bars = 5 }"#,
    r#"kind = "rules", enter_all = ["close > ema(9)"], trailing_stop = { atr = 3, times = 2 }, entry = { order = "stop_limit", price = "highest(4)", limit_offset_pct = 1, time_in_force = "day" }"#,
];

const SLIPPAGES: [&str; 4] = [
    r#"{ model = "none" }"#,
    r#"{ model = "fixed_bps", bps = 5 }"#,
    r#"{ model = "volume_share", factor = 0.1 }"#,
    r#"{ model = "square_root", factor = 0.5 }"#,
];

const WINDOWS: [&str; 5] = [
    r#"{ kind = "whole" }"#,
    r#"{ kind = "sequential", length = "7d" }"#,
    r#"{ kind = "rolling", length = "8d", step = "5d" }"#,
    r#"{ kind = "random", length = "7d", count = 2 }"#,
    r#"{ kind = "stratified", length = "4d", count = 2, lookback = "10d" }"#,
];

/// A portable integer generator.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Hourly random-walk bars in hundredths, with gaps; in a market with sessions, open from 14:00 on weekdays.
fn wandering(dice: &mut Dice, sessions: bool) -> Bars {
    let interval: Interval = "1h".parse().unwrap();
    let first: Timestamp = FIRST.parse().unwrap();
    let mut bars = Bars::with_capacity(interval, 0);
    let mut price = 10_000_u64;
    for hour in 0..HOURS {
        let open = price;
        price = (price + dice.below(301)).saturating_sub(150).max(2_000);
        let (high, low) = (open.max(price) + dice.below(40), open.min(price) - dice.below(40));
        let closed = sessions && (!(14..21).contains(&(hour % 24)) || hour / 24 % 7 > 4);
        if closed || dice.below(14) == 0 {
            continue;
        }
        let values = [open, high, low, price].map(|hundredths| hundredths as f64 / 100.0);
        let volume = (1 + dice.below(90)) as f64;
        let at = first + interval.span().times(hour);
        bars.push(at, [values[0], values[1], values[2], values[3], volume]);
    }
    bars
}

/// A scenario without agents.
#[derive(Debug, Clone)]
struct Setting {
    sessions: bool,
    text: String,
}

impl Setting {
    fn drawn(dice: &mut Dice) -> Self {
        let sessions = dice.below(2) == 1;
        let pick =
            |dice: &mut Dice, words: &[&str]| words[dice.below(words.len() as u64) as usize].to_owned();
        // In the fifth or sixth week, at any hour.
        let start: Timestamp = FIRST.parse().unwrap();
        let hour: Interval = "1h".parse().unwrap();
        let start = start + hour.span().times((30 * 24 + dice.below(12 * 24)) as i64);
        let text = format!(
            "[scenario]\nname = \"isolation\"\nseed = {}\n\n[market]\npath = \"bars\"\nsymbols = [\"AAA\", \"BBB\"]\n\
             interval = \"1h\"\nstart = \"{start}\"\ngaps = \"{}\"\nwarm_up = \"{}\"\n\n[venue]\nslippage = {}\n\
             fill_at = \"{}\"\n\n[battle]\nwindows = {}\n\n",
            dice.below(1_000),
            pick(dice, &["keep", "keep", "forward_fill"]),
            pick(dice, &["before", "before", "inside"]),
            pick(dice, &SLIPPAGES),
            pick(dice, &["next_open", "next_open", "close"]),
            pick(dice, &WINDOWS),
        );
        Self { sessions, text }
    }

    fn with(&self, agents: &[usize]) -> String {
        let agents = agents.iter().map(|kind| agent(&format!("agent-{kind}"), KINDS[*kind]));
        format!("{}{}", self.text, agents.collect::<String>())
    }
}

fn agent(name: &str, strategy: &str) -> String {
    let risk = if name.len().is_multiple_of(2) { "default" } else { "unlimited" };
    format!("[[agents]]\nname = \"{name}\"\nrisk = \"{risk}\"\nstrategy = {{ {strategy} }}\n\n")
}

/// Each agent's results, by name.
fn played(loaded: &Loaded, engine: Loop) -> Vec<(String, Vec<String>)> {
    let agents = loaded.run(engine).agents;
    let text = |agent: &AgentResult| {
        let windows = agent.windows.iter();
        windows.map(|window| format!("{:?} {:?}", from_zero(&window.replay), window.metrics)).collect()
    };
    agents.iter().map(|agent| (agent.name.to_string(), text(agent))).collect()
}

/// The replay with ticks counted from its window's first: ticks of the market's clock depend on the length of
/// the loaded history.
fn from_zero(replay: &Replay) -> Replay {
    let (mut replay, first) = (replay.clone(), replay.window.ticks.first);
    replay.window.ticks.first -= first;
    replay.window.ticks.last -= first;
    replay.fills.iter_mut().for_each(|fill| fill.tick -= first);
    replay.holdings.iter_mut().for_each(|held| held.tick -= first);
    for trip in &mut replay.round_trips {
        trip.entry_tick -= first;
        trip.exit_tick -= first;
    }
    replay
}

fn written(sessions: bool, dice: &mut Dice) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for symbol in ["AAA", "BBB"] {
        let path = folder.path().join(format!("bars/{symbol}_1h.parquet"));
        write_bars(&path, &wandering(dice, sessions)).unwrap();
    }
    folder
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_agents_results_do_not_depend_on_other_agents(seed in any::<u64>()) {
        check(seed)?;
    }
}

fn check(seed: u64) -> Result<(), TestCaseError> {
    let mut dice = Dice(seed);
    let setting = Setting::drawn(&mut dice);
    let folder = written(setting.sessions, &mut dice);
    let load = |agents: &[usize]| Loaded::parse(folder.path(), &setting.with(agents));
    let mut everyone: Vec<usize> = (0..KINDS.len()).collect();
    let together = played(&load(&everyone), Loop::Skip);
    everyone.reverse();
    let mut reversed = played(&load(&everyone), Loop::BarByBar);
    reversed.reverse();
    for (one, other) in together.iter().zip(&reversed) {
        prop_assert_eq!(one, other, "{}", setting.text);
    }
    for (kind, expected) in together.iter().enumerate() {
        let alone = played(&load(&[kind]), Loop::Skip);
        prop_assert_eq!(&alone[0], expected, "{}{}", setting.text, KINDS[kind]);
    }
    Ok(())
}

/// Regression: a 4h bar that closed overnight counted at the window's first bar only with other agents
/// present.
#[test]
fn a_coarse_bar_closed_overnight_counts_at_the_first_bar() {
    check(11_856_367_303_977_144_303).unwrap();
}

/// Trials with short and long warm-ups, by the batch engine and by the general one.
const SWEEPS: [(&str, &str); 5] = [
    (r#"kind = "ema_cross", fast = 3, slow = 8"#, "fast = [2, 5]\nslow = [6, 60]\n"),
    (r#"kind = "macd", fast = 3, slow = 8, signal = 3"#, "slow = [5, 40]\nsignal = [2, 9]\n"),
    (r#"kind = "sma_cross", fast = 3, slow = 8"#, "fast = [2, 5]\nslow = [6, 90]\n"),
    (r#"kind = "rsi_reversion", period = 5, timeframe = "4h""#, "period = [3, 30]\n"),
    (r#"kind = "dca", every = 2, size_pct = 9, timeframe = "4h""#, "every = [1, 4]\n"),
];

/// The scenario with only this agent, which need not be in the text.
fn alone(scenario: &Scenario, agent: &AgentSpec) -> Scenario {
    Scenario { agents: vec![agent.clone()], sweep: None, ..scenario.clone() }
}

#[test]
fn a_trial_equals_a_run_of_its_agent() {
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let mut setting = Setting::drawn(&mut dice);
        setting.text = setting.text.replace("[\"AAA\", \"BBB\"]", "[\"AAA\"]");
        let folder = written(setting.sessions, &mut dice);
        let (kind, parameters) = SWEEPS[seed as usize % SWEEPS.len()];
        let sweep = format!("[sweep]\nagent = \"swept\"\n[sweep.parameters]\n{parameters}");
        let text = format!("{}{}{sweep}", setting.text, agent("swept", kind));
        let swept = Loaded::parse(folder.path(), &text);
        let spec = swept.scenario.sweep.as_ref().unwrap();
        let all = (0..swept.windows.len()).collect::<Vec<_>>();
        let jobs: Vec<TrialJob> =
            extremes(spec).into_iter().map(|setup| TrialJob { setup, windows: all.clone() }).collect();
        let outcomes = Evaluator::new(swept.plan(), RunOptions::default()).evaluate(&jobs);
        for (job, outcome) in jobs.iter().zip(outcomes) {
            let own = Loaded::of(alone(&swept.scenario, &job.setup.agent));
            let played = own.run(Loop::BarByBar);
            let expected: Vec<WindowOutcome> = played.agents[0]
                .windows
                .iter()
                .map(|window| WindowOutcome::of(&window.replay, &own.market, &own.scenario.metrics))
                .collect();
            assert_eq!(format!("{outcome:?}"), format!("{expected:?}"), "{text}");
        }
    }
}

/// An agent's stored files are the same with and without other agents.
#[test]
fn an_agents_files_do_not_depend_on_other_agents() {
    let stage = Stage::new();
    let mut dice = Dice(5);
    for symbol in ["AAA", "BBB"] {
        write_bars(&stage.path(&format!("bars/{symbol}_1h.parquet")), &wandering(&mut dice, false)).unwrap();
    }
    let setting = "[scenario]\nname = \"S\"\nseed = 1\n[market]\npath = \"bars\"\nsymbols = [\"AAA\", \"BBB\"]\n\
                   interval = \"1h\"\nstart = \"2023-02-13T05:00:00Z\"\n\n";
    let one = agent("one", KINDS[2]);
    let others = format!("{}{}", agent("long", r#"kind = "ema_cross", slow = 120"#), agent("day", KINDS[13]));
    for (name, agents) in [("alone", one.clone()), ("beside", format!("{others}{one}"))] {
        stage.write(&format!("{name}.toml"), &format!("{}{agents}", setting.replace('S', name)));
        stage.result(&format!("run {name}.toml --out {name} --quiet"));
    }
    let of_one = |out: &str| -> Vec<(String, Vec<u8>)> {
        let mut found: Vec<(String, Vec<u8>)> = files(&stage.path(out))
            .into_iter()
            .filter_map(|(path, bytes)| Some((path.split_once("agents/one/")?.1.to_owned(), bytes)))
            .collect();
        found.sort();
        found
    };
    let (alone, beside) = (of_one("alone"), of_one("beside"));
    assert!(alone.len() >= 5, "{:?}", alone.iter().map(|file| &file.0).collect::<Vec<_>>());
    for (one, other) in alone.iter().zip(&beside) {
        assert_eq!(one.0, other.0);
        assert!(one.1 == other.1, "{} differs", one.0);
    }
}
