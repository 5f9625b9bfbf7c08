//! Counts and long numbers as text, the same in every message, table and page.

/// `1 window`, `36 windows`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", plural(count))
}

/// What a noun ends with after this count.
pub const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Thousands separators in the whole part of a decimal number.
pub fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix(['-', '+']).map_or(("", number), |rest| (&number[..1], rest));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    let mut text = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(part) = part {
        text.push('.');
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let cases = [("1", "1"), ("999.5", "999.5"), ("1000", "1,000"), ("-1234567.89", "-1,234,567.89")];
        for (number, expected) in cases {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn one_is_singular() {
        assert_eq!([counted(0, "job"), counted(1, "job"), counted(2, "job")], ["0 jobs", "1 job", "2 jobs"]);
    }
}
