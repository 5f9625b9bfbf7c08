//! Conditions over named numbers: `fast < slow and fast * 2 <= 50`. The same words and syntax as conditions
//! over bars; a name is one of a given list instead of a column.

use std::ops::Range;

use super::ExprError;
use super::syntax::{Node, NodeKind, Operator, tree};
use super::token::tokens;
use crate::scenario::{BinaryOp, suggest};

/// A condition over named numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedCondition {
    text: String,
    root: Term,
}

/// Its parts; comparisons and logic yield 1 or 0.
#[derive(Debug, Clone, PartialEq)]
enum Term {
    Number(f64),
    /// The place of the name in the list.
    Named(usize),
    Negate(Box<Term>),
    Not(Box<Term>),
    Binary(BinaryOp, Box<Term>, Box<Term>),
}

impl NamedCondition {
    /// The condition that `text` says of these names.
    ///
    /// # Errors
    /// The first mistake, with its place in the text.
    pub fn parse(text: &str, names: &[&str]) -> Result<Self, ExprError> {
        let tokens = tokens(text)?;
        let node = tree(&tokens)?;
        let root = term(&node, names, true)?;
        Ok(Self { text: text.trim().to_owned(), root })
    }

    /// As the user wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds for these numbers, in the order of the names. Where a name has no number, or a
    /// divisor is zero, nothing that uses it holds.
    pub fn holds(&self, numbers: &[Option<f64>]) -> bool {
        self.root.value(numbers) == Some(1.0)
    }
}

/// As its text.
impl serde::Serialize for NamedCondition {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}

/// A part of this kind.
fn term(node: &Node<'_>, names: &[&str], condition: bool) -> Result<Term, ExprError> {
    let (term, is_condition) = match &node.kind {
        NodeKind::Number(value) => (Term::Number(*value), false),
        NodeKind::Term { name, name_span, args } => (named(name, name_span, args.is_some(), names)?, false),
        NodeKind::At { timeframe_span, .. } => return Err(no_bars(timeframe_span.clone())),
        NodeKind::Negate(of) => (Term::Negate(Box::new(term(of, names, false)?)), false),
        NodeKind::Not(of) => (Term::Not(Box::new(term(of, names, true)?)), true),
        NodeKind::Binary { op, left, right } => {
            let Operator::Plain(op) = op else { return Err(no_bars(node.span.clone())) };
            let logic = matches!(op, BinaryOp::And | BinaryOp::Or);
            let (left, right) = (term(left, names, logic)?, term(right, names, logic)?);
            (Term::Binary(*op, Box::new(left), Box::new(right)), !is_arithmetic(*op))
        }
    };
    if is_condition == condition {
        return Ok(term);
    }
    let (found, wanted) = if condition { ("a number", "a condition") } else { ("a condition", "a number") };
    let error = ExprError::new(node.span.clone(), format!("{found} where {wanted} is needed"));
    Err(error
        .with_help("compare numbers with <, <=, >, >=, == or !=, and join comparisons with and, or, not"))
}

const fn is_arithmetic(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide)
}

fn named(name: &str, span: &Range<usize>, called: bool, names: &[&str]) -> Result<Term, ExprError> {
    if called {
        let error = ExprError::new(span.clone(), format!("`{name}` cannot be called here"));
        return Err(error.with_help("only swept parameters, numbers and operators"));
    }
    names.iter().position(|known| *known == name).map(Term::Named).ok_or_else(|| {
        let error = ExprError::new(span.clone(), format!("`{name}` is no swept parameter"));
        error.maybe_help(suggest::help(name, names))
    })
}

fn no_bars(span: Range<usize>) -> ExprError {
    ExprError::new(span, "there are no bars here").with_help("only swept parameters, numbers and operators")
}

impl Term {
    fn value(&self, numbers: &[Option<f64>]) -> Option<f64> {
        let truth = |holds: bool| Some(f64::from(u8::from(holds)));
        match self {
            Self::Number(value) => Some(*value),
            Self::Named(place) => numbers.get(*place).copied().flatten(),
            Self::Negate(of) => of.value(numbers).map(|value| -value),
            Self::Not(of) => of.value(numbers).and_then(|value| truth(value == 0.0)),
            Self::Binary(op, left, right) => {
                let (left, right) = (left.value(numbers)?, right.value(numbers)?);
                match op {
                    BinaryOp::Add => Some(left + right),
                    BinaryOp::Subtract => Some(left - right),
                    BinaryOp::Multiply => Some(left * right),
                    BinaryOp::Divide => (right != 0.0).then(|| left / right),
                    BinaryOp::Less => truth(left < right),
                    BinaryOp::LessOrEqual => truth(left <= right),
                    BinaryOp::Greater => truth(left > right),
                    BinaryOp::GreaterOrEqual => truth(left >= right),
                    BinaryOp::Equal => truth(left == right),
                    BinaryOp::NotEqual => truth(left != right),
                    BinaryOp::And => truth(left != 0.0 && right != 0.0),
                    BinaryOp::Or => truth(left != 0.0 || right != 0.0),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, numbers: &[Option<f64>]) -> bool {
        NamedCondition::parse(text, &["fast", "slow"]).unwrap().holds(numbers)
    }

    #[test]
    fn conditions_are_worked_out() {
        let numbers = [Some(5.0), Some(20.0)];
        for text in ["fast < slow", "fast * 4 == slow", "not slow <= fast", "fast + 1 > 5 and -fast < 0"] {
            assert!(holds(text, &numbers), "{text}");
        }
        for text in ["fast >= slow", "slow / fast != 4", "fast > slow or fast == slow"] {
            assert!(!holds(text, &numbers), "{text}");
        }
    }

    #[test]
    fn what_has_no_number_does_not_hold() {
        assert!(!holds("fast < slow", &[None, Some(1.0)]));
        assert!(!holds("not fast < slow", &[None, Some(1.0)]));
        assert!(!holds("slow / (fast - 1) > 0", &[Some(1.0), Some(1.0)]));
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, message, part) in [
            ("fsat < slow", "`fsat` is no swept parameter", "fsat"),
            ("fast + slow", "a number where a condition is needed", "fast + slow"),
            ("(fast < slow) + 1 > 0", "a condition where a number is needed", "(fast < slow)"),
            ("fast@4h < slow", "there are no bars here", "@4h"),
            ("sma(3) < slow", "`sma` cannot be called here", "sma"),
            ("fast <", "expected a value, found the end", ""),
        ] {
            let error = NamedCondition::parse(text, &["fast", "slow"]).unwrap_err();
            assert_eq!((error.message.as_str(), &text[error.span]), (message, part));
        }
    }
}
