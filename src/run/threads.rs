//! A pool of threads of the caller's size.

use super::RunError;

/// Does `work` on a pool of so many threads, all cores where none are given. No result depends on the number.
///
/// ```
/// use tiltyard::run::{RunError, on_threads};
///
/// assert_eq!(on_threads(Some(2), || Ok::<_, RunError>(1 + 1))?, 2);
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError::Threads`] where the system gives none, else what `work` fails with.
pub fn on_threads<T: Send, E: From<RunError> + Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, E> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    let pool = pool.map_err(|error| E::from(RunError::Threads(error)))?;
    pool.install(work)
}
