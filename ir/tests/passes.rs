//! File tests of the passes: `tests/files/*.ir`.
//!
//! A file starts with `// passes: NAME...`, then the function before, a line `// ----`, and the function after. `REGNO_BLESS=1`
//! rewrites the second half.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_ir::passes::{PIPELINE, events_by_block};
use regno_ir::text::{parse_function, print_function};
use regno_ir::verify::verify_function;
use std::path::{Path, PathBuf};
use std::{env, fs};

const SEPARATOR: &str = "// ----\n";

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files");
    let mut paths: Vec<PathBuf> = match fs::read_dir(&folder) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(error) => panic!("{}: {error}", folder.display()),
    };
    paths.sort();
    let trials = paths.into_iter().map(|path| {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Trial::test(name, move || check(&path).map_err(Failed::from))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn check(path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (before, want) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
    let header = before.lines().next().and_then(|line| line.strip_prefix("// passes:")).ok_or("no header")?;
    let mut function = parse_function(before).map_err(|error| error.to_string())?;
    verify_function(&function).map_err(|error| error.to_string())?;
    for name in header.split_whitespace() {
        let pass = PIPELINE.iter().find(|pass| pass.name == name).ok_or_else(|| format!("no pass {name}"))?;
        let events = events_by_block(&function);
        (pass.run)(&mut function);
        verify_function(&function).map_err(|error| error.to_string())?;
        if pass.keeps_blocks && events != events_by_block(&function) {
            return Err(format!("{name} changed metering events"));
        }
    }
    let got = print_function(&function);
    let reread = parse_function(&got).map_err(|error| error.to_string())?;
    if print_function(&reread) != got {
        return Err("the printed text reads back as another function".to_owned());
    }
    if env::var_os("REGNO_BLESS").is_some() {
        return fs::write(path, format!("{before}{SEPARATOR}{got}")).map_err(|error| error.to_string());
    }
    if got == want { Ok(()) } else { Err(format!("after the passes:\n{got}\nexpected:\n{want}")) }
}
