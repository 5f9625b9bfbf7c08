//! The import plan of a file: format, symbol, interval and layout, determined before its rows are read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono_tz::Tz;

use super::columns::{self, ColumnarFormat, Columns};
use super::factors::Factors;
use super::names::Role;
use super::probe::{Content, Probe};
use super::rows::{Kind, Rows};
use super::text::{self, Clock, Compression, Decimals, RowHandler, TextForm, TextLayout, TimeUnit};
use super::{Format, ImportError};
use crate::domain::{Interval, Span, Timestamp};

/// The user's settings for reading files; `None` and defaults leave a setting to detection.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Symbol of all files.
    pub symbol: Option<String>,
    /// Interval of all bars, and of bars aggregated from trades.
    pub interval: Option<Interval>,
    /// Columns by role, for CSV: names, or numbers from 1.
    pub map: Option<ColumnMap>,
    /// Time zone of local times, for CSV.
    pub zone: Tz,
    /// Format of times, for CSV: a `strftime` pattern.
    pub time_format: Option<String>,
    /// Unit of integer times, where their magnitude does not determine it.
    pub time_unit: Option<TimeUnit>,
    /// How numbers are written, for CSV: with a decimal point or a decimal comma; detected where `None`.
    pub decimals: Option<Decimals>,
    /// Whether midnights are session dates, to be stamped 00:00 UTC of their date. Where it is not set, daily
    /// bars at midnights with an offset are refused.
    pub session_dates: Option<bool>,
    /// Whether to adjust prices for splits and dividends, if the format has the data for it.
    pub adjust: bool,
    /// Unit in which prices are quoted.
    pub unit: Unit,
}

/// Units of the asset per quoted price: prices are multiplied by it, volumes divided by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A fixed power of ten.
    Of(u32),
    /// The smallest one that represents all prices and volumes at eight decimal places.
    Auto,
}

impl std::str::FromStr for Unit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("auto") {
            return Ok(Self::Auto);
        }
        let unit = text.parse::<u32>().ok().filter(|&unit| (1..=1_000_000_000).contains(&unit));
        let power = unit.filter(|unit| 10_u32.pow(unit.ilog10()) == *unit);
        power
            .map(Self::Of)
            .ok_or_else(|| format!("`{text}` is neither `auto` nor a power of ten up to 1000000000"))
    }
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            symbol: None,
            interval: None,
            map: None,
            zone: Tz::UTC,
            time_format: None,
            time_unit: None,
            decimals: None,
            session_dates: None,
            adjust: false,
            unit: Unit::Of(1),
        }
    }
}

/// A parsed `ts=Date,open=O,...`: column names or numbers by role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap {
    entries: Vec<(Role, String)>,
}

impl ColumnMap {
    /// Column name or number of a role.
    pub fn get(&self, role: Role) -> Option<&str> {
        self.entries.iter().find(|(known, _)| *known == role).map(|(_, heading)| heading.as_str())
    }
}

impl std::str::FromStr for ColumnMap {
    type Err = String;

    /// Parses comma-separated `role=name` or `role=number`; numbers count from 1.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut seen = BTreeMap::new();
        let mut entries = Vec::new();
        for entry in text.split(',') {
            let (key, heading) =
                entry.split_once('=').ok_or_else(|| format!("`{entry}` is not `role=column`"))?;
            let role = Role::from_key(key).ok_or_else(|| {
                format!(
                    "`{key}` is not a column role; roles are ts, open, high, low, close, volume, price, bid, ask, \
                     symbol"
                )
            })?;
            if seen.insert(format!("{role:?}"), ()).is_some() {
                return Err(format!("`{key}` is given twice"));
            }
            entries.push((role, heading.trim().to_owned()));
        }
        Ok(Self { entries })
    }
}

/// How a file is read.
#[derive(Debug, Clone)]
pub struct ImportPlan {
    /// Format concerned.
    pub format: Format,
    /// Symbol from the file or its name.
    pub symbol: Option<String>,
    /// Interval from the file's name or format.
    pub interval: Option<Interval>,
    /// Location of the data in the file.
    pub shape: FileLayout,
    /// Splits and dividends to adjust for.
    pub factors: Option<Factors>,
}

impl ImportPlan {
    /// A plan for a text file.
    pub const fn text(format: Format, form: TextForm, layout: TextLayout) -> Self {
        Self { format, symbol: None, interval: None, shape: FileLayout::Text { form, layout }, factors: None }
    }

    /// A plan for a columnar file.
    pub const fn table(format: Format, kind: ColumnarFormat, columns: Columns) -> Self {
        Self {
            format,
            symbol: None,
            interval: None,
            shape: FileLayout::Columnar { kind, columns },
            factors: None,
        }
    }

    /// This plan with a symbol and an interval.
    #[must_use]
    pub fn of(self, symbol: Option<String>, interval: Option<Interval>) -> Self {
        Self { symbol, interval, ..self }
    }

