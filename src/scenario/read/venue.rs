//! The `[venue]` table.

use super::table::TableReader;
use super::value::Limit;
use crate::domain::Bps;
use crate::scenario::{FillAt, Slippage, VenueSpec};

/// Parses the table.
pub(super) fn read(table: &TableReader<'_>) -> Option<VenueSpec> {
    let taker_fee = table.value("taker_fee_bps");
    let maker_fee = table.value("maker_fee_bps");
    let slippage = slippage(table);
    let fill_at = table.value("fill_at");
    let intrabar = table.value("intrabar");
    let limit_needs_through = table.value("limit_needs_through");
    let participation_cap: Option<Limit<Bps>> = table.value("participation_cap_pct");
    let close_at_end = table.value("close_at_end");
    table.finish();
    if fill_at == Some(FillAt::Close) {
        table.problems.warning(
            table.span("fill_at"),
            "`fill_at` = \"close\" is optimistic".to_owned(),
            "orders fill at the price that the decision used".to_owned(),
            Some("\"next_open\" fills at the first price after the decision".to_owned()),
        );
    }
    Some(VenueSpec {
        taker_fee: taker_fee?,
        maker_fee: maker_fee?,
        slippage: slippage?,
        fill_at: fill_at?,
        intrabar: intrabar?,
        limit_needs_through: limit_needs_through?,
        participation_cap: participation_cap?.0,
        close_at_end: close_at_end?,
    })
}

fn slippage(venue: &TableReader<'_>) -> Option<Slippage> {
    let (model, table) = venue.tagged("slippage")?;
    let slippage = match model {
        "none" => Some(Slippage::None),
        "fixed_bps" => table.value("bps").map(|bps| Slippage::FixedBps { bps }),
        "volume_share" => volume_share(&table),
        "square_root" => {
            let factor = table.value("factor");
            let cap = table.value("cap_bps");
            factor.zip(cap).map(|(factor, cap)| Slippage::SquareRoot { factor, cap })
        }
        _ => None,
    };
    table.finish();
    slippage
}

fn volume_share(table: &TableReader<'_>) -> Option<Slippage> {
    let factor = table.value("factor");
    let floor: Option<Bps> = table.value("floor_bps");
    let cap: Option<Bps> = table.value("cap_bps");
    let (floor, cap) = (floor?, cap?);
    if floor > cap {
        let key = if table.has("floor_bps") { "floor_bps" } else { "cap_bps" };
        table.problems.error(
            table.span(key),
            format!("`floor_bps` = {floor} is above `cap_bps` = {cap}"),
            "the floor is above the cap".to_owned(),
            Some(format!("write a `floor_bps` of at most {cap}, or a higher `cap_bps`")),
        );
        return None;
    }
    Some(Slippage::VolumeShare { factor: factor?, floor, cap })
}
