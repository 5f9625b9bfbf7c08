//! What a module can call: a log, and random numbers of its own.

use wasmi::{Caller, Error, Extern, Linker, StoreLimits, TrapCode};

use crate::process::Tail;
use crate::strategy::BarStream;

/// Where the functions that a module may import come from.
pub const IMPORTS: &str = "tiltyard";
/// What the host keeps for a module.
#[derive(Debug)]
pub struct Host {
    /// What it may allocate.
    pub limits: StoreLimits,
    /// What it has logged.
    pub log: Tail,
    /// Random numbers that it may draw.
    pub random: BarStream,
}

/// The functions that a module may import.
///
/// # Errors
/// Never, as their names differ.
pub fn linker(engine: &wasmi::Engine) -> Result<Linker<Host>, Error> {
    let mut linker = Linker::new(engine);
    linker.func_wrap(IMPORTS, "log", |mut caller: Caller<'_, Host>, at: u32, length: u32| {
        let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
            return Err(Error::new("it has no memory"));
        };
        // A byte costs what an instruction costs.
        let fuel = caller.get_fuel()?.checked_sub(length.into()).ok_or(TrapCode::OutOfFuel)?;
        caller.set_fuel(fuel)?;
        let (memory, host) = memory.data_and_store_mut(&mut caller);
        let text = memory.get(at as usize..).and_then(|rest| rest.get(..length as usize));
        let text = text.ok_or(TrapCode::MemoryOutOfBounds)?;
        host.log.add(text);
        if !text.ends_with(b"\n") {
            host.log.add(b"\n");
        }
        Ok(())
    })?;
    linker.func_wrap(IMPORTS, "random", |mut caller: Caller<'_, Host>| caller.data_mut().random.draw())?;
    Ok(linker)
}
