//! Columns, and conditions as bits, computed once per key and shared, within a budget of memory.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::compute::{compute_with, field, width};
use super::exact::Sums;
use super::shelf::Entries;
use super::{Column, band};
use crate::domain::{BarField, IndicatorSpec, Interval, SymbolId};
use crate::market::{Bars, Row, TickRange};
use crate::scenario::WarmUp;

/// What names a column: which bars, which rows of them, which indicator.
type Key = (SymbolId, Interval, Range<usize>, IndicatorSpec);

/// What names the bits of a condition in a window.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BitsKey {
    /// Whose rows.
    symbol: SymbolId,
    /// The window.
    ticks: (usize, usize),
    /// Whether its columns begin before the window.
    before: bool,
    /// Everything else that decides the bits.
    condition: String,
}

impl BitsKey {
    /// Of a condition on a symbol's rows in a window; `condition` says which columns it reads, from how many bars before the
    /// window on, and what it asks of them.
    pub fn new(symbol: SymbolId, ticks: TickRange, warm_up: WarmUp, condition: String) -> Self {
        Self { symbol, ticks: (ticks.first, ticks.last), before: warm_up == WarmUp::Before, condition }
    }
}

/// How much memory the indicator columns of all caches that share it may take together.
///
/// A column that some strategy still reads stays alive beyond the budget: no result depends on it, only how
/// often a column is computed.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    /// Of so many bytes.
    pub const fn of(limit: usize) -> Self {
        Self { limit, used: AtomicUsize::new(0) }
    }

    /// Without an end.
    pub const fn unlimited() -> Self {
        Self::of(usize::MAX)
    }

    fn is_exceeded(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.limit
    }
}

/// Indicator columns and conditions of one market. Filled on demand from any number of threads; what two jobs
/// ask for at once is computed by one of them while the other waits. Beyond its budget it lets go of what
/// nobody reads, the least recently asked for first.
#[derive(Debug)]
pub struct IndicatorCache {
    budget: Arc<Budget>,
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    columns: Entries<Key, Column>,
    bits: Entries<BitsKey, [u64]>,
    sums: HashMap<(SymbolId, Interval, BarField), Arc<Sums>>,
    /// How many bars of another symbol are closed at each row of one.
    seen: HashMap<(SymbolId, SymbolId, Interval), Arc<[u32]>>,
    /// Counts what was asked for.
    asked: u64,
}

impl Default for IndicatorCache {
    fn default() -> Self {
        Self::within(Arc::new(Budget::unlimited()))
    }
}

impl Drop for IndicatorCache {
    fn drop(&mut self) {
        let shelf = self.shelf.get_mut().unwrap_or_else(PoisonError::into_inner);
        let entries = shelf.columns.bytes() + shelf.bits.bytes();
        let sums: usize = shelf.sums.values().map(|sums| sums.bytes()).sum();
        let seen: usize = shelf.seen.values().map(|seen| size_of_val(&**seen)).sum();
        self.budget.used.fetch_sub(entries + sums + seen, Ordering::Relaxed);
    }
}

impl IndicatorCache {
    /// Empty, without a limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Empty, within a budget that it may share with others.
    pub fn within(budget: Arc<Budget>) -> Self {
        Self { budget, shelf: Mutex::default() }
    }

    /// The column of `spec` over `rows` of `bars`, which are `symbol`'s. One value a row; NaN while the
    /// indicator warms up.
    pub fn column(
        &self,
        symbol: SymbolId,
        bars: &Bars,
        rows: Range<Row>,
        spec: &IndicatorSpec,
    ) -> Arc<Column> {
        let key = (symbol, bars.interval, rows.clone(), spec.clone());
        let slot = self.with_shelf(|shelf| {
            shelf.asked += 1;
            shelf.columns.slot(&key, shelf.asked)
        });
        let mut made = false;
        let column = Arc::clone(slot.get_or_init(|| {
            made = true;
            let sums = |name| self.sums(symbol, bars, &rows, name);
            let values = match banded(spec) {
                Some((n, width)) => {
                    let part = |spec| self.column(symbol, bars, rows.clone(), &spec);
                    let (means, deviations) =
                        (part(IndicatorSpec::Sma { n }), part(IndicatorSpec::Stddev { n }));
                    band::around(means.values(), deviations.values(), width)
                }
                None => compute_with(spec, bars, rows.clone(), &sums),
            };
            Arc::new(Column::new(rows.start.min(bars.len()), values))
        }));
        if made {
            self.count(column.bytes(), |shelf, bytes| shelf.columns.count(&key, bytes));
        }
        column
    }

