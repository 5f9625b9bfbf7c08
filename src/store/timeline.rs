//! A finished battle read back, to be asked how it stood at any time.
//!
//! Owns reading the curves, fills and round trips of a window. Never ranks and never measures: see
//! [`Timeline`].

use std::path::Path;

use arrow_array::types::{TimestampMicrosecondType, UInt32Type, UInt64Type};

use super::columns::{numbers, read, strings};
use super::folders::agent_folder;
use super::{JobRecord, PositionRecord, StoreError, StoredRun, TradeRow, money, trades};
use crate::domain::{Cash, Interval, Price, Qty, Timestamp};
use crate::engine::batch::ClosedTrade;
use crate::metrics::Sampling;
use crate::scenario::{MetricSpec, MetricsProfile, RankingMetric};
use crate::tournament::{AgentTimeline, Timeline};

/// Reads a window of a stored run, ready to be asked how the battle stood at any time.
///
/// # Errors
/// [`StoreError::NoSuchWindow`], [`StoreError::CurvesThinned`], and where a file of the run cannot be read.
pub fn timeline(stored: &StoredRun, window: u32) -> Result<Timeline, StoreError> {
    let run = &stored.run;
    let span = run.windows.iter().find(|record| record.index == window).ok_or_else(|| {
        StoreError::NoSuchWindow { run: run.run_id.clone(), window, windows: run.windows.len() }
    })?;
    if !run.equity.are_bars() {
        return Err(StoreError::CurvesThinned { run: run.run_id.clone(), rows: run.equity.as_str() });
    }
    let malformed = |what: &str| StoreError::Malformed {
        path: stored.folder.join("run.json"),
        what: "run",
        problem: format!("`{what}` is not a time, interval or metric"),
    };
    let time = |text: &str| text.parse::<Timestamp>().map_err(|_| malformed(text));
    let interval: Interval = run.market.interval.parse().map_err(|_| malformed(&run.market.interval))?;
    let metric = |key: &str| RankingMetric::of_key(key).ok_or_else(|| malformed(key));
    let ties = run.tie_break.iter().take_while(|key| *key != "name").map(|key| metric(key));
    Ok(Timeline {
        window,
        start: time(&span.start)?,
        end: time(&span.end)?,
        ranking_metric: metric(&run.ranking_metric)?,
        tie_break: ties.collect::<Result<_, _>>()?,
        at_close: run.costs.fill_at == "close",
        interval: interval.span(),
        day: run.market.day.parse().map_err(|_| malformed(&run.market.day))?,
        conventions: conventions(stored),
        agents: agents(stored, window)?,
    })
}

/// The conventions of the run: its definitions, and the rates that its own scenario says.
fn conventions(stored: &StoredRun) -> MetricSpec {
    let text = crate::decode::read_text(&stored.folder.join("scenario.toml")).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let rate = |key: &str| {
        let value = table.get("metrics").and_then(|metrics| metrics.get(key));
        #[expect(clippy::cast_precision_loss, reason = "a rate of -1 to 1")]
        value.and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)))
    };
    let own = |profile: &MetricsProfile| profile.as_str() == stored.run.metrics_profile;
    MetricSpec {
        risk_free_rate: rate("risk_free_rate").unwrap_or(0.0),
        minimum_acceptable_return: rate("minimum_acceptable_return").unwrap_or(0.0),
        periods_per_year: None,
        profile: MetricsProfile::ALL.into_iter().find(own).unwrap_or_default(),
    }
}

fn agents(stored: &StoredRun, window: u32) -> Result<Vec<AgentTimeline>, StoreError> {
    let entrants = stored.run.agents.iter().zip(&stored.agents);
    let timelines = entrants.filter_map(|(entrant, record)| {
        let job: &JobRecord = record.windows.iter().find(|job| job.window == window)?;
        let held = entrant.registered.iter().flat_map(|registered| &registered.positions);
        Some(agent(stored, &record.agent, job, held.collect()))
    });
    timelines.collect()
}

fn agent(
    stored: &StoredRun,
    name: &str,
    job: &JobRecord,
    held: Vec<&PositionRecord>,
) -> Result<AgentTimeline, StoreError> {
    let folder = agent_folder(&stored.folder, name);
    let mut curve = Vec::new();
    read(&folder.join("equity.parquet"), "equity curve", |batch| {
        let windows = numbers::<UInt32Type>(batch, "window")?;
        let ts = numbers::<TimestampMicrosecondType>(batch, "ts")?;
        let equity = money::units(batch, "equity")?;
        let cash = money::units(batch, "cash")?;
        let own = (0..batch.num_rows()).filter(|row| windows[*row] == job.window);
        curve.extend(own.map(|row| {
            (Timestamp::from_micros(ts[row]), Cash::from_units(equity[row]), Cash::from_units(cash[row]))
        }));
        Ok(())
    })?;
    let mut fills = Vec::new();
    read(&folder.join("fills.parquet"), "table of fills", |batch| {
        let windows = numbers::<UInt32Type>(batch, "window")?;
        let at = numbers::<TimestampMicrosecondType>(batch, "at")?;
        let quantity = money::units(batch, "quantity")?;
        let (symbol, side) = (strings(batch, "symbol")?, strings(batch, "side")?);
        for row in (0..batch.num_rows()).filter(|row| windows[*row] == job.window) {
            let units = if side[row] == "buy" { quantity[row] } else { -quantity[row] };
            fills.push((Timestamp::from_micros(at[row]), symbol[row].to_owned(), Qty::from_units(units)));
        }
        Ok(())
    })?;
    let postings = folder.join("postings.parquet");
    let postings = postings.exists().then(|| posted(&postings, job.window)).transpose()?;
    let closed = trades(&stored.folder, name)?;
    let closed = closed.into_iter().filter(|trade| trade.window == job.window && trade.state == "closed");
    Ok(AgentTimeline {
        name: name.to_owned(),
        start: job.starting_balance,
        sampling: if job.sampling == "daily" { Sampling::Daily } else { Sampling::PerBar },
        periods_per_year: job.periods_per_year,
        curve,
        carried: held.iter().map(|one| (one.symbol.clone(), quantity_of(one))).collect(),
        carried_worth: held.iter().map(|one| Cash::notional(mark_of(one), quantity_of(one))).sum(),
        fills,
        trades: closed.map(|trade| (trade.exit_at, closed_trade(&trade))).collect(),
        postings,
    })
}

/// The postings of a window, by the index of their bar.
fn posted(path: &Path, window: u32) -> Result<Vec<(usize, Cash)>, StoreError> {
    let mut all = Vec::new();
    read(path, "table of postings", |batch| {
        let windows = numbers::<UInt32Type>(batch, "window")?;
        let (ticks, amounts) = (numbers::<UInt64Type>(batch, "tick")?, money::units(batch, "amount")?);
        let own = (0..batch.num_rows()).filter(|row| windows[*row] == window);
        all.extend(own.map(|row| (ticks[row] as usize, Cash::from_units(amounts[row]))));
        Ok(())
    })?;
    Ok(all)
}

fn quantity_of(held: &PositionRecord) -> Qty {
    held.quantity.parse().unwrap_or_default()
}

fn mark_of(held: &PositionRecord) -> Price {
    held.mark.parse().unwrap_or_default()
}

fn closed_trade(trade: &TradeRow) -> ClosedTrade {
    ClosedTrade {
        pnl: trade.pnl,
        return_fraction: trade.return_fraction,
        seconds: (trade.exit_at - trade.entry_at).seconds(),
    }
}
