//! Dates that do not begin with the year: which of their numbers is the day.
//!
//! Never guesses: a file whose first rows leave it open is refused.

/// The `strftime` pattern of times such as `01/31/2024`, `31.01.2024 09:30` or `Jan 31, 2024`; `None` for other forms.
/// The error describes dates that may be read in two ways.
pub(super) fn pattern(fields: &[&str]) -> Result<Option<String>, String> {
    let Some(first) = fields.first() else { return Ok(None) };
    if is_worded(first) {
        return Ok(Some("%b %d, %Y".to_owned()));
    }
    let Some((_, sign, _, rest)) = parts(first) else { return Ok(None) };
    let Some(clock) = clock(rest) else { return Ok(None) };
    let (mut day_first, mut month_first) = (None, None);
    for field in fields {
        let Some((a, _, b, _)) = parts(field) else { continue };
        if a > 12 {
            day_first = day_first.or(Some(*field));
        }
        if b > 12 {
            month_first = month_first.or(Some(*field));
        }
    }
    match (day_first, month_first) {
        (Some(_), None) => Ok(Some(format!("%d{sign}%m{sign}%Y{clock}"))),
        (None, Some(_)) => Ok(Some(format!("%m{sign}%d{sign}%Y{clock}"))),
        // Points are between day and month where dates are written with them.
        (None, None) if sign == '.' => Ok(Some(format!("%d.%m.%Y{clock}"))),
        (Some(day), Some(month)) => {
            Err(format!("`{day}` has the day first, and `{month}` the month: give `--time-format`"))
        }
        (None, None) => Err(format!(
            "`{first}` may have the day or the month first: give `--time-format \"%d{sign}%m{sign}%Y\"` or \
             `\"%m{sign}%d{sign}%Y\"`"
        )),
    }
}

/// `Jan 31, 2024`.
fn is_worded(field: &str) -> bool {
    chrono::NaiveDate::parse_from_str(field, "%b %d, %Y").is_ok()
}

/// First number, sign, second number, and what follows the year.
fn parts(field: &str) -> Option<(u32, char, u32, &str)> {
    let sign = field.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
    let (first, rest) = field.split_once(sign)?;
    let (second, rest) = rest.split_once(sign)?;
    let year = rest.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let number = |text: &str| {
        let short = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        short.then(|| text.parse().ok()).flatten()
    };
    Some((number(first)?, sign, number(second)?, &rest[year.len()..]))
}

/// The pattern of a time of day after the date.
fn clock(rest: &str) -> Option<&'static str> {
    let sign = rest.chars().next();
    let colons = rest.matches(':').count();
    match (sign, colons, rest.contains('.')) {
        (None, ..) => Some(""),
        (Some(' '), 1, false) => Some(" %H:%M"),
        (Some(' '), 2, false) => Some(" %H:%M:%S"),
        (Some(' '), 2, true) => Some(" %H:%M:%S%.f"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(fields: &[&str]) -> Result<Option<String>, String> {
        pattern(fields)
    }

    #[test]
    fn the_day_is_found_by_its_size() {
        let some = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(found(&["01/02/2024", "01/31/2024"]), some("%m/%d/%Y"));
        assert_eq!(found(&["31/01/2024 09:30"]), some("%d/%m/%Y %H:%M"));
        assert_eq!(found(&["02.01.2024 09:30:15.250"]), some("%d.%m.%Y %H:%M:%S%.f"));
        assert_eq!(found(&["Jan 31, 2024"]), some("%b %d, %Y"));
        assert_eq!(found(&["2024-01-31"]), Ok(None));
        assert_eq!(found(&["1704067200"]), Ok(None));
    }

    #[test]
    fn dates_that_leave_it_open_are_refused() {
        assert!(found(&["01/02/2024", "03/04/2024"]).unwrap_err().contains("--time-format"));
        assert!(found(&["31/01/2024", "01/31/2024"]).is_err());
    }
}
