//! Tables of orders.

use std::path::Path;

use super::SignalFileError;
use super::grid::Grid;
use crate::domain::{Cash, MoneyError, OrderKind, Price, Qty, Side, Size, TimeInForce, Timestamp};

const COLUMNS: [&str; 8] = ["symbol", "side", "type", "price", "trigger", "quantity", "amount", "tif"];

/// Orders in the order of time, and at one time in the file's order.
pub struct OrderRows {
    grid: Grid,
    /// At least one.
    pub orders: Vec<FileOrder>,
}

/// One order.
#[derive(Debug, Clone, PartialEq)]
pub struct FileOrder {
    /// Its row, from 0.
    pub row: usize,
    /// Time as stamped in the file.
    pub at: Timestamp,
    /// The symbol's name as written.
    pub symbol: String,
    /// Buy or sell.
    pub side: Side,
    /// Type, with its prices.
    pub kind: OrderKind,
    /// Quantity or amount.
    pub size: Size,
    /// How long it waits at most.
    pub time_in_force: TimeInForce,
}

impl OrderRows {
    /// Reads a table of orders.
    ///
    /// # Errors
    /// [`SignalFileError`] with the first problem, and where it is.
    pub fn read(path: &Path) -> Result<Self, SignalFileError> {
        let grid = Grid::read(path)?;
        let time = grid.time_column()?;
        for column in (0..grid.names.len()).filter(|&column| column != time && !grid.is_index(column)) {
            let name = &grid.names[column];
            if !COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                let help = format!("its columns can be ts, {}", COLUMNS.join(", "));
                return Err(SignalFileError::columns(path, format!("has an unknown column `{name}`"), help));
            }
        }
        let cells = Cells::of(&grid)?;
        let times = grid.times(time)?;
        let orders = times.iter().enumerate().map(|(row, &at)| cells.order(row, at));
        let orders = orders.collect::<Result<_, _>>()?;
        drop(cells);
        Ok(Self { grid, orders })
    }

    /// The error of a row.
    pub fn refuse(&self, row: usize, problem: String, help: String) -> SignalFileError {
        self.grid.refuse(row, problem, help)
    }
}

/// The columns as text, by place in [`COLUMNS`]; none where the file has no such column.
struct Cells<'g> {
    grid: &'g Grid,
    columns: [Option<Vec<String>>; 8],
}

impl<'g> Cells<'g> {
    fn of(grid: &'g Grid) -> Result<Self, SignalFileError> {
        let mut columns: [Option<Vec<String>>; 8] = Default::default();
        for (name, column) in COLUMNS.iter().zip(&mut columns) {
            *column = grid.column(name).map(|index| grid.texts(index)).transpose()?;
        }
        for (name, column) in COLUMNS.iter().zip(&columns).take(2) {
            if column.is_none() {
                let problem = format!("has no column `{name}`");
                let help = "a table of orders has `ts`, `symbol`, `side`, and `quantity` or `amount`";
                return Err(SignalFileError::columns(&grid.path, problem, help));
            }
        }
        Ok(Self { grid, columns })
    }

    /// A cell, where it is written.
    fn cell(&self, name: &str, row: usize) -> Option<&str> {
        let index = COLUMNS.iter().position(|column| *column == name)?;
        let text = self.columns[index].as_ref()?.get(row)?.as_str();
        Some(text).filter(|text| !text.is_empty())
    }

    fn order(&self, row: usize, at: Timestamp) -> Result<FileOrder, SignalFileError> {
        let refuse = |problem: String, help: &str| Err(self.grid.refuse(row, problem, help));
        let Some(symbol) = self.cell("symbol", row) else {
            return refuse("the symbol is missing".to_owned(), "name the symbol");
        };
        let side = match self.cell("side", row) {
            Some(text) if text.eq_ignore_ascii_case("buy") => Side::Buy,
            Some(text) if text.eq_ignore_ascii_case("sell") => Side::Sell,
            other => {
                let problem = format!("`{}` is not a side", other.unwrap_or_default());
                return refuse(problem, "write `buy` or `sell`");
            }
        };
        let time_in_force = match self.cell("tif", row).map(str::to_ascii_lowercase).as_deref() {
            None | Some("gtc") => TimeInForce::Gtc,
            Some("day") => TimeInForce::Day,
            Some("ioc") => TimeInForce::Ioc,
            Some(other) => {
                return refuse(format!("`{other}` is not a time in force"), "write `gtc`, `day` or `ioc`");
            }
        };
        let (kind, size) = (self.kind(row)?, self.size(row)?);
        Ok(FileOrder { row, at, symbol: symbol.to_owned(), side, kind, size, time_in_force })
    }

