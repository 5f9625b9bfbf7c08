//! What remains of the winner of a search: the verdict first, then what it rests on.

use super::Style;
use super::grid::{Column, draw};
use super::header::paragraph;
use super::standings::p_value;
use crate::report::numbers::{count, grouped, ratio};
use crate::report::wording::some;
use crate::statistics::evidence::{DEFENSIBLE_DSR, DEFENSIBLE_PBO, DEFENSIBLE_SPA};
use crate::store::SelectionRecord;
use crate::tournament::standings::{shown, shown_percent};

/// The verdict, the numbers and what is missing of them.
pub fn evidence(record: &SelectionRecord, style: Style) -> String {
    let rows = rows(record, style);
    let columns = vec![
        Column::words("evidence", 0, rows.iter().map(|row| row.name.to_owned())),
        Column::numbers("value", 0, rows.iter().map(|row| row.value.clone())),
        Column::words("required", 1, rows.iter().map(|row| row.asked.clone())),
        Column::words("meaning", 2, rows.iter().map(|row| row.meaning.clone())),
    ];
    let drawing = draw(columns, style);
    let verdict = style.bold(paragraph(&record.verdict, style).trim_end());
    format!("{verdict}\n\n{}\n{}", drawing.text, notes(record, style))
}

struct Row {
    name: &'static str,
    value: String,
    asked: String,
    meaning: String,
}

fn rows(record: &SelectionRecord, style: Style) -> Vec<Row> {
    let row = |name, value: Option<String>, asked: &str, meaning: &str| Row {
        name,
        value: value.unwrap_or_else(|| style.none().to_owned()),
        asked: asked.to_owned(),
        meaning: meaning.to_owned(),
    };
    let share = |value: Option<f64>| value.map(|value| format!("{value:.3}"));
    let luck = format!("best Sharpe ratio expected of {} trials without skill", count(record.trials));
    let alone = match record.implied_independent_trials {
        Some(trials) => format!("the same for {} independent trials", count(trials)),
        None => "the same for the effective number of independent trials".to_owned(),
    };
    let length = record.min_track_record_periods.map(|periods| grouped(&format!("{:.0}", periods.ceil())));
    let annual = |ratio: f64| shown(ratio * record.periods_per_year.sqrt());
    vec![
        row("Sharpe ratio", Some(ratio(record.sharpe_ratio_annual)), "", "of the winner, annualised"),
        row("expected from luck", record.dsr_threshold.map(annual), "", &luck),
        row("PSR", share(record.psr), "", "P(true Sharpe ratio > 0), without correction for the search"),
        row(
            "DSR",
            share(record.dsr),
            &format!("at least {DEFENSIBLE_DSR}"),
            "P(true Sharpe ratio > the one expected from luck)",
        ),
        row("DSR, independent", share(record.dsr_independent), "", &alone),
        row(
            "MinTRL",
            length,
            "",
            &format!("periods needed for a PSR of 0.95; available: {}", count(record.periods)),
        ),
        row(
            "PBO",
            share(record.pbo),
            &format!("at most {DEFENSIBLE_PBO}"),
            &format!(
                "P(the selected trial is no better than the median), {} splits of {} blocks",
                count(record.pbo_splits),
                record.pbo_blocks
            ),
        ),
        row("P(loss)", share(record.loss_probability), "", "P(the selected trial loses out of sample)"),
        row(
            "slope",
            record.degradation_slope.map(shown),
            "",
            "out-of-sample on in-sample Sharpe ratio of the selected trials",
        ),
        row(
            "SPA p",
            record.spa.as_ref().map(|spa| p_value(spa.p_value)),
            &format!("under {DEFENSIBLE_SPA}"),
            &format!(
                "p of the hypothesis that no trial beats {}",
                record.benchmark.as_deref().unwrap_or("0")
            ),
        ),
    ]
}

/// Sets of trials, and why a number is missing.
fn notes(record: &SelectionRecord, style: Style) -> String {
    let mut text = String::new();
    let against = record.benchmark.as_deref().unwrap_or("0");
    let alpha = format!("{} %", shown_percent(record.alpha));
    if let Some(superior) = &record.superior {
        let named = if superior.is_empty() { "no trial".to_owned() } else { listed(superior) };
        text += &paragraph(&format!("beats {against} at {alpha} (StepM): {named}"), style);
    }
    if let Some(set) = &record.confidence_set {
        let of = if set.compared < record.columns {
            format!(", of the {} with the highest mean return", count(set.compared))
        } else {
            String::new()
        };
        text += &paragraph(&format!("model confidence set at {alpha}{of}: {}", listed(&set.members)), style);
    }
    for (name, reason) in &record.missing {
        text += &paragraph(&format!("{} no {name}: {reason}", style.none()), style);
    }
    text
}

/// A few of the names; one that holds a comma itself (`fast = 10, slow = 40`) is put in brackets.
fn listed(names: &[String]) -> String {
    let bracketed = |name: &String| if name.contains(',') { format!("({name})") } else { name.clone() };
    let names: Vec<String> = names.iter().map(bracketed).collect();
    some(&names.iter().map(String::as_str).collect::<Vec<&str>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::evidence::{Panel, SelectionSpec, assess_selection};

    fn record(columns: usize) -> SelectionRecord {
        let column = |k: usize| (0..60).map(|i| (i * (7 + 4 * k) % 61) as f64 / 61.0 - 0.5).collect();
        let returns = Panel::new((0..columns).map(column).collect()).unwrap();
        let names: Vec<String> = (0..columns).map(|k| format!("t{k}")).collect();
        let spec = SelectionSpec { blocks: 4, resamples: 50, set_size: 2, ..SelectionSpec::default() };
        let found = assess_selection(&returns, &spec).unwrap();
        SelectionRecord::new(&found, &spec, &names, None, 252.0)
    }

    #[test]
    fn the_verdict_comes_first() {
        let record = record(4);
        let text = evidence(&record, Style::PLAIN);
        assert!(text.starts_with("not distinguishable from selection luck: t"), "{text}");
        assert!(text.contains("\nDSR") && text.contains("at least 0.95") && text.contains("under 0.05"));
        assert!(text.contains("6 splits of 4 blocks"), "{text}");
        assert!(
            text.contains("of the 2 with the highest mean return") || text.contains("of the 3 with"),
            "{text}"
        );
    }

    #[test]
    fn names_with_commas_are_quoted() {
        let names = ["a = 1, b = 2", "a = 3, b = 4", "plain"].map(str::to_owned);
        assert_eq!(listed(&names), "(a = 1, b = 2), (a = 3, b = 4), plain");
    }

    #[test]
    fn missing_values_have_reasons() {
        let text = evidence(&record(1), Style::PLAIN);
        assert!(text.contains("\n- no dsr: ") && text.contains("\n- no pbo: "), "{text}");
    }

    #[test]
    fn a_narrow_terminal_keeps_the_values() {
        let text = evidence(&record(3), Style { width: Some(44), ..Style::PLAIN });
        assert!(text.lines().all(|line| line.chars().count() <= 44), "{text}");
    }
}
