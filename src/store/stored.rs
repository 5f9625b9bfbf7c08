//! A run as it lies on disk: all of its JSON files in one value.

use std::path::{Path, PathBuf};

use super::folders::agent_folder;
use super::{
    AgentRecord, BattleRecord, LeaderboardRecord, RunRecord, StandingsRecord, StoreError, TournamentRecord,
    TradeRow, json, trades,
};

/// A stored run without its tables. What was just written and what is read back later are the same.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// Where it lies.
    pub folder: PathBuf,
    /// `run.json`.
    pub run: RunRecord,
    /// `leaderboard.json`.
    pub leaderboard: LeaderboardRecord,
    /// `battles.json`.
    pub battles: Vec<BattleRecord>,
    /// `agents/*/metrics.json`, in the scenario's order.
    pub agents: Vec<AgentRecord>,
    /// `tournament.json`; none where the scenario has no `[tournament]`.
    pub tournament: Option<TournamentRecord>,
    /// `standings.json`; none without a tournament, or if no agent has a score.
    pub standings: Option<StandingsRecord>,
}

impl StoredRun {
    /// Reads a run's folder.
    ///
    /// # Errors
    /// [`StoreError::Read`] for a missing file, [`StoreError::Malformed`] for one that is not what it should be.
    pub fn load(folder: &Path) -> Result<Self, StoreError> {
        let run: RunRecord = json::read(&folder.join("run.json"), "run")?;
        let agents = run
            .agents
            .iter()
            .map(|agent| {
                json::read(&agent_folder(folder, &agent.name).join("metrics.json"), "list of metrics")
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            folder: folder.to_owned(),
            leaderboard: json::read(&folder.join("leaderboard.json"), "leaderboard")?,
            battles: json::read(&folder.join("battles.json"), "list of battles")?,
            tournament: json::read_where_there(&folder.join("tournament.json"), "tournament")?,
            standings: json::read_where_there(&folder.join("standings.json"), "list of standings")?,
            run,
            agents,
        })
    }

    /// An agent's record.
    pub fn agent(&self, name: &str) -> Option<&AgentRecord> {
        self.agents.iter().find(|agent| agent.agent == name)
    }

    /// An agent's round trips, read from its file.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAgent`], else as [`super::trades`].
    pub fn trades(&self, agent: &str) -> Result<Vec<TradeRow>, StoreError> {
        self.known_agent(agent)?;
        trades(&self.folder, agent)
    }

