//! How many requests a caller may send: a bucket of tokens for each, which fills up evenly.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Callers that are remembered before those with a full bucket are forgotten.
const MOST: usize = 100_000;

/// The buckets of all callers.
#[derive(Debug)]
pub struct Rates {
    /// Requests a minute; 0 for no limit.
    a_minute: u32,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Rates {
    /// So many requests a minute for each caller; 0 for no limit.
    pub fn new(a_minute: u32) -> Self {
        Self { a_minute, buckets: Mutex::default() }
    }

    /// Takes a request from a caller's bucket.
    ///
    /// # Errors
    /// The seconds to wait, where it is empty.
    pub fn take(&self, caller: &str, now: Instant) -> Result<(), u64> {
        if self.a_minute == 0 {
            return Ok(());
        }
        let most = f64::from(self.a_minute);
        let filled = |bucket: &Bucket| {
            let since = now.saturating_duration_since(bucket.at).as_secs_f64();
            (bucket.left + since * most / 60.0).min(most)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(caller) {
            buckets.retain(|_, bucket| filled(bucket) < most);
        }
        let bucket = buckets.entry(caller.to_owned()).or_insert(Bucket { left: most, at: now });
        let left = filled(bucket);
        if left < 1.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a minute")]
            return Err(((1.0 - left) * 60.0 / most).ceil() as u64);
        }
        *bucket = Bucket { left: left - 1.0, at: now };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_up_and_others_have_their_own() {
        let rates = Rates::new(60);
        let start = Instant::now();
        assert!((0..60).all(|_| rates.take("one", start).is_ok()));
        assert_eq!(rates.take("one", start), Err(1));
        assert_eq!(rates.take("two", start), Ok(()));
        assert_eq!(rates.take("one", start + Duration::from_secs(1)), Ok(()));
        assert_eq!(rates.take("one", start + Duration::from_secs(1)), Err(1));
        assert!((0..1_000).all(|_| Rates::new(0).take("one", start).is_ok()));
    }
}
