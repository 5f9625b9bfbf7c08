//! A folder to run the program in: the sample, the runnable scenarios, scenarios with one mistake each, and
//! invalid market files. All names are fixed, so that messages are the same on every machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::flawed;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The folder; removed when dropped.
pub struct Stage(TempDir);

impl Stage {
    /// With the sample and the runnable scenarios.
    pub fn new() -> Self {
        let stage = Self(tempfile::tempdir().unwrap());
        for data in ["data/sample", "data/funding"] {
            copy(&Path::new(ROOT).join(data), &stage.path(data));
        }
        copy(&Path::new(ROOT).join("scenarios"), &stage.path("scenarios"));
        stage
    }

    /// With all mistakes and invalid market files too.
    pub fn with_mistakes() -> Self {
        let stage = Self::new();
        copy(&Path::new(ROOT).join("tests/cli/mistakes"), &stage.path("."));
        copy(&Path::new(ROOT).join("tests/cli/tables"), &stage.path("tables"));
        flawed::write_all(&stage.path("flawed"));
        stage.write_series();
        fs::write(stage.path("a_file"), "").unwrap();
        stage
    }

    /// Imported series: a fund, its market, and one with a missing value.
    fn write_series(&self) {
        fs::create_dir(self.path("series")).unwrap();
        let (mut fund, mut market) = ("date,equity\n".to_owned(), "date,close\n".to_owned());
        for day in 1..=28 {
            let (step, wave) = (f64::from(day), f64::from(day * day % 7 - 2));
            fund.push_str(&format!("2024-02-{day:02},{:.2}\n", 1000.0 + 4.0 * step + 9.0 * wave));
            market.push_str(&format!("2024-02-{day:02},{:.2}\n", 50.0 + 0.1 * step + 0.2 * wave));
        }
        self.write("series/fund.csv", &fund);
        self.write("series/market.csv", &market);
        self.write(
            "series/hole.csv",
            "date,returns,weight\n2024-02-01,0.01,1\n2024-02-02,,2\n2024-02-03,0.02,1\n",
        );
    }

    /// A path in the folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// The program with these arguments, to run in this folder, independent of the terminal and the user's
    /// settings.
    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        command
            .args(words.split_whitespace())
            .current_dir(self.0.path())
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100");
        command
    }

    /// Runs the program with these arguments.
    pub fn run(&self, words: &str) -> Said {
        Said::of(&self.command(words).output().unwrap())
    }

    /// A command that must succeed.
    pub fn ok(&self, words: &str) -> Said {
        let said = self.run(words);
        assert_eq!(said.code, Some(0), "tiltyard {words}\n{}", said.stderr);
        said
    }

    /// Stdout of a command that must succeed.
    pub fn result(&self, words: &str) -> String {
        self.ok(words).stdout
    }

    /// Writes a file.
    pub fn write(&self, below: &str, text: &str) {
        fs::write(self.path(below), text).unwrap();
    }

    /// The names in a folder, including hidden ones, sorted.
    pub fn names(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(below)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Exit code and output of a program.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// Copies the files of a folder.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Every file below a folder with its bytes, by path, without the index, cached outcomes and locks.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    collect(folder, folder, &mut found);
    found.sort();
    found
}

fn collect(top: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(top, &path, found);
        } else if name != ".lock" && !name.starts_with("tiltyard.db") && !name.starts_with("trials.db") {
            let below = path.strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/");
            found.push((below, fs::read(&path).unwrap()));
        }
    }
}

/// A scenario of one symbol of the sample and two agents, `trend` and `hold`; `rest` are its other tables.
pub fn trend_and_hold(name: &str, start: &str, end: &str, rest: &str) -> String {
    format!(
        r#"
[scenario]
name = "{name}"

[market]
path     = "data/sample"
symbols  = ["ALPHA"]
interval = "1h"
start    = {start}
end      = {end}

[[agents]]
name     = "trend"
strategy = {{ kind = "sma_cross", fast = 3, slow = 8, size_pct = 20 }}

[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = {{ kind = "buy_and_hold" }}
{rest}"#
    )
}

/// A sweep of `trend`: 60 combinations in batches of `batch`, walked forward over windows of two days.
pub fn sixty_combinations(batch: u32) -> String {
    format!(
        r#"
[sweep]
agent = "trend"
batch = {batch}

[sweep.parameters]
fast = {{ from = 2, to = 11 }}
slow = {{ from = 20, to = 70, step = 10 }}

[validation]
kind  = "walk_forward"
train = 2
test  = 1

[battle]
windows = {{ kind = "sequential", length = "2d" }}

[report]
benchmark = "hold"
"#
    )
}
