//! Corporate actions of a symbol: splits and cash dividends, from a file beside its bars.
//!
//! A split changes the bars: those after it are put in the unit of the range's start, so that a position keeps its
//! quantity and nobody can see a split that is still to come. A dividend is cash, which the engine pays. Invariant: only
//! actions of the past change what a bar says.

mod apply;
mod file;
mod ratio;
mod series;

use std::path::PathBuf;

use super::MarketError;
use super::bars::Bars;
use crate::domain::{DayStart, Instrument, Interval, Price, Timestamp};
pub use ratio::Ratio;
pub use series::{ActionSeries, Dividend, Split};

/// Endings of a file of actions, after the symbol.
const ENDINGS: [&str; 2] = ["_actions.csv", "_actions.parquet"];

/// A file of actions, read.
#[derive(Debug)]
pub(super) struct ActionFile {
    path: PathBuf,
    all: ActionSeries,
}

impl ActionFile {
    /// Reads the file beside the bars, if there is one.
    pub fn beside<'a>(
        instrument: &Instrument,
        mut bars: impl Iterator<Item = &'a std::path::Path>,
        day: DayStart,
    ) -> Result<Option<Self>, MarketError> {
        let symbol = &instrument.source;
        let found = bars.find_map(|file| {
            let named = |ending: &&str| file.with_file_name(format!("{symbol}{ending}"));
            let there: Vec<PathBuf> = ENDINGS.iter().map(named).filter(|path| path.is_file()).collect();
            (!there.is_empty()).then_some(there)
        });
        let Some(found) = found else { return Ok(None) };
        let path = found[0].clone();
        let fail =
            |problem: String| MarketError::Actions { symbol: symbol.clone(), path: path.clone(), problem };
        if found.len() > 1 {
            return Err(fail("are in a CSV file and in a Parquet file".to_owned()));
        }
        let all = file::read(&path, day).map_err(fail)?;
        Ok(Some(Self { path, all }))
    }

    /// Puts bars in the unit of the range's start, and gives the actions of the range in that unit. The range starts at
    /// `start`, or with the first bar.
    pub fn apply(
        &self,
        instrument: &Instrument,
        bars: &mut Bars,
        start: Option<Timestamp>,
    ) -> Result<ActionSeries, MarketError> {
        let fail = |problem: String| MarketError::Actions {
            symbol: instrument.source.clone(),
            path: self.path.clone(),
            problem,
        };
        let start = start.or(bars.ts.first().copied()).unwrap_or_default();
        if bars.interval > Interval::DAY && !self.all.splits.is_empty() {
            return Err(fail(format!("hold a split, which {} bars cannot be divided at", bars.interval)));
        }
        apply::splits(bars, &self.all.splits, start).map_err(fail)?;
        let end = bars.ts.last().copied().unwrap_or(start);
        let within = |at: Timestamp| start < at && at <= end;
        let dividend = |one: &Dividend| {
            let ratio = apply::ratio_at(&self.all.splits, start, one.at)?;
            let amount =
                ratio.of_price(Price::from_units(one.amount.units().checked_mul(instrument.unit.into())?))?;
            Some(Dividend { at: one.at, amount })
        };
        let dividends = self.all.dividends.iter().filter(|one| within(one.at)).map(dividend);
        let dividends = dividends.collect::<Option<Vec<_>>>();
        Ok(ActionSeries {
            splits: self.all.splits.iter().copied().filter(|one| within(one.at)).collect(),
            dividends: dividends.ok_or_else(|| fail("hold a dividend that is too large".to_owned()))?,
        })
    }
}

