//! A scenario with the text that it was read from, so that a problem can be shown where it is written.

use std::path::{Path, PathBuf};

use super::RunError;
use crate::decode;
use crate::market::MarketFolder;
use crate::scenario::{Outside, Problem, Registry, Scenario};

/// A checked scenario and its text.
#[derive(Debug, Clone)]
pub struct ScenarioSource {
    /// What messages call it: the path of its file, or a title.
    pub title: PathBuf,
    /// The text, as the user wrote it.
    pub text: String,
    /// What it says.
    pub scenario: Scenario,
    /// What is allowed, but probably not meant.
    pub warnings: Vec<Problem>,
}

impl ScenarioSource {
    /// Reads and checks a scenario file. Registered agents that it names are looked up in `registry`.
    ///
    /// ```
    /// use tiltyard::prelude::*;
    ///
    /// let source = ScenarioSource::read("scenarios/daily_rotation.toml".as_ref(), &NoRegistry)?;
    /// assert_eq!(source.scenario.name, "daily-rotation");
    /// let error = ScenarioSource::read("no/such/file.toml".as_ref(), &NoRegistry).unwrap_err();
    /// assert_eq!(error.to_string(), "there is no file `no/such/file.toml`");
    /// # Ok::<(), RunError>(())
    /// ```
    ///
    /// # Errors
    /// [`RunError::UnreadableScenario`], or [`RunError::InvalidScenario`] with every problem of the file.
    pub fn read(file: &Path, registry: &dyn Registry) -> Result<Self, RunError> {
        let unreadable = |source| RunError::UnreadableScenario { file: file.to_owned(), source };
        let text = decode::read_text(file).map_err(unreadable)?;
        let base_dir = file.parent().map_or_else(PathBuf::new, Path::to_owned);
        Self::parse(file, text, &base_dir, registry)
    }

    /// Checks the text of a scenario. Its relative paths start at `base_dir`.
    ///
    /// # Errors
    /// [`RunError::InvalidScenario`] with every problem of the text.
    pub fn parse(
        title: &Path,
        text: String,
        base_dir: &Path,
        registry: &dyn Registry,
    ) -> Result<Self, RunError> {
        let title = title.to_owned();
        let outside = Outside { registry, folder: &MarketFolder };
        match Scenario::parse_with(&text, base_dir, outside) {
            Ok((scenario, warnings)) => Ok(Self { title, text, scenario, warnings }),
            Err(problems) => Err(RunError::InvalidScenario { title, text, problems }),
        }
    }
}
