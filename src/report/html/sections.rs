//! The agents' sections of a page.
//!
//! Owns how much of them the page carries as it is: the sections of the first agents of the leaderboard stand in it,
//! those of the others are compressed in packs, with the values of their charts, and are unpacked in the browser when a
//! reader opens them. So a page of thousands of agents is small and opens at once, and is still one file.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;
use serde::Serialize;

use crate::report::ReportError;
use crate::report::table::Cell;
use crate::report::template::Templates;
use crate::report::view::{Agent, Charts, Returns, Trades, View};

/// Sections that stand in the page as they are.
pub(super) const UNPACKED: usize = 20;
/// Sections of a pack: what is unpacked to show one of them.
const PACK: usize = 40;

/// The sections of a page.
pub(super) struct Sections<'a> {
    /// In the leaderboard's order.
    pub slots: Vec<Slot<'a>>,
    /// Gzip in Base64 of a JSON object: sections, trades and daily returns of some agents.
    pub packs: Vec<String>,
    /// Indexes in the scenario of the agents in packs.
    packed: Vec<usize>,
}

/// The head of an agent's section, and the section or where it is.
#[derive(Serialize)]
pub(super) struct Slot<'a> {
    name: &'a str,
    index: usize,
    strategy: &'a str,
    rank: Option<u32>,
    roi: &'a Cell,
    /// Path of the sparkline, in SVG.
    spark: String,
    /// The section; none where it is packed.
    body: Option<&'a Agent>,
    /// Number of the pack that has it.
    pack: Option<usize>,
}

/// What charts are drawn from, without what packs have.
#[derive(Serialize)]
struct Unpacked<'a> {
    #[serde(flatten)]
    charts: &'a Charts,
    /// By agent; null where a pack has them.
    trades: Vec<Option<&'a Trades>>,
    returns: Vec<Option<&'a Returns>>,
}

/// What a pack has of its agents. Sections are alike: line for line beside each other they take the least room.
#[derive(Serialize)]
struct Packed<'a> {
    /// Indexes of the agents in the scenario.
    agents: Vec<usize>,
    /// The sections, cut at [`PART`]: by part, by line, by agent; null where an agent has fewer.
    html: Vec<Vec<Vec<Option<&'a str>>>>,
    trades: Vec<Option<&'a Trades>>,
    returns: Vec<Option<&'a Returns>>,
}

/// Begins a part of a section.
const PART: &str = "<h3>";

/// By part, by line, by section.
fn interleaved(sections: &[String]) -> Vec<Vec<Vec<Option<&str>>>> {
    let cut: Vec<Vec<Vec<&str>>> = sections
        .iter()
        .map(|html| html.split(PART).map(|part| part.split('\n').collect()).collect())
        .collect();
    let most = |counts: &mut dyn Iterator<Item = usize>| counts.max().unwrap_or(0);
    let parts = most(&mut cut.iter().map(Vec::len));
    let part = |part: usize| {
        let lines = most(&mut cut.iter().filter_map(|section| section.get(part)).map(Vec::len));
        let line = |line: usize| cut.iter().map(|section| section.get(part)?.get(line).copied()).collect();
        (0..lines).map(line).collect()
    };
    (0..parts).map(part).collect()
}

/// What the template of a section is filled with.
#[derive(Serialize)]
struct Body<'a> {
    agent: &'a Agent,
    quote: &'a str,
}

impl<'a> Sections<'a> {
    /// The sections of all agents of a view.
    pub fn of(view: &'a View, templates: &Templates) -> Result<Self, ReportError> {
        let rest = view.agents.get(UNPACKED..).unwrap_or_default();
        let pack = |agents: &[Agent]| pack(agents, &view.charts, templates);
        let packs = rest.par_chunks(PACK).map(pack).collect::<Result<_, ReportError>>()?;
        let slot = |(at, agent): (usize, &'a Agent)| {
            let pack = at.checked_sub(UNPACKED).map(|at| at / PACK);
            let curve = view.charts.curves.sparks.get(agent.index).map_or(&[][..], Vec::as_slice);
            Slot {
                name: &agent.name,
                index: agent.index,
                strategy: &agent.strategy,
                rank: agent.rank,
                roi: &agent.roi,
                spark: spark(curve),
                body: pack.is_none().then_some(agent),
                pack,
            }
        };
        let slots = view.agents.iter().enumerate().map(slot).collect();
        Ok(Self { slots, packs, packed: rest.iter().map(|agent| agent.index).collect() })
    }

    /// The charts' values as JSON, without those that are in packs.
    pub fn charts(&self, charts: &Charts) -> Result<String, ReportError> {
        chart_values(charts, &self.packed)
    }
}

