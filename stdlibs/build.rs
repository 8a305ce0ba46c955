//! Embeds the library: every folder with `.gno` files is a package, named by its path.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders beside the packages that hold none.
const NO_PACKAGES: &[&str] = &["src", "generate", "target", OVERLAY];

/// Folder of the packages and files that only tests can import.
const OVERLAY: &str = "testing_overlay";

/// Folders whose names end so hold the data of a package that its natives read.
const DATA: &str = "data";

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut text = String::new();
    table(&mut text, "PACKAGES", &packages(&root, NO_PACKAGES)?);
    table(&mut text, "OVERLAY", &packages(&root.join(OVERLAY), &[])?);
    fs::write(out.join("packages.rs"), text)
}

/// A package: path and files.
type Package = (String, Vec<PathBuf>);

fn packages(root: &Path, skipped: &[&str]) -> io::Result<Vec<Package>> {
    println!("cargo::rerun-if-changed={}", root.display());
    let mut found = Vec::new();
    let mut pending = vec![(String::new(), root.to_owned())];
    while let Some((path, folder)) = pending.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let skip = path.is_empty() && skipped.contains(&name.as_str()) || name == DATA || name.starts_with('.');
            if entry.file_type()?.is_dir() && !skip {
                let below = if path.is_empty() { name } else { format!("{path}/{name}") };
                pending.push((below, entry.path()));
            } else if is_source(&name) {
                files.push(entry.path());
            }
        }
        if !files.is_empty() && !path.is_empty() {
            files.sort();
            found.push((path, files));
        }
    }
    found.sort();
    Ok(found)
}

/// A file that importing the package compiles.
fn is_source(name: &str) -> bool {
    name.ends_with(".gno") && !name.ends_with("_test.gno") && !name.ends_with("_filetest.gno")
}

fn table(out: &mut String, name: &str, packages: &[Package]) {
    let _ = writeln!(out, "static {name}: &[Package] = &[");
    for (path, files) in packages {
        let _ = writeln!(out, "    ({path:?}, &[");
        for file in files {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            println!("cargo::rerun-if-changed={}", file.display());
            let _ = writeln!(out, "        ({name:?}, include_bytes!({:?})),", file.display().to_string());
        }
        let _ = writeln!(out, "    ]),");
    }
    let _ = writeln!(out, "];");
}
