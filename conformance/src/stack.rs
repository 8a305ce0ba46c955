//! Running on a small host stack: nothing may need more of it than this, whatever the guest does.

use std::thread;

/// Stack of the threads that tests compile and run on, in bytes.
pub const SMALL_STACK: usize = 256 * 1024;

/// Runs a function on a thread with a small stack.
///
/// # Errors
///
/// The panic's text, or why there is no thread.
pub fn on_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let thread = thread::Builder::new().stack_size(SMALL_STACK).spawn(work).map_err(|error| error.to_string())?;
    thread.join().map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_else(|| "panic".to_owned())
    })
}
