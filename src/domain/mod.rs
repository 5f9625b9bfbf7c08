//! Values used by every other room: money, time, names, orders, seeds.
//!
//! Owns the newtypes and their arithmetic. Never reads a file, holds no state, depends on no other room.
//! Invariants: a value that exists is valid; every rounding is named where it happens.

mod carried;
mod count;
mod day_start;
mod indicator;
mod instrument;
mod margin;
mod metric;
mod money;
mod name;
mod operator;
mod order;
mod seed;
mod shard;
mod time;
mod usage;
pub mod word;
mod zone;

pub use carried::{CarriedPosition, CarriedTrip, Wallet};
pub use count::{counted, grouped, plural};
pub use day_start::{DayStart, DayStartError};
pub use indicator::{BarField, Formula, IndicatorSpec, Literal, Thousandths};
pub use instrument::{Instrument, SymbolId};
pub use margin::{FundingSource, InitialMargin, MaintenanceBasis, MarginBracket, MarginKind, MarginTerms};
pub use metric::{Metric, MetricBasis, MetricDirection, MetricInfo, MetricUnit};
pub use money::{Bps, Cash, MoneyError, Price, PriceSum, Qty, Rate, Rounding, UNITS_PER_ONE};
pub use name::{AgentName, NameError, Symbol, check_name};
pub use operator::{BinaryOp, Function};
pub use order::{
    Action, Bracket, Distance, Liquidity, OrderId, OrderKind, OrderOrigin, OrderRequest, OrderStatus,
    Protection, RefusalCode, Side, Size, TimeInForce,
};
pub use seed::Seed;
pub use shard::{Shard, ShardError};
pub use time::{Interval, Span, TimeError, Timestamp};
pub use usage::UsageTotals;
pub use zone::{LocalTime, TimePart, Zone, ZoneError};
