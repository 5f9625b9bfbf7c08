//! Agents that are WebAssembly modules: what they decide, and what becomes of the bad ones.

use tiltyard::internals::engine::Loop;
use tiltyard::prelude::*;
use tiltyard::run::on_threads;

use crate::support::modules::{
    ANSWER, BUFFER, answer, example, head, module, number, number_of, round_trip, word,
};
use crate::support::programs::{Arena, forfeit, trace};

/// Fills of an agent over all windows: time, side, quantity, price.
fn fills(found: &Tournament, agent: &str) -> Vec<String> {
    let found = found.agents.iter().find(|one| one.name.as_str() == agent).unwrap();
    let all = found.windows.iter().flat_map(|window| &window.replay.fills);
    all.map(|fill| format!("{} {:?} {} {}", fill.at, fill.side, fill.quantity, fill.price)).collect()
}

/// Runs a module beside a built-in agent; why it forfeited its first window.
fn fault_of(keys: &str, text: &str) -> String {
    let arena = Arena::new().agent("hold", "kind = \"buy_and_hold\"").module("bad", keys, text);
    let found = arena.run();
    let alone = Arena::new().agent("hold", "kind = \"buy_and_hold\"").run();
    assert_eq!(trace(&found, "hold"), trace(&alone, "hold"), "no other agent is affected");
    assert_eq!(trace(&found, "bad"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "bad"));
    forfeit(&found, "bad", 0).unwrap()
}

/// Why a module is refused before the first bar.
fn refusal_of(keys: &str, bytes: &[u8]) -> (String, String) {
    let arena = Arena::new().module_of("bad", keys, bytes);
    let error = arena.try_run(Loop::Skip).unwrap_err();
    let shown = error.diagnostics(&arena.text());
    let [one] = shown.as_slice() else { panic!("{shown:?}") };
    assert!(one.span.is_some(), "{one:?}");
    (one.message.clone(), one.help.clone().unwrap_or_default())
}

#[test]
fn a_module_buys_and_sells_in_both_loops_and_on_any_threads() {
    let arena = Arena::new().lasting("2023-05-21").module("one", "", &round_trip());
    let found = arena.run();
    assert_eq!(forfeit(&found, "one", 0), None);
    assert_eq!(fills(&found, "one").len(), 4, "a buy and a sell in each of two windows");
    let orders = &found.agents[0].windows[0].replay.orders;
    assert_eq!(orders[0].placed_at, found.windows[0].start + "1h".parse::<Interval>().unwrap().span());
    assert_eq!(trace(&found, "one"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "one"));
    for threads in [1, 4] {
        let again = on_threads(Some(threads), || Ok::<_, RunError>(arena.run())).unwrap();
        assert_eq!(trace(&found, "one"), trace(&again, "one"));
    }
}

#[test]
fn the_c_example_decides_as_its_rules_do() {
    let rules = "kind = \"rules\", enter_all = [\"close < 0.97 * sma(24)\"], exit_any = [\"close > sma(24)\"], \
                 stop_loss_pct = 5";
    let module = std::fs::read(example("dip.wasm")).unwrap();
    let arena = Arena::new().lasting("2023-07-20").agent("rules", rules).module_of(
        "module",
        "indicators = [\"sma(24)\"]",
        &module,
    );
    let found = arena.run();
    assert_eq!(forfeit(&found, "module", 0), None);
    assert!(fills(&found, "rules").len() > 10, "{:?}", fills(&found, "rules"));
    assert_eq!(fills(&found, "module"), fills(&found, "rules"));
    assert_eq!(trace(&found, "module"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "module"));
}

#[test]
fn the_assemblyscript_example_trades_weights() {
    let bytes = std::fs::read(example("breakout.wasm")).unwrap();
    let arena = Arena::new().lasting("2023-07-20").module_of("module", "bars = 49", &bytes);
    let found = arena.run();
    assert_eq!(forfeit(&found, "module", 0), None);
    let all = fills(&found, "module");
    assert!(all.len() > 4, "{all:?}");
    assert_eq!(trace(&found, "module"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "module"));
}

