//! Why a command cannot do its work.

use regno_bytecode::artifact;
use std::path::PathBuf;
use std::{fmt, io};

/// Why a command could not do its work at all (exit code 2), or the program was refused (exit code 1).
#[derive(Debug)]
pub enum Error {
    /// A file could not be read or written.
    File(PathBuf, io::Error),
    /// Writing to standard output failed.
    Output(io::Error),
    /// A folder without Gno sources.
    NoSources(PathBuf),
    /// The bytes are no artifact.
    Artifact(PathBuf, artifact::ArtifactError),
    /// There is no folder that could be the cache.
    NoCache,
    /// The state cannot be read or written.
    State(String),
    /// The command line names something that is not there.
    Usage(String),
    /// The runtime refuses the module.
    Module(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::File(path, error) => write!(f, "{}: {error}", path.display()),
            Error::Output(error) => write!(f, "standard output: {error}"),
            Error::NoSources(path) => write!(f, "{}: no Gno source files", path.display()),
            Error::Artifact(path, error) => write!(f, "{}: not a usable artifact: {error}", path.display()),
            Error::NoCache => f.write_str("no cache: give a folder with --cache"),
            Error::State(message) | Error::Usage(message) => f.write_str(message),
            Error::Module(message) => write!(f, "the module cannot be loaded: {message}"),
        }
    }
}
