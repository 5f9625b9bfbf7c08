//! What a strategy of a user's own reads, declared before its first bar.

use std::collections::BTreeMap;

use crate::domain::{IndicatorSpec, Interval, Symbol, TimeError};
use crate::indicator::{bars_in_the_making, bars_needed, remembers_its_start};
use crate::scenario::{Series, expr};

/// How many bars a strategy needs before its first decision, by timeframe. Recursive averages (EMA, Wilder)
/// ask for four times their period, after which less than 0.04 % (EMA) or 2 % (Wilder) of their weight
/// rests on the seed.
pub type Warmup = BTreeMap<Interval, u32>;

/// An indicator that was declared with [`Needs::indicator`]; the default is the first one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndicatorId(pub(super) u16);

/// A timeframe that was declared with [`Needs::timeframe`]; the default is the scenario's own interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeframeId(pub(super) u16);

/// Why a strategy cannot have what it declares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NeedsError {
    /// The text names no indicator.
    #[error("`{text}` is not an indicator: {message}")]
    Indicator {
        /// What was declared.
        text: String,
        /// What is wrong with it, and what to write instead.
        message: String,
    },
    /// The text is no timeframe.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// Bars of this timeframe cannot be made from the scenario's.
    #[error("`{timeframe}` is not a multiple of the scenario's interval `{interval}`")]
    Timeframe {
        /// What was declared.
        timeframe: Interval,
        /// The scenario's interval.
        interval: Interval,
    },
    /// The scenario has no such symbol.
    #[error("the scenario has no symbol `{name}`; it has {known}")]
    Symbol {
        /// What was declared.
        name: String,
        /// The scenario's symbols.
        known: String,
    },
    /// The market was loaded before this was declared.
    #[error("the market was loaded without bars of `{timeframe}`; declare the same for every window")]
    NotLoaded {
        /// Timeframe that was declared.
        timeframe: Interval,
    },
    /// More than can be numbered.
    #[error("more than 65,535 indicators or timeframes are declared")]
    TooMany,
}

/// What a strategy reads: bars before the window, coarser timeframes, indicators, symbols.
///
/// [`Strategy::declare`](crate::strategy::Strategy::declare) gets an empty one and fills it in. Whatever is declared
/// decides how much history is loaded before a window starts. With `warm_up = "inside"` in the scenario none is, and
/// bars and indicators begin with the window.
///
/// ```
/// # use tiltyard::prelude::*;
/// # fn declare(needs: &mut Needs) -> Result<(), NeedsError> {
/// let fast = needs.indicator("ema(12)")?;
/// let trend = needs.indicator("close@1d")?;
/// let days = needs.timeframe("1d", 30)?;
/// needs.bars(200).look_back(1);
/// # Ok(())
/// # }
/// # declare(&mut Needs::new("1h".parse().unwrap())).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Needs {
    interval: Interval,
    bars: u32,
    look_back: u32,
    timeframes: Vec<(Interval, u32)>,
    indicators: Vec<Series>,
    symbols: Option<Vec<String>>,
    /// History of columns that are not read here.
    others: Warmup,
}

impl Needs {
    /// Nothing yet, in a scenario of this interval.
    pub const fn new(interval: Interval) -> Self {
        Self {
            interval,
            bars: 0,
            look_back: 0,
            timeframes: Vec::new(),
            indicators: Vec::new(),
            symbols: None,
            others: Warmup::new(),
        }
    }

    /// The scenario's interval: the length of the bars at which the strategy is called.
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// So many bars of the scenario's interval before the window's first can be read.
    pub fn bars(&mut self, count: u32) -> &mut Self {
        self.bars = self.bars.max(count);
        self
    }

    /// Bars of a coarser timeframe such as `"4h"`, and so many of them from before the window.
    ///
    /// # Errors
    /// [`NeedsError::Time`] for a text that is no timeframe, [`NeedsError::Timeframe`] for one that is no multiple of
    /// the scenario's interval.
    pub fn timeframe(&mut self, text: &str, bars: u32) -> Result<TimeframeId, NeedsError> {
        self.timeframe_of(text.parse()?, bars)
    }

    /// As [`Self::timeframe`], from an [`Interval`].
    ///
    /// # Errors
    /// [`NeedsError::Timeframe`] where it is no multiple of the scenario's interval.
    pub fn timeframe_of(&mut self, timeframe: Interval, bars: u32) -> Result<TimeframeId, NeedsError> {
        if !timeframe.is_multiple_of(self.interval) {
            return Err(NeedsError::Timeframe { timeframe, interval: self.interval });
        }
        if timeframe == self.interval {
            self.bars(bars);
            return Ok(TimeframeId::default());
        }
        let known = self.timeframes.iter().position(|(other, _)| *other == timeframe);
        let index = known.unwrap_or_else(|| {
            self.timeframes.push((timeframe, 0));
            self.timeframes.len() - 1
        });
        let most = &mut self.timeframes[index].1;
        *most = bars.max(*most);
        numbered(index + 1).map(TimeframeId)
    }

