//! The scores of a tournament: one for each agent in each window, or none.
//!
//! Owns the check of shape and finiteness; whoever holds a `ScoreMatrix` checks no more. Never decides whether
//! more is better.

use super::error::StandingsError;

/// Scores of agents over windows, as the ranking metric gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreMatrix {
    agents: Vec<String>,
    windows: Vec<String>,
    /// Agents x windows; `None` where an agent has no score.
    scores: Vec<Vec<Option<f64>>>,
    /// Agents x windows.
    disqualified: Vec<Vec<bool>>,
}

impl ScoreMatrix {
    /// `agents` and `windows` by their names, in order; `scores` one list an agent (agents x windows), `None`
    /// where an agent has no score. Nobody is disqualified.
    ///
    /// # Errors
    /// [`StandingsError::NoAgents`], [`StandingsError::Shape`], [`StandingsError::NotFinite`].
    pub fn new(
        agents: Vec<String>,
        windows: Vec<String>,
        scores: Vec<Vec<Option<f64>>>,
    ) -> Result<Self, StandingsError> {
        if agents.is_empty() {
            return Err(StandingsError::NoAgents);
        }
        check_shape("scores", &scores, agents.len(), windows.len())?;
        for (agent, row) in agents.iter().zip(&scores) {
            let bad = row.iter().position(|score| score.is_some_and(|value| !value.is_finite()));
            if let Some(window) = bad {
                let (agent, window) = (agent.clone(), windows[window].clone());
                return Err(StandingsError::NotFinite { agent, window });
            }
        }
        let disqualified = vec![vec![false; windows.len()]; agents.len()];
        Ok(Self { agents, windows, scores, disqualified })
    }

    /// The same scores with these marks (agents x windows): which agent was disqualified or forfeited where. A
    /// mark changes no number: the agent stays with its loss.
    ///
    /// # Errors
    /// [`StandingsError::Shape`].
    pub fn with_disqualified(mut self, flags: Vec<Vec<bool>>) -> Result<Self, StandingsError> {
        check_shape("flags", &flags, self.agents.len(), self.windows.len())?;
        self.disqualified = flags;
        Ok(self)
    }

    /// Names of the agents, in order.
    pub fn agents(&self) -> &[String] {
        &self.agents
    }

    /// Names of the windows, in order.
    pub fn windows(&self) -> &[String] {
        &self.windows
    }

    /// One agent's scores, in the order of the windows.
    pub fn scores(&self, agent: usize) -> &[Option<f64>] {
        &self.scores[agent]
    }

    /// In how many windows an agent was disqualified.
    pub fn disqualified_windows(&self, agent: usize) -> usize {
        self.disqualified[agent].iter().filter(|flag| **flag).count()
    }

    /// Which windows count: those in which any agent has a score.
    pub(super) fn scored_windows(&self) -> Vec<usize> {
        let any = |&window: &usize| self.scores.iter().any(|row| row[window].is_some());
        (0..self.windows.len()).filter(any).collect()
    }
}

fn check_shape<T>(
    what: &'static str,
    rows: &[Vec<T>],
    agents: usize,
    windows: usize,
) -> Result<(), StandingsError> {
    let wrong = |agent, found| StandingsError::Shape { what, agent, found, expected: windows };
    if rows.len() != agents {
        return Err(wrong(rows.len().min(agents), 0));
    }
    match rows.iter().position(|row| row.len() != windows) {
        Some(agent) => Err(wrong(agent, rows[agent].len())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn bad_shapes_and_numbers_are_told() {
        let matrix = |scores| ScoreMatrix::new(names(&["a", "b"]), names(&["w0", "w1"]), scores);
        assert_eq!(ScoreMatrix::new(vec![], vec![], vec![]), Err(StandingsError::NoAgents));
        let short = matrix(vec![vec![Some(1.0), None], vec![None]]).unwrap_err();
        assert_eq!(short.to_string(), "scores of agent `1`: `1` where there are `2` windows");
        assert!(matrix(vec![vec![None, None]]).is_err());
        let bad = matrix(vec![vec![None, None], vec![None, Some(f64::NAN)]]).unwrap_err();
        assert_eq!(bad.to_string(), "the score of `b` in window `w1` is not a finite number");
    }

    #[test]
    fn marks_are_counted_and_empty_windows_found() {
        let scores = vec![vec![Some(1.0), None], vec![None, None]];
        let matrix = ScoreMatrix::new(names(&["a", "b"]), names(&["w0", "w1"]), scores).unwrap();
        assert_eq!(matrix.scored_windows(), [0]);
        let marked = matrix.clone().with_disqualified(vec![vec![false, false], vec![true, true]]).unwrap();
        assert_eq!((marked.disqualified_windows(0), marked.disqualified_windows(1)), (0, 2));
        assert!(matrix.with_disqualified(vec![vec![true]]).is_err());
    }
}
