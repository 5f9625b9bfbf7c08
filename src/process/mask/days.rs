//! Dates as day numbers. Times of day stay as they are.

use crate::domain::{Span, Timestamp};
use crate::process::message::Moment;

/// The number of the day on which a window starts is this or up to [`SPREAD`] more: days before it have numbers too.
const FIRST: i64 = 1_000;
const SPREAD: u64 = 9_000;

/// The day numbers of one window.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// The number of the window's first day.
    first: i64,
    /// That day since 1970; known once the window has begun.
    start: Option<i64>,
}

impl Days {
    /// Numbers that follow from `key`.
    pub const fn new(key: u64) -> Self {
        Self { first: FIRST + (key % SPREAD).cast_signed(), start: None }
    }

    /// The window begins.
    pub const fn begin(&mut self, start: Timestamp) {
        self.start = Some(start.micros().div_euclid(Span::DAY.micros()));
    }

    /// What is shown for a time.
    pub fn shown(&self, time: Timestamp) -> Moment {
        let (day, length) = (self.start.unwrap_or_default(), Span::DAY.micros());
        let micros = time.micros();
        Moment::Day {
            number: micros.div_euclid(length) - day + self.first,
            micros: micros.rem_euclid(length),
        }
    }

    /// The time that is meant; `None` beyond all times, or where a true time is given.
    pub fn meant(&self, moment: Moment) -> Option<Timestamp> {
        let Moment::Day { number, micros } = moment else { return None };
        let day = number.checked_sub(self.first)?.checked_add(self.start?)?;
        let time = day.checked_mul(Span::DAY.micros())?.checked_add(micros)?;
        Some(Timestamp::from_micros(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_windows_start() {
        let mut days = Days::new(4_012 - 1_000);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        days.begin(at("2023-05-01T06:00:00Z"));
        for (time, text) in [
            ("2023-05-01T06:00:00Z", "D4012T06:00:00Z"),
            ("2023-04-30T23:59:59.5Z", "D4011T23:59:59.500000Z"),
            ("2023-06-01T00:00:00Z", "D4043T00:00:00Z"),
            ("1960-01-01T00:00:00Z", "D-19119T00:00:00Z"),
        ] {
            assert_eq!(days.shown(at(time)).to_string(), text);
            assert_eq!(days.meant(text.parse().unwrap()), Some(at(time)));
        }
        assert_eq!(days.meant(Moment::At(at("2023-05-02"))), None);
        assert_eq!(days.meant(Moment::Day { number: i64::MAX, micros: 0 }), None);
    }
}