    fn kind(&self, row: usize) -> Result<OrderKind, SignalFileError> {
        let kind = self.cell("type", row).unwrap_or("market").to_ascii_lowercase();
        let (price, trigger) = (self.amount("price", row)?, self.amount("trigger", row)?);
        let price = price.map(Price::from_units);
        let trigger = trigger.map(Price::from_units);
        match (kind.as_str(), price, trigger) {
            ("market", None, None) => Ok(OrderKind::Market),
            ("limit", Some(price), None) => Ok(OrderKind::Limit { price }),
            ("take_profit", Some(price), None) => Ok(OrderKind::TakeProfit { price }),
            ("stop", None, Some(trigger)) | ("stop", Some(trigger), None) => Ok(OrderKind::Stop { trigger }),
            ("stop_limit", Some(price), Some(trigger)) => Ok(OrderKind::StopLimit { trigger, price }),
            ("market" | "limit" | "take_profit" | "stop" | "stop_limit", ..) => Err(self.grid.refuse(
                row,
                format!("a `{kind}` order has other prices"),
                "a market order has none, limit, take_profit and stop have `price`, stop_limit `price` and `trigger`",
            )),
            _ => Err(self.grid.refuse(
                row,
                format!("`{kind}` is not a type of order in a file"),
                "write market, limit, stop, stop_limit or take_profit",
            )),
        }
    }

    fn size(&self, row: usize) -> Result<Size, SignalFileError> {
        match (self.amount("quantity", row)?, self.amount("amount", row)?) {
            (Some(quantity), None) => Ok(Size::Qty(Qty::from_units(quantity))),
            (None, Some(amount)) => Ok(Size::Quote(Cash::from_units(amount))),
            (one, _) => {
                let problem = if one.is_some() { "has a quantity and an amount" } else { "has no size" };
                let help =
                    "write `quantity` (of the asset) or `amount` (of money, fee included), one of the two";
                Err(self.grid.refuse(row, problem, help))
            }
        }
    }

    /// A positive decimal in units of 1e-8, where it is written.
    fn amount(&self, name: &str, row: usize) -> Result<Option<i128>, SignalFileError> {
        let Some(text) = self.cell(name, row) else { return Ok(None) };
        let refuse = |problem: String, help: &str| Err(self.grid.refuse(row, problem, help));
        match text.parse::<Cash>() {
            Ok(amount) if amount.is_positive() => Ok(Some(amount.units())),
            Ok(_) => refuse(format!("`{text}` in `{name}` is not above zero"), "write a positive number"),
            Err(MoneyError::TooPrecise { .. }) => match float_units(text) {
                Some(units) => Ok(Some(units)),
                None => refuse(
                    format!("`{text}` in `{name}` has more than 8 decimal places"),
                    "round it, in pandas for example with `.round(8)`",
                ),
            },
            Err(_) => refuse(format!("`{text}` in `{name}` is not a number"), "write a plain decimal number"),
        }
    }
}

/// The units of 1e-8 of a float that stands for a decimal of eight places, as 0.30000000000000004 for 0.3.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and such an order is refused")]
fn float_units(text: &str) -> Option<i128> {
    let units = text.parse::<f64>().ok()? * 1e8;
    let near = units.round();
    let error = 4.0 * f64::EPSILON * near.abs().max(1.0);
    ((units - near).abs() <= error && near > 0.0).then_some(near as i128)
}
