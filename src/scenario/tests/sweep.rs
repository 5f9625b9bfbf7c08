//! The `[sweep]` and `[validation]` tables: their results and errors.

use super::{GOOD, assert_mistake, mistake, parse, valid};
use crate::scenario::{SearchKind, SweepSpec, SweptValue, SweptValues, ValidationSpec, identity_json};

/// The valid scenario with a sweep of its first agent.
fn swept(table: &str) -> String {
    format!("{GOOD}\n[sweep]\nagent = \"trend\"\n{table}")
}

fn sweep(table: &str) -> SweepSpec {
    valid(&swept(table)).sweep.unwrap()
}

/// The values of the only parameter.
fn values(written: &str) -> SweptValues {
    let mut spec = sweep(&format!("[sweep.parameters]\n{written}\n"));
    assert_eq!(spec.parameters.len(), 1);
    spec.parameters.remove(0).values
}

fn numbers(values: &[f64]) -> SweptValues {
    SweptValues::Listed(values.iter().copied().map(SweptValue::Number).collect())
}

fn integers(values: &[i64]) -> SweptValues {
    SweptValues::Listed(values.iter().copied().map(SweptValue::Integer).collect())
}

/// Asserts an error in the values of a parameter.
#[track_caller]
fn assert_values(written: &str, message: &str, underlined: &str) {
    let (found, span, _) = mistake(&swept(&format!("[sweep.parameters]\n{written}\n")));
    assert_eq!((found.as_str(), span.as_str()), (message, underlined));
}

#[test]
fn lists_and_ranges_become_values() {
    assert_eq!(values("fast = [5, 10, 20]"), integers(&[5, 10, 20]));
    assert_eq!(values("fast = { from = 5, to = 21, step = 5 }"), integers(&[5, 10, 15, 20]));
    assert_eq!(values("fast = { from = 5, to = 8 }"), integers(&[5, 6, 7, 8]));
    assert_eq!(values("fast = { log_from = 2, log_to = 64, points = 6 }"), integers(&[2, 4, 8, 16, 32, 64]));
    // Close values round to the same integer.
    assert_eq!(values("fast = { log_from = 1, log_to = 4, points = 6 }"), integers(&[1, 2, 3, 4]));
    // Decimal arithmetic: exactly 0.3 and 0.7.
    let stepped = values("size_pct = { from = 0.1, to = 0.75, step = 0.1 }");
    assert_eq!(stepped, numbers(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]));
    let log = values("size_pct = { log_from = 1, log_to = 10, points = 3 }");
    assert_eq!(log, numbers(&[1.0, 3.162_28, 10.0]));
    assert_eq!(
        values("timeframe = [\"1h\", \"4h\"]"),
        SweptValues::Listed(vec![SweptValue::Word("1h".to_owned()), SweptValue::Word("4h".to_owned()),])
    );
}

#[test]
fn a_range_without_a_step_is_continuous() {
    let spec =
        sweep("search = \"random\"\ntrials = 9\n[sweep.parameters]\nsize_pct = { from = 1, to = 20 }\n");
    assert_eq!(spec.parameters[0].values, SweptValues::Continuous { from: 1.0, to: 20.0, log: false });
    let log =
        "search = \"random\"\ntrials = 9\n[sweep.parameters]\nsize_pct = { log_from = 1, log_to = 20 }\n";
    assert_eq!(sweep(log).parameters[0].values, SweptValues::Continuous { from: 1.0, to: 20.0, log: true });
    assert_values(
        "size_pct = { from = 1, to = 20 }",
        "`strategy.size_pct` is continuous, which a grid cannot enumerate",
        "{ from = 1, to = 20 }",
    );
}

