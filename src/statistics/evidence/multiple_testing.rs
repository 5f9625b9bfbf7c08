//! Many p-values at once: each adjusted so that it can be compared with one alpha.
//!
//! Values as `statsmodels.stats.multitest.multipletests` gives them.

use super::error::EvidenceError;
use super::numeric::real;

/// What is kept under alpha, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Any false rejection; `m p`.
    Bonferroni,
    /// Any false rejection, step down (Holm 1979): never weaker than Bonferroni.
    Holm,
    /// Any false rejection, by closed Simes tests (Hommel 1988): for independent or positively dependent
    /// tests.
    Hommel,
    /// The share of false rejections (Benjamini and Hochberg 1995): for independent or positively dependent
    /// tests.
    BenjaminiHochberg,
    /// The share of false rejections under any dependence (Benjamini and Yekutieli 2001).
    BenjaminiYekutieli,
}

/// Adjusted p-values, in the order given. None for none.
///
/// # Errors
/// [`EvidenceError::OutOfRange`] for a p-value outside 0 to 1.
pub fn adjust(p_values: &[f64], correction: Correction) -> Result<Vec<f64>, EvidenceError> {
    if let Some(&value) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(EvidenceError::OutOfRange { what: "p-value", value });
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let sorted: Vec<f64> = order.iter().map(|&i| p_values[i]).collect();
    let corrected = match correction {
        Correction::Bonferroni => sorted.iter().map(|p| p * real(sorted.len())).collect(),
        Correction::Holm => holm(&sorted),
        Correction::Hommel => hommel(&sorted),
        Correction::BenjaminiHochberg => step_up(&sorted, 1.0),
        Correction::BenjaminiYekutieli => step_up(&sorted, (1..=sorted.len()).map(|i| real(i).recip()).sum()),
    };
    let mut adjusted = vec![0.0; p_values.len()];
    for (&index, p) in order.iter().zip(corrected) {
        adjusted[index] = p.min(1.0);
    }
    Ok(adjusted)
}

/// Which adjusted p-values are rejected: at most alpha.
pub fn rejected(adjusted: &[f64], alpha: f64) -> Vec<bool> {
    adjusted.iter().map(|p| *p <= alpha).collect()
}

/// `(m - i) p_i` from the smallest on, never falling.
fn holm(sorted: &[f64]) -> Vec<f64> {
    let mut largest: f64 = 0.0;
    let step = |(i, p): (usize, &f64)| {
        largest = largest.max(p * real(sorted.len() - i));
        largest
    };
    sorted.iter().enumerate().map(step).collect()
}

/// `factor m p_i / i` from the largest down, never rising.
fn step_up(sorted: &[f64], factor: f64) -> Vec<f64> {
    let mut adjusted = vec![0.0; sorted.len()];
    let mut least = f64::INFINITY;
    for (i, p) in sorted.iter().enumerate().rev() {
        least = least.min(p * factor * real(sorted.len()) / (real(i) + 1.0));
        adjusted[i] = least;
    }
    adjusted
}