    /// This plan with the user's time settings instead of the detected ones.
    #[must_use]
    pub fn with_time_options(mut self, reading: &ReadOptions) -> Self {
        let sessions = reading.session_dates == Some(true);
        match &mut self.shape {
            FileLayout::Text { layout, .. } => {
                if let (Some(unit), Clock::Epoch(_) | Clock::Text(_)) = (reading.time_unit, &layout.clock) {
                    layout.clock = Clock::Counted(unit);
                }
                if sessions {
                    let inner = std::mem::replace(&mut layout.clock, Clock::Text(reading.zone));
                    layout.clock = Clock::Session(Box::new(inner), reading.zone);
                }
            }
            FileLayout::Columnar { columns, .. } => {
                columns.clock.given = reading.time_unit;
                columns.clock.sessions = sessions.then_some(reading.zone);
            }
        }
        self
    }

    /// Bars or trades.
    pub fn kind(&self) -> Kind {
        match &self.shape {
            FileLayout::Text { layout, .. } => layout.kind(),
            FileLayout::Columnar { columns, .. } => columns.kind(),
        }
    }
}

/// Location of the data in a file.
#[derive(Debug, Clone)]
pub enum FileLayout {
    /// Lines or arrays of text.
    Text {
        /// Lines or arrays.
        form: TextForm,
        /// Which column holds which field.
        layout: TextLayout,
    },
    /// A columnar file (Parquet or Arrow).
    Columnar {
        /// Arrow or Parquet.
        kind: ColumnarFormat,
        /// Columns of the file.
        columns: Columns,
    },
}

/// A file with its import plan.
#[derive(Debug, Clone)]
pub struct ImportSource {
    /// File the plan was made for.
    pub path: PathBuf,
    /// Its length on disk.
    pub bytes: u64,
    /// How it is read.
    pub plan: ImportPlan,
    /// Times of its first rows, in the file's order.
    pub head: Vec<Timestamp>,
    /// Column names; for a columnar file with types.
    pub columns: Vec<String>,
    /// The first time that is a midnight with a UTC offset, as written.
    pub local_midnight: Option<String>,
    compression: Compression,
    twelve_hours: bool,
}

impl ImportSource {
    /// Creates it from a probe and a plan, and reads the first rows by that plan.
    ///
    /// # Errors
    /// Where the plan does not match the first rows.
    pub fn new(probe: &Probe, plan: ImportPlan) -> Result<Self, ImportError> {
        let compression = match &probe.content {
            Content::Text { compression, .. } => *compression,
            Content::Columnar { .. } => Compression::Plain,
        };
        let head = first_times(probe, &plan)?;
        let columns = headings(probe, &plan);
        Ok(Self {
            path: probe.path.clone(),
            bytes: probe.bytes,
            head,
            local_midnight: local_midnight(probe, &plan),
            plan,
            columns,
            compression,
            twelve_hours: twelve_hours(probe),
        })
    }

    /// Passes all rows to `feed` in the file's order, adjusted if requested; `read` is called with the number
    /// of bytes of text read.
    ///
    /// # Errors
    /// Where the file cannot be read, or `feed` refuses rows.
    pub fn stream(&self, feed: RowHandler<'_>, read: &(dyn Fn(u64) + Sync)) -> Result<(), ImportError> {
        let mut adjusted = |mut rows: Rows| {
            if let (Some(factors), Rows::Bars(bars)) = (&self.plan.factors, &mut rows) {
                factors.apply(bars);
            }
            feed(rows)
        };
        match &self.plan.shape {
            FileLayout::Text { form, layout } => {
                text::stream(&self.path, self.compression, *form, layout, &mut adjusted, read)
            }
            FileLayout::Columnar { kind, columns } => {
                columns::stream(&self.path, *kind, columns, &mut adjusted, read)
            }
        }
    }

    /// Irregularities that simple CSV readers fail on: lines above the header, a 12-hour clock.
    pub fn irregularities(&self) -> Vec<String> {
        let FileLayout::Text { layout, form: TextForm::Lines } = &self.plan.shape else { return Vec::new() };
        let mut found = Vec::new();
        if layout.skip > 1 {
            found.push(format!("{} line(s) above the header", layout.skip - 1));
        }
        if self.twelve_hours {
            found.push("times are text with a 12-hour clock".to_owned());
        }
        found
    }

    /// The earliest time among the first rows, by which files are sorted.
    pub fn earliest(&self) -> Timestamp {
        self.head.iter().min().copied().unwrap_or_default()
    }

    /// Estimate of the bytes of text that `stream` will report; compressed text is assumed to be five times
    /// larger.
    pub const fn work(&self) -> u64 {
        match self.compression {
            Compression::Plain => self.bytes,
            Compression::Gzip | Compression::Zip => self.bytes * 5,
        }
    }
}

/// Column names; for a text without a header, column numbers.
fn headings(probe: &Probe, plan: &ImportPlan) -> Vec<String> {
    match (&probe.content, &plan.shape) {
        (Content::Columnar { schema, .. }, _) => {
            schema.fields().iter().map(|field| format!("{} ({})", field.name(), field.data_type())).collect()
        }
        (Content::Text { lines, .. }, FileLayout::Text { layout, .. }) => {
            let header = usize::try_from(layout.skip).unwrap_or(0).checked_sub(1);
            let line = lines.get(header.unwrap_or(0)).map(String::as_str).unwrap_or_default();
            let fields = text::fields(line, layout.delimiter);
            match header {
                Some(_) => fields.into_iter().map(str::to_owned).collect(),
                None => (1..=fields.len()).map(|number| format!("column {number}")).collect(),
            }
        }
        (Content::Text { .. }, FileLayout::Columnar { .. }) => Vec::new(),
    }
}

