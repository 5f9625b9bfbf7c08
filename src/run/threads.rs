//! A pool of threads of the caller's size.

use super::RunError;

/// Does `work` on a pool of so many threads, all cores where none are given. No result depends on the number.
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
