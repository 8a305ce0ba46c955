//! Every recorded program without imports checks, except those that the reference refuses too.

use bumpalo::Bump;
use regno_frontend::check::check_package;
use regno_frontend::limits::Limits;
use regno_frontend::source::SourceFile;
use regno_frontend::syntax::parse_file;
use std::path::Path;

/// Programs that the reference refuses, with its text.
const REFUSED: [(&str, &str); 3] = [
    ("f106.gno", "main/f106.gno:132:1-138:2: cannot convert v24<VPBlock(1,3)> (of type <untyped> bool) to type bool"),
    ("f232.gno", "main/f232.gno:53:1-62:2: cannot convert v4<VPBlock(1,3)> (of type <untyped> bool) to type bool"),
    ("iface_embedded.gno", "main/iface_embedded.gno:15:10-13: missing field R in main.RW"),
];

fn check(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_owned();
    let text = std::fs::read(path).expect("readable");
    let source = SourceFile::new(name, text);
    let arena = Bump::new();
    let parsed = parse_file(&arena, &source, &Limits::default());
    if !parsed.errors.is_empty() {
        return Some("syntax error".to_owned());
    }
    check_package("main", &[parsed], &[source], &Limits::default()).err().map(|error| error.to_string())
}

#[test]
fn recorded_programs_check() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/corpora");
    let extra = std::env::var_os("REGNO_EXTRA_CORPORA").map(std::path::PathBuf::from);
    let mut failures = Vec::new();
    let mut count = 0;
    for folder in ["apps", "meter", "random"].map(|name| corpora.join(name)).into_iter().chain(extra) {
        let mut files: Vec<_> =
            std::fs::read_dir(&folder).expect("corpus").map(|entry| entry.expect("entry").path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|ext| ext == "gno")) {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            count += 1;
            let refused = REFUSED.iter().find(|(file, _)| *file == name);
            match (check(file), refused) {
                (None, None) => {}
                (Some(error), Some((_, text))) if error == *text => {}
                (error, _) => failures.push(format!("{name}: {}", error.unwrap_or_else(|| "accepted".to_owned()))),
            }
        }
    }
    assert!(count > 0, "no programs found");
    assert!(failures.is_empty(), "{} of {count} programs:\n{}", failures.len(), failures.join("\n"));
}
