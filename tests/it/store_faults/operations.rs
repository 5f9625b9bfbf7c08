//! The commands that write, and the stores that they start from.

use std::fs;
use std::path::Path;

use crate::support::stage::{Stage, files, trend_and_hold};

/// A command that writes.
pub struct Operation {
    pub name: &'static str,
    /// The initial store, by name; see [`templates`].
    pub template: &'static str,
    pub command: &'static str,
    /// The scenario that it runs, if any.
    pub run: Option<&'static str>,
    /// A command, and words of its output that show that the operation was done.
    pub proof: (&'static str, &'static str),
    /// Whether doing it twice is doing it once.
    pub repeatable: bool,
}

const fn run(
    name: &'static str,
    template: &'static str,
    run: &'static str,
    command: &'static str,
    proof: (&'static str, &'static str),
) -> Operation {
    Operation { name, template, command, run: Some(run), proof, repeatable: true }
}

const fn change(
    name: &'static str,
    template: &'static str,
    command: &'static str,
    proof: (&'static str, &'static str),
) -> Operation {
    Operation { name, template, command, run: None, proof, repeatable: false }
}

const fn other(
    name: &'static str,
    template: &'static str,
    command: &'static str,
    proof: (&'static str, &'static str),
) -> Operation {
    Operation { name, template, command, run: None, proof, repeatable: true }
}

const PLAIN: (&str, &str) = ("trades plain trend --out s", "");
const SWEPT: (&str, &str) = ("show swept --out s", "");
const NEWCOMER: (&str, &str) = ("agent show newcomer --out s --json", "newcomer");
const KEEPER: &str = "agent show keeper --out s --json";

pub const OPERATIONS: [Operation; 14] = [
    run("first run", "agents", "plain", "run plain.toml --out s --quiet --threads 1", PLAIN),
    run("run again", "runs", "plain", "run plain.toml --out s --quiet --threads 1", PLAIN),
    Operation {
        repeatable: false,
        ..run(
            "registered run",
            "runs",
            "registered",
            "run registered.toml --out s --quiet --threads 1",
            ("agent history keeper --out s --json", "registered"),
        )
    },
    run("first sweep", "agents", "swept", "run swept.toml --out s --quiet --threads 1", SWEPT),
    run("sweep again", "runs", "swept", "run swept.toml --out s --quiet --threads 1", SWEPT),
    change("first agent", "nothing", "agent create newcomer --strategy {kind=\"cash\"} --out s", NEWCOMER),
    change("agent create", "runs", "agent create newcomer --strategy {kind=\"cash\"} --out s", NEWCOMER),
    change(
        "agent update",
        "runs",
        "agent update keeper --strategy {kind=\"cash\"} --out s",
        (KEEPER, "\"version\": 2"),
    ),
    change("agent reset", "runs", "agent reset keeper --out s", (KEEPER, "\"epoch\": 2")),
    change("agent archive", "runs", "agent archive keeper --out s", (KEEPER, "\"status\": \"archived\"")),
    other("prune", "leftovers", "store prune --out s", ("store prune --out s", "nothing to remove")),
    other("repair", "damaged", "store repair --out s", ("store repair --out s", "nothing to repair")),
    other(
        "import",
        "nothing",
        "data import day1/BTCUSDT_1m.csv --out new --interval 1m",
        ("data info new/BTCUSDT_1m.parquet --json", "\"rows\":1440"),
    ),
    other(
        "import, merge",
        "nothing",
        "data import day1/BTCUSDT_1m.csv --out bars --merge --interval 1m",
        ("data info bars/BTCUSDT_1m.parquet --json", "\"rows\":2880"),
    ),
];

/// A stage with the scenarios, the vendor's files and the initial stores.
pub fn stage() -> Stage {
    let stage = Stage::new();
    let battle = "[battle]\nwindows = { kind = \"sequential\", length = \"2d\" }\n";
    let scenario = |name: &str, more: &str| {
        trend_and_hold(name, "2023-05-01", "2023-05-05", &format!("{more}\n{battle}"))
    };
    stage.write("plain.toml", &scenario("plain", ""));
    let keeper = "\n[[agents]]\nregistered = \"keeper\"\nwallet = \"existing\"\n";
    stage.write("registered.toml", &trend_and_hold("registered", "2023-05-01", "2023-05-05", keeper));
    let sweep = "\n[sweep]\nagent = \"trend\"\nbatch = 2\n[sweep.parameters]\nfast = { from = 2, to = 4 }\nslow = { from = 8, to = 9 }\n";
    stage.write("swept.toml", &scenario("swept", sweep));
    for number in 0..2 {
        let rows = (0..1_440).map(|minute| {
            format!("{},1.5,2.5,0.5,1.25,100\n", 1_699_920_000 + number * 86_400 + minute * 60)
        });
        fs::create_dir_all(stage.path(&format!("day{number}"))).unwrap();
        stage.write(
            &format!("day{number}/BTCUSDT_1m.csv"),
            &format!("time,open,high,low,close,volume\n{}", rows.collect::<String>()),
        );
    }
    templates(&stage);
    stage
}

/// Creates the initial stores: one with an agent, one with runs, one with remains of dead processes, one
/// whose database is cut off.
fn templates(stage: &Stage) {
    fs::create_dir_all(stage.path("nothing")).unwrap();
    stage.result("agent create keeper --strategy {kind=\"buy_and_hold\"} --out agents");
    copy(&stage.path("agents"), &stage.path("runs"));
    stage.result("run plain.toml --out runs --quiet");
    stage.result("run swept.toml --out runs --quiet");
    copy(&stage.path("runs"), &stage.path("leftovers"));
    let dead = stage.path("leftovers/plain/.0123456789ab.999999.tmp");
    fs::create_dir_all(dead.join("agents/trend")).unwrap();
    fs::write(dead.join("agents/trend/metrics.json"), "{}").unwrap();
    copy(&stage.path("runs"), &stage.path("damaged"));
    let database = fs::read(stage.path("damaged/tiltyard.db")).unwrap();
    fs::write(stage.path("damaged/tiltyard.db"), &database[..database.len() / 2]).unwrap();
    stage.result("data import day0/BTCUSDT_1m.csv --out bars-before --interval 1m");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

/// Restores the store and the bars to their state before an operation.
pub fn prepare(stage: &Stage, template: &str) {
    for folder in ["s", "bars", "new"] {
        let _ = fs::remove_dir_all(stage.path(folder));
    }
    copy(&stage.path(template), &stage.path("s"));
    copy(&stage.path("bars-before"), &stage.path("bars"));
}

/// The files of the scenario that an operation runs, with their bytes.
pub fn results(stage: &Stage, operation: &Operation) -> Vec<(String, Vec<u8>)> {
    operation.run.map_or_else(Vec::new, |run| files(&stage.path("s").join(run)))
}