/// Whether a file is one of actions, by its name without the ending.
pub(super) fn is_action_file(stem: &str) -> bool {
    stem.to_ascii_lowercase().ends_with("_actions")
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture::{Folder, Want, at, bars};
    use super::*;
    use crate::domain::Symbol;
    use crate::market::Market;
    use crate::scenario::{ActionRule, Calendar};

    /// Twenty days of a symbol that split four for one on the eleventh and paid on the fifth and the fifteenth.
    fn folder(actions: &str) -> Folder {
        let mut days = bars("1d", "2024-01-01", 20);
        for row in 0..20 {
            let price = if row < 10 { 400.0 } else { 100.0 };
            for column in [&mut days.open, &mut days.high, &mut days.low, &mut days.close] {
                column[row] = price;
            }
            days.volume[row] = if row < 10 { 1.0 } else { 4.0 };
        }
        let folder = Folder::new().with("ACME_1d.parquet", &days);
        std::fs::write(folder.path().join("ACME_actions.csv"), actions).unwrap();
        folder
    }

    const BOTH: &str = "date,split,dividend\n2024-01-05,,2\n2024-01-11,4:1,\n2024-01-15,,0.5\n";

    fn load(folder: &Folder, change: impl FnOnce(&mut Want)) -> Result<Market, MarketError> {
        let mut want = Want::new(folder.path(), &["ACME"], "1d");
        want.spec.accept.clear();
        want.spec.calendar = Some(Calendar::Sessions);
        change(&mut want);
        want.load()
    }

    #[test]
    fn later_bars_are_in_the_unit_of_the_start() {
        let folder = folder(BOTH);
        let market = load(&folder, |_| ()).unwrap();
        let series = &market.symbols[0];
        assert_eq!((series.bars.close[9], series.bars.close[10], series.bars.low[19]), (400.0, 400.0, 400.0));
        assert_eq!((series.bars.volume[9], series.bars.volume[10]), (1.0, 1.0));
        let actions = series.actions.as_ref().unwrap();
        assert_eq!((actions.splits.len(), actions.splits[0].ratio.to_string()), (1, "4:1".to_owned()));
        // Two for each unit, then a half for each of four.
        let amounts: Vec<String> = actions.dividends.iter().map(|one| one.amount.to_string()).collect();
        assert_eq!(amounts, ["2.00000000", "2.00000000"]);
        assert!(series.pays_dividends());
    }

    #[test]
    fn history_before_the_start_is_divided_and_its_actions_are_over() {
        let folder = folder(BOTH);
        let market = load(&folder, |want| {
            want.spec.start = Some(at("2024-01-12"));
            want.history = 5;
        });
        let market = market.unwrap();
        let series = &market.symbols[0];
        assert!(series.bars.close.iter().all(|&close| close == 100.0), "{:?}", series.bars.close);
        let actions = series.actions.as_ref().unwrap();
        assert_eq!((actions.splits.len(), actions.dividends.len()), (0, 1));
        assert_eq!(actions.dividends[0].amount, "0.5".parse().unwrap());
    }

    #[test]
    fn a_split_that_no_file_names_stops_the_load_unless_accepted() {
        let none = folder("date,dividend\n2024-01-05,2\n");
        let error = load(&none, |_| ()).unwrap_err();
        assert!(matches!(&error, MarketError::Untrusted { .. }), "{error}");
        assert!(error.help().contains("ACME_actions.csv"), "{}", error.help());
        assert!(load(&none, |want| want.spec.accept = crate::scenario::Acceptable::ALL.to_vec()).is_ok());
        // The scenario says that the bars are adjusted: the file is not read.
        let both = folder(BOTH);
        assert!(load(&both, |want| want.spec.actions = ActionRule::Adjusted).is_err());
    }

    #[test]
    fn dividends_are_part_of_the_digest_and_no_symbol_is_named_after_the_file() {
        let digest = |actions: &str| load(&folder(actions), |_| ()).unwrap().digest;
        assert_ne!(digest(BOTH), digest(&BOTH.replace("0.5", "0.6")));
        let folder = folder(BOTH);
        std::fs::rename(
            folder.path().join("ACME_actions.csv"),
            folder.path().join("ACME_actions.parquet.txt"),
        )
        .unwrap();
        std::fs::copy(folder.path().join("ACME_1d.parquet"), folder.path().join("ACME_actions.parquet"))
            .unwrap();
        let error = load(&folder, |_| ()).unwrap_err().to_string();
        assert!(error.contains("have neither a column `split` nor a column `dividend`"), "{error}");
        let known = crate::scenario::SymbolFolder::symbols(
            &crate::market::MarketFolder,
            folder.path(),
            std::path::Path::new(""),
        );
        assert_eq!(known.unwrap(), ["ACME"]);
        assert!(is_action_file("acme_Actions") && !is_action_file("ACTIONS") && Symbol::new("ACME").is_ok());
    }
}
