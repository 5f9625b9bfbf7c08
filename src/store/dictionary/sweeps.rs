//! The tables of sweeps.

use super::table::ColumnType::{Count, Float, Money, Small, Text};
use super::table::{ResultTable, TableColumn, fixed, optional};

const IN_SWEEPS: &str = "only in runs with a `[sweep]` table";
const TRIAL: TableColumn = fixed("trial", Small, "", "number of the trial, from 0");

pub(super) const RESULTS: ResultTable = ResultTable {
    name: "results",
    row: "one trial",
    place: IN_SWEEPS,
    columns: &[
        TRIAL,
        fixed("status", Text, "", "`complete`, `pruned` by the search, or `failed`"),
        optional("rank", Small, "", "place by score; none where it does not rank"),
        optional("score", Float, "unit of the objective", "its objective over all windows"),
        fixed("windows", Small, "", "number of windows it was replayed in"),
        TableColumn::Parameters,
        fixed("trades", Count, "", "number of closed round trips"),
        fixed("fees", Money, "quote currency", "all fees"),
        TableColumn::Metrics,
        optional("score_missing", Text, "", "why there is no score, or why it is infinite"),
    ],
};

pub(super) const WINDOWS: ResultTable = ResultTable {
    name: "windows",
    row: "one trial in one window",
    place: IN_SWEEPS,
    columns: &[
        TRIAL,
        fixed("window", Small, "", "number of the window, from 0"),
        fixed("status", Text, "", "how the replay ended"),
        optional("score", Float, "unit of the objective", "its objective in this window"),
        fixed("final_equity", Money, "quote currency", "equity at the window's end"),
        fixed("fees", Money, "quote currency", "all fees"),
        fixed("trades", Count, "", "number of closed round trips"),
        TableColumn::Metrics,
    ],
};

pub(super) const VALIDATION: ResultTable = ResultTable {
    name: "validation",
    row: "one split of the windows into training and test",
    place: "only in runs with a `[validation]` table",
    columns: &[
        fixed("split", Small, "", "number of the split, from 0"),
        fixed("train", Text, "", "numbers of the training windows"),
        fixed("test", Text, "", "numbers of the test windows"),
        fixed("trials", Small, "", "number of trials tried in training"),
        optional("in_sample", Float, "unit of the objective", "score of the choice in training"),
        optional("out_of_sample", Float, "unit of the objective", "score of the choice in the test"),
        TableColumn::Parameters,
    ],
};
