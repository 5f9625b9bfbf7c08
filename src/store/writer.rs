//! Writes one run's folder: agents as their results come, the rankings at the end, the whole at once.
//!
//! Owns which files a run has and their names. Never computes a result. Invariant: readers see the folder
//! complete or not at all; the same identity gives the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::candles::{self, CandleClock};
use super::decisions;
use super::equity::{self, EquityPart};
use super::identity::identify_recorded;
use super::manifest::Manifest;
use super::run::folder_name;
use super::staging::Staging;
use super::table_file::TableFile;
use super::{
    AgentRecord, ExtraFile, JobRecord, Run, StoreError, StoredRun, held_curve, json, lines, prices, rankings,
    spreadsheet, tables,
};
use crate::engine::Window;
use crate::files::FolderLock;
use crate::market::{Market, TickRange};
use crate::process::{Logs, Recording};
use crate::scenario::{EquityRows, ReportFormat};
use crate::tournament::{AgentResult, Assessment, CutoffSplit, Tournament};

/// Ticks of the equity curve that are held in memory at once.
const EQUITY_PART: usize = 1 << 14;

/// A published run. Until this is dropped the folder is locked, so that no process removes a run that is not in
/// the index yet.
#[derive(Debug)]
pub struct Published {
    /// Records of the published run.
    pub stored: StoredRun,
    _lock: Option<FolderLock>,
}

/// Makes a table of one window's rows.
type BatchBuilder<R> = fn(Window, &[R], &Market) -> Result<RecordBatch, ArrowError>;

/// A run's folder being written. Dropped before [`RunWriter::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct RunWriter<'a> {
    run: Run<'a>,
    staging: Staging,
    assessment: Option<Assessment>,
    recording: Recording,
    cutoffs: Vec<CutoffSplit>,
    logs: Logs,
    /// Which bars of a curve are written.
    rows: EquityRows,
    /// Of the agents that were written, by name.
    records: Mutex<BTreeMap<String, AgentRecord>>,
}

impl<'a> RunWriter<'a> {
    /// Makes the output folder where it is missing and a place to write in: whether it can be written is
    /// known before any work starts.
    ///
    /// # Errors
    /// [`StoreError::Write`] where it cannot, [`StoreError::FolderName`] for a scenario's name that is none.
    pub fn open(out: &Path, run: Run<'a>) -> Result<Self, StoreError> {
        let parent = out.join(folder_name(&run.scenario.name)?);
        let staging = Staging::open(&parent, &run.id.to_string())?;
        fs::create_dir(staging.folder().join("agents")).map_err(StoreError::write(staging.folder()))?;
        json::write_text(&staging.folder().join("scenario.toml"), run.source)?;
        Ok(Self {
            run,
            staging,
            assessment: None,
            recording: Recording::default(),
            cutoffs: Vec::new(),
            logs: Logs::default(),
            rows: run.scenario.report.equity.unwrap_or(EquityRows::Bars),
            records: Mutex::default(),
        })
    }

    /// The same run with standings and a format.
    #[must_use]
    pub fn assessed(self, assessment: Assessment) -> Self {
        Self { assessment: Some(assessment), ..self }
    }

    /// The same run with the standings before and after training cutoffs.
    #[must_use]
    pub fn split(self, cutoffs: Vec<CutoffSplit>) -> Self {
        Self { cutoffs, ..self }
    }

    /// The same run with what its programs have answered, which is part of its identity.
    #[must_use]
    pub fn recorded(self, recording: Recording) -> Self {
        if recording.is_empty() {
            return self;
        }
        let id = identify_recorded(self.run.scenario, self.run.market, &recording.hash());
        let staging = self.staging.named(&id.to_string());
        Self { run: Run { id, ..self.run }, staging, recording, ..self }
    }

    /// The same run with what its modules have logged.
    #[must_use]
    pub fn logged(self, logs: Logs) -> Self {
        Self { logs, ..self }
    }

