//! Gauntlet: every challenger against the named baselines.
//!
//! A challenger *passes* where it beats every baseline: the score of its record is larger, and the two-sided test of
//! the two records says so under alpha, with Holm's correction over all tests of the gauntlet. Under
//! [`MINIMUM_WINDOWS`] windows in which either acted nothing is called. Places by baselines beaten, then by the share
//! of windows won against them (a draw is half), then by score.

use serde::{Deserialize, Serialize};

use super::places::{larger_first, places};
use super::{Field, FormatError};
use crate::statistics::evidence::{Correction, MINIMUM_WINDOWS, adjust};

/// Gauntlet: each challenger against all baselines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GauntletView {
    /// Who had to be beaten.
    pub baselines: Vec<String>,
    /// The challengers, best first.
    pub placings: Vec<GauntletPlace>,
}

/// What can be said of two agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// Better, beyond doubt at this alpha.
    Beats,
    /// Worse, beyond doubt at this alpha.
    Loses,
    /// Not told apart.
    Open,
}

/// One challenger's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GauntletPlace {
    /// From 1; equals share it.
    pub place: u32,
    /// Name of the agent.
    pub agent: String,
    /// Whether every baseline is beaten.
    pub passed: bool,
    /// Number of baselines beaten.
    pub beaten: usize,
    /// Share of windows won against the baselines, draws counting half, 0..1.
    pub share: f64,
    /// Score of its record of all windows; nothing where that is no number.
    pub mean_score: Option<f64>,
    /// One test a baseline, in the order of the baselines.
    pub tests: Vec<BaselineTest>,
}

/// A challenger against a baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineTest {
    /// Name of the baseline.
    pub baseline: String,
    /// Lead of the challenger over the baseline by their records, in the units of the verdict; nothing where a score
    /// is no number.
    pub mean_difference: Option<f64>,
    /// Number of windows won.
    pub wins: usize,
    /// Number of windows drawn.
    pub draws: usize,
    /// Number of windows lost.
    pub losses: usize,
    /// Two-sided p-value with Holm's correction over the gauntlet; nothing where there is no test.
    pub p_value: Option<f64>,
    /// What can be said.
    pub verdict: Passage,
}

pub(super) fn gauntlet(field: &Field, baselines: &[String]) -> Result<GauntletView, FormatError> {
    if baselines.is_empty() {
        return Err(FormatError::NoBaselines);
    }
    let bases: Vec<usize> =
        baselines.iter().map(|name| field.agent("gauntlet", name)).collect::<Result<_, _>>()?;
    let challengers: Vec<usize> = (0..field.len()).filter(|agent| !bases.contains(agent)).collect();
    let mut tests: Vec<Vec<BaselineTest>> = challengers
        .iter()
        .map(|&agent| bases.iter().map(|&base| test(field, agent, base)).collect())
        .collect();
    let enough = challengers
        .iter()
        .flat_map(|&agent| bases.iter().map(move |&base| field.evidence(agent, base) >= MINIMUM_WINDOWS));
    correct(tests.iter_mut().flatten().zip(enough).collect(), field);
    let rows: Vec<GauntletPlace> =
        challengers.iter().zip(tests).map(|(&agent, tests)| row(field, agent, tests)).collect();
    let of = |agent: usize| challengers.iter().position(|&one| one == agent).unwrap_or(0);
    let placed = places(field, challengers.iter().copied(), |a_agent, b_agent| {
        let (a, b) = (&rows[of(a_agent)], &rows[of(b_agent)]);
        let share = || larger_first(a.share, b.share);
        b.beaten.cmp(&a.beaten).then_with(share).then_with(|| {
            field.score(b_agent, 0..field.windows()).cmp(&field.score(a_agent, 0..field.windows()))
        })
    });
    let placings =
        placed.into_iter().map(|(place, agent)| GauntletPlace { place, ..rows[of(agent)].clone() });
    Ok(GauntletView { baselines: baselines.to_vec(), placings: placings.collect() })
}

/// One comparison, its p-value not yet corrected.
fn test(field: &Field, agent: usize, base: usize) -> BaselineTest {
    let lead = field.lead(agent, base, 0..field.windows());
    let [wins, draws, losses] = field.record(agent, base);
    BaselineTest {
        baseline: field.name(base).to_owned(),
        mean_difference: lead.map(|lead| lead.difference),
        wins,
        draws,
        losses,
        p_value: lead.map(|lead| lead.p_value()),
        verdict: Passage::Open,
    }
}