#[test]
fn every_way_to_name_a_parameter_is_the_same_path() {
    for (written, path) in [
        ("fast = [5]", "strategy.fast"),
        ("strategy.fast = [5]", "strategy.fast"),
        ("\"agents.trend.strategy.fast\" = [5]", "strategy.fast"),
        ("agents.trend.strategy.fast = [5]", "strategy.fast"),
        ("risk.max_drawdown_pct = [false, 20]", "risk.max_drawdown_pct"),
        ("\"risk.standard.max_drawdown_pct\" = [20]", "risk.max_drawdown_pct"),
        ("risk.on_breach = [\"halt_new\", \"flatten\"]", "risk.on_breach"),
        ("venue.taker_fee_bps = [0, 7.5]", "venue.taker_fee_bps"),
        ("venue.close_at_end = [true, false]", "venue.close_at_end"),
    ] {
        let spec = sweep(&format!("[sweep.parameters]\n{written}\n"));
        assert_eq!(spec.parameters[0].path, path, "{written}");
    }
    let slippage = swept("[sweep.parameters]\nvenue.slippage.bps = [1, 5]\n")
        .replace("{ model = \"none\" }", "{ model = \"fixed_bps\", bps = 2 }");
    assert_eq!(valid(&slippage).sweep.unwrap().parameters[0].path, "venue.slippage.bps");
}

#[test]
fn parameters_keep_the_order_of_the_file() {
    let spec = sweep("[sweep.parameters]\nslow = [100]\nvenue.maker_fee_bps = [1]\nfast = [5]\n");
    let keys: Vec<&str> = spec.parameters.iter().map(|parameter| parameter.key()).collect();
    assert_eq!(keys, ["slow", "maker_fee_bps", "fast"]);
}

#[test]
fn a_trial_is_read_like_a_scenario() {
    let table = "[sweep.parameters]\nfast = [5, 60]\nslow = [50]\nrisk.max_open_orders = [3]\n\
                 venue.taker_fee_bps = [2.5]\n";
    let spec = parse(&swept(table)).unwrap().0.sweep.unwrap();
    let values = |fast| {
        vec![
            SweptValue::Integer(fast),
            SweptValue::Integer(50),
            SweptValue::Integer(3),
            SweptValue::Number(2.5),
        ]
    };
    let mut setups = spec.setups(&[values(5), values(60)]);
    let problems = setups.pop().unwrap().unwrap_err();
    assert_eq!(problems[0].message, "`fast` = 60 is not below `slow` = 50");
    let setup = setups.pop().unwrap().unwrap();
    let written = GOOD
        .replace("fast = 20, slow = 100", "fast = 5, slow = 50")
        .replace("max_open_orders = 20", "max_open_orders = 3")
        .replace("[venue]", "[venue]\ntaker_fee_bps = 2.5");
    let expected = valid(&written);
    assert_eq!(format!("{:?}", setup.agent), format!("{:?}", expected.agents[0]));
    assert_eq!(format!("{:?}", setup.venue), format!("{:?}", expected.venue));
}

#[test]
fn values_out_of_range_are_underlined() {
    assert_values("fast = [5, 0, 7]", "`fast` = 0 is out of range", "0");
    assert_values("fast = [5, 7.5]", "`fast` must be a whole number, not a decimal number", "7.5");
    assert_values("size_pct = [10, 100001]", "`size_pct` = 100001 is out of range", "100001");
    assert_values("risk.on_breach = [\"flaten\"]", "unknown breach action `flaten`", "\"flaten\"");
    assert_values(
        "timeframe = [\"90m\", \"1x\"]",
        "`timeframe`: `1x` is not a duration such as 15m, 4h, 30d or 2w",
        "\"1x\"",
    );
    assert_values("fast = [5, 9, 5]", "5 is listed twice in `fast`", "5");
    assert_values("fast = []", "`fast` has no values", "[]");
}

#[test]
fn empty_ranges_are_refused() {
    assert_values("fast = { from = 9, to = 9 }", "the range of `fast` ends at 9, not above 9", "9");
    assert_values("fast = { from = 5, to = 9, step = 0 }", "`step` = 0 must be a whole number above 0", "0");
    assert_values(
        "fast = { from = 5, to = 9, step = 0.5 }",
        "`step` = 0.5 must be a whole number above 0",
        "0.5",
    );
    assert_values("fast = { from = 5, stop = 9 }", "unknown key `stop` in the range of `fast`", "stop");
    assert_values("fast = { from = 5 }", "the range of `fast` has no `to`", "{ from = 5 }");
    assert_values(
        "fast = { log_from = 5, log_to = 50 }",
        "the log range of `fast`, a whole number, needs `points`",
        "{ log_from = 5, log_to = 50 }",
    );
    assert_values(
        "risk.on_breach = { from = 1, to = 2 }",
        "`on_breach` is not a number and cannot have a range",
        "{ from = 1, to = 2 }",
    );
    assert_values("fast = 5", "the values of `fast` must be a list or a range", "5");
}

