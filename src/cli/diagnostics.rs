//! Error pages: problems of a scenario underlined in the file, failures of other rooms with their remedy.

use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};

use super::output;
use crate::scenario::{Problem, ProblemSeverity};

/// One problem with the file it is in, as miette draws it.
#[derive(Debug)]
struct Page<'a> {
    problem: &'a Problem,
    source: &'a NamedSource<String>,
}

impl std::fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Page<'_> {}

impl Diagnostic for Page<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(match self.problem.severity {
            ProblemSeverity::Error => Severity::Error,
            ProblemSeverity::Warning => Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = (!self.problem.label.is_empty()).then(|| self.problem.label.clone());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, self.problem.span.clone()))))
    }
}

/// Prints the problems of a scenario file to stderr, in the order of their places.
pub fn print_problems(file: &Path, source: &str, problems: &[Problem]) {
    let source = NamedSource::new(file.display().to_string(), source.to_owned()).with_language("toml");
    let mut ordered: Vec<&Problem> = problems.iter().collect();
    ordered.sort_by_key(|problem| problem.span.start);
    for problem in ordered {
        output::say(render(&Page { problem, source: &source }).trim_end());
        output::say("");
    }
}

/// A page as text, for the terminal that stderr is.
pub fn render(page: &dyn Diagnostic) -> String {
    let terminal = output::stderr_is_terminal();
    let theme = match (terminal, output::colour(terminal)) {
        (true, true) => miette::GraphicalTheme::unicode(),
        (true, false) => miette::GraphicalTheme::unicode_nocolor(),
        (false, _) => miette::GraphicalTheme::none(),
    };
    let mut text = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(100);
    if handler.render_report(&mut text, page).is_err() {
        text = page.to_string();
    }
    text
}