#[test]
fn the_modules_of_the_examples_are_small_and_name_nothing_of_a_machine() {
    for file in ["dip.wasm", "breakout.wasm"] {
        let bytes = std::fs::read(example(file)).unwrap();
        assert!(bytes.len() < 20_000, "{file}: {} bytes", bytes.len());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for word in ["/home", "/tmp", "/work", "/root", "\\Users", "producers", "name"] {
            assert!(!text.contains(word), "{file} has `{word}`");
        }
    }
}

#[test]
fn it_decides_when_the_scenario_says() {
    // Every decision is a buy that is refused for its size of nothing, so that each leaves an order.
    let text = module("", &(head([1, 0, 0, 0]) + &word(44, 2) + &answer()));
    let times = |keys: &str| {
        let arena = Arena::new().lasting("2023-05-11").module("one", keys, &text);
        let found = arena.run();
        assert_eq!(trace(&found, "one"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "one"));
        let orders = &found.agents[0].windows[0].replay.orders;
        assert!(orders.iter().all(|order| format!("{order:?}").contains("Rejected")), "{orders:?}");
        orders.iter().map(|order| order.placed_at.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(times("").len(), 240);
    let daily = times("decide = { every = \"1d\" }");
    assert_eq!(daily.len(), 10);
    assert!(daily.iter().all(|time| time.contains("T00:00")), "{daily:?}");
    let dips = times("decide = { on = \"close < 0.99 * sma(24)\" }");
    assert!(!dips.is_empty() && dips.len() < 200, "{}", dips.len());
}

#[test]
fn it_wakes_when_it_asked_to() {
    // Asks at its first decision for the close of 09:00, between two decisions of its schedule.
    let wake = "2023-05-01T09:00:00Z".parse::<Timestamp>().unwrap().micros();
    let body = head([1, 0, 0, 0])
        + &word(44, 2)
        + &format!(
            "(i64.store (i32.const {})
               (select (i64.const {wake}) (i64.const 0) (i32.eq (global.get $count) (i32.const 1))))",
            ANSWER + 24
        )
        + &answer();
    let arena = Arena::new().module("one", "decide = { every = \"6h\" }", &module("", &body));
    let found = arena.run();
    let orders = &found.agents[0].windows[0].replay.orders;
    let times: Vec<String> = orders.iter().map(|order| order.placed_at.to_string()).collect();
    assert_eq!(times.len(), 5, "{times:?}");
    assert!(times[1].contains("T09:00"), "{times:?}");
    assert_eq!(trace(&found, "one"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "one"));
}

/// Traps unless a condition holds.
fn expect(condition: &str) -> String {
    format!("(if (i32.eqz {condition}) (then (unreachable)))\n")
}

fn load32(at: u32) -> String {
    format!("(i32.load (i32.const {}))", BUFFER + at)
}

fn load64(at: u32) -> String {
    format!("(f64.load (i32.const {}))", BUFFER + at)
}

#[test]
fn a_message_has_what_is_known_and_follows_orders_to_their_end() {
    // Two symbols, two bars, one indicator: blocks of 56 + 8 + 96 bytes. A limit buy far below the price at the first
    // decision with the number 7, cancelled at the second.
    let block = 56 + 8 + 2 * 48;
    let extra = 72 + 2 * block;
    let always = [
        expect(&format!("(i32.eq {} (i32.const 1))", load32(0))),
        expect(&format!("(i32.eq {} (local.get $len))", load32(4))),
        expect(&format!("(i32.eq {} (i32.const 2))", load32(8))),
        expect(&format!("(i32.eq {} (i32.const 2))", load32(12))),
        expect(&format!("(i32.eq {} (i32.const 1))", load32(16))),
        expect(&format!("(i32.eq {} (i32.const {block}))", load32(28))),
        expect(&format!("(i32.eq {} (global.get $count))", load32(32))),
        expect(&format!("(f64.eq {} (f64.const 10000))", load64(48))),
        expect(&format!("(f64.eq {} (f64.const 10000))", load64(64))),
        expect(&format!("(i32.eq {} (i32.const 1))", load32(72))),
        expect(&format!("(i32.eq {} (i32.const 2))", load32(76))),
        expect(&format!("(i32.eq {} (i32.const 1))", load32(80))),
        // The newest bar closes now, and the indicator `close` is its close.
        expect(&format!(
            "(i64.eq (i64.load (i32.const {})) (i64.load (i32.const {})))",
            BUFFER + 72 + 56 + 8 + 48,
            BUFFER + 40
        )),
        expect(&format!("(f64.eq {} {})", load64(72 + 56), load64(72 + 56 + 8 + 48 + 32))),
        expect(&format!("(f64.lt {} {})", load64(72 + 56 + 8 + 24), load64(72 + 56 + 8 + 16))),
    ]
    .concat();
    let place = head([1, 0, 0, 0])
        + &word(32, 1)
        + &word(40, 1)
        + &word(136, 7)
        + &number(48, 1.5)
        + &number(56, 1.0)
        + &answer();
    let open = [
        expect(&format!("(i32.eq {} (i32.const 1))", load32(20))),
        expect(&format!("(i32.eq {} (i32.const 0))", load32(24))),
        expect(&format!("(i32.eq {} (i32.const 1))", load32(extra + 8))),
        expect(&format!("(i32.eq {} (i32.const 7))", load32(extra + 16))),
        expect(&format!("(f64.eq {} (f64.const 1.5))", load64(extra + 24))),
        expect(&format!("(f64.eq {} (f64.const 1))", load64(extra + 32))),
        expect(&format!("(f64.lt {} (f64.const 10000))", load64(56))),
        head([0, 1, 0, 0]),
        format!("(i64.store (i32.const {}) (i64.load (i32.const {})))", ANSWER + 32, BUFFER + extra),
        answer(),
    ]
    .concat();
    let ended = [
        expect(&format!("(i32.eq {} (i32.const 0))", load32(20))),
        expect(&format!("(i32.eq {} (i32.const 1))", load32(24))),
        expect(&format!("(i32.eq {} (i32.const 2))", load32(extra + 16))),
        expect(&format!("(i32.eq {} (i32.const 1))", load32(extra + 20))),
        expect(&format!("(i32.eq {} (i32.const 7))", load32(extra + 28))),
        "(i32.const 0)".to_owned(),
    ]
    .concat();
    let body = format!(
        "{always}
         (if (result i32) (i32.eq (global.get $count) (i32.const 1)) (then {place})
           (else (if (result i32) (i32.eq (global.get $count) (i32.const 2)) (then {open})
             (else (if (result i32) (i32.eq (global.get $count) (i32.const 3)) (then {ended}) (else (i32.const 0)))))))"
    );
    let arena = Arena::new().module("one", "bars = 2, indicators = [\"close\"]", &module("", &body));
    let found = arena.run();
    assert_eq!(forfeit(&found, "one", 0), None);
    assert_eq!(found.agents[0].windows[0].replay.orders.len(), 1);
    assert_eq!(trace(&found, "one"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "one"));
}

#[test]
fn random_numbers_are_those_of_the_agents_own_stream() {
    let import = "(import \"tiltyard\" \"random\" (func $random (result f64)))";
    let body = head([1, 0, 0, 0])
        + &word(44, 2)
        + &number_of(48, "(f64.mul (call $random) (f64.const 5))")
        + &answer();
    let arena = Arena::new().module("one", "", &module(import, &body));
    let own = |ctx: &BarContext<'_>, orders: &mut Orders| {
        let first = ctx.symbols().next().unwrap();
        orders.buy(first, Size::percent_of_equity(ctx.random() * 5.0)).reason("agent");
        Ok(())
    };
    let text = Arena::new().agent("other", "kind = \"cash\"").text();
    let scenario = ScenarioSource::parse("own".as_ref(), text, "".as_ref(), &NoRegistry).unwrap().scenario;
    let entrant = Entrant::new("one", move || Box::new(own)).risk(RiskProfile::unlimited());
    let prepared = prepare(&scenario, &[entrant]).unwrap();
    let wanted = run(&prepared, RunOptions::default(), &NoProgress).unwrap().tournament;
    let found = arena.run();
    assert!(fills(&found, "one").len() > 10);
    assert_eq!(fills(&found, "one"), fills(&wanted, "one"));
}

