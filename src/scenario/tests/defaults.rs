//! Defaults of omitted keys, and that the described defaults equal the model's.

use super::{GOOD, changed, valid, with_strategy};
use crate::domain::{Bps, Seed, Span};
use crate::scenario::catalogue::STRATEGIES;
use crate::scenario::{
    Aggregate, Delisted, MetricSpec, RankingMetric, RiskProfile, Slippage, StrategyKind, TieBreak, VenueSpec,
    WarmUp, WindowSpec,
};

#[test]
fn a_minimal_scenario_gets_the_documented_defaults() {
    let scenario = valid(&GOOD.replace("[battle]\nranking_metric = \"roi_pct\"\n", ""));
    assert_eq!(scenario.seed, Seed(1));
    assert_eq!(scenario.description, "");
    assert_eq!(scenario.market.quote_asset, "USD");
    assert_eq!(scenario.market.base_dir.to_str(), Some("somewhere"));
    assert_eq!((scenario.market.warm_up, scenario.market.delisted), (WarmUp::Before, Delisted::Carry));
    assert_eq!(scenario.battle.ranking_metric, RankingMetric::RoiPct);
    assert_eq!(scenario.battle.windows, WindowSpec::Whole);
    assert_eq!(scenario.battle.tie_break, [TieBreak::Name]);
    assert_eq!((scenario.battle.aggregate, scenario.battle.min_trades), (Aggregate::Record, 0));
    assert_eq!(scenario.metrics, MetricSpec::default());
    assert!(scenario.report.formats.is_empty() && scenario.report.benchmark.is_none());
    let idle = &scenario.agents[1];
    assert_eq!(idle.starting_balance.to_string(), "10000.00000000");
    assert_eq!(idle.risk, RiskProfile::standard());
    assert!(idle.tags.is_empty());
}

/// Compared as debug text: `VenueSpec` has no equality.
#[test]
fn the_described_venue_is_the_models() {
    let written = valid(&changed("[venue]\nslippage = { model = \"none\" }\n", "")).venue;
    assert_eq!(format!("{written:?}"), format!("{:?}", VenueSpec::default()));
}

#[test]
fn the_described_risk_profile_is_the_models() {
    let source = changed("max_open_orders = 20", "");
    let expected = RiskProfile { name: "standard".to_owned(), ..RiskProfile::standard() };
    assert_eq!(valid(&source).agents[0].risk, expected);
}

#[test]
fn limits_can_be_turned_off() {
    let source = changed("max_open_orders = 20", "max_open_orders = false\norders_per_minute = \"off\"");
    let risk = &valid(&source).agents[0].risk;
    assert_eq!((risk.max_open_orders, risk.orders_per_minute), (None, None));
    assert_eq!(risk.max_position_size, Some(Bps::from_percent(25.0)));
}