    /// An agent's record.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAgent`], with the agents that there are.
    pub fn known_agent(&self, name: &str) -> Result<&AgentRecord, StoreError> {
        self.agent(name).ok_or_else(|| StoreError::NoSuchAgent {
            run: self.run.run_id.clone(),
            agent: name.to_owned(),
            known: self.agents.iter().map(|agent| agent.agent.clone()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::*;
    use crate::store::{Run, RunWriter, fixture};

    fn write(out: &Path, csv: bool) -> StoredRun {
        let writer = RunWriter::open(out, Run { csv, ..fixture::run() }).unwrap();
        let tournament = fixture::tournament();
        writer.write_agent(&tournament.agents[0]).unwrap();
        writer.finish(&tournament).unwrap()
    }

    fn bytes(folder: &Path, into: &mut BTreeMap<PathBuf, Vec<u8>>, root: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                bytes(&path, into, root);
            } else {
                into.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }

    fn all_bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        bytes(folder, &mut files, folder);
        files
    }

    #[test]
    fn a_run_has_its_files_and_reads_back_as_written() {
        let out = tempfile::tempdir().unwrap();
        let written = write(out.path(), true);
        assert_eq!(written.folder, out.path().join("first").join(written.run.run_id.as_str()));
        let names: Vec<String> =
            all_bytes(&written.folder).into_keys().map(|p| p.display().to_string()).collect();
        let agent = |name: &str| {
            [
                "equity.csv",
                "equity.parquet",
                "fills.csv",
                "fills.parquet",
                "metrics.json",
                "orders.csv",
                "orders.parquet",
                "trades.csv",
                "trades.parquet",
            ]
            .map(|file| format!("agents/{name}/{file}"))
        };
        let mut expected: Vec<String> = [agent("idle"), agent("trend, fast")].concat();
        expected.extend(
            [
                "battles.json",
                "candles.csv",
                "candles.parquet",
                "files.json",
                "leaderboard.csv",
                "leaderboard.json",
                "lines.csv",
                "lines.parquet",
                "prices.csv",
                "prices.parquet",
                "run.json",
                "scenario.toml",
                "scores.csv",
            ]
            .map(String::from),
        );
        assert_eq!(names, expected);
        assert_eq!(StoredRun::load(&written.folder).unwrap(), written);
    }

    #[test]
    fn the_same_run_gives_the_same_bytes() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = all_bytes(&write(one.path(), true).folder);
        assert_eq!(first, all_bytes(&write(two.path(), true).folder));
        assert_eq!(first, all_bytes(&write(one.path(), true).folder), "over itself");
    }

    /// Agents may be written by several threads, in any order.
    #[test]
    fn threads_do_not_show_in_the_bytes() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let tournament = fixture::tournament();
        let writer = RunWriter::open(two.path(), fixture::run()).unwrap();
        std::thread::scope(|scope| {
            for agent in tournament.agents.iter().rev() {
                let writer = &writer;
                scope.spawn(move || writer.write_agent(agent).unwrap());
            }
        });
        let parallel = writer.finish(&tournament).unwrap();
        assert_eq!(all_bytes(&parallel.folder), all_bytes(&write(one.path(), false).folder));
    }

    #[test]
    fn trades_of_an_agent_that_is_not_there_name_those_that_are() {
        let out = tempfile::tempdir().unwrap();
        let stored = write(out.path(), false);
        assert_eq!(stored.trades("trend, fast").unwrap().len(), 1);
        let error = stored.trades("trend").unwrap_err();
        assert_eq!(error.help(), "its agents are trend, fast, idle");
    }

    #[test]
    fn csv_copies_equal_the_tables() {
        let out = tempfile::tempdir().unwrap();
        let folder = write(out.path(), true).folder.join("agents/trend, fast");
        assert_eq!(
            fs::read_to_string(folder.join("fills.csv")).unwrap(),
            "window,order_id,tick,at,symbol,side,quantity,price,raw_price,notional,fee,liquidity,realised_pnl\n\
             0,2,1,2024-01-02T00:00:00Z,BTC,buy,2.00000000,10.00000000,10.00000000,20.00000000,0.02000000,taker,\n\
             0,3,3,2024-01-04T00:00:00Z,BTC,sell,2.00000000,10.77000000,10.77000000,21.54000000,0.02000000,taker,1.50000000\n"
        );
        let orders = fs::read_to_string(folder.join("orders.csv")).unwrap();
        let refused = orders.lines().nth(1).unwrap();
        assert!(refused.contains(",rejected,refused,ORDER_TOO_LARGE,"), "{refused}");
        assert!(refused.ends_with("\"notional 1000, limit 50\""), "{refused}");
        let equity = fs::read_to_string(folder.join("equity.csv")).unwrap();
        // The peak was 79.98 + 2 * 12 = 103.98.
        let drawdown = 101.5 / 103.98 - 1.0;
        let last = format!("0,2024-01-05T00:00:00Z,101.50000000,101.50000000,{drawdown},false");
        assert_eq!(equity.lines().last(), Some(last.as_str()));
    }

    #[test]
    fn the_stored_curve_ends_at_the_final_equity() {
        let out = tempfile::tempdir().unwrap();
        let stored = write(out.path(), true);
        for agent in &stored.agents {
            let csv = stored.folder.join("agents").join(&agent.agent).join("equity.csv");
            let text = fs::read_to_string(csv).unwrap();
            let last = text.lines().last().unwrap().split(',').nth(2).unwrap();
            assert_eq!(last, agent.windows[0].final_equity.to_string());
        }
    }

    #[test]
    fn a_failure_leaves_no_folder() {
        let out = tempfile::tempdir().unwrap();
        let writer = RunWriter::open(out.path(), fixture::run()).unwrap();
        let mut tournament = fixture::tournament();
        tournament.agents[1].windows[0].replay.final_equity = fixture::cash("100.01");
        writer.write_agent(&tournament.agents[0]).unwrap();
        assert!(matches!(writer.finish(&tournament), Err(StoreError::EquityMismatch { .. })));
        let left: Vec<_> = fs::read_dir(out.path().join("first"))
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .filter(|name| name != ".lock")
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn a_scenario_cannot_write_elsewhere() {
        let out = tempfile::tempdir().unwrap();
        let mut scenario = fixture::scenario();
        for name in ["../up", "a/b", "", ".hidden"] {
            scenario.name = name.to_owned();
            let run = Run { scenario: &scenario, ..fixture::run() };
            assert!(matches!(RunWriter::open(out.path(), run), Err(StoreError::FolderName { .. })), "{name}");
        }
    }

    #[test]
    fn an_output_folder_that_cannot_be_written_is_refused_before_work_starts() {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("reports");
        fs::write(&file, "").unwrap();
        assert!(matches!(RunWriter::open(&file, fixture::run()), Err(StoreError::Write { .. })));
    }
}
