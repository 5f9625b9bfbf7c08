//! `tiltyard report`: renders stored runs again, or several beside each other.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, output};
use crate::report;
use crate::store::{StoreError, StoredRun, find_run, write_pages};

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = Exit::help())]
pub struct ReportArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder; several are compared.
    #[arg(required = true)]
    pub runs: Vec<String>,
    /// Also export the charts as SVG to `images/` beside the pages.
    #[arg(long)]
    pub images: bool,
    /// Target folder [default: the run's folder; for a comparison the store].
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Output folder that holds the store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}

/// Writes the pages and says where they are: one path a line.
///
/// # Errors
/// Where there is no such run, it cannot be read, or the pages cannot be written.
pub fn report(args: &ReportArgs) -> Result<Exit, Failure> {
    let runs = args
        .runs
        .iter()
        .map(|run| StoredRun::load(&find_run(&args.out, run)?)?.with_proofs_of(&args.out))
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
    let mut written = write_pages(folder, &report::pages(run)?)?;
    if args.images {
        written.extend(write_pages(&folder.join("images"), &report::images(run)?)?);
    }
    Ok(written)
}

fn compared(args: &ReportArgs, runs: &[StoredRun]) -> Result<Vec<PathBuf>, Failure> {
    if args.images {
        return Err(Failure::plain(
            Exit::Usage,
            "images can be made of one run only",
            "remove --images, or name one run",
        ));
    }
    let folder = args.to.as_deref().unwrap_or(&args.out);
    Ok(write_pages(folder, &report::comparison(runs)?)?)
}
