//! A module in one window: its memory, its limits, and what it can call.

use wasmi::{Error, Memory, Store, StoreLimitsBuilder, TrapCode, TypedFunc};

use super::host::Host;
use super::module::Module;
use crate::process::Tail;
use crate::scenario::WasmSpec;
use crate::strategy::BarStream;

/// Bytes of a buffer whose length the module does not say.
pub const BUFFER: usize = 1 << 16;
/// Elements that the tables of a module may have together.
const TABLE_ELEMENTS: usize = 1 << 20;

/// Why a module cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Its fuel is spent.
    Fuel,
    /// It asked for more memory than it may have.
    Memory,
    /// Anything else, as a sentence about it.
    Other(String),
}

/// A module in one window.
#[derive(Debug)]
pub struct Live {
    store: Store<Host>,
    memory: Memory,
    on_bar: TypedFunc<u32, u32>,
    buffer: usize,
    /// How long a message may be.
    capacity: usize,
}

impl Live {
    /// Makes an instance with a memory of its own and asks where its buffer is. `random` are the numbers that it may
    /// draw.
    ///
    /// # Errors
    /// Why it cannot take part.
    pub fn start(module: &Module, spec: &WasmSpec, random: BarStream) -> Result<Self, Fault> {
        let bytes = usize::try_from(u64::from(spec.memory_mb) << 20).unwrap_or(usize::MAX);
        let limits = StoreLimitsBuilder::new()
            .memory_size(bytes)
            .table_elements(TABLE_ELEMENTS)
            .instances(1)
            .memories(1)
            .trap_on_grow_failure(true)
            .build();
        let host = Host { limits, log: Tail::default(), random };
        let mut store = Store::new(module.compiled.engine(), host);
        store.limiter(|host| &mut host.limits);
        let fault = |error: Error| Fault::of(&error);
        store.set_fuel(spec.decision_fuel).map_err(fault)?;
        let instance = module.linker.instantiate_and_start(&mut store, &module.compiled).map_err(fault)?;
        let missing = || Fault::Other("it has no memory".to_owned());
        let memory = instance.get_memory(&store, "memory").ok_or_else(missing)?;
        let on_bar = instance.get_typed_func(&store, "on_bar").map_err(fault)?;
        let mut asked = |name| {
            let function = instance.get_typed_func::<(), u32>(&store, name)?;
            function.call(&mut store, ())
        };
        let buffer = asked("buf").map_err(fault)? as usize;
        let capacity = if module.says_length() { asked("buf_len").map_err(fault)? as usize } else { BUFFER };
        Ok(Self { store, memory, on_bar, buffer, capacity })
    }

    /// Whether messages of this length fit its buffer.
    ///
    /// # Errors
    /// Why not.
    pub fn takes(&self, length: usize) -> Result<(), Fault> {
        if length > self.capacity {
            let capacity = self.capacity;
            return Err(Fault::Other(format!(
                "a message of {length} bytes is longer than its buffer of {capacity}"
            )));
        }
        let memory = self.memory.data_size(&self.store);
        match self.buffer.checked_add(length).is_some_and(|end| end <= memory) {
            true => Ok(()),
            false => {
                let buffer = self.buffer;
                Err(Fault::Other(format!(
                    "a message of {length} bytes at {buffer} (`buf`) does not fit its memory of {memory} bytes"
                )))
            }
        }
    }

    /// The random numbers of the bar that opened at this time.
    pub fn begin(&mut self, open_time: crate::domain::Timestamp) {
        self.store.data_mut().random.begin(open_time);
    }

    /// Asks for a decision. The fuel that is left, and the address of the answer; 0 for none.
    ///
    /// # Errors
    /// Why it cannot go on.
    pub fn ask(&mut self, message: &[u8], fuel: u64) -> Result<(u64, u32), Fault> {
        self.takes(message.len())?;
        let memory = self.memory.data_mut(&mut self.store);
        memory[self.buffer..self.buffer + message.len()].copy_from_slice(message);
        let fault = |error: Error| Fault::of(&error);
        self.store.set_fuel(fuel).map_err(fault)?;
        // It fits the buffer, which is in a memory of 32 bits.
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        let answer = self.on_bar.call(&mut self.store, length).map_err(fault)?;
        Ok((self.store.get_fuel().map_err(fault)?, answer))
    }

    /// Its memory.
    pub fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    /// What it has logged.
    pub fn log(&self) -> &Tail {
        &self.store.data().log
    }
}

impl Fault {
    fn of(error: &Error) -> Self {
        match error.as_trap_code() {
            Some(TrapCode::OutOfFuel) => Self::Fuel,
            Some(TrapCode::GrowthOperationLimited | TrapCode::OutOfSystemMemory) => Self::Memory,
            Some(trap) => Self::Other(format!("it trapped ({trap})")),
            None => Self::Other(format!("it failed ({error})")),
        }
    }

    /// In words, with what the scenario allows.
    pub fn in_words(&self, spec: &WasmSpec, when: &str) -> String {
        match self {
            Self::Fuel => format!("it used more than its `decision_fuel` of {} {when}", spec.decision_fuel),
            Self::Memory => format!("it asked for more than its `memory_mb` of {} {when}", spec.memory_mb),
            Self::Other(what) => format!("{what} {when}"),
        }
    }
}
