//! A share of the jobs of a run: shard `index` of `count`.

use std::fmt;
use std::str::FromStr;

/// One of several processes that share the jobs of a run. Which of them a job belongs to follows from a hash of what
/// the job is, so that any `count` divides the same jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    index: u32,
    count: u32,
}

/// A text or a pair of numbers that is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no shard: write I/N with I from 0 to N - 1, such as 0/4")]
pub struct ShardError {
    /// What was given.
    pub text: String,
}

impl Shard {
    /// All jobs.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Shard `index`, counted from 0, of `count`.
    ///
    /// # Errors
    /// Where there is no such shard.
    pub fn new(index: u32, count: u32) -> Result<Self, ShardError> {
        match index < count {
            true => Ok(Self { index, count }),
            false => Err(ShardError { text: format!("{index}/{count}") }),
        }
    }

    /// Its number, from 0.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// How many shards there are.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// Whether the job with this name in this window is one of its jobs.
    pub fn owns(self, name: &str, window: u32) -> bool {
        if self.count == 1 {
            return true;
        }
        let mut hash = blake3::Hasher::new();
        hash.update(&window.to_le_bytes());
        hash.update(name.as_bytes());
        let hash = hash.finalize();
        let head = hash.as_bytes().first_chunk().map_or(0, |head| u64::from_le_bytes(*head));
        head % u64::from(self.count) == u64::from(self.index)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.index, self.count))
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let (index, count) = numbers.ok_or_else(|| ShardError { text: text.to_owned() })?;
        Self::new(index, count).map_err(|_| ShardError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_belongs_to_one_shard_and_all_get_some() {
        for count in [1, 2, 7, 64] {
            let mut jobs = vec![0; count as usize];
            for job in 0..6_400_u32 {
                let name = format!("fast={job}");
                let owners = (0..count).filter(|&i| Shard::new(i, count).unwrap().owns(&name, job % 6));
                let owners: Vec<u32> = owners.collect();
                assert_eq!(owners.len(), 1);
                jobs[owners[0] as usize] += 1;
            }
            assert!(jobs.iter().all(|&jobs| jobs > 6_400 / count / 2), "{jobs:?}");
        }
    }

    #[test]
    fn a_shard_is_written_as_its_number_and_their_count() {
        assert_eq!("3/16".parse::<Shard>().unwrap().to_string(), "3/16");
        for wrong in ["16/16", "3", "3/", "-1/4", "0/0", "a/b"] {
            let error = wrong.parse::<Shard>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{wrong}` is no shard")), "{error}");
        }
    }
}
