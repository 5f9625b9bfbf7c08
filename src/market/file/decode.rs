//! Converts Arrow arrays of various types to times and numbers.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType,
    Float16Type, Float32Type, Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray, downcast_integer_array};
use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};

use super::strings::{is_text, strings};
use crate::domain::Timestamp;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A column of times in the file's own unit.
pub struct RawTimes {
    /// One per row; undefined where null.
    pub values: ScalarBuffer<i64>,
    /// The null rows.
    pub nulls: Option<NullBuffer>,
    /// The first text that cannot be parsed as a time, with its row in the array.
    pub unreadable: Option<(usize, String)>,
}

/// Conversion of a file's time unit to microseconds: times `multiply`, divided by `divide`, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeScale {
    multiply: i64,
    divide: i64,
}

impl TimeScale {
    const MICROS: Self = Self { multiply: 1, divide: 1 };

    /// For a column of this type. For integers, `largest` (the column's maximum) determines the unit.
    pub fn of(kind: &DataType, largest: i64) -> Self {
        match kind {
            DataType::Timestamp(TimeUnit::Second, _) => Self { multiply: 1_000_000, divide: 1 },
            DataType::Timestamp(TimeUnit::Millisecond, _) | DataType::Date64 => {
                Self { multiply: 1_000, divide: 1 }
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => Self { multiply: 1, divide: 1_000 },
            DataType::Date32 => Self { multiply: MICROS_PER_DAY, divide: 1 },
            kind if kind.is_integer() => Self::of_epoch(largest),
            _ => Self::MICROS,
        }
    }

    /// Determines the unit of epoch integers by magnitude. From March 1973 to the year 5138 the ranges of the
    /// units do not overlap, and the newest bar of any file is in that period.
    const fn of_epoch(largest: i64) -> Self {
        match largest {
            ..100_000_000_000 => Self { multiply: 1_000_000, divide: 1 },
            100_000_000_000..100_000_000_000_000 => Self { multiply: 1_000, divide: 1 },
            100_000_000_000_000..100_000_000_000_000_000 => Self::MICROS,
            _ => Self { multiply: 1, divide: 1_000 },
        }
    }

    /// Converts one value.
    pub const fn instant(self, raw: i64) -> Timestamp {
        let scaled = raw.saturating_mul(self.multiply);
        // Of most files nothing is divided, which takes longer than all else.
        Timestamp::from_micros(if self.divide == 1 { scaled } else { scaled.div_euclid(self.divide) })
    }
}

/// The times as stored. Time zones are ignored: Arrow counts from 1970 in UTC in any zone, and a time without
/// a zone is taken as UTC. `None` where the type holds no times.
pub fn raw_times(array: &ArrayRef) -> Option<RawTimes> {
    let nulls = array.nulls().cloned();
    let whole = |values| Some(RawTimes { values, nulls: nulls.clone(), unreadable: None });
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            whole(array.as_primitive::<TimestampSecondType>().values().clone())
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            whole(array.as_primitive::<TimestampMillisecondType>().values().clone())
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            whole(array.as_primitive::<TimestampMicrosecondType>().values().clone())
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            whole(array.as_primitive::<TimestampNanosecondType>().values().clone())
        }
        DataType::Date64 => whole(array.as_primitive::<Date64Type>().values().clone()),
        DataType::Date32 => {
            whole(array.as_primitive::<Date32Type>().values().iter().map(|&days| i64::from(days)).collect())
        }
        kind if kind.is_integer() => {
            let wide = widened(array)?;
            let nulls = wide.nulls().cloned();
            Some(RawTimes { values: wide.values().clone(), nulls, unreadable: None })
        }
        kind if is_text(kind) => text_times(array),
        _ => None,
    }
}

/// The integers as 64 bits; those above are null.
fn widened(array: &ArrayRef) -> Option<PrimitiveArray<Int64Type>> {
    downcast_integer_array!(
        array => Some(array.unary_opt(ArrowNativeType::to_i64)),
        _ => None
    )
}

