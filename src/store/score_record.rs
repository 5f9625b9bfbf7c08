//! A score in files: the number, or null with the reason.
//!
//! Owns the words for scores that are no number: `+infinity: no losing trades`, `idle: nothing was traded`.

use crate::metrics::{Missing, Score};

const PLUS: &str = "+infinity";
const MINUS: &str = "-infinity";

/// Why a score is not shown as a number; nothing where it is.
pub(super) fn reason(score: Score, missing: Option<Missing>) -> Option<String> {
    let sign = match score {
        Score::PlusInfinity => PLUS,
        Score::MinusInfinity => MINUS,
        Score::Number(_) | Score::Absent => return missing.map(|missing| missing.to_string()),
    };
    Some(missing.map_or_else(|| sign.to_owned(), |missing| format!("{sign}: {missing}")))
}

/// The score that a file has.
pub(super) fn score(value: Option<f64>, reason: Option<&str>) -> Score {
    match (value, reason) {
        (Some(value), _) => Score::of(value),
        (None, Some(reason)) if reason.starts_with(PLUS) => Score::PlusInfinity,
        (None, Some(reason)) if reason.starts_with(MINUS) => Score::MinusInfinity,
        (None, _) => Score::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_values_are_read_back() {
        for (of, missing) in [
            (Score::Number(1.5), None),
            (Score::Number(0.0), Some(Missing::Idle)),
            (Score::PlusInfinity, Some(Missing::NoLosses)),
            (Score::MinusInfinity, None),
            (Score::Absent, Some(Missing::NoTrades)),
        ] {
            assert_eq!(score(of.number(), reason(of, missing).as_deref()), of);
        }
        let text = reason(Score::PlusInfinity, Some(Missing::NoLosses)).unwrap();
        assert_eq!(text, "+infinity: no losing trades");
    }
}
