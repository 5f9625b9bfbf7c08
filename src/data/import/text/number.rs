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

/// How a file writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decimals {
    /// A point and nothing between thousands: `1234.5`.
    #[default]
    Plain,
    /// A point, and commas between thousands: `1,234.5`.
    Point,
    /// A comma, and points, blanks or apostrophes between thousands: `1.234,5`.
    Comma,
}

impl Decimals {
    /// The number in a field, as `number` reads it; `None` where thousands are not set apart in threes.
    pub fn number(self, field: &str) -> Option<f64> {
        match self {
            Self::Plain => number(field),
            Self::Point => number(field).or_else(|| grouped(field, &[',', ' ', '\''], '.')),
            Self::Comma => {
                let missing = is_missing(field).then_some(f64::NAN);
                missing.or_else(|| grouped(field, &['.', ' ', '\'', '\u{a0}', '\u{202f}'], ','))
            }
        }
    }

    /// A volume: a number, or one with the suffix K, M, B or T: `58.41M`.
    pub fn volume(self, field: &str) -> Option<f64> {
        if let Some(value) = self.number(field) {
            return Some(value);
        }
        let (suffix, power) = [('K', 3), ('M', 6), ('B', 9), ('T', 12)]
            .into_iter()
            .find(|(suffix, _)| field.ends_with(*suffix) || field.ends_with(suffix.to_ascii_lowercase()))?;
        let digits = field.trim_end_matches([suffix, suffix.to_ascii_lowercase()]).trim_end();
        let value = self.number(digits).filter(|value| !value.is_nan())?;
        // Shifting the point in decimal keeps 58.41M exact.
        format!("{value}e{power}").parse().ok()
    }

    /// What the numbers of a file's first rows say. The error describes numbers that may be read in two ways.
    pub fn detect<'f>(fields: impl Iterator<Item = &'f str>) -> Result<Self, String> {
        let (mut point, mut comma, mut open) = (None, None, None);
        for field in fields {
            match style(field) {
                Some(Self::Comma) => comma = comma.or(Some(field)),
                Some(Self::Point) => point = point.or(Some(field)),
                Some(Self::Plain) => {}
                None => open = open.or(Some(field)),
            }
        }
        match (point, comma, open) {
            (Some(point), Some(comma), _) => {
                Err(format!("`{point}` has a decimal point, and `{comma}` a decimal comma"))
            }
            (Some(_), None, _) => Ok(Self::Point),
            (None, Some(_), _) => Ok(Self::Comma),
            (None, None, Some(open)) => Err(format!("`{open}` may be a number of thousands or a decimal")),
            (None, None, None) => Ok(Self::Plain),
        }
    }
}

/// What a number alone says of its file: `Plain` for nothing; `None` for `1,234`, which may be either.
fn style(field: &str) -> Option<Decimals> {
    let body = field.trim_start_matches(['-', '+']);
    let body = body.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (commas, points) = (body.matches(',').count(), body.matches('.').count());
    let after = |sign: char| body.rsplit(sign).next().map_or(0, str::len);
    match (commas, points) {
        (0, 0 | 1) => Some(Decimals::Plain),
        (0, _) => Some(Decimals::Comma),
        (1, 0) if after(',') == 3 => None,
        (1, 0) => Some(Decimals::Comma),
        (_, 0) => Some(Decimals::Point),
        _ => Some(if body.rfind(',') > body.rfind('.') { Decimals::Comma } else { Decimals::Point }),
    }
}

/// A number with signs between its thousands.
fn grouped(field: &str, between: &[char], decimal: char) -> Option<f64> {
    let (sign, body) = field.strip_prefix('-').map_or(("", field), |body| ("-", body));
    let (whole, fraction) = body.split_once(decimal).unwrap_or((body, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !fraction.is_empty() && !digits(fraction) {
        return None;
    }
    let parts: Vec<&str> = whole.split(between).collect();
    let sound = match parts.as_slice() {
        [one] => digits(one),
        [first, rest @ ..] => {
            digits(first) && first.len() <= 3 && rest.iter().all(|part| digits(part) && part.len() == 3)
        }
        [] => false,
    };
    if !sound {
        return None;
    }
    format!("{sign}{}.{fraction}", parts.concat()).parse().ok()
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

    #[test]
    fn numbers_of_two_styles_and_suffixes() {
        let comma = |field: &str| Decimals::Comma.number(field);
        assert_eq!((comma("1.234,5"), comma("0,05"), comma("-12")), (Some(1234.5), Some(0.05), Some(-12.0)));
        assert_eq!((comma("1.23,5"), comma("1,2,3"), comma("x")), (None, None, None));
        let point = |field: &str| Decimals::Point.number(field);
        assert_eq!(
            (point("42,580.5"), point("1,234,567"), point("99.5")),
            (Some(42_580.5), Some(1_234_567.0), Some(99.5))
        );
        assert_eq!((point("1,23"), point("12,34.5")), (None, None));
        assert_eq!(Decimals::Plain.volume("58.41M"), Some(58_410_000.0));
        assert_eq!(Decimals::Plain.volume("1.2k"), Some(1_200.0));
        assert_eq!(Decimals::Comma.volume("58,41M"), Some(58_410_000.0));
        assert_eq!(Decimals::Plain.volume("M"), None);
    }

    #[test]
    fn the_style_is_detected_or_refused() {
        let of = |fields: &[&str]| Decimals::detect(fields.iter().copied());
        assert_eq!(of(&["1.5", "200"]), Ok(Decimals::Plain));
        assert_eq!(of(&["42,580.5", "1,234"]), Ok(Decimals::Point));
        assert_eq!(of(&["1,234", "0,5"]), Ok(Decimals::Comma));
        assert_eq!(of(&["1.234.567"]), Ok(Decimals::Comma));
        assert!(of(&["1,234"]).unwrap_err().contains("`1,234`"));
        assert!(of(&["1,5", "1,234.5"]).is_err());
    }
}
