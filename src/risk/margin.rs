//! The checks of an order in an instrument on margin.

use super::check::{check_losses, check_minimum, check_open_orders, check_quantity};
use super::{Accepted, AccountState, OrderIntent, OrderQty, Refusal};
use crate::domain::{Bps, Cash, MarginTerms, Qty, RefusalCode, Side};
use crate::scenario::RiskProfile;

/// The account as the checks on margin see it, beside what [`AccountState`] says: there `held` is the position without
/// its sign, and `waiting_buys` the notional of the open orders on the order's side.
#[derive(Debug, Clone, Copy)]
pub struct MarginAccount<'a> {
    /// The symbol's terms.
    pub terms: &'a MarginTerms,
    /// The signed position.
    pub position: Qty,
    /// Margin that the position takes.
    pub held_margin: Cash,
    /// Margin that nothing takes yet.
    pub free_margin: Cash,
    /// Whether the order closes the whole position on the other side before it opens one of its size.
    pub reverse: bool,
}

/// What an order closes and what it opens.
#[derive(Debug, Clone, Copy)]
struct Parts {
    closes: Qty,
    opens: Qty,
}

/// Checks 2 to 8 of an order on margin. Orders that only reduce pass 4, 5, 7 and 8.
///
/// # Errors
/// The first check that fails, with its numbers.
pub fn check_on_margin(
    profile: &RiskProfile,
    order: &OrderIntent<'_>,
    now: &AccountState,
    margin: &MarginAccount<'_>,
) -> Result<Accepted, Refusal> {
    let against = match order.side {
        Side::Buy => -margin.position,
        Side::Sell => margin.position,
    };
    let against = against.max(Qty::ZERO);
    let whole = matches!(order.size, OrderQty::Qty(qty) if qty == against);
    if !whole || !order.size.is_positive() {
        check_quantity(order, order.size)?;
    }
    let (mut size, mut cut) = (order.size, None);
    if order.reduce_only {
        if against.is_zero() {
            let detail = "a reduce-only order has no position to reduce";
            return Err(Refusal::new(RefusalCode::InsufficientBalance, detail));
        }
        if quantity(order, size) > against {
            cut = Some(format!("cut from {size} to the {against} that is held"));
            size = OrderQty::Qty(against);
        }
    }
    let parts = parts(order, size, against, margin.reverse);
    if parts.opens.is_positive() || quantity(order, size) < against {
        check_minimum(order, size)?;
    }
    if !parts.opens.is_positive() {
        check_open_orders(profile, order, now)?;
        return Ok(accepted(size, cut));
    }
    check_short(profile, order, parts)?;
    let mut sized = Sized { profile, order, now, margin, against, size, cut };
    sized.check_margin()?;
    sized.check_order_size()?;
    sized.check_position()?;
    check_open_orders(profile, order, now)?;
    check_losses(profile, now)?;
    Ok(accepted(sized.size, sized.cut))
}

/// Nothing is locked: open orders count in the free margin.
fn accepted(size: OrderQty, cut: Option<String>) -> Accepted {
    Accepted { size, lock_cash: Cash::ZERO, lock_qty: Qty::ZERO, cut }
}

/// On margin an amount is a notional: the fee comes on top.
fn quantity(order: &OrderIntent<'_>, size: OrderQty) -> Qty {
    size.on_margin(order.price, order.instrument.quantity_step)
}

fn parts(order: &OrderIntent<'_>, size: OrderQty, against: Qty, reverse: bool) -> Parts {
    let wanted = quantity(order, size);
    match reverse {
        true => Parts { closes: against, opens: wanted },
        false => Parts { closes: wanted.min(against), opens: (wanted - against).max(Qty::ZERO) },
    }
}

fn check_short(profile: &RiskProfile, order: &OrderIntent<'_>, parts: Parts) -> Result<(), Refusal> {
    if order.side == Side::Buy || profile.margin.allow_short {
        return Ok(());
    }
    let detail = format!(
        "would be short by {}, and `allow_short` of risk profile `{}` is false",
        parts.opens, profile.name
    );
    Err(Refusal::new(RefusalCode::InsufficientBalance, detail))
}

/// An order in checks 3 to 5, which may cut it.
struct Sized<'a> {
    profile: &'a RiskProfile,
    order: &'a OrderIntent<'a>,
    now: &'a AccountState,
    margin: &'a MarginAccount<'a>,
    against: Qty,
    size: OrderQty,
    cut: Option<String>,
}