/// The charts' values as JSON; null stands for the trades and returns of the agents in packs.
pub(super) fn chart_values(charts: &Charts, packed: &[usize]) -> Result<String, ReportError> {
    let mut trades: Vec<Option<&Trades>> = charts.trades.iter().map(Some).collect();
    let mut returns: Vec<Option<&Returns>> = charts.returns.iter().map(Some).collect();
    for &index in packed {
        trades.get_mut(index).map(Option::take);
        returns.get_mut(index).map(Option::take);
    }
    Ok(serde_json::to_string(&Unpacked { charts, trades, returns })?)
}

fn pack(agents: &[Agent], charts: &Charts, templates: &Templates) -> Result<String, ReportError> {
    let section = |agent: &Agent| templates.fill("agent_body.html", Body { agent, quote: &charts.quote });
    let sections = agents.iter().map(section).collect::<Result<Vec<String>, ReportError>>()?;
    let all = Packed {
        agents: agents.iter().map(|agent| agent.index).collect(),
        html: interleaved(&sections),
        trades: agents.iter().map(|agent| charts.trades.get(agent.index)).collect(),
        returns: agents.iter().map(|agent| charts.returns.get(agent.index)).collect(),
    };
    let text = serde_json::to_vec(&all)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let bytes = encoder.write_all(&text).and_then(|()| encoder.finish());
    Ok(BASE64_STANDARD.encode(bytes?))
}

/// Width and height of a sparkline.
const SPARK: (f64, f64) = (120.0, 28.0);

/// A sparkline's path in SVG.
fn spark(values: &[f64]) -> String {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let spread = if high > low { high - low } else { 1.0 };
    let (width, height) = SPARK;
    #[expect(clippy::cast_precision_loss, reason = "a few points")]
    let step = width / (values.len().saturating_sub(1).max(1) as f64);
    let mut path = String::new();
    let mut x = 0.0;
    for (i, value) in values.iter().enumerate() {
        let y = if high > low { 1.0 + (high - value) / spread * (height - 2.0) } else { height / 2.0 };
        path.push_str(&format!("{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" }));
        x += step;
    }
    path
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn a_flat_line_lies_in_the_middle() {
        assert_eq!(spark(&[5.0, 5.0]), "M0.0 14.0L120.0 14.0");
        assert_eq!(spark(&[1.0, 2.0]), "M0.0 27.0L120.0 1.0");
        assert_eq!(spark(&[]), "");
    }

    #[test]
    fn sections_of_many_agents_are_packed_and_come_back_whole() {
        let out = tempfile::tempdir().unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let mut view = View::read(&stored).unwrap();
        assert_eq!(
            Sections::of(&view, &Templates::new().unwrap()).unwrap().packs.len(),
            0,
            "two agents are not packed"
        );
        let second = view.agents.pop().unwrap();
        let first = view.agents[0].clone();
        view.agents.extend(std::iter::repeat_n(first, UNPACKED + PACK));
        view.agents.push(second);
        let templates = Templates::new().unwrap();
        let sections = Sections::of(&view, &templates).unwrap();
        let of = |slot: &Slot<'_>| (slot.body.is_some(), slot.pack);
        assert_eq!(of(&sections.slots[UNPACKED - 1]), (true, None));
        assert_eq!(of(&sections.slots[UNPACKED]), (false, Some(0)));
        assert_eq!((of(sections.slots.last().unwrap()), sections.packs.len()), ((false, Some(1)), 2));
        let bytes = BASE64_STANDARD.decode(&sections.packs[1]).unwrap();
        let mut text = String::new();
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        let pack: serde_json::Value = serde_json::from_str(&text).unwrap();
        let agents: Vec<u64> =
            pack["agents"].as_array().unwrap().iter().filter_map(|one| one.as_u64()).collect();
        let at = agents.iter().position(|&agent| agent == 1).unwrap();
        let list = |value: &serde_json::Value| value.as_array().unwrap().clone();
        let line = |line: &serde_json::Value| line[at].as_str().map(str::to_owned);
        let part = |part: &serde_json::Value| list(part).iter().filter_map(line).collect::<Vec<_>>();
        let parts = list(&pack["html"]).iter().map(part).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let idle = parts.iter().map(|part| part.join("\n")).collect::<Vec<_>>().join(PART);
        let quote = &view.charts.quote;
        let agent = view.agents.last().unwrap();
        assert_eq!(idle, templates.fill("agent_body.html", Body { agent, quote }).unwrap());
        assert!(idle.contains("Statistics of idle"), "{idle}");
        assert_eq!(pack["trades"][at], serde_json::to_value(&view.charts.trades[1]).unwrap());
        let charts: serde_json::Value =
            serde_json::from_str(&sections.charts(&view.charts).unwrap()).unwrap();
        assert!(
            charts["trades"][1].is_null() && charts["returns"][1].is_null(),
            "packed values are not twice in a page"
        );
    }
}
