//! Result tables against their dictionary, what each file says about itself, and money as floats.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_schema::{DataType, Field};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tiltyard::internals::domain::Metric;
use tiltyard::internals::store::dictionary::{ColumnDoc, ColumnType, ResultTable, TableColumn};

use crate::support::stage::Stage;

/// A small battle of perpetual futures, which has all tables of agents.
const BATTLE: &str = r#"
[scenario]
name = "NAME"
[market]
path = "data/sample"
symbols = ["ALPHA", "BRAVO"]
interval = "1h"
start = 2023-03-01
end = 2023-04-01
[instruments.default]
kind = "perpetual"
max_leverage = 20
maintenance = [{ rate_pct = 0.5 }]
funding = "data/funding"
[risk.free]
max_order_size_pct = false
max_position_size_pct = false
daily_loss_limit_pct = false
allow_short = true
max_leverage = 20
[[agents]]
name = "both"
risk = "free"
strategy = { kind = "sma_cross", fast = 12, slow = 48, size_pct = 60, direction = "both" }
[[agents]]
name = "long"
strategy = { kind = "sma_cross", fast = 5, slow = 20, size_pct = 20 }
[battle]
windows = { kind = "sequential", length = "10d" }
[report]
formats = ["csv", "markdown"]
benchmark = "ALPHA"
"#;

/// A sweep with a validation.
const SWEEP: &str = r#"
[scenario]
name = "swept"
[market]
path = "data/sample"
symbols = ["ALPHA"]
interval = "1d"
[[agents]]
name = "trend"
strategy = { kind = "sma_cross", fast = 3, slow = 10 }
[battle]
windows = { kind = "sequential", length = "30d" }
[sweep]
agent = "trend"
search = "grid"
[sweep.parameters]
fast = [2, 3]
[validation]
kind = "walk_forward"
train = 2
test = 1
"#;

struct Found {
    fields: Vec<Field>,
    about: BTreeMap<String, String>,
}

/// The Parquet files below a folder, by the table they are.
fn tables(folder: &Path, found: &mut BTreeMap<String, Found>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            tables(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            let file = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path).unwrap()).unwrap();
            let pairs = file.metadata().file_metadata().key_value_metadata().unwrap();
            let about = pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default()));
            let fields = file.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            found.insert(name, Found { fields, about: about.collect() });
        }
    }
}

fn stored(scenarios: &[(&str, &str)]) -> BTreeMap<String, Found> {
    let stage = Stage::new();
    let mut found = BTreeMap::new();
    for (name, text) in scenarios {
        stage.write(&format!("{name}.toml"), text);
        stage.result(&format!("run {name}.toml --out store"));
    }
    tables(&stage.path("store"), &mut found);
    found
}

fn agrees(table: &ResultTable, field: &Field, doc: &ColumnDoc) {
    assert_eq!(field.name(), doc.name, "{}", table.name);
    assert!(doc.values.is_stored_as(field.data_type()), "{}.{}: {}", table.name, doc.name, field.data_type());
    assert_eq!(field.is_nullable(), doc.nullable, "{}.{}", table.name, doc.name);
}

