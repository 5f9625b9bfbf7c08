//! Everything about one run on one screen or two.

use super::Style;
use super::grid::{Column, draw};
use super::header::{filled, paragraph, titled};
use super::leaderboard::table;
use super::notes;
use crate::domain::Metric;
use crate::metrics::Score;
use crate::report::numbers::{count, money, range, ratio};
use crate::report::settings;
use crate::report::wording::{self, agent_value, costs, plural, some, symbols};
use crate::store::{AgentRecord, BattleRecord, RankRecord, StoredRun};

/// A run: what it was, its leaderboard, who won each window, each agent's statistics, refused orders.
pub fn show(stored: &StoredRun, style: Style) -> String {
    let sections = [
        about(stored, style),
        table(stored, style),
        windows(stored, style),
        agents(stored, style),
        refusals(stored, style),
        tested(stored, style),
    ];
    let texts: Vec<&str> =
        sections.iter().map(|text| text.trim_end()).filter(|text| !text.is_empty()).collect();
    texts.join("\n\n") + "\n"
}

fn about(stored: &StoredRun, style: Style) -> String {
    let run = &stored.run;
    let (from, to) = range(&run.market.start, &run.market.end);
    let mut facts = vec![
        ("run", run.run_id.clone()),
        ("symbols", format!("{} in {}", symbols(&run.market.symbols), run.market.quote_asset)),
        ("bars", format!("{}, {from} to {to}", run.market.interval)),
        (
            "windows",
            format!("{}, ranked by {}", count(run.windows.len()), wording::head(&run.ranking_metric)),
        ),
        ("costs", costs(&run.costs)),
        ("metrics", run.metrics_profile.clone()),
        ("benchmark", run.benchmark.clone().unwrap_or_default()),
        ("seed", run.seed.to_string()),
        ("market", run.market.digest.chars().take(12).collect()),
        ("versions", format!("tiltyard {}, semantics {}", run.tiltyard_version, run.semantics_version)),
        ("folder", stored.folder.display().to_string()),
    ];
    if let Some(tournament) = &stored.tournament {
        let format = tournament.view.name();
        facts.push(("format", format!("{format}, {}", tournament.work.text)));
    }
    if let Some(standings) = &stored.standings {
        facts.push(("verdict", standings.verdict.sentence.clone()));
    }
    let mut text = style.bold(&run.scenario) + "\n";
    if !run.description.is_empty() {
        let words: Vec<String> = run.description.split_whitespace().map(str::to_owned).collect();
        text.push_str(&filled(&words, " ", style));
    }
    text.push('\n');
    // Our own definitions, and no benchmark, go without saying.
    let said = |&(name, ref value): &(&str, String)| {
        !value.is_empty() && (name, value.as_str()) != ("metrics", "tiltyard")
    };
    for (name, value) in facts.into_iter().filter(said) {
        text.push_str(&paragraph(&format!("{name:<10}{value}"), style));
    }
    text
}

/// Strategies with their parameters, risk profiles and instruments; nothing for a run of an older version.
fn tested(stored: &StoredRun, style: Style) -> String {
    let run = &stored.run;
    let agents = run.agents.iter().filter(|agent| !agent.limits.is_empty()).map(|agent| {
        let strategy = settings::strategy(agent, run);
        format!(
            "{}: {strategy}; risk profile {}; starts with {}",
            agent.name,
            agent.risk,
            money(&agent.starting_balance)
        )
    });
    let profiles =
        settings::profiles(run).into_iter().map(|(name, limits)| format!("risk profile {name}: {limits}"));
    let instruments = settings::instruments(run).into_iter();
    let instruments = instruments
        .map(|group| format!("{}: {}, {}; {}", group.names(), group.kind, group.rules, group.bars));
    let lines: String =
        agents.chain(profiles).chain(instruments).map(|line| paragraph(&line, style)).collect();
    if lines.is_empty() { lines } else { titled("What was tested", lines, style) }
}

