//! Disk faults, injected by `strace` into the system calls of every writing command: errors, a full disk,
//! kills, delays.
//!
//! After each fault `store check` is clean or gives correct advice, nothing acknowledged is lost, a refusal names
//! its cause, and the same command then succeeds and leaves the same bytes. A short random choice is tried by
//! default; `TILTYARD_FAULTS` sets the number, and `TILTYARD_FAULTS=every` tries every occurrence of every call,
//! `TILTYARD_FAULTS="every agent"` those of the operations of that name (`tests/faults/run`). Without `strace` the tests are skipped.

#![cfg(target_os = "linux")]

mod aftermath;
mod inject;
mod operations;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use self::aftermath::{Expected, follow_advice, it_can_be_repeated, names_the_cause, nothing_is_lost};
use self::inject::{calls, every, one_of_all, strace_works, traced, was_injected};
use self::operations::{OPERATIONS, Operation, prepare, results, stage};
use crate::support::stage::{Said, Stage};

/// Default number of faults.
const SHORT: usize = 28;

/// One fault, or two that belong together, in one operation.
struct Try {
    operation: usize,
    injections: Vec<String>,
}

/// How the tries of one kind ended.
#[derive(Default, Clone, Copy)]
struct Tally {
    tries: usize,
    /// The command never made the call again, for instance because it ended before.
    missed: usize,
    done: usize,
    refused: usize,
    killed: usize,
    clean: usize,
    remedied: usize,
}

impl Tally {
    fn row(&self, name: &str) -> String {
        let Self { tries, missed, done, refused, killed, clean, remedied } = self;
        format!("{name:15} {tries:6} {missed:7} {done:6} {refused:8} {killed:7} {clean:6} {remedied:9}")
    }
}

const HEAD: &str = "                 tries  missed   done  refused  killed  clean  remedied";

/// What the operations do undisturbed: their calls, and the files that they leave.
struct Undisturbed {
    counts: Vec<BTreeMap<String, u32>>,
    expected: Vec<Expected>,
}

impl Undisturbed {
    fn of(stage: &Stage) -> Self {
        let measured = OPERATIONS.iter().map(|operation| {
            let counts = calls(stage, operation);
            (counts, results(stage, operation))
        });
        let (counts, expected) = measured.unzip();
        Self { counts, expected }
    }

    /// All tries of the operations with this in their names, by operation and call.
    fn all(&self, name: &str) -> Vec<Try> {
        let of = |(operation, counts)| {
            every(counts).into_iter().map(move |injections| Try { operation, injections })
        };
        let named = |(operation, _): &(usize, _)| OPERATIONS[*operation].name.contains(name);
        self.counts.iter().enumerate().filter(named).flat_map(of).collect()
    }

    /// A random choice of faults, in all operations in turn.
    fn some(&self, number: usize) -> Vec<Try> {
        let mut random = ChaCha8Rng::seed_from_u64(12);
        let mut choose = |turn: usize| {
            let operation = turn % OPERATIONS.len();
            let kinds: Vec<(&String, &u32)> = self.counts[operation].iter().collect();
            let (call, count) = kinds[random.random_range(0..kinds.len())];
            let when = random.random_range(1..=*count);
            Try { operation, injections: one_of_all(call, when, turn / OPERATIONS.len() + turn) }
        };
        (0..number).map(&mut choose).collect()
    }
}

/// Runs an operation with faults, and checks what it leaves.
fn attempt(stage: &Stage, operation: &Operation, injections: &[String], expected: &Expected) -> Tally {
    prepare(stage, operation.template);
    let log = stage.path("trace.log");
    let output: Output = traced(stage, injections, &log, operation.command).output().unwrap();
    let said = Said::of(&output);
    let why =
        format!("{} with {}: {:?}: {}", operation.name, injections.join(" and "), output.status, said.stderr);
    let mut tally = Tally { tries: 1, ..Tally::default() };
    tally.missed = usize::from(!was_injected(&log));
    match said.code {
        Some(0) => tally.done = 1,
        Some(1..=3) => {
            tally.refused = 1;
            names_the_cause(&said, injections, &log, &why);
        }
        // `strace` ends as the program that it traced.
        None | Some(137) if injections.iter().any(|fault| fault.contains("SIGKILL")) => tally.killed = 1,
        _ => panic!("{why}"),
    }
    if follow_advice(stage, &why) {
        tally.remedied = 1
    } else {
        tally.clean = 1
    }
    nothing_is_lost(stage, operation, &said, &why);
    it_can_be_repeated(stage, operation, expected, &why);
    tally
}

