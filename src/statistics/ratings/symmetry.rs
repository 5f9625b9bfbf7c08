//! Equal results, equal ratings: to the last bit.
//!
//! Owns the two means by which rounding is kept from telling identical agents apart: sums taken in the order
//! of the values rather than of the agents, and averages over agents known to be interchangeable. Never
//! changes a rating by more than rounding. Invariant: the results do not depend on the order of agents.

/// The sum of the values, taken from the smallest to the largest: independent of the order they come in.
pub(super) fn ordered_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.iter().sum()
}

/// Gives all agents of a class the mean of their values. `same(a, b)` must be an equivalence.
pub(super) fn equalise(values: &mut [f64], same: impl Fn(usize, usize) -> bool) {
    let mut done = vec![false; values.len()];
    for first in 0..values.len() {
        if done[first] {
            continue;
        }
        let class: Vec<usize> = (first..values.len()).filter(|&b| b == first || same(first, b)).collect();
        if class.len() > 1 {
            let mean = class_mean(values, &class);
            class.iter().for_each(|&member| values[member] = mean);
        }
        class.iter().for_each(|&member| done[member] = true);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of agents")]
fn class_mean(values: &[f64], class: &[usize]) -> f64 {
    ordered_sum(class.iter().map(|&member| values[member])) / class.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_terms_does_not_matter() {
        // Summed as written the first is 0.6000000000000001, the second 0.6.
        let forward = ordered_sum([0.1, 0.2, 0.3]);
        let backward = ordered_sum([0.3, 0.2, 0.1]);
        assert_eq!(forward.to_bits(), backward.to_bits());
        assert!((forward - 0.6).abs() < 1e-15);
    }

    #[test]
    fn members_of_a_class_get_their_mean_and_others_stay() {
        let mut values = [1.0, 5.0, 3.0, 9.0];
        equalise(&mut values, |a, b| a % 2 == b % 2);
        assert_eq!(values, [2.0, 7.0, 2.0, 7.0]);
        let mut alone = [1.0, 2.0];
        equalise(&mut alone, |_, _| false);
        assert_eq!(alone, [1.0, 2.0]);
    }
}
