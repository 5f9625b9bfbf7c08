//! The pages that every run's folder holds.

use super::view::View;
use super::{ReportError, html};
use crate::store::{Page, StoredRun};

/// `report.html`, made of what the store holds of a run.
///
/// # Errors
/// Where a file of the run cannot be read.
pub fn pages(stored: &StoredRun) -> Result<Vec<Page>, ReportError> {
    let view = View::read(stored)?;
    Ok(vec![Page { name: "report.html".to_owned(), text: html::page(&view)? }])
}
