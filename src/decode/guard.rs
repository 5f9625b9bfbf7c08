//! A panic of a decoder as an error, without its message on stderr.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::DecodeError;

thread_local! {
    /// How many guarded calls this thread is inside of.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Longest part of a panic's message that is repeated.
const SHOWN: usize = 160;

/// Runs a decoder; a panic in it becomes [`DecodeError::Content`]. What the decoder held is dropped, so nothing
/// half-changed can be seen afterwards. Covers the calling thread alone: decoders must not start others.
///
/// # Errors
/// As `decode`, or where it panicked.
pub fn guarded<T, E: From<DecodeError>>(decode: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    guarded_as(E::from, decode)
}

/// The same for errors that say more than the decoder knows, such as the file's name.
///
/// # Errors
/// As `decode`, or what `told` makes of its panic.
pub fn guarded_as<T, E>(
    told: impl FnOnce(DecodeError) -> E,
    decode: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    silence();
    DEPTH.set(DEPTH.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(decode));
    DEPTH.set(DEPTH.get() - 1);
    result.unwrap_or_else(|panic| Err(told(DecodeError::Content(in_words(panic.as_ref())))))
}

/// Panics inside guarded calls are not printed; all others are, as before.
fn silence() {
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
    fn a_panic_is_an_error_and_a_result_is_itself() {
        assert_eq!(guarded(|| Ok::<_, DecodeError>(7)).unwrap(), 7);
        let none: [u8; 0] = [];
        let place = std::hint::black_box(3);
        let error = guarded(|| Ok::<_, DecodeError>(none[place])).unwrap_err().to_string();
        assert!(error.starts_with("its content contradicts itself (index out of bounds"), "{error}");
        // The depth is back: later panics are printed again.
        assert_eq!(DEPTH.get(), 0);
    }
}