#[test]
fn unsweepable_keys_are_reported() {
    assert_values("fsat = [5]", "unknown parameter `fsat` of `strategy` of kind `sma_cross`", "fsat");
    assert_values("venue.fee = [5]", "unknown parameter `fee` of `[venue]`", "fee");
    assert_values("venue.slippage.bps = [5]", "unknown parameter `bps` of `slippage` of model `none`", "bps");
    assert_values("market.interval = [\"1h\"]", "`market.interval` cannot be swept", "interval");
    assert_values(
        "symbols = [\"BTCUSDT\"]",
        "`symbols` is a list, each a string and cannot be swept",
        "\"BTCUSDT\"",
    );
    assert_values("fast = [5]\nstrategy.fast = [6]", "`strategy.fast` is swept twice", "fast");
    let built_in =
        swept("[sweep.parameters]\nrisk.max_open_orders = [5]\n").replace("risk = \"standard\"\n", "");
    let (message, span, _) = mistake(&built_in.replace("[risk.standard]\nmax_open_orders = 20\n", ""));
    assert_eq!(message, "the risk profile `default` of agent `trend` is built in");
    assert_eq!(span, "max_open_orders");
}

#[test]
fn the_agent_must_be_one_of_the_scenario() {
    let source =
        swept("[sweep.parameters]\nfast = [5]\n").replace("agent = \"trend\"\n", "agent = \"trnd\"\n");
    assert_mistake(&source, "unknown agent `trnd` to sweep", "\"trnd\"", Some("did you mean `trend`?"));
}

#[test]
fn conditions_are_checked_with_spans() {
    let table = "where = [\"fast < slwo\"]\n[sweep.parameters]\nfast = [5]\nslow = [50]\n";
    assert_mistake(
        &swept(table),
        "in the condition `fast < slwo`: `slwo` is not a swept parameter",
        "slwo",
        Some("did you mean `slow`?"),
    );
    let (message, span, _) = mistake(&swept("where = [\"fast + 1\"]\n[sweep.parameters]\nfast = [5]\n"));
    assert_eq!(message, "in the condition `fast + 1`: expected a condition, found a number");
    assert_eq!(span, "fast + 1");
}

#[test]
fn a_sweep_without_valid_combinations_is_refused() {
    let none = "where = [\"fast > slow\"]\n[sweep.parameters]\nfast = [5, 10]\nslow = [50]\n";
    assert_eq!(mistake(&swept(none)).0, "no combination of these values is valid");
    assert_eq!(
        mistake(&swept("[sweep.parameters]\nfast = [200]\nslow = [50]\n")).0,
        "no combination of these values is valid"
    );
}

#[test]
fn invalid_combinations_are_warned_of() {
    let (_, warnings) = parse(&swept("[sweep.parameters]\nfast = [5, 60]\nslow = [50, 100]\n")).unwrap();
    let messages: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "1 of 4 combinations are skipped, such as fast = 60, slow = 50: `fast` = 60 is not below `slow` = 50"
        ]
    );
}

#[test]
fn missing_and_unused_search_settings_are_reported() {
    let parameters = "[sweep.parameters]\nfast = [5, 10]\n";
    let (message, span, _) = mistake(&swept(&format!("search = \"sobol\"\n{parameters}")));
    assert_eq!((message.as_str(), span.as_str()), ("this search needs a number of `trials`", "\"sobol\""));
    let (message, span, _) = mistake(&swept(&format!("trials = 5\n{parameters}")));
    assert_eq!(message, "a grid evaluates every combination and takes no `trials`");
    assert_eq!(span, "5");
    let (message, ..) = mistake(&swept(&format!("reduction = 2\n{parameters}")));
    assert_eq!(message, "`reduction` belongs to `search = \"successive_halving\"`");
    let words = "search = \"cma_es\"\ntrials = 9\n[sweep.parameters]\nrisk.on_breach = [\"flatten\"]\n";
    assert_eq!(
        mistake(&swept(words)).0,
        "`risk.on_breach` is not numeric, and `cma_es` searches only numbers"
    );
    let few = format!("search = \"cma_es\"\ntrials = 9\nbatch = 2\n{parameters}");
    assert_eq!(mistake(&swept(&few)).0, "a generation of `cma_es` has at least 4 trials");
    assert_eq!(
        mistake(&swept(&format!("search = \"gird\"\n{parameters}"))).2.as_deref(),
        Some("did you mean `grid`?")
    );
}

