//! Agents that play every window several times: one sample of a program whose answers differ from one run to the next
//! proves little.
//!
//! Owns which entries are one agent, and how far their scores lie apart.

use crate::domain::AgentName;
use crate::metrics::{Score, standard_deviation};

/// The entries that are one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated<N> {
    /// The agent's name.
    pub name: N,
    /// Its entries, by their place among all; more than one where it plays every window several times.
    pub entries: Vec<usize>,
}

/// The agents behind these entries, in the order of their first; an entry is its name and the agent it repeats.
pub fn repeated<N: PartialEq>(entries: impl IntoIterator<Item = (N, Option<N>)>) -> Vec<Repeated<N>> {
    let mut agents: Vec<Repeated<N>> = Vec::new();
    for (entry, (name, of)) in entries.into_iter().enumerate() {
        match of {
            Some(of) => match agents.iter_mut().find(|agent| agent.name == of) {
                Some(agent) => agent.entries.push(entry),
                None => agents.push(Repeated { name: of, entries: vec![entry] }),
            },
            None => agents.push(Repeated { name, entries: vec![entry] }),
        }
    }
    agents
}

impl<N> Repeated<N> {
    /// What `of` says of each entry.
    pub fn each<T>(&self, of: impl FnMut(usize) -> T) -> Vec<T> {
        self.entries.iter().copied().map(of).collect()
    }
}

/// How far the repeats of an agent lie apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// The agent that was repeated.
    pub agent: AgentName,
    /// The score of each repeat.
    pub scores: Vec<Score>,
    /// What it is ranked by.
    pub mean: Score,
    /// Sample standard deviation of the repeats' scores; `None` where a score is no number.
    pub deviation: Option<f64>,
}

impl Spread {
    /// Of the scores of the repeats, and of all together.
    pub fn new(agent: AgentName, scores: Vec<Score>, mean: Score) -> Self {
        let numbers: Option<Vec<f64>> = scores.iter().map(|score| score.number()).collect();
        Self { agent, mean, deviation: numbers.and_then(|numbers| standard_deviation(&numbers).ok()), scores }
    }

    /// The smallest and the largest score, absent ones left out.
    pub fn range(&self) -> Option<(Score, Score)> {
        let mut known: Vec<Score> = self.scores.iter().copied().filter(|score| !score.is_absent()).collect();
        known.sort_unstable();
        Some((*known.first()?, *known.last()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_one_agent_are_found() {
        let found =
            repeated([("hold", None), ("llm.1", Some("llm")), ("llm.2", Some("llm")), ("dips", None)]);
        let names: Vec<&str> = found.iter().map(|agent| agent.name).collect();
        assert_eq!(names, ["hold", "llm", "dips"]);
        assert_eq!(found[1].entries, [1, 2]);
        assert_eq!(found[2].entries, [3]);
    }

    #[test]
    fn the_spread_is_that_of_a_sample() {
        let name = AgentName::new("a").unwrap();
        let scores = [1.0, 4.0, 7.0].map(Score::Number).to_vec();
        let spread = Spread::new(name.clone(), scores, Score::Number(4.0));
        assert_eq!(spread.deviation, Some(3.0));
        assert_eq!(spread.range(), Some((Score::Number(1.0), Score::Number(7.0))));
        let infinite = Spread::new(name, vec![Score::Number(1.0), Score::PlusInfinity], Score::PlusInfinity);
        assert_eq!(infinite.deviation, None);
    }
}