impl Sized<'_> {
    fn parts(&self, size: OrderQty) -> Parts {
        parts(self.order, size, self.against, self.margin.reverse)
    }

    /// The position after the order, without its sign.
    fn after(&self, parts: Parts) -> Qty {
        let kept = if self.against.is_positive() { Qty::ZERO } else { self.now.held };
        kept + parts.opens
    }

    /// Margin and fee that a size takes beyond what the position takes now.
    fn need(&self, size: OrderQty) -> Cash {
        let (parts, price) = (self.parts(size), self.order.price);
        let after = super::notional(price, self.after(parts));
        let traded = super::notional(price, parts.closes) + super::notional(price, parts.opens);
        let initial = self.margin.terms.initial(after, self.profile.margin.max_leverage);
        initial - self.margin.held_margin + traded.fee(self.order.fee)
    }

    /// Check 3: free margin covers what the order adds, fee included. An order that lacks no more than its own fee is
    /// cut: one for all that the leverage allows leaves nothing for it.
    fn check_margin(&mut self) -> Result<(), Refusal> {
        let (need, free) = (self.need(self.size), self.margin.free_margin);
        if need <= free {
            return Ok(());
        }
        let parts = self.parts(self.size);
        let fee = super::notional(self.order.price, parts.closes + parts.opens).fee(self.order.fee);
        let detail = format!(
            "needs {need} of margin, fee included, {free} is free (`max_leverage` {})",
            self.profile.margin.max_leverage.to_f64() / 10_000.0
        );
        let allowed = self.profile.size_to_limit || need - fee <= free;
        self.cut_where(allowed, RefusalCode::InsufficientMargin, detail, |sized, size| {
            sized.need(size) <= free
        })
    }

    /// Check 4: what is opened, as a share of the equity.
    fn check_order_size(&mut self) -> Result<(), Refusal> {
        let Some(share) = self.profile.max_order_size else { return Ok(()) };
        let limit = self.now.equity.share(share);
        let price = self.order.price;
        let notional = |sized: &Self, size| super::notional(price, sized.parts(size).opens);
        let taken = notional(self, self.size);
        if taken <= limit {
            return Ok(());
        }
        let detail = format!("notional {taken} is above the order limit of {limit}");
        let allowed = self.profile.size_to_limit;
        self.cut_where(allowed, RefusalCode::OrderTooLarge, detail, |sized, size| {
            notional(sized, size) <= limit
        })
    }

    /// Check 5: the absolute notional of the position after the fill, with open orders on the same side.
    fn check_position(&mut self) -> Result<(), Refusal> {
        let Some(share) = self.profile.max_position_size else { return Ok(()) };
        let limit = self.now.equity.share(share);
        let price = self.order.price;
        let notional = |sized: &Self, size| {
            super::notional(price, sized.after(sized.parts(size))) + sized.now.waiting_buys
        };
        let taken = notional(self, self.size);
        if taken <= limit {
            return Ok(());
        }
        let detail = format!("a position of {taken} is above the limit of {limit}");
        let allowed = self.profile.size_to_limit;
        self.cut_where(allowed, RefusalCode::PositionLimitExceeded, detail, |sized, size| {
            notional(sized, size) <= limit
        })
    }

    /// Cuts the order to the largest quantity that `fits`, where that is `allowed` and a valid order that opens.
    fn cut_where(
        &mut self,
        allowed: bool,
        code: RefusalCode,
        detail: String,
        fits: impl Fn(&Self, OrderQty) -> bool,
    ) -> Result<(), Refusal> {
        let step = self.order.instrument.quantity_step;
        let most = quantity(self.order, self.size);
        let best = most.largest_that(step, |qty| fits(self, OrderQty::Qty(qty)));
        let cut = OrderQty::Qty(best);
        let opens = self.parts(cut).opens.is_positive();
        if !allowed || !opens || check_minimum(self.order, cut).is_err() {
            return Err(Refusal::new(code, detail));
        }
        self.size = cut;
        let note = format!("cut to {cut}: {detail}");
        self.cut = Some(self.cut.take().map_or_else(|| note.clone(), |before| format!("{before}; {note}")));
        Ok(())
    }
}

