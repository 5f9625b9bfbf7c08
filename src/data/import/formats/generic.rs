//! Any CSV with a header or a column map, and any Parquet or Feather file with known column names.

use super::super::columns::Columns;
use super::super::names::{self, Role};
use super::super::plan::{ColumnMap, ImportPlan, ReadOptions};
use super::super::probe::{Content, Probe};
use super::super::text::{Clock, Decimals, TextForm, TextLayout, TradePrice, Values, fields, number};
use super::super::{Format, ImportError};
use super::dates;
use super::signs::not;

/// Number of lines in which the header is searched; lines above it are banners.
const HEADER_WITHIN: usize = 10;

/// Matches a header with a time and prices.
pub fn fits(probe: &Probe, reading: &ReadOptions) -> bool {
    let Some(lines) = probe.lines(TextForm::Lines) else { return false };
    table_of(lines, reading).is_some_and(|found| found.values(&ColumnMap::default()).is_ok())
}

/// Matches a Parquet or Feather file with a time and prices.
pub fn is_table(probe: &Probe) -> bool {
    matches!(&probe.content, Content::Columnar { schema, .. } if Columns::recognise(schema).is_ok())
}

/// The layout of such a file.
pub fn table(probe: &Probe) -> Result<ImportPlan, ImportError> {
    let Content::Columnar { kind, schema } = &probe.content else {
        return Err(not(probe, Format::Parquet, "it is text"));
    };
    let columns = Columns::recognise(schema).map_err(|detail| not(probe, Format::Parquet, detail))?;
    let (symbol, interval) = names::symbol_and_interval(&probe.stem());
    Ok(ImportPlan::table(Format::Parquet, *kind, columns).of(symbol, interval))
}

/// Line index and column names of the header (empty without a header), and the delimiter.
struct Header<'l> {
    delimiter: u8,
    skip: usize,
    headings: Vec<&'l str>,
    first: Vec<&'l str>,
}

/// Finds the header: the first line that names a time or a mapped column, and has as many fields as the next
/// line. A file without a header starts with numbers.
fn table_of<'l>(lines: &'l [String], reading: &ReadOptions) -> Option<Header<'l>> {
    let delimiter = delimiter(lines);
    let rows: Vec<Vec<&str>> =
        lines.iter().take(HEADER_WITHIN + 1).map(|line| fields(line, delimiter)).collect();
    let mapped = |row: &[&str]| {
        let wanted = reading.map.as_ref().and_then(|map| map.get(Role::Time));
        wanted.is_some_and(|wanted| row.iter().any(|heading| heading.eq_ignore_ascii_case(wanted)))
    };
    let is_header = |row: &[&str]| row.len() > 1 && (mapped(row) || Role::Time.index(row).is_some());
    if let Some(at) = rows.iter().position(|row| is_header(row)) {
        let first = rows.get(at + 1).cloned().unwrap_or_default();
        return Some(Header { delimiter, skip: at + 1, headings: rows[at].clone(), first });
    }
    let first = rows.first()?.clone();
    (first.len() > 1).then_some(Header { delimiter, skip: 0, headings: Vec::new(), first })
}

/// The delimiter that most lines agree on.
fn delimiter(lines: &[String]) -> u8 {
    let count = |delimiter: u8| {
        let counts: Vec<usize> = lines.iter().take(20).map(|line| fields(line, delimiter).len()).collect();
        counts.iter().filter(|count| **count > 1 && Some(*count) == counts.last()).count()
    };
    let candidates = [b',', b';', b'\t', b'|'];
    candidates.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

impl Header<'_> {
    /// Column index of a role: from the map's name or number, otherwise from known column names.
    fn index(&self, map: &ColumnMap, role: Role) -> Result<Option<usize>, String> {
        let Some(wanted) = map.get(role) else { return Ok(role.index(&self.headings)) };
        if let Some(index) = self.headings.iter().position(|heading| heading.eq_ignore_ascii_case(wanted)) {
            return Ok(Some(index));
        }
        match wanted.parse::<usize>() {
            Ok(index) if (1..=self.first.len()).contains(&index) => Ok(Some(index - 1)),
            _ => Err(format!(
                "there is no column `{wanted}`; the columns are `{}`",
                self.headings.join("`, `")
            )),
        }
    }

    fn needed(&self, map: &ColumnMap, role: Role) -> Result<usize, String> {
        self.index(map, role)?.ok_or_else(|| match self.headings.is_empty() {
            true => format!("there is no header, and no column is mapped to {role:?}"),
            false => format!("no column for {role:?} among `{}`", self.headings.join("`, `")),
        })
    }

    /// Bars if there are four prices, otherwise trades, otherwise quotes. The map takes precedence.
    fn values(&self, map: &ColumnMap) -> Result<Values, String> {
        let volume = self.index(map, Role::Volume)?;
        let mapped_trades = map.get(Role::Price).is_some() || map.get(Role::Bid).is_some();
        if !mapped_trades && self.index(map, Role::Open)?.is_some() {
            let prices = [
                self.needed(map, Role::Open)?,
                self.needed(map, Role::High)?,
                self.needed(map, Role::Low)?,
                self.close(map)?,
            ];
            return Ok(Values::Bars { prices, volume, adjusted_close: None });
        }
        if let Some(price) = self.index(map, Role::Price)? {
            return Ok(Values::Trades { price: TradePrice::Column(price), volume });
        }
        match (self.index(map, Role::Bid)?, self.index(map, Role::Ask)?) {
            (Some(bid), Some(ask)) => {
                Ok(Values::Trades { price: TradePrice::Middle(bid, ask), volume: None })
            }
            _ => Err(self.needed(map, Role::Open).err().unwrap_or_else(|| "there are no prices".to_owned())),
        }
    }

    /// The close; beside an open, a column `Price` is one (investing.com).
    fn close(&self, map: &ColumnMap) -> Result<usize, String> {
        match (self.index(map, Role::Close)?, self.index(map, Role::Price)?) {
            (None, Some(price)) => Ok(price),
            _ => self.needed(map, Role::Close),
        }
    }

    /// A column with the time of day, beside the date: `Date, Time, Open, ...`.
    fn time_of_day(&self, date: usize) -> Option<usize> {
        let index = self.headings.iter().position(|heading| names::bare(heading) == "time")?;
        let dated = names::bare(self.headings[date]).starts_with("d");
        (index != date && dated).then_some(index)
    }
}

