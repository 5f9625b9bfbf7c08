//! From a decision to actions: cancels and closes first, then orders, or target weights instead.

use super::message::Act;
use super::observation::Told;
use super::reply;
use crate::domain::{Bps, OrderId, OrderRequest};
use crate::strategy::{BarContext, Orders, rebalance};

/// Carries out what an agent decides.
#[derive(Debug, Default)]
pub struct Acting {
    /// Orders that wait for the cancels and closes of the same answer.
    orders: Vec<(OrderRequest, Option<String>)>,
}

impl Acting {
    /// Adds the actions of a decision to `orders`. Its orders come with [`Self::place`] where it cancels or closes.
    ///
    /// # Errors
    /// What makes it no decision, as a fault of the agent.
    pub fn act(
        &mut self,
        act: &Act,
        ctx: &BarContext<'_>,
        told: &mut Told,
        orders: &mut Orders,
    ) -> Result<(), String> {
        if let Some(targets) = reply::weights(act, ctx)? {
            reply::cancels(act).for_each(|action| orders.push(action));
            rebalance(ctx, &targets, Bps::ZERO, orders);
            return Ok(());
        }
        let requests = reply::entering(act, ctx)?;
        let references = act.orders.iter().map(|order| order.reference.clone());
        self.orders = requests.into_iter().zip(references).collect();
        let leaving = reply::leaving(act, ctx);
        if leaving.is_empty() {
            self.place(ctx, told, orders);
        } else {
            leaving.into_iter().for_each(|action| orders.push(action));
        }
        Ok(())
    }

    /// Places the orders that wait; their numbers follow each other.
    pub fn place(&mut self, ctx: &BarContext<'_>, told: &mut Told, orders: &mut Orders) {
        let mut id = ctx.account().next_order_id();
        for (order, reference) in self.orders.drain(..) {
            orders.place(order);
            if let Some(reference) = reference {
                told.name(id, reference);
            }
            id = OrderId(id.0 + 1);
        }
    }
}
