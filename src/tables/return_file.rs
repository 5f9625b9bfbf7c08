//! Reads a return series from a table, and aligns a benchmark with it.
//!
//! Owns the interpretation of a column (returns or levels), the conversion of levels to returns, and the
//! matching of a benchmark's rows to the series'. Never fills a missing value. Invariant: an aligned
//! benchmark has one return for each of the series'.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{NumberTable, TableError};
use crate::domain::Timestamp;

/// The meaning of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Simple returns, as fractions.
    Returns,
    /// Levels: equity, balances, prices.
    Equity,
}

impl ColumnKind {
    /// The name that users write.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Returns => "returns",
            Self::Equity => "equity",
        }
    }

    /// Classifies a column by the words in its name, ignoring case and plural.
    pub fn of_name(name: &str) -> NamedKind {
        const RETURNS: [&str; 3] = ["ret", "return", "pctchange"];
        const LEVELS: [&str; 10] =
            ["equity", "balance", "nav", "value", "capital", "wealth", "close", "price", "level", "index"];
        // A change alone may be in points.
        const SHARES: [&str; 4] = ["pct", "percent", "percentage", "relative"];
        let words = words(name);
        let says = |known: &[&str]| {
            words.iter().any(|word| {
                let one = word.strip_suffix('s').unwrap_or(word);
                known.iter().any(|known| known == word || *known == one)
            })
        };
        let (returns, change) = (says(&RETURNS), says(&["change"]));
        match (returns || change, says(&LEVELS)) {
            (true, true) => NamedKind::Both,
            (true, false) if returns || says(&SHARES) => NamedKind::One(Self::Returns),
            (true, false) => NamedKind::Neither,
            (false, true) => NamedKind::One(Self::Equity),
            (false, false) => NamedKind::Neither,
        }
    }
}

/// The kind of values that a column's name indicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedKind {
    /// Words of one kind only.
    One(ColumnKind),
    /// Words of both kinds: `change_in_equity`.
    Both,
    /// No such word.
    Neither,
}

/// The words of a name in lower case: split at anything but letters and digits, and before a capital that
/// follows a lower-case letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || small && letter.is_uppercase() {
            words.push(String::new());
        }
        small = letter.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Why a column is not a return series, or a benchmark does not match one.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// The file is not a table of numbers.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A missing value.
    #[error("`{}`, column `{column}`: data row {row} has no value", path.display())]
    MissingValue {
        /// File the error is about.
        path: PathBuf,
        /// Name of the column.
        column: String,
        /// Row number, from 1, without the header.
        row: usize,
    },
    /// Only missing values, or a single level.
    #[error("column `{column}` of `{}` has too few values for a return", path.display())]
    TooShort {
        /// File the error is about.
        path: PathBuf,
        /// Name of the column.
        column: String,
    },
    /// The name does not indicate the kind of values.
    #[error("`{column}` may hold returns or equity")]
    UnknownKind {
        /// Name of the column.
        column: String,
    },
    /// A benchmark's name indicates both kinds.
    #[error("the benchmark's column `{column}` may hold returns or equity: its name says both")]
    AmbiguousBenchmark {
        /// Name of the column.
        column: String,
    },
    /// Times that do not increase.
    #[error("`{}`, data row {row}: `{label}` is not later than `{before}`", path.display())]
    NotIncreasing {
        /// File the error is about.
        path: PathBuf,
        /// Row number, from 1, without the header.
        row: usize,
        /// Label of the row.
        label: String,
        /// The previous label.
        before: String,
    },
    /// Two rows with one label.
    #[error("`{}`: two rows are labelled `{label}`", path.display())]
    DuplicateLabel {
        /// File the error is about.
        path: PathBuf,
        /// Label of the row.
        label: String,
    },
    /// A row of the series without a matching benchmark row.
    #[error("the benchmark `{}` has no row for `{label}`", path.display())]
    NoPartner {
        /// The benchmark's file.
        path: PathBuf,
        /// The series' label.
        label: String,
    },
    /// Different numbers of rows, where rows can only be matched by index.
    #[error(
        "the series has {series} returns and the benchmark `{}` has {benchmark}", path.display()
    )]
    Lengths {
        /// The benchmark's file.
        path: PathBuf,
        /// Number of returns of the series.
        series: usize,
        /// Number of returns of the benchmark.
        benchmark: usize,
    },
    /// A level that is not positive, and that a later level would be divided by.
    #[error("the levels of `{}` reach zero", path.display())]
    NonPositiveLevel {
        /// File the error is about.
        path: PathBuf,
    },
    /// The file has several numeric columns and none was named.
    #[error("`{}` has several columns: {}", path.display(), .columns.join(", "))]
    WhichColumn {
        /// File the error is about.
        path: PathBuf,
        /// Columns of the file.
        columns: Vec<String>,
    },
}

