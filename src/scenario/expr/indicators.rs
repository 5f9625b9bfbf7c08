//! The indicators of the language, in the order of the documentation.

use super::words::{Indicator, Meaning, Param, Unit, Word, one};
use crate::domain::{BinaryOp, Formula, IndicatorSpec, Literal, Thousandths};

const fn bars(name: &'static str, default: u32) -> Param {
    Param { name, unit: Unit::Bars, default: Some(default) }
}

const WIDTH: Param = Param { name: "k", unit: Unit::Width, default: Some(2_000) };
const N: &[Param] = &[Param { name: "n", unit: Unit::Bars, default: None }];
const N_14: &[Param] = &[bars("n", 14)];
const N_20: &[Param] = &[bars("n", 20)];
const BAND: &[Param] = &[bars("n", 20), WIDTH];
const KELTNER: &[Param] = &[bars("n", 20), bars("m", 10), WIDTH];
const LINE: &[Param] = &[bars("fast", 12), bars("slow", 26)];
const SIGNAL: &[Param] = &[bars("fast", 12), bars("slow", 26), bars("signal", 9)];
const STOCH_K: &[Param] = &[bars("n", 14), bars("smooth", 3)];
const STOCH_D: &[Param] = &[bars("n", 14), bars("smooth", 3), bars("d", 3)];

fn macd_line(p: &[u32]) -> IndicatorSpec {
    IndicatorSpec::MacdLine { fast: p[0], slow: p[1] }
}

fn macd_signal(p: &[u32]) -> IndicatorSpec {
    IndicatorSpec::MacdSignal { fast: p[0], slow: p[1], signal: p[2] }
}

fn less(left: Formula, right: Formula) -> Formula {
    Formula::binary(BinaryOp::Subtract, left, right)
}

/// The simple average of a formula over `n` bars.
fn average(of: Formula, n: u32) -> IndicatorSpec {
    IndicatorSpec::Sma { n }.over(of)
}

fn smoothed_k(n: u32, smooth: u32) -> Formula {
    let fast = one(IndicatorSpec::Stochastic { n });
    if smooth == 1 { fast } else { one(average(fast, smooth)) }
}

/// The middle of a Keltner channel and so many ranges.
fn keltner(side: BinaryOp, p: &[u32]) -> Formula {
    let range = one(IndicatorSpec::Atr { n: p[1] });
    let width = Formula::Number(Literal::new(f64::from(p[2]) / 1000.0));
    Formula::binary(
        side,
        one(IndicatorSpec::Ema { n: p[0] }),
        Formula::binary(BinaryOp::Multiply, width, range),
    )
}

