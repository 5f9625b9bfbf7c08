//! The `[market]` table and its instruments.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::symbols;
use super::table::TableReader;
use crate::domain::{DayStart, Instrument, Interval, Symbol, SymbolId, Timestamp};
use crate::scenario::format::Preset;
use crate::scenario::suggest;
use crate::scenario::{MarketSpec, SymbolFolder};

/// The parsed table; `None` where that part had errors.
#[derive(Debug, Default)]
pub(super) struct ReadMarket {
    /// The whole table.
    pub(super) spec: Option<MarketSpec>,
    /// Symbols to replay; all if absent.
    pub(super) symbols: Option<Vec<Symbol>>,
    /// The bar interval that agents see.
    pub(super) interval: Option<Interval>,
    /// The range, if both ends are written.
    pub(super) range: Option<(Timestamp, Timestamp)>,
}

/// The bars that the windows replay.
#[derive(Default)]
pub(super) enum Bars {
    /// Bars of the market's interval.
    Own,
    /// Bars of a preset's interval.
    Preset(Preset),
    /// The windows had errors.
    #[default]
    Unknown,
}

/// Parses the table. `bars` says whether the windows fix the interval; `folder` lists the symbols of patterns.
pub(super) fn read(
    table: &TableReader<'_>,
    bars: &Bars,
    base_dir: &Path,
    folder: &dyn SymbolFolder,
) -> ReadMarket {
    let path: Option<PathBuf> = table.value("path");
    let symbols = symbols::read(table, path.as_deref(), base_dir, folder);
    let interval = interval(table, bars);
    let start = table.optional::<Spanned<Timestamp>>("start");
    let end = table.optional::<Spanned<Timestamp>>("end");
    let quote: Option<Spanned<String>> = table.value("quote");
    let warm_up = table.value("warm_up");
    let delisted = table.value("delisted");
    let gaps = table.value("gaps");
    let calendar = table.optional("calendar");
    let accept = table.value("accept");
    let actions = table.value("actions");
    let day = day(table, interval);
    let instruments = instruments(table, symbols.as_deref(), quote.as_ref());
    table.finish();
    let range = range(table, start.as_ref(), end.as_ref(), interval);
    let ordered = range.is_none_or(|(start, end)| start < end);
    let spec = (|| {
        Some(MarketSpec {
            path: path?,
            base_dir: base_dir.to_owned(),
            instruments: instruments?,
            quote_asset: quote?.into_inner(),
            interval: interval?,
            start: start?.map(Spanned::into_inner),
            end: end?.map(Spanned::into_inner),
            warm_up: warm_up?,
            delisted: delisted?,
            gaps: gaps?,
            calendar: calendar?,
            accept: accept?,
            actions: actions?,
            day: day?,
        })
    })();
    ReadMarket { spec, symbols, interval, range: range.filter(|_| ordered) }
}

/// The interval as written or as the preset fixes it.
fn interval(table: &TableReader<'_>, bars: &Bars) -> Option<Interval> {
    let written = table.optional::<Interval>("interval")?;
    let preset = match bars {
        Bars::Preset(preset) => preset,
        // The windows had errors, which are already reported.
        Bars::Unknown => return written,
        Bars::Own => {
            if written.is_none() {
                table.missing("interval");
            }
            return written;
        }
    };
    let fixed = Interval::new(preset.interval).ok()?;
    match written {
        Some(interval) if interval != fixed => {
            table.problems.error(
                table.span("interval"),
                format!("`interval` {interval} contradicts the windows `{}`", preset.kind),
                format!("these windows replay {fixed} bars"),
                Some(format!("write \"{fixed}\", or remove `interval`")),
            );
            None
        }
        _ => Some(fixed),
    }
}

