//! Conditions over named numbers: `fast < slow and fast * 2 <= 50`. Same tokens and grammar as conditions
//! over bars, but a name refers to an entry of a given list instead of a column. Evaluated exactly, in
//! decimals as written.

use std::ops::Range;

use super::ExprError;
use super::fraction::Fraction;
use super::syntax::{Node, NodeKind, Operator, tree};
use super::token::tokens;
use crate::scenario::{BinaryOp, suggest};

/// A condition over named numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedCondition {
    text: String,
    root: Term,
}

/// A node of the expression; comparisons and logic yield 1 or 0.
#[derive(Debug, Clone, PartialEq)]
enum Term {
    Number(Fraction),
    /// Index of the name in the list.
    Named(usize),
    Negate(Box<Term>),
    Not(Box<Term>),
    Binary(BinaryOp, Box<Term>, Box<Term>),
}

impl NamedCondition {
    /// Parses a condition over these names.
    ///
    /// # Errors
    /// The first error, with its span.
    pub fn parse(text: &str, names: &[&str]) -> Result<Self, ExprError> {
        let tokens = tokens(text)?;
        let node = tree(&tokens)?;
        let root = term(text, &node, names, true)?;
        Ok(Self { text: text.trim().to_owned(), root })
    }

    /// The source text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates the condition for these numbers, in the order of the names. A name without a number or a
    /// division by zero makes every comparison that uses it false.
    pub fn holds(&self, numbers: &[Option<Fraction>]) -> bool {
        self.root.value(numbers).is_some_and(|value| !value.is_zero())
    }
}

/// Serialised as its source text.
impl serde::Serialize for NamedCondition {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}

/// Converts a node, which must be a condition or a number as `condition` says.
fn term(text: &str, node: &Node<'_>, names: &[&str], condition: bool) -> Result<Term, ExprError> {
    let (term, is_condition) = match &node.kind {
        NodeKind::Number(value) => (Term::Number(exact(text, node, *value)?), false),
        NodeKind::Term { name, name_span, args } => (named(name, name_span, args.is_some(), names)?, false),
        NodeKind::At { at, .. } => return Err(no_bars(at.span.clone())),
        NodeKind::Clock(_) => {
            let error = ExprError::new(node.span.clone(), "times of day are not allowed here");
            return Err(error.with_help("only swept parameters, numbers and operators"));
        }
        NodeKind::Negate(of) => (Term::Negate(Box::new(term(text, of, names, false)?)), false),
        NodeKind::Not(of) => (Term::Not(Box::new(term(text, of, names, true)?)), true),
        NodeKind::Binary { op, left, right } => {
            let Operator::Plain(op) = op else { return Err(no_bars(node.span.clone())) };
            let logic = matches!(op, BinaryOp::And | BinaryOp::Or);
            let (left, right) = (term(text, left, names, logic)?, term(text, right, names, logic)?);
            (Term::Binary(*op, Box::new(left), Box::new(right)), !op.is_arithmetic())
        }
    };
    if is_condition == condition {
        return Ok(term);
    }
    let (found, wanted) = if condition { ("a number", "a condition") } else { ("a condition", "a number") };
    let error = ExprError::new(node.span.clone(), format!("expected {wanted}, found {found}"));
    Err(error
        .with_help("compare numbers with <, <=, >, >=, == or !=, and combine comparisons with and, or, not"))
}

/// The literal's exact value, from its digits instead of the rounded float.
fn exact(text: &str, node: &Node<'_>, value: f64) -> Result<Fraction, ExprError> {
    let digits = text.get(node.span.clone()).unwrap_or_default().trim_matches(['(', ')', ' ', '\t']);
    Fraction::parse(digits).or_else(|| Fraction::of_float(value)).ok_or_else(|| {
        ExprError::new(node.span.clone(), format!("`{digits}` is too large or has too many decimal places"))
    })
}

fn named(name: &str, span: &Range<usize>, called: bool, names: &[&str]) -> Result<Term, ExprError> {
    if called {
        let error = ExprError::new(span.clone(), format!("`{name}` cannot be called here"));
        return Err(error.with_help("only swept parameters, numbers and operators"));
    }
    names.iter().position(|known| *known == name).map(Term::Named).ok_or_else(|| {
        let error = ExprError::new(span.clone(), format!("`{name}` is not a swept parameter"));
        error.maybe_help(suggest::help(name, names))
    })
}

