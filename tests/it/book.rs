//! The book (`docs/`): its chapters are those of `SUMMARY.md`, its links lead somewhere, its reference is made from the
//! program's own tables, and its commands run as printed.
//!
//! After a change of the tables: `BOOK=overwrite cargo nextest run the_reference`; of a command's output:
//! `TRYCMD=overwrite cargo nextest run commands_of_the_book`. Then read the difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tiltyard::internals::cli::Exit;
use tiltyard::internals::domain::{Metric, RefusalCode};
use tiltyard::internals::engine::{EndReason, ReplayStatus};
use tiltyard::internals::market::quality::FindingKind;
use tiltyard::internals::scenario::catalogue::STRATEGIES;
use tiltyard::internals::scenario::expr::{OPERATORS, REFERENCE};
use tiltyard::internals::scenario::format::{Fallback, KeyDoc, ROOT, TableDoc, ValueType};
use tiltyard::internals::store::dictionary::{ResultTable, TableColumn};

use crate::support::stage::Stage;

/// Chapters whose commands are run.
const RUN: [&str; 2] = ["tutorial.md", "cookbook.md"];

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn chapters() -> Vec<String> {
    let summary = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    summary
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap().trim_start_matches("./").to_owned())
        .collect()
}

#[test]
fn every_page_is_a_chapter_and_every_chapter_a_page() {
    let listed: BTreeSet<String> = chapters().into_iter().collect();
    let pages = fs::read_dir(docs()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<String> =
        pages.filter(|name| name.ends_with(".md") && name != "SUMMARY.md").collect();
    assert_eq!(listed, pages);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for page in chapters().iter().map(|name| docs().join(name)).chain([docs().join("../README.md")]) {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            let outside = target.contains("://") || target.starts_with("mailto:");
            let file = if file.is_empty() { page.clone() } else { folder.join(file) };
            // A book has no page outside its folder.
            let leaves = target.starts_with("../") && folder.ends_with("docs");
            if !outside && (leaves || !(file.exists() && has_anchor(&file, target))) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

/// Whether a page has the heading that a link names after `#`.
fn has_anchor(page: &Path, target: &str) -> bool {
    let Some((_, anchor)) = target.split_once('#') else { return true };
    let text = fs::read_to_string(page).unwrap_or_default();
    let slug = |heading: &str| -> String {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    text.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == anchor)
}

#[test]
fn the_reference_is_made_from_the_programs_tables() {
    let pages = [
        ("reference_scenario.md", scenario()),
        ("reference_strategies.md", strategies()),
        ("reference_results.md", results()),
        ("reference_codes.md", codes()),
    ];
    for (name, made) in pages {
        let path = docs().join(name);
        if std::env::var("BOOK").is_ok_and(|wish| wish == "overwrite") {
            fs::write(&path, &made).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == made,
            "docs/{name} differs from the tables: BOOK=overwrite cargo nextest run the_reference"
        );
    }
}

/// Chapters of commands are tried as they stand, in a folder with the sample and the scenarios.
#[test]
fn commands_of_the_book_run_as_printed() {
    let stage = Stage::new();
    let copies = tempfile::tempdir().unwrap();
    for page in RUN {
        fs::copy(docs().join(page), copies.path().join(page)).unwrap();
        std::os::unix::fs::symlink(stage.path("."), copies.path().join(page).with_extension("in")).unwrap();
    }
    fs::copy(docs().join("tutorial.csv"), stage.path("ACME.csv")).unwrap();
    let run = std::panic::catch_unwind(|| {
        trycmd::TestCases::new()
            .register_bin("tiltyard", Path::new(env!("CARGO_BIN_EXE_tiltyard")))
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .case(copies.path().join("*.md"))
            .run();
    });
    if std::env::var("TRYCMD").is_ok_and(|wish| wish == "overwrite") {
        for page in RUN {
            fs::copy(copies.path().join(page), docs().join(page)).unwrap();
        }
    }
    assert!(run.is_ok(), "pages differ: see above");
}

/// Text that stays in its cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn default(key: &KeyDoc) -> String {
    match key.fallback {
        Fallback::Required => "required".to_owned(),
        Fallback::RequiredWithout(other) => format!("required without `{other}`"),
        Fallback::Value(text) | Fallback::Variant(text) => format!("`{text}`"),
        Fallback::Described(text) => text.to_owned(),
    }
}

fn keys(text: &mut String, keys: &[KeyDoc]) {
    text.push_str("| key | type | default | values | meaning |\n|---|---|---|---|---|\n");
    for key in keys {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            key.name,
            cell(&key.value.name()),
            cell(&default(key)),
            cell(&key.value.range().unwrap_or_default()),
            cell(key.doc)
        );
    }
    text.push('\n');
    for key in keys {
        choices(text, key);
    }
}

/// What the words of a key mean.
fn choices(text: &mut String, key: &KeyDoc) {
    let ValueType::Choice { choices, .. } = key.value else { return };
    let _ = writeln!(text, "Values of `{}`:\n", key.name);
    for choice in choices() {
        let _ = writeln!(text, "- `{}`: {}", choice.name, cell(choice.doc));
    }
    text.push('\n');
}

/// A table with the tables in it.
fn table(text: &mut String, path: &str, doc: &TableDoc, level: usize) {
    let _ = writeln!(text, "{} `{path}`\n\n{}\n", "#".repeat(level.min(4)), cell(doc.doc));
    keys(text, doc.keys);
    for key in doc.keys {
        nested(text, path, key, level);
    }
}

fn nested(text: &mut String, path: &str, key: &KeyDoc, level: usize) {
    let inner = |brackets: &str| format!("{path}.{}{brackets}", key.name);
    match key.value {
        ValueType::Table(doc) => table(text, &inner(""), doc, level + 1),
        ValueType::Tables(doc) => table(text, &inner("[]"), doc, level + 1),
        ValueType::Named(doc) => table(text, &inner(".NAME"), doc, level + 1),
        // Strategies have a page of their own.
        ValueType::Tagged { noun: "strategy", .. } => {}
        ValueType::Tagged { tag, variants, .. } => {
            for variant in variants() {
                let title = format!("{path}.{} = {{ {tag} = \"{}\" }}", key.name, variant.name);
                let _ =
                    writeln!(text, "{} `{title}`\n\n{}\n", "#".repeat((level + 1).min(4)), cell(variant.doc));
                if !variant.keys.is_empty() {
                    keys(text, variant.keys);
                }
            }
        }
        _ => {}
    }
}

fn scenario() -> String {
    let mut text = "# Reference: scenario keys\n\nThis page lists every key of a scenario file, its type, default and meaning. \
                    It is made from the program's own tables (`tests/it/book.rs`); `tiltyard schema` prints the same as a \
                    JSON Schema for editors.\n\n"
        .to_owned();
    for key in ROOT.keys {
        match key.value {
            ValueType::Table(doc) => table(&mut text, &format!("[{}]", key.name), doc, 2),
            ValueType::Tables(doc) => table(&mut text, &format!("[[{}]]", key.name), doc, 2),
            ValueType::Named(doc) => table(&mut text, &format!("[{}.NAME]", key.name), doc, 2),
            ValueType::Tagged { .. } => {
                let _ = writeln!(text, "## `[{}]`\n\n{}\n", key.name, cell(key.doc));
                nested(&mut text, "", key, 2);
            }
            _ => {}
        }
    }
    text
}

fn strategies() -> String {
    let mut text = "# Reference: strategies and rules\n\nThis page lists the built-in strategies with all their parameters, and the \
                    names and operators of rules. It is made from the program's own tables (`tests/it/book.rs`); \
                    `tiltyard strategies KIND` prints the same for one of them.\n\n"
        .to_owned();
    for doc in STRATEGIES {
        let _ = writeln!(
            text,
            "## {}\n\n{}\n\nWarm-up: {}.\n\n```toml\nstrategy = {}\n```\n",
            doc.kind,
            cell(doc.description),
            cell(doc.warm_up),
            doc.example
        );
        if !doc.parameters.is_empty() {
            keys(&mut text, doc.parameters);
        }
    }
    text.push_str("## Names in rules\n\n| form | meaning |\n|---|---|\n");
    for (_, form, doc) in REFERENCE {
        let _ = writeln!(text, "| `{}` | {} |", cell(form), cell(doc));
    }
    text.push_str("\n## Operators in rules\n\n| form | meaning |\n|---|---|\n");
    for (_, form, doc) in OPERATORS {
        let _ = writeln!(text, "| `{}` | {} |", cell(form), cell(doc));
    }
    text
}

/// A section with a table of two columns.
fn section(
    text: &mut String,
    title: &str,
    intro: &str,
    column: &str,
    rows: impl Iterator<Item = (String, String)>,
) {
    let _ = writeln!(text, "## {title}\n\n{intro}\n\n| {column} | meaning |\n|---|---|");
    for (code, meaning) in rows {
        let _ = writeln!(text, "| {code} | {} |", cell(&meaning));
    }
    text.push('\n');
}

fn codes() -> String {
    let mut text = "# Reference: codes\n\nThis page lists the exit codes of the program and the codes in its results. It is made from the \
                    program's own tables (`tests/it/book.rs`).\n\n"
        .to_owned();
    let code = |text: &str| format!("`{text}`");
    let exits = Exit::ALL.into_iter().map(|exit| (exit.code().to_string(), exit.meaning().to_owned()));
    section(&mut text, "Exit codes", "Every command leaves with one of these.", "code", exits);
    let refusals = RefusalCode::ALL.into_iter().map(|one| (code(one.as_str()), one.doc().to_owned()));
    section(
        &mut text,
        "Refusal codes",
        "An order that a check refuses has one of these codes.",
        "code",
        refusals,
    );
    let ends = EndReason::DOCS.into_iter().map(|(reason, doc)| (code(reason), doc.to_owned()));
    let how = "`end_reason` in `orders.parquet`. A refused order has the code of its refusal there.";
    section(&mut text, "Why an order ended", how, "reason", ends);
    let statuses = ReplayStatus::DOCS.into_iter().map(|(status, doc)| (code(status), doc.to_owned()));
    let how = "How a window ended for an agent: `status` of each window in `metrics.json`.";
    section(&mut text, "Status of an agent in a window", how, "status", statuses);
    let findings = FindingKind::ALL.into_iter().map(|kind| (code(kind.as_str()), kind.doc().to_owned()));
    let how = "What the data check finds. [data.md](data.md#check) has the level of each and its limits.";
    section(&mut text, "Findings in data", how, "finding", findings);
    text.truncate(text.trim_end().len() + 1);
    text
}

#[test]
fn the_chapter_about_data_explains_every_finding() {
    let chapter = fs::read_to_string(docs().join("data.md")).unwrap();
    let rows: String = chapter.lines().filter(|line| line.starts_with("| `")).collect();
    let missing = FindingKind::ALL.iter().filter(|kind| !rows.contains(&format!("`{kind}`")));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&FindingKind>::new());
}

