//! All integration tests in one binary, so that the library is linked once.

#![expect(clippy::unwrap_used, reason = "tests")]

mod deps {
    pub use tiltyard::internals::{domain, engine, indicator, market, scenario, strategy};
}
mod support;
#[path = "../../src/engine/testkit.rs"]
mod testkit;

mod agents;
mod architecture;
mod bar_context;
mod batch_recorded;
mod book;
mod calling_simulation;
mod cli;
mod corporate_actions;
mod data_check;
mod data_command;
mod data_download;
mod data_import;
mod engine_properties;
mod foreign_input;
mod golden_evidence;
mod golden_metrics;
mod golden_profiles;
mod golden_sweep;
mod held_bars;
mod hostile_input;
mod infinite_scores;
mod interrupts;
mod isolation;
mod language_models;
mod margin;
mod margin_battle;
mod margin_directions;
mod margin_files;
mod margin_golden;
mod margin_import;
mod margin_peers;
mod margin_properties;
mod margin_sweep;
mod market_promises;
mod masks;
mod metrics_command;
mod money;
mod mutated_files;
mod optional_agents;
mod own_strategy;
mod process_agents;
mod process_examples;
mod process_recording;
mod process_registered;
mod prove;
mod rank_and_evidence;
mod records;
mod reference_defects_engine;
mod reference_defects_metrics;
mod regression;
mod repeats;
mod report_command;
mod resources;
mod result_tables;
mod rules_orders;
mod run_contract;
#[cfg(feature = "serve")]
mod serve;
mod shards;
mod shards_scores;
mod shell_files;
mod signals;
mod skipping;
mod store_faults;
mod store_safety;
mod strategy_cases;
mod sweep_resume;
mod tournament_formats;
mod tournament_run;
mod trading_days;
mod untraded_benchmark;
mod use_cases;
mod venue_oracle;
#[cfg(feature = "wasm")]
mod wasm_agents;
#[cfg(feature = "wasm")]
mod wasm_store;
#[cfg(unix)]
mod workers;
