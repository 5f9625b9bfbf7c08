//! `report.md`: a run for pull requests and chats: verdict, tables, a sparkline an agent.

use serde::Serialize;

use super::ReportError;
use super::spark::spark;
use super::template::fill;
use super::view::{Agent, View};

/// Columns of a sparkline.
const SPARK: usize = 24;

/// The page of one run.
pub(super) fn page(view: &View) -> Result<String, ReportError> {
    #[derive(Serialize)]
    struct Line<'a> {
        name: &'a str,
        spark: String,
        roi: &'a str,
    }
    #[derive(Serialize)]
    struct Page<'a> {
        view: &'a View,
        /// In the leaderboard's order.
        curves: Vec<Line<'a>>,
    }
    let curves = &view.charts.curves.sparks;
    let curve = |agent: &'_ Agent| spark(curves.get(agent.index).map_or(&[], Vec::as_slice), SPARK);
    let line = |agent| Line { spark: curve(agent), name: &agent.name, roi: &agent.roi.text };
    fill("report.md", Page { view, curves: view.agents.iter().map(line).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    fn text(change: impl FnOnce(&mut crate::store::StoredRun)) -> String {
        let out = tempfile::tempdir().unwrap();
        let mut stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        change(&mut stored);
        page(&View::read(&stored).unwrap()).unwrap()
    }

    #[test]
    fn the_leaderboard_is_a_table_that_markdown_reads() {
        let text = text(|_| ());
        let row = text.lines().find(|line| line.starts_with('|') && line.contains("trend, fast")).unwrap();
        let head = text.lines().find(|line| line.starts_with(r"| \#")).unwrap();
        assert_eq!(row.matches('|').count(), head.matches('|').count(), "{text}");
        assert!(row.contains("+1.50") && row.contains("101.50"), "{row}");
        assert!(!text.contains("\n\n\n"), "{text}");
    }

    #[test]
    fn names_cannot_break_the_table_or_become_markup() {
        let text = text(|stored| {
            stored.run.description = "<script>a|b</script> [x](y) `c`".to_owned();
            stored.leaderboard.rankings[0].status = "a|b".to_owned();
        });
        assert!(text.contains(r"&lt;script&gt;a\|b&lt;/script&gt; \[x\](y) \`c\`"), "{text}");
        assert!(text.contains(r"| a\|b |"), "{text}");
    }
}
