//! What an indicator reads in place of its own field: `rsi(14)` in `sma(rsi(14), 3)`.
//!
//! A source is a number in each bar of the indicator's own timeframe and symbol. It names neither itself, and does not
//! look back.

use super::ExprError;
use super::checker::{Checker, Kind, SeriesPlace};
use super::syntax::{Node, NodeKind};
use super::table::find;
use super::words::Meaning;
use crate::domain::Formula;

/// How many indicators can stand inside one another.
const MAX_DEPTH: usize = 5;

impl<'t> Checker<'_, 't> {
    /// The formula of the indicator's first argument.
    pub fn source(&mut self, node: &Node<'t>, indicator: &str, place: SeriesPlace) -> Option<Formula> {
        if let Some(error) = self.no_source(node, indicator) {
            return self.report(error);
        }
        let outside = std::mem::replace(&mut self.place, place);
        let expr = self.expect(node, Kind::Number);
        self.place = outside;
        let expr = expr?;
        if expr.finest_timeframe().is_none() {
            let message = format!("`{}` is constant", self.quote(&node.span));
            let help = format!("`{indicator}` reads a field, an indicator, or a formula of them");
            return self.report(ExprError::new(node.span.clone(), message).with_help(help));
        }
        expr.formula(place.timeframe, place.symbol).or_else(|| {
            let message = format!("`{}` is read in the scenario's interval only", self.quote(&node.span));
            let help = format!("`{indicator}` reads bars of {}", place.timeframe);
            self.report(ExprError::new(node.span.clone(), message).with_help(help))
        })
    }

    /// What keeps a node from being a source, at the part that does.
    fn no_source(&self, node: &Node<'t>, indicator: &str) -> Option<ExprError> {
        let of = |part: &Node<'t>| self.no_source(part, indicator);
        match &node.kind {
            NodeKind::At { of: inner, at } => {
                let written = self.quote(&at.span);
                let message =
                    format!("`{written}` stands inside `{indicator}`, which reads one series of bars");
                let help = format!(
                    "write it after the indicator: `{indicator}({}, ..){written}`",
                    self.quote(&inner.span)
                );
                Some(ExprError::new(at.span.clone(), message).with_help(help))
            }
            NodeKind::Term { name, name_span, args } => {
                let refused = match find(name).map(|word| &word.meaning) {
                    Some(Meaning::Ago) => Some(("look back", format!("write `ago({indicator}(..), n)`"))),
                    Some(Meaning::Position(_)) => Some((
                        "have earlier values",
                        "the position is known at the deciding close only".to_owned(),
                    )),
                    _ => None,
                };
                match refused {
                    Some((what, help)) => {
                        let message = format!("`{name}` cannot {what} inside `{indicator}`");
                        Some(ExprError::new(name_span.clone(), message).with_help(help))
                    }
                    None => args.iter().flatten().find_map(of),
                }
            }
            NodeKind::Negate(part) | NodeKind::Not(part) => of(part),
            NodeKind::Binary { left, right, .. } => of(left).or_else(|| of(right)),
            NodeKind::Number(_) | NodeKind::Clock(_) => None,
        }
    }

    /// Reports indicators that stand too deep inside one another, at the one that is one too many.
    pub fn not_too_deep(&mut self, built: &Formula, source: Option<&Node<'t>>) -> Option<()> {
        let depth = built.columns().map(crate::domain::IndicatorSpec::depth).max().unwrap_or(0);
        match source {
            Some(node) if depth > MAX_DEPTH => {
                let message = format!("indicators stand {depth} deep inside one another");
                let help = format!("at most {MAX_DEPTH}; compute the inner ones over fewer steps");
                self.report(ExprError::new(node.span.clone(), message).with_help(help))
            }
            _ => Some(()),
        }
    }
}
