//! The engine on small markets by hand, one file a subject.

mod brackets;
mod breaches;
mod carried;
mod fills;
mod isolation;
mod lifetimes;
mod purchases;
mod refusals;
mod results;
mod slippages;