#[test]
fn defaults_follow_the_search() {
    let parameters = "[sweep.parameters]\nfast = [5, 10]\n";
    let spec = sweep(parameters);
    assert_eq!((spec.search, spec.trials, spec.batch, spec.reduction), (SearchKind::Grid, None, 64, 3));
    assert_eq!(spec.objective.as_str(), "roi_pct");
    let tpe = sweep(&format!("search = \"tpe\"\ntrials = 9\nobjective = \"sharpe_ratio\"\n{parameters}"));
    assert_eq!((tpe.batch, tpe.objective.as_str()), (16, "sharpe_ratio"));
    assert_eq!(sweep(&format!("search = \"cma_es\"\ntrials = 9\n{parameters}")).batch, 4);
}

#[test]
fn a_sweep_is_part_of_a_runs_identity_only_if_present() {
    let identity = |source: &str| identity_json(&valid(source));
    assert!(!identity(GOOD).contains("sweep") && !identity(GOOD).contains("validation"));
    let one = identity(&swept("[sweep.parameters]\nfast = [5, 10]\n"));
    let same = identity(&swept("[sweep.parameters]\nfast = { from = 5, to = 10, step = 5 }\n"));
    assert_eq!(one, same);
    assert_ne!(one, identity(&swept("[sweep.parameters]\nfast = [5, 11]\n")));
}

/// The valid scenario with a sweep, windows and a validation.
fn validated(windows: &str, table: &str) -> String {
    format!("{}\n[validation]\n{table}", swept("[sweep.parameters]\nfast = [5, 10]\n")).replace(
        "ranking_metric = \"roi_pct\"",
        &format!("ranking_metric = \"roi_pct\"\nwindows = {windows}"),
    )
}

const SIX: &str = "{ kind = \"sequential\", length = \"30d\", count = 6 }";

#[test]
fn validations_are_read() {
    let read = |table: &str| valid(&validated(SIX, table)).validation.unwrap();
    assert_eq!(
        read("kind = \"walk_forward\"\ntrain = 3\ntest = 1\n"),
        ValidationSpec::WalkForward { train: 3, test: 1, purge: 0, anchored: false }
    );
    assert_eq!(
        read("kind = \"purged_k_fold\"\npurge = 1\n"),
        ValidationSpec::PurgedKFold { folds: 5, purge: 1, embargo: 0 }
    );
    assert_eq!(
        read("kind = \"cpcv\"\nembargo = 1\n"),
        ValidationSpec::Cpcv { folds: 6, test_folds: 2, purge: 0, embargo: 1 }
    );
}

#[test]
fn impossible_validations_are_refused() {
    let of = |table: &str| mistake(&validated(SIX, table));
    let (message, span, _) = of("kind = \"walk_forward\"\ntrain = 6\ntest = 1\n");
    assert_eq!(message, "this validation needs 7 windows, the battle has 6");
    assert_eq!(span, "6");
    let (message, ..) = of("kind = \"cpcv\"\nfolds = 4\ntest_folds = 4\n");
    assert_eq!(message, "`test_folds` = 4 leaves none of the 4 folds for training");
    assert_eq!(of("kind = \"walk_foward\"\n").2.as_deref(), Some("did you mean `walk_forward`?"));
    assert_eq!(
        of("kind = \"walk_forward\"\ntrain = 3\n").0,
        "missing key `test` in `validation` of kind `walk_forward`"
    );
    let alone = format!("{GOOD}\n[validation]\nkind = \"purged_k_fold\"\n");
    assert_eq!(mistake(&alone).0, "`[validation]` without `[sweep]`");
}