impl SeriesError {
    /// The help, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Table(error) => error.help(),
            Self::MissingValue { .. } => {
                "remove the row or give it a value: missing values are allowed only at the start".to_owned()
            }
            Self::TooShort { .. } => "give at least one return, or two levels".to_owned(),
            Self::UnknownKind { .. } => "set --kind returns or --kind equity".to_owned(),
            Self::AmbiguousBenchmark { .. } => "rename the column to `returns` or `equity`".to_owned(),
            Self::NotIncreasing { .. } => "sort the rows by time, with unique times".to_owned(),
            Self::DuplicateLabel { .. } => "give every row a unique label".to_owned(),
            Self::NoPartner { .. } => {
                "the benchmark needs a row with the same label for each row of the series".to_owned()
            }
            Self::Lengths { .. } => "use equal row counts, or a column of dates in both files".to_owned(),
            Self::NonPositiveLevel { .. } => "use a benchmark whose levels stay above zero".to_owned(),
            Self::WhichColumn { .. } => "select one with --benchmark-column".to_owned(),
        }
    }
}

/// The simple returns from level to level.
fn returns_of(levels: &[f64]) -> Option<Vec<f64>> {
    let pairs = levels.windows(2);
    pairs.map(|pair| (pair[0] > 0.0).then(|| pair[1] / pair[0] - 1.0)).collect()
}

/// A column as a return series.
#[derive(Debug, Clone)]
pub struct ReturnColumn {
    /// File the error is about.
    pub path: PathBuf,
    /// Name of the column.
    pub column: String,
    /// The kind of values in the file.
    pub kind: ColumnKind,
    /// The levels, if it held levels: one more than returns.
    pub levels: Option<Vec<f64>>,
    /// The returns; none where the level before a return is zero or below.
    pub returns: Option<Vec<f64>>,
    /// Number of leading rows without a value, which are skipped.
    pub left_out: usize,
    /// Label before the first return (levels only), and the label of each return.
    labels: Option<(Option<String>, Vec<String>)>,
    /// The labels as times.
    times: Option<(Option<Timestamp>, Vec<Timestamp>)>,
}

impl ReturnColumn {
    /// Reads a column. `kind` overrides what its name indicates.
    ///
    /// # Errors
    /// [`SeriesError`] with the first problem.
    pub fn read(path: &Path, column: &str, kind: Option<ColumnKind>) -> Result<Self, SeriesError> {
        let table = NumberTable::read_columns(path, &[column])?;
        let kind = match (kind, ColumnKind::of_name(column)) {
            (Some(kind), _) | (None, NamedKind::One(kind)) => kind,
            (None, NamedKind::Both | NamedKind::Neither) => {
                return Err(SeriesError::UnknownKind { column: column.to_owned() });
            }
        };
        Self::of_table(path, &table, kind)
    }

