//! Agents that are programs: the protocol, when they are woken, and what becomes of those that break the rules.

use std::fs;

use tiltyard::internals::domain::RefusalCode;
use tiltyard::internals::engine::{EndReason, Loop};

use crate::support::programs::{Arena, forfeit, has, trace};

/// Buys at the third decision of a window and leaves at the tenth.
const TRADER: &str = r#"
def decide(message):
    if message["decision"] == 3:
        return {"orders": [{"symbol": "ALPHA", "side": "buy", "amount": "1000", "ref": "mine"}], "note": "in"}
    if message["decision"] == 10:
        return {"closes": ["ALPHA"]}
    return {}

run(decide)
"#;

/// Writes what it is told to stderr's place: a file of its own folder cannot be seen from outside, so it fails where
/// something is not as it should be.
const CHECKER: &str = r#"
seen = []
def decide(message):
    number = message["decision"]
    assert number == len(seen) + 1, message
    seen.append(message)
    bars = message["bars"]["ALPHA"]
    assert len(bars) == 1 and bars[0]["close_time"] == message["time"], message
    assert isinstance(bars[0]["close"], str) and float(bars[0]["close"]) > 0, message
    assert set(message["indicators"]["sma(3)"]) == {"ALPHA", "BRAVO"}, message
    if number == 1:
        return {"orders": [
            {"symbol": "ALPHA", "side": "buy", "quantity": "1", "ref": "first"},
            {"symbol": "BRAVO", "side": "buy", "type": "limit", "price": "0.01", "quantity": "1000", "ref": "far"},
            {"symbol": "GAMMA", "side": "buy", "quantity": "1", "ref": "unknown"},
            {"symbol": "ALPHA", "side": "buy", "amount": "99999999", "ref": "rich"},
        ]}
    if number == 2:
        events = {(event["event"], event.get("ref")): event for event in message["events"]}
        assert events["fill", "first"]["quantity"] == "1.00000000", events
        assert events["ended", "first"]["status"] == "filled", events
        assert events["ended", "unknown"]["reason"] == "INVALID_SYMBOL", events
        assert events["ended", "rich"]["reason"] == "INSUFFICIENT_BALANCE", events
        assert message["positions"]["ALPHA"]["quantity"] == "1.00000000", message
        assert [order["ref"] for order in message["orders"]] == ["far"], message
        return {"cancels": [message["orders"][0]["order"]]}
    if number == 3:
        assert [(event["ref"], event["status"]) for event in message["events"]] == [("far", "cancelled")], message
    return {}

run(decide, history=5, indicators=["sma(3)"])
"#;

#[test]
fn a_program_trades_the_same_in_both_loops_and_every_time() {
    if !has("python3") {
        return;
    }
    let arena = Arena::new().agent("hold", "kind = \"buy_and_hold\"").python("trader", "", TRADER);
    let found = arena.run();
    assert_eq!(forfeit(&found, "trader", 0), None);
    for window in &found.agents[1].windows {
        let fills = &window.replay.fills;
        assert_eq!(fills.len(), 2, "{fills:?}");
        // The decision at the close of the third bar fills at the open of the fourth.
        assert_eq!(fills[0].tick - window.replay.window.ticks.first, 3);
        assert_eq!(fills[1].tick - window.replay.window.ticks.first, 10);
    }
    assert_eq!(trace(&found, "trader"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "trader"));
    assert_eq!(trace(&found, "trader"), trace(&arena.run(), "trader"));
    assert_eq!(arena.left_behind(), Vec::<String>::new());
}

#[test]
fn a_program_is_told_what_a_strategy_sees_and_what_became_of_its_orders() {
    if !has("python3") {
        return;
    }
    let found = Arena::new().python("checker", "", CHECKER).run();
    assert_eq!(forfeit(&found, "checker", 0), None);
    let orders = &found.agents[0].windows[0].replay.orders;
    // An order that the rules refuse is logged, and no fault.
    assert_eq!(orders[2].end, EndReason::Refused(RefusalCode::InvalidSymbol));
    assert_eq!(orders[3].end, EndReason::Refused(RefusalCode::InsufficientBalance));
}

