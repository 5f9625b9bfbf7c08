//! What the parser asks of the world outside the file.

use std::path::Path;

use super::{NoRegistry, Registry};

/// Knows which symbols the files of a market have.
pub trait SymbolFolder {
    /// The names, sorted, each once. `path` and `base_dir` are those of `[market]`.
    ///
    /// # Errors
    /// Why they are not known, and how to mend it.
    fn symbols(&self, path: &Path, base_dir: &Path) -> Result<Vec<String>, (String, String)>;
}

/// No folder: `symbols = "all"` is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFolder;

impl SymbolFolder for NoFolder {
    fn symbols(&self, _: &Path, _: &Path) -> Result<Vec<String>, (String, String)> {
        Err(("the files of the market are not known here".to_owned(), "list the symbols".to_owned()))
    }
}

/// What a scenario is read with.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    /// Where registered agents are looked up.
    pub registry: &'a dyn Registry,
    /// Where symbols are listed.
    pub folder: &'a dyn SymbolFolder,
}

impl Outside<'_> {
    /// Nothing at all.
    pub const NOTHING: Self = Outside { registry: &NoRegistry, folder: &NoFolder };
}
