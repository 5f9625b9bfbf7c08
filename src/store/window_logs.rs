//! The logs of a window as a table is made of them: as they are, or out of the bytes that a run has kept them in.

use std::borrow::Cow;

use crate::engine::{FillRow, OrderRow, Posting, Replay, RoundTrip};
use crate::tournament::{WindowLogs, WindowResult};

/// The bytes of logs, for [`RunOptions::pack_logs`](crate::tournament::RunOptions::pack_logs).
#[expect(clippy::expect_used, reason = "every field is a number, text, list or struct: nothing can fail")]
pub fn pack_logs(logs: &WindowLogs) -> Box<[u8]> {
    postcard::to_stdvec(logs).expect("plain values").into()
}

/// The logs of a window whose bytes are kept; `None` where its replay has them.
#[expect(clippy::expect_used, reason = "the bytes were made by `pack_logs` in this process")]
pub(super) fn unpacked(window: &WindowResult) -> Option<WindowLogs> {
    let packed = window.packed.as_ref()?;
    Some(postcard::from_bytes(&packed.bytes).expect("logs as they were packed"))
}

/// The replay of a window, with its holdings.
pub(super) fn with_holdings<'w>(window: &'w WindowResult, unpacked: Option<&WindowLogs>) -> Cow<'w, Replay> {
    match unpacked {
        Some(logs) => Cow::Owned(Replay { holdings: logs.holdings.clone(), ..window.replay.clone() }),
        None => Cow::Borrowed(&window.replay),
    }
}

/// The logs of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogRows<'w> {
    pub orders: &'w [OrderRow],
    pub fills: &'w [FillRow],
    pub postings: &'w [Posting],
    pub round_trips: &'w [RoundTrip],
}

impl<'w> LogRows<'w> {
    /// Those that were unpacked, else those of the replay.
    pub fn of(window: &'w WindowResult, unpacked: Option<&'w WindowLogs>) -> Self {
        let replay = &window.replay;
        match unpacked {
            Some(WindowLogs { orders, fills, postings, round_trips, .. }) => {
                Self { orders, fills, postings, round_trips }
            }
            None => Self {
                orders: &replay.orders,
                fills: &replay.fills,
                postings: &replay.postings,
                round_trips: &replay.round_trips,
            },
        }
    }
}
