//! Growth per unit of the deepest fall: Young (1991), "Calmar Ratio: A Smoother Tool".

use super::missing::{Measure, Missing};
use super::moments::finite;

/// `CAGR / abs(max drawdown)`; `depth` is the drawdown's, at most 0.
///
/// # Errors
/// The CAGR's own reason, or [`Missing::NoDrawdown`] where the curve never fell.
pub fn calmar_ratio(cagr: Measure, depth: f64) -> Measure {
    let cagr = cagr?;
    if depth == 0.0 { Err(Missing::NoDrawdown) } else { finite(cagr / depth.abs()) }
}

#[cfg(test)]
mod tests {
    use super::super::cagr::cagr;
    use super::super::drawdown::deepest_fall;
    use super::super::golden::{MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close, curve};
    use super::*;

    #[test]
    fn worked_by_hand() {
        close(calmar_ratio(Ok(0.3), -0.2), 1.5);
        close(calmar_ratio(Ok(-0.1), -0.2), -0.5);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        let calmar = |r: &[f64]| calmar_ratio(cagr(r, 252.0), deepest_fall(1.0, &curve(r)[1..]).depth);
        close(calmar(&SHORT_NORMAL), 37.159_143_813_011_1);
        close(calmar(&MIXED_WITH_FLAT_DAYS), 0.021_112_829_698_166_618);
        close(calmar(&MONOTONE_LOSS), -1.784_818_907_990_429_7);
    }

    #[test]
    fn without_growth_or_without_a_fall() {
        assert_eq!(calmar_ratio(Ok(0.3), 0.0), Err(Missing::NoDrawdown));
        assert_eq!(calmar_ratio(Err(Missing::Ruined), -1.0), Err(Missing::Ruined));
    }
}
