//! A strategy that is a Python object.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use tiltyard::{BarContext, Orders, Strategy, StrategyError};

use crate::context::{Context, Declared, Want, Wants};
use crate::orders;

/// What the windows of one agent have in common.
pub struct Class {
    /// Makes the strategy of a window.
    pub factory: Py<PyAny>,
    pub wants: Arc<Wants>,
    /// Set by Ctrl-C inside a strategy.
    pub cancel: Arc<AtomicBool>,
}

/// The strategy of one window.
pub struct PythonStrategy {
    class: Arc<Class>,
    window: Option<Window>,
}

struct Window {
    on_bar: Py<PyAny>,
    end: Option<Py<PyAny>>,
    context: Py<Context>,
}

impl PythonStrategy {
    pub const fn new(class: Arc<Class>) -> Self {
        Self { class, window: None }
    }

    /// The text of an exception, with its traceback.
    fn failed(&self, py: Python<'_>, error: &PyErr) -> StrategyError {
        if error.is_instance_of::<PyKeyboardInterrupt>(py) {
            self.class.cancel.store(true, Ordering::Relaxed);
        }
        let trace = error.traceback(py).and_then(|trace| trace.format().ok()).unwrap_or_default();
        format!("{trace}{error}").into()
    }

    fn begin(&mut self, py: Python<'_>, needs: &mut tiltyard::Needs) -> Result<(), StrategyError> {
        let failed = |error: PyErr| self.failed(py, &error);
        let instance = self.class.factory.bind(py).call0().map_err(failed)?;
        if let Ok(declare) = instance.getattr("declare") {
            let own = Py::new(py, Needs::default()).map_err(failed)?;
            declare.call1((&own,)).map_err(failed)?;
            own.borrow(py).tell(needs, &self.class.wants);
        }
        let mut declared = Declared {
            readings: Vec::new(),
            histories: Vec::new(),
            timeframes: Vec::new(),
            orders: false,
            random: false,
        };
        for want in self.class.wants.all() {
            match want {
                Want::Indicator(text) => {
                    let id = needs.indicator(&text)?;
                    declared.readings.push((text, id));
                }
                Want::Values(text) => {
                    let id = needs.indicator(&text)?;
                    declared.histories.push((text, id));
                }
                Want::Bars(text) => {
                    let own = needs.interval().to_string();
                    let id = needs.timeframe(if text.is_empty() { &own } else { &text }, 0)?;
                    declared.timeframes.push((text, id));
                }
                Want::OpenOrders => declared.orders = true,
                Want::Random => declared.random = true,
            }
        }
        let context = Context::new(Arc::clone(&self.class.wants), declared);
        self.window = Some(Window {
            on_bar: instance.getattr("on_bar").map_err(failed)?.unbind(),
            end: instance.getattr("end").ok().map(Bound::unbind),
            context: Py::new(py, context).map_err(failed)?,
        });
        Ok(())
    }
}

impl Strategy for PythonStrategy {
    fn declare(&mut self, needs: &mut tiltyard::Needs) -> Result<(), StrategyError> {
        Python::attach(|py| self.begin(py, needs))
    }

    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        Python::attach(|py| {
            let Some(window) = &self.window else { return Err("the strategy has not begun".into()) };
            let context = window.context.bind(py);
            let decided = context.borrow().follow(py, ctx).and_then(|()| window.on_bar.call1(py, (context,)));
            decided.map_err(|error| self.failed(py, &error))?;
            if self.class.wants.has_new() {
                // The strategy has caught the exception that stops the run.
                return Err("the run begins again".into());
            }
            orders::place(context.borrow().take_orders(), orders);
            Ok(())
        })
    }

    fn end(&mut self, ctx: &BarContext<'_>) {
        Python::attach(|py| {
            let Some(Window { end: Some(end), context, .. }) = &self.window else { return };
            let context = context.bind(py);
            // Nothing can be decided any more: an exception here is shown, and changes nothing.
            let ended = context.borrow().follow(py, ctx).and_then(|()| end.call1(py, (context,)).map(drop));
            if let Err(error) = ended {
                error.print(py);
            }
        });
    }
}

/// What a strategy says that it reads.
#[pyclass(skip_from_py_object, module = "tiltyard")]
#[derive(Default)]
pub struct Needs {
    bars: u32,
    look_back: u32,
    symbols: Option<Vec<String>>,
    wants: BTreeSet<Want>,
    timeframes: Vec<(String, u32)>,
}

#[pymethods]
impl Needs {
    /// So many bars before the window's first can be read, of the scenario's interval or of a coarser timeframe.
    #[pyo3(signature = (count, timeframe = ""))]
    fn bars(&mut self, count: u32, timeframe: &str) {
        self.wants.insert(Want::Bars(timeframe.to_owned()));
        if timeframe.is_empty() {
            self.bars = self.bars.max(count);
        } else {
            self.timeframes.push((timeframe.to_owned(), count));
        }
    }

    /// An indicator in the words of the rule language.
    fn indicator(&mut self, text: &str) {
        self.wants.insert(Want::Indicator(text.to_owned()));
    }

    /// Every indicator has its values also so many bars before the first decision.
    fn look_back(&mut self, bars: u32) {
        self.look_back = self.look_back.max(bars);
    }

    /// Trades these symbols only.
    fn symbols(&mut self, names: Vec<String>) {
        self.symbols.get_or_insert_default().extend(names);
    }
}

impl Needs {
    fn tell(&self, needs: &mut tiltyard::Needs, wants: &Wants) {
        needs.bars(self.bars);
        needs.look_back(self.look_back);
        if let Some(symbols) = &self.symbols {
            needs.symbols(symbols.iter().cloned());
        }
        for (timeframe, bars) in &self.timeframes {
            // A text that is no timeframe is refused where the wants are declared.
            let _ = needs.timeframe(timeframe, *bars);
        }
        wants.know(&self.wants);
    }
}
