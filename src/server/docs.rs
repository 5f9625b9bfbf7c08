//! `/openapi.json`, and `/docs`: the routes as a page that loads nothing from elsewhere.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::call::{Answer, Outcome, Payload};
use super::openapi::{document, problems};
use super::problem::title;
use super::route::{Access, Route};
use super::table::ROUTES;

static DOCUMENT: LazyLock<Vec<u8>> = LazyLock::new(|| document().to_string().into_bytes());

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
    code{font-family:ui-monospace,monospace}section{border-top:1px solid #ccc;padding:.5rem 0}h2{font-size:1rem}\
    dt{float:left;width:9rem;color:#666}dd{margin-left:9rem}";

/// The OpenAPI document.
pub fn openapi() -> Outcome {
    Ok(Answer::new(200, Payload::Raw(DOCUMENT.clone())))
}

/// The page.
pub fn docs() -> Outcome {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>tiltyard over HTTP</title><style>{STYLE}</style>\
         <h1>tiltyard over HTTP</h1><p>Every message is described in <a href=\"/openapi.json\">/openapi.json</a> \
         (OpenAPI 3.1). An agent finds what it needs at <code>/api/v1/agents/ID/skill.md</code>.</p>\n"
    );
    for route in ROUTES {
        section(route, &mut page);
    }
    page.push_str("</html>\n");
    let security = "default-src 'none'; style-src 'unsafe-inline'";
    Ok(Answer::new(200, Payload::Text("text/html; charset=utf-8", page))
        .with("content-security-policy", security))
}

/// Texts of the table have no characters that HTML reads otherwise; a test holds them to that.
fn section(route: &Route, page: &mut String) {
    let access = match route.access {
        Access::Anyone => "nothing",
        Access::Token => "a token",
        Access::Key => "an agent's key",
    };
    let query: Vec<String> =
        route.query.iter().map(|key| format!("<code>{}</code>: {}", key.name, key.doc)).collect();
    let problems: Vec<String> =
        problems(route).iter().map(|status| format!("{status} {}", title(*status))).collect();
    let _ = write!(
        page,
        "<section id=\"{}\"><h2><code>{} {}</code></h2><p>{}</p><dl><dt>needs</dt><dd>{access}</dd>",
        route.id, route.method, route.path, route.summary
    );
    if !query.is_empty() {
        let _ = write!(page, "<dt>query</dt><dd>{}</dd>", query.join("<br>"));
    }
    let _ = writeln!(
        page,
        "<dt>answers</dt><dd>{} {}</dd><dt>problems</dt><dd>{}</dd></dl></section>",
        route.success.status,
        title(route.success.status),
        problems.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_table_are_plain() {
        for route in ROUTES {
            let texts = route.query.iter().map(|key| key.doc).chain([route.summary, route.path, route.id]);
            for text in texts {
                assert!(!text.contains(['<', '>', '&', '"']), "{text}");
            }
        }
    }
}
