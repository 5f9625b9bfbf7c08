//! Which agents can be compared at all.
//!
//! Owns the strongly connected components of the win graph (Tarjan 1972) and the test of whether Davidson's
//! tie parameter is finite. Never fits anything. Invariant: a fit is tried only if these say its maximum
//! exists, so a rating is never an iteration stopped on its way to infinity.

use super::pairs::PairCounts;

/// The groups of agents within which ratings exist, the stronger first: no agent of a group ever lost to or
/// tied with one of a later group. One group: the win graph is strongly connected, and all can be rated.
#[must_use]
pub fn win_groups(counts: &PairCounts) -> Vec<Vec<usize>> {
    components(counts.agents(), |i, j| counts.wins(i, j) > 0.0 || counts.ties(i, j) > 0.0)
}

/// The strongly connected components of a graph given by `edge(from, to)`: in topological order (no edge
/// runs from a later component to an earlier one), members ascending.
pub(super) fn components(nodes: usize, edge: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut search = Tarjan {
        edge,
        index: vec![None; nodes],
        low: vec![0; nodes],
        on_stack: vec![false; nodes],
        stack: Vec::new(),
        visited: 0,
        found: Vec::new(),
    };
    for node in 0..nodes {
        if search.index[node].is_none() {
            search.visit(node);
        }
    }
    // Tarjan completes a component after all those it leads to.
    search.found.reverse();
    search.found
}

struct Tarjan<E> {
    edge: E,
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    visited: usize,
    found: Vec<Vec<usize>>,
}

impl<E: Fn(usize, usize) -> bool> Tarjan<E> {
    /// Depth-first search; as deep as there are agents at most.
    fn visit(&mut self, node: usize) {
        let own = self.visited;
        self.visited += 1;
        self.index[node] = Some(own);
        self.low[node] = own;
        self.stack.push(node);
        self.on_stack[node] = true;
        for next in 0..self.index.len() {
            if next == node || !(self.edge)(node, next) {
                continue;
            }
            match self.index[next] {
                None => {
                    self.visit(next);
                    self.low[node] = self.low[node].min(self.low[next]);
                }
                Some(index) if self.on_stack[next] => self.low[node] = self.low[node].min(index),
                Some(_) => {}
            }
        }
        if self.low[node] == own {
            self.complete(node);
        }
    }

    fn complete(&mut self, root: usize) {
        let mut component = Vec::new();
        while let Some(node) = self.stack.pop() {
            self.on_stack[node] = false;
            component.push(node);
            if node == root {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}

/// Whether Davidson's tie parameter has a finite maximum of likelihood.
///
/// The likelihood rises for ever along `ln nu -> ln nu + s, theta_i -> theta_i + s t_i` if every result seen
/// stays a likeliest one: a win of i over j needs `t_i - t_j >= 2`, a tie `|t_i - t_j| <= 2`. Such `t` exist
/// unless some circle of results has more wins (all in its direction) than ties: a negative circle in the
/// graph of these difference constraints, found by Bellman and Ford's relaxation.
pub(super) fn ties_are_bounded(
    nodes: usize,
    win: impl Fn(usize, usize) -> bool,
    tie: impl Fn(usize, usize) -> bool,
) -> bool {
    // Two that have beaten each other are such a circle.
    if (0..nodes).any(|i| (0..i).any(|j| win(i, j) && win(j, i))) {
        return true;
    }
    let mut distance = vec![0_i64; nodes];
    for _ in 0..=nodes {
        let mut relaxed = false;
        for from in 0..nodes {
            for to in (0..nodes).filter(|&to| to != from) {
                let length = match (win(from, to), tie(from, to)) {
                    (true, _) => -1,
                    (false, true) => 1,
                    (false, false) => continue,
                };
                if distance[from] + length < distance[to] {
                    distance[to] = distance[from] + length;
                    relaxed = true;
                }
            }
        }
        if !relaxed {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(usize, usize)]) -> impl Fn(usize, usize) -> bool + '_ {
        |from, to| edges.contains(&(from, to))
    }

    #[test]
    fn a_circle_is_one_component() {
        assert_eq!(components(3, graph(&[(0, 1), (1, 2), (2, 0)])), [vec![0, 1, 2]]);
    }

    #[test]
    fn components_come_winners_first() {
        // 3 and 1 beat each other, both beat 0, 0 beats 2.
        let found = components(4, graph(&[(3, 1), (1, 3), (3, 0), (1, 0), (0, 2)]));
        assert_eq!(found, [vec![1, 3], vec![0], vec![2]]);
    }

    #[test]
    fn an_edge_back_to_an_earlier_circle_does_not_join_it() {
        // 2 leads to the circle 0 <-> 1, not back.
        let found = components(3, graph(&[(0, 1), (1, 0), (2, 1)]));
        assert_eq!(found, [vec![2], vec![0, 1]]);
    }

    #[test]
    fn the_unbeaten_stand_before_the_others() {
        // 1 always wins; 0 and 2 share the rest.
        let counts = PairCounts::from_ranks(&[vec![1, 0, 2], vec![2, 0, 1]]).unwrap();
        assert_eq!(win_groups(&counts), [vec![1], vec![0, 2]]);
        let tied = PairCounts::from_ranks(&[vec![1, 0, 2], vec![2, 0, 1], vec![0, 0, 0]]).unwrap();
        assert_eq!(win_groups(&tied), [vec![0, 1, 2]]);
    }

    #[test]
    fn agents_without_games_stand_alone() {
        assert_eq!(components(2, graph(&[])).len(), 2);
        assert!(components(0, graph(&[])).is_empty());
    }

    #[test]
    fn a_circle_of_wins_bounds_the_ties() {
        let none = graph(&[]);
        assert!(ties_are_bounded(2, graph(&[(0, 1), (1, 0)]), &none));
        // A beats B and ties with B: nu and the distance can grow together for ever.
        let tie = graph(&[(0, 1), (1, 0)]);
        assert!(!ties_are_bounded(2, graph(&[(0, 1)]), &tie));
        // A beats B beats C, C ties with A: two wins against one tie bound it.
        let tie = graph(&[(0, 2), (2, 0)]);
        assert!(ties_are_bounded(3, graph(&[(0, 1), (1, 2)]), &tie));
        // All ties.
        assert!(!ties_are_bounded(3, &none, |_, _| true));
    }
}