fn no_bars(span: Range<usize>) -> ExprError {
    ExprError::new(span, "timeframes are not allowed here")
        .with_help("only swept parameters, numbers and operators")
}

impl Term {
    fn value(&self, numbers: &[Option<Fraction>]) -> Option<Fraction> {
        let truth = |holds: bool| Some(Fraction::from(i64::from(holds)));
        match self {
            Self::Number(value) => Some(value.clone()),
            Self::Named(index) => numbers.get(*index).cloned().flatten(),
            Self::Negate(of) => of.value(numbers).map(Fraction::negated),
            Self::Not(of) => of.value(numbers).and_then(|value| truth(value.is_zero())),
            Self::Binary(op, left, right) => {
                let (left, right) = (left.value(numbers)?, right.value(numbers)?);
                match op {
                    BinaryOp::Add => Some(left.plus(&right)),
                    BinaryOp::Subtract => Some(left.plus(&right.negated())),
                    BinaryOp::Multiply => Some(left.times(&right)),
                    BinaryOp::Divide => left.over(&right),
                    BinaryOp::Remainder => left.remainder(&right),
                    BinaryOp::Less => truth(left < right),
                    BinaryOp::LessOrEqual => truth(left <= right),
                    BinaryOp::Greater => truth(left > right),
                    BinaryOp::GreaterOrEqual => truth(left >= right),
                    BinaryOp::Equal => truth(left == right),
                    BinaryOp::NotEqual => truth(left != right),
                    BinaryOp::And => truth(!left.is_zero() && !right.is_zero()),
                    BinaryOp::Or => truth(!left.is_zero() || !right.is_zero()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, numbers: &[Option<f64>]) -> bool {
        let numbers: Vec<_> = numbers.iter().map(|number| number.and_then(Fraction::of_float)).collect();
        NamedCondition::parse(text, &["fast", "slow"]).unwrap().holds(&numbers)
    }

    #[test]
    fn decimals_are_compared_as_decimals() {
        for text in [
            "slow >= 3 * fast",
            "slow / fast >= 3",
            "fast + fast + fast == slow",
            "slow - (0.1) == 0.2",
            "fast + 0.2 == 0.3",
            "fast / 3 * 3 == fast",
            "fast > 0.09999999999999999999",
            "slow % fast == 0 and slow % 0.2 == 0.1 and -slow % 0.2 == -0.1",
        ] {
            assert!(holds(text, &[Some(0.1), Some(0.3)]), "{text}");
        }
        assert!(!holds("fast != 1e-1", &[Some(0.1), Some(0.3)]));
    }

    #[test]
    fn conditions_are_evaluated() {
        let numbers = [Some(5.0), Some(20.0)];
        for text in ["fast < slow", "fast * 4 == slow", "not slow <= fast", "fast + 1 > 5 and -fast < 0"] {
            assert!(holds(text, &numbers), "{text}");
        }
        for text in ["fast >= slow", "slow / fast != 4", "fast > slow or fast == slow"] {
            assert!(!holds(text, &numbers), "{text}");
        }
    }

    #[test]
    fn conditions_on_missing_numbers_are_false() {
        assert!(!holds("fast < slow", &[None, Some(1.0)]));
        assert!(!holds("not fast < slow", &[None, Some(1.0)]));
        assert!(!holds("slow / (fast - 1) > 0", &[Some(1.0), Some(1.0)]));
        assert!(!holds("slow % (fast - 1) >= 0", &[Some(1.0), Some(1.0)]));
    }

    #[test]
    fn errors_have_spans() {
        for (text, message, part) in [
            ("fsat < slow", "`fsat` is not a swept parameter", "fsat"),
            ("fast + slow", "expected a condition, found a number", "fast + slow"),
            ("(fast < slow) + 1 > 0", "expected a number, found a condition", "(fast < slow)"),
            ("fast@4h < slow", "timeframes are not allowed here", "@4h"),
            ("fast < 9:30", "times of day are not allowed here", "9:30"),
            ("sma(3) < slow", "`sma` cannot be called here", "sma"),
            ("fast <", "expected a value, found the end", ""),
        ] {
            let error = NamedCondition::parse(text, &["fast", "slow"]).unwrap_err();
            assert_eq!((error.message.as_str(), &text[error.span]), (message, part));
        }
    }
}
