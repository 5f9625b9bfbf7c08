//! `OUT/duels/<id>.json`: a duel, registered before its first window and completed after its last.
//!
//! Owns the keys and the file. The order of the windows is on the disk before a single one is played; the file of
//! the finished duel is published by one rename. Never replays and never decides.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::{StoreError, json, score_record};
use crate::files::{Existing, write_atomic};
use crate::metrics::Score;
use crate::statistics::evidence::{Decision, EloModel};
use crate::tournament::{Duel, DuelResult, DuelSpec};

/// Version of this form; counts changes that a reader must know.
pub const DUEL_FORMAT_VERSION: u32 = 1;
/// Their folder in a store.
pub(super) const DUELS: &str = "duels";
/// Placeholder of the hash before it is known.
const NO_HASH: &str = "\"content_hash\": \"\"";
/// Characters of a duel's id.
const SHOWN: usize = 12;

/// `duel.json`: two agents, the test and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DuelRecord {
    /// Version of this form.
    pub format_version: u32,
    /// 12 characters of its identity: agents, hypotheses and all that decides the scores.
    pub duel_id: String,
    /// The scenario's name.
    pub scenario: String,
    /// The identity of the scenario's run, over the same windows and agents.
    pub run_id: String,
    /// Name of the first agent.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// By what a window is won.
    pub ranking_metric: String,
    /// The scenario's seed, from which the order was drawn.
    pub seed: u64,
    /// Hypotheses and error rates of the test.
    pub test: TestRecord,
    /// The windows' numbers in the order in which they are played.
    pub order: Vec<u32>,
    /// `registered`, `a_is_stronger`, `a_is_not_stronger`, `undecided`, `too_few_trades` (of `min_trades`) or
    /// `not_played`
    /// (no window has a score of both).
    pub decision: String,
    /// The same in words.
    pub sentence: String,
    /// Windows that `a` won.
    pub wins: u64,
    /// Number of windows drawn.
    pub draws: u64,
    /// Windows that `b` won.
    pub losses: u64,
    /// Log-likelihood ratio of H1 to H0 after the last window.
    pub llr: f64,
    /// How much stronger `a` looks: logistic Elo; null if everything was won or lost.
    pub elo: Option<f64>,
    /// Half width of its 95 % interval. Read with care: a test that stops when it is decided stops on a high.
    pub elo_error95: Option<f64>,
    /// Normalised Elo difference.
    pub nelo: Option<f64>,
    /// Half width of its 95 % interval.
    pub nelo_error95: Option<f64>,
    /// Likelihood that `a` is stronger at all.
    pub los: Option<f64>,
    /// Replays made for it; none where the scores were stored.
    pub replays: usize,
    /// Closed round trips of `a` and of `b` in the windows played.
    #[serde(default)]
    pub trades: [u64; 2],
    /// The windows played, in that order.
    pub games: Vec<DuelGameRecord>,
    /// BLAKE3 of the file with this field empty, so that damage is detected; empty in files of earlier versions.
    #[serde(default)]
    pub content_hash: String,
}

/// What a duel decides between.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Strength under H0.
    pub elo0: f64,
    /// Strength under H1.
    pub elo1: f64,
    /// Probability of accepting H1 though H0 holds.
    pub alpha: f64,
    /// Probability of the reverse.
    pub beta: f64,
    /// Whether the strengths are on the normalised Elo scale; else on the logistic one.
    pub normalized: bool,
    /// At or below it H0 is accepted.
    pub lower: f64,
    /// At or above it H1 is accepted.
    pub upper: f64,
}

/// One window of a duel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DuelGameRecord {
    /// Index of the window, from 0.
    pub window: u32,
    /// Open of its first bar.
    pub start: String,
    /// Close of its last bar.
    pub end: String,
    /// Score of `a`; null where it has none or it is infinite.
    pub score_a: Option<f64>,
    /// Score of `b`.
    pub score_b: Option<f64>,
    /// `+infinity` or `-infinity` where the score of `a` is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_a_missing: Option<String>,
    /// The same of `b`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_b_missing: Option<String>,
    /// For `a`: `win`, `draw` or `loss`; `not_played` where either has no score.
    pub result: String,
    /// Log-likelihood ratio after it.
    pub llr: f64,
}

impl DuelGameRecord {
    /// The score of `a`, infinities included.
    pub fn known_a(&self) -> Score {
        score_record::score(self.score_a, self.score_a_missing.as_deref())
    }

