//! Resolves the scenario's `path` to Parquet files.
//!
//! Owns the search rule: an absolute path is used as it is; a relative one is tried in the working directory,
//! then in the scenario's folder, then in up to three folders above it (so that `data/sample` works from
//! `scenarios/`). The first existing one is used. Never opens a file. A URL of an object store is the folder that its
//! files were fetched to.

use std::fs;
use std::path::{Path, PathBuf};

use super::MarketError;
#[cfg(feature = "cloud")]
use crate::cloud::fetched;
use crate::files::is_object_url;

/// Number of folders above the scenario's that are tried.
const LEVELS_UP: usize = 3;
/// Maximum folder depth of a search; also ends symlink loops.
const DEPTH: usize = 16;

/// The files of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    /// Where they were found: a file, a folder or a glob.
    pub root: PathBuf,
    /// Sorted; at least one.
    pub files: Vec<PathBuf>,
}

/// Finds the files.
pub(super) fn locate(path: &Path, base_dir: &Path) -> Result<Located, MarketError> {
    if let Some(url) = path.to_str().filter(|path| is_object_url(path)) {
        return at(&fetched(url).map_err(|source| MarketError::io("read", path, source))?);
    }
    let tried = candidates(path, base_dir);
    for root in &tried {
        if root.exists() {
            return at(root);
        }
        if is_pattern(path) {
            let files = matches(root)?;
            if !files.is_empty() {
                return Ok(Located { root: root.clone(), files });
            }
        }
    }
    Err(MarketError::NotFound { path: path.to_owned(), tried })
}

/// Object stores are left out of this program.
#[cfg(not(feature = "cloud"))]
fn fetched(_: &str) -> std::io::Result<PathBuf> {
    Err(crate::files::no_object_stores())
}

fn candidates(path: &Path, base_dir: &Path) -> Vec<PathBuf> {
    if path.is_absolute() {
        return vec![path.to_owned()];
    }
    // A scenario in the working directory has an empty folder path, which system calls reject.
    let base_dir = if base_dir.as_os_str().is_empty() { Path::new(".") } else { base_dir };
    let base_dir = std::path::absolute(base_dir).unwrap_or_else(|_| base_dir.to_owned());
    let above = base_dir.ancestors().take(1 + LEVELS_UP).map(|folder| folder.join(path));
    let mut candidates = vec![path.to_owned()];
    candidates.extend(above);
    if let Ok(here) = std::path::absolute(path) {
        // The working directory may be one of the folders above.
        candidates.retain(|candidate| candidate == path || *candidate != here);
    }
    candidates
}

fn at(root: &Path) -> Result<Located, MarketError> {
    if root.is_file() {
        return Ok(Located { root: root.to_owned(), files: vec![root.to_owned()] });
    }
    let mut files = Vec::new();
    collect(root, DEPTH, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(MarketError::NoFiles { root: root.to_owned(), other: other_file(root) });
    }
    Ok(Located { root: root.to_owned(), files })
}

/// Collects every Parquet file below a folder, except names that start with a dot.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), MarketError> {
    let io = |source| MarketError::io("read", folder, source);
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, files)?;
            }
        } else if is_parquet(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// A file directly in a folder that may hold bars in another form.
fn other_file(folder: &Path) -> Option<PathBuf> {
    const ENDINGS: [&str; 8] = ["csv", "zip", "gz", "json", "feather", "txt", "tsv", "arrow"];
    let mut files: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.into_iter().find(|path| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    })
}

fn is_parquet(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|extension| ["parquet", "parq", "pq"].contains(&extension.as_str()))
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// The files that a glob matches; a matching folder is searched.
fn matches(root: &Path) -> Result<Vec<PathBuf>, MarketError> {
    let pattern = root.to_string_lossy().into_owned();
    let bad = |error: glob::PatternError| MarketError::BadPattern {
        pattern: pattern.clone(),
        detail: error.msg.to_owned(),
    };
    let mut files = Vec::new();
    for path in glob::glob(&pattern).map_err(bad)? {
        let path = path.map_err(|error| {
            let root = error.path().to_owned();
            MarketError::io("read", &root, error.into())
        })?;
        if path.is_dir() {
            collect(&path, DEPTH, &mut files)?;
        } else {
            files.push(path);
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        dir
    }

    fn names(located: &Located, root: &Path) -> Vec<String> {
        let relative = located.files.iter().map(|file| file.strip_prefix(root).unwrap());
        relative.map(|file| file.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_folder_is_searched_whole_and_sorted() {
        let dir = tree(&["b/X_1h.parquet", "a.PARQUET", "b/readme.md", ".hidden/Y.parquet", "b/c/Z.pq"]);
        let located = locate(dir.path(), Path::new("")).unwrap();
        assert_eq!(names(&located, dir.path()), ["a.PARQUET", "b/X_1h.parquet", "b/c/Z.pq"]);
    }

    #[test]
    fn a_relative_path_is_found_beside_and_above_the_scenario() {
        let dir = tree(&["data/sample-x7/A.parquet", "scenarios/deep/s.toml"]);
        for base in ["", "scenarios", "scenarios/deep"] {
            let located = locate(Path::new("data/sample-x7"), &dir.path().join(base)).unwrap();
            assert_eq!(names(&located, dir.path()), ["data/sample-x7/A.parquet"]);
        }
        let nearer = tree(&["data/d/far.parquet", "s/data/d/near.parquet"]);
        let located = locate(Path::new("data/d"), &nearer.path().join("s")).unwrap();
        assert_eq!(names(&located, nearer.path()), ["s/data/d/near.parquet"]);
    }

    #[test]
    fn a_glob_names_files_and_folders() {
        let dir = tree(&["x/A_1h.parquet", "x/B_1h.parquet", "x/B_1d.parquet", "y/C_1h.parquet"]);
        let located = locate(Path::new("x/*_1h.parquet"), dir.path()).unwrap();
        assert_eq!(names(&located, dir.path()), ["x/A_1h.parquet", "x/B_1h.parquet"]);
        let located = locate(Path::new("[xy]"), dir.path()).unwrap();
        assert_eq!(located.files.len(), 4);
        let error = locate(Path::new("x/a[*"), dir.path()).unwrap_err();
        assert!(matches!(error, MarketError::BadPattern { .. }), "{error}");
    }

    #[test]
    fn a_missing_path_lists_the_candidates_tried() {
        let dir = tree(&["one/two/s.toml"]);
        let base = dir.path().join("one/two");
        let error = locate(Path::new("no/such-x7"), &base).unwrap_err();
        let MarketError::NotFound { tried, .. } = &error else { panic!("{error}") };
        assert_eq!(
            tried[..3],
            [PathBuf::from("no/such-x7"), base.join("no/such-x7"), dir.path().join("one/no/such-x7")]
        );
        assert_eq!(tried.len(), 5);
        assert!(error.to_string().starts_with("no market data at `no/such-x7`; tried `no/such-x7`, `"));
        let empty = locate(&dir.path().join("one"), Path::new("")).unwrap_err();
        assert!(matches!(empty, MarketError::NoFiles { .. }), "{empty}");
    }
}
