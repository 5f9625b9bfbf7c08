//! The one shape that all methods take: rows are windows or days, columns are agents or trials.
//!
//! Owns the check that the numbers are finite and the columns equally long; no method checks again. Higher is
//! better throughout: the caller negates a metric where less is better. Never drops a row for one column.

use super::error::{EvidenceError, at_least};
use super::numeric::{differences, mean, power_near_one};

/// Finite numbers in columns of equal length; at least one row and one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    columns: Vec<Vec<f64>>,
}

/// A panel without its repeated columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Distinct {
    /// One column for each group of identical ones, in the order of first appearance.
    pub panel: Panel,
    /// For each column of the original panel, its column here.
    pub index: Vec<usize>,
}

impl Panel {
    /// A panel of these columns.
    ///
    /// # Errors
    /// [`EvidenceError::TooFew`] without a value, [`EvidenceError::Lengths`] for columns of unequal length,
    /// [`EvidenceError::NotFinite`] for the first infinity or NaN.
    pub fn new(columns: Vec<Vec<f64>>) -> Result<Self, EvidenceError> {
        at_least("columns", columns.len(), 1)?;
        let expected = columns[0].len();
        at_least("rows", expected, 1)?;
        for (series, column) in columns.iter().enumerate() {
            if column.len() != expected {
                return Err(EvidenceError::Lengths { series, found: column.len(), expected });
            }
            if let Some(row) = column.iter().position(|value| !value.is_finite()) {
                return Err(EvidenceError::NotFinite { column: series, row });
            }
        }
        Ok(Self { columns })
    }

    /// Number of windows or days.
    pub fn rows(&self) -> usize {
        self.columns[0].len()
    }

    /// Number of agents or trials.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// One agent's numbers.
    pub fn column(&self, index: usize) -> &[f64] {
        &self.columns[index]
    }

    /// All columns, in order.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// The numbers of one row, in the order of the columns.
    pub fn row(&self, index: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column[index]).collect()
    }

    /// Mean of each column.
    pub fn means(&self) -> Vec<f64> {
        self.columns.iter().map(|column| mean(column)).collect()
    }

    /// All numbers times one power of two, as [`near_one`](super::numeric::near_one()).
    pub(super) fn near_one(&self) -> Self {
        let power = power_near_one(self.columns.iter().flatten());
        let scaled = |column: &Vec<f64>| column.iter().map(|&value| libm::scalbn(value, power)).collect();
        Self { columns: self.columns.iter().map(scaled).collect() }
    }

    /// The same panel with every sign turned: for metrics where less is better.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { columns: self.columns.iter().map(|column| column.iter().map(|v| -v).collect()).collect() }
    }

    /// Each column less the benchmark.
    ///
    /// # Errors
    /// [`EvidenceError::Lengths`] for a benchmark of another length, [`EvidenceError::NotFinite`] for a
    /// difference that is none.
    pub fn less(&self, benchmark: &[f64]) -> Result<Self, EvidenceError> {
        super::error::same_length(&self.columns[0], benchmark)?;
        Self::new(self.columns.iter().map(|column| differences(column, benchmark)).collect())
    }

    /// The panel in which identical columns are one: an agent under several names counts once.
    pub fn distinct(&self) -> Distinct {
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut index = Vec::with_capacity(self.width());
        for column in &self.columns {
            let known = columns.iter().position(|seen| seen == column);
            index.push(known.unwrap_or(columns.len()));
            if known.is_none() {
                columns.push(column.clone());
            }
        }
        Distinct { panel: Self { columns }, index }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_input_is_refused_by_every_method() {
        assert!(matches!(Panel::new(vec![]), Err(EvidenceError::TooFew { what: "columns", .. })));
        assert!(matches!(Panel::new(vec![vec![]]), Err(EvidenceError::TooFew { what: "rows", .. })));
        let ragged = Panel::new(vec![vec![1.0, 2.0], vec![1.0]]);
        assert_eq!(ragged, Err(EvidenceError::Lengths { series: 1, found: 1, expected: 2 }));
        let nan = Panel::new(vec![vec![1.0, 2.0], vec![1.0, f64::NAN]]);
        assert_eq!(nan, Err(EvidenceError::NotFinite { column: 1, row: 1 }));
    }

    #[test]
    fn identical_columns_are_one() {
        let panel = Panel::new(vec![vec![1.0, 2.0], vec![3.0, 4.0], vec![1.0, 2.0], vec![3.0, 4.5]]).unwrap();
        let distinct = panel.distinct();
        assert_eq!(distinct.index, [0, 1, 0, 2]);
        assert_eq!(distinct.panel.width(), 3);
        assert_eq!(panel.less(&[1.0, 1.0]).unwrap().row(1), [1.0, 3.0, 1.0, 3.5]);
        assert_eq!(panel.negated().row(0), [-1.0, -3.0, -1.0, -3.0]);
    }
}