    /// The score of `b`, infinities included.
    pub fn known_b(&self) -> Score {
        score_record::score(self.score_b, self.score_b_missing.as_deref())
    }

    fn has_a(&self) -> bool {
        !self.known_a().is_absent()
    }

    fn has_b(&self) -> bool {
        !self.known_b().is_absent()
    }
}

/// What is known of a duel before it begins.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The scenario's name.
    pub scenario: String,
    /// The identity of the scenario's run.
    pub run_id: String,
    /// Name of the first agent.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// By what a window is won.
    pub ranking_metric: String,
    /// The scenario's seed.
    pub seed: u64,
    /// The windows' numbers in order of play.
    pub order: Vec<u32>,
}

impl DuelRecord {
    /// Before the first window.
    pub fn registered(of: Registration, spec: &DuelSpec, duel: &Duel) -> Self {
        let (lower, upper) = duel.bounds();
        let DuelSpec { elo0, elo1, alpha, beta, model } = *spec;
        let normalized = model == EloModel::Normalized;
        let test = TestRecord { elo0, elo1, alpha, beta, normalized, lower, upper };
        let mut record = Self {
            format_version: DUEL_FORMAT_VERSION,
            duel_id: duel_id(&of, &test),
            scenario: of.scenario,
            run_id: of.run_id,
            a: of.a,
            b: of.b,
            ranking_metric: of.ranking_metric,
            seed: of.seed,
            test,
            order: of.order,
            decision: "registered".to_owned(),
            sentence: String::new(),
            wins: 0,
            draws: 0,
            losses: 0,
            llr: 0.0,
            elo: None,
            elo_error95: None,
            nelo: None,
            nelo_error95: None,
            los: None,
            replays: 0,
            trades: [0; 2],
            games: Vec::new(),
            content_hash: String::new(),
        };
        record.sentence = format!("registered: {} windows", record.order.len());
        record
    }

    /// Notes a window that was played; `at` are its first open and last close.
    pub fn note(
        &mut self,
        window: u32,
        at: (String, String),
        scores: (Score, Score),
        result: Option<DuelResult>,
        duel: &Duel,
    ) {
        let (start, end) = at;
        let result = result.map_or("not_played", DuelResult::as_str).to_owned();
        self.games.push(DuelGameRecord {
            window,
            start,
            end,
            score_a: scores.0.number(),
            score_b: scores.1.number(),
            score_a_missing: score_record::reason(scores.0, None),
            score_b_missing: score_record::reason(scores.1, None),
            result,
            llr: duel.llr(),
        });
        [self.losses, self.draws, self.wins] = duel.counts();
        self.llr = duel.llr();
        let estimate = duel.estimate();
        self.elo = estimate.and_then(|found| found.elo);
        self.elo_error95 = estimate.and_then(|found| found.elo_error95);
        self.nelo = estimate.and_then(|found| found.nelo);
        self.nelo_error95 = estimate.and_then(|found| found.nelo_error95);
        self.los = estimate.and_then(|found| found.los);
    }

    /// Windows that both agents have a score in.
    pub const fn counted(&self) -> u64 {
        self.wins + self.draws + self.losses
    }

    /// Says how it ended. Where an agent has fewer than `min_trades` closed round trips nothing is decided.
    pub fn conclude(&mut self, decision: Decision, min_trades: u64) {
        let without = self.games.len() as u64 - self.counted();
        let mut played = format!("{} of {} windows", self.games.len(), self.order.len());
        if without > 0 {
            played.push_str(&format!(", {without} of them without a score of both"));
        }
        let (a, b) = (&self.a, &self.b);
        let few = [(a, self.trades[0]), (b, self.trades[1])].into_iter().find(|(_, n)| *n < min_trades);
        let (word, sentence) = match (decision, few) {
            _ if self.counted() == 0 && !self.games.is_empty() => {
                let lacks = |scored: fn(&DuelGameRecord) -> bool| !self.games.iter().any(scored);
                let who = match (lacks(DuelGameRecord::has_a), lacks(DuelGameRecord::has_b)) {
                    (true, true) => format!("neither {a} nor {b} has"),
                    (true, false) => format!("{a} does not have"),
                    (false, true) => format!("{b} does not have"),
                    (false, false) => format!("{a} and {b} never both have"),
                };
                let windows = self.games.len();
                let metric = &self.ranking_metric;
                ("not_played", format!("no decision: {who} a {metric} in any of the {windows} windows"))
            }
            (_, Some((name, n))) => (
                "too_few_trades",
                format!("no decision: {name} closed {n} of at least {min_trades} trades, after {played}"),
            ),
            (Decision::AcceptH1, None) => {
                ("a_is_stronger", format!("{a} is stronger than {b}, after {played}"))
            }
            (Decision::AcceptH0, None) => (
                "a_is_not_stronger",
                format!("{a} is not {} Elo stronger than {b}, after {played}", self.test.elo1),
            ),
            (Decision::Continue, None) => {
                ("undecided", format!("undecided: {a} against {b}, after {played}"))
            }
        };
        (self.decision, self.sentence) = (word.to_owned(), sentence);
    }

