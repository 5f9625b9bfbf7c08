//! An agent of one's own beside those of a scenario: `cargo run --example own_strategy`.
#![expect(clippy::print_stdout, reason = "an example")]

use tiltyard::prelude::*;

/// Buys what has fallen below its average of 24 bars, sells what is back above it.
#[derive(Default)]
pub struct BuyTheDip {
    average: IndicatorId,
}

impl Strategy for BuyTheDip {
    fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
        self.average = needs.indicator("sma(24)")?;
        Ok(())
    }

    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        for symbol in ctx.symbols() {
            let Some(bar) = ctx.bar(symbol) else { continue };
            let Some(average) = ctx.indicator(self.average, symbol) else { continue };
            match ctx.position(symbol).is_flat() {
                true if bar.close < average => drop(orders.buy(symbol, Size::percent_of_equity(20.0))),
                false if bar.close > average => orders.close(symbol),
                _ => {}
            }
        }
        Ok(())
    }
}

fn main() -> Result<(), RunError> {
    let mine = Entrant::new("buy-the-dip", || Box::new(BuyTheDip::default()));
    let scenario = Tournament::builder().scenario("scenarios/first_tournament.toml");
    for row in scenario.entrant(mine).run()?.tournament.leaderboard.rankings {
        println!("{:?} {} {:?}", row.rank, row.name, row.score);
    }
    Ok(())
}