/// Says at which decision times it was called, by ordering nothing but a stop that never fills: its time is placed.
const SIGNER: &str = r#"
def decide(message):
    return {"orders": [{"symbol": "ALPHA", "side": "buy", "type": "limit", "price": "0.01", "quantity": "500",
                        "time_in_force": "ioc"}]}

run(decide)
"#;

/// Buys for a little each time.
const BUYER: &str = r#"
def decide(message):
    return {"orders": [{"symbol": "ALPHA", "side": "buy", "amount": "50"}]}

run(decide)
"#;

/// The hours of the day at which the agent of this index decided.
fn hours(found: &tiltyard::Tournament, agent: usize) -> Vec<String> {
    let orders = found.agents[agent].windows.iter().flat_map(|window| &window.replay.orders);
    orders.map(|order| order.placed_at.to_string()[8..13].to_owned()).collect()
}

#[test]
fn a_program_is_woken_when_the_scenario_says() {
    if !has("python3") {
        return;
    }
    let arena = Arena::new()
        .python("every", "decide = { every = \"8h\" }", SIGNER)
        .python("on", "decide = { on = \"close > sma(3)\" }, symbols = [\"ALPHA\"]", SIGNER)
        .python(
            "both",
            "decide = { every = \"12h\", on = \"close > sma(3)\" }, symbols = [\"ALPHA\"]",
            SIGNER,
        )
        .python("filled", "decide = { every = \"12h\", on_fill = true }", BUYER);
    let skipping = arena.run();
    let oracle = arena.try_run(Loop::BarByBar).unwrap();
    for agent in ["every", "on", "both", "filled"] {
        assert_eq!(forfeit(&skipping, agent, 0), None);
        assert_eq!(trace(&skipping, agent), trace(&oracle, agent));
    }
    assert_eq!(hours(&skipping, 0), ["01T08", "01T16", "02T00", "02T08", "02T16", "03T00"]);
    let (on, both) = (hours(&skipping, 1), hours(&skipping, 2));
    assert!((10..38).contains(&on.len()), "{on:?}");
    assert!(both.len() >= on.len() && both.contains(&"01T12".to_owned()), "{both:?}");
    // The order placed at noon fills in the next bar, whose close is a decision again.
    assert!(hours(&skipping, 3).contains(&"01T13".to_owned()), "{:?}", hours(&skipping, 3));
}

#[test]
fn a_program_says_itself_when_it_decides_and_asks_for_one_more() {
    if !has("python3") {
        return;
    }
    // Asked for once a day: a time that has passed would be the next bar.
    let once_more = SIGNER.replace(
        "return {",
        "evening = message[\"time\"][:11] + \"19:30:00Z\"\n    return {\"wake\": evening if message[\"time\"] < evening else None, ",
    );
    let ready = SIGNER.replace("run(decide)", "run(decide, decide={\"every\": \"12h\"})");
    let arena =
        Arena::new().python("ready", "", &ready).python("wakes", "decide = { every = \"12h\" }", &once_more);
    let found = arena.run();
    assert_eq!(hours(&found, 0), ["01T12", "02T00", "02T12", "03T00"]);
    assert_eq!(hours(&found, 1)[..4], ["01T12", "01T20", "02T00", "02T12"]);
    assert_eq!(trace(&found, "wakes"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "wakes"));
}

