//! The `[validation]` table.

use super::table::TableReader;
use crate::scenario::{BattleSpec, ValidationSpec, WindowSpec};

/// Parses the table; the inner `None` where it is not written, the outer if a problem was reported.
pub(super) fn read(root: &TableReader<'_>, battle: Option<&BattleSpec>) -> Option<Option<ValidationSpec>> {
    let tagged = root.tagged("validation");
    if !root.has("validation") {
        return Some(None);
    }
    let (kind, table) = tagged?;
    let spec = match kind {
        "walk_forward" => walk_forward(&table),
        "purged_k_fold" => purged_k_fold(&table),
        _ => cpcv(&table),
    };
    table.finish();
    if !root.has("sweep") {
        table.problems.error(
            table.header(),
            "`[validation]` without `[sweep]`".to_owned(),
            "requires `[sweep]`".to_owned(),
            Some(
                "it tests a sweep on windows that were not used for the selection: add `[sweep]`".to_owned(),
            ),
        );
        return None;
    }
    let spec = spec?;
    fits(&table, spec, battle).then_some(Some(spec))
}

fn walk_forward(table: &TableReader<'_>) -> Option<ValidationSpec> {
    let (train, test, purge) = (table.value("train"), table.value("test"), table.value("purge"));
    let anchored = table.value("anchored");
    Some(ValidationSpec::WalkForward { train: train?, test: test?, purge: purge?, anchored: anchored? })
}

fn purged_k_fold(table: &TableReader<'_>) -> Option<ValidationSpec> {
    let (folds, purge, embargo) = (table.value("folds"), table.value("purge"), table.value("embargo"));
    Some(ValidationSpec::PurgedKFold { folds: folds?, purge: purge?, embargo: embargo? })
}

fn cpcv(table: &TableReader<'_>) -> Option<ValidationSpec> {
    let folds: Option<u32> = table.value("folds");
    let test_folds: Option<u32> = table.value("test_folds");
    let (purge, embargo) = (table.value("purge"), table.value("embargo"));
    let (folds, test_folds) = (folds?, test_folds?);
    if test_folds >= folds {
        table.problems.error(
            table.span("test_folds"),
            format!("`test_folds` = {test_folds} leaves none of the {folds} folds for training"),
            "too many".to_owned(),
            Some("use a `test_folds` below `folds`".to_owned()),
        );
        return None;
    }
    Some(ValidationSpec::Cpcv { folds, test_folds, purge: purge?, embargo: embargo? })
}

/// Reports a validation that needs more windows than the battle has, as far as their number is known.
fn fits(table: &TableReader<'_>, spec: ValidationSpec, battle: Option<&BattleSpec>) -> bool {
    let Some(windows) = battle.and_then(|battle| count(&battle.windows)) else { return true };
    let (key, needed) = match spec {
        ValidationSpec::WalkForward { train, test, purge, .. } => {
            ("train", u64::from(train) + u64::from(test) + u64::from(purge))
        }
        ValidationSpec::PurgedKFold { folds, .. } | ValidationSpec::Cpcv { folds, .. } => {
            ("folds", u64::from(folds))
        }
    };
    if needed <= u64::from(windows) {
        return true;
    }
    table.problems.error(
        table.span(key),
        format!("this validation needs {needed} windows, the battle has {windows}"),
        "too many".to_owned(),
        Some("use more and shorter windows in `[battle]`, or smaller values here".to_owned()),
    );
    false
}

/// The number of windows, if the scenario states it.
fn count(windows: &WindowSpec) -> Option<u32> {
    match *windows {
        WindowSpec::Whole => Some(1),
        WindowSpec::Sequential { count, .. } | WindowSpec::Rolling { count, .. } => count,
        WindowSpec::Random { count, .. } | WindowSpec::Stratified { count, .. } => Some(count),
    }
}