    /// The bits of a condition: a word for each block of 64 rows up to the window's end, which `make` computes.
    pub fn bits(&self, key: &BitsKey, make: impl FnOnce() -> Vec<u64>) -> Arc<[u64]> {
        let slot = self.with_shelf(|shelf| {
            shelf.asked += 1;
            shelf.bits.slot(key, shelf.asked)
        });
        let mut made = false;
        let bits = Arc::clone(slot.get_or_init(|| {
            made = true;
            make().into()
        }));
        if made {
            self.count(size_of_val(&*bits), |shelf, bytes| shelf.bits.count(key, bytes));
        }
        bits
    }

    /// The bits of several conditions that are made together; nothing is made where all of them are there.
    pub fn bits_together(&self, keys: &[BitsKey], make: impl FnOnce() -> Vec<Vec<u64>>) {
        if self.with_shelf(|shelf| keys.iter().all(|key| shelf.bits.has(key))) {
            return;
        }
        for (key, bits) in keys.iter().zip(make()) {
            self.bits(key, || bits);
        }
    }

    /// For each base row of `own`, how many bars of `other` in a timeframe are closed at its close; `count` makes them.
    pub(super) fn seen_from(
        &self,
        (own, other): (SymbolId, SymbolId),
        timeframe: Interval,
        count: impl FnOnce() -> Vec<u32>,
    ) -> Arc<[u32]> {
        let key = (own, other, timeframe);
        if let Some(there) = self.with_shelf(|shelf| shelf.seen.get(&key).cloned()) {
            return there;
        }
        let seen: Arc<[u32]> = count().into();
        self.with_shelf(|shelf| {
            let there = shelf.seen.entry(key).or_insert_with(|| {
                self.budget.used.fetch_add(size_of_val(&*seen), Ordering::Relaxed);
                seen
            });
            Arc::clone(there)
        })
    }

    /// Sums over a field of `bars` that reach over `rows` at least. Columns that begin at different rows
    /// share them: they are made with some room before the first.
    fn sums(&self, symbol: SymbolId, bars: &Bars, rows: &Range<Row>, name: BarField) -> Arc<Sums> {
        let key = (symbol, bars.interval, name);
        let there = self.with_shelf(|shelf| shelf.sums.get(&key).cloned());
        if let Some(sums) = there.filter(|sums| sums.cover(rows)) {
            return sums;
        }
        let room = rows.len() / 8;
        let sums = Arc::new(Sums::of(field(bars, name), rows.start.saturating_sub(room)..rows.end));
        self.with_shelf(|shelf| {
            self.budget.used.fetch_add(sums.bytes(), Ordering::Relaxed);
            if let Some(old) = shelf.sums.insert(key, Arc::clone(&sums)) {
                self.budget.used.fetch_sub(old.bytes(), Ordering::Relaxed);
            }
        });
        sums
    }

    /// Counts what was made, if it is still there, and makes room where the budget is exceeded.
    fn count(&self, bytes: usize, note: impl FnOnce(&mut Shelf, usize) -> bool) {
        self.with_shelf(|shelf| {
            if !note(shelf, bytes) {
                return;
            }
            self.budget.used.fetch_add(bytes, Ordering::Relaxed);
            while self.budget.is_exceeded() && shelf.let_go(&self.budget) {}
        });
    }

