//! Which combinations a search has proposed: each is entered once, excluded by the conditions, or refused.

use std::collections::BTreeMap;

use super::{Point, Space, SweepPlan};
use crate::scenario::{Problem, SweepSpec, SweptValue, TrialSetup};
use crate::strategy;
use crate::tournament::TournamentPlan;

/// Number of consecutive batches without a new combination after which a space counts as exhausted.
pub(super) const PATIENCE: usize = 50;

/// Classification of a combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registered {
    /// A trial, by its number.
    Trial(usize),
    /// Excluded by the conditions, or not valid.
    Excluded,
}

impl Registered {
    /// The trial's number.
    pub const fn trial(self) -> Option<usize> {
        match self {
            Self::Trial(trial) => Some(trial),
            Self::Excluded => None,
        }
    }
}

/// A combination that was entered.
#[derive(Debug)]
pub(super) struct NewTrial {
    /// The combination as text, see [`name`].
    pub name: String,
    /// One value per parameter.
    pub values: Vec<SweptValue>,
}

/// All combinations proposed so far.
#[derive(Debug)]
pub(super) struct Register<'a> {
    plan: TournamentPlan<'a>,
    spec: &'a SweepSpec,
    space: Space<'a>,
    /// Keyed by the values as text.
    known: BTreeMap<String, Registered>,
    /// Number of trials entered.
    pub trials: usize,
    /// Number of distinct combinations that the conditions exclude.
    pub excluded: usize,
    /// Number of distinct combinations that are not valid for the agent, or with these prices.
    pub refused: usize,
    /// Why the first of them is not.
    pub refused_because: Option<String>,
}

impl<'a> Register<'a> {
    /// An empty register of a sweep.
    pub fn new(sweep: &SweepPlan<'a>) -> Self {
        let SweepPlan { plan, spec, .. } = *sweep;
        Self {
            plan,
            spec,
            space: Space::of(spec),
            known: BTreeMap::new(),
            trials: 0,
            excluded: 0,
            refused: 0,
            refused_because: None,
        }
    }

    /// Enters points; gives the classification of each, and what is new in the order of the trials' numbers. Only
    /// combinations that are `checked` by their name can be refused.
    pub fn enter(
        &mut self,
        points: &[Point],
        checked: impl Fn(&str) -> bool,
    ) -> (Vec<Registered>, Vec<NewTrial>) {
        let values: Vec<Vec<SweptValue>> = points.iter().map(|point| self.space.values(point)).collect();
        let names: Vec<String> = values.iter().map(|values| name(values)).collect();
        let refused = self.refused(&names, &values, checked);
        let mut new = Vec::new();
        for (name, values) in names.iter().zip(values) {
            if self.known.contains_key(name) {
                continue;
            }
            let known = if let Some(problem) = refused.get(name) {
                self.refused += 1;
                if self.refused_because.is_none() {
                    self.refused_because = Some(format!("{}: {problem}", self.shown(&values)));
                }
                Registered::Excluded
            } else {
                new.push(NewTrial { name: name.clone(), values });
                self.trials += 1;
                Registered::Trial(self.trials - 1)
            };
            self.known.insert(name.clone(), known);
        }
        (names.iter().filter_map(|name| self.known.get(name).copied()).collect(), new)
    }

    /// Why new combinations are not valid. Those that the conditions exclude are entered.
    fn refused(
        &mut self,
        names: &[String],
        values: &[Vec<SweptValue>],
        checked: impl Fn(&str) -> bool,
    ) -> BTreeMap<String, String> {
        let mut candidates: BTreeMap<&String, &Vec<SweptValue>> = BTreeMap::new();
        for (name, values) in names.iter().zip(values) {
            if self.known.contains_key(name) || candidates.contains_key(name) {
                continue;
            }
            if self.spec.allows(values) {
                candidates.insert(name, values);
            } else {
                self.excluded += 1;
                self.known.insert(name.clone(), Registered::Excluded);
            }
        }
        candidates.retain(|name, _| checked(name));
        let allowed: Vec<Vec<SweptValue>> = candidates.values().map(|values| (*values).clone()).collect();
        let problems = self.spec.setups(&allowed).into_iter().map(|setup| self.problem(setup));
        let refused = candidates.keys().zip(problems);
        refused.filter_map(|(name, problem)| Some(((*name).clone(), problem?))).collect()
    }

    /// Why a combination is not valid for the agent, or cannot do what it says with the prices of a window.
    fn problem(&self, setup: Result<TrialSetup, Vec<Problem>>) -> Option<String> {
        let TournamentPlan { market, windows, .. } = self.plan;
        match setup {
            Err(problems) => problems.into_iter().next().map(|problem| problem.message),
            Ok(setup) => windows
                .iter()
                .find_map(|span| strategy::check(&setup.agent.strategy, market, span.window.ticks).err()),
        }
    }

    /// `spacing_pct = 0.1, levels = 3`.
    fn shown(&self, values: &[SweptValue]) -> String {
        let pairs = self.spec.parameters.iter().zip(values);
        let pairs = pairs.map(|(parameter, value)| {
            let name = parameter.path.rsplit('.').next().unwrap_or(&parameter.path);
            format!("{name} = {}", serde_json::to_string(value).unwrap_or_default())
        });
        pairs.collect::<Vec<_>>().join(", ")
    }
}

/// A combination as text, one part per value.
fn name(values: &[SweptValue]) -> String {
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join("\u{1f}")
}
