//! `report.html`: one file that needs nothing else, on a screen, on a phone and on paper.
//!
//! Owns how the page is put together: style, values of the charts, the chart library and the scripts are inside
//! it, and the sections of all but the first agents packed ([`sections`]). Invariants: the page asks no network for
//! anything, and its policy forbids that; no script runs but those whose hashes the policy names; what a user named is
//! text everywhere.

mod sections;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use sections::{Sections, Slot, chart_values};

use super::ReportError;
use super::template::Templates;
use super::view::{Charts, Comparison, View};

const STYLE: &str = concat!(
    include_str!("assets/css/colours.css"),
    include_str!("assets/css/page.css"),
    include_str!("assets/css/tables.css"),
    include_str!("assets/css/print.css"),
);
const LIBRARY: &str = include_str!("assets/echarts.min.js");
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("assets/js/values.js"),
    include_str!("assets/js/theme.js"),
    include_str!("assets/js/charts.js"),
    include_str!("assets/js/curves.js"),
    include_str!("assets/js/tables.js"),
    include_str!("assets/js/trades.js"),
    include_str!("assets/js/packs.js"),
    include_str!("assets/js/prices.js"),
    include_str!("assets/js/costs.js"),
    include_str!("assets/js/agent.js"),
    include_str!("assets/js/returns.js"),
    include_str!("assets/js/sweep.js"),
    include_str!("assets/js/main.js"),
    "})();\n",
);

/// What every page carries besides its view.
#[derive(Serialize)]
struct Page<'a, V> {
    view: &'a V,
    quote: &'a str,
    policy: String,
    style: &'static str,
    values: String,
    library: &'static str,
    script: &'static str,
    /// The agents' sections, in the leaderboard's order.
    agents: &'a [Slot<'a>],
    /// Sections of further agents, packed.
    packs: &'a [String],
}

/// The page of one run.
pub(super) fn page(view: &View) -> Result<String, ReportError> {
    let templates = Templates::new()?;
    let sections = Sections::of(view, &templates)?;
    let values = sections.charts(&view.charts)?;
    let page =
        Page { agents: &sections.slots, packs: &sections.packs, ..with_values(view, &view.charts, &values) };
    templates.fill("report.html", page)
}

/// The page of several runs beside each other.
pub(super) fn comparison(view: &Comparison) -> Result<String, ReportError> {
    let values = chart_values(&view.charts, &[])?;
    Templates::new()?.fill("compare.html", with_values(view, &view.charts, &values))
}

fn with_values<'a, V>(view: &'a V, charts: &'a Charts, values: &str) -> Page<'a, V> {
    Page {
        view,
        quote: &charts.quote,
        policy: policy(),
        style: STYLE,
        values: inside_script(values),
        library: LIBRARY,
        script: SCRIPT,
        agents: &[],
        packs: &[],
    }
}

/// Nothing may be loaded; only the page's own scripts may run.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}' 'sha256-{}'; style-src 'unsafe-inline'; img-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(LIBRARY),
        hash(SCRIPT)
    )
}

/// JSON escaped so that it cannot close the `script` element.
fn inside_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    /// A name that tries everything.
    const HOSTILE: &str = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(2)>&amp;";

    fn view(change: impl FnOnce(&mut crate::store::StoredRun)) -> View {
        let out = tempfile::tempdir().unwrap();
        let mut stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        change(&mut stored);
        View::read(&stored).unwrap()
    }

    #[test]
    fn the_same_run_gives_the_same_bytes_and_asks_for_nothing() {
        let first = page(&view(|_| ())).unwrap();
        assert_eq!(first, page(&view(|_| ())).unwrap());
        let own = first.replace(LIBRARY, "");
        for word in ["http:", "https:", "src=\"", "@import", "url("] {
            assert!(!own.contains(word), "the page holds `{word}`");
        }
    }

    #[test]
    fn user_names_are_escaped() {
        let mut hostile = view(|stored| {
            stored.run.scenario = HOSTILE.to_owned();
            stored.run.description = HOSTILE.to_owned();
            stored.run.agents[0].description = HOSTILE.to_owned();
            stored.run.agents[0].tags = vec![HOSTILE.to_owned()];
        });
        hostile.charts.agents[0] = HOSTILE.to_owned();
        hostile.agents[0].name = HOSTILE.to_owned();
        let text = page(&hostile).unwrap().replace(LIBRARY, "");
        assert!(!text.contains("<script>alert") && !text.contains("<img"), "a name became markup");
        assert!(text.contains("&lt;img src=x onerror=alert"));
        let values = text.split("id=\"values\">").nth(1).unwrap().split("</script>").next().unwrap();
        let values: serde_json::Value = serde_json::from_str(values).unwrap();
        assert_eq!(values["agents"][0], HOSTILE);
    }

    #[test]
    fn every_number_of_the_leaderboard_is_in_the_page_without_its_script() {
        let text = page(&view(|_| ())).unwrap();
        for cell in ["trend, fast", "+1.50", "101.50", "0.30", "-2.00", "100.00", "idle"] {
            assert!(text.contains(&format!(">{cell}<")), "{cell}");
        }
    }
}
