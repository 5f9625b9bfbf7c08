//! The wall clock, for the store's index and registry alone: no result depends on it.

use crate::domain::Timestamp;

/// The time now.
pub fn now() -> Timestamp {
    Timestamp::from_micros(
        chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp_micros(),
    )
}
