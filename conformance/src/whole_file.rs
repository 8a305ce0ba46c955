//! Files that are written whole or not at all.

use std::path::Path;
use std::{fs, io};

/// Writes beside the target and renames, so that nobody ever reads half a file and a failure leaves the old one.
///
/// # Errors
///
/// The folder cannot be written to, or there is no room.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}
