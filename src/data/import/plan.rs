//! What is known about a file before its rows are read: its format, symbol, interval and layout.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono_tz::Tz;

use super::columns::{self, Columns, Table};
use super::factors::Factors;
use super::names::Role;
use super::probe::{Content, Probe};
use super::rows::{Kind, Rows};
use super::text::{self, Clock, Feed, Form, Layout, Packing, TimeUnit};
use super::{Format, ImportError};
use crate::domain::{Interval, Span, Timestamp};

/// What the user says about the files; `None` and defaults leave it to the files.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The symbol of all files.
    pub symbol: Option<String>,
    /// The interval of all bars; what trades are made into.
    pub interval: Option<Interval>,
    /// Which column is what, for CSV: a heading or a place counted from 1.
    pub map: Option<ColumnMap>,
    /// The zone of local times, for CSV.
    pub zone: Tz,
    /// How times are written, for CSV: a `strftime` pattern.
    pub time_format: Option<String>,
    /// What whole numbers count that stand for times, where their magnitude does not tell.
    pub time_unit: Option<TimeUnit>,
    /// Whether a midnight stands for a trading day, to be stamped 00:00 UTC of its date; daily bars whose
    /// midnights have an offset are refused where it is not said.
    pub session_dates: Option<bool>,
    /// Adjust prices for splits and dividends where the format has what that needs.
    pub adjust: bool,
    /// How much of the asset prices are for.
    pub unit: Unit,
}

/// How much of the asset prices are for: they are multiplied by it, volumes divided by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// This much: a power of ten.
    Of(u32),
    /// The smallest that holds all prices and volumes at eight decimal places.
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

impl Default for Reading {
    fn default() -> Self {
        Self {
            symbol: None,
            interval: None,
            map: None,
            zone: Tz::UTC,
            time_format: None,
            time_unit: None,
            session_dates: None,
            adjust: false,
            unit: Unit::Of(1),
        }
    }
}

/// `ts=Date,open=O,...`: headings or places by role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap {
    entries: Vec<(Role, String)>,
}

impl ColumnMap {
    /// The heading or place of a role.
    pub fn get(&self, role: Role) -> Option<&str> {
        self.entries.iter().find(|(known, _)| *known == role).map(|(_, heading)| heading.as_str())
    }
}

impl std::str::FromStr for ColumnMap {
    type Err = String;

    /// Comma-separated `role=heading` or `role=place`; places count from 1.
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

/// How a file will be read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose format.
    pub format: Format,
    /// As the file or its name says.
    pub symbol: Option<String>,
    /// As the file's name or format says.
    pub interval: Option<Interval>,
    /// Where everything is.
    pub shape: Shape,
    /// Splits and dividends to apply.
    pub factors: Option<Factors>,
}

impl Plan {
    /// A plan for a text.
    pub const fn text(format: Format, form: Form, layout: Layout) -> Self {
        Self { format, symbol: None, interval: None, shape: Shape::Text { form, layout }, factors: None }
    }

    /// A plan for columns.
    pub const fn table(format: Format, kind: Table, columns: Columns) -> Self {
        Self { format, symbol: None, interval: None, shape: Shape::Table { kind, columns }, factors: None }
    }

    /// The same for this symbol and interval.
    #[must_use]
    pub fn of(self, symbol: Option<String>, interval: Option<Interval>) -> Self {
        Self { symbol, interval, ..self }
    }

    /// The plan with what the user says of times in place of what was guessed.
    #[must_use]
    pub fn told(mut self, reading: &Reading) -> Self {
        let sessions = reading.session_dates == Some(true);
        match &mut self.shape {
            Shape::Text { layout, .. } => {
                if let (Some(unit), Clock::Epoch(_) | Clock::Text(_)) = (reading.time_unit, &layout.clock) {
                    layout.clock = Clock::Counted(unit);
                }
                if sessions {
                    let inner = std::mem::replace(&mut layout.clock, Clock::Text(reading.zone));
                    layout.clock = Clock::Session(Box::new(inner), reading.zone);
                }
            }
            Shape::Table { columns, .. } => {
                columns.clock.given = reading.time_unit;
                columns.clock.sessions = sessions.then_some(reading.zone);
            }
        }
        self
    }

    /// Bars or trades.
    pub fn kind(&self) -> Kind {
        match &self.shape {
            Shape::Text { layout, .. } => layout.kind(),
            Shape::Table { columns, .. } => columns.kind(),
        }
    }
}

/// Where everything is in a file.
#[derive(Debug, Clone)]
pub enum Shape {
    /// In lines or arrays of text.
    Text {
        /// Which of the two.
        form: Form,
        /// The fields.
        layout: Layout,
    },
    /// In columns.
    Table {
        /// Arrow or Parquet.
        kind: Table,
        /// Which columns.
        columns: Columns,
    },
}

/// A file with its plan, ready to be read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Its length on disk.
    pub bytes: u64,
    /// How it will be read.
    pub plan: Plan,
    /// Times of its first rows, in its order.
    pub head: Vec<Timestamp>,
    /// Names of its columns: headings, or a schema's fields with their types.
    pub columns: Vec<String>,
    /// The first time that is a midnight with an offset from UTC, as it is written.
    pub local_midnight: Option<String>,
    packing: Packing,
    twelve_hours: bool,
}

