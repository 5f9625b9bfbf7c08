//! The random numbers of one strategy in one window.

use std::cell::RefCell;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::Setup;
use crate::domain::Timestamp;

/// Uniform in `[0, 1)`, from the upper 53 bits of a generator's next number.
#[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
pub(in crate::strategy) fn unit(generator: &mut ChaCha12Rng) -> f64 {
    (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A stream of its own for every bar: what is drawn at a bar does not depend on how often the strategy was called
/// before it.
#[derive(Debug, Default)]
pub(super) struct Stream {
    key: [u8; 32],
    current: RefCell<BarStream>,
}

impl Stream {
    /// Keyed with the scenario's seed, the agent's name and the window's number.
    pub fn of(setup: &Setup<'_>) -> Self {
        let key = setup.seed.key(&["strategy", "own", setup.agent, &setup.window.to_string()]);
        Self { key, current: RefCell::new(BarStream { key, ..BarStream::default() }) }
    }

    /// The next number of the bar that opened at `open_time`.
    pub fn draw(&self, open_time: Timestamp) -> f64 {
        let mut current = self.current.borrow_mut();
        if current.at != open_time {
            current.begin(open_time);
        }
        current.draw()
    }

    /// The same streams, for one that draws out of the context's reach.
    pub const fn bars(&self) -> BarStream {
        BarStream { key: self.key, at: Timestamp::from_micros(0), generator: None }
    }
}

/// The random numbers of one bar after the other.
#[derive(Debug, Default)]
pub(crate) struct BarStream {
    key: [u8; 32],
    at: Timestamp,
    /// Made with the first number of a bar.
    generator: Option<ChaCha12Rng>,
}

impl BarStream {
    /// Goes to the bar that opened at this time, before its first number.
    pub fn begin(&mut self, open_time: Timestamp) {
        self.at = open_time;
        self.generator = None;
    }

    /// The bar's next number.
    #[expect(clippy::cast_sign_loss, reason = "a stream's number, not an amount")]
    pub fn draw(&mut self) -> f64 {
        let (key, at) = (self.key, self.at);
        unit(self.generator.get_or_insert_with(|| {
            let mut generator = ChaCha12Rng::from_seed(key);
            generator.set_stream(at.micros() as u64);
            generator
        }))
    }
}
