//! What holds for every format: everyone is placed once, and neither the order of the list nor anything but
//! scores, names and seed decides.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::testing::{field_with_exits, formats};
use super::{Field, FormatView, view};
use crate::scenario::TournamentFormat;

/// Name, scores, and when it was disqualified.
type Row = (String, Vec<Option<f64>>, Option<String>);

fn build(rows: &[Row]) -> Field {
    let rows: Vec<_> =
        rows.iter().map(|(name, scores, exit)| (name.as_str(), scores.as_slice(), exit.as_deref())).collect();
    field_with_exits(&rows)
}

/// Six to thirteen agents over 10 to 30 windows with many equal and some missing scores, and a shuffle of them.
fn rows() -> impl Strategy<Value = (Vec<Row>, Vec<Row>)> {
    let score = prop_oneof![9 => (-3..=3_i32).prop_map(|score| Some(f64::from(score))), 1 => Just(None)];
    let exit = prop_oneof![3 => Just(None), 1 => (1..=4_u32).prop_map(|day| Some(format!("2024-01-0{day}")))];
    (6..=13_usize, 10..=30_usize)
        .prop_flat_map(move |(agents, windows)| {
            let scores = prop::collection::vec(score.clone(), windows);
            prop::collection::vec((scores, exit.clone()), agents)
        })
        .prop_map(|agents| {
            let named = |(number, (scores, exit))| (format!("agent {number}"), scores, exit);
            agents.into_iter().enumerate().map(named).collect::<Vec<Row>>()
        })
        .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
}

/// Who is placed: all, but for the baselines of a gauntlet.
fn placed(format: &TournamentFormat, rows: &[Row]) -> BTreeSet<String> {
    let all = rows.iter().map(|row| row.0.clone());
    match format {
        TournamentFormat::Gauntlet { baselines } => all.filter(|name| !baselines.contains(name)).collect(),
        _ => all.collect(),
    }
}

/// The pairings of a round robin are listed in the agents' order: the one thing that a shuffle moves.
fn comparable(view: FormatView) -> FormatView {
    match view {
        FormatView::RoundRobin(mut view) => {
            view.pairings.clear();
            FormatView::RoundRobin(view)
        }
        other => other,
    }
}

proptest! {
    #[test]
    fn everyone_is_placed_once_and_shared_places_are_skipped((rows, _) in rows()) {
        for format in formats() {
            let view = view(&format, &build(&rows)).unwrap();
            let places = view.places();
            let names: BTreeSet<String> = places.iter().map(|(_, name)| (*name).to_owned()).collect();
            prop_assert_eq!(places.len(), names.len());
            prop_assert_eq!(names, placed(&format, &rows));
            for (position, (place, _)) in places.iter().enumerate() {
                let before = if position == 0 { 0 } else { places[position - 1].0 };
                prop_assert!(*place == before || *place as usize == position + 1, "{:?}", places);
            }
        }
    }

    #[test]
    fn the_order_of_the_list_changes_nothing((rows, shuffled) in rows()) {
        for format in formats() {
            let one = comparable(view(&format, &build(&rows)).unwrap());
            let two = comparable(view(&format, &build(&shuffled)).unwrap());
            prop_assert_eq!(one, two);
        }
    }

    #[test]
    fn twins_share_their_place_where_no_lot_decides((rows, _) in rows()) {
        let mut rows = rows;
        rows[5].1 = rows[2].1.clone();
        rows[5].2 = rows[2].2.clone();
        let field = build(&rows);
        for format in formats() {
            let lots = matches!(
                format,
                TournamentFormat::League { .. } | TournamentFormat::Swiss { .. } | TournamentFormat::Knockout { .. }
            );
            if lots {
                continue;
            }
            let view = view(&format, &field).unwrap();
            let place = |name: &str| view.places().into_iter().find(|row| row.1 == name).map(|row| row.0);
            prop_assert_eq!(place("agent 2"), place("agent 5"));
        }
    }
}
