//! The names that a strategy of one's own needs: `use tiltyard::prelude::*`.

pub use crate::domain::{
    Bps, Cash, Distance, IndicatorSpec, Interval, OrderId, Price, Protection, Qty, Side, Size, Span,
    SymbolId, TimeInForce, Timestamp,
};
pub use crate::strategy::{
    Bar, BarContext, ClosedBars, IndicatorId, Needs, OpenOrder, Orders, PositionView, Strategy,
    StrategyError, TimeframeId, Wake,
};
