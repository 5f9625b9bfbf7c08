//! A file that another room made, kept in a run's folder.

use std::path::Path;

use super::{StoreError, json};

/// A file that another room made of a run's results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraFile {
    /// Its name in the run's folder.
    pub name: String,
    /// Its content.
    pub text: String,
}

impl ExtraFile {
    /// Writes it into a folder.
    ///
    /// # Errors
    /// [`StoreError::Write`].
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        json::write_text(&folder.join(&self.name), &self.text)
    }
}
