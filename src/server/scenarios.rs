//! The scenarios that clients may name: files of one folder of the server, by their names.

use std::path::{Path, PathBuf};

use super::bodies::MarketBody;
use super::problem::Problem;
use crate::decode;

/// A scenario's text, and where its relative paths start.
#[derive(Debug, Clone)]
pub struct FoundScenario {
    /// Text of the file.
    pub text: String,
    /// Where relative paths start.
    pub base_dir: PathBuf,
}

/// The scenario of a name.
///
/// # Errors
/// 404 for one that is not in the folder, whatever the name looks like.
pub fn named(folder: &Path, name: &str) -> Result<FoundScenario, Problem> {
    let missing =
        || Problem::not_found("scenario").help("name a file of the server's folder, without `.toml`");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if name.is_empty() || name.len() > 100 || !name.bytes().all(plain) {
        return Err(missing());
    }
    let text = decode::read_text(&folder.join(format!("{name}.toml"))).map_err(|_| missing())?;
    let base_dir = std::path::absolute(folder).map_err(Problem::failed)?;
    Ok(FoundScenario { text, base_dir })
}

/// A scenario of one window of a market, on bars of the server.
///
/// # Errors
/// 500, where the folder of the bars has no path.
pub fn of_market(data: &Path, market: &MarketBody) -> Result<FoundScenario, Problem> {
    let data = std::path::absolute(data).map_err(Problem::failed)?;
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let symbols: Vec<String> = market.symbols.iter().map(|symbol| text(symbol)).collect();
    let source = format!(
        "[scenario]\nname = \"session\"\n\n[market]\npath = {}\nsymbols = [{}]\ninterval = {}\nstart = {}\nend = {}\n\n\
         [battle]\nranking_metric = \"roi_pct\"\n",
        text(&data.to_string_lossy()),
        symbols.join(", "),
        text(&market.interval),
        time(&market.start)?,
        time(&market.end)?,
    );
    Ok(FoundScenario { text: source, base_dir: data })
}

/// A date or time as TOML has it.
fn time(given: &str) -> Result<String, Problem> {
    let parsed: Result<toml::value::Datetime, _> = given.parse();
    match parsed {
        Ok(time) => Ok(time.to_string()),
        Err(_) => Err(Problem::invalid(format!("`{given}` is no date or time"))
            .help("write `2024-01-31`, or `2024-01-31T12:00:00Z`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_of_the_folder_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(folder.path().join("secret.toml"), "x = 1").unwrap();
        std::fs::write(inside.join("one.toml"), "x = 2").unwrap();
        assert_eq!(named(&inside, "one").unwrap().text, "x = 2");
        for name in ["", "two", "../secret", "..%2fsecret", "one.toml", "./one", "/etc/passwd", "one\0", "."]
        {
            assert_eq!(named(&inside, name).unwrap_err().status, 404, "{name:?}");
        }
    }

    #[test]
    fn texts_of_a_market_stay_texts() {
        let market = MarketBody {
            symbols: vec!["A\"]\npath = \"/etc".to_owned()],
            interval: "1h\"\n".to_owned(),
            start: "2023-01-01".to_owned(),
            end: "2023-01-02T00:00:00Z".to_owned(),
        };
        let found = of_market(Path::new("data"), &market).unwrap();
        let table: toml::Table = found.text.parse().unwrap();
        assert_eq!(table["market"]["symbols"][0].as_str(), Some("A\"]\npath = \"/etc"));
        let wrong = MarketBody { start: "x\nend = 1".to_owned(), ..market };
        assert_eq!(of_market(Path::new("data"), &wrong).unwrap_err().status, 422);
    }
}