/// Attempts all tries, on as many threads as there are stages; gives the tallies and what was wrong.
fn attempt_all(stages: &[Stage], known: &Undisturbed, tries: &[Try]) -> (Vec<Tally>, Vec<String>) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let tallies = Mutex::new(vec![Tally::default(); tries.len()]);
    let work = |stage: &Stage| {
        while let Some((index, one)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, tries.get(index)?)))
        {
            let (operation, expected) = (&OPERATIONS[one.operation], &known.expected[one.operation]);
            let attempt = || attempt(stage, operation, &one.injections, expected);
            match catch_unwind(AssertUnwindSafe(attempt)) {
                Ok(tally) => tallies.lock().unwrap()[index] = tally,
                Err(panic) => {
                    let text = panic.downcast_ref::<String>().cloned();
                    wrong.lock().unwrap().push(text.unwrap_or_else(|| one.injections.join(" ")));
                }
            }
        }
    };
    std::thread::scope(|scope| stages.iter().for_each(|stage| drop(scope.spawn(|| work(stage)))));
    (tallies.into_inner().unwrap(), wrong.into_inner().unwrap())
}

/// Prints the tallies by a name of each try.
#[expect(clippy::print_stdout, reason = "the table is what the script is run for")]
fn print(title: &str, tries: &[Try], tallies: &[Tally], name: impl Fn(&Try) -> String) {
    let mut sums: BTreeMap<String, Tally> = BTreeMap::new();
    for (one, tally) in tries.iter().zip(tallies) {
        for name in [name(one), "~ all".to_owned()] {
            let sum = sums.entry(name).or_default();
            sum.tries += tally.tries;
            sum.missed += tally.missed;
            sum.done += tally.done;
            sum.refused += tally.refused;
            sum.killed += tally.killed;
            sum.clean += tally.clean;
            sum.remedied += tally.remedied;
        }
    }
    println!("{title}\n{HEAD}");
    for (name, sum) in sums {
        println!("{}", sum.row(name.trim_start_matches("~ ")));
    }
}

#[test]
fn disk_faults_lose_nothing_acknowledged() {
    if !strace_works() {
        return;
    }
    let wanted = std::env::var("TILTYARD_FAULTS").unwrap_or_default();
    let first = stage();
    let known = Undisturbed::of(&first);
    let (tries, threads) = match wanted.strip_prefix("every") {
        Some(name) => (known.all(name.trim()), std::thread::available_parallelism().map_or(1, usize::from)),
        None => (known.some(wanted.parse().unwrap_or(SHORT)), 1),
    };
    let mut stages = vec![first];
    stages.extend((1..threads).map(|_| stage()));
    let (tallies, wrong) = attempt_all(&stages, &known, &tries);
    print("By operation", &tries, &tallies, |one| OPERATIONS[one.operation].name.to_owned());
    let call = |one: &Try| one.injections[0].split(':').next().unwrap_or_default().to_owned();
    print("By system call", &tries, &tallies, call);
    print("By fault", &tries, &tallies, |one| fault(&one.injections));
    assert!(wrong.is_empty(), "{} of {} tries:\n{}", wrong.len(), tries.len(), wrong.join("\n\n"));
}

/// The kind of a fault: `EIO`, `EIO from then on`, ..
fn fault(injections: &[String]) -> String {
    let last = injections.last().unwrap();
    let kind = last.split(':').nth(1).unwrap_or_default();
    let kind = kind.split('=').next_back().filter(|_| !kind.starts_with("delay")).unwrap_or("delay");
    if last.ends_with('+') { format!("{kind} from then") } else { kind.to_owned() }
}

