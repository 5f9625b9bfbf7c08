//! A window's record as bytes, one field after the other, little-endian.

use super::bytes::Bytes;
use crate::domain::{Cash, Span, Timestamp};
use crate::metrics::{
    CurveParts, CurveTimes, Details, OtherSums, Record, ReturnSums, Summary, TradeDetails, TradeSums,
};

/// A value of fixed width, or a struct of such.
pub(super) trait Field: Sized {
    /// Appends the encoded value.
    fn put(&self, bytes: &mut Vec<u8>);
    /// Read back; `None` at the end of the bytes.
    fn get(bytes: &mut Bytes<'_>) -> Option<Self>;
}

macro_rules! numbers {
    ($($number:ty),*) => { $(
        impl Field for $number {
            fn put(&self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            fn get(bytes: &mut Bytes<'_>) -> Option<Self> {
                bytes.take().map(Self::from_le_bytes)
            }
        }
    )* };
}

numbers!(u32, u64, i64, i128, f64);

macro_rules! by_way_of {
    ($($name:ty: $number:ty, $from:path, $to:path;)*) => { $(
        impl Field for $name {
            fn put(&self, bytes: &mut Vec<u8>) {
                let number: $number = $to(*self);
                number.put(bytes);
            }

            fn get(bytes: &mut Bytes<'_>) -> Option<Self> {
                <$number>::get(bytes).map($from)
            }
        }
    )* };
}

by_way_of! {
    Cash: i128, Cash::from_units, Cash::units;
    Timestamp: i64, Timestamp::from_micros, Timestamp::micros;
    Span: i64, Span::from_micros, Span::micros;
}

impl Field for bool {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }

    fn get(bytes: &mut Bytes<'_>) -> Option<Self> {
        match bytes.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.0.put(bytes);
        self.1.put(bytes);
    }

    fn get(bytes: &mut Bytes<'_>) -> Option<Self> {
        Some((A::get(bytes)?, B::get(bytes)?))
    }
}

macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => { $(
        impl Field for $name {
            fn put(&self, bytes: &mut Vec<u8>) {
                $( self.$field.put(bytes); )*
            }

            fn get(bytes: &mut Bytes<'_>) -> Option<Self> {
                $( let $field = Field::get(bytes)?; )*
                Some(Self { $($field),* })
            }
        }
    )* };
}

structs! {
    Record { summary, details }
    Summary { windows, acted, length, unfunded, ruined, gain, curve, returns, trades, other, pnl }
    CurveParts { high, low, worst }
    ReturnSums { count, sum, squares, downside, least, most, product, years, rates }
    TradeSums { count, wins, losses, gains, lost }
    OtherSums { wins, losses, gains, lost }
    Details { first_at, last_at, curve, trades, fees, turned_over, ticks, ticks_in_market, ticks_touched }
    CurveTimes { high_at, low_at, peak_at, trough_at }
    TradeDetails { squares, least, most, returns, seconds }
}