/// The layout, from the header and the user's settings.
pub fn plan(probe: &Probe, reading: &ReadOptions) -> Result<ImportPlan, ImportError> {
    let refuse = |detail: String| not(probe, Format::Csv, detail);
    let lines = probe.lines(TextForm::Lines).ok_or_else(|| refuse("it is not CSV".to_owned()))?;
    let header = table_of(lines, reading).ok_or_else(|| refuse("it has one column".to_owned()))?;
    let none = ColumnMap::default();
    let map = reading.map.as_ref().unwrap_or(&none);
    let (time, values) =
        header.needed(map, Role::Time).and_then(|time| Ok((time, header.values(map)?))).map_err(&refuse)?;
    if header.first.is_empty() {
        return Err(ImportError::NoRows { path: probe.path.clone() });
    }
    let rows: Vec<Vec<&str>> =
        lines.iter().skip(header.skip).map(|line| fields(line, header.delimiter)).collect();
    let column = |index: usize| rows.iter().filter_map(move |row| row.get(index).copied());
    let dates: Vec<&str> = column(time).collect();
    let pattern = match &reading.time_format {
        Some(pattern) => Some(pattern.clone()),
        None => dates::pattern(&dates).map_err(&refuse)?,
    };
    let clock = match pattern {
        Some(pattern) => Clock::Pattern(pattern, reading.zone),
        None => Clock::guess(header.first.get(time).copied().unwrap_or_default(), reading.zone),
    };
    let decimals = match reading.decimals {
        Some(given) => given,
        None => Decimals::detect(prices_of(&values).into_iter().flat_map(column))
            .map_err(|detail| refuse(format!("{detail}: state the decimal sign with `--decimal`")))?,
    };
    let written = symbol_column(&header, map).map_err(&refuse)?;
    let (named, interval) = names::symbol_and_interval(&probe.stem());
    let symbol = written.as_ref().map(|(_, symbol)| names::plain_symbol(symbol)).or(named);
    let layout = TextLayout {
        delimiter: header.delimiter,
        skip: header.skip as u64,
        time_of_day: header.time_of_day(time),
        constant: written,
        decimals,
        ..TextLayout::plain(clock, time, values)
    };
    Ok(ImportPlan::text(Format::Csv, TextForm::Lines, layout).of(symbol, interval))
}

/// Indexes of the columns with prices.
fn prices_of(values: &Values) -> Vec<usize> {
    match values {
        Values::Bars { prices, .. } => prices.to_vec(),
        Values::Trades { price: TradePrice::Column(index), .. } => vec![*index],
        Values::Trades { price: TradePrice::Middle(bid, ask), .. } => vec![*bid, *ask],
    }
}

/// The symbol column, and its first value.
fn symbol_column(header: &Header<'_>, map: &ColumnMap) -> Result<Option<(usize, String)>, String> {
    let Some(index) = header.index(map, Role::Symbol)? else { return Ok(None) };
    let text = header.first.get(index).copied().unwrap_or_default();
    // A number is not a symbol: the column means something else.
    let named = !text.is_empty() && number(text).is_none();
    Ok(named.then(|| (index, text.to_owned())))
}
