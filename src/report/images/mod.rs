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