fn text_times(array: &ArrayRef) -> Option<RawTimes> {
    let cells = strings(array)?;
    let nulls = NullBuffer::from_iter(cells.iter().map(Option::is_some));
    let mut unreadable = None;
    let values = cells.into_iter().enumerate().map(|(row, text)| {
        let Some(text) = text else { return 0 };
        let read = text.trim().parse::<Timestamp>();
        if read.is_err() {
            unreadable.get_or_insert((row, text));
        }
        read.map_or(0, Timestamp::micros)
    });
    Some(RawTimes {
        values: values.collect(),
        nulls: Some(nulls).filter(|nulls| nulls.null_count() > 0),
        unreadable,
    })
}

/// As [`numbers`]; floats that nobody else holds are taken over where nothing is there yet.
pub fn append_numbers(array: ArrayRef, out: &mut Vec<f64>) -> bool {
    match array.as_primitive_opt::<Float64Type>() {
        Some(floats) if out.is_empty() && floats.null_count() == 0 => {
            let values = floats.values().clone();
            drop(array);
            *out = values.into();
            true
        }
        _ => numbers(&array, out),
    }
}

/// Appends the array's numbers to `out`, NaN where null. Returns `false` where the type holds no numbers.
pub fn numbers(array: &ArrayRef, out: &mut Vec<f64>) -> bool {
    let start = out.len();
    let known = match array.data_type() {
        DataType::Float64 => {
            out.extend_from_slice(array.as_primitive::<Float64Type>().values());
            true
        }
        // The shortest decimal that parses to the same `f32` is what the vendor printed: 0.1 becomes 0.1.
        DataType::Float32 => {
            out.extend(array.as_primitive::<Float32Type>().values().iter().map(|&value| shortest(value)));
            true
        }
        DataType::Decimal32(_, scale) => decimals::<Decimal32Type>(array, *scale, out),
        DataType::Decimal64(_, scale) => decimals::<Decimal64Type>(array, *scale, out),
        DataType::Decimal128(_, scale) => decimals::<Decimal128Type>(array, *scale, out),
        // Beyond 128 bits is beyond what any price or volume is.
        DataType::Decimal256(_, scale) => {
            let wide = array
                .as_primitive::<Decimal256Type>()
                .iter()
                .map(|value| value.unwrap_or_default().to_i128());
            let Some(wide) = wide.collect::<Option<Vec<_>>>() else { return false };
            out.extend(wide.into_iter().map(|value| decimal(value, *scale)));
            true
        }
        DataType::Float16 => {
            out.extend(array.as_primitive::<Float16Type>().values().iter().map(|value| value.to_f64()));
            true
        }
        kind if kind.is_integer() => integers(array, out),
        _ => false,
    };
    if let Some(nulls) = array.nulls().filter(|nulls| known && nulls.null_count() > 0) {
        for (row, value) in out[start..].iter_mut().enumerate() {
            if nulls.is_null(row) {
                *value = f64::NAN;
            }
        }
    }
    known
}

/// Appends the nearest floats of decimals of up to 128 bits.
fn decimals<T: DecimalType>(array: &ArrayRef, scale: i8, out: &mut Vec<f64>) -> bool
where
    T::Native: Into<i128>,
{
    out.extend(array.as_primitive::<T>().values().iter().map(|&value| decimal(value.into(), scale)));
    true
}

/// Appends the nearest floats of integers of any width.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_lossless,
    reason = "to the nearest float, of any integer type"
)]
fn integers(array: &ArrayRef, out: &mut Vec<f64>) -> bool {
    downcast_integer_array!(
        array => {
            out.extend(array.values().iter().map(|&value| value as f64));
            true
        },
        _ => false
    )
}

fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

