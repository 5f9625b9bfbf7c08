//! An agent of one's own beside those of a scenario: `cargo run --example own_strategy`.
#![expect(clippy::print_stdout, reason = "an example")]

use tiltyard::prelude::*;

/// Buys after a bar that closed lower than the one before, sells after one that closed higher.
#[derive(Default)]
pub struct BuyTheDip {
    last: Option<f64>,
}

impl Strategy for BuyTheDip {
    fn on_bar(&mut self, now: &Moment, account: &dyn Account, todo: &mut Vec<Action>) -> Result<(), String> {
        let symbol = SymbolId(0);
        let Some(row) = now.row(symbol) else { return Ok(()) };
        let close = now.market.series(symbol).bars.close[row];
        let last = self.last.replace(close).unwrap_or(close);
        let is_flat = account.position(symbol).is_flat();
        if close < last && is_flat {
            let tenth = Cash::from_units(account.available().units() / 10);
            todo.push(Action::Place(OrderRequest::buy(symbol, Size::Quote(tenth), "dip")));
        } else if close > last && !is_flat {
            todo.push(Action::Close(symbol, "recovery"));
        }
        Ok(())
    }
}

fn main() -> Result<(), RunError> {
    let mine = Entrant::new("buy-the-dip", || Box::new(BuyTheDip::default()));
    let result = Tournament::builder().scenario("scenarios/daily_rotation.toml").entrant(mine).run()?;
    for row in &result.tournament.leaderboard.rankings {
        println!("{:?} {} {:?}", row.rank, row.name, row.score);
    }
    Ok(())
}