fn results() -> String {
    let mut text = "# Reference: result tables\n\nThis page lists the Parquet files of a run with every column. It is made from the program's \
                    own tables (`tests/it/book.rs`). Each file has the same texts in its metadata under `tiltyard.columns`, beside \
                    `tiltyard.version`, `tiltyard.table` and `tiltyard.row`. The other files are listed in \
                    [commands.md](commands.md#result-files).\n\nMoney is `decimal(38, 8)`, in curves of equity `decimal(18, 8)` if all amounts of the file are below ten billion; with `[report] money = \"float\"` it is `float64`. \
                    With `formats = [\"csv\"]` each file has a twin in CSV.\n\n```python\nimport json\nimport pyarrow.parquet as pq\n\n\
                    about = pq.read_metadata(\"reports/NAME/RUN/agents/AGENT/trades.parquet\").metadata\n\
                    columns = json.loads(about[b\"tiltyard.columns\"])\nprint(columns[\"mae\"])\n```\n\n"
        .to_owned();
    for table in ResultTable::ALL {
        let _ = writeln!(text, "## `{}.parquet`\n\nOne row is {}.", table.name, table.row);
        if !table.place.is_empty() {
            let mut place = table.place.to_owned();
            place[..1].make_ascii_uppercase();
            let _ = writeln!(text, "{place}.");
        }
        text.push_str("\n| column | type | unit | meaning |\n|---|---|---|---|\n");
        for column in table.columns {
            match column {
                TableColumn::Fixed(doc) | TableColumn::InSomeRuns(doc) => {
                    let null = if doc.nullable { ", or null" } else { "" };
                    let (values, meaning) = (doc.values.as_str(), cell(doc.doc));
                    let _ = writeln!(text, "| `{}` | {values}{null} | {} | {meaning} |", doc.name, doc.unit);
                }
                TableColumn::Parameters => {
                    text.push_str("| by path | of its values |  | one column for each swept parameter |\n");
                }
                TableColumn::Metrics => {
                    text.push_str(
                        "| by key | float64, or null | see below | one column for each metric below |\n",
                    );
                }
            }
        }
        text.push('\n');
    }
    text.push_str("## Metrics as columns\n\nThe metrics of sweeps. All metrics are defined in [metrics.md](metrics.md).\n\n| column | unit | meaning |\n|---|---|---|\n");
    for metric in Metric::ALL.iter().filter(|metric| !metric.is_relative()) {
        let info = metric.info();
        let _ = writeln!(text, "| `{}` | {} | {} |", info.key, info.unit.as_str(), cell(info.doc));
    }
    text
}
