//! What the tests of several commands need.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::{env, fs};

/// A folder that is removed at the end of a test.
pub struct Folder(pub PathBuf);

impl Folder {
    /// Makes it with these files, by relative path; `name` is unique among the tests.
    pub fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = env::temp_dir().join(format!("regno-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("folder");
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            fs::write(path, text).expect("file");
        }
        Self(folder)
    }

    /// Runs the command in it: exit code, standard output, standard error.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_regno"))
            .current_dir(&self.0)
            .args(arguments)
            .output()
            .expect("regno runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
