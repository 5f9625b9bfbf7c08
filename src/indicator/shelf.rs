//! Entries of a cache, each made once and let go when nobody reads it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

/// Where an entry is or will be: made by one of those that ask for it at once while the others wait.
pub(super) type Slot<T> = Arc<OnceLock<Arc<T>>>;

/// Entries of one kind by key.
#[derive(Debug)]
pub(super) struct Entries<K, T: ?Sized>(HashMap<K, Entry<T>>);

#[derive(Debug)]
struct Entry<T: ?Sized> {
    slot: Slot<T>,
    /// When it was last asked for.
    asked: u64,
    /// What it was counted as; 0 until it is there.
    bytes: usize,
}

impl<T: ?Sized> Entry<T> {
    /// Held by the cache alone: neither being made for somebody nor read.
    fn is_unread(&self) -> bool {
        self.bytes > 0
            && Arc::strong_count(&self.slot) == 1
            && self.slot.get().is_some_and(|made| Arc::strong_count(made) == 1)
    }
}

impl<K, T: ?Sized> Default for Entries<K, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Clone + Eq + Hash, T: ?Sized> Entries<K, T> {
    /// The slot of a key that is asked for now.
    pub fn slot(&mut self, key: &K, now: u64) -> Slot<T> {
        let new = || Entry { slot: Slot::default(), asked: now, bytes: 0 };
        let entry = self.0.entry(key.clone()).or_insert_with(new);
        entry.asked = now;
        Arc::clone(&entry.slot)
    }

    /// Whether an entry was made.
    pub fn has(&self, key: &K) -> bool {
        self.0.get(key).is_some_and(|entry| entry.slot.get().is_some())
    }

    /// Counts an entry that was made; whether it is still there.
    pub fn count(&mut self, key: &K, bytes: usize) -> bool {
        self.0.get_mut(key).map(|entry| entry.bytes = bytes).is_some()
    }

    /// When the entry was asked for that nobody has asked for for longest, of those that nobody reads.
    pub fn oldest(&self) -> Option<u64> {
        self.0.values().filter(|entry| entry.is_unread()).map(|entry| entry.asked).min()
    }

    /// Lets go of the entry that was asked for at a time; its bytes.
    pub fn let_go(&mut self, asked: u64) -> usize {
        let mut freed = 0;
        self.0.retain(|_, entry| {
            let stays = entry.asked != asked;
            freed += if stays { 0 } else { entry.bytes };
            stays
        });
        freed
    }

    /// Bytes of all that was counted.
    pub fn bytes(&self) -> usize {
        self.0.values().map(|entry| entry.bytes).sum()
    }

    #[cfg(test)]
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }
}
