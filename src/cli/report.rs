//! `tiltyard report`: renders stored runs again, or several beside each other.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::ReportArgs;
use super::{Exit, Failure, output};
use crate::report;
use crate::store::{Page, StoreError, StoredRun, find_run};

/// Writes the pages and says where they are: one path a line.
///
/// # Errors
/// Where there is no such run, it cannot be read, or the pages cannot be written.
pub fn report(args: &ReportArgs) -> Result<Exit, Failure> {
    let runs = args
        .runs
        .iter()
        .map(|run| StoredRun::load(&find_run(&args.out, run)?))
        .collect::<Result<Vec<_>, StoreError>>()?;
    let written = match runs.as_slice() {
        [run] => one(args, run)?,
        several => compared(args, several)?,
    };
    for path in written {
        output::result(&format!("{}\n", path.display()))?;
    }
    Ok(Exit::Done)
}

fn one(args: &ReportArgs, run: &StoredRun) -> Result<Vec<PathBuf>, Failure> {
    let folder = args.to.as_deref().unwrap_or(&run.folder);
    let mut written = write(folder, &report::pages(run)?)?;
    if args.images {
        written.extend(write(&folder.join("images"), &report::images(run)?)?);
    }
    Ok(written)
}

fn compared(args: &ReportArgs, runs: &[StoredRun]) -> Result<Vec<PathBuf>, Failure> {
    if args.images {
        return Err(Failure::plain(
            Exit::Usage,
            "pictures are made of one run at a time",
            "leave out --images, or name one run",
        ));
    }
    let folder = args.to.as_deref().unwrap_or(&args.out);
    Ok(write(folder, &report::comparison(runs)?)?)
}

/// Each file appears whole: it is written beside its place first.
fn write(folder: &Path, pages: &[Page]) -> Result<Vec<PathBuf>, StoreError> {
    fs::create_dir_all(folder).map_err(|source| StoreError::Write { path: folder.to_owned(), source })?;
    let place = |page: &Page| {
        let path = folder.join(&page.name);
        let beside =
            Page { name: format!(".{}.{}.tmp", page.name, std::process::id()), text: page.text.clone() };
        beside.write(folder)?;
        fs::rename(folder.join(&beside.name), &path)
            .map_err(|source| StoreError::Write { path: path.clone(), source })?;
        Ok(path)
    };
    pages.iter().map(place).collect()
}
