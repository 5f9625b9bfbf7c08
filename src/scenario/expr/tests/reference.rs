//! The page `docs/rules.md` lists the names of the language as the parser has them.

use crate::scenario::expr::{ORIGINS, REFERENCE};

const PAGE: &str = include_str!("../../../../docs/rules.md");

#[test]
fn the_page_lists_every_name() {
    let rows: Vec<String> = REFERENCE
        .iter()
        .zip(ORIGINS)
        .map(|((name, form, doc), (same, warm_up, source))| {
            assert_eq!(name, same);
            format!("| `{form}` | {doc} | {warm_up} | {source} |\n")
        })
        .collect();
    let missing: String = rows.iter().filter(|row| !PAGE.contains(row.as_str())).cloned().collect();
    assert!(missing.is_empty(), "missing in docs/rules.md:\n{missing}");
    let table = PAGE.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 3);
    assert_eq!(table.count(), rows.len(), "the page has a name that the language does not have");
}
