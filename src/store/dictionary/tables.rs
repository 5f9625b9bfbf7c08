//! The tables of agents, prices and answers.

use super::table::ColumnType::{Count, CurveMoney, Float, Money, Small, Text, Time, Truth};
use super::table::{ColumnDoc, ResultTable, TableColumn, fixed, optional};

const QUOTE: &str = "quote currency";
const BASE: &str = "units of the symbol";
const OF_AGENT: &str = "in `agents/NAME/`";

const WINDOW: TableColumn = fixed("window", Small, "", "number of the window, from 0");

pub(super) const TRADES: ResultTable = ResultTable {
    name: "trades",
    row: "one round trip: from leaving a position of zero to returning to it",
    place: OF_AGENT,
    columns: &[
        WINDOW,
        fixed("symbol", Text, "", "what was traded"),
        fixed("state", Text, "", "`closed`, or `open` at the window's end"),
        fixed("entry_at", Time, "", "time of the first fill"),
        fixed("entry_tick", Count, "", "bar of the first fill, counted from the window's first"),
        fixed("exit_at", Time, "", "time of the last fill; of an open one, of the close that values it"),
        fixed("exit_tick", Count, "", "bar of the exit, counted from the window's first"),
        fixed("quantity", Money, BASE, "all that was bought (of a short one: sold) in it"),
        fixed("entry_price", Money, QUOTE, "average price of its entries"),
        fixed(
            "exit_price",
            Money,
            QUOTE,
            "average price of its exits; of an open one, of its exits so far and the last close",
        ),
        fixed("fees", Money, QUOTE, "all fees of its fills"),
        fixed("pnl", Money, QUOTE, "profit or loss after all fees; of an open one, realised and unrealised"),
        fixed(
            "return_fraction",
            Float,
            "fraction",
            "profit or loss over the cost of its entries, fees included",
        ),
        fixed("mae", Money, QUOTE, "maximum adverse excursion: its worst unrealised result, at most 0"),
        fixed("mfe", Money, QUOTE, "maximum favourable excursion: its best unrealised result, at least 0"),
        fixed("fills", Small, "", "number of its fills"),
        fixed("entry_reason", Text, "", "why the strategy entered"),
        fixed(
            "exit_reason",
            Text,
            "",
            "why it ended: a reason of the strategy, a bracket, a risk limit, the window's end",
        ),
        TableColumn::InSomeRuns(ColumnDoc {
            name: "side",
            values: Text,
            nullable: false,
            unit: "",
            doc: "`long` or `short`; only in runs with an instrument on margin",
        }),
    ],
};

pub(super) const FILLS: ResultTable = ResultTable {
    name: "fills",
    row: "one fill",
    place: OF_AGENT,
    columns: &[
        WINDOW,
        fixed("order_id", Count, "", "the order that was filled, in `orders` of the same window"),
        fixed("tick", Count, "", "bar of the fill, counted from the window's first"),
        fixed("at", Time, "", "open of the bar; its close with `fill_at = \"close\"` and at a forced end"),
        fixed("symbol", Text, "", "what was traded"),
        fixed("side", Text, "", "`buy` or `sell`"),
        fixed("quantity", Money, BASE, "how much"),
        fixed("price", Money, QUOTE, "price that was paid, slippage included"),
        fixed("raw_price", Money, QUOTE, "the market's price, without slippage"),
        fixed("notional", Money, QUOTE, "quantity times price"),
        fixed("fee", Money, QUOTE, "fee of this fill"),
        fixed("liquidity", Text, "", "`taker` or `maker`"),
        optional(
            "realised_pnl",
            Money,
            QUOTE,
            "result of what it closed, after its fee and its share of the entry fees; none where it opened",
        ),
    ],
};

