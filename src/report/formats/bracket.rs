//! A knockout as a tree, drawn for pages and as text.
//!
//! The final is to the right. A node stands in the column of the round that its agent has won, entrants in the first;
//! the winner of a match is the upper one of the two lines that meet.

use serde::Serialize;

use crate::tournament::formats::{KnockoutView, Tie};
use crate::tournament::standings::shown;

/// Width of a column and height of a line, in a page's pixels.
const COLUMN: f64 = 200.0;
const LINE: f64 = 30.0;
/// Longest text of a node in a page, in characters.
const FITS: usize = 26;

/// A drawn bracket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::report) struct Bracket {
    pub width: f64,
    pub height: f64,
    pub labels: Vec<Label>,
    pub lines: Vec<[f64; 4]>,
    /// The same as text with box-drawing signs, lines without trailing blanks.
    pub text: String,
}

/// A node's text over its line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::report) struct Label {
    pub x: f64,
    pub y: f64,
    pub text: String,
    /// The whole text, for a pointer over it.
    pub hint: String,
    /// Whether the agent goes on from here, or has won it all.
    pub won: bool,
}

/// An agent that enters a column: as entrant, or as the winner of a match.
struct Node {
    agent: String,
    /// Score in the match that follows.
    score: Option<f64>,
    won: bool,
    column: usize,
    /// Line of the text, from 0.
    row: usize,
    from: Vec<Node>,
}

impl Bracket {
    /// The tree of a knockout; `None` where no match was played.
    pub fn of(view: &KnockoutView) -> Option<Self> {
        let champion = view.rounds.last()?.ties.first()?.winner.clone();
        let mut entrants = 0;
        let root = node(view, &champion, None, true, view.rounds.len(), &mut entrants);
        let mut all = Vec::new();
        flatten(&root, &mut all);
        #[expect(clippy::cast_precision_loss, reason = "counts of rounds and agents")]
        let at = |node: &Node| (node.column as f64 * COLUMN, (node.row as f64 / 2.0 + 1.0) * LINE);
        let mut lines = Vec::new();
        for node in &all {
            let (x, y) = at(node);
            lines.push([x, y, x + COLUMN, y]);
            if let [upper, lower] = node.from.as_slice() {
                lines.push([x, at(upper).1, x, at(lower).1]);
            }
        }
        let label = |node: &&Node| {
            let (x, y) = at(node);
            let hint = told(node);
            Label { x: x + 6.0, y: y - 6.0, text: cut(&hint), hint, won: node.won }
        };
        #[expect(clippy::cast_precision_loss, reason = "counts of rounds and agents")]
        let (columns, rows) = ((view.rounds.len() + 1) as f64, entrants as f64);
        Some(Self {
            width: columns * COLUMN,
            height: (rows + 0.5) * LINE,
            labels: all.iter().map(label).collect(),
            lines,
            text: text(&all, view.rounds.len() + 1, entrants * 2),
        })
    }
}

/// The agent's node in a column, with where it comes from. Entrants take the next free line.
fn node(
    view: &KnockoutView,
    agent: &str,
    score: Option<f64>,
    won: bool,
    column: usize,
    free: &mut usize,
) -> Node {
    let played = column.checked_sub(1).and_then(|round| view.rounds.get(round));
    let tie: Option<&Tie> = played.and_then(|round| round.ties.iter().find(|tie| tie.winner == agent));
    let from = match tie {
        Some(tie) => vec![
            node(view, &tie.winner, tie.winner_score, true, column - 1, free),
            node(view, &tie.loser, tie.loser_score, false, column - 1, free),
        ],
        // A bye: the agent comes from the column before, unless that is where it enters.
        None if column > 0 && played.is_some() && column > entry(view, agent) => {
            vec![node(view, agent, None, true, column - 1, free)]
        }
        None => Vec::new(),
    };
    let row = match from.as_slice() {
        [] => {
            *free += 1;
            (*free - 1) * 2
        }
        [one] => one.row,
        [upper, .., lower] => usize::midpoint(upper.row, lower.row),
    };
    Node { agent: agent.to_owned(), score, won, column, row, from }
}

