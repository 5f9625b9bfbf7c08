//! What a program with a language model behind it may use, what that model may have read, and what is hidden from it.

use serde::Serialize;

use crate::domain::{Cash, Timestamp};

/// The currency of costs where nothing else is said.
pub const USD: &str = "USD";

/// What an agent may use in each window. It forfeits a window in which it has used more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetSpec {
    /// Tokens read and written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Cost in the agent's `currency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cash>,
}

/// The language model that an agent asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelSpec {
    /// Its name, for reports.
    pub name: String,
    /// Text from before this time may be in its training data: windows that begin earlier are marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training_cutoff: Option<Timestamp>,
}

/// What is hidden from an agent: names, dates and prices are replaced by others that follow from the seed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct MaskSpec {
    /// Symbols are called A, B, C, in an order drawn from the seed.
    pub symbols: bool,
    /// Dates are day numbers.
    pub dates: bool,
    /// Prices are multiplied by a factor for each symbol, and quantities divided by it.
    pub prices: bool,
    /// Whether it is told the scenario's texts all the same, which no mask covers.
    #[serde(skip_serializing_if = "is_false")]
    pub context: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl MaskSpec {
    /// Hides all there is to hide.
    pub const ALL: Self = Self { symbols: true, dates: true, prices: true, context: false };

    /// Whether nothing is hidden.
    pub const fn is_none(&self) -> bool {
        !self.symbols && !self.dates && !self.prices
    }
}