/// Where trading days begin; daily bars have the days of their dates.
fn day(table: &TableReader<'_>, interval: Option<Interval>) -> Option<DayStart> {
    let day: DayStart = table.value("day")?;
    let coarse = interval.filter(|&interval| interval >= Interval::DAY && !day.is_utc());
    if let Some(interval) = coarse {
        table.problems.error(
            table.span("day"),
            format!("`day` needs bars shorter than a day, not {interval} bars"),
            "a bar of a day or more cannot be divided".to_owned(),
            Some("remove `day`: each daily bar is a trading day of its own".to_owned()),
        );
    }
    coarse.is_none().then_some(day)
}

/// The range if both ends are written, in order; reports an end that is not after the start.
fn range(
    table: &TableReader<'_>,
    start: Option<&Option<Spanned<Timestamp>>>,
    end: Option<&Option<Spanned<Timestamp>>>,
    interval: Option<Interval>,
) -> Option<(Timestamp, Timestamp)> {
    let (start, end) = (start?.as_ref(), end?.as_ref());
    for (key, time) in [("start", start), ("end", end)] {
        if let (Some(time), Some(interval)) = (time, interval) {
            off_grid(table, key, time, interval);
        }
    }
    let (start, end) = (start?, end?);
    if end.get_ref() <= start.get_ref() {
        table.problems.error(
            end.span(),
            "`end` is not after `start`".to_owned(),
            format!("the start is {}", start.get_ref()),
            Some("`end` is exclusive and must be later than `start`".to_owned()),
        );
    }
    Some((*start.get_ref(), *end.get_ref()))
}

/// Warns of a range that starts or ends inside a bar.
fn off_grid(table: &TableReader<'_>, key: &str, time: &Spanned<Timestamp>, interval: Interval) {
    let open = interval.floor(*time.get_ref());
    if open == *time.get_ref() {
        return;
    }
    let next = open + interval.span();
    table.problems.warning(
        time.span(),
        format!("`{key}` is inside a {interval} bar"),
        format!("treated as {next}"),
        Some(format!("{interval} bars open at {open} and {next}")),
    );
}

/// The instruments in the order of `symbols`, with the rules of `[market.instruments.*]`.
fn instruments(
    table: &TableReader<'_>,
    symbols: Option<&[Symbol]>,
    quote: Option<&Spanned<String>>,
) -> Option<Vec<Instrument>> {
    let rules = table.named("instruments")?;
    let mut all: Option<Vec<Instrument>> =
        symbols.map(|symbols| symbols.iter().cloned().map(Instrument::with_defaults).collect());
    let mut valid = true;
    for (name, rule) in &rules {
        let read = instrument(rule, name, quote);
        let id = symbols.map(|symbols| find(symbols, name.get_ref()));
        if id == Some(None) {
            unknown_symbol(table, name.get_ref(), name.span(), symbols.unwrap_or_default());
        }
        valid &= read.is_some() && id != Some(None);
        if let (Some(all), Some(read), Some(Some(id))) = (all.as_mut(), read, id) {
            all[id.index()] = read;
        }
    }
    let quoted = all.as_ref().is_some_and(|all| own_name_is_quote(table, all, &rules, quote));
    let same = all.as_ref().is_some_and(|all| two_of_one_name(table, all));
    all.filter(|_| valid && !quoted && !same)
}

fn instrument(
    rule: &TableReader<'_>,
    symbol: &Spanned<&str>,
    quote: Option<&Spanned<String>>,
) -> Option<Instrument> {
    let base = rule.optional::<Spanned<String>>("base");
    let price_tick = rule.value("price_tick");
    let quantity_step = rule.value("quantity_step");
    let min_notional = rule.value("min_notional");
    let unit: Option<u32> = rule.value("unit");
    rule.finish();
    let unit = unit.filter(|&unit| power_of_ten(rule, unit));
    let base = base?;
    if let (Some(base), Some(quote)) = (&base, quote)
        && base.get_ref() == quote.get_ref()
    {
        base_is_quote(rule, base.span(), quote.get_ref());
        return None;
    }
    let (source, unit) = (Symbol::new(symbol.get_ref()).ok()?, unit?);
    let shown = name_in_unit(rule, &source, unit)?;
    Some(Instrument {
        base_asset: base.map_or_else(|| shown.as_str().to_owned(), Spanned::into_inner),
        symbol: shown,
        source,
        unit,
        price_tick: price_tick?,
        quantity_step: quantity_step?,
        min_notional: min_notional?,
        margin: None,
    })
}