    /// The same run with as many rows of curves as suit its size, where the scenario does not say which.
    #[must_use]
    pub fn sized(self, tournament: &Tournament) -> Self {
        let windows = tournament.agents.iter().flat_map(|agent| &agent.windows);
        let ticks = windows.map(|result| result.replay.window.ticks);
        let bars = ticks.map(|range| (range.last - range.first) as u64).sum();
        let rows = self.run.scenario.report.equity.unwrap_or_else(|| EquityRows::by_default(bars));
        Self { rows, ..self }
    }

    /// Where the run is being written, for files that only some runs have.
    pub fn folder(&self) -> &Path {
        self.staging.folder()
    }

    /// Writes one agent's tables and metrics. Different agents may be written at the same time; nothing of one that was
    /// written is read from its logs again.
    ///
    /// # Errors
    /// Where a file cannot be written, and [`StoreError::EquityMismatch`] where money was made or lost.
    pub fn write_agent(&self, agent: &AgentResult) -> Result<(), StoreError> {
        let folder = self.agent_folder(agent);
        fs::create_dir_all(&folder).map_err(StoreError::write(&folder))?;
        let (market, conventions) = (self.run.market, &self.run.scenario.metrics);
        let mut trades = self.new_table(&folder, "trades", tables::trades)?;
        let mut fills = self.new_table(&folder, "fills", tables::fills)?;
        let mut orders = self.new_table(&folder, "orders", tables::orders)?;
        let has_postings = tables::has_postings(market);
        let mut postings =
            if has_postings { Some(self.new_table(&folder, "postings", tables::postings)?) } else { None };
        let on_margin = tables::on_margin(market);
        let empty = tables::equity(0, &EquityPart::default(), (self.rows, on_margin))
            .map_err(StoreError::columns(&folder))?;
        let mut equity = TableFile::create(&folder, "equity", &self.run.table_options(), &empty)?;
        let mut jobs = Vec::with_capacity(agent.windows.len());
        for result in &agent.windows {
            let replay = &*result.whole();
            let window = replay.window;
            trades.write(tables::trades(window, &replay.round_trips, market))?;
            fills.write(tables::fills(window, &replay.fills, market))?;
            orders.write(tables::orders(window, &replay.orders, market))?;
            if let Some(postings) = &mut postings {
                postings.write(tables::postings(window, &replay.postings, market))?;
            }
            equity::walk(agent.name.as_str(), replay, market, (self.rows, EQUITY_PART), |part| {
                equity.write(tables::equity(window.index, part, (self.rows, on_margin)))
            })?;
            jobs.push(JobRecord::new(result, replay, conventions));
        }
        [Some(trades), Some(fills), Some(orders), postings, Some(equity)]
            .into_iter()
            .flatten()
            .try_for_each(TableFile::close)?;
        let record = AgentRecord::with_windows(agent, conventions, jobs);
        json::write_lined(&folder.join("metrics.json"), "the metrics", &record)?;
        self.records().insert(agent.name.to_string(), record);
        Ok(())
    }

    /// Records of the agents that were written, by name.
    fn records(&self) -> MutexGuard<'_, BTreeMap<String, AgentRecord>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what all agents share (and agents that were not written yet), then moves the folder to its
    /// place `OUT/<scenario>/<run-id>`, where it replaces a former run of the same identity.
    ///
    /// # Errors
    /// Where a file cannot be written; nothing is left behind then.
    pub fn finish(self, tournament: &Tournament) -> Result<StoredRun, StoreError> {
        self.finish_with(tournament, |_| Ok(Vec::new())).map(|published| published.stored)
    }

