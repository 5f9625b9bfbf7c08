//! The engine in Python: what the package `tiltyard` calls.
//!
//! Owns the way of values between the two languages: scenarios as text, bars as Arrow tables, strategies as objects,
//! results as folders and JSON. Never decides anything that the library decides.

mod bars;
mod context;
mod failure;
mod observer;
mod orders;
mod run;
mod statistics;
mod strategy;

use pyo3::prelude::*;

/// The compiled part of the package.
#[pymodule]
fn _tiltyard(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<context::Context>()?;
    module.add_class::<context::ClosedBars>()?;
    module.add_class::<strategy::Needs>()?;
    module.add_function(wrap_pyfunction!(run::run, module)?)?;
    module.add_function(wrap_pyfunction!(run::check, module)?)?;
    module.add_function(wrap_pyfunction!(run::shard, module)?)?;
    module.add_function(wrap_pyfunction!(bars::hold, module)?)?;
    module.add_class::<bars::Held>()?;
    module.add_function(wrap_pyfunction!(statistics::metrics, module)?)?;
    module.add_function(wrap_pyfunction!(statistics::rank, module)?)?;
    module.add_function(wrap_pyfunction!(statistics::evidence, module)?)
}