/// Whether the last probed line contains AM or PM.
fn twelve_hours(probe: &Probe) -> bool {
    let last = probe.lines(TextForm::Lines).and_then(|lines| lines.last());
    last.is_some_and(|line| {
        text::fields(line, b',').iter().take(2).any(|f| f.ends_with("AM") || f.ends_with("PM"))
    })
}

/// The first time in a text that is a midnight with an offset, where such times are read as instants.
fn local_midnight(probe: &Probe, plan: &ImportPlan) -> Option<String> {
    let FileLayout::Text { layout, form } = &plan.shape else { return None };
    if !matches!(layout.clock, Clock::Text(_)) || layout.time_of_day.is_some() {
        return None;
    }
    let rows = probe.lines(*form)?.iter().skip(usize::try_from(layout.skip).unwrap_or(usize::MAX));
    rows.filter_map(|line| {
        text::fields(line, layout.delimiter).get(layout.time).map(|field| (*field).to_owned())
    })
    .find(|field| text::is_local_midnight(field))
}

fn first_times(probe: &Probe, plan: &ImportPlan) -> Result<Vec<Timestamp>, ImportError> {
    match (&plan.shape, &probe.content) {
        (FileLayout::Text { layout, .. }, Content::Text { lines, numbers, .. }) => {
            let skip = usize::try_from(layout.skip).unwrap_or(usize::MAX);
            let text = lines.iter().skip(skip).map(|line| format!("{line}\n")).collect::<String>();
            let (rows, _) = layout.parse(&text).map_err(|(line, problem)| ImportError::BadLine {
                path: probe.path.clone(),
                line: usize::try_from(line)
                    .ok()
                    .and_then(|at| numbers.get(skip + at))
                    .copied()
                    .unwrap_or(line + 1),
                problem,
            })?;
            Ok(rows.times().to_vec())
        }
        (FileLayout::Columnar { kind, columns }, _) => {
            let mut times = Vec::new();
            let mut take = |rows: Rows| {
                if times.len() < 10_000 {
                    times.extend_from_slice(rows.times());
                }
                Ok(())
            };
            columns::head(&probe.path, *kind, columns, &mut take)?;
            Ok(times)
        }
        (FileLayout::Text { .. }, Content::Columnar { .. }) => Ok(Vec::new()),
    }
}

/// The interval of these times: the smallest spacing, if nearly all others are multiples of it.
///
/// # Errors
/// A description of the times, where they have no common interval.
pub fn spacing(times: &[Timestamp]) -> Result<Interval, String> {
    let mut gaps: Vec<i64> =
        times.windows(2).map(|pair| (pair[1] - pair[0]).micros().abs()).filter(|gap| *gap > 0).collect();
    gaps.sort_unstable();
    let Some(&closest) = gaps.first() else { return Err("it has only one time".to_owned()) };
    let (shortest, median) = (Span::from_micros(closest), Span::from_micros(gaps[gaps.len() / 2]));
    let whole = gaps.iter().filter(|gap| **gap % closest == 0).count();
    let unclear = || format!("its rows are irregular, {shortest} to {median} apart and more");
    if whole * 10 < gaps.len() * 9 || closest < 1_000_000 {
        return Err(unclear());
    }
    Interval::new(shortest).map_err(|_| unclear())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: &[i64]) -> Vec<Timestamp> {
        seconds.iter().map(|s| Timestamp::from_micros(s * 1_000_000)).collect()
    }

    #[test]
    fn the_closest_regular_spacing_is_the_interval() {
        assert_eq!(spacing(&at(&[0, 60, 120, 300, 360])).unwrap().to_string(), "1m");
        // Newest first, with a weekend in between.
        assert_eq!(spacing(&at(&[432_000, 172_800, 86_400, 0])).unwrap().to_string(), "1d");
        assert!(spacing(&at(&[0, 61, 99, 300])).is_err());
        assert!(spacing(&at(&[5])).is_err());
        // A month is not an interval here.
        assert!(spacing(&at(&[0, 31 * 86_400, 59 * 86_400, 90 * 86_400])).is_err());
    }

    #[test]
    fn maps_are_read() {
        let map: ColumnMap = "ts=Date,open=O, high=3".parse().unwrap();
        assert_eq!(
            (map.get(Role::Time), map.get(Role::High), map.get(Role::Low)),
            (Some("Date"), Some("3"), None)
        );
        assert!("ts=a,date=b".parse::<ColumnMap>().unwrap_err().contains("twice"));
        assert!("ts".parse::<ColumnMap>().is_err());
        assert!("colour=x".parse::<ColumnMap>().unwrap_err().contains("roles are"));
    }
}