/// Who won each window and who came second; nothing for a run of one window.
fn windows(stored: &StoredRun, style: Style) -> String {
    let battles = &stored.battles;
    if battles.len() < 2 {
        return String::new();
    }
    let text = |make: fn(&BattleRecord) -> String| battles.iter().map(make);
    let score = |battle: &BattleRecord| {
        style.score(battle.rankings.first().map_or(Score::Absent, RankRecord::known_score), ratio)
    };
    let columns = vec![
        Column::numbers("window", 0, text(|battle| battle.window.to_string())),
        Column::words("from", 2, text(|battle| range(&battle.start, &battle.end).0)),
        Column::words("to", 3, text(|battle| range(&battle.start, &battle.end).1)),
        Column::words("winner", 0, text(winners)),
        Column::numbers("score", 1, battles.iter().map(score)),
        Column::words(
            "second",
            4,
            text(|battle| runner_up(battle).map_or_else(String::new, |p| p.agent.clone())),
        ),
        Column::numbers("its score", 5, battles.iter().map(|battle| second_score(battle, style))),
    ];
    let drawing = draw(columns, style);
    let hidden = notes::hidden(&drawing.left_out, "battles.json", style);
    titled("Windows", drawing.text + &hidden, style)
}

fn winners(battle: &BattleRecord) -> String {
    let names: Vec<&str> =
        battle.rankings.iter().filter(|row| row.rank == 1).map(|row| row.agent.as_str()).collect();
    some(&names)
}

fn runner_up(battle: &BattleRecord) -> Option<&RankRecord> {
    battle.rankings.iter().find(|row| row.rank > 1)
}

/// Nothing where all share the first place.
fn second_score(battle: &BattleRecord, style: Style) -> String {
    runner_up(battle).map_or_else(String::new, |row| style.score(row.known_score(), ratio))
}

/// Statistics that the leaderboard has no room for, in its order; of the whole record.
fn agents(stored: &StoredRun, style: Style) -> String {
    let rows: Vec<&AgentRecord> =
        stored.leaderboard.rankings.iter().filter_map(|row| stored.agent(&row.agent)).collect();
    let strategy = |agent: &AgentRecord| {
        let entrant = stored.run.agents.iter().find(|entrant| entrant.name == agent.agent);
        entrant.map_or_else(String::new, |entrant| entrant.strategy.clone())
    };
    let value = |metric: Metric, drop: u8| {
        let scores = rows.iter().map(|agent| agent_value(agent, metric.key()));
        Column::metric(metric, drop, style, scores)
    };
    let columns = vec![
        Column::words("agent", 0, rows.iter().map(|agent| agent.agent.clone())),
        Column::words("strategy", 1, rows.iter().map(|agent| strategy(agent))),
        value(Metric::CagrPct, 2),
        value(Metric::VolatilityPct, 3),
        value(Metric::UlcerIndexPct, 9),
        value(Metric::Cvar95Pct, 10),
        value(Metric::ExposurePct, 4),
        value(Metric::Turnover, 7),
        value(Metric::Expectancy, 5),
        value(Metric::PayoffRatio, 8),
        value(Metric::MeanTradeSeconds, 6),
        Column::numbers(
            "orders",
            11,
            rows.iter().map(|a| count(a.windows.iter().map(|job| job.orders).sum())),
        ),
    ];
    let title = if stored.run.windows.len() > 1 {
        format!("Agents (record over {})", plural(stored.run.windows.len(), "window"))
    } else {
        "Agents".to_owned()
    };
    let drawing = draw(columns, style);
    let hidden = notes::hidden(&drawing.left_out, "metrics.json of each agent", style);
    titled(&title, drawing.text + &hidden, style)
}