    /// Reads the named column, or the only one of the file. Its kind is the one that its name indicates,
    /// otherwise `kind`.
    ///
    /// # Errors
    /// As [`ReturnColumn::read`], and where the file has several columns.
    pub fn read_benchmark(path: &Path, column: Option<&str>, kind: ColumnKind) -> Result<Self, SeriesError> {
        let table = match column {
            Some(column) => NumberTable::read_columns(path, &[column])?,
            None => NumberTable::read(path)?,
        };
        if table.columns.len() > 1 {
            let columns = table.columns.into_iter().map(|column| column.name).collect();
            return Err(SeriesError::WhichColumn { path: path.to_owned(), columns });
        }
        let name = &table.columns[0].name;
        let kind = match ColumnKind::of_name(name) {
            NamedKind::One(kind) => kind,
            NamedKind::Neither => kind,
            NamedKind::Both => return Err(SeriesError::AmbiguousBenchmark { column: name.clone() }),
        };
        Self::of_table(path, &table, kind)
    }

    fn of_table(path: &Path, table: &NumberTable, kind: ColumnKind) -> Result<Self, SeriesError> {
        let column = &table.columns[0];
        let name = &column.name;
        let left_out = column.values.iter().take_while(|value| value.is_none()).count();
        let values: Vec<f64> = column.values[left_out..].iter().copied().flatten().collect();
        if let Some(missing) = column.values[left_out..].iter().position(Option::is_none) {
            let row = left_out + missing + 1;
            return Err(SeriesError::MissingValue { path: path.to_owned(), column: name.clone(), row });
        }
        let base = usize::from(kind == ColumnKind::Equity);
        if values.len() <= base {
            return Err(SeriesError::TooShort { path: path.to_owned(), column: name.clone() });
        }
        let labels = table.labels.as_ref().map(|labels| split(&labels[left_out..], base));
        let times = table.times.as_ref().map(|times| split(&times[left_out..], base));
        ordered(path, table)?;
        let (levels, returns) = match kind {
            ColumnKind::Returns => (None, Some(values)),
            ColumnKind::Equity => {
                let returns = returns_of(&values);
                (Some(values), returns)
            }
        };
        let (path, column) = (path.to_owned(), name.clone());
        Ok(Self { path, column, kind, levels, returns, left_out, labels, times })
    }

    /// Number of returns.
    pub fn len(&self) -> usize {
        match (&self.levels, &self.returns) {
            (Some(levels), _) => levels.len() - 1,
            (None, returns) => returns.as_ref().map_or(0, Vec::len),
        }
    }

    /// Whether it has no returns; never true after reading.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Times of the first return (of the level before it, if any) and of the last.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let (start, times) = self.times.as_ref()?;
        Some((start.or_else(|| times.first().copied())?, times.last().copied()?))
    }

    /// Days between the first level and the last, if it holds levels with times.
    pub fn days(&self) -> Option<f64> {
        let (start, times) = self.times.as_ref()?;
        let length = *times.last()? - (*start)?;
        Some(length.seconds() / 86_400.0)
    }

    /// Times of the returns.
    pub fn times(&self) -> Option<&[Timestamp]> {
        self.times.as_ref().map(|(_, times)| times.as_slice())
    }

    /// This benchmark's return in each period of `series`: matched by times if both have them, otherwise by
    /// labels, otherwise by row index. Extra benchmark returns between two rows of the series are compounded.
    ///
    /// # Errors
    /// [`SeriesError::NoPartner`], [`SeriesError::Lengths`] or [`SeriesError::NonPositiveLevel`].
    pub fn aligned_to(&self, series: &Self) -> Result<Vec<f64>, SeriesError> {
        let returns =
            self.returns.as_ref().ok_or_else(|| SeriesError::NonPositiveLevel { path: self.path.clone() })?;
        let shown = |time: &Timestamp| time.to_string();
        match (&self.times, &series.times, &self.labels, &series.labels) {
            (Some(own), Some(other), _, _) => self.matched(returns, own, other, shown),
            (_, _, Some(own), Some(other)) => self.matched(returns, own, other, String::clone),
            _ if returns.len() == series.len() => Ok(returns.clone()),
            _ => Err(SeriesError::Lengths {
                path: self.path.clone(),
                series: series.len(),
                benchmark: returns.len(),
            }),
        }
    }

    fn matched<K: std::hash::Hash + Eq>(
        &self,
        returns: &[f64],
        (own_start, own): &(Option<K>, Vec<K>),
        (start, keys): &(Option<K>, Vec<K>),
        shown: impl Fn(&K) -> String,
    ) -> Result<Vec<f64>, SeriesError> {
        // The number of returns at or before each label; 0 is the level before the first return.
        let positions: HashMap<&K, usize> =
            own_start.iter().map(|key| (key, 0)).chain(own.iter().zip(1..)).collect();
        let position = |key: &K| {
            let found = positions.get(key).copied();
            found.ok_or_else(|| SeriesError::NoPartner { path: self.path.clone(), label: shown(key) })
        };
        let mut before = match start {
            Some(key) => position(key)?,
            None => position(&keys[0])?.saturating_sub(1),
        };
        let mut aligned = Vec::with_capacity(keys.len());
        for key in keys {
            let at = position(key)?;
            let part = returns.get(before..at).unwrap_or_default();
            aligned.push(match part {
                // The benchmark's first level has no return before it.
                [] => return Err(SeriesError::NoPartner { path: self.path.clone(), label: shown(key) }),
                [one] => *one,
                several => several.iter().map(|r| 1.0 + r).product::<f64>() - 1.0,
            });
            before = at;
        }
        Ok(aligned)
    }
}

