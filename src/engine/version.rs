//! The version of what a replay does.

/// Version of the trading semantics, `docs/semantics.md`. It rises with every change that can alter a result,
/// so that runs of different semantics never share an identity.
pub const SEMANTICS_VERSION: u32 = 2;
