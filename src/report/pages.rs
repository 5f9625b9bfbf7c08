//! The files that a report is made of.

use super::view::{Comparison, Curves, View};
use super::{ReportError, html, markdown};
use crate::store::{ExtraFile, StoredRun};

/// `report.html` and `report.md`, made of what the store holds of a run.
///
/// # Errors
/// Where a file of the run cannot be read.
pub fn pages(stored: &StoredRun) -> Result<Vec<ExtraFile>, ReportError> {
    let view = View::read(stored)?;
    Ok(vec![page("report.html", html::page(&view)?), page("report.md", markdown::page(&view)?)])
}

/// Every agent's curve over all windows in a few dozen points, in the scenario's order: for a terminal.
///
/// # Errors
/// Where a file of the run cannot be read.
pub fn sparks(stored: &StoredRun) -> Result<Vec<Vec<f64>>, ReportError> {
    Ok(Curves::read(stored)?.sparks)
}

/// A run's charts as SVG.
///
/// # Errors
/// Where a file of the run cannot be read.
pub fn images(stored: &StoredRun) -> Result<Vec<ExtraFile>, ReportError> {
    super::images::images(&View::read(stored)?)
}

/// Most runs that the name of a comparison lists.
const NAMED: usize = 6;

/// `compare-<run>-<run>.html`: several runs beside each other; of many runs the first are named, and a hash of all.
///
/// # Errors
/// Where a file of a run cannot be read.
pub fn comparison(runs: &[StoredRun]) -> Result<Vec<ExtraFile>, ReportError> {
    let ids: Vec<&str> = runs.iter().map(|run| run.run.run_id.as_str()).collect();
    let text = html::comparison(&Comparison::read(runs)?)?;
    let name = match ids.len() {
        0..=NAMED => ids.join("-"),
        more => {
            let hash = blake3::hash(ids.join("-").as_bytes()).to_hex();
            format!("{}-and-{}-more-{}", ids[..2].join("-"), more - 2, &hash[..8])
        }
    };
    Ok(vec![page(&format!("compare-{name}.html"), text)])
}

fn page(name: &str, text: String) -> ExtraFile {
    ExtraFile { name: name.to_owned(), text }
}
