//! A parameter sweep: the agent, its parameters and values, the search.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::RankingMetric;
use crate::domain::AgentName;
use crate::scenario::Problem;
use crate::scenario::expr::{Fraction, NamedCondition};
use crate::scenario::read::Template;
use crate::scenario::{AgentSpec, SignalTable, StrategyKind, VenueSpec};

/// The `[sweep]` table.
#[derive(Debug, Clone, Serialize)]
pub struct SweepSpec {
    /// Name of the agent whose parameters are swept.
    pub agent: AgentName,
    /// The swept parameters, in the file's order; at least one.
    pub parameters: Vec<SweptParameter>,
    /// Conditions that a combination must satisfy to be tried.
    pub conditions: Vec<NamedCondition>,
    /// How combinations are chosen.
    pub search: SearchKind,
    /// Number of combinations to try; the whole grid where `None`.
    pub trials: Option<u32>,
    /// Number of combinations tried before the search learns of their results.
    pub batch: u32,
    /// Successive halving: one in `reduction` continues to more windows.
    pub reduction: u32,
    /// Metric that ranks trials by its mean over the windows.
    pub objective: RankingMetric,
    /// The rows of the agent's file, once `run` has read it.
    #[serde(skip)]
    pub signals: Option<Arc<SignalTable>>,
    /// The file's tables, into which values are substituted.
    #[serde(skip)]
    pub(in crate::scenario) template: Template,
}

/// One swept parameter.
#[derive(Debug, Clone, Serialize)]
pub struct SweptParameter {
    /// Path of the key: `strategy.fast`, `risk.max_drawdown_pct`, `venue.slippage.bps`.
    pub path: String,
    /// Values of the parameter.
    pub values: SweptValues,
    /// Span of each listed value; a single span where the file gives a range.
    #[serde(skip)]
    pub(in crate::scenario) spans: Vec<Range<usize>>,
}

impl SweptParameter {
    /// Its name in conditions and tables: the last part of its path.
    pub fn key(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

/// The values of a swept parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SweptValues {
    /// A list without duplicates, in this order; at least one value.
    Listed(Vec<SweptValue>),
    /// Any number from `from` to `to`, both inclusive.
    Continuous {
        /// Lower bound of the range.
        from: f64,
        /// Upper bound of the range.
        to: f64,
        /// Whether the scale is logarithmic.
        log: bool,
    },
}

/// One value of a swept parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum SweptValue {
    /// A whole number.
    Integer(i64),
    /// A numeric value.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A word of an enumeration.
    Word(String),
}

impl SweptValue {
    /// The value as a number: a boolean is 1 or 0, a word is `None`.
    #[expect(clippy::cast_precision_loss, reason = "parameters are far below 2^53")]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            Self::Boolean(value) => Some(f64::from(u8::from(*value))),
            Self::Word(_) => None,
        }
    }

    /// As [`Self::number`], exactly: the shortest decimal, which is what the file says.
    fn exact(&self) -> Option<Fraction> {
        match self {
            Self::Integer(value) => Some(Fraction::from(*value)),
            Self::Number(value) => Fraction::of_float(*value),
            Self::Boolean(value) => Some(Fraction::from(i64::from(*value))),
            Self::Word(_) => None,
        }
    }

    /// The value in TOML syntax.
    pub(in crate::scenario) fn toml(&self) -> String {
        match self {
            // `Debug` keeps the decimal point, without which TOML would read an integer.
            Self::Number(value) => format!("{value:?}"),
            Self::Word(word) => toml::Value::String(word.clone()).to_string(),
            Self::Integer(_) | Self::Boolean(_) => self.to_string(),
        }
    }
}

/// The value in readable form.
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

/// Serialised as the plain value.
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

/// The search algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchKind {
    /// All combinations of the values.
    Grid,
    /// Independent random draws.
    Random,
    /// A Sobol sequence, randomly shifted by the seed.
    Sobol,
    /// Latin hypercube sampling.
    LatinHypercube,
    /// Tree-structured Parzen estimator.
    Tpe,
    /// Covariance matrix adaptation evolution strategy (CMA-ES).
    CmaEs,
    /// All combinations on few windows, the best ones on more.
    SuccessiveHalving,
}

impl SearchKind {
    /// As written in scenarios.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Random => "random",
            Self::Sobol => "sobol",
            Self::LatinHypercube => "latin_hypercube",
            Self::Tpe => "tpe",
            Self::CmaEs => "cma_es",
            Self::SuccessiveHalving => "successive_halving",
        }
    }

    /// Whether later combinations depend on earlier results.
    pub const fn is_adaptive(self) -> bool {
        matches!(self, Self::Tpe | Self::CmaEs | Self::SuccessiveHalving)
    }
}

/// The configuration of one trial: agent and venue with its values substituted.
#[derive(Debug, Clone)]
pub struct TrialSetup {
    /// The agent. Its name is unchanged, so that all trials use the same random streams.
    pub agent: AgentSpec,
    /// Venue settings, with the swept values.
    pub venue: VenueSpec,
}

impl SweepSpec {
    /// The configurations of these combinations (one value per parameter, in the parameters' order).
    /// Conditions are not checked.
    ///
    /// # Errors
    /// For a combination that is not valid in the scenario: the parser's problems.
    pub fn setups(&self, combinations: &[Vec<SweptValue>]) -> Vec<Result<TrialSetup, Vec<Problem>>> {
        let mut setups = self.template.setups(&self.parameters, combinations);
        for setup in setups.iter_mut().flatten() {
            if let StrategyKind::Signals(spec) = &mut setup.agent.strategy.kind {
                spec.table.clone_from(&self.signals);
            }
        }
        setups
    }

    /// Whether a combination satisfies the conditions.
    pub fn allows(&self, combination: &[SweptValue]) -> bool {
        if self.conditions.is_empty() {
            return true;
        }
        let numbers: Vec<Option<Fraction>> = combination.iter().map(SweptValue::exact).collect();
        self.conditions.iter().all(|condition| condition.holds(&numbers))
    }
}
