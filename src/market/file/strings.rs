//! Arrays of text, in any of their encodings.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

/// Whether the type holds text, plain or dictionary-encoded.
pub fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// The cells of an array of text, `None` where null. `None` for any other type.
pub fn strings(array: &ArrayRef) -> Option<Vec<Option<String>>> {
    match array.data_type() {
        DataType::Utf8 => Some(owned(array.as_string::<i32>().iter())),
        DataType::LargeUtf8 => Some(owned(array.as_string::<i64>().iter())),
        DataType::Utf8View => Some(owned(array.as_string_view().iter())),
        DataType::Dictionary(_, _) => of_dictionary(array),
        _ => None,
    }
}

/// Each distinct value is decoded once; a key points at it.
fn of_dictionary(array: &ArrayRef) -> Option<Vec<Option<String>>> {
    let dictionary = array.as_any_dictionary_opt()?;
    let values = strings(dictionary.values())?;
    if values.is_empty() {
        return Some(vec![None; array.len()]);
    }
    let keys = dictionary.normalized_keys().into_iter().enumerate();
    Some(
        keys.map(|(row, key)| dictionary.keys().is_valid(row).then(|| values[key].clone()).flatten())
            .collect(),
    )
}

fn owned<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<String>> {
    cells.map(|cell| cell.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int8Type;
    use arrow_array::{DictionaryArray, Int64Array, LargeStringArray, StringViewArray};

    use super::*;

    fn shown(array: impl Array + 'static) -> Vec<String> {
        let array: ArrayRef = Arc::new(array);
        strings(&array).unwrap().into_iter().map(|cell| cell.unwrap_or_else(|| "null".to_owned())).collect()
    }

    #[test]
    fn text_of_every_encoding_is_the_same() {
        let cells = [Some("a"), None, Some("b"), Some("a")];
        let expected = ["a", "null", "b", "a"];
        assert_eq!(shown(LargeStringArray::from_iter(cells)), expected);
        assert_eq!(shown(StringViewArray::from_iter(cells)), expected);
        assert_eq!(shown(cells.into_iter().collect::<DictionaryArray<Int8Type>>()), expected);
        let nothing: [Option<&str>; 2] = [None, None];
        assert_eq!(shown(nothing.into_iter().collect::<DictionaryArray<Int8Type>>()), ["null", "null"]);
    }

    #[test]
    fn numbers_are_no_strings() {
        assert_eq!(strings(&(Arc::new(Int64Array::from(vec![1])) as ArrayRef)), None);
    }
}
