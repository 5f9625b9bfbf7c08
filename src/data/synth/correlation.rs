//! Correlation of symbols, pair by pair.

/// A correlation matrix, stored as its lower Cholesky factor for drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlations {
    factor: Vec<Vec<f64>>,
}

impl Correlations {
    /// From a symmetric matrix with ones on the diagonal, one row per symbol in the specification's order.
    ///
    /// # Errors
    /// A description of the problem: wrong shape, an invalid value, or not positive definite.
    pub fn new(matrix: &[Vec<f64>]) -> Result<Self, String> {
        let size = matrix.len();
        if size == 0 || matrix.iter().any(|row| row.len() != size) {
            return Err("the matrix is not square".to_owned());
        }
        let wrong = |row: usize, column: usize| {
            let value = matrix[row][column];
            let diagonal = row == column && value != 1.0;
            diagonal || !(-1.0..=1.0).contains(&value) || value != matrix[column][row]
        };
        let cells = (0..size).flat_map(|row| (0..size).map(move |column| (row, column)));
        if let Some((row, column)) = cells.into_iter().find(|&(row, column)| wrong(row, column)) {
            return Err(format!(
                "row {}, column {} is {}: the diagonal must be 1, the rest symmetric and within -1 to 1",
                row + 1,
                column + 1,
                matrix[row][column]
            ));
        }
        let factor = cholesky(matrix)
            .ok_or("these correlations are impossible: the matrix is not positive definite")?;
        Ok(Self { factor })
    }

    /// Number of symbols.
    pub fn len(&self) -> usize {
        self.factor.len()
    }

    /// Whether it has no symbols; never true.
    pub fn is_empty(&self) -> bool {
        self.factor.is_empty()
    }

    /// A symbol's weights of the independent draws.
    pub(super) fn shares(&self, symbol: usize) -> &[f64] {
        &self.factor[symbol]
    }
}

/// Parses `1,0.8;0.8,1`: rows separated by semicolons.
impl std::str::FromStr for Correlations {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |field: &str| {
            field.trim().parse::<f64>().map_err(|_| format!("`{}` is not a number", field.trim()))
        };
        let row = |row: &str| row.split(',').map(number).collect::<Result<Vec<f64>, _>>();
        Self::new(&text.split(';').map(row).collect::<Result<Vec<_>, _>>()?)
    }
}

/// The lower triangle `L` with `L L' = matrix` (Cholesky-Banachiewicz); `None` where the matrix is not
/// positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut lower = vec![vec![0.0_f64; size]; size];
    for row in 0..size {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let rest = matrix[row][column] - known;
            lower[row][column] = if row == column {
                if rest <= 1e-12 {
                    return None;
                }
                libm::sqrt(rest)
            } else {
                rest / lower[column][column]
            };
        }
    }
    Some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_of_a_pair_is_known() {
        let pair: Correlations = "1, 0.6; 0.6, 1".parse().unwrap();
        assert_eq!(pair.shares(0), [1.0, 0.0]);
        assert!((pair.shares(1)[0] - 0.6).abs() < 1e-15 && (pair.shares(1)[1] - 0.8).abs() < 1e-15);
    }

    #[test]
    fn impossible_correlations_are_refused() {
        let problem = |text: &str| text.parse::<Correlations>().unwrap_err();
        assert_eq!(problem("1,0.5"), "the matrix is not square");
        assert!(problem("1,0.5;0.4,1").starts_with("row 1, column 2 is 0.5"));
        assert!(problem("2,0;0,1").starts_with("row 1, column 1 is 2"));
        assert_eq!(problem("1,x;0,1"), "`x` is not a number");
        // A correlated with B and B with C, but A anticorrelated with C.
        assert!(problem("1,0.9,-0.9;0.9,1,0.9;-0.9,0.9,1").contains("not positive definite"));
    }
}
