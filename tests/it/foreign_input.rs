//! Unexpected input: numbers as dates, banners, local midnights, wrong dates, extremely long lines, tables
//! given as scenarios.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;

use crate::support::stage::{Said, Stage};

/// Time limit of a refusal in a debug build on a busy machine; a release build needs a tenth.
const SOON: Duration = Duration::from_secs(20);

fn bare() -> Stage {
    let stage = Stage::new();
    fs::create_dir(stage.path("in")).unwrap();
    stage
}

/// Text on one line, because diagnostics are wrapped.
fn flat(said: &Said) -> String {
    said.stderr.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn refused(stage: &Stage, words: &str, code: i32, parts: &[&str]) {
    let began = Instant::now();
    let said = stage.run(words);
    assert_eq!(said.code, Some(code), "{words}: {} {}", said.stdout, said.stderr);
    let text = flat(&said);
    for part in parts {
        assert!(text.contains(part), "{words}: `{part}` is not in: {text}");
    }
    assert!(began.elapsed() < SOON, "{words} took {:?}", began.elapsed());
}

fn prices(stage: &Stage, name: &str, times: &[&str]) {
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for (row, time) in times.iter().enumerate() {
        writeln!(text, "{time},1{row}.5,1{row}.9,1{row}.1,1{row}.3,7").unwrap();
    }
    stage.write(name, &text);
}

fn first_and_last(stage: &Stage, words: &str) -> (String, String) {
    let answer: serde_json::Value = serde_json::from_str(&stage.result(&format!("{words} --json"))).unwrap();
    let text = |key: &str| answer[0][key].as_str().unwrap().to_owned();
    (text("first"), text("last"))
}

#[test]
fn spreadsheet_days_are_not_read_as_epoch_seconds() {
    let stage = bare();
    prices(&stage, "in/BOOK.csv", &["45400", "45401", "45402"]);
    prices(&stage, "in/EPOCH.csv", &["19800", "19801", "19802"]);
    let import = "data import in/BOOK.csv --symbol BOOK --interval 1d --out o";
    refused(
        &stage,
        import,
        3,
        &["BOOK.csv` line 2: `45400` as seconds since 1970 is 1970-01-01T12:36:40Z", "--time-unit"],
    );
    assert!(!stage.path("o").exists());
    let days = first_and_last(&stage, &format!("{import} --time-unit spreadsheet"));
    assert_eq!(days, ("2024-04-18T00:00:00Z".into(), "2024-04-20T00:00:00Z".into()));
    let epoch = "data import in/EPOCH.csv --symbol EPOCH --interval 1d --out o";
    refused(&stage, epoch, 3, &["1970-01-01T05:30:00Z"]);
    let days = first_and_last(&stage, &format!("{epoch} --time-unit days"));
    assert_eq!(days.0, "2024-03-18T00:00:00Z");
}

fn whole_days(stage: &Stage, name: &str, days: Vec<i64>) {
    let rows = days.len();
    let column = |value: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![value; rows])) };
    let ts: ArrayRef = Arc::new(Int64Array::from(days));
    let columns = [
        ("ts", ts),
        ("open", column(2.0)),
        ("high", column(3.0)),
        ("low", column(1.0)),
        ("close", column(2.5)),
        ("volume", column(1.0)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer =
        ArrowWriter::try_new(File::create(stage.path(name)).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// A scenario over files in `in/`.
fn scenario(stage: &Stage, symbol: &str, market: &str) {
    let text = format!(
        "[scenario]\nname = \"x\"\n[market]\npath = \"in\"\nsymbols = [\"{symbol}\"]\n{market}\n[[agents]]\nname = \"a\"\n\
         strategy = {{ kind = \"buy_and_hold\" }}\n"
    );
    stage.write("x.toml", &text);
}

#[test]
fn dates_written_as_numbers_in_parquet_are_dates_or_refused() {
    let stage = bare();
    whole_days(&stage, "in/NUM_1d.parquet", vec![20_240_102, 20_240_103, 20_240_104]);
    let days = first_and_last(&stage, "data import in/NUM_1d.parquet --out o");
    assert_eq!(days, ("2024-01-02T00:00:00Z".into(), "2024-01-04T00:00:00Z".into()));
    scenario(&stage, "NUM", "interval = \"1d\"");
    refused(&stage, "run x.toml --out r", 3, &["NUM_1d.parquet", "1970-08-23", "data import"]);
    whole_days(&stage, "in/DAYS_1d.parquet", vec![19_800, 19_801]);
    refused(&stage, "data import in/DAYS_1d.parquet --out o", 3, &["`19800` as seconds", "--time-unit"]);
}

#[test]
fn blank_lines_and_banners_above_the_header_are_skipped() {
    let stage = bare();
    let rows =
        "Day;Open;High;Low;Close;Volume\n\n2024-03-04;5.0;5.5;4.5;5.2;10\n2024-03-05;5.2;5.6;5.0;5.4;11\n";
    for (name, above) in [("BANNER", "Prices of a small exchange\n\n"), ("BLANK", "\n  \n\r\n")] {
        stage.write(&format!("in/{name}.csv"), &format!("{above}{}", rows.replace("Day", "Date")));
        let days = first_and_last(
            &stage,
            &format!("data import in/{name}.csv --symbol {name} --interval 1d --out o"),
        );
        assert_eq!(days, ("2024-03-04T00:00:00Z".into(), "2024-03-05T00:00:00Z".into()));
    }
    let yahoo =
        "\nDate,Open,High,Low,Close,Adj Close,Volume\n2024-03-04,5,6,4,5,5,10\n2024-03-05,5,6,4,5,5,x\n";
    stage.write("in/YAHOO.csv", yahoo);
    refused(
        &stage,
        "data import in/YAHOO.csv --symbol Y --interval 1d --out o",
        3,
        &["YAHOO.csv` line 4: `x`"],
    );
}

#[test]
fn midnights_of_two_zones_align_as_session_dates() {
    let stage = bare();
    let days = |offset: [&str; 2]| {
        [format!("2024-03-08 00:00:00{}", offset[0]), format!("2024-03-11 00:00:00{}", offset[1])]
    };
    for (name, offsets) in [("YORK", ["-05:00", "-04:00"]), ("LOND", ["+00:00", "+01:00"])] {
        let times = days(offsets);
        prices(&stage, &format!("in/{name}_1d.csv"), &[&times[0], &times[1]]);
    }
    let import = "data import in/YORK_1d.csv in/LOND_1d.csv --out o";
    refused(
        &stage,
        import,
        3,
        &["daily bars at midnights with an offset, such as `2024-03-08", "--session-dates"],
    );
    let session = ("2024-03-08T00:00:00Z".to_owned(), "2024-03-11T00:00:00Z".to_owned());
    assert_eq!(first_and_last(&stage, &format!("{import} --session-dates")), session);
    let kept = first_and_last(&stage, "data import in/YORK_1d.csv --out p --session-dates=false");
    assert_eq!(kept, ("2024-03-08T05:00:00Z".into(), "2024-03-11T04:00:00Z".into()));
    prices(&stage, "in/NOON_1d.csv", &["2024-03-08 12:00:00+01:00", "2024-03-09 12:00:00+01:00"]);
    refused(&stage, "data import in/NOON_1d.csv --out p --session-dates", 3, &["is not a midnight"]);
}

#[test]
fn one_implausible_date_is_refused_by_every_reader() {
    let stage = bare();
    for (name, first, last) in [
        ("AHEAD", "2024-01-01T00:00:00", "9999-12-31T00:00:00"),
        ("BACK", "0001-01-01T00:00:00", "2024-01-01T03:00:00"),
    ] {
        let times = [first, "2024-01-01T01:00:00", "2024-01-01T02:00:00", last];
        prices(&stage, &format!("in/{name}_1h.csv"), &times);
        let row = if name == "AHEAD" { "row 4" } else { "row 2" };
        let years = if name == "AHEAD" { "7975 years" } else { "2022 years" };
        let file = format!("{name}_1h.csv");
        for words in ["data import in/F --out o", "data resample in/F --interval 4h --out o"] {
            refused(&stage, &words.replace('F', &file), 3, &[&file, row, years]);
        }
        let said = stage.run(&format!("data check in/{file}"));
        assert_eq!(said.code, Some(3), "{}", said.stdout);
    }
    let far: Vec<i64> =
        [0, 3_600, 7_200, 253_370_764_800 - 1_704_067_200].map(|s| (1_704_067_200 + s) * 1_000_000).into();
    let ts: ArrayRef = Arc::new(TimestampMicrosecondArray::from(far));
    let column = |value: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![value; 4])) };
    let columns = [
        ("ts", ts),
        ("open", column(2.0)),
        ("high", column(3.0)),
        ("low", column(1.0)),
        ("close", column(2.5)),
        ("volume", column(1.0)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let path = stage.path("in/FAR_1h.parquet");
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    for market in ["interval = \"1h\"", "interval = \"4h\"", "interval = \"1h\"\ngaps = \"forward_fill\""] {
        scenario(&stage, "FAR", market);
        refused(&stage, "run x.toml --out r", 3, &["FAR_1h.parquet` row 3", "7974 years after"]);
    }
}

#[test]
fn an_oversized_line_is_refused_before_it_is_buffered() {
    let stage = bare();
    let pour = |out: &mut dyn std::io::Write| {
        out.write_all(b"ts,open,high,low,close,volume\n1704067200,1,2,0.5,1,1\n1704070800,1,2,0.5,1,1\n")
            .unwrap();
        let block = vec![b'7'; 1 << 20];
        for _ in 0..64 {
            out.write_all(&block).unwrap();
        }
    };
    let gz = File::create(stage.path("in/LINE_1h.csv.gz")).unwrap();
    let mut gz = flate2::write::GzEncoder::new(gz, flate2::Compression::fast());
    pour(&mut gz);
    gz.finish().unwrap();
    let mut zip = zip::ZipWriter::new(File::create(stage.path("in/LINE_1h.zip")).unwrap());
    zip.start_file("LINE_1h.csv", zip::write::SimpleFileOptions::default()).unwrap();
    pour(&mut zip);
    zip.finish().unwrap();
    for file in ["LINE_1h.csv.gz", "LINE_1h.zip"] {
        let words = format!("data import in/{file} --symbol LINE --interval 1h --out o");
        refused(&stage, &words, 3, &[file, "a line is longer than 1 MB"]);
    }
}

#[test]
fn a_table_given_as_a_scenario_is_recognised() {
    let stage = bare();
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for row in 0..3_000 {
        writeln!(text, "2015-03-{:02},44,{row}.25,41,43.5,{row}", 1 + row % 28).unwrap();
    }
    stage.write("in/bars.csv", &text);
    for command in ["check", "run"] {
        refused(
            &stage,
            &format!("{command} in/bars.csv"),
            2,
            &["a table of separated values, not a scenario", "data import"],
        );
    }
    stage.write("in/x.json", "{\n  \"scenario\": 1\n}\n");
    refused(&stage, "check in/x.json", 2, &["this is JSON, not a scenario"]);
    let big = "# nothing\n".repeat(500_000);
    stage.write("in/big.toml", &big);
    refused(&stage, "check in/big.toml", 2, &["larger than 4 MB and cannot be a scenario"]);
}

#[test]
fn at_most_fifty_mistakes_are_reported() {
    let stage = bare();
    let valid = "[scenario]\nname = \"x\"\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n";
    let agent = "[[agents]]\nname = \"a\"\nstrategy = { kind = \"buy_and_hold\" }\n";
    let cases: [(&str, String, &str); 4] = [
        (
            "agents",
            format!(
                "{valid}{agent}{}",
                "[[agents]]\nname = \"a\"\nstratgy = { kind = \"cash\" }\n".repeat(2_000)
            ),
            "more mistakes after this one",
        ),
        (
            "lines",
            format!("{valid}{agent}{}", "this is = no toml at = all\n".repeat(2_000)),
            "more mistakes after this one",
        ),
        (
            "keys",
            format!(
                "{agent}{valid}{}",
                (0..20_000).fold(String::new(), |mut text, key| {
                    writeln!(text, "unknown_{key} = 1").unwrap();
                    text
                })
            ),
            "19950 more mistakes after this one",
        ),
        (
            "symbols",
            format!(
                "{agent}[scenario]\nname = \"x\"\n[market]\npath = \"data\"\ninterval = \"1h\"\nsymbols = [{}]\n",
                (0..2_000).fold(String::new(), |mut text, key| {
                    write!(text, "\"S {key}\", ").unwrap();
                    text
                })
            ),
            "1950 more problems with the market data",
        ),
    ];
    for (name, text, count) in cases {
        stage.write(&format!("{name}.toml"), &text);
        let code = if name == "symbols" { 3 } else { 2 };
        refused(&stage, &format!("check {name}.toml"), code, &[count]);
    }
    let mut text = format!("{valid}{agent}");
    for profile in 0..5_000 {
        writeln!(text, "[risk.p{profile}]\nmax_open_orders = 3").unwrap();
    }
    stage.write("profiles.toml", &text);
    let said = stage.run("check profiles.toml");
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(flat(&said).contains("more warnings after this one"), "{}", said.stderr);
}

#[test]
fn sweep_conditions_are_evaluated_in_decimals() {
    let stage = bare();
    let text = "[scenario]\nname = \"where\"\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
                start = 2023-05-01\nend = 2023-05-08\n[[agents]]\nname = \"r\"\n\
                strategy = { kind = \"rules\", enter_all = [\"close > sma(5)\"], stop_loss_pct = 1, take_profit_pct = 2 }\n\
                [[agents]]\nname = \"h\"\nrisk = \"unlimited\"\nstrategy = { kind = \"buy_and_hold\" }\n\
                [sweep]\nagent = \"r\"\nwhere = [\"WHERE\"]\n[sweep.parameters]\n\
                stop_loss_pct = { from = 0.1, to = 0.3, step = 0.1 }\n\
                take_profit_pct = { from = 0.1, to = 0.9, step = 0.1 }\n[battle]\nwindows = { kind = \"whole\" }\n";
    // 0.1: seven values from 0.3 to 0.9; 0.2: four from 0.6 to 0.9; 0.3: only 0.9.
    for (condition, trials) in [
        ("take_profit_pct >= 3 * stop_loss_pct", 12),
        ("take_profit_pct / stop_loss_pct >= 3", 12),
        ("stop_loss_pct + take_profit_pct <= 0.3", 3),
        ("stop_loss_pct + 0.2 == take_profit_pct", 3),
    ] {
        stage.write("where.toml", &text.replace("WHERE", condition));
        stage.result("run where.toml --out out --quiet");
        let top = stage.result("sweep top where --out out -n 1000 --json");
        let top: serde_json::Value = serde_json::from_str(&top).unwrap();
        assert_eq!(top["trials"].as_array().unwrap().len(), trials, "{condition}");
    }
}

#[test]
fn a_sweep_without_a_winner_reports_it() {
    let stage = bare();
    let text = "[scenario]\nname = \"none\"\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
                start = 2023-05-01\nend = 2023-05-08\n[[agents]]\nname = \"never\"\n\
                strategy = { kind = \"rules\", enter_all = [\"close > 1e9\"], stop_loss_pct = 1 }\n\
                [[agents]]\nname = \"h\"\nrisk = \"unlimited\"\nstrategy = { kind = \"buy_and_hold\" }\n\
                [sweep]\nagent = \"never\"\nobjective = \"profit_factor\"\n[sweep.parameters]\n\
                stop_loss_pct = [1, 2]\n[battle]\nwindows = { kind = \"whole\" }\n";
    stage.write("none.toml", text);
    let said = stage.result("run none.toml --out out");
    assert!(said.contains("No trial has a score: with the scenario's own parameters"), "{said}");
    assert!(!said.contains("With the winner's parameters"), "{said}");
}

#[test]
fn trades_as_json_respect_the_limit() {
    let stage = Stage::new();
    stage.result("run scenarios/first_tournament.toml --out out --quiet");
    let all = |limit: &str| -> Vec<serde_json::Value> {
        let text = stage.result(&format!("trades first-tournament coin-flip --out out --json {limit}"));
        serde_json::from_str(&text).unwrap()
    };
    let every = all("");
    assert!(every.len() > 3, "{}", every.len());
    assert_eq!(all("--limit 2"), every[every.len() - 2..]);
    assert_eq!(all("--limit 0"), every);
}

#[test]
fn a_metric_is_suggested_by_a_part_of_its_name() {
    let stage = bare();
    scenario(&stage, "ALPHA", "interval = \"1h\"");
    let text = fs::read_to_string(stage.path("x.toml")).unwrap() + "[battle]\nranking_metric = \"sharpe\"\n";
    stage.write("x.toml", &text);
    refused(&stage, "check x.toml", 2, &["unknown", "`sharpe`", "did you mean `sharpe_ratio`?"]);
}
