//! A progress bar on stderr, where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// Counts bytes of text up to `total`.
pub fn of_bytes(total: u64) -> ProgressBar {
    bar(total, "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
}

/// Counts files up to `total`.
pub fn of_files(total: u64) -> ProgressBar {
    bar(total, "{msg} {wide_bar} {pos}/{len} {eta}")
}

fn bar(total: u64, template: &str) -> ProgressBar {
    if !crate::cli::output::stderr_is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