    fn with_shelf<T>(&self, work: impl FnOnce(&mut Shelf) -> T) -> T {
        work(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Period and signed width of Bollinger's bands: those of all widths are made of the same two columns.
fn banded(spec: &IndicatorSpec) -> Option<(u32, f64)> {
    match *spec {
        IndicatorSpec::BollingerUpper { n, k } => Some((n, width(k))),
        IndicatorSpec::BollingerLower { n, k } => Some((n, -width(k))),
        _ => None,
    }
}

impl Shelf {
    /// Lets go of what nobody has asked for for longest, of the columns and bits that nobody reads; then of the
    /// sums. Whether there was anything.
    fn let_go(&mut self, budget: &Budget) -> bool {
        let freed = match self.columns.oldest().into_iter().chain(self.bits.oldest()).min() {
            Some(oldest) => self.columns.let_go(oldest) + self.bits.let_go(oldest),
            None => self.sums.drain().map(|(_, sums)| sums.bytes()).sum(),
        };
        budget.used.fetch_sub(freed, Ordering::Relaxed);
        freed > 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::bars;
    use super::*;

    const S: SymbolId = SymbolId(0);

    fn sma(n: u32) -> IndicatorSpec {
        IndicatorSpec::Sma { n }
    }

    fn held(cache: &IndicatorCache) -> Vec<u32> {
        let shelf = cache.shelf.lock().unwrap();
        let mut periods: Vec<u32> = shelf
            .columns
            .keys()
            .filter_map(|key| match &key.3 {
                IndicatorSpec::Sma { n } => Some(*n),
                _ => None,
            })
            .collect();
        periods.sort_unstable();
        periods
    }

    fn used(budget: &Budget) -> usize {
        budget.used.load(Ordering::Relaxed)
    }

    /// Room for the sums of sixty bars and so many columns.
    fn room(columns: usize) -> Arc<Budget> {
        Arc::new(Budget::of(Sums::of(&bars().close, 0..60).bytes() + columns * (480 + 15)))
    }

    #[test]
    fn the_least_recently_asked_for_leaves_first() {
        let (bars, budget) = (bars(), room(2));
        let cache = IndicatorCache::within(Arc::clone(&budget));
        for n in [3, 4, 3, 5] {
            cache.column(S, &bars, 0..60, &sma(n));
        }
        assert_eq!(held(&cache), [3, 5]);
        assert!(used(&budget) <= budget.limit);
    }

    #[test]
    fn columns_in_use_stay_and_are_shared() {
        let (bars, budget) = (bars(), room(1));
        let cache = IndicatorCache::within(Arc::clone(&budget));
        let three = cache.column(S, &bars, 0..60, &sma(3));
        for n in 4..9 {
            cache.column(S, &bars, 0..60, &sma(n));
        }
        assert!(held(&cache).contains(&3));
        assert!(Arc::ptr_eq(&three, &cache.column(S, &bars, 0..60, &sma(3))));
    }

    #[test]
    fn caches_share_a_budget_and_release_their_part() {
        let (bars, budget) = (bars(), room(100));
        let caches = [(); 2].map(|()| IndicatorCache::within(Arc::clone(&budget)));
        for cache in &caches {
            cache.column(S, &bars, 0..60, &sma(3));
            cache.column(S, &bars, 5..60, &sma(4));
        }
        assert!(used(&budget) > 4 * 480);
        drop(caches);
        assert_eq!(used(&budget), 0);
    }

    #[test]
    fn no_column_depends_on_the_budget() {
        let bars = bars();
        let columns = |limit: usize| -> Vec<Vec<u64>> {
            let cache = IndicatorCache::within(Arc::new(Budget::of(limit)));
            let ask = |n| cache.column(S, &bars, (20 - n as usize)..60, &sma(n));
            [3, 9, 3, 20, 9, 2, 3]
                .map(ask)
                .iter()
                .map(|c| c.values().iter().map(|v| v.to_bits()).collect())
                .collect()
        };
        assert_eq!(columns(0), columns(usize::MAX));
    }
}