#[test]
fn a_program_gives_target_weights() {
    if !has("python3") {
        return;
    }
    let script = r#"
def decide(message):
    if message["decision"] == 2:
        return {"weights": {"ALPHA": "0.5", "BRAVO": "0.3"}}
    if message["decision"] == 6:
        assert set(message["positions"]) == {"ALPHA", "BRAVO"}, message
        return {"weights": {"ALPHA": "0", "BRAVO": "0.8"}}
    if message["decision"] == 8:
        assert set(message["positions"]) == {"BRAVO"}, message
        value = float(message["equity"]) - float(message["cash"])
        assert abs(value / float(message["equity"]) - 0.8) < 0.02, message
    if message["decision"] == 9:
        return {"weights": {"ALPHA": "0.6", "BRAVO": "0.6"}}
    return {}

run(decide)
"#;
    let arena = Arena::new().python("weighs", "", script);
    let found = arena.run();
    assert_eq!(
        forfeit(&found, "weighs", 0).unwrap(),
        "its `weights` add up to 1.20000000, which is more than 1"
    );
    // Two buys, then a sale that pays for a buy.
    assert!(found.agents[0].windows[0].replay.fills.len() >= 4);
    assert_eq!(trace(&found, "weighs"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "weighs"));
}

#[test]
fn a_program_that_may_be_late_holds() {
    if !has("python3") {
        return;
    }
    let slow = r#"
import time
def decide(message):
    if message["decision"] == 2:
        time.sleep(1.2)
        return {"orders": [{"symbol": "ALPHA", "side": "buy", "quantity": "1"}]}
    return {}

run(decide)
"#;
    let keys = "decision_ms = 600, margin_ms = 200, on_timeout = \"hold\", decide = { every = \"6h\" }";
    let found = Arena::new().python("slow", keys, slow).run();
    assert_eq!(forfeit(&found, "slow", 0), None);
    assert!(found.agents[0].windows[0].replay.orders.is_empty(), "a late answer is dropped");
}

/// Name, keys of the strategy, what the program does, and what the forfeit says.
const BAD: &[(&str, &str, &str, &str)] = &[
    ("spins", "", "def decide(m):\n    while True: pass\n", "was silent for 800 ms at decision 1"),
    ("sleeps", "", "import time\ndef decide(m): time.sleep(60)\n", "was silent for 800 ms at decision 1"),
    ("dies-at-once", "", "sys.exit('no licence')\n", "its stderr ends with:\nno licence"),
    (
        "dies-in-mid-window",
        "",
        "def decide(m):\n    if m['decision'] == 5: raise ValueError('lost')\n    return {}\n",
        "ValueError: lost",
    ),
    (
        "floods-stdout",
        "",
        "def decide(m):\n    while True: sys.stdout.write('x' * 65536)\n",
        "more than 1048576 bytes",
    ),
    (
        "floods-stderr",
        "",
        "def decide(m):\n    while True: sys.stderr.write('y' * 65536)\n",
        "was silent for 800 ms",
    ),
    (
        "allocates",
        "memory_mb = 128, ",
        "def decide(m):\n    held = []\n    while True: held.append(bytearray(1 << 20))\n",
        "MemoryError",
    ),
    ("forks", "", "import os\ndef decide(m):\n    os.fork()\n    return {}\n", "Operation not permitted"),
    (
        "opens-a-socket",
        "",
        "import socket\ndef decide(m):\n    socket.create_connection(('127.0.0.1', 9))\n    return {}\n",
        "Operation not permitted",
    ),
    (
        "reads-passwd",
        "",
        "def decide(m):\n    open('/etc/passwd').read()\n    return {}\n",
        "Permission denied: '/etc/passwd'",
    ),
    (
        "reads-its-neighbour",
        "",
        "import os\ndef decide(m):\n    there = os.path.join(os.path.dirname(sys.argv[0]), '..', 'good', 'agent.py')\n    \
         open(there).read()\n    return {}\n",
        "Permission denied",
    ),
    (
        "writes-outside",
        "",
        "import os\ndef decide(m):\n    open(os.path.join(os.path.dirname(sys.argv[0]), 'mine'), 'w').write('x')\n    \
         return {}\n",
        "Permission denied",
    ),
    ("sends-garbage", "", "def decide(m):\n    print('hello there', flush=True)\n", "is no message"),
    ("sends-nan", "", "def decide(m):\n    return {'confidence': float('nan')}\n", "is no message"),
    (
        "answers-yesterday",
        "",
        "def decide(m):\n    say({'type': 'act', 'decision': max(1, m['decision'] - 1)})\n",
        "it answered decision 1 when it was asked for decision 2",
    ),
];

