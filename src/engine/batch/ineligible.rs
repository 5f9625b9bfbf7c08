//! Why a job has to go through the general engine.

/// Why a parameterisation is not for the batch engine. No failure: the general engine takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Ineligible {
    /// Bars were made to fill holes, the only symbol lacks one, one of several ends early, has an order that waits for a bar,
    /// or is on margin.
    #[error("the symbols' bars have holes that matter to its orders, or one of several symbols is on margin")]
    Symbols,
    /// Dividends are paid in the market.
    #[error("a symbol pays dividends, which are posted on the way")]
    Dividends,
    /// The agent starts with positions.
    #[error("the agent starts with positions")]
    Carried,
    /// An instrument is on margin, and the strategy is none of crosses, reversion or breakout.
    #[error("an instrument is on margin, and the strategy does not trade crosses, reversion or breakout")]
    Margin,
    /// A position comes as far as its liquidation, an account to a margin call or to nothing.
    #[error("a position on margin could be liquidated on the way, or its account called")]
    Liquidation,
    /// The strategy neither trades the crosses of two lines of the scenario's own interval, nor decides by the bars alone.
    #[error("the strategy's decisions do not follow from the bars alone, symbol by symbol")]
    Strategy,
    /// An entry asks for nothing, or in a spot account for a quantity or for more than the equity.
    #[error("the order size is not a share of the equity, above zero and at most the whole of it")]
    Size,
    /// Fills are not plain: at the close, under a participation cap, with a model of slippage, at a fee above the whole,
    /// or protective orders with another path in the bar than the adverse one.
    #[error(
        "the venue does not fill whole orders at the next open at a fixed slippage, or reads bars along a path"
    )]
    Venue,
    /// A limit of the risk profile could bind that is not looked at here.
    #[error("a limit of the risk profile could bind")]
    Risk,
    /// A price or an amount does not fit the batch engine's integers.
    #[error("a price or an amount is too large or too small")]
    TooLarge,
    /// Two lines touched without crossing after an order had been refused, or two orders were sent at one close.
    #[error(
        "two lines touched without crossing after an order had been refused, or two orders meet at one close"
    )]
    CloseCall,
}