/// Wright's (1992) algorithm for Hommel's procedure.
fn hommel(sorted: &[f64]) -> Vec<f64> {
    let m = sorted.len();
    let mut adjusted = sorted.to_vec();
    for size in (2..=m).rev() {
        let (low, high) = sorted.split_at(m - size + 1);
        let parts = high.iter().enumerate().map(|(i, p)| real(size) * p / (real(i) + 2.0));
        let least = parts.fold(f64::INFINITY, f64::min);
        for (adjusted, p) in adjusted.iter_mut().zip(low) {
            *adjusted = adjusted.max(least.min(real(size) * p));
        }
        for adjusted in &mut adjusted[m - size + 1..] {
            *adjusted = adjusted.max(least);
        }
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::close;
    use super::*;

    const P: [f64; 15] = [
        0.246149, 0.051259, 0.021575, 0.254829, 0.197023, 0.007119, 0.005742, 0.110568, 0.008955, 0.10121,
        0.762865, 0.008804, 0.026019, 0.463266, 0.114714,
    ];

    #[test]
    fn statsmodels_0_15_0() {
        // First, third, sixth and eleventh of its values.
        let expected = [
            (Correction::Bonferroni, [1.0, 0.323625, 0.106785, 1.0]),
            (Correction::Holm, [0.985115, 0.237325, 0.099666, 0.985115]),
            (Correction::Hommel, [0.694899, 0.21575, 0.085428, 0.762865]),
            (Correction::BenjaminiHochberg, [0.29403346153846155, 0.064725, 0.03358125, 0.762865]),
            (
                Correction::BenjaminiYekutieli,
                [0.9756703570564053, 0.2147723715867466, 0.11143027737887112, 1.0],
            ),
        ];
        for (correction, values) in expected {
            let adjusted = adjust(&P, correction).unwrap();
            [0, 2, 5, 10].iter().zip(values).for_each(|(&i, value)| close(adjusted[i], value));
        }
    }

    #[test]
    fn worked_by_hand() {
        // Holm: 3 * 0.01, 2 * 0.03, then 0.04 may not fall under 0.06. BH: 0.04 * 3/3 caps 0.03 * 3/2.
        let p = [0.03, 0.01, 0.04];
        let holm = adjust(&p, Correction::Holm).unwrap();
        close(holm[0], 0.06);
        close(holm[1], 0.03);
        close(holm[2], 0.06);
        let bh = adjust(&p, Correction::BenjaminiHochberg).unwrap();
        close(bh[0], 0.04);
        close(bh[1], 0.03);
        assert_eq!(rejected(&bh, 0.035), [false, true, false]);
    }

    /// Hommel by its definition: the largest Simes p-value of all sets of hypotheses that hold this one.
    fn closed_simes(p: &[f64], hypothesis: usize) -> f64 {
        let sets = (1_usize..1 << p.len()).filter(|set| (set >> hypothesis) & 1 == 1);
        let simes = |set: usize| {
            let mut held: Vec<f64> = (0..p.len()).filter(|i| (set >> i) & 1 == 1).map(|i| p[i]).collect();
            held.sort_by(f64::total_cmp);
            let parts = held.iter().enumerate().map(|(i, p)| real(held.len()) * p / (real(i) + 1.0));
            parts.fold(1.0, f64::min)
        };
        sets.map(simes).fold(0.0, f64::max)
    }

    proptest! {
        #[test]
        fn hommel_is_the_closed_simes_test(p in prop::collection::vec(0.0..=1.0_f64, 1..8)) {
            let adjusted = adjust(&p, Correction::Hommel).unwrap();
            (0..p.len()).for_each(|i| close(adjusted[i], closed_simes(&p, i)));
        }

        #[test]
        fn the_corrections_are_ordered(p in prop::collection::vec(0.0..=1.0_f64, 1..12)) {
            let of = |correction| adjust(&p, correction).unwrap();
            let strict_first = [
                of(Correction::Bonferroni),
                of(Correction::Holm),
                of(Correction::Hommel),
                of(Correction::BenjaminiHochberg),
                p.clone(),
            ];
            for pair in strict_first.windows(2) {
                prop_assert!(pair[0].iter().zip(&pair[1]).all(|(stricter, p)| *stricter >= p - 1e-12));
            }
        }
    }

    #[test]
    fn none_one_and_impossible_values() {
        for correction in [Correction::Bonferroni, Correction::Holm, Correction::Hommel] {
            assert_eq!(adjust(&[], correction), Ok(vec![]));
            assert_eq!(adjust(&[0.2], correction), Ok(vec![0.2]));
            assert!(adjust(&[0.2, f64::NAN], correction).is_err());
            assert!(adjust(&[-0.1], correction).is_err());
        }
    }
}