fn with_bad(arena: Arena) -> Arena {
    BAD.iter().fold(arena, |arena, &(name, keys, script, expected)| {
        // Only silence is waited for: the others must not be taken for silent on a busy machine.
        let limit = if expected.contains("silent") { 600 } else { 30_000 };
        let keys = format!("{keys}decision_ms = {limit}, margin_ms = 200, handshake_ms = 60000");
        arena.python(name, &keys, &format!("{script}\nrun(decide)\n"))
    })
}

fn good() -> Arena {
    Arena::new().agent("hold", "kind = \"buy_and_hold\"").python("good", "decision_ms = 20000", TRADER)
}

#[test]
fn bad_programs_forfeit_within_their_budget_and_harm_nobody() {
    if !has("python3") || !cfg!(target_os = "linux") {
        return;
    }
    let alone = good().run();
    let arena = with_bad(good());
    let found = arena.run();
    for &(name, _, _, expected) in BAD {
        let reason = forfeit(&found, name, 0).unwrap_or_else(|| panic!("{name} did not forfeit"));
        assert!(reason.contains(expected), "{name}: {reason}");
        assert!(!arena.folder.path().join(name).join("mine").exists());
    }
    for agent in ["hold", "good"] {
        assert_eq!(forfeit(&found, agent, 0), None);
        assert_eq!(trace(&found, agent), trace(&alone, agent));
    }
    assert_eq!(arena.left_behind(), Vec::<String>::new());
}

#[test]
fn what_a_program_starts_ends_with_it() {
    if !has("python3") || !cfg!(target_os = "linux") {
        return;
    }
    let forks = r#"
import os, time
def decide(message):
    if message["decision"] == 1:
        for way in range(2):
            if os.fork() == 0:
                try:
                    os.setsid()
                except PermissionError:
                    pass
                time.sleep(600)
    return {}

run(decide)
"#;
    let arena = Arena::new().python("forks", "processes = true", forks);
    assert_eq!(forfeit(&arena.run(), "forks", 0), None);
    assert_eq!(arena.left_behind(), Vec::<String>::new());
}

#[test]
fn an_environment_is_empty_but_for_what_the_scenario_names() {
    if !has("python3") {
        return;
    }
    let script = r#"
import os
def decide(message):
    assert set(os.environ) - {"LC_CTYPE"} == {"PATH", "HOME"}, os.environ
    assert os.listdir(".") == [], os.listdir(".")
    open("notes", "w").write("my own")
    return {}

run(decide, decide={"every": "1d"})
"#;
    let found = Arena::new().python("sees", "env = [\"HOME\", \"NOT_SET_ANYWHERE\"]", script).run();
    assert_eq!((forfeit(&found, "sees", 0), forfeit(&found, "sees", 1)), (None, None));
}

#[test]
fn a_program_that_is_not_there_is_an_error_before_the_first_bar() {
    let arena = Arena::new().agent("none", "kind = \"process\", command = [\"no-such-program-at-all\"]");
    let error = arena.try_run(Loop::Skip).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the program of `none` cannot take part: there is no program `no-such-program-at-all`"
    );
    let help = error.diagnostics(&fs::read_to_string(arena.write()).unwrap());
    assert!(help[0].help.as_deref().unwrap_or_default().contains("install it"), "{help:?}");
}

#[test]
fn without_the_helper_isolation_must_be_given_up_in_words() {
    if !has("python3") {
        return;
    }
    let file = Arena::new().python("trader", "", TRADER);
    let builder = tiltyard::Tournament::builder().scenario(file.write());
    let error = builder.run().unwrap_err();
    assert!(error.to_string().contains("programs cannot be isolated here"), "{error}");
    let open = Arena::new().python("trader", "isolation = \"none\"", TRADER);
    let found = tiltyard::Tournament::builder().scenario(open.write()).run().unwrap();
    assert_eq!(forfeit(&found.tournament, "trader", 0), None);
}