/// An indicator of bars: what it means, how it is written, bars before a window and where the formula is from.
const fn of_bars(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    [warm_up, source]: [&'static str; 2],
    params: &'static [Param],
    build: fn(&[u32]) -> Formula,
) -> Word {
    let meaning = Meaning::Indicator(Indicator { params, series: false, build });
    Word { name, signature, doc, meaning, warm_up, source }
}

/// An indicator that reads any series.
const fn of_series(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    [warm_up, source]: [&'static str; 2],
    params: &'static [Param],
    build: fn(&[u32]) -> Formula,
) -> Word {
    let meaning = Meaning::Indicator(Indicator { params, series: true, build });
    Word { name, signature, doc, meaning, warm_up, source }
}

/// Names that are computed from bars.
pub(super) const INDICATORS: [Word; 28] = [
    of_series(
        "sma",
        "sma([x,] n)",
        "simple moving average of x (default: the close) over n bars",
        ["n", "TA-Lib 0.8.1 SMA"],
        N,
        |p| one(IndicatorSpec::Sma { n: p[0] }),
    ),
    of_series(
        "ema",
        "ema([x,] n)",
        "exponential moving average of x (default: the close), factor 2 / (n + 1), seeded with the mean of the first n",
        ["4n", "TA-Lib 0.8.1 EMA"],
        N,
        |p| one(IndicatorSpec::Ema { n: p[0] }),
    ),
    of_series(
        "rsi",
        "rsi([x,] n=14)",
        "Wilder's relative strength index of x (default: the close), 0 to 100",
        ["4n", "Wilder 1978; TA-Lib 0.8.1 RSI"],
        N_14,
        |p| one(IndicatorSpec::Rsi { n: p[0] }),
    ),
    of_series(
        "macd",
        "macd([x,] fast=12, slow=26)",
        "ema(fast) - ema(slow) of x (default: the close)",
        ["4 slow", "Appel 1979; EMA of TA-Lib, each seeded by itself"],
        LINE,
        |p| one(macd_line(p)),
    ),
    of_series(
        "macd_signal",
        "macd_signal([x,] fast=12, slow=26, signal=9)",
        "exponential moving average of the MACD line over `signal` bars",
        ["4 (slow + signal)", "as macd"],
        SIGNAL,
        |p| one(macd_signal(p)),
    ),
    of_series(
        "macd_hist",
        "macd_hist([x,] fast=12, slow=26, signal=9)",
        "the MACD line minus its signal",
        ["4 (slow + signal)", "as macd"],
        SIGNAL,
        |p| less(one(macd_line(p)), one(macd_signal(p))),
    ),
    of_series(
        "bollinger_upper",
        "bollinger_upper([x,] n=20, k=2)",
        "sma(n) + k standard deviations of x (default: the close)",
        ["n", "Bollinger 2001; TA-Lib 0.8.1 BBANDS"],
        BAND,
        |p| one(IndicatorSpec::BollingerUpper { n: p[0], k: Thousandths(p[1]) }),
    ),
    of_series(
        "bollinger_middle",
        "bollinger_middle([x,] n=20, k=2)",
        "sma(n) of x (default: the close); k has no effect",
        ["n", "as bollinger_upper"],
        BAND,
        |p| one(IndicatorSpec::Sma { n: p[0] }),
    ),
    of_series(
        "bollinger_lower",
        "bollinger_lower([x,] n=20, k=2)",
        "sma(n) - k standard deviations of x (default: the close)",
        ["n", "as bollinger_upper"],
        BAND,
        |p| one(IndicatorSpec::BollingerLower { n: p[0], k: Thousandths(p[1]) }),
    ),
    of_bars(
        "keltner_upper",
        "keltner_upper(n=20, m=10, k=2)",
        "ema(n) + k atr(m)",
        ["4n or 4m, the longer", "Raschke; EMA and ATR of TA-Lib"],
        KELTNER,
        |p| keltner(BinaryOp::Add, p),
    ),
    of_bars(
        "keltner_middle",
        "keltner_middle(n=20, m=10, k=2)",
        "ema(n); m and k have no effect",
        ["4n", "as keltner_upper"],
        KELTNER,
        |p| one(IndicatorSpec::Ema { n: p[0] }),
    ),
    of_bars(
        "keltner_lower",
        "keltner_lower(n=20, m=10, k=2)",
        "ema(n) - k atr(m)",
        ["4n or 4m, the longer", "as keltner_upper"],
        KELTNER,
        |p| keltner(BinaryOp::Subtract, p),
    ),
    of_bars(
        "atr",
        "atr(n=14)",
        "Wilder's average true range, in quote currency",
        ["4n", "Wilder 1978; TA-Lib 0.8.1 ATR"],
        N_14,
        |p| one(IndicatorSpec::Atr { n: p[0] }),
    ),
    of_bars(
        "adx",
        "adx(n=14)",
        "Wilder's average directional index, 0 to 100",
        ["8n", "Wilder 1978; TA-Lib 0.8.1 ADX"],
        N_14,
        |p| one(IndicatorSpec::Adx { n: p[0] }),
    ),
    of_bars(
        "stoch_k",
        "stoch_k(n=14, smooth=3)",
        "stochastic %K: 100 (close - lowest low) / (highest high - lowest low) of n bars, averaged over `smooth`; 1 is the fast one",
        ["n + smooth - 1", "Lane 1984; TA-Lib 0.8.1 STOCH, STOCHF (50 where there is no range)"],
        STOCH_K,
        |p| smoothed_k(p[0], p[1]),
    ),
    of_bars(
        "stoch_d",
        "stoch_d(n=14, smooth=3, d=3)",
        "stochastic %D: simple moving average of %K over d bars",
        ["n + smooth + d - 2", "as stoch_k"],
        STOCH_D,
        |p| one(average(smoothed_k(p[0], p[1]), p[2])),
    ),
    of_bars(
        "cci",
        "cci(n=20)",
        "commodity channel index: the typical price less its mean of n bars, over 0.015 mean absolute deviations",
        ["n", "Lambert 1980; TA-Lib 0.8.1 CCI"],
        N_20,
        |p| one(IndicatorSpec::Cci { n: p[0] }),
    ),
    of_bars(
        "mfi",
        "mfi(n=14)",
        "money flow index, 0 to 100: rising typical price times volume, as a share of all, of n changes",
        ["n + 1", "Quong and Soudack 1989; TA-Lib 0.8.1 MFI (50 without flow)"],
        N_14,
        |p| one(IndicatorSpec::Mfi { n: p[0] }),
    ),
    of_bars(
        "obv",
        "obv()",
        "on-balance volume: volume of rising closes less that of falling ones; its level depends on where it starts",
        [
            "1; starts with the longest recursive indicator of its timeframe",
            "Granville 1963; TA-Lib 0.8.1 OBV",
        ],
        &[],
        |_| one(IndicatorSpec::Obv),
    ),
    Word {
        name: "vwap",
        signature: "vwap()",
        doc: "volume-weighted average of the typical price (high + low + close) / 3 since the session's first bar; a session is a calendar day of the strategy's `zone`",
        meaning: Meaning::Vwap,
        warm_up: "a day of 25 hours",
        source: "definition",
    },
    of_bars(
        "donchian_high",
        "donchian_high(n=20)",
        "highest high of the n bars before this one",
        ["n + 1", "TA-Lib 0.8.1 MAX, one bar later"],
        N_20,
        |p| one(IndicatorSpec::DonchianHigh { n: p[0] }),
    ),
    of_bars(
        "donchian_low",
        "donchian_low(n=20)",
        "lowest low of the n bars before this one",
        ["n + 1", "TA-Lib 0.8.1 MIN, one bar later"],
        N_20,
        |p| one(IndicatorSpec::DonchianLow { n: p[0] }),
    ),
    of_series(
        "highest",
        "highest([x,] n)",
        "highest x (default: the high) of the last n bars, this one included",
        ["n", "TA-Lib 0.8.1 MAX"],
        N,
        |p| one(IndicatorSpec::Highest { n: p[0] }),
    ),
    of_series(
        "lowest",
        "lowest([x,] n)",
        "lowest x (default: the low) of the last n bars, this one included",
        ["n", "TA-Lib 0.8.1 MIN"],
        N,
        |p| one(IndicatorSpec::Lowest { n: p[0] }),
    ),
    of_series(
        "roc",
        "roc([x,] n)",
        "rate of change of x (default: the close) over n bars, in percent",
        ["n + 1", "TA-Lib 0.8.1 ROC"],
        N,
        |p| one(IndicatorSpec::Roc { n: p[0] }),
    ),
    of_series(
        "stddev",
        "stddev([x,] n)",
        "population standard deviation of x (default: the close) over n bars",
        ["n", "TA-Lib 0.8.1 STDDEV"],
        N,
        |p| one(IndicatorSpec::Stddev { n: p[0] }),
    ),
    of_bars(
        "volume_sma",
        "volume_sma(n)",
        "simple moving average of the volume over n bars",
        ["n", "TA-Lib 0.8.1 SMA"],
        N,
        |p| one(IndicatorSpec::VolumeSma { n: p[0] }),
    ),
    of_bars("volume_average", "volume_average(n)", "alias of volume_sma", ["n", "as volume_sma"], N, |p| {
        one(IndicatorSpec::VolumeSma { n: p[0] })
    }),
];
