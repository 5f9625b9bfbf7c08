//! Turns a decoder's panic into an error, without printing its message to stderr.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::DecodeError;

thread_local! {
    /// Nesting depth of guarded calls on this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Maximum length of a panic message that is quoted in an error.
const SHOWN: usize = 160;

/// Runs a decoder; a panic in it becomes [`DecodeError::Content`]. The decoder's state is dropped, so that no
/// partially updated state remains visible. Covers the calling thread only: decoders must not start others.
///
/// # Errors
/// As `decode`, or where it panicked.
pub fn guarded<T, E: From<DecodeError>>(decode: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    guarded_as(E::from, decode)
}

/// As [`guarded`], for callers with their own error type: `told` converts a panic to it.
///
/// # Errors
/// As `decode`, or the converted panic.
pub fn guarded_as<T, E>(
    wrap: impl FnOnce(DecodeError) -> E,
    decode: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    silence_panics();
    DEPTH.set(DEPTH.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(decode));
    DEPTH.set(DEPTH.get() - 1);
    result.unwrap_or_else(|panic| Err(wrap(DecodeError::Content(in_words(panic.as_ref())))))
}

/// Installs a panic hook that prints nothing for panics inside guarded calls and leaves all others as before.
fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if DEPTH.get() == 0 {
                before(info);
            }
        }));
    });
}

fn in_words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
    let line: String = text.lines().next().unwrap_or_default().chars().take(SHOWN).collect();
    format!("its content contradicts itself ({line})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_and_results_pass_through() {
        assert_eq!(guarded(|| Ok::<_, DecodeError>(7)).unwrap(), 7);
        let none: [u8; 0] = [];
        let index = std::hint::black_box(3);
        let error = guarded(|| Ok::<_, DecodeError>(none[index])).unwrap_err().to_string();
        assert!(error.starts_with("its content contradicts itself (index out of bounds"), "{error}");
        // The depth is restored: later panics are printed again.
        assert_eq!(DEPTH.get(), 0);
    }
}
