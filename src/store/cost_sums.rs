//! What an agent's trading and holding cost, by kind, summed from its tables of fills and postings.

use std::path::Path;

use super::folders::agent_folder;
use super::{StoreError, columns, money};
use crate::domain::{Cash, Price, Qty};
use crate::engine::PostingKind;

/// Costs over all windows in quote currency, exact; positive where they cost, negative where they brought money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CostSums {
    /// Fees of fills.
    pub fees: Cash,
    /// Distance of fill prices from the prices before slippage, times the quantities.
    pub slippage: Cash,
    /// Funding of perpetuals.
    pub funding: Cash,
    /// Fees for borrowed shares.
    pub borrow_fees: Cash,
    /// Interest on negative cash.
    pub interest: Cash,
    /// Fees of liquidations.
    pub liquidation_fees: Cash,
}

/// A kind of cost: its name, and its sum.
pub type CostKind = (&'static str, fn(&CostSums) -> Cash);

impl CostSums {
    /// All kinds, in the order in which they are shown.
    pub const KINDS: [CostKind; 6] = [
        ("fees", |sums| sums.fees),
        ("slippage", |sums| sums.slippage),
        ("funding", |sums| sums.funding),
        ("borrow fees", |sums| sums.borrow_fees),
        ("interest", |sums| sums.interest),
        ("liquidation fees", |sums| sums.liquidation_fees),
    ];

    /// Everything together.
    pub fn total(&self) -> Cash {
        self.fees + self.slippage + self.funding + self.borrow_fees + self.interest + self.liquidation_fees
    }
}

/// The costs of an agent.
///
/// # Errors
/// Where the agent's files cannot be read or are not what they should be.
pub fn cost_sums(run_folder: &Path, agent: &str) -> Result<CostSums, StoreError> {
    let folder = agent_folder(run_folder, agent);
    let mut sums = CostSums::default();
    columns::read(&folder.join("fills.parquet"), "table of fills", |batch| {
        let amounts = |name| money::units(batch, name);
        let (quantity, price, raw, fee) =
            (amounts("quantity")?, amounts("price")?, amounts("raw_price")?, amounts("fee")?);
        for row in 0..batch.num_rows() {
            sums.fees += Cash::from_units(fee[row]);
            // A buyer pays more, a seller gets less: the distance costs on either side.
            let distance = Price::from_units((price[row] - raw[row]).abs());
            sums.slippage += Cash::notional(distance, Qty::from_units(quantity[row]));
        }
        Ok(())
    })?;
    let postings = folder.join("postings.parquet");
    if !postings.exists() {
        return Ok(sums);
    }
    columns::read(&postings, "table of postings", |batch| {
        let kinds = columns::strings(batch, "kind")?;
        let amounts = money::units(batch, "amount")?;
        for (kind, &amount) in kinds.into_iter().zip(amounts.iter()) {
            let of = |one: PostingKind| kind == one.as_str();
            let sum = if of(PostingKind::Funding) {
                &mut sums.funding
            } else if of(PostingKind::BorrowFee) {
                &mut sums.borrow_fees
            } else if of(PostingKind::Interest) {
                &mut sums.interest
            } else if of(PostingKind::LiquidationFee) {
                &mut sums.liquidation_fees
            } else {
                continue;
            };
            *sum += -Cash::from_units(amount);
        }
        Ok(())
    })?;
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn fees_and_slippage_are_summed_from_the_fills() {
        let out = tempfile::tempdir().unwrap();
        let mut tournament = fixture::tournament();
        // Two units, bought a tenth above the price before slippage.
        let fills = &mut tournament.agents[0].windows[0].replay.fills;
        fills[0].raw_price = "9.9".parse().unwrap();
        let stored = RunWriter::open(out.path(), fixture::run()).unwrap().finish(&tournament).unwrap();
        let found = cost_sums(&stored.folder, "trend, fast").unwrap();
        assert_eq!((found.fees, found.slippage), (fixture::cash("0.04"), fixture::cash("0.2")));
        assert_eq!(found.total(), fixture::cash("0.24"));
        assert_eq!(cost_sums(&stored.folder, "idle").unwrap(), CostSums::default());
    }
}
