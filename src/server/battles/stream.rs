//! The states of a battle as server-sent events.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use tokio::sync::watch;

use super::files::{BattleFile, BattleState, BattleView};

/// One event for each state from now on; the last one is that of its end.
pub fn of(file: BattleFile, states: Option<watch::Receiver<BattleState>>) -> Body {
    let first = states.as_ref().map_or_else(|| file.state.clone(), |states| states.borrow().clone());
    let stream = unfold((file, states, Some(first)), |(file, mut states, next)| async move {
        let state = match next {
            Some(state) => state,
            None => {
                let states = states.as_mut()?;
                states.changed().await.ok()?;
                states.borrow_and_update().clone()
            }
        };
        let event = Ok::<_, Infallible>(event(&file, &state));
        if state.is_over() {
            states = None;
        }
        Some((event, (file, states, None)))
    });
    Body::from_stream(stream)
}

fn event(file: &BattleFile, state: &BattleState) -> Bytes {
    // Plain values: nothing can fail.
    let data = serde_json::to_string(&BattleView::of(file, state)).unwrap_or_default();
    Bytes::from(format!("event: state\ndata: {data}\n\n"))
}
