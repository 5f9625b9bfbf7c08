//! A module that may take part: checked before any bar is read.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use wasmi::{CompilationMode, Config, Engine, ExternType, FuncType, Linker, Module as Compiled, ValType};

use super::host::{self, Host};
use crate::decode;
use crate::process::NoLaunch;

/// The largest file of a module, in bytes.
const MAX_FILE: u64 = 8 << 20;
/// How deep calls of a module may nest.
const MAX_CALLS: usize = 1_000;
/// Bytes of the stack of a module's values.
const MAX_STACK: usize = 1 << 20;

/// A module that has been read, compiled and checked.
#[derive(Debug, Clone)]
pub struct Module {
    /// Compiled code.
    pub(super) compiled: Compiled,
    /// Functions that it may import.
    pub(super) linker: Arc<Linker<Host>>,
    /// BLAKE3 of the file, in hexadecimal.
    pub digest: String,
}

fn refused(message: String, help: &str) -> NoLaunch {
    NoLaunch { message, help: help.to_owned() }
}

impl Module {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Why it cannot take part, and how to mend it.
    pub fn read(path: &Path) -> Result<Self, NoLaunch> {
        let shown = path.display();
        let help = "give the path of a `.wasm` file; a relative path starts at the scenario's folder";
        let unread = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => refused(format!("there is no file `{shown}`"), help),
            _ => refused(format!("`{shown}` cannot be read: {error}"), help),
        };
        let file = decode::open_regular(path).map_err(unread)?;
        let length = file.metadata().map_err(unread)?.len();
        if length > MAX_FILE {
            let message = format!("`{shown}` has {length} bytes, more than {MAX_FILE}");
            return Err(refused(message, "build it optimised and without debug information"));
        }
        let mut bytes = Vec::new();
        file.take(MAX_FILE).read_to_end(&mut bytes).map_err(unread)?;
        Self::parse(&bytes)
            .map_err(|NoLaunch { message, help }| NoLaunch { message: format!("`{shown}` {message}"), help })
    }

    /// Checks the bytes of a module.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoLaunch> {
        if !bytes.starts_with(b"\0asm") {
            let help = "compile it to WebAssembly; a text file (`.wat`) is translated with `wat2wasm`";
            return Err(refused("is no WebAssembly module".to_owned(), help));
        }
        let engine = Engine::new(&config());
        let wrong = |problem: String| {
            let help =
                "build core WebAssembly for `wasm32`, without SIMD, threads, exceptions and 64-bit memory";
            refused(format!("is no module that can be run: {problem}"), help)
        };
        let compile = || Compiled::new(&engine, bytes).map_err(|error| wrong(error.to_string()));
        let compiled = decode::guarded_as(|error| wrong(error.to_string()), compile)?;
        if has_start(bytes) {
            let help = "initialise in `buf`, or at the first decision; in AssemblyScript give globals constant values";
            return Err(refused("has a start function, which is never called".to_owned(), help));
        }
        imports(&compiled)?;
        exports(&compiled)?;
        let linker = host::linker(&engine).map_err(|error| wrong(error.to_string()))?;
        let digest = blake3::hash(bytes).to_hex().to_string();
        Ok(Self { compiled, linker: Arc::new(linker), digest })
    }

    /// Bytes of the memory that it has from the start.
    pub fn least_memory(&self) -> u64 {
        let memory = self.compiled.get_export("memory");
        memory
            .and_then(|memory| memory.memory().map(|memory| memory.minimum() * u64::from(1_u32 << 16)))
            .unwrap_or(0)
    }

    /// Whether it says itself how long its buffer is.
    pub(super) fn says_length(&self) -> bool {
        self.compiled.get_export("buf_len").is_some()
    }
}

/// What makes a module the same everywhere: one instruction set, counted instructions, one NaN (the crate's feature
/// `deterministic`).
fn config() -> Config {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true)
        .set_max_recursion_depth(MAX_CALLS)
        .set_max_stack_height(MAX_STACK)
        .wasm_multi_memory(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
    config
}

fn imports(module: &Compiled) -> Result<(), NoLaunch> {
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        let wanted = match (from, name) {
            (host::IMPORTS, "log") => signature(&[ValType::I32, ValType::I32], &[]),
            (host::IMPORTS, "random") => signature(&[], &[ValType::F64]),
            _ => {
                let help = "a module may import `tiltyard.log` and `tiltyard.random` only; with clang use \
                            `-nostdlib`, with AssemblyScript `--use abort=`";
                return Err(refused(format!("imports `{from}.{name}`, which there is not"), help));
            }
        };
        if import.ty().func().map(signature_of) != Some(wanted.clone()) {
            let message = format!("imports `{from}.{name}` as {}", described(import.ty()));
            return Err(refused(message, &format!("declare it as a function {wanted}")));
        }
    }
    Ok(())
}

fn exports(module: &Compiled) -> Result<(), NoLaunch> {
    let help = "see `examples/agents/wasm/tiltyard.h`: a module exports `memory`, `buf() -> i32` and \
                `on_bar(i32) -> i32`";
    match module.get_export("memory") {
        Some(ExternType::Memory(_)) => {}
        Some(other) => return Err(refused(format!("exports `memory` as {}", described(&other)), help)),
        None => return Err(refused("exports no `memory`".to_owned(), help)),
    }
    let functions = [
        ("buf", signature(&[], &[ValType::I32]), true),
        ("on_bar", signature(&[ValType::I32], &[ValType::I32]), true),
        ("buf_len", signature(&[], &[ValType::I32]), false),
    ];
    for (name, wanted, needed) in functions {
        match module.get_export(name) {
            None if needed => return Err(refused(format!("exports no function `{name}`"), help)),
            None => {}
            Some(found) if found.func().map(signature_of) == Some(wanted.clone()) => {}
            Some(found) => {
                let message =
                    format!("exports `{name}` as {}, and not as a function {wanted}", described(&found));
                return Err(refused(message, help));
            }
        }
    }
    Ok(())
}

/// A function's signature in words.
fn signature(parameters: &[ValType], results: &[ValType]) -> String {
    let words = |types: &[ValType]| {
        types.iter().map(|one| format!("{one:?}").to_lowercase()).collect::<Vec<_>>().join(", ")
    };
    format!("`({}) -> ({})`", words(parameters), words(results))
}

fn signature_of(function: &FuncType) -> String {
    signature(function.params(), function.results())
}

fn described(what: &ExternType) -> String {
    match what {
        ExternType::Func(function) => format!("a function {}", signature_of(function)),
        ExternType::Global(_) => "a global".to_owned(),
        ExternType::Table(_) => "a table".to_owned(),
        ExternType::Memory(_) => "a memory".to_owned(),
    }
}

/// Whether a module that was compiled has a start function: the section of this number.
fn has_start(bytes: &[u8]) -> bool {
    const START: u8 = 8;
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((&id, after)) = rest.split_first() {
        if id == START {
            return true;
        }
        let (mut length, mut shift, mut used) = (0_usize, 0, 0);
        for &byte in after {
            length |= usize::from(byte & 0x7f) << shift;
            (shift, used) = (shift + 7, used + 1);
            if byte & 0x80 == 0 || shift > 28 {
                break;
            }
        }
        rest = after.get(used + length..).unwrap_or_default();
    }
    false
}
