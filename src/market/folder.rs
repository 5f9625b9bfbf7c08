//! The symbols of a folder, for scenarios that ask for all of them.

use std::path::Path;

use super::catalogue::Catalogue;
use super::locate::locate;
use crate::scenario::SymbolFolder;

/// Lists the symbols by the names of the files.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarketFolder;

impl SymbolFolder for MarketFolder {
    fn symbols(&self, path: &Path, base_dir: &Path) -> Result<Vec<String>, (String, String)> {
        match locate(path, base_dir) {
            Ok(located) => Ok(Catalogue::of(located).symbols()),
            Err(error) => Err((error.to_string(), error.help())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_come_once() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ETHUSDT_1h", "BTCUSDT_1h", "BTCUSDT_1m", "ADAUSDT-2023-01", "ADAUSDT-2023-02", "GOLD"] {
            std::fs::write(folder.path().join(format!("{name}.parquet")), b"").unwrap();
        }
        let found = MarketFolder.symbols(folder.path(), Path::new("")).unwrap();
        assert_eq!(found, ["ADAUSDT", "BTCUSDT", "ETHUSDT", "GOLD"]);
        let (problem, help) = MarketFolder.symbols(Path::new("no/such-y3"), folder.path()).unwrap_err();
        assert!(problem.starts_with("no market data at `no/such-y3`") && !help.is_empty(), "{problem}");
    }
}
