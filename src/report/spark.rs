//! A series as one line of text: a block of eight heights for each column.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The series in at most `columns` characters, each the mean of its stretch; a flat one stays low.
pub(super) fn spark(values: &[f64], columns: usize) -> String {
    let means = means(values, columns);
    let low = means.iter().copied().fold(f64::INFINITY, f64::min);
    let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let block = |value: f64| {
        let height = if high > low { (value - low) / (high - low) } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
        BLOCKS[((height * 8.0) as usize).min(7)]
    };
    means.into_iter().map(block).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a count of points")]
fn means(values: &[f64], columns: usize) -> Vec<f64> {
    let columns = columns.min(values.len());
    let chunk = |i: usize| &values[i * values.len() / columns..(i + 1) * values.len() / columns];
    (0..columns).map(|i| chunk(i).iter().sum::<f64>() / chunk(i).len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_follow_the_values() {
        assert_eq!(spark(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(spark(&[1.0, 3.0, 0.0, 0.0], 2), "█▁", "means of two");
        assert_eq!(spark(&[5.0, 5.0], 9), "▁▁");
        assert_eq!(spark(&[], 9), "");
    }
}