    /// An indicator in the words of the rule language: `"sma(20)"`, `"rsi(14)@4h"`, `"close@1d"`
    /// (`tiltyard strategies rules` lists them).
    ///
    /// # Errors
    /// [`NeedsError::Indicator`] says what is wrong with the text.
    pub fn indicator(&mut self, text: &str) -> Result<IndicatorId, NeedsError> {
        let series = expr::parse_series(text, self.interval).map_err(|errors| {
            let texts = errors.iter().map(|error| match &error.help {
                Some(help) => format!("{error} (help: {help})"),
                None => error.to_string(),
            });
            NeedsError::Indicator { text: text.to_owned(), message: texts.collect::<Vec<_>>().join("; ") }
        })?;
        self.series(series)
    }

    /// The same from a value.
    ///
    /// # Errors
    /// [`NeedsError::Timeframe`] where `timeframe` is no multiple of the scenario's interval.
    pub fn indicator_of(
        &mut self,
        indicator: IndicatorSpec,
        timeframe: Interval,
    ) -> Result<IndicatorId, NeedsError> {
        if !timeframe.is_multiple_of(self.interval) {
            return Err(NeedsError::Timeframe { timeframe, interval: self.interval });
        }
        self.series(Series::own(indicator, timeframe))
    }

    /// Every indicator has its value also so many bars of its timeframe before the first decision.
    pub fn look_back(&mut self, bars: u32) -> &mut Self {
        self.look_back = self.look_back.max(bars);
        self
    }

    /// Trades these symbols only. Without it [`BarContext::symbols`](super::BarContext::symbols) gives all of the
    /// scenario.
    pub fn symbols<N: Into<String>>(&mut self, names: impl IntoIterator<Item = N>) -> &mut Self {
        self.symbols.get_or_insert_default().extend(names.into_iter().map(Into::into));
        self
    }

    /// Bars before the window of columns that are declared elsewhere.
    pub(crate) fn also(&mut self, others: Warmup) {
        self.others = others;
    }

    /// How many bars before a window are read, by timeframe. Each timeframe that is read is named.
    pub fn warm_up(&self) -> Warmup {
        let mut warm_up = Warmup::from([(self.interval, self.bars)]);
        let mut raise = |timeframe, bars: u32| {
            let most = warm_up.entry(timeframe).or_insert(0);
            *most = bars.max(*most);
        };
        for &(timeframe, bars) in &self.timeframes {
            raise(timeframe, bars.saturating_add(bars_in_the_making(timeframe, self.interval)));
        }
        for (series, bars) in self.indicators() {
            raise(series.timeframe, bars);
        }
        for (&timeframe, &bars) in &self.others {
            raise(timeframe, bars);
        }
        warm_up
    }

    /// The timeframes in the order of their ids, the scenario's own first, each with the bars before a window.
    pub(super) fn timeframes(&self) -> impl Iterator<Item = (Interval, u32)> {
        let coarse = self.timeframes.iter().map(|&(timeframe, bars)| {
            (timeframe, bars.saturating_add(bars_in_the_making(timeframe, self.interval)))
        });
        std::iter::once((self.interval, self.bars)).chain(coarse)
    }

    /// The indicators in the order of their ids, each with the bars before a window. As in a rule set, those of one
    /// timeframe that remember their start begin together.
    pub(super) fn indicators(&self) -> impl Iterator<Item = (&Series, u32)> {
        let own = |series: &Series| {
            bars_needed(&series.indicator, series.timeframe)
                .saturating_add(self.look_back)
                .saturating_add(bars_in_the_making(series.timeframe, self.interval))
        };
        self.indicators.iter().map(move |series| {
            if !remembers_its_start(&series.indicator) {
                return (series, own(series));
            }
            let same = self.indicators.iter().filter(|other| other.timeframe == series.timeframe);
            (series, same.map(own).max().unwrap_or(0))
        })
    }

    /// The symbols that it trades, as names; `None` for all.
    pub(super) fn symbol_names(&self) -> Option<&[String]> {
        self.symbols.as_deref()
    }

    fn series(&mut self, series: Series) -> Result<IndicatorId, NeedsError> {
        let known = self.indicators.iter().position(|other| *other == series);
        let index = known.unwrap_or_else(|| {
            self.indicators.push(series);
            self.indicators.len() - 1
        });
        numbered(index).map(IndicatorId)
    }
}

impl NeedsError {
    /// For a name that is not among the scenario's symbols.
    pub(super) fn symbol<'s>(name: &str, known: impl Iterator<Item = &'s Symbol>) -> Self {
        let known = known.map(|symbol| format!("`{symbol}`")).collect::<Vec<_>>().join(", ");
        Self::Symbol { name: name.to_owned(), known }
    }
}

fn numbered(index: usize) -> Result<u16, NeedsError> {
    u16::try_from(index).map_err(|_| NeedsError::TooMany)
}