impl Source {
    /// From a look into a file and a plan; reads the first rows again, now as rows.
    ///
    /// # Errors
    /// Where the plan does not fit the first rows.
    pub fn new(probe: &Probe, plan: Plan) -> Result<Self, ImportError> {
        let packing = match &probe.content {
            Content::Text { packing, .. } => *packing,
            Content::Table { .. } => Packing::Plain,
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
            packing,
            twelve_hours: twelve_hours(probe),
        })
    }

    /// Hands all rows to `feed`, in the file's order, adjusted where asked for; `read` hears of progress in
    /// bytes of text.
    ///
    /// # Errors
    /// Where the file cannot be read, or `feed` refuses rows.
    pub fn stream(&self, feed: Feed<'_>, read: &(dyn Fn(u64) + Sync)) -> Result<(), ImportError> {
        let mut adjusted = |mut rows: Rows| {
            if let (Some(factors), Rows::Bars(bars)) = (&self.plan.factors, &mut rows) {
                factors.apply(bars);
            }
            feed(rows)
        };
        match &self.plan.shape {
            Shape::Text { form, layout } => {
                text::stream(&self.path, self.packing, *form, layout, &mut adjusted, read)
            }
            Shape::Table { kind, columns } => {
                columns::stream(&self.path, *kind, columns, &mut adjusted, read)
            }
        }
    }

    /// What a naive reader of CSV would trip over: lines above the header, a 12-hour clock.
    pub fn oddities(&self) -> Vec<String> {
        let Shape::Text { layout, form: Form::Lines } = &self.plan.shape else { return Vec::new() };
        let mut found = Vec::new();
        if layout.skip > 1 {
            found.push(format!("{} line(s) above the header", layout.skip - 1));
        }
        if self.twelve_hours {
            found.push("times are text with a 12-hour clock".to_owned());
        }
        found
    }

    /// The earliest of the first rows' times: what files are put in order by.
    pub fn earliest(&self) -> Timestamp {
        self.head.iter().min().copied().unwrap_or_default()
    }

    /// How much text `stream` will report, roughly: archives are taken to shrink text to a fifth.
    pub const fn work(&self) -> u64 {
        match self.packing {
            Packing::Plain => self.bytes,
            Packing::Gzip | Packing::Zip => self.bytes * 5,
        }
    }
}

/// Names of the columns; of a text without header their places.
fn headings(probe: &Probe, plan: &Plan) -> Vec<String> {
    match (&probe.content, &plan.shape) {
        (Content::Table { schema, .. }, _) => {
            schema.fields().iter().map(|field| format!("{} ({})", field.name(), field.data_type())).collect()
        }
        (Content::Text { lines, .. }, Shape::Text { layout, .. }) => {
            let header = usize::try_from(layout.skip).unwrap_or(0).checked_sub(1);
            let line = lines.get(header.unwrap_or(0)).map(String::as_str).unwrap_or_default();
            let fields = text::fields(line, layout.delimiter);
            match header {
                Some(_) => fields.into_iter().map(str::to_owned).collect(),
                None => (1..=fields.len()).map(|place| format!("column {place}")).collect(),
            }
        }
        (Content::Text { .. }, Shape::Table { .. }) => Vec::new(),
    }
}

/// Whether the last line that was looked at says AM or PM.
fn twelve_hours(probe: &Probe) -> bool {
    let last = probe.lines(Form::Lines).and_then(|lines| lines.last());
    last.is_some_and(|line| {
        text::fields(line, b',').iter().take(2).any(|f| f.ends_with("AM") || f.ends_with("PM"))
    })
}

/// The first time of a text that is a midnight with an offset, where such times are read as instants.
fn local_midnight(probe: &Probe, plan: &Plan) -> Option<String> {
    let Shape::Text { layout, form } = &plan.shape else { return None };
    if !matches!(layout.clock, Clock::Text(_)) || layout.time_of_day.is_some() {
        return None;
    }
    let rows = probe.lines(*form)?.iter().skip(usize::try_from(layout.skip).unwrap_or(usize::MAX));
    rows.filter_map(|line| {
        text::fields(line, layout.delimiter).get(layout.time).map(|field| (*field).to_owned())
    })
    .find(|field| text::is_local_midnight(field))
}

fn first_times(probe: &Probe, plan: &Plan) -> Result<Vec<Timestamp>, ImportError> {
    match (&plan.shape, &probe.content) {
        (Shape::Text { layout, .. }, Content::Text { lines, numbers, .. }) => {
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
        (Shape::Table { kind, columns }, _) => {
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
        (Shape::Text { .. }, Content::Table { .. }) => Ok(Vec::new()),
    }
}

/// The interval that times tell: the closest two, where nearly all others are whole multiples of it apart.
///
/// # Errors
/// What the times look like, where they tell none.
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
        // Newest first, a weekend between.
        assert_eq!(spacing(&at(&[432_000, 172_800, 86_400, 0])).unwrap().to_string(), "1d");
        assert!(spacing(&at(&[0, 61, 99, 300])).is_err());
        assert!(spacing(&at(&[5])).is_err());
        // Months are no interval here.
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