/// The `f64` nearest to `value / 10^scale`. One division is exact if both operands are exact in `f64`; larger
/// ones are converted through text.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn decimal(value: i128, scale: i8) -> f64 {
    const EXACT: [f64; 19] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18,
    ];
    match usize::try_from(scale).ok().and_then(|scale| EXACT.get(scale)) {
        Some(power) if value.unsigned_abs() < 1 << 53 => value as f64 / power,
        _ => Decimal128Type::format_decimal(value, 38, scale).parse().unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        Date32Array, Decimal32Array, Decimal64Array, Decimal128Array, Decimal256Array, Float32Array,
        Int32Array, Int64Array, StringArray, TimestampSecondArray, UInt64Array,
    };

    use super::*;
    use arrow_buffer::i256;

    fn instants(array: ArrayRef) -> Vec<String> {
        let raw = raw_times(&array).unwrap();
        let scale = TimeScale::of(array.data_type(), raw.values.iter().copied().max().unwrap());
        raw.values.iter().map(|&value| scale.instant(value).to_string()).collect()
    }

    #[test]
    fn every_unit_of_time_is_the_same_instant() {
        let day = "2024-01-31T00:00:00Z";
        let seconds = 1_706_659_200_i64;
        assert_eq!(instants(Arc::new(Int64Array::from(vec![seconds]))), [day]);
        assert_eq!(instants(Arc::new(Int64Array::from(vec![seconds * 1_000]))), [day]);
        assert_eq!(instants(Arc::new(Int64Array::from(vec![seconds * 1_000_000]))), [day]);
        assert_eq!(instants(Arc::new(Int64Array::from(vec![seconds * 1_000_000_000]))), [day]);
        assert_eq!(instants(Arc::new(UInt64Array::from(vec![seconds as u64]))), [day]);
        assert_eq!(instants(Arc::new(Date32Array::from(vec![19_753]))), [day]);
        let zoned = TimestampSecondArray::from(vec![seconds]).with_timezone("+02:00");
        assert_eq!(instants(Arc::new(zoned)), [day]);
        let texts = vec!["2024-01-31", "2024-01-31 00:00:00", "2024-01-31T02:00:00+02:00"];
        assert_eq!(instants(Arc::new(StringArray::from(texts))), [day; 3]);
    }

    #[test]
    fn the_latest_time_of_a_file_determines_its_unit() {
        // Milliseconds of 1970-04-26 on their own would look like seconds of the year 2285.
        let mixed = vec![9_936_000_000, 1_706_659_200_000];
        let texts = instants(Arc::new(Int64Array::from(mixed)));
        assert_eq!(texts, ["1970-04-26T00:00:00Z", "2024-01-31T00:00:00Z"]);
    }

    #[test]
    fn an_invalid_time_is_quoted() {
        let array: ArrayRef = Arc::new(StringArray::from(vec!["2024-01-31", "yesterday"]));
        assert_eq!(raw_times(&array).unwrap().unreadable, Some((1, "yesterday".to_owned())));
    }

    #[test]
    fn numbers_of_any_type_are_the_nearest_floats() {
        let mut out = Vec::new();
        assert!(numbers(&(Arc::new(Float32Array::from(vec![0.1_f32, 1234.56])) as ArrayRef), &mut out));
        assert!(numbers(&(Arc::new(Int32Array::from(vec![7])) as ArrayRef), &mut out));
        let decimals = Decimal128Array::from(vec![4_210_050_i128, 10_i128.pow(26) + 1]);
        let decimals = decimals.with_precision_and_scale(38, 8).unwrap();
        assert!(numbers(&(Arc::new(decimals) as ArrayRef), &mut out));
        assert_eq!(out, [0.1, 1234.56, 7.0, 0.0421005, 1e18]);
        assert!(!numbers(&(Arc::new(StringArray::from(vec!["1.5"])) as ArrayRef), &mut out));
    }

    #[test]
    fn decimals_of_every_width_are_the_same_numbers() {
        let mut out = Vec::new();
        let all: [ArrayRef; 3] = [
            Arc::new(Decimal32Array::from(vec![4_210]).with_precision_and_scale(9, 3).unwrap()),
            Arc::new(Decimal64Array::from(vec![4_210]).with_precision_and_scale(18, 3).unwrap()),
            Arc::new(Decimal256Array::from(vec![i256::from(4_210)]).with_precision_and_scale(76, 3).unwrap()),
        ];
        assert!(all.iter().all(|array| numbers(array, &mut out)));
        assert_eq!(out, [4.21; 3]);
        let beyond = Decimal256Array::from(vec![i256::MAX]).with_precision_and_scale(76, 3).unwrap();
        assert!(!numbers(&(Arc::new(beyond) as ArrayRef), &mut out));
    }

    #[test]
    fn a_null_is_not_a_number() {
        let mut out = vec![5.0];
        assert!(numbers(&(Arc::new(Int32Array::from(vec![Some(1), None])) as ArrayRef), &mut out));
        assert_eq!(&out[..2], [5.0, 1.0]);
        assert!(out[2].is_nan());
    }
}