#[test]
fn no_payload_of_a_nan_can_be_seen() {
    let bits = |value: &str| format!("(i64.eq (i64.reinterpret_f64 {value}) (i64.const 0x7ff8000000000000))");
    let values = [
        "(f64.div (f64.const 0) (local.get $zero))",
        "(f64.sqrt (f64.sub (local.get $zero) (f64.const 1)))",
        "(f64.add (f64.const nan:0x4000000000001) (local.get $zero))",
        "(f64.sub (f64.const inf) (f64.add (f64.const inf) (local.get $zero)))",
        "(f64.mul (f64.const -nan:0x8000000000001) (f64.const 2))",
        "(f64.promote_f32 (f32.sub (f32.const inf) (f32.const inf)))",
        "(f64.min (f64.const -nan:0x4000000000001) (local.get $zero))",
        "(f64.floor (f64.const -nan:0x4000000000001))",
    ];
    let all: String = values.into_iter().map(|value| expect(&bits(value))).collect();
    // An indicator without a value is the same NaN.
    let warming = expect(&format!(
        "(i64.eq (i64.load (i32.const {})) (i64.const 0x7ff8000000000000))",
        BUFFER + 72 + 56
    ));
    let body = format!("{all}{warming}(i32.const 0)")
        .replace("(local.get $zero)", "(f64.convert_i32_u (local.get $i))");
    // More history than there are bars.
    let arena = Arena::new().module("one", "indicators = [\"sma(100000)\"]", &module("", &body));
    assert_eq!(forfeit(&arena.run(), "one", 0), None);
}