    /// The bytes of its file, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no duel causes.
    pub fn to_json(&self) -> Result<String, StoreError> {
        let open = json::pretty("the duel", &Self { content_hash: String::new(), ..self.clone() })?;
        let hash_start = open.rfind(NO_HASH).unwrap_or(open.len());
        let (before, after) = open.split_at(hash_start);
        Ok(format!("{before}{}", after.replacen(NO_HASH, &with_hash(&hash_of(&open)), 1)))
    }

    /// Writes it atomically under an output folder.
    ///
    /// # Errors
    /// [`StoreError::Write`].
    pub fn write(&self, out: &Path) -> Result<PathBuf, StoreError> {
        let folder = out.join(DUELS);
        let path = folder.join(format!("{}.json", self.duel_id));
        write_atomic(&path, &self.to_json()?, Existing::Replace).map_err(StoreError::write(&path))?;
        Ok(path)
    }
}

fn with_hash(hash: &str) -> String {
    format!("\"content_hash\": \"{hash}\"")
}

fn hash_of(open: &str) -> String {
    blake3::hash(open.as_bytes()).to_hex().to_string()
}

/// The files of duels that are not as they were written, each with what is wrong with it.
pub(super) fn damaged_duels(out: &Path) -> Result<Vec<(PathBuf, String)>, StoreError> {
    let folder = out.join(DUELS);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(StoreError::read(&folder))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(StoreError::read(&folder))?.path();
        let name =
            path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
        if name.is_some_and(|id| id.len() == SHOWN && id.chars().all(|c| c.is_ascii_hexdigit())) {
            found.extend(problem(&path).map(|problem| (path, problem)));
        }
    }
    found.sort();
    Ok(found)
}

/// What is wrong with the file of a duel.
fn problem(path: &Path) -> Option<String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(source) => return Some(format!("it cannot be read: {source}")),
    };
    let record: DuelRecord = match json::parse(path, "duel", &text) {
        Ok(record) => record,
        Err(StoreError::Malformed { problem, .. }) => return Some(problem),
        Err(error) => return Some(error.to_string()),
    };
    let open = text.replacen(&with_hash(&record.content_hash), NO_HASH, 1);
    let valid = record.content_hash.is_empty() || hash_of(&open) == record.content_hash;
    (!valid).then(|| "its content has changed (its hash differs)".to_owned())
}

