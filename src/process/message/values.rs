//! Words, numbers and times of the messages, and their schemas.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::domain::{MoneyError, Price, Qty, Side, TimeError, Timestamp};

/// A side in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SideWord {
    /// Pays quote currency.
    Buy,
    /// Receives quote currency.
    Sell,
}

impl From<Side> for SideWord {
    fn from(side: Side) -> Self {
        match side {
            Side::Buy => Self::Buy,
            Side::Sell => Self::Sell,
        }
    }
}

impl From<SideWord> for Side {
    fn from(word: SideWord) -> Self {
        match word {
            SideWord::Buy => Self::Buy,
            SideWord::Sell => Self::Sell,
        }
    }
}

/// An order's type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderType {
    /// Fills at the next open.
    #[default]
    Market,
    /// Fills at `price` or better.
    Limit,
    /// A market order once `trigger` is reached.
    Stop,
    /// A limit order at `price` once `trigger` is reached.
    StopLimit,
    /// A sell at `price` that only reduces.
    TakeProfit,
    /// A stop that follows the best price at `distance_pct`.
    TrailingStop,
}

/// How long an order stays open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForceWord {
    /// Until it fills or the window ends.
    #[default]
    Gtc,
    /// Until the end of the trading day.
    Day,
    /// Until the first bar that could match it.
    Ioc,
    /// Until `expires`.
    GoodTill,
}

/// A number of the data, as the shortest decimal text that gives it back.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// An exact decimal: a price or a quantity. One of a masked agent has as many decimal places as it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact(pub Decimal);

impl Exact {
    /// As a price.
    ///
    /// # Errors
    /// Beyond eight decimal places, or too large.
    pub fn price(self) -> Result<Price, MoneyError> {
        Price::from_decimal(self.0)
    }

    /// The nearest float, as that of the amount that it was made of.
    pub fn to_f64(self) -> f64 {
        self.quantity().map_or(f64::NAN, Qty::to_f64)
    }

    /// As a quantity.
    ///
    /// # Errors
    /// As [`Self::price`].
    pub fn quantity(self) -> Result<Qty, MoneyError> {
        Qty::from_decimal(self.0)
    }
}

impl From<Price> for Exact {
    fn from(price: Price) -> Self {
        Self(price.to_decimal())
    }
}

impl From<Qty> for Exact {
    fn from(quantity: Qty) -> Self {
        Self(quantity.to_decimal())
    }
}

impl Serialize for Exact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text));
        number.map(Self).map_err(|_| serde::de::Error::custom(MoneyError::NotANumber { text }))
    }
}

impl JsonSchema for Exact {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Exact".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        DecimalText::json_schema(generator)
    }
}

/// A time of a message: RFC 3339 in UTC, or for an agent with masked dates a day number with the time of day,
/// `D4012T04:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A true time.
    At(Timestamp),
    /// A time on a numbered day.
    Day {
        /// Number of the day.
        number: i64,
        /// Microseconds since its midnight.
        micros: i64,
    },
}

impl Moment {
    /// The true time, where it is one.
    pub const fn time(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Day { .. } => None,
        }
    }
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self::At(time)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(time) => time.fmt(f),
            Self::Day { number, micros } => {
                let text = Timestamp::from_micros(*micros).to_string();
                let clock = text.split_once('T').map_or("", |(_, clock)| clock);
                write!(f, "D{number}T{clock}")
            }
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((number, clock)) = text.strip_prefix('D').and_then(|rest| rest.split_once('T'))
            && let Ok(number) = number.parse()
            && let Ok(time) = format!("1970-01-01T{clock}").parse::<Timestamp>()
        {
            return Ok(Self::Day { number, micros: time.micros() });
        }
        text.parse().map(Self::At).map_err(|error: TimeError| error.to_string())
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The schema of a decimal string.
pub(super) struct DecimalText;

impl JsonSchema for DecimalText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" })
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "anyOf": [
            { "format": "date-time" },
            { "pattern": "^D-?[0-9]+T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$" },
        ] })
    }
}
