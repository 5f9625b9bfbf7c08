//! Errors of the library as exceptions.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tiltyard::run::RunError;

/// An exception with the text, the places in the scenario and the remedies of an error; `text` is the scenario's.
pub fn of_run(py: Python<'_>, error: &RunError, text: &str) -> PyErr {
    let found: PyResult<PyErr> = (|| {
        let mut list = Vec::new();
        let mut lines = Vec::new();
        for one in error.diagnostics(text) {
            let entry = PyDict::new(py);
            entry.set_item("message", &one.message)?;
            entry.set_item("help", &one.help)?;
            let place = one.span.as_ref().map(|span| place(text, span.start));
            entry.set_item("line", place.as_ref().map(|place| place.0))?;
            entry.set_item("text", place.as_ref().map(|place| place.1.as_str()))?;
            let at = place.map_or_else(String::new, |(line, text)| format!("\n  line {line}: {text}"));
            let help = one.help.as_ref().map_or_else(String::new, |help| format!("\n  help: {help}"));
            lines.push(format!("{}{at}{help}", one.message));
            list.push(entry);
        }
        if lines.is_empty() {
            lines.push(error.to_string());
        }
        let class = py.import("tiltyard._errors")?.getattr("TiltyardError")?;
        let exception = class.call1((lines.join("\n"), list))?;
        Ok(PyErr::from_value(exception))
    })();
    found.unwrap_or_else(|error| error)
}

/// An exception with a message alone.
pub fn plain(py: Python<'_>, message: impl ToString) -> PyErr {
    let class = py.import("tiltyard._errors").and_then(|module| module.getattr("TiltyardError"));
    match class.and_then(|class| class.call1((message.to_string(), Vec::<u8>::new()))) {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// The line of a byte, from 1, and its text.
fn place(text: &str, at: usize) -> (usize, String) {
    let before = text.get(..at).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    (number, text.lines().nth(number - 1).unwrap_or_default().trim().to_owned())
}
