//! The times of rows on the market's clock.

use super::file::{ReadFile, Told};
use crate::domain::{Interval, Timestamp};
use crate::market::Market;
use crate::scenario::Stamp;
use crate::tables::SignalFileError;

/// The market's clock as the rows of an agent are stamped by it.
pub(super) struct Clock<'a> {
    pub market: &'a Market,
    pub timeframe: Interval,
    pub stamped: Stamp,
}

impl Clock<'_> {
    /// Refuses a row whose time is that of no bar.
    pub fn check_all(&self, file: &ReadFile) -> Result<(), SignalFileError> {
        let (mut last, mut tick) = (None, 0);
        let mut on_clock = |at: Timestamp| {
            // Rows of one time come together.
            let told = if last == Some(at) { None } else { self.off(at, &mut tick) };
            last = Some(at);
            told
        };
        file.rows.times().try_for_each(|(row, at)| match on_clock(at) {
            Some((problem, help)) => Err(file.rows.refuse(row, problem, help)),
            None => Ok(()),
        })
    }

    /// What is wrong with a time that is a bar's, where the market could have that bar. `tick` is where the row before
    /// was found.
    fn off(&self, at: Timestamp, tick: &mut usize) -> Option<Told> {
        let (interval, span) = (self.timeframe, self.timeframe.span());
        let (open, what) = match self.stamped {
            Stamp::BarOpen => (at, "opens"),
            Stamp::BarClose => (at - span, "closes"),
            Stamp::KnownAt => return None,
        };
        let (&first, &last) = (self.market.clock.first()?, self.market.clock.last()?);
        if open + span <= first || open > last {
            return None;
        }
        let help = "stamp each row with a bar of the market, or write `stamped = \"known_at\"` for times of their own";
        if interval.floor(open) != open {
            return Some((format!("no {interval} bar {what} at {at}"), help.to_owned()));
        }
        let clock = &self.market.clock;
        // Rows are in the order of their times.
        *tick = match clock.get(*tick) {
            Some(&time) if time < open => self.market.first_tick_after(*tick, open),
            _ => self.market.first_tick_from(open),
        };
        let has_bar = clock.get(*tick).is_some_and(|&found| found < open + span);
        (!has_bar).then(|| (format!("the market has no {interval} bar that {what} at {at}"), help.to_owned()))
    }

    /// How many rows are known outside of what is replayed.
    pub fn outside(&self, file: &ReadFile) -> Option<String> {
        let range = self.market.in_range;
        let start = self.market.clock[range.first];
        let end = self.market.close_time(range.last - 1);
        let known = |at: Timestamp| self.stamped.known(at, self.timeframe);
        let (mut all, mut before, mut after) = (0_usize, 0_usize, 0_usize);
        for (_, at) in file.rows.times() {
            all += 1;
            before += usize::from(known(at) <= start);
            after += usize::from(known(at) > end);
        }
        (before + after > 0).then(|| {
            let rest = all - before - after;
            format!("{before} of {all} are known before the range begins and {after} after it ends; {rest} act in it")
        })
    }
}