/// The previous run survives a kill between the two renames of a file system that cannot exchange names, and
/// around the single call of one that can.
#[test]
fn a_kill_during_replacement_never_loses_the_previous_run() {
    if !strace_works() {
        return;
    }
    let stage = stage();
    for (injections, kept) in [
        (vec!["renameat2:error=EINVAL", "rename:signal=SIGKILL:when=1"], true),
        (vec!["renameat2:error=EINVAL", "rename:signal=SIGKILL:when=2"], true),
        (vec!["renameat2:signal=SIGKILL:when=1"], true),
    ] {
        prepare(&stage, "runs");
        let before = stage.result("trades plain trend --out s");
        let injections: Vec<String> = injections.into_iter().map(str::to_owned).collect();
        let command = "run plain.toml --out s --quiet --threads 1";
        let output = traced(&stage, &injections, &stage.path("trace.log"), command).output().unwrap();
        assert!(!output.status.success(), "{injections:?}: {output:?}");
        stage.run("store prune --unlisted --out s");
        let after = stage.run("trades plain trend --out s");
        assert_eq!((after.code, after.stdout == before), (Some(0), kept), "{injections:?}: {after:?}");
        assert!(!follow_advice(&stage, "after the kill"), "{injections:?}");
    }
}

/// `store prune` repeatedly beside a run whose folder is being synced and renamed on a slow disk.
#[test]
fn prune_keeps_what_a_running_process_publishes() {
    if !strace_works() {
        return;
    }
    let stage = stage();
    for slow in ["fsync:delay_enter=20000", "renameat2:delay_enter=600000", "rename:delay_enter=400000"] {
        for template in ["agents", "runs"] {
            prepare(&stage, template);
            let command = "run plain.toml --out s --quiet --threads 1";
            let log = stage.path("trace.log");
            let mut run = traced(&stage, &[slow.to_owned()], &log, command);
            let mut run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            while run.try_wait().unwrap().is_none() {
                stage.run("store prune --unlisted --out s");
            }
            let output = run.wait_with_output().unwrap();
            assert!(output.status.success(), "{slow}: {}", String::from_utf8_lossy(&output.stderr));
            stage.result("trades plain trend --out s");
            assert_eq!(stage.run("store check --out s").code, Some(0), "{slow}");
        }
    }
}

/// A kill while the cache of trials is made leaves a journal, which `store check` undoes before it reads.
#[test]
fn a_kill_while_the_cache_of_trials_is_made_leaves_it_readable() {
    if !strace_works() {
        return;
    }
    let stage = stage();
    let operation = OPERATIONS.iter().find(|operation| operation.name == "first sweep").unwrap();
    let mut journals = 0;
    for when in 1..=30 {
        prepare(&stage, operation.template);
        let injection = [format!("pwrite64:signal=SIGKILL:when={when}")];
        let log = stage.path("trace.log");
        let output = traced(&stage, &injection, &log, operation.command).output().unwrap();
        assert!(!output.status.success());
        let journal = stage.path("s/swept/trials.db-journal");
        journals += usize::from(fs::metadata(journal).is_ok_and(|found| found.len() > 0));
        let said = stage.run("store check --out s");
        assert!(!said.stdout.contains("trials.db"), "{when}: {said:?}");
    }
    assert!(journals > 0, "no kill left a journal");
}

/// What the rights do not let be read is told as such, beside everything else that is wrong, and is no missing run.
#[test]
fn check_names_a_folder_that_cannot_be_read() {
    if !strace_works() {
        return;
    }
    let stage = stage();
    prepare(&stage, "leftovers");
    let run = stage.names("s/swept").into_iter().find(|name| !name.contains('.')).unwrap();
    let denied = |paths: &[String]| {
        let program = stage.command("store check --out s");
        let mut command = std::process::Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=openat,statx"]);
        command.args(["-e", "inject=openat,statx:error=EACCES"]);
        for path in paths {
            command.args(["-P", path]);
        }
        command.arg(program.get_program()).args(program.get_args()).current_dir(stage.path("."));
        Said::of(&command.output().unwrap())
    };
    for (paths, named) in [
        (vec!["s/swept".to_owned()], "`s/swept` cannot be read: Permission denied".to_owned()),
        (
            vec![format!("s/swept/{run}/run.json")],
            format!("`s/swept/{run}` cannot be read: Permission denied"),
        ),
    ] {
        let said = denied(&paths);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(
            said.stdout.contains(&named) && said.stdout.contains("change its permissions"),
            "{}",
            said.stdout
        );
        assert!(said.stdout.contains("an unfinished run is in `s/plain/"), "{}", said.stdout);
        assert!(!said.stdout.contains("is missing"), "{}", said.stdout);
    }
}
