//! The file format as data: every table, key, type, range, default and enumeration, defined once.
//!
//! Owns the description that the parser, the JSON schema and `tiltyard strategies` are generated from, so
//! that they cannot disagree. Never reads a file. Invariant: a key is read only if it is described here.

mod choices;
mod doc;
mod instruments;
mod keys;
mod language_model;
mod metric;
mod rules;
mod sweep;
mod tables;
mod validation;
mod windows;

pub use choices::{Choice, ChoiceDoc, choice_docs};
pub use doc::{Fallback, KeyDoc, Range, TableDoc, ValueType, VariantDoc};
pub(super) use instruments::{FIXED_FUNDING, FundingGaps};
pub(super) use keys::{number, optional, percent, period, required, with_default};
pub(super) use language_model::{BUDGET, CURRENCY, MASK, MODEL};
pub(super) use rules::{ENTRY, RANGES};
pub use tables::ROOT;
pub(super) use tables::{
    CONDITION, DEFAULT_PROFILE, ONE_STRATEGY, RISK, RISKS, ROSTER, SLIPPAGE_MODELS, UNLIMITED_PROFILE, VENUE,
};
pub(super) use windows::{PRESETS, Preset};