impl OrderQty {
    /// The quantity that this size is on margin, where an amount is a notional.
    pub fn on_margin(self, price: crate::domain::Price, step: Qty) -> Qty {
        match self {
            Self::Qty(qty) => qty,
            Self::Amount(amount) => Qty::affordable(amount, price, Bps::ZERO, step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InitialMargin, Instrument, MaintenanceBasis, MarginKind, Symbol};
    use crate::risk::{LossStreak, Losses};
    use crate::scenario::MarginLimits;

    fn cash(text: &str) -> Cash {
        text.parse().unwrap()
    }

    fn qty(text: &str) -> Qty {
        text.parse().unwrap()
    }

    fn terms() -> MarginTerms {
        MarginTerms {
            kind: MarginKind::Perpetual,
            initial: InitialMargin::Leverage(Bps::from_percent(2_000.0)),
            maintenance: MarginTerms::brackets(&[(None, Bps::from_percent(0.5))]),
            maintenance_on: MaintenanceBasis::Mark,
            liquidation_fee: Bps::ZERO,
            borrow_fee: Bps::ZERO,
            interest: Bps::ZERO,
            funding: None,
            mark: None,
            zero_funding_gaps: false,
        }
    }

    fn profile(leverage: f64, allow_short: bool) -> RiskProfile {
        let max_leverage = Bps::from_percent(leverage * 100.0);
        let margin = MarginLimits { max_leverage, allow_short, ..MarginLimits::default() };
        RiskProfile { margin, ..RiskProfile::unlimited() }
    }

    fn ask(
        profile: &RiskProfile,
        side: Side,
        size: OrderQty,
        position: &str,
        flags: (bool, bool),
    ) -> Result<Accepted, RefusalCode> {
        let instrument =
            Instrument { quantity_step: qty("0.1"), ..Instrument::with_defaults(Symbol::new("A").unwrap()) };
        let (reduce_only, reverse) = flags;
        let (price, fee) = ("100".parse().unwrap(), Bps::from_f64(10.0));
        let order = OrderIntent {
            instrument: &instrument,
            side,
            size,
            price,
            fee,
            rests: false,
            reduce_only,
            from_proceeds: false,
        };
        let (terms, position) = (terms(), qty(position));
        let held_margin = terms.initial(Cash::notional(price, position.abs()), profile.margin.max_leverage);
        let margin = MarginAccount {
            terms: &terms,
            position,
            held_margin,
            free_margin: cash("1000") - held_margin,
            reverse,
        };
        let losses = Losses {
            day_start: cash("1000"),
            peak: cash("1000"),
            streak: LossStreak::default(),
            day: Default::default(),
        };
        let account = AccountState {
            equity: cash("1000"),
            available: Cash::ZERO,
            held: position.abs(),
            free: position.abs(),
            close: price,
            waiting_buys: Cash::ZERO,
            resting: 0,
            sent: 1,
            losses,
        };
        check_on_margin(profile, &order, &account, &margin).map_err(|refusal| refusal.code)
    }

    #[test]
    fn margin_covers_notional_over_leverage_and_the_fee() {
        let of =
            |size: &str| ask(&profile(3.0, false), Side::Buy, OrderQty::Qty(qty(size)), "0", (false, false));
        // 29.9 at 100: 2990 / 3 = 996.67 and a fee of 2.99: 999.66.
        assert!(of("29.9").unwrap().cut.is_none());
        // 30: 1000 and a fee of 3: lacks the fee only, and is cut.
        let accepted = of("30").unwrap();
        assert_eq!((accepted.size, accepted.cut.is_some()), (OrderQty::Qty(qty("29.9")), true));
        assert_eq!(of("30.1"), Err(RefusalCode::InsufficientMargin));
    }

    #[test]
    fn a_short_needs_permission_and_a_reduction_needs_none() {
        let sell = |allow: bool, size: &str, position: &str| {
            ask(&profile(2.0, allow), Side::Sell, OrderQty::Qty(qty(size)), position, (false, false))
        };
        assert_eq!(sell(false, "1", "0"), Err(RefusalCode::InsufficientBalance));
        assert_eq!(sell(false, "3", "2"), Err(RefusalCode::InsufficientBalance));
        assert!(sell(false, "2", "2").is_ok());
        assert!(sell(true, "3", "2").is_ok());
        assert!(sell(true, "19.9", "0").is_ok());
    }

    #[test]
    fn reduce_only_never_passes_zero_and_a_reversal_frees_what_it_closes() {
        let open = profile(1.0, true);
        let reduced = ask(&open, Side::Buy, OrderQty::Qty(qty("5")), "-3", (true, false)).unwrap();
        assert_eq!(reduced.size, OrderQty::Qty(qty("3")));
        let none = ask(&open, Side::Sell, OrderQty::Qty(qty("5")), "-3", (true, false));
        assert_eq!(none, Err(RefusalCode::InsufficientBalance));
        // A long of 9 and all but its fee again on the other side: 9 are freed first.
        let reversed = ask(&open, Side::Sell, OrderQty::Qty(qty("9")), "9", (false, true)).unwrap();
        assert_eq!(reversed.size, OrderQty::Qty(qty("9")));
    }
}
