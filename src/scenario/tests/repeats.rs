//! `[battle] repeats`.

use super::{assert_mistake, changed, valid};

fn repeated(name: &str) -> String {
    let text = changed("[battle]\n", "[battle]\nrepeats = 2\n");
    text + &format!(
        "\n[[agents]]\nname = \"{name}\"\nstrategy = {{ kind = \"process\", command = [\"a\"] }}\n"
    )
}

#[test]
fn programs_are_entered_several_times_and_nothing_else() {
    let scenario = valid(&repeated("bot"));
    let names: Vec<&str> = scenario.agents.iter().map(|agent| agent.name.as_str()).collect();
    let [.., first, second] = names.as_slice() else { panic!("{names:?}") };
    assert_eq!([*first, *second], ["bot.1", "bot.2"]);
    let last = scenario.agents.last().unwrap();
    assert_eq!((last.repeat_of.as_ref().unwrap().as_str(), last.number()), ("bot", ".2"));
    assert_eq!(last.table + 2, scenario.agents.len());
    assert!(scenario.agents[0].repeat_of.is_none());
}

#[test]
fn a_repeat_needs_a_name_of_its_own() {
    let text = repeated("bot") + "\n[[agents]]\nname = \"Bot.2\"\nstrategy = { kind = \"cash\" }\n";
    assert_mistake(
        &text,
        "`Bot.2` is also the name of a repeat of `bot`",
        "\"Bot.2\"",
        Some("give the agent another name"),
    );
    let long = "x".repeat(99);
    let (message, underlined, _) = super::mistake(&repeated(&long));
    assert!(message.contains("a name has at most 100"), "{message}");
    assert_eq!(underlined, format!("\"{long}\""));
}

#[test]
fn a_benchmark_is_one_of_the_repeats() {
    let text = repeated("bot") + "\n[report]\nbenchmark = \"bot\"\n";
    assert_mistake(
        &text,
        "unknown agent or symbol `bot` as benchmark",
        "\"bot\"",
        Some("known: trend, idle, bot.1, bot.2, BTCUSDT, ETHUSDT"),
    );
    valid(&(repeated("bot") + "\n[report]\nbenchmark = \"bot.1\"\n"));
}
