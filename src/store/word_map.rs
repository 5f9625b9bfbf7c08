//! Values by word, sorted: what a run stores hundreds of thousands of times, in little memory.
//!
//! Most words are keys of metrics, which are in the program once. Never holds a word twice.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::domain::Metric;

/// Values by word, in the words' order.
#[derive(Clone, PartialEq)]
pub struct WordMap<V>(Vec<(Cow<'static, str>, V)>);

impl<V> Default for WordMap<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> WordMap<V> {
    /// The value of a word.
    pub fn get(&self, word: &str) -> Option<&V> {
        self.find(word).ok().map(|at| &self.0[at].1)
    }

    /// The value of a word, to be changed.
    pub fn get_mut(&mut self, word: &str) -> Option<&mut V> {
        self.find(word).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether the word has a value.
    pub fn contains_key(&self, word: &str) -> bool {
        self.find(word).is_ok()
    }

    /// Gives a word a value; a former one goes.
    pub fn insert(&mut self, word: impl Into<Cow<'static, str>>, value: V) {
        let word = word.into();
        match self.find(&word) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (word, value)),
        }
    }

    /// The words, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(word, _)| word.as_ref())
    }

    fn find(&self, word: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_ref().cmp(word))
    }
}

impl<V> Index<&str> for WordMap<V> {
    type Output = V;

    #[expect(clippy::expect_used, reason = "as of the standard library's maps")]
    fn index(&self, word: &str) -> &V {
        self.get(word).expect("the word has a value")
    }
}

impl<W: Into<Cow<'static, str>>, V> FromIterator<(W, V)> for WordMap<V> {
    fn from_iter<I: IntoIterator<Item = (W, V)>>(values: I) -> Self {
        let mut all: Vec<(Cow<'static, str>, V)> =
            values.into_iter().map(|(word, value)| (word.into(), value)).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        // Of values of one word the last counts.
        all.reverse();
        all.dedup_by(|later, kept| later.0 == kept.0);
        all.reverse();
        all.shrink_to_fit();
        Self(all)
    }
}

/// Iterator over words and values.
pub type Words<'m, V> = std::iter::Map<
    std::slice::Iter<'m, (Cow<'static, str>, V)>,
    fn(&'m (Cow<'static, str>, V)) -> (&'m str, &'m V),
>;

impl<'m, V> IntoIterator for &'m WordMap<V> {
    type Item = (&'m str, &'m V);
    type IntoIter = Words<'m, V>;

    fn into_iter(self) -> Words<'m, V> {
        self.0.iter().map(|(word, value)| (word.as_ref(), value))
    }
}

impl<V: fmt::Debug> fmt::Debug for WordMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<V: Serialize> Serialize for WordMap<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for WordMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Visit<V> {
            type Value = WordMap<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values by word")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<WordMap<V>, M::Error> {
                let mut all = Vec::with_capacity(map.size_hint().unwrap_or(0).min(256));
                while let Some((word, value)) = map.next_entry::<String, V>()? {
                    let known = Metric::of_key(&word).map(|metric| Cow::Borrowed(metric.key()));
                    all.push((known.unwrap_or(Cow::Owned(word)), value));
                }
                Ok(all.into_iter().collect())
            }
        }
        deserializer.deserialize_map(Visit(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_found_replaced_and_read_back() {
        let mut map: WordMap<Option<f64>> =
            [("win_rate", Some(1.0)), ("a", None), ("a", Some(2.0))].into_iter().collect();
        assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "win_rate"]);
        assert_eq!((map["a"], map.get("b"), map.contains_key("win_rate")), (Some(2.0), None, true));
        map.insert("luck".to_owned(), None);
        map.insert("a", Some(3.0));
        let text = serde_json::to_string(&map).unwrap();
        assert_eq!(text, r#"{"a":3.0,"luck":null,"win_rate":1.0}"#);
        let back: WordMap<Option<f64>> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, map);
        assert!(matches!(back.0[2].0, Cow::Borrowed("win_rate")), "a metric's key is in the program once");
    }
}
