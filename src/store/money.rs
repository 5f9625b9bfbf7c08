//! Money in Parquet: exact decimals, or the nearest floats where the scenario asks for them.
//!
//! Owns the one conversion to floats and back. Amounts up to 67 million read back to all eight places; larger ones are
//! as near as a float can be.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type};
use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};

use crate::domain::Cash;

/// Units of one.
const UNITS: f64 = 1e8;
/// Decimal digits of the two exact types.
const WIDE_DIGITS: u8 = 38;
const NARROW_DIGITS: u8 = 18;

/// Type of the columns of money in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MoneyType {
    /// `Float64`.
    Float,
    /// `Decimal128(38, 8)`, which holds every amount.
    Wide,
    /// `Decimal128(18, 8)`, in Parquet integers of 64 bits: amounts below ten billion.
    Narrow,
}

/// The batch as it is stored; its amounts fit.
pub(super) fn stored(batch: &RecordBatch, money: MoneyType) -> Result<Cow<'_, RecordBatch>, ArrowError> {
    let digits = match money {
        MoneyType::Float => None,
        MoneyType::Wide => Some(WIDE_DIGITS),
        MoneyType::Narrow => Some(NARROW_DIGITS),
    };
    let schema = batch.schema();
    let stays = |kind: &DataType| match kind {
        DataType::Decimal128(now, _) => digits == Some(*now),
        _ => true,
    };
    if schema.fields().iter().all(|field| stays(field.data_type())) {
        return Ok(Cow::Borrowed(batch));
    }
    let (mut fields, mut columns) = (Vec::<Arc<Field>>::new(), Vec::<ArrayRef>::new());
    for (field, values) in schema.fields().iter().zip(batch.columns()) {
        let DataType::Decimal128(_, scale) = *field.data_type() else {
            fields.push(Arc::clone(field));
            columns.push(Arc::clone(values));
            continue;
        };
        let units = values.as_primitive::<Decimal128Type>();
        let column: ArrayRef = match digits {
            Some(digits) => Arc::new(units.clone().with_precision_and_scale(digits, scale)?),
            None => Arc::new(
                units
                    .iter()
                    .map(|units| units.map(|units| Cash::from_units(units).to_f64()))
                    .collect::<Float64Array>(),
            ),
        };
        fields.push(Arc::new(Field::new(field.name(), column.data_type().clone(), field.is_nullable())));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map(Cow::Owned)
}

/// Whether all amounts of a batch fit [`MoneyType::Narrow`].
pub(super) fn fits_narrow(batch: &RecordBatch) -> bool {
    let most = 10_i128.pow(NARROW_DIGITS.into());
    let mut amounts = batch.columns().iter().filter_map(|column| column.as_primitive_opt::<Decimal128Type>());
    amounts.all(|units| units.values().iter().all(|units| -most < *units && *units < most))
}

/// A column of money as units of 1e-8, however it is stored.
pub(super) fn units<'a>(batch: &'a RecordBatch, name: &str) -> Result<Cow<'a, [i128]>, String> {
    let array = batch.column_by_name(name).ok_or_else(|| format!("it has no column `{name}`"))?;
    if let Some(exact) = array.as_primitive_opt::<Decimal128Type>() {
        return Ok(Cow::Borrowed(exact.values().as_ref()));
    }
    let floats = array.as_primitive_opt::<Float64Type>();
    let floats = floats.ok_or_else(|| format!("column `{name}` has another type"))?;
    Ok(Cow::Owned(floats.values().iter().map(|&value| nearest(value)).collect()))
}

#[expect(clippy::cast_possible_truncation, reason = "rounded; a cast saturates")]
fn nearest(value: f64) -> i128 {
    // Whole and fraction apart: their product with 1e8 would lose digits.
    let whole = value.trunc();
    (whole as i128) * (UNITS as i128) + ((value - whole) * UNITS).round() as i128
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tables::{money, money_or_none, table};
    use proptest::prelude::*;

    fn batch(amounts: &[i128]) -> RecordBatch {
        let cash = || amounts.iter().map(|&units| Cash::from_units(units));
        let columns = vec![
            money("exact", cash()).unwrap(),
            money_or_none("some", cash().map(|cash| (cash != Cash::ZERO).then_some(cash))).unwrap(),
        ];
        table(columns).unwrap()
    }

    #[test]
    fn floats_are_the_nearest_and_a_missing_amount_stays_missing() {
        let batch = batch(&[10_000_000_001, 0, -1]);
        let floats = stored(&batch, MoneyType::Float).unwrap();
        let column = |index: usize| floats.column(index).as_primitive::<Float64Type>();
        assert_eq!(column(0).values().as_ref(), [100.000_000_01, 0.0, -1e-8]);
        assert_eq!(column(1).iter().collect::<Vec<_>>(), [Some(100.000_000_01), None, Some(-1e-8)]);
        assert!(floats.schema().field(1).is_nullable() && !floats.schema().field(0).is_nullable());
        assert!(units(&floats, "other").unwrap_err().contains("no column"));
    }

    proptest! {
        #[test]
        fn amounts_up_to_67_million_read_back_exactly(
            amounts in proptest::collection::vec(-6_700_000_000_000_000_i128..=6_700_000_000_000_000, 1..20)
        ) {
            let batch = batch(&amounts);
            for money in [MoneyType::Wide, MoneyType::Narrow, MoneyType::Float] {
                let stored = stored(&batch, money).unwrap();
                prop_assert_eq!(&*units(&stored, "exact").unwrap(), &amounts[..]);
            }
        }
    }
}
