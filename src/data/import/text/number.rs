//! Parses decimal numbers to the nearest `f64`.

/// Powers of ten that are exact in `f64`.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// The number in a field: NaN for an empty field or a missing-value marker (`null`, `nan`, `none`, `n/a`,
/// `-`), `None` for anything that is not a number. Rounded to nearest, ties to even.
pub fn number(field: &str) -> Option<f64> {
    match plain(field.as_bytes()) {
        Some(value) => Some(value),
        None if is_missing(field) => Some(f64::NAN),
        None => field.parse().ok(),
    }
}

/// Whether the field is empty or a missing-value marker.
fn is_missing(field: &str) -> bool {
    field.is_empty()
        || ["null", "nan", "none", "n/a", "na", "-"].iter().any(|w| field.eq_ignore_ascii_case(w))
}

/// Fast path: up to 19 digits with at most one point, below 2^53 as an integer, over an exact power of ten.
/// One division of two exact numbers rounds once, so the result is the nearest (Clinger 1990). `None` means
/// the slow path.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
fn plain(text: &[u8]) -> Option<f64> {
    // Nineteen digits fit 64 bits, so no sum below can overflow.
    if text.len() > 19 {
        return None;
    }
    let (mut digits, mut point) = (0_u64, None);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits.wrapping_mul(10).wrapping_add(u64::from(byte - b'0')),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let any = text.len() > usize::from(point.is_some());
    let places = point.map_or(0, |point| text.len() - point - 1);
    (any && digits < 1 << 53).then(|| digits as f64 / EXACT[places])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_the_nearest_floats() {
        for text in [
            "0",
            "1",
            "0.1",
            "94509.42000000",
            "0.00141342",
            "7413.7350000001",
            "123456789.123456789",
            "1e-7",
            "9007199254740993",
            "0.30000000000000004",
            "33.35399601000002",
            "-4.5",
            "1.7976931348623157e308",
        ] {
            assert_eq!(number(text), Some(text.parse().unwrap()), "{text}");
        }
        assert_eq!(number("5."), Some(5.0));
        assert_eq!(number(".5"), Some(0.5));
    }

    #[test]
    fn empty_fields_are_nan_and_invalid_ones_none() {
        for text in ["", "null", "NaN", "None", "N/A", "-"] {
            assert!(number(text).unwrap().is_nan(), "{text}");
        }
        for text in [".", "1.2.3", "12a", "1,5", "0x10"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