#[test]
fn a_bad_module_forfeits_with_its_reason() {
    let log = "(import \"tiltyard\" \"log\" (func $log (param i32 i32)))";
    let said = "(i32.store (i32.const 0) (i32.const 0x74736f6c)) (call $log (i32.const 0) (i32.const 4)) ";
    let body = |body: &str| module("", body);
    let priced = |price: f64| {
        body(&(head([1, 0, 0, 0]) + &word(40, 1) + &number(48, 1.0) + &number(56, price) + &answer()))
    };
    let cases = [
        (
            "",
            body("(loop (br 0)) (i32.const 0)"),
            "it used more than its `decision_fuel` of 10000000 at decision 1",
        ),
        (
            "window_fuel = 300",
            body(
                "(local.set $i (i32.const 10)) (loop (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1))))) (i32.const 0)",
            ),
            "its decisions used more than its `window_fuel` of 300 at decision ",
        ),
        (
            "",
            body("(loop (drop (memory.grow (i32.const 16))) (br 0)) (i32.const 0)"),
            "it asked for more than its `memory_mb` of 16 at decision 1",
        ),
        ("", body("(unreachable)"), "it trapped (wasm `unreachable` instruction executed) at decision 1"),
        (
            "",
            body("(i32.div_u (i32.const 1) (local.get $i))"),
            "it trapped (integer divide by zero) at decision 1",
        ),
        (
            "",
            body("(i32.load (i32.const 0x7ffffff0))"),
            "it trapped (out of bounds memory access) at decision 1",
        ),
        ("", priced(f64::NAN), "its answer to decision 1 has an order 1 that has the price NaN"),
        ("", priced(-5.0), "has an order 1 that has the price -5, which is out of range"),
        ("", priced(0.0), "order 1 of its `act`: `limit` needs `price`, at decision 1"),
        ("", body("(i32.const -1)"), "begins at 4294967295, outside of its memory of 131072 bytes"),
        ("", body("(i32.const 131071)"), "begins at 131071, outside of its memory of 131072 bytes"),
        (
            "",
            body(&(word(0, 40_000) + &answer())),
            "says that it has 40000 bytes, outside of its memory of 131072",
        ),
        ("", body(&(word(0, 12) + &answer())), "says that it has 12 bytes, fewer than the 32 of its head"),
        ("", body(&(head([1, 0, 0, 0]) + &word(0, 150) + &answer())), "weights are 144"),
        (
            "",
            body(&(word(0, 32) + &word(4, u32::MAX) + &answer())),
            "says that it has 32 bytes, where 4294967295 orders",
        ),
        (
            "",
            body(&(head([0, 0, 1, 0]) + &word(32, 5) + &answer())),
            "has a close that names symbol 5, where the agent has 2",
        ),
        (
            "",
            body(&(head([0, 0, 0, 2]) + &number(40, 0.6) + &word(48, 1) + &number(56, 0.6) + &answer())),
            "its `weights` add up to 1.20000000, which is more than 1, at decision 1",
        ),
        // Says something before it fails; a log beyond the memory, and one that costs more than there is.
        ("", module(log, &format!("{said}(unreachable)")), "at decision 1; its log ends with:\nlost"),
        (
            "",
            module(log, "(call $log (i32.const 131000) (i32.const 1000)) (i32.const 0)"),
            "it trapped (out of bounds memory access)",
        ),
        (
            "",
            module(log, "(loop (call $log (i32.const 0) (i32.const 100000)) (br 0)) (i32.const 0)"),
            "it used more than its `decision_fuel`",
        ),
        (
            "",
            module("(func $deep (call $deep))", "(call $deep) (i32.const 0)"),
            "it trapped (call stack exhausted)",
        ),
    ];
    for (keys, text, expected) in cases {
        let reason = fault_of(keys, &text);
        assert!(reason.contains(expected), "{expected}:\n{reason}");
    }
}