fn duel_id(of: &Registration, test: &TestRecord) -> String {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 duel");
    let numbers = format!("{test:?}");
    for part in [&of.run_id, &of.a, &of.b, &of.ranking_metric, &numbers] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_hex()[..SHOWN].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration() -> Registration {
        Registration {
            scenario: "s".to_owned(),
            run_id: "r".to_owned(),
            a: "x".to_owned(),
            b: "y".to_owned(),
            ranking_metric: "roi_pct".to_owned(),
            seed: 7,
            order: vec![2, 0, 1],
        }
    }

    #[test]
    fn the_file_is_there_before_the_first_window_and_says_how_it_ended() {
        let out = tempfile::tempdir().unwrap();
        let spec = DuelSpec::default();
        let mut duel = Duel::new(&spec).unwrap();
        let mut record = DuelRecord::registered(registration(), &spec, &duel);
        let path = record.write(out.path()).unwrap();
        let read = |path: &Path| -> DuelRecord { json::read(path, "duel").unwrap() };
        assert_eq!((read(&path).decision.as_str(), read(&path).order), ("registered", vec![2, 0, 1]));
        for window in [2, 0, 1] {
            let result = duel.play(Score::of(1.0), Score::of(0.0)).unwrap();
            record.note(
                window,
                ("from".into(), "to".into()),
                (Score::of(1.0), Score::of(0.0)),
                result,
                &duel,
            );
        }
        record.conclude(duel.decision(), 0);
        assert_eq!(record.write(out.path()).unwrap(), path);
        let stored = read(&path);
        assert_eq!(DuelRecord { content_hash: String::new(), ..stored.clone() }, record);
        assert_eq!((stored.content_hash.len(), damaged_duels(out.path()).unwrap()), (64, vec![]));
        assert_eq!(record.sentence, "undecided: x against y, after 3 of 3 windows");
        assert_eq!((record.wins, record.games.len(), record.elo), (3, 3, None));
        assert_eq!(fs::read_dir(out.path().join("duels")).unwrap().count(), 1);
    }

    /// A duel of these scores, ended.
    fn ended(scores: &[(Score, Score)], trades: [u64; 2], min_trades: u64) -> DuelRecord {
        let spec = DuelSpec::default();
        let mut duel = Duel::new(&spec).unwrap();
        let mut record = DuelRecord::registered(registration(), &spec, &duel);
        for (window, &(a, b)) in (0..).zip(scores) {
            let result = duel.play(a, b).unwrap();
            record.note(window, ("from".into(), "to".into()), (a, b), result, &duel);
        }
        record.trades = trades;
        record.conclude(duel.decision(), min_trades);
        record
    }

    #[test]
    fn a_duel_that_cannot_be_played_says_why() {
        let (one, none) = (Score::Number(1.0), Score::Absent);
        let neither = ended(&[(none, none); 3], [0, 0], 0);
        assert_eq!(neither.decision, "not_played");
        assert_eq!(neither.sentence, "no decision: neither x nor y has a roi_pct in any of the 3 windows");
        let second = ended(&[(one, none); 3], [3, 0], 0);
        assert_eq!(second.sentence, "no decision: y does not have a roi_pct in any of the 3 windows");
        let partly = ended(&[(one, none), (one, Score::PlusInfinity)], [3, 1], 0);
        let sentence = "undecided: x against y, after 2 of 3 windows, 1 of them without a score of both";
        assert_eq!((partly.sentence.as_str(), partly.games[1].known_b()), (sentence, Score::PlusInfinity));
    }

    #[test]
    fn too_few_trades_decide_nothing() {
        let (one, zero) = (Score::Number(1.0), Score::Number(0.0));
        let few = ended(&[(one, zero); 20], [40, 9], 10);
        assert_eq!(few.decision, "too_few_trades");
        assert_eq!(few.sentence, "no decision: y closed 9 of at least 10 trades, after 20 of 3 windows");
        assert_eq!(ended(&[(one, zero); 20], [40, 10], 10).decision, "a_is_stronger");
    }

    #[test]
    fn a_changed_or_cut_file_of_a_duel_is_named() {
        let out = tempfile::tempdir().unwrap();
        let spec = DuelSpec::default();
        let record = DuelRecord::registered(registration(), &spec, &Duel::new(&spec).unwrap());
        let path = record.write(out.path()).unwrap();
        fs::write(out.path().join("duels/notes.json"), "mine").unwrap();
        let valid = fs::read_to_string(&path).unwrap();
        for damaged in [valid.replace("\"seed\": 7", "\"seed\": 8"), valid[..valid.len() / 2].to_owned()] {
            fs::write(&path, damaged).unwrap();
            let found = damaged_duels(out.path()).unwrap();
            assert_eq!(found.iter().map(|(file, _)| file).collect::<Vec<_>>(), [&path], "{found:?}");
        }
        // Files of earlier versions have no hash.
        let hash = serde_json::from_str::<DuelRecord>(&valid).unwrap().content_hash;
        let old = valid.replace(&format!(",\n  {}", with_hash(&hash)), "");
        assert_ne!(old, valid);
        fs::write(&path, old).unwrap();
        assert_eq!(damaged_duels(out.path()).unwrap(), []);
    }

    #[test]
    fn every_part_of_a_duel_counts() {
        let spec = DuelSpec::default();
        let duel = Duel::new(&spec).unwrap();
        let id = |of: Registration, spec: &DuelSpec| DuelRecord::registered(of, spec, &duel).duel_id;
        let base = id(registration(), &spec);
        assert_eq!(base, id(registration(), &spec));
        assert_eq!(base.len(), 12);
        assert_ne!(base, id(Registration { a: "z".to_owned(), ..registration() }, &spec));
        assert_ne!(base, id(registration(), &DuelSpec { elo1: 50.0, ..spec }));
    }
}