#[test]
fn slippage_models_have_their_defaults() {
    let with = |model: &str| valid(&changed(r#"{ model = "none" }"#, model)).venue.slippage;
    let bps = Bps::from_f64;
    assert_eq!(
        with(r#"{ model = "volume_share" }"#),
        Slippage::VolumeShare { factor: 0.1, floor: bps(1.0), cap: bps(1000.0) }
    );
    assert_eq!(
        with(r#"{ model = "square_root", factor = 2 }"#),
        Slippage::SquareRoot { factor: 2.0, cap: bps(1000.0) }
    );
    assert_eq!(with(r#"{ model = "fixed_bps", bps = 2.5 }"#), Slippage::FixedBps { bps: bps(2.5) });
}

#[test]
fn every_kind_of_the_catalogue_can_be_read_and_has_its_defaults() {
    for strategy in STRATEGIES {
        let more = match strategy.kind {
            "rules" => ", enter_all = [\"close > 1\"]",
            "recorded" => ", run = \"0123\"",
            "process" => ", command = [\"python3\"]",
            "signals" => ", path = \"signals.csv\"",
            "wasm" => ", path = \"agent.wasm\"",
            _ => "",
        };
        let risk = changed("risk = \"standard\"", "risk = \"unlimited\"")
            .replace("[risk.standard]\nmax_open_orders = 20", "");
        let source = risk.replace(
            r#"{ kind = "sma_cross", fast = 20, slow = 100 }"#,
            &format!(r#"{{ kind = "{}"{more} }}"#, strategy.kind),
        );
        let (scenario, _) = super::parse(&source).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let read = &scenario.agents[0].strategy;
        assert_eq!(read.timeframe, scenario.market.interval);
        assert_eq!(read.symbols.len(), 2);
        let size = match strategy.kind {
            "cash" | "process" | "recorded" | "signals" | "wasm" => 0.0,
            "buy_and_hold" => 100.0,
            "dca" => 2.0,
            _ => 20.0,
        };
        assert_eq!(read.size, Bps::from_percent(size), "{}", strategy.kind);
        // The serialised tag is the kind as written.
        assert_eq!(serde_json::to_value(&read.kind).unwrap()["kind"], strategy.kind);
    }
}

#[test]
fn parameters_have_the_documented_defaults() {
    let kind = |text: &str| valid(&with_strategy(text)).agents[0].strategy.kind.clone();
    assert_eq!(kind(r#"{ kind = "sma_cross" }"#), StrategyKind::SmaCross { fast: 20, slow: 100 });
    assert_eq!(kind(r#"{ kind = "ema_cross" }"#), StrategyKind::EmaCross { fast: 12, slow: 26 });
    assert_eq!(kind(r#"{ kind = "macd" }"#), StrategyKind::Macd { fast: 12, slow: 26, signal: 9 });
    assert_eq!(
        kind(r#"{ kind = "rsi_reversion" }"#),
        StrategyKind::RsiReversion { period: 14, entry_below: 30.0, exit_above: 70.0 }
    );
    assert_eq!(
        kind(r#"{ kind = "bollinger_reversion" }"#),
        StrategyKind::BollingerReversion { period: 20, width: 2.0 }
    );
    assert_eq!(
        kind(r#"{ kind = "donchian_breakout" }"#),
        StrategyKind::DonchianBreakout { entry: 20, exit: 10 }
    );
    assert_eq!(
        kind(r#"{ kind = "momentum" }"#),
        StrategyKind::Momentum { lookback: 24, top: 1, rebalance: 24 }
    );
    assert_eq!(
        kind(r#"{ kind = "grid" }"#),
        StrategyKind::Grid { levels: 5, spacing: Bps::from_percent(1.0) }
    );
    assert_eq!(kind(r#"{ kind = "dca" }"#), StrategyKind::Dca { every: 24 });
    assert_eq!(kind(r#"{ kind = "random" }"#), StrategyKind::Random { turnover: 2.0, seed: None });
}

#[test]
fn presets_are_sequential_windows() {
    let windows = |text: &str| {
        let source = changed("interval = \"1h\"\n", "") + &format!("windows = {text}\n");
        let scenario = valid(&source);
        (scenario.battle.windows, scenario.market.interval.to_string())
    };
    let sequential =
        |days, count| WindowSpec::Sequential { length: Span::DAY.times(days), count: Some(count) };
    assert_eq!(windows(r#"{ kind = "historical_day", count = 5 }"#), (sequential(1, 5), "1m".to_owned()));
    assert_eq!(windows(r#"{ kind = "historical_week" }"#), (sequential(7, 1), "5m".to_owned()));
    assert_eq!(windows(r#"{ kind = "historical_month" }"#), (sequential(30, 1), "1h".to_owned()));
}

#[test]
fn times_can_be_written_in_every_form() {
    let start = |text: &str| valid(&changed("2024-01-01T00:00:00Z", text)).market.start.unwrap().to_string();
    for text in [
        "2024-02-01",
        "2024-02-01T00:00:00",
        "2024-02-01 00:00:00Z",
        "2024-02-01T01:00:00+01:00",
        "2024-01-31T23:00:00-01:00",
        "\"2024-02-01\"",
        "\"2024-02-01T00:00\"",
    ] {
        assert_eq!(start(text), "2024-02-01T00:00:00Z", "{text}");
    }
}

#[test]
fn the_name_is_always_the_last_tie_break() {
    let scenario = valid(&format!("{GOOD}tie_break = [\"win_rate\"]\n"));
    assert_eq!(scenario.battle.tie_break, [TieBreak::Metric(RankingMetric::WinRate), TieBreak::Name]);
}
