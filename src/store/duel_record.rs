//! `OUT/duels/<id>.json`: a duel, registered before its first window and completed after its last.
//!
//! Owns the keys and the file. The order of the windows is on the disk before a single one is played; the file of
//! the finished duel takes its place by one rename. Never replays and never decides.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{StoreError, json};
use crate::files::{Existing, write_atomic};
use crate::metrics::Score;
use crate::statistics::evidence::{Decision, EloModel};
use crate::tournament::{Duel, DuelResult, DuelSpec};

/// Version of this form; counts changes that a reader must know.
pub const DUEL_FORMAT_VERSION: u32 = 1;
/// Characters of a duel's id.
const SHOWN: usize = 12;

/// A duel.
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
    /// One agent.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// By what a window is won.
    pub ranking_metric: String,
    /// The scenario's seed, from which the order was drawn.
    pub seed: u64,
    /// The hypotheses.
    pub test: TestRecord,
    /// The windows' numbers in the order in which they are played.
    pub order: Vec<u32>,
    /// `registered`, `a_is_stronger`, `a_is_not_stronger` or `undecided`.
    pub decision: String,
    /// The same in words.
    pub sentence: String,
    /// Windows that `a` won.
    pub wins: u64,
    /// Windows drawn.
    pub draws: u64,
    /// Windows that `b` won.
    pub losses: u64,
    /// Log-likelihood ratio of H1 to H0 after the last window.
    pub llr: f64,
    /// How much stronger `a` looks: logistic Elo; null if everything was won or lost.
    pub elo: Option<f64>,
    /// Half width of its 95 % interval. Read with care: a test that stops when it is decided stops on a high.
    pub elo_error95: Option<f64>,
    /// Normalised Elo.
    pub nelo: Option<f64>,
    /// Half width of its 95 % interval.
    pub nelo_error95: Option<f64>,
    /// Likelihood that `a` is stronger at all.
    pub los: Option<f64>,
    /// Replays made for it; none where the scores were stored.
    pub replays: usize,
    /// The windows played, in that order.
    pub games: Vec<DuelGameRecord>,
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
    /// Its number.
    pub window: u32,
    /// Open of its first bar.
    pub start: String,
    /// Close of its last bar.
    pub end: String,
    /// Score of `a`; null where it has none or it is infinite.
    pub score_a: Option<f64>,
    /// Score of `b`.
    pub score_b: Option<f64>,
    /// For `a`: `win`, `draw` or `loss`; `not_played` where either has no score.
    pub result: String,
    /// Log-likelihood ratio after it.
    pub llr: f64,
}

/// What is known of a duel before it begins.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The scenario's name.
    pub scenario: String,
    /// The identity of the scenario's run.
    pub run_id: String,
    /// One agent.
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
            games: Vec::new(),
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
        let (score_a, score_b) = (scores.0.number(), scores.1.number());
        self.games.push(DuelGameRecord { window, start, end, score_a, score_b, result, llr: duel.llr() });
        [self.losses, self.draws, self.wins] = duel.counts();
        self.llr = duel.llr();
        let estimate = duel.estimate();
        self.elo = estimate.and_then(|found| found.elo);
        self.elo_error95 = estimate.and_then(|found| found.elo_error95);
        self.nelo = estimate.and_then(|found| found.nelo);
        self.nelo_error95 = estimate.and_then(|found| found.nelo_error95);
        self.los = estimate.and_then(|found| found.los);
    }

    /// Says how it ended.
    pub fn conclude(&mut self, decision: Decision) {
        let played = format!("{} of {} windows", self.games.len(), self.order.len());
        let (a, b) = (&self.a, &self.b);
        let (word, sentence) = match decision {
            Decision::AcceptH1 => ("a_is_stronger", format!("{a} is stronger than {b}, after {played}")),
            Decision::AcceptH0 => (
                "a_is_not_stronger",
                format!("{a} is not {} Elo stronger than {b}, after {played}", self.test.elo1),
            ),
            Decision::Continue => ("undecided", format!("undecided: {a} against {b}, after {played}")),
        };
        (self.decision, self.sentence) = (word.to_owned(), sentence);
    }

    /// The bytes of its file, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no duel causes.
    pub fn to_json(&self) -> Result<String, StoreError> {
        json::pretty("the duel", self)
    }

    /// Writes it to its place under an output folder, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Write`].
    pub fn write(&self, out: &Path) -> Result<PathBuf, StoreError> {
        let folder = out.join("duels");
        let path = folder.join(format!("{}.json", self.duel_id));
        write_atomic(&path, &self.to_json()?, Existing::Replace).map_err(StoreError::write(&path))?;
        Ok(path)
    }
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
        record.conclude(duel.decision());
        assert_eq!(record.write(out.path()).unwrap(), path);
        assert_eq!(read(&path), record);
        assert_eq!(record.sentence, "undecided: x against y, after 3 of 3 windows");
        assert_eq!((record.wins, record.games.len(), record.elo), (3, 3, None));
        assert_eq!(std::fs::read_dir(out.path().join("duels")).unwrap().count(), 1);
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
