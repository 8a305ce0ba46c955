//! Reading programs and artifacts, and reporting what cannot be read.

use crate::error::Error;
use crate::packages::PackageArgs;
use regno_bytecode::artifact;
use regno_bytecode::module::Module;
use regno_conformance::compile::{CompileError, Program, Source};
use regno_conformance::session::Session;
use regno_conformance::store::SourceStore;
use regno_conformance::whole_file;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// Prints an error of the command itself.
pub fn complain(error: &Error) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr(), "regno: {error}");
}

/// Writes to standard output.
pub fn say(text: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // The reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Error::Output),
    }
}

/// The sources of a program: one file, or all `.gno` files of a folder but its tests, by name.
pub fn sources(path: &Path) -> Result<Vec<Source>, Error> {
    let failed = |error| Error::File(path.to_owned(), error);
    if !path.is_dir() {
        return Ok(vec![source(path)?]);
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        let name = entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let test = name.ends_with("_test.gno") || name.ends_with("_filetest.gno");
        if name.ends_with(".gno") && !test {
            names.push(entry);
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(Error::NoSources(path.to_owned()));
    }
    names.iter().map(|name| source(name)).collect()
}

/// Reads a source file.
pub fn source(path: &Path) -> Result<Source, Error> {
    let failed = |error| Error::File(path.to_owned(), error);
    let text = fs::read(path).map_err(failed)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Source { name, text })
}

/// Compiles the program at a path with what it imports.
pub fn compile(path: &Path, args: &PackageArgs) -> Result<Result<Program, CompileError>, Error> {
    let sources = sources(path)?;
    let packages = args.folders(false)?;
    let (store, cache) = (SourceStore::default(), args.cache.open());
    let mut session = Session::new(&store, &packages).with_cache(cache.as_ref());
    Ok(session.compile("main", None, &sources))
}

/// Reads an artifact.
pub fn artifact(path: &Path) -> Result<Module, Error> {
    let bytes = fs::read(path).map_err(|error| Error::File(path.to_owned(), error))?;
    artifact::decode(&bytes).map_err(|error| Error::Artifact(path.to_owned(), error))
}

/// Whether a file starts like an artifact. Only its first bytes are read.
pub fn is_artifact(path: &Path) -> bool {
    let mut start = artifact::MAGIC;
    start.fill(0);
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == artifact::MAGIC
}

/// Writes a file whole or not at all.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    whole_file::write(path, bytes).map_err(|error| Error::File(path.to_owned(), error))
}