    /// As [`RunWriter::finish`], with pages that `render` makes of what has been written, before anybody else
    /// can see it: they appear with the rest of the folder.
    ///
    /// # Errors
    /// Those of [`RunWriter::finish`] and of `render`; nothing is left behind then.
    pub fn finish_with<E: From<StoreError>>(
        self,
        tournament: &Tournament,
        render: impl FnOnce(&StoredRun) -> Result<Vec<ExtraFile>, E>,
    ) -> Result<Published, E> {
        for agent in &tournament.agents {
            if !self.records().contains_key(agent.name.as_str()) {
                self.write_agent(agent)?;
            }
        }
        let stored = self.write_shared(tournament)?;
        for page in render(&stored)? {
            page.write(self.staging.folder())?;
        }
        if self.run.scenario.report.formats.contains(&ReportFormat::Spreadsheet) {
            spreadsheet::mark_all(self.staging.folder())?;
        }
        // Read back from the disk: what is listed is what was written there.
        let manifest = Manifest::of(self.staging.folder())?;
        manifest.write(self.staging.folder())?;
        let placed = self.staging.publish(|folder| manifest.verify_lengths(folder))?;
        Ok(Published { stored: StoredRun { folder: placed.folder, ..stored }, _lock: placed.lock })
    }

    fn write_prices(&self, tournament: &Tournament) -> Result<(), StoreError> {
        let Run { scenario, market, .. } = self.run;
        let options = self.run.table_options();
        let ticks = || tournament.windows.iter().map(|span| span.window.ticks);
        let first = ticks().map(|range| range.first).min().unwrap_or_default();
        let last = ticks().map(|range| range.last).max().unwrap_or_default();
        let (folder, all) = (self.staging.folder(), TickRange { first, last });
        prices::write(folder, &options, market, all)?;
        let clock = CandleClock::of(market, all);
        candles::write(folder, &options, market, clock)?;
        let apart = tournament.windows.windows(2).all(|pair| pair[0].end <= pair[1].start);
        let windows: Vec<TickRange> = if apart { ticks().collect() } else { vec![all] };
        let ranked = tournament.leaderboard.rankings.iter().map(|row| row.agent);
        let agents = ranked.filter_map(|agent| Some(&scenario.agents.get(agent)?.strategy));
        lines::write(folder, &options, (scenario, market), clock, &windows, agents)?;
        match &tournament.benchmark {
            Some(found) => held_curve::write(folder, &options, market, &found.symbol, ticks()),
            None => Ok(()),
        }
    }

    fn write_shared(&self, tournament: &Tournament) -> Result<StoredRun, StoreError> {
        let folder = self.staging.folder();
        let found = (self.assessment.as_ref(), self.cutoffs.as_slice());
        let mut records = std::mem::take(&mut *self.records());
        let agents = tournament.agents.iter().filter_map(|agent| records.remove(agent.name.as_str()));
        let agents = agents.collect();
        let place = (folder.to_owned(), agents);
        let mut stored = rankings::of(self.run, tournament, found, &self.recording, place);
        stored.run.equity = self.rows;
        self.write_prices(tournament)?;
        if !self.recording.is_empty() {
            decisions::write(folder, &self.run.table_options(), &self.recording)?;
        }
        decisions::write_logs(folder, &self.logs)?;
        rankings::write(folder, tournament, &stored)?;
        json::write(&folder.join("run.json"), "the run", &stored.run)?;
        Ok(stored)
    }

    fn agent_folder(&self, agent: &AgentResult) -> PathBuf {
        self.staging.folder().join("agents").join(agent.name.as_str())
    }

    /// A table over all windows; the file has its columns even where nothing happened.
    fn new_table<R>(
        &self,
        folder: &Path,
        name: &'static str,
        table: BatchBuilder<R>,
    ) -> Result<TableFile, StoreError> {
        let nowhere = Window { index: 0, ticks: TickRange { first: 0, last: 0 } };
        let empty = table(nowhere, &[], self.run.market).map_err(StoreError::columns(folder))?;
        TableFile::create(folder, name, &self.run.table_options(), &empty)
    }
}
