//! Merges packs of made-up outcomes and reports time, memory and bytes. Driven by `benches/cluster/run`; by hand:
//!
//! ```sh
//! cargo run --release --example merge_outcomes -- make FOLDER 1000000 100    # outcomes, packs
//! cargo run --release --example merge_outcomes -- merge FOLDER
//! ```
//!
//! An outcome has 640 bytes, half of them random: a trial's metrics do not compress better.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tiltyard::Timestamp;
use tiltyard::internals::store::outcomes::{
    JobsOf, KeptOutcomes, PACK_FORMAT, PackInfo, PackRow, PackStore, merge_packs,
};
use tiltyard::internals::sweep::JobKey;

/// Eight-byte words of an outcome.
const WORDS: u64 = 80;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", folder, outcomes, packs] => make(folder, outcomes.parse().unwrap(), packs.parse().unwrap()),
        ["merge", folder] => merge(folder),
        _ => println!("merge_outcomes make FOLDER OUTCOMES PACKS | merge_outcomes merge FOLDER"),
    }
}

fn make(folder: &str, outcomes: u64, packs: u64) {
    let store = PackStore::open(folder, true).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(outcomes);
    for pack in 0..packs {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let info = PackInfo {
            format: PACK_FORMAT,
            version: "0".to_owned(),
            jobs_of: JobsOf::Sweep,
            scenario: "made-up".to_owned(),
            run: "0".to_owned(),
            shard: u32::try_from(pack).unwrap(),
            shards: u32::try_from(packs).unwrap(),
            jobs: outcomes,
            own_jobs: outcomes / packs,
            failed: 0,
            computed: outcomes / packs,
            started_at: now,
            published_at: now,
            finished: true,
        };
        let row = |_| {
            let key = JobKey(*blake3::hash(&random.random::<[u8; 16]>()).as_bytes());
            let word = |word| if word % 2 == 0 { random.random::<u64>() } else { word };
            PackRow { key, outcome: (0..WORDS).map(word).flat_map(u64::to_le_bytes).collect(), failed: false }
        };
        let mut rows: Vec<PackRow> = (0..outcomes / packs).map(row).collect();
        store.publish(&info, &mut rows).unwrap();
    }
}

fn merge(folder: &str) {
    let started = Instant::now();
    let packs = PackStore::open(folder, false).unwrap().packs().unwrap();
    let mut outcomes = KeptOutcomes::temporary().unwrap();
    let mut batch: Vec<(JobKey, Vec<u8>)> = Vec::new();
    let merged = merge_packs(&packs, |key, outcome| {
        batch.push((key, outcome.to_vec()));
        if batch.len() < 4_096 { Ok(()) } else { outcomes.append(batch.drain(..)) }
    });
    let jobs = merged.unwrap().jobs;
    outcomes.append(batch).unwrap();
    let files = std::fs::read_dir(folder).unwrap();
    let bytes: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" unknown").trim();
    println!(
        "{jobs} outcomes of {} packs in {:.1} s, peak memory {peak}, {:.0} bytes of packs an outcome",
        packs.len(),
        started.elapsed().as_secs_f64(),
        bytes as f64 / jobs as f64
    );
}
