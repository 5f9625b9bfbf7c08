//! Columns computed once per key and shared, within a budget of memory.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::compute::{compute_with, field, width};
use super::exact::Sums;
use super::{Column, band};
use crate::domain::{BarField, IndicatorSpec, Interval, SymbolId};
use crate::market::{Bars, Row};

/// What names a column: which bars, which rows of them, which indicator.
type Key = (SymbolId, Interval, Range<usize>, IndicatorSpec);
type Slot = Arc<OnceLock<Arc<Column>>>;

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

/// Indicator columns of one market. Filled on demand from any number of threads; a column that two jobs
/// ask for at once is computed by one of them while the other waits. Beyond its budget it lets go of the
/// columns that nobody reads, the least recently asked for first.
#[derive(Debug)]
pub struct IndicatorCache {
    budget: Arc<Budget>,
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    entries: HashMap<Key, Entry>,
    sums: HashMap<(SymbolId, Interval, BarField), Arc<Sums>>,
    /// How many bars of another symbol are closed at each row of one.
    seen: HashMap<(SymbolId, SymbolId, Interval), Arc<[u32]>>,
    /// Counts what was asked for.
    asked: u64,
}

#[derive(Debug, Default)]
struct Entry {
    slot: Slot,
    /// When it was last asked for.
    asked: u64,
    /// What it was counted as; 0 until it is there.
    bytes: usize,
}

impl Default for IndicatorCache {
    fn default() -> Self {
        Self::within(Arc::new(Budget::unlimited()))
    }
}

impl Drop for IndicatorCache {
    fn drop(&mut self) {
        let shelf = self.shelf.get_mut().unwrap_or_else(PoisonError::into_inner);
        let columns: usize = shelf.entries.values().map(|entry| entry.bytes).sum();
        let sums: usize = shelf.sums.values().map(|sums| sums.bytes()).sum();
        let seen: usize = shelf.seen.values().map(|seen| size_of_val(&**seen)).sum();
        self.budget.used.fetch_sub(columns + sums + seen, Ordering::Relaxed);
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
            let entry = shelf.entries.entry(key.clone()).or_default();
            entry.asked = shelf.asked;
            Arc::clone(&entry.slot)
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
            self.count(&key, column.bytes());
        }
        column
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

    /// Counts a column that was made, and makes room where the budget is exceeded.
    fn count(&self, key: &Key, bytes: usize) {
        self.with_shelf(|shelf| {
            let Some(entry) = shelf.entries.get_mut(key) else { return };
            entry.bytes = bytes;
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
    /// Lets go of the column that nobody has asked for for longest, of those that nobody reads; then of the
    /// sums. Whether there was anything.
    fn let_go(&mut self, budget: &Budget) -> bool {
        let unread = |entry: &&Entry| {
            // Held by this cache alone: neither being made for somebody nor read by a strategy.
            entry.bytes > 0
                && Arc::strong_count(&entry.slot) == 1
                && entry.slot.get().is_some_and(|column| Arc::strong_count(column) == 1)
        };
        let oldest = self.entries.values().filter(unread).map(|entry| entry.asked).min();
        let freed = match oldest {
            Some(oldest) => {
                let freed = self.entries.values().find(|entry| entry.asked == oldest).map_or(0, |p| p.bytes);
                self.entries.retain(|_, entry| entry.asked != oldest);
                freed
            }
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
            .entries
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
