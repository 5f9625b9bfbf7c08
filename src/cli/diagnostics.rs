//! Diagnostics: problems of a scenario underlined in the file, failures of other rooms with their help.

use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};

use super::exit::diagnostic;
use super::output;
use super::visible::{visible, visible_in_place};
use crate::run::{RunDiagnostic, ScenarioSource};
use crate::scenario::{Problem, ProblemSeverity};

/// A scenario file as diagnostics quote it.
#[derive(Debug, Clone)]
pub struct Quoted(Arc<NamedSource<String>>);

impl Quoted {
    /// The file and its text.
    pub fn new(file: &Path, text: &str) -> Self {
        let title = visible(&file.display().to_string()).into_owned();
        let named = NamedSource::new(title, visible_in_place(text)).with_language("toml");
        Self(Arc::new(named))
    }

    /// A problem, underlined in the file.
    pub fn underlined(&self, problem: Problem) -> miette::Report {
        Underlined { problem, quoted: self.clone() }.into()
    }

    /// What a use case found wrong, underlined in the file where it has a span there.
    pub fn diagnostic(&self, found: RunDiagnostic) -> miette::Report {
        let RunDiagnostic { severity, message, span, label, help } = found;
        match span {
            Some(span) => self.underlined(Problem { severity, message, span, label, help }),
            None => diagnostic(message, help.unwrap_or_default()),
        }
    }

    /// Problems, underlined, in the order of their spans.
    pub fn underlined_all(&self, mut problems: Vec<Problem>) -> Vec<miette::Report> {
        problems.sort_by_key(|problem| problem.span.start);
        problems.into_iter().map(|problem| self.underlined(problem)).collect()
    }
}

/// One problem with the file it is in, as miette draws it.
#[derive(Debug, thiserror::Error)]
#[error("{}", visible(&problem.message))]
struct Underlined {
    problem: Problem,
    quoted: Quoted,
}

impl Diagnostic for Underlined {
    fn severity(&self) -> Option<Severity> {
        Some(match self.problem.severity {
            ProblemSeverity::Error => Severity::Error,
            ProblemSeverity::Warning => Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(visible(help)) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.quoted.0)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = (!self.problem.label.is_empty()).then(|| visible(&self.problem.label).into_owned());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, self.problem.span.clone()))))
    }
}

/// Warnings: what is allowed in a scenario, but probably not meant.
pub fn warnings(source: &ScenarioSource) -> Vec<miette::Report> {
    Quoted::new(&source.title, &source.text).underlined_all(source.warnings.clone())
}

/// Prints diagnostics to stderr.
pub fn print(diagnostics: &[miette::Report]) {
    for diagnostic in diagnostics {
        output::say_coloured(&format!("{}\n", render(diagnostic.as_ref()).trim_end()));
    }
}

/// A diagnostic as text, for the terminal that stderr is.
fn render(diagnostic: &dyn Diagnostic) -> String {
    let terminal = output::stderr_is_terminal();
    let theme = match (terminal, output::colour(terminal)) {
        (true, true) => miette::GraphicalTheme::unicode(),
        (true, false) => miette::GraphicalTheme::unicode_nocolor(),
        (false, _) => miette::GraphicalTheme::none(),
    };
    let mut text = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(output::page_width());
    if handler.render_report(&mut text, diagnostic).is_err() {
        text = diagnostic.to_string();
    }
    text
}

/// Says what will not be traded, though it may have been meant.
pub fn notes(notes: &[String]) {
    for note in notes {
        output::say(&format!("note: {note}"));
    }
}
