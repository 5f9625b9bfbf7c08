//! A run's charts as SVG files, for papers.
//!
//! Owns which charts there are and what stands on their axes. Reads the same view as the pages.

mod agent;
mod axes;
mod figure;
mod marks;
mod paint;
mod prices;
mod sweep;
mod ticks;
mod whole;

use super::ReportError;
use super::view::View;
use crate::store::ExtraFile;

/// Agents with pictures of their own, the first of the leaderboard.
const AGENTS: usize = 6;

/// Every picture of a run: of all agents (`equity.svg`), of its sweep, and of the first agents (`AGENT.returns.svg`).
pub(super) fn images(view: &View) -> Result<Vec<ExtraFile>, ReportError> {
    let mut figures = whole::figures(view);
    figures.extend(sweep::figures(view));
    for one in view.agents.iter().take(AGENTS) {
        figures.extend(agent::figures(view, one));
        figures.extend(prices::figures(view, one));
    }
    figures.into_iter().map(|(name, figure)| Ok(ExtraFile { name, text: figure.svg()? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn a_run_has_its_curves_and_the_same_bytes_each_time() {
        let out = tempfile::tempdir().unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let made = || images(&View::read(&stored).unwrap()).unwrap();
        let first = made();
        assert_eq!(first, made());
        let names: Vec<&str> = first.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(names[..3], ["equity.svg", "underwater.svg", "costs.svg"]);
        assert!(names.contains(&"trend, fast.years.svg"), "{names:?}");
        assert!(
            first[0].text.contains("trend, fast") && first[0].text.contains("Jan 1"),
            "{}",
            first[0].text
        );
        for image in &first {
            assert!(
                !["NaN", "inf"].iter().any(|not| image.text.contains(not)),
                "{}: {}",
                image.name,
                image.text
            );
        }
    }
}
