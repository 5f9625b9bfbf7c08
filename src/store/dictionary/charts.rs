//! The tables that charts are drawn from.

use super::table::ColumnType::{Float, Small, Text, Time};
use super::table::{ResultTable, fixed};

const QUOTE: &str = "quote currency";

pub(super) const CANDLES: ResultTable = ResultTable {
    name: "candles",
    row: "some bars of a symbol as one candle, for charts; no result is computed from it",
    place: "",
    columns: &[
        fixed("symbol", Text, "", "whose prices"),
        fixed("ts", Time, "", "open of the candle"),
        fixed("open", Float, QUOTE, "open of its first bar"),
        fixed("high", Float, QUOTE, "highest high"),
        fixed("low", Float, QUOTE, "lowest low"),
        fixed("close", Float, QUOTE, "close of its last bar"),
    ],
};

pub(super) const LINES: ResultTable = ResultTable {
    name: "lines",
    row: "an indicator that strategies look at, at a candle of `candles`; no result is computed from it",
    place: "only in runs with strategies whose indicators are known",
    columns: &[
        fixed("symbol", Text, "", "in whose chart it is drawn"),
        fixed("line", Text, "", "the indicator as in a rule"),
        fixed(
            "pane",
            Text,
            "",
            "`price` where it lies among the prices, else a name that lines of one scale share",
        ),
        fixed("ts", Time, "", "open of the candle"),
        fixed("value", Float, "", "value at the close of the candle's last bar"),
    ],
};

pub(super) const BENCHMARK: ResultTable = ResultTable {
    name: "benchmark",
    row: "the value of a benchmark that is a symbol at a trading day's last close",
    place: "only in runs with such a benchmark",
    columns: &[
        fixed("window", Small, "", "number of the window, from 0"),
        fixed("ts", Time, "", "open of the day's last bar"),
        fixed("value", Float, "", "value; 100 at the window's start"),
    ],
};

pub(super) const OUT_OF_SAMPLE: ResultTable = ResultTable {
    name: "out_of_sample",
    row: "a point of the curve of what a sweep's choices earned in the windows that they were tested in",
    place: "only in runs with a `[validation]` table whose test windows lie apart",
    columns: &[
        fixed("split", Small, "", "the split whose choice was tested, from 0"),
        fixed("window", Small, "", "number of the test window, from 0"),
        fixed("ts", Time, "", "the window's start, then the close of each return"),
        fixed("value", Float, "", "value; 100 at the first window's start"),
    ],
};
