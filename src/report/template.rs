//! The template engine: every page is filled in here, none is pasted together.
//!
//! Owns the templates' names and the escaping that belongs to each: HTML and SVG escape every value, Markdown
//! escapes what would break its tables or turn into markup.

use std::borrow::Cow;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, Value};
use serde::Serialize;

use super::ReportError;

/// Name and text of every template.
const TEMPLATES: [(&str, &str); 13] = [
    ("report.html", include_str!("html/assets/report.html")),
    ("head.html", include_str!("html/assets/head.html")),
    ("compare.html", include_str!("html/assets/compare.html")),
    ("curves.html", include_str!("html/assets/curves.html")),
    ("macros.html", include_str!("html/assets/macros.html")),
    ("agent.html", include_str!("html/assets/agent.html")),
    ("agent_body.html", include_str!("html/assets/agent_body.html")),
    ("tournament.html", include_str!("html/assets/tournament.html")),
    ("format.html", include_str!("html/assets/format.html")),
    ("standings.html", include_str!("html/assets/standings.html")),
    ("sweep.html", include_str!("html/assets/sweep.html")),
    ("report.md", include_str!("markdown/assets/report.md")),
    ("figure.svg", include_str!("images/assets/figure.svg")),
];

/// How Markdown is escaped.
const MARKDOWN: AutoEscape = AutoEscape::Custom(Cow::Borrowed("markdown"));

/// Fills in one template.
pub(super) fn fill(name: &str, values: impl Serialize) -> Result<String, ReportError> {
    Templates::new()?.fill(name, values)
}

/// All templates, parsed once.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    /// Parses them.
    pub fn new() -> Result<Self, ReportError> {
        Ok(Self(environment()?))
    }

    /// Fills in one of them.
    pub fn fill(&self, name: &str, values: impl Serialize) -> Result<String, ReportError> {
        Ok(self.0.get_template(name)?.render(Value::from(Serde(values)))?)
    }
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
    );
    environment
        .set_auto_escape_callback(|name| if name.ends_with(".md") { MARKDOWN } else { AutoEscape::Html });
    environment.set_formatter(format);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    if *state.auto_escape() == MARKDOWN && !value.is_safe() {
        return out.write_str(&markdown(&value.to_string())).map_err(minijinja::Error::from);
    }
    minijinja::escape_formatter(out, state, value)
}

/// Text that stays text in Markdown, also inside a table.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' => escaped.push(' '),
            // A name with an at sign must not call anybody in a pull request.
            '@' => escaped.push_str("&#64;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_stays_text() {
        assert_eq!(markdown("a|b*c_<script>\n@x"), r"a\|b\*c\_&lt;script&gt; &#64;x");
        assert_eq!(markdown("+12.5 - plain, text"), "+12.5 - plain, text");
    }
}
