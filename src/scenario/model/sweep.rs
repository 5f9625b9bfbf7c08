//! Which parameters of an agent are swept, over which values, by which search.

use std::fmt;
use std::ops::Range;

use serde::{Serialize, Serializer};

use super::RankingMetric;
use crate::domain::AgentName;
use crate::scenario::Problem;
use crate::scenario::expr::{Fraction, NamedCondition};
use crate::scenario::read::Template;
use crate::scenario::{AgentSpec, VenueSpec};

/// The `[sweep]` table.
#[derive(Debug, Clone, Serialize)]
pub struct SweepSpec {
    /// Whose parameters are swept.
    pub agent: AgentName,
    /// What is swept, in the file's order; at least one.
    pub parameters: Vec<SweptParameter>,
    /// What a combination must fulfil to be tried.
    pub conditions: Vec<NamedCondition>,
    /// How combinations are chosen.
    pub search: SearchKind,
    /// How many combinations are tried; all of the grid where not given.
    pub trials: Option<u32>,
    /// How many are tried at once before the search learns of any.
    pub batch: u32,
    /// Successive halving: one of how many goes on to more windows.
    pub reduction: u32,
    /// By what trials are ranked: its mean over the windows.
    pub objective: RankingMetric,
    /// The file's own tables, which values are put into.
    #[serde(skip)]
    pub(in crate::scenario) template: Template,
}

/// One swept parameter.
#[derive(Debug, Clone, Serialize)]
pub struct SweptParameter {
    /// Where it stands: `strategy.fast`, `risk.max_drawdown_pct`, `venue.slippage.bps`.
    pub path: String,
    /// Its values.
    pub values: SweptValues,
    /// Where each listed value is written; one place for all where the file gives a range.
    #[serde(skip)]
    pub(in crate::scenario) places: Vec<Range<usize>>,
}

impl SweptParameter {
    /// Its name in conditions and tables: the last part of its path.
    pub fn key(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

/// The values that a parameter may take.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SweptValues {
    /// These, in this order; at least one, no two equal.
    Listed(Vec<SweptValue>),
    /// Any number from `from` to `to`, both included.
    Continuous {
        /// The lower end.
        from: f64,
        /// The upper end.
        to: f64,
        /// Whether equal steps are equal ratios.
        log: bool,
    },
}

/// One value of a swept parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum SweptValue {
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// One of a set of words.
    Word(String),
}

impl SweptValue {
    /// As a number; a boolean is 1 or 0, a word is none.
    #[expect(clippy::cast_precision_loss, reason = "parameters are far below 2^53")]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            Self::Boolean(value) => Some(f64::from(u8::from(*value))),
            Self::Word(_) => None,
        }
    }

    /// The same without rounding: the shortest decimal of a number, which is what the file says.
    fn exact(&self) -> Option<Fraction> {
        match self {
            Self::Integer(value) => Some(Fraction::from(*value)),
            Self::Number(value) => Fraction::of_float(*value),
            Self::Boolean(value) => Some(Fraction::from(i64::from(*value))),
            Self::Word(_) => None,
        }
    }

    /// As TOML writes it.
    pub(in crate::scenario) fn toml(&self) -> String {
        match self {
            // Debug keeps the point, without which TOML would read a whole number.
            Self::Number(value) => format!("{value:?}"),
            Self::Word(word) => toml::Value::String(word.clone()).to_string(),
            Self::Integer(_) | Self::Boolean(_) => self.to_string(),
        }
    }
}

/// As a person reads it.
impl fmt::Display for SweptValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// As the plain value.
impl Serialize for SweptValue {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(value) => s.serialize_i64(*value),
            Self::Number(value) => s.serialize_f64(*value),
            Self::Boolean(value) => s.serialize_bool(*value),
            Self::Word(word) => s.serialize_str(word),
        }
    }
}

/// How combinations are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchKind {
    /// Every combination.
    Grid,
    /// Drawn independently.
    Random,
    /// Sobol's sequence, shifted by the seed.
    Sobol,
    /// Latin hypercube.
    LatinHypercube,
    /// Tree-structured Parzen estimator.
    Tpe,
    /// Covariance matrix adaptation.
    CmaEs,
    /// Many on few windows, the best on more.
    SuccessiveHalving,
}

impl SearchKind {
    /// Whether what is tried next depends on what came out before.
    pub const fn is_adaptive(self) -> bool {
        matches!(self, Self::Tpe | Self::CmaEs | Self::SuccessiveHalving)
    }
}

/// What a trial replays: the agent and the venue with its values in place.
#[derive(Debug, Clone)]
pub struct TrialSetup {
    /// The agent; its name stays, so that random streams are the same for all trials.
    pub agent: AgentSpec,
    /// The venue.
    pub venue: VenueSpec,
}

impl SweepSpec {
    /// What each of these combinations replays; one value a parameter, in the parameters' order. The
    /// conditions are not looked at.
    ///
    /// # Errors
    /// For a combination that the scenario could not have: what its reader says of it.
    pub fn setups(&self, combinations: &[Vec<SweptValue>]) -> Vec<Result<TrialSetup, Vec<Problem>>> {
        self.template.setups(&self.parameters, combinations)
    }

    /// Whether a combination fulfils the conditions.
    pub fn allows(&self, combination: &[SweptValue]) -> bool {
        if self.conditions.is_empty() {
            return true;
        }
        let numbers: Vec<Option<Fraction>> = combination.iter().map(SweptValue::exact).collect();
        self.conditions.iter().all(|condition| condition.holds(&numbers))
    }
}