/// Reports a unit that is not a power of ten.
fn power_of_ten(rule: &TableReader<'_>, unit: u32) -> bool {
    let fits = unit > 0 && 10_u32.pow(unit.ilog10()) == unit;
    if !fits {
        rule.problems.error(
            rule.span("unit"),
            format!("`unit` = {unit} is not a power of ten"),
            "would change the digits of prices".to_owned(),
            Some("write 1000, 1000000 or another power of ten".to_owned()),
        );
    }
    fits
}

/// The symbol prefixed with its unit, as results show it.
fn name_in_unit(rule: &TableReader<'_>, source: &Symbol, unit: u32) -> Option<Symbol> {
    let named = Instrument::named(source, unit);
    if let Err(error) = &named {
        let label = "makes the symbol's name too long".to_owned();
        let help = "write a smaller unit, or import the bars under a shorter symbol".to_owned();
        rule.problems.error(rule.span("unit"), error.to_string(), label, Some(help));
    }
    named.ok()
}

/// Reports a symbol that with its unit has the name of another.
fn two_of_one_name(table: &TableReader<'_>, all: &[Instrument]) -> bool {
    let twin = all
        .iter()
        .find(|one| all.iter().any(|other| other.symbol == one.symbol && other.source != one.source));
    if let Some(one) = twin {
        table.problems.error(
            table.span("symbols"),
            format!("two symbols would have the name `{}`", one.symbol),
            "the prefix of a unit makes their names equal".to_owned(),
            Some("remove the `unit` or the other symbol".to_owned()),
        );
    }
    twin.is_some()
}

/// Reports a symbol that equals the quote currency and has no explicit base asset.
fn own_name_is_quote(
    table: &TableReader<'_>,
    all: &[Instrument],
    rules: &[(Spanned<&str>, TableReader<'_>)],
    quote: Option<&Spanned<String>>,
) -> bool {
    let Some(quote) = quote else { return false };
    let given = |symbol: &str| rules.iter().any(|(name, rule)| *name.get_ref() == symbol && rule.has("base"));
    let clash = all.iter().any(|one| one.base_asset == *quote.get_ref() && !given(one.symbol.as_str()));
    if clash {
        base_is_quote(table, table.span("symbols"), quote.get_ref());
    }
    clash
}

fn base_is_quote(table: &TableReader<'_>, span: Range<usize>, quote: &str) {
    table.problems.error(
        span,
        format!("the base asset `{quote}` is the quote currency itself"),
        "base and quote must differ".to_owned(),
        Some("set `base` in `[market.instruments.SYMBOL]`, or `quote` in `[market]`".to_owned()),
    );
}

/// Id of a symbol in the scenario.
pub(super) fn find(symbols: &[Symbol], name: &str) -> Option<SymbolId> {
    let index = symbols.iter().position(|symbol| symbol.as_str() == name)?;
    u16::try_from(index).ok().map(SymbolId)
}

/// Reports a symbol that the scenario does not have.
pub(super) fn unknown_symbol(table: &TableReader<'_>, name: &str, span: Range<usize>, symbols: &[Symbol]) {
    let names: Vec<_> = symbols.iter().map(Symbol::as_str).collect();
    table.problems.absent(
        span,
        format!("unknown symbol `{name}`"),
        "not in `symbols` of `[market]`".to_owned(),
        suggest::help(name, &names),
    );
}
