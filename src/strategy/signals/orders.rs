//! `mode = "orders"`: places the orders of the file.

use std::sync::Arc;

use super::known::Known;
use crate::scenario::{SignalOrder, SignalRows, SignalTable};
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Strategy, StrategyError};

/// Places each order once, in the file's order. Those that were known before the window began are not placed.
pub(super) struct FileOrders {
    table: Arc<SignalTable>,
    known: Known,
    /// The first order that is not known yet.
    next: usize,
    /// Known ones whose symbol has had no bar since.
    waiting: Vec<usize>,
}

impl FileOrders {
    pub fn new(table: &Arc<SignalTable>, known: Known) -> Self {
        Self { table: Arc::clone(table), known, next: 0, waiting: Vec::new() }
    }
}

impl Strategy for FileOrders {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let (rows, known) = (rows(&self.table), self.known);
        if ctx.bars_since_start() == 0 {
            self.next = rows.partition_point(|row| known.at(row.at) <= ctx.open_time());
        }
        while rows.get(self.next).is_some_and(|row| known.at(row.at) <= ctx.time()) {
            self.waiting.push(self.next);
            self.next += 1;
        }
        self.waiting.retain(|&index| {
            let request = rows[index].request;
            let has_bar = ctx.row(request.symbol).is_some();
            if has_bar {
                orders.place(request);
            }
            !has_bar
        });
        Ok(())
    }
}

impl Search for FileOrders {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let rows = rows(&self.table);
        let waiting = self.waiting.iter().map(|&index| ahead.next_bar(rows[index].request.symbol));
        let later = rows.get(self.next).map_or(NEVER, |row| ahead.first_decision(self.known.at(row.at)));
        waiting.chain([later]).min().unwrap_or(NEVER)
    }
}

fn rows(table: &SignalTable) -> &[SignalOrder] {
    match &table.rows {
        SignalRows::Orders(rows) => rows,
        SignalRows::Values(_) => &[],
    }
}
