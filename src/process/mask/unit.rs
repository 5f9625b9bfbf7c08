//! What the value of an indicator is measured in, and so how it is masked.

use crate::domain::{BarField, IndicatorSpec};

/// The unit of an indicator's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Quote currency for one unit of the base asset, or a difference of such prices.
    Price,
    /// Units of the base asset.
    Quantity,
    /// A plain number or a percentage.
    None,
}

/// The unit of an indicator; `None` where it is not known, so that a masked agent cannot read it.
pub const fn unit(indicator: &IndicatorSpec) -> Option<Unit> {
    Some(match indicator {
        IndicatorSpec::Field(BarField::Volume) | IndicatorSpec::VolumeSma { .. } => Unit::Quantity,
        IndicatorSpec::Field(_)
        | IndicatorSpec::Sma { .. }
        | IndicatorSpec::Ema { .. }
        | IndicatorSpec::MacdLine { .. }
        | IndicatorSpec::MacdSignal { .. }
        | IndicatorSpec::BollingerUpper { .. }
        | IndicatorSpec::BollingerLower { .. }
        | IndicatorSpec::Atr { .. }
        | IndicatorSpec::DonchianHigh { .. }
        | IndicatorSpec::DonchianLow { .. }
        | IndicatorSpec::Stddev { .. } => Unit::Price,
        IndicatorSpec::Rsi { .. } | IndicatorSpec::Adx { .. } | IndicatorSpec::Roc { .. } => Unit::None,
        // Formulas, sums over days and local times: nothing is shown of which the unit is not known.
        _ => return None,
    })
}