/// The label before the first return, and the labels of the returns.
fn split<T: Clone>(labels: &[T], base: usize) -> (Option<T>, Vec<T>) {
    ((base > 0).then(|| labels[0].clone()), labels[base..].to_vec())
}

/// Checks that times increase and other labels are unique.
fn ordered(path: &Path, table: &NumberTable) -> Result<(), SeriesError> {
    let Some(labels) = &table.labels else { return Ok(()) };
    if let Some(times) = &table.times {
        let back = times.windows(2).position(|pair| pair[1] <= pair[0]);
        return match back {
            Some(at) => Err(SeriesError::NotIncreasing {
                path: path.to_owned(),
                row: at + 2,
                label: labels[at + 1].clone(),
                before: labels[at].clone(),
            }),
            None => Ok(()),
        };
    }
    let mut seen = std::collections::BTreeSet::new();
    match labels.iter().find(|label| !seen.insert(label.as_str())) {
        Some(label) => Err(SeriesError::DuplicateLabel { path: path.to_owned(), label: label.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn written(content: &str) -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    fn read(content: &str, column: &str) -> Result<ReturnColumn, SeriesError> {
        let (_folder, path) = written(content);
        ReturnColumn::read(&path, column, None)
    }

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-12, "{found:?}, not {expected:?}");
        }
    }

    const EQUITY: &str = "date,equity\n2024-01-01,100\n2024-01-02,110\n2024-01-04,99\n";

    #[test]
    fn column_kinds_are_detected_from_names() {
        for (name, kind) in [
            ("returns", NamedKind::One(ColumnKind::Returns)),
            ("Daily Return", NamedKind::One(ColumnKind::Returns)),
            ("dailyRet", NamedKind::One(ColumnKind::Returns)),
            ("pct_change", NamedKind::One(ColumnKind::Returns)),
            ("equity", NamedKind::One(ColumnKind::Equity)),
            ("portfolio_value", NamedKind::One(ColumnKind::Equity)),
            ("BTC-USD.Close", NamedKind::One(ColumnKind::Equity)),
            // Words inside other words do not count.
            ("exchange_balance", NamedKind::One(ColumnKind::Equity)),
            ("retirement_nav", NamedKind::One(ColumnKind::Equity)),
            ("exchange", NamedKind::Neither),
            ("navigation", NamedKind::Neither),
            ("return_index", NamedKind::Both),
            ("index", NamedKind::One(ColumnKind::Equity)),
            ("net_change", NamedKind::Neither),
            ("change_in_equity", NamedKind::Both),
            ("BTC", NamedKind::Neither),
        ] {
            assert_eq!(ColumnKind::of_name(name), kind, "{name}");
        }
        let error = read("x\n1\n2\n", "x").unwrap_err();
        assert_eq!(error.help(), "set --kind returns or --kind equity");
    }

    #[test]
    fn levels_become_returns() {
        let column = read(EQUITY, "equity").unwrap();
        near(column.returns.as_ref().unwrap(), &[0.1, -0.1]);
        assert_eq!((column.len(), column.days()), (2, Some(3.0)));
        assert_eq!(column.span().unwrap().0.to_string(), "2024-01-01T00:00:00Z");
    }

    #[test]
    fn missing_values_are_allowed_only_at_the_start() {
        let column = read("day,returns\na,\nb,0.1\nc,0.2\n", "returns").unwrap();
        assert_eq!((column.left_out, column.len()), (1, 2));
        let missing = read("returns\n0.1\nnan\n0.2\n", "returns").unwrap_err().to_string();
        assert!(missing.ends_with("data row 2 has no value"), "{missing}");
        assert!(matches!(read("equity\n100\n", "equity"), Err(SeriesError::TooShort { .. })));
    }

    #[test]
    fn a_benchmark_is_aligned_by_time() {
        let series = read(EQUITY, "equity").unwrap();
        let aligned = |content: &str, column: &str| read(content, column).unwrap().aligned_to(&series);
        // The benchmark has days that the series lacks: 3 January's return is compounded into the 4th's.
        let levels = "date,close\n2023-12-31,9\n2024-01-01,10\n2024-01-02,11\n2024-01-03,12\n2024-01-04,22\n";
        near(&aligned(levels, "close").unwrap(), &[0.1, 1.0]);
        let returns = "date,returns\n2024-01-01,5\n2024-01-02,0.1\n2024-01-03,0.5\n2024-01-04,1\n";
        near(&aligned(returns, "returns").unwrap(), &[0.1, 2.0]);
        let gone = aligned("date,close\n2024-01-01,10\n2024-01-02,11\n", "close").unwrap_err();
        assert!(gone.to_string().ends_with("has no row for `2024-01-04T00:00:00Z`"), "{gone}");
    }

    #[test]
    fn without_labels_row_counts_must_match() {
        let series = read("returns\n0.1\n0.2\n", "returns").unwrap();
        let benchmark = |content: &str| read(content, "equity").unwrap().aligned_to(&series);
        near(&benchmark("equity\n100\n110\n121\n").unwrap(), &[0.1, 0.1]);
        let error = benchmark("equity\n100\n110\n").unwrap_err();
        assert!(error.to_string().starts_with("the series has 2 returns and the benchmark"), "{error}");
        assert!(matches!(benchmark("equity\n100\n0\n10\n"), Err(SeriesError::NonPositiveLevel { .. })));
    }

    #[test]
    fn times_must_increase_and_labels_be_unique() {
        let back = read("date,returns\n2024-01-02,0.1\n2024-01-01,0.2\n", "returns").unwrap_err().to_string();
        assert!(back.ends_with("data row 2: `2024-01-01` is not later than `2024-01-02`"), "{back}");
        let twice = read("week,returns\na,0.1\na,0.2\n", "returns").unwrap_err().to_string();
        assert!(twice.ends_with("two rows are labelled `a`"), "{twice}");
    }

    #[test]
    fn a_benchmark_of_several_columns_needs_a_name() {
        let (_folder, path) = written("date,a,b\n2024-01-01,1,2\n2024-01-02,1,2\n");
        let error = ReturnColumn::read_benchmark(&path, None, ColumnKind::Returns).unwrap_err();
        assert_eq!(error.help(), "select one with --benchmark-column");
        let named = ReturnColumn::read_benchmark(&path, Some("b"), ColumnKind::Equity).unwrap();
        assert_eq!(named.len(), 1);
    }
}
