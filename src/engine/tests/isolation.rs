//! A strategy that fails is a result, never a crash.

use super::super::testkit::*;
use crate::engine::ReplayStatus;
use crate::strategy::{BarContext, Orders, StrategyError};

fn run(fail: impl Fn() -> Result<(), StrategyError> + Send) -> crate::engine::Replay {
    let fixture = Fixture::new(hourly(flat(&[100.0, 100.0, 90.0, 80.0, 70.0])));
    let strategy = move |ctx: &BarContext<'_>, orders: &mut Orders| {
        let tick = ctx.bars_since_start();
        if tick == 0 {
            orders.place(buy("5"));
        }
        if tick == 2 {
            orders.place(buy("1"));
            return fail();
        }
        assert!(tick < 2, "not called again");
        Ok(())
    };
    fixture.run(Box::new(strategy))
}

#[test]
fn an_error_forfeits_with_the_loss_kept() {
    let replay = run(|| Err("out of ideas".into()));
    assert_eq!(replay.status, ReplayStatus::Forfeit { at: hour(3), reason: "out of ideas".to_owned() });
    // What it pushed with its error is dropped; the position is sold at the next open.
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "3 sell 5 @ 80"]);
    assert_eq!(replay.equity, [1000.0, 1000.0, 950.0, 900.0, 900.0]);
}

#[test]
fn a_panic_forfeits_with_its_message() {
    let replay = run(|| panic!("division by {}", "zero"));
    let reason = "panicked: division by zero".to_owned();
    assert_eq!(replay.status, ReplayStatus::Forfeit { at: hour(3), reason });
    assert_eq!(replay.final_equity, cash("900"));
}
