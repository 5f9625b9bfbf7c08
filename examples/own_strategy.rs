//! An agent of one's own beside those of a scenario: `cargo run --example own_strategy`.

use tiltyard::prelude::*;

/// Buys for a tenth of what is available when a bar closes below the one before, and sells when one closes above.
#[derive(Default)]
pub struct BuyTheDip {
    last_close: Option<f64>,
}

impl Strategy for BuyTheDip {
    fn on_bar(
        &mut self,
        moment: &Moment<'_>,
        account: &dyn Account,
        actions: &mut Vec<Action>,
    ) -> Result<(), String> {
        let symbol = SymbolId(0);
        let Some(row) = moment.row(symbol) else { return Ok(()) };
        let close = moment.market.series(symbol).bars.close[row];
        let before = self.last_close.replace(close).unwrap_or(close);
        if close < before && account.position(symbol).is_flat() {
            let tenth = Cash::from_units(account.available().units() / 10);
            actions.push(Action::Place(OrderRequest::buy(symbol, Size::Quote(tenth), "dip")));
        } else if close > before && !account.position(symbol).is_flat() {
            actions.push(Action::Close(symbol, "recovery"));
        }
        Ok(())
    }
}

fn main() -> Result<(), RunError> {
    let result = Tournament::builder()
        .scenario("scenarios/daily_rotation.toml")
        .entrant(Entrant::new("buy-the-dip", || Box::new(BuyTheDip::default())))
        .run()?;
    for row in &result.tournament.leaderboard.rankings {
        println!("{:?} {} {:?}", row.rank, row.name, row.score);
    }
    Ok(())
}