#[test]
fn a_loss_is_kept_and_an_order_that_the_rules_refuse_is_no_fault() {
    let buy = head([1, 0, 0, 0]) + &word(44, 2) + &number(48, 90.0) + &answer();
    let late = format!(
        "(if (i32.gt_u (global.get $count) (i32.const 20)) (then (unreachable)))
         (if (result i32) (i32.eq (global.get $count) (i32.const 1)) (then {buy}) (else (i32.const 0)))"
    );
    let found = Arena::new().module("one", "", &module("", &late)).run();
    assert!(forfeit(&found, "one", 0).unwrap().contains("at decision 21"));
    let all = fills(&found, "one");
    assert!(all.len() >= 2, "bought, and sold when it forfeited: {all:?}");
    let refused = head([1, 0, 0, 0]) + &word(44, 2) + &number(48, 900.0) + &answer();
    let found = Arena::new().module("one", "", &module("", &refused)).run();
    assert_eq!(forfeit(&found, "one", 0), None);
    let orders = &found.agents[0].windows[0].replay.orders;
    assert_eq!(orders.len(), 24);
    assert!(fills(&found, "one").is_empty(), "{:?}", fills(&found, "one"));
}

#[test]
fn what_is_no_module_is_refused_before_the_first_bar() {
    let with = |fields: &str| wat::parse_str(format!("(module {fields})")).unwrap();
    let memory = "(memory (export \"memory\") 2)";
    let buf = "(func (export \"buf\") (result i32) (i32.const 1024))";
    let on_bar = "(func (export \"on_bar\") (param i32) (result i32) (i32.const 0))";
    let simd = with(&format!(
        "{memory}{buf}(func (export \"on_bar\") (param i32) (result i32) (i32x4.extract_lane 0 (v128.const i32x4 0 0 0 0)))"
    ));
    let cases = [
        (b"(module)".to_vec(), "is no WebAssembly module", "wat2wasm"),
        (b"\0asm\x01\0\0\0\xff".to_vec(), "is no module that can be run", "core WebAssembly"),
        (with(&format!("{buf}{on_bar}")), "exports no `memory`", "tiltyard.h"),
        (with(&format!("{memory}{on_bar}")), "exports no function `buf`", "tiltyard.h"),
        (with(&format!("{memory}{buf}")), "exports no function `on_bar`", "tiltyard.h"),
        (
            with(&format!("{memory}{buf}(func (export \"on_bar\") (param i64) (result i32) (i32.const 0))")),
            "exports `on_bar` as a function `(i64) -> (i32)`, and not as a function `(i32) -> (i32)`",
            "tiltyard.h",
        ),
        (
            with(&format!("{memory}{on_bar}(global (export \"buf\") i32 (i32.const 0))")),
            "exports `buf` as a global",
            "tiltyard.h",
        ),
        (
            with(&format!("(import \"env\" \"abort\" (func (param i32))){memory}{buf}{on_bar}")),
            "imports `env.abort`, which there is not",
            "--use abort=",
        ),
        (
            with(&format!("(import \"tiltyard\" \"random\" (func (result i32))){memory}{buf}{on_bar}")),
            "imports `tiltyard.random` as a function `() -> (i32)`",
            "declare it as a function `() -> (f64)`",
        ),
        (
            with(&format!("(func $start) (start $start){memory}{buf}{on_bar}")),
            "has a start function",
            "initialise in `buf`",
        ),
        (simd, "is no module that can be run", "without SIMD"),
        (
            with(&format!("(memory (export \"memory\") i64 1){buf}{on_bar}")),
            "is no module that can be run",
            "64-bit memory",
        ),
        (
            with(&format!("(memory (export \"memory\") 300){buf}{on_bar}")),
            "its memory has 19660800 bytes from the start, more than `memory_mb` = 16",
            "raise `memory_mb`",
        ),
        (
            with(&format!("{memory}{on_bar}(func (export \"buf\") (result i32) (i32.const 131070))")),
            "at 131070 (`buf`) does not fit its memory of 131072 bytes",
            "65,536",
        ),
        (
            with(&format!("{memory}{buf}{on_bar}(func (export \"buf_len\") (result i32) (i32.const 100))")),
            "bytes is longer than its buffer of 100",
            "buf_len",
        ),
        (with(&format!("{memory}{buf}{on_bar}(data (i32.const 131072) \"x\")")), "at its start", "buf"),
    ];
    for (bytes, message, help) in cases {
        let (found, mend) = refusal_of("", &bytes);
        assert!(found.contains(message), "{message}:\n{found}");
        assert!(mend.contains(help), "{help}:\n{mend}");
    }
}

#[test]
fn a_file_that_is_too_large_or_missing_is_refused() {
    let mut large = wat::parse_str(round_trip()).unwrap();
    large.resize((8 << 20) + 1, 0);
    assert!(refusal_of("", &large).0.contains("has 8388609 bytes, more than 8388608"));
    let arena = Arena::new().agent("gone", "kind = \"wasm\", path = \"gone.wasm\"");
    let error = arena.try_run(Loop::Skip).unwrap_err().to_string();
    assert!(error.contains("the module of `gone` cannot take part: there is no file"), "{error}");
}

#[test]
fn wrong_keys_are_underlined_in_the_scenario() {
    let arena = Arena::new().module("one", "indicators = [\"sma(0)\"], timeframe = \"90m\"", &round_trip());
    let error = arena.try_run(Loop::Skip).unwrap_err();
    let shown = error.diagnostics(&arena.text());
    let texts: Vec<String> = shown.iter().map(|one| one.message.clone()).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("`sma(0)` is not an indicator")), "{texts:?}");
}