pub(super) const ORDERS: ResultTable = ResultTable {
    name: "orders",
    row: "one order, also one that was refused",
    place: OF_AGENT,
    columns: &[
        WINDOW,
        fixed("order_id", Count, "", "number of the order in its window"),
        fixed(
            "origin",
            Text,
            "",
            "who placed it: `strategy`, `bracket`, `risk`, `window_end` or `liquidation`",
        ),
        optional("parent_id", Count, "", "of a bracket's order, the entry it belongs to"),
        fixed("symbol", Text, "", "what it trades"),
        fixed("side", Text, "", "`buy` or `sell`"),
        fixed("kind", Text, "", "type of the order: `market`, `limit`, `stop`, .."),
        fixed("time_in_force", Text, "", "`gtc`, `day`, `ioc` or `good_till`"),
        optional("good_till", Time, "", "when a `good_till` order expires"),
        optional("limit_price", Money, QUOTE, "its limit"),
        optional("trigger_price", Money, QUOTE, "price at which a stop becomes active"),
        optional("quantity", Money, BASE, "size as a quantity"),
        optional("amount", Money, QUOTE, "size as an amount of money, where it was given so"),
        fixed("placed_at", Time, "", "when it was placed"),
        fixed("ended_at", Time, "", "when it ended"),
        fixed("status", Text, "", "how it ended: `filled`, `cancelled`, `expired` or `rejected`"),
        fixed("end_reason", Text, "", "why it ended"),
        optional("refusal_code", Text, "", "code of the check that refused it"),
        fixed("filled", Money, BASE, "how much of it was filled"),
        fixed("reason", Text, "", "why the strategy placed it"),
        fixed("detail", Text, "", "explanation of a refusal or a cut"),
    ],
};

pub(super) const EQUITY: ResultTable = ResultTable {
    name: "equity",
    row: "the account at the close of a bar",
    place: OF_AGENT,
    columns: &[
        WINDOW,
        TableColumn::InSomeRuns(ColumnDoc {
            name: "tick",
            values: Count,
            nullable: false,
            unit: "",
            doc: "the bar, counted from the window's first; only with `equity = \"daily\"` or `\"events\"`, which leave bars out",
        }),
        fixed("ts", Time, "", "open of the bar"),
        fixed("equity", CurveMoney, QUOTE, "cash and positions, marked at the close"),
        fixed("cash", CurveMoney, QUOTE, "cash in it"),
        fixed("drawdown", Float, "fraction", "distance from its peak in this window, at most 0"),
        fixed("in_market", Truth, "", "whether it held a position"),
        TableColumn::InSomeRuns(ColumnDoc {
            name: "net",
            values: CurveMoney,
            nullable: false,
            unit: QUOTE,
            doc: "value of long positions less that of short ones; only in runs with an instrument on margin",
        }),
        TableColumn::InSomeRuns(ColumnDoc {
            name: "gross",
            values: CurveMoney,
            nullable: false,
            unit: QUOTE,
            doc: "value of long and of short positions together; only in runs with an instrument on margin",
        }),
    ],
};

pub(super) const POSTINGS: ResultTable = ResultTable {
    name: "postings",
    row: "one payment that is no fill",
    place: "in `agents/NAME/`; only in runs with an instrument on margin or with dividends",
    columns: &[
        WINDOW,
        fixed("ts", Time, "", "when it was paid"),
        fixed("tick", Count, "", "bar of the payment, counted from the window's first"),
        optional("symbol", Text, "", "for which position, if for one"),
        fixed(
            "kind",
            Text,
            "",
            "what: `funding`, `borrow_fee`, `interest`, `liquidation_fee`, `insurance` or `dividend`",
        ),
        fixed("amount", Money, QUOTE, "received; negative where it was paid"),
    ],
};

pub(super) const PRICES: ResultTable = ResultTable {
    name: "prices",
    row: "a close of a symbol; a selection for charts, no result is computed from it",
    place: "",
    columns: &[
        fixed("symbol", Text, "", "whose close"),
        fixed("ts", Time, "", "open of the bar"),
        fixed("close", Float, QUOTE, "close of the bar"),
    ],
};

pub(super) const DECISIONS: ResultTable = ResultTable {
    name: "decisions",
    row: "one answer of an agent that is a program",
    place: "only in runs with such agents",
    columns: &[
        fixed("agent", Text, "", "who answered"),
        WINDOW,
        fixed("decision", Count, "", "number of the question in its window; 0 is the handshake"),
        fixed("kind", Text, "", "`line`, `late`, `fault`, or `stderr` for what it wrote there"),
        fixed("observation", Text, "", "BLAKE3 of the question, in hexadecimal"),
        optional("reply", Text, "", "the answer as it came"),
        optional("reply_hex", Text, "", "the answer in hexadecimal, where it is no text"),
        fixed("latency_us", Small, "microseconds", "time until the answer"),
        optional("model", Text, "", "language model that it reports"),
        optional("input_tokens", Count, "tokens", "reported use"),
        optional("output_tokens", Count, "tokens", "reported use"),
        optional("reasoning_tokens", Count, "tokens", "reported use"),
        optional("cost", Money, "currency of costs", "reported cost"),
        optional("confidence", Float, "fraction", "confidence that it states"),
        optional("note", Text, "", "note that it adds"),
    ],
};