/// Corrects all p-values of the gauntlet together, and says what they show.
fn correct(tests: Vec<(&mut BaselineTest, bool)>, field: &Field) {
    let raw: Vec<f64> = tests.iter().filter_map(|(test, _)| test.p_value).collect();
    let mut adjusted = adjust(&raw, Correction::Holm).unwrap_or_default().into_iter();
    for (test, enough) in tests {
        test.p_value = test.p_value.and_then(|_| adjusted.next());
        let told_apart = enough && test.p_value.is_some_and(|p| p < field.alpha());
        test.verdict = match test.mean_difference {
            Some(gap) if told_apart && gap > 0.0 => Passage::Beats,
            Some(gap) if told_apart && gap < 0.0 => Passage::Loses,
            _ => Passage::Open,
        };
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of windows")]
fn row(field: &Field, agent: usize, tests: Vec<BaselineTest>) -> GauntletPlace {
    let beaten = tests.iter().filter(|test| test.verdict == Passage::Beats).count();
    let points: f64 = tests.iter().map(|test| test.wins as f64 + 0.5 * test.draws as f64).sum();
    let most = tests.iter().map(|test| test.wins + test.draws + test.losses).sum::<usize>().max(1) as f64;
    GauntletPlace {
        place: 0,
        agent: field.name(agent).to_owned(),
        passed: beaten == tests.len(),
        beaten,
        share: points / most,
        mean_score: field.score(agent, 0..field.windows()).number(),
        tests,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{field, some, wave};
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn worked_by_hand() {
        let base = wave(24, 0.0);
        // Better than the baseline by 1 or 3 in turn; as good on average; worse by 1 or 3.
        let shifted = |by: [f64; 2]| -> Vec<Option<f64>> {
            base.iter().enumerate().map(|(i, x)| x.map(|x| x + by[i % 2])).collect()
        };
        let (good, even, bad) = (shifted([1.0, 3.0]), shifted([2.0, -2.0]), shifted([-1.0, -3.0]));
        let field = field(&[("base", &base), ("bad", &bad), ("even", &even), ("good", &good)]);
        let view = gauntlet(&field, &names(&["base"])).unwrap();
        let rows: Vec<_> = view
            .placings
            .iter()
            .map(|p| (p.place, p.agent.as_str(), p.passed, p.tests[0].verdict, p.share))
            .collect();
        assert_eq!(
            rows,
            [
                (1, "good", true, Passage::Beats, 1.0),
                (2, "even", false, Passage::Open, 0.5),
                (3, "bad", false, Passage::Loses, 0.0),
            ]
        );
        // Mean 0 of the differences 2 and -2: p = 1. The other two are corrected for three tests.
        assert_eq!(view.placings[1].tests[0].p_value, Some(1.0));
        let one = field.lead(3, 0, 0..24).unwrap().p_value();
        let held = view.placings[0].tests[0].p_value.unwrap();
        assert!((held / (one * 3.0) - 1.0).abs() < 1e-9, "{held}");
    }

    #[test]
    fn few_windows_leave_all_open() {
        let (low, high) = (wave(19, 0.0), wave(19, 9.0));
        let view = gauntlet(&field(&[("low", &low), ("high", &high)]), &names(&["low"])).unwrap();
        assert_eq!(view.placings[0].tests[0].verdict, Passage::Open);
        assert!(!view.placings[0].passed && view.placings[0].tests[0].p_value < Some(1e-9));
    }

    #[test]
    fn a_baseline_that_nobody_is() {
        let field = field(&[("a", &some([1.0])), ("b", &some([2.0]))]);
        let error = gauntlet(&field, &names(&["c"])).unwrap_err();
        assert_eq!(error.to_string(), "gauntlet: no agent is called `c`");
        assert_eq!(gauntlet(&field, &[]), Err(FormatError::NoBaselines));
        // One window proves nothing and has no test.
        assert_eq!(gauntlet(&field, &names(&["a"])).unwrap().placings[0].tests[0].p_value, None);
    }
}
