//! Digest of the compiler's sources: cached artifacts of another compiler are never used.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Crates whose sources decide what a package compiles to.
const COMPILER: &[&str] = &["frontend", "bytecode", "ir", "codegen"];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let root = here.parent().map_or_else(PathBuf::new, Path::to_owned);
    let mut hash = Sha256::new();
    for name in COMPILER {
        let folder = root.join(name).join("src");
        println!("cargo::rerun-if-changed={}", folder.display());
        for path in files(&folder)? {
            let relative = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let text = fs::read(&path)?;
            hash.update(format!("{relative}\0{}\0", text.len()));
            hash.update(text);
        }
    }
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=REGNO_COMPILER_DIGEST={digest}");
    Ok(())
}

/// All files below, in the order of their names.
fn files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { pending.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    Ok(found)
}