/// Refused orders by agent and code; nothing where none was refused.
fn refusals(stored: &StoredRun, style: Style) -> String {
    let rows: Vec<(&str, &str, u64)> = stored
        .leaderboard
        .rankings
        .iter()
        .filter_map(|row| stored.agent(&row.agent))
        .flat_map(|agent| agent.refused().into_iter().map(|(code, n)| (agent.agent.as_str(), code, n)))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = vec![
        Column::words("agent", 0, rows.iter().map(|row| row.0.to_owned())),
        Column::words("code", 0, rows.iter().map(|row| row.1.to_owned())),
        Column::numbers(
            "orders",
            0,
            rows.iter().map(|row| count(usize::try_from(row.2).unwrap_or(usize::MAX))),
        ),
    ];
    titled("Refused orders", draw(columns, style).text, style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_run_of_one_window() {
        let expected = "\
first
A first try

run       RUN
symbols   BTC, ETH in USDT
bars      1d, 2024-01-01 to 2024-01-05
windows   1, ranked by ROI %
costs     taker 10 bp, maker 10 bp, slippage none, fills at the next open
seed      7
market    d1935d1935d1
versions  tiltyard 0.1.0, semantics 2
folder    reports/first/RUN

#  agent        ROI %    PnL  final equity  Sharpe  Sortino  Calmar  max DD %   win %   PF  trades  fees
--------------------------------------------------------------------------------------------------------
1  trend, fast  +1.50  +1.50        101.50    0.30        -       -     -2.00  100.00  inf       1  0.04
2  idle          0.00   0.00        100.00       -        -       -      0.00       -    -       0  0.00

- +infinity: no losing trades: PF of trend, fast
- no closed trades: win %, PF of idle
- no dispersion in the returns: Sharpe, Sortino of idle
- no drawdown: Calmar of trend, fast, idle
- no return below the threshold: Sortino of trend, fast

Agents

agent        strategy   CAGR %  vol %  ulcer %  CVaR 95 %  exposure %  turnover  expectancy  payoff  mean hold  orders
----------------------------------------------------------------------------------------------------------------------
trend, fast  sma_cross    0.00   0.00     0.00       0.00       40.00      0.00       +1.50       -         2d       3
idle         cash         0.00   0.00     0.00       0.00        0.00      0.00           -       -          -       0

Refused orders

agent        code             orders
------------------------------------
trend, fast  ORDER_TOO_LARGE       1

What was tested

trend, fast: sma_cross: fast 1, slow 2, symbols BTC, timeframe 1d, size_pct 100, direction long; risk profile default; starts with 100.00
idle: cash; risk profile default; starts with 100.00
risk profile default: allow_short false, daily_loss_limit_pct 20, margin_mode cross, max_consecutive_losses off, max_drawdown_pct off, max_leverage 1, max_open_orders 50, max_order_size_pct 50, max_position_size_pct 25, on_breach halt_new, orders_per_minute 100, size_to_limit false
BTC: spot, min_notional 1, price_tick 0.00000001, quantity_step 0.00000001; 5 bars, 2024-01-01 to 2024-01-05
ETH: spot, min_notional 1, price_tick 0.00000001, quantity_step 0.00000001; 2 bars, 2024-01-01 to 2024-01-02
";
        let stored = fixture::stored();
        assert_eq!(show(&stored, Style::PLAIN).replace(&stored.run.run_id, "RUN"), expected);
    }

    #[test]
    fn the_agents_table_shows_no_returns_of_an_agent_that_held_cash() {
        let mut stored = fixture::stored();
        let why = crate::metrics::Missing::Idle.to_string();
        stored.agents[1].record.as_mut().unwrap().missing.insert("sharpe_ratio".to_owned(), why);
        let text = agents(&stored, Style::PLAIN);
        let line = text.lines().find(|line| line.starts_with("idle")).unwrap();
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells, ["idle", "cash", "-", "-", "-", "-", "0.00", "0.00", "-", "-", "-", "0"]);
    }

    #[test]
    fn a_tournament_is_mentioned_with_its_verdict() {
        use crate::scenario::TournamentSpec;
        use crate::store::{StandingsRecord, TournamentRecord};
        let mut stored = fixture::stored();
        let results = stored.results(None).unwrap();
        let found = crate::tournament::assess(&results, &TournamentSpec::default()).unwrap();
        stored.tournament = Some(TournamentRecord::new(&found, None, std::iter::empty()));
        stored.standings = found.standings.ok().as_ref().map(StandingsRecord::new);
        let text = show(&stored, Style::PLAIN);
        assert!(
            text.contains(
                "\nformat    round_robin, 2 replays for 1 pairing over 1 window\nverdict   insufficient "
            ),
            "{text}"
        );
    }

    #[test]
    fn several_windows_have_their_winners() {
        let mut stored = fixture::stored();
        let mut second = stored.battles[0].clone();
        second.window = 1;
        second.rankings.reverse();
        second.rankings[0].rank = 1;
        second.rankings[1].rank = 1;
        stored.battles.push(second);
        let expected = "\
Windows

window  from        to          winner             score  second  its score
---------------------------------------------------------------------------
     0  2024-01-01  2024-01-05  trend, fast         1.50  idle         0.00
     1  2024-01-01  2024-01-05  idle, trend, fast   0.00
";
        assert_eq!(windows(&stored, Style::PLAIN), expected);
    }
}
