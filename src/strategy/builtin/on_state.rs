//! Strategies that enter while one condition holds and leave while another does.

use crate::domain::{Action, Bps, SymbolId};
use crate::strategy::orders::{enter, leave};
use crate::strategy::{Account, Moment, Strategy};

/// The two conditions of one symbol. A missing value fulfils none.
pub(in crate::strategy) trait Signal: Send {
    /// Whether a bar of its timeframe closes with base row `row`.
    fn just_closed(&self, row: usize) -> bool;
    /// Whether to be in.
    fn enters(&self, row: usize) -> bool;
    /// Whether to be out.
    fn exits(&self, row: usize) -> bool;
}

/// Acts on the STATE of a signal, each symbol on its own, when a bar of the timeframe closes.
///
/// Enters while the entry condition holds, nothing is held and no buy waits; leaves while the exit
/// condition holds and something is held. Each order is sent once: a refused or rejected one is sent again
/// only after its condition has been false in between.
pub(in crate::strategy) struct OnState<S> {
    watched: Vec<Watched<S>>,
    size: Bps,
    reasons: Reasons,
}

/// What the orders are logged as.
#[derive(Clone, Copy)]
pub(super) struct Reasons {
    pub entry: &'static str,
    pub exit: &'static str,
}

struct Watched<S> {
    symbol: SymbolId,
    signal: S,
    may_enter: bool,
    may_exit: bool,
}

impl<S: Signal> OnState<S> {
    pub(super) fn new(symbols: &[SymbolId], size: Bps, reasons: Reasons, of: impl Fn(SymbolId) -> S) -> Self {
        let watch = |&symbol| Watched { symbol, signal: of(symbol), may_enter: true, may_exit: true };
        Self { watched: symbols.iter().map(watch).collect(), size, reasons }
    }
}

impl<S: Signal> Strategy for OnState<S> {
    fn on_bar(
        &mut self,
        moment: &Moment<'_>,
        account: &dyn Account,
        actions: &mut Vec<Action>,
    ) -> Result<(), String> {
        for watched in &mut self.watched {
            let Some(row) = moment.row(watched.symbol) else { continue };
            if !watched.signal.just_closed(row) {
                continue;
            }
            let (enters, exits) = (watched.signal.enters(row), watched.signal.exits(row));
            watched.may_enter |= !enters;
            watched.may_exit |= !exits;
            if enters && watched.may_enter {
                let sent = enter(account, watched.symbol, self.size, self.reasons.entry, actions);
                watched.may_enter = !sent;
            }
            if exits && watched.may_exit {
                let sent = leave(account, watched.symbol, self.reasons.exit, actions);
                watched.may_exit = !sent;
            }
        }
        Ok(())
    }
}
