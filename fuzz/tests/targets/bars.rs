//! What must hold of a file that is read as bars.

use std::path::Path;

use crate::rooms::data::import::{Format, ReadOptions, read_bars};
use crate::rooms::tables::{NumberTable, ReturnColumn};

/// Writes the file and reads it in every way.
pub fn holds(name: &str, bytes: &[u8], format: Option<Format>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    as_bars(&path, format);
    let says_where = |text: String| assert!(text.contains(name), "does not name the file: {text}");
    let _ = NumberTable::read(&path).map_err(|error| says_where(error.to_string()));
    // A column's own errors name the column.
    let _ = ReturnColumn::read(&path, "close", None);
}

fn as_bars(path: &Path, format: Option<Format>) {
    let reading = ReadOptions { symbol: Some("FUZZ".to_owned()), ..ReadOptions::default() };
    let Ok((_, bars)) = read_bars(path, format, &reading) else { return };
    assert!(bars.ts.is_sorted_by(|before, at| before < at), "times do not increase");
    for row in 0..bars.len() {
        let (open, high, low, close) = (bars.open[row], bars.high[row], bars.low[row], bars.close[row]);
        assert!(
            low > 0.0 && low <= open.min(close) && high >= open.max(close) && high.is_finite(),
            "row {row} is no bar"
        );
        assert!(
            bars.volume[row] >= 0.0 && bars.volume[row].is_finite(),
            "row {row}: volume {}",
            bars.volume[row]
        );
    }
}
