//! Text of an array's cells, whatever the array's type.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, DecimalType};
use arrow_array::{Array, ArrayRef, downcast_integer_array};
use arrow_schema::DataType;

use super::decode::{TimeScale, numbers, raw_times};
use super::strings::{is_text, strings};

/// Whether the type holds instants or days.
pub fn is_time(kind: &DataType) -> bool {
    matches!(kind, DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64)
}

/// The cells as text, `None` where null: text as it is, integers and decimals exactly, floats as the shortest
/// decimals, times as RFC 3339. `None` for any other type.
pub fn texts(array: &ArrayRef) -> Option<Vec<Option<String>>> {
    match array.data_type() {
        kind if is_text(kind) => strings(array),
        kind if kind.is_integer() => integers(array),
        kind if is_time(kind) => {
            let scale = TimeScale::of(kind, 0);
            let values = raw_times(array)?.values;
            Some(valid(array, values.iter().map(|&value| scale.instant(value))))
        }
        DataType::Boolean => Some(valid(array, array.as_boolean().values().iter())),
        DataType::Decimal128(precision, scale) => {
            let values = array.as_primitive::<Decimal128Type>().values().iter();
            Some(valid(array, values.map(|&value| Decimal128Type::format_decimal(value, *precision, *scale))))
        }
        _ => {
            let mut values = Vec::with_capacity(array.len());
            numbers(array, &mut values).then(|| valid(array, values.iter()))
        }
    }
}

fn integers(array: &ArrayRef) -> Option<Vec<Option<String>>> {
    downcast_integer_array!(
        array => Some(valid(array, array.values().iter())),
        _ => None
    )
}

/// The values as text where the array is not null.
fn valid<T: ToString>(array: &dyn Array, values: impl Iterator<Item = T>) -> Vec<Option<String>> {
    values.enumerate().map(|(row, value)| array.is_valid(row).then(|| value.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{BooleanArray, Date32Array, Decimal128Array, Float64Array, ListArray, UInt64Array};

    use super::*;

    fn shown(array: impl Array + 'static) -> Vec<String> {
        let array: ArrayRef = Arc::new(array);
        texts(&array).unwrap().into_iter().map(|cell| cell.unwrap_or_else(|| "null".to_owned())).collect()
    }

    #[test]
    fn numbers_and_times_are_exact() {
        assert_eq!(shown(UInt64Array::from(vec![Some(u64::MAX), None])), ["18446744073709551615", "null"]);
        assert_eq!(shown(Float64Array::from(vec![0.1, 2.0])), ["0.1", "2"]);
        assert_eq!(shown(BooleanArray::from(vec![true])), ["true"]);
        let decimals = Decimal128Array::from(vec![4_210_050]).with_precision_and_scale(38, 8).unwrap();
        assert_eq!(shown(decimals), ["0.04210050"]);
        assert_eq!(shown(Date32Array::from(vec![Some(19_753), None])), ["2024-01-31T00:00:00Z", "null"]);
    }

    #[test]
    fn a_list_is_no_text() {
        let list = ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([Some([Some(1)])]);
        assert_eq!(texts(&(Arc::new(list) as ArrayRef)), None);
    }
}