/// The column in which an agent stands before its first match.
fn entry(view: &KnockoutView, agent: &str) -> usize {
    let plays = |tie: &Tie| tie.winner == agent || tie.loser == agent;
    view.rounds.iter().position(|round| round.ties.iter().any(plays)).unwrap_or_default()
}

fn flatten<'n>(node: &'n Node, all: &mut Vec<&'n Node>) {
    all.push(node);
    node.from.iter().for_each(|child| flatten(child, all));
}

/// `trend 1.25`.
fn told(node: &Node) -> String {
    node.score.map_or_else(|| node.agent.clone(), |score| format!("{} {}", node.agent, shown(score)))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= FITS {
        return text.to_owned();
    }
    text.chars().take(FITS - 1).chain(['…']).collect()
}

/// The tree as lines of text.
fn text(all: &[&Node], columns: usize, rows: usize) -> String {
    let widest = |column: usize| {
        let texts = all.iter().filter(|node| node.column == column).map(|node| told(node).chars().count());
        texts.max().unwrap_or_default() + 4
    };
    let starts: Vec<usize> = (0..=columns).map(|column| (0..column).map(widest).sum()).collect();
    let mut grid = vec![vec![' '; starts[columns] + 1]; rows];
    for node in all {
        let (from, to) = (starts[node.column], starts[node.column + 1]);
        let is_last = node.column + 1 == columns;
        let line = &mut grid[node.row];
        for (offset, sign) in format!(" {} ", told(node)).chars().enumerate() {
            line[from + 1 + offset] = sign;
        }
        let written = from + 3 + told(node).chars().count();
        if !is_last {
            (written..to).for_each(|x| line[x] = '─');
        }
        if let [upper, lower] = node.from.as_slice() {
            for line in &mut grid[upper.row..=lower.row] {
                line[from] = '│';
            }
            grid[upper.row][from] = '┐';
            grid[lower.row][from] = '┘';
            grid[node.row][from] = '├';
        }
    }
    let lines: Vec<String> =
        grid.into_iter().map(|line| line.into_iter().collect::<String>().trim_end().to_owned()).collect();
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tournament::formats::{KnockoutRound, WindowRange};

    fn tie(winner: &str, loser: &str) -> Tie {
        Tie {
            winner: winner.to_owned(),
            loser: loser.to_owned(),
            winner_score: Some(2.0),
            loser_score: Some(1.0),
            by_seed: false,
        }
    }

    fn view(rounds: Vec<(Vec<Tie>, Vec<&str>)>) -> KnockoutView {
        let round = |(index, (ties, byes)): (usize, (Vec<Tie>, Vec<&str>))| KnockoutRound {
            round: index + 1,
            windows: WindowRange { first: index, last: index },
            ties,
            byes: byes.into_iter().map(str::to_owned).collect(),
        };
        KnockoutView {
            placings: Vec::new(),
            seeding: None,
            rounds: rounds.into_iter().enumerate().map(round).collect(),
        }
    }

    #[test]
    fn four_agents_and_a_final() {
        let view = view(vec![(vec![tie("a", "d"), tie("b", "c")], vec![]), (vec![tie("a", "b")], vec![])]);
        let found = Bracket::of(&view).unwrap();
        let expected = "
  a 2.00 ─┐
          ├ a 2.00 ─┐
  d 1.00 ─┘         │
                    ├ a
  b 2.00 ─┐         │
          ├ b 1.00 ─┘
  c 1.00 ─┘";
        assert_eq!(found.text, expected.trim_start_matches('\n'), "\n{}", found.text);
        assert_eq!((found.labels.len(), found.width), (7, 600.0));
        assert_eq!(found.lines.len(), 7 + 3);
    }

    #[test]
    fn a_bye_is_a_line_of_its_own() {
        let view = view(vec![(vec![tie("b", "c")], vec!["a"]), (vec![tie("a", "b")], vec![])]);
        let found = Bracket::of(&view).unwrap();
        assert_eq!(
            found.labels.iter().filter(|label| label.hint.starts_with('a')).count(),
            2,
            "{}",
            found.text
        );
        assert!(found.text.contains("b 2.00 ─┐"), "{}", found.text);
        assert_eq!(Bracket::of(&self::view(vec![])), None);
    }
}