#[test]
fn every_table_has_the_columns_of_the_dictionary() {
    let found = stored(&[("both", &BATTLE.replace("NAME", "both")), ("swept", SWEEP)]);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "benchmark",
            "candles",
            "equity",
            "fills",
            "lines",
            "orders",
            "out_of_sample",
            "postings",
            "prices",
            "results",
            "trades",
            "validation",
            "windows"
        ]
    );
    for (name, found) in &found {
        let table = ResultTable::of_name(name).unwrap();
        let (mut fields, mut left_out) = (found.fields.iter().peekable(), Vec::new());
        for column in table.columns {
            match column {
                TableColumn::InSomeRuns(doc)
                    if fields.peek().is_none_or(|field| field.name() != doc.name) =>
                {
                    left_out.push(doc.name);
                }
                TableColumn::Fixed(doc) | TableColumn::InSomeRuns(doc) => {
                    agrees(table, fields.next().unwrap(), doc);
                }
                TableColumn::Parameters => assert_eq!(fields.next().unwrap().name(), "strategy.fast"),
                TableColumn::Metrics => {
                    for metric in Metric::ALL.iter().filter(|metric| !metric.is_relative()) {
                        let field = fields.next().unwrap();
                        assert_eq!(
                            (field.name().as_str(), field.data_type()),
                            (metric.key(), &DataType::Float64)
                        );
                    }
                }
            }
        }
        assert!(fields.next().is_none(), "{name} has more columns");
        assert_eq!(left_out, if name == "equity" { &["tick"][..] } else { &[] }, "{name}");
    }
    let thinned = stored(&[("daily", &(BATTLE.replace("NAME", "daily") + "equity = \"daily\"\n"))]);
    let equity = ResultTable::of_name("equity").unwrap();
    for (column, field) in equity.columns.iter().zip(&thinned["equity"].fields) {
        let (TableColumn::Fixed(doc) | TableColumn::InSomeRuns(doc)) = column else { unreachable!() };
        agrees(equity, field, doc);
    }
    assert_eq!(thinned["equity"].fields.len(), equity.columns.len());
}

#[test]
fn each_file_says_what_it_is() {
    let found = stored(&[("both", &BATTLE.replace("NAME", "both"))]);
    let about = &found["trades"].about;
    assert_eq!(about["tiltyard.version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(about["tiltyard.table"], "trades");
    assert_eq!(about["tiltyard.money"], "decimal");
    assert!(about["tiltyard.row"].contains("round trip"));
    let columns: serde_json::Value = serde_json::from_str(&about["tiltyard.columns"]).unwrap();
    assert_eq!(columns["pnl"]["unit"], "quote currency");
    assert!(columns["mae"]["meaning"].as_str().unwrap().contains("adverse"));
    assert_eq!(columns.as_object().unwrap().len(), found["trades"].fields.len());
}

#[test]
fn money_as_floats_is_read_back_as_exact_amounts() {
    let stage = Stage::new();
    let run = |name: &str, money: &str| {
        let text = BATTLE.replace("NAME", name) + &format!("money = \"{money}\"\n");
        stage.write(&format!("{name}.toml"), &text);
        stage.result(&format!("run {name}.toml --out {name}"));
        let mut found = BTreeMap::new();
        tables(&stage.path(name), &mut found);
        found
    };
    let (exact, floats) = (run("exact", "decimal"), run("floats", "float"));
    for (name, table) in &exact {
        for (one, other) in table.fields.iter().zip(&floats[name].fields) {
            let money = matches!(one.data_type(), DataType::Decimal128(..));
            let wanted = if money { &DataType::Float64 } else { one.data_type() };
            assert_eq!((one.name(), wanted), (other.name(), other.data_type()), "{name}");
            assert_eq!(one.is_nullable(), other.is_nullable());
        }
    }
    assert_eq!(floats["equity"].about["tiltyard.money"], "float");
    assert!(ColumnType::Money.is_stored_as(&DataType::Float64));
    // The program reads both alike.
    for words in ["trades both", "battle replay --at 2023-03-25"] {
        let said = |name: &str| {
            let id = stage.result(&format!("runs --out {name} --json"));
            let id = id.split("\"run_id\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            let mut words: Vec<&str> = words.split(' ').collect();
            let command = words.remove(0);
            let words = if command == "trades" {
                format!("trades {id} {} --out {name} --json", words[0])
            } else {
                format!("{command} {} {id} {} --out {name} --json", words[0], words[1..].join(" "))
            };
            stage.result(&words).replace(&id, "ID").replace(name, "NAME")
        };
        assert_eq!(said("exact"), said("floats"));
    }
    // All digits are in the CSV files.
    let csv = |name: &str| {
        let folder = std::fs::read_dir(stage.path(name).join(name)).unwrap();
        let run =
            folder.map(|entry| entry.unwrap().path()).find(|path| path.join("run.json").exists()).unwrap();
        ["fills", "equity", "postings"]
            .map(|table| std::fs::read_to_string(run.join(format!("agents/both/{table}.csv"))).unwrap())
    };
    assert_eq!(csv("exact"), csv("floats"));
}
