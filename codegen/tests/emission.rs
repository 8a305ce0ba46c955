//! File tests of code generation: `tests/files/*.ir`.
//!
//! A file holds functions in the IR's text form, a line `// ----`, and their disassembly. `REGNO_BLESS=1` rewrites the second half.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_bytecode::disasm;
use regno_bytecode::event::GasSchedule;
use regno_bytecode::types::{Repr, TypeDesc, TypeKind, TypeRef};
use regno_codegen::compile_module;
use regno_ir::module::Module;
use regno_ir::text::parse_function;
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
    let (source, want) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
    let module = compile_module(&parse(source)?).map_err(|error| error.to_string())?;
    let schedule = GasSchedule::reference();
    let texts = module.functions.iter().map(|function| disasm::function(&module, function, &schedule));
    let got = texts.collect::<Vec<_>>().join("\n");
    if env::var_os("REGNO_BLESS").is_some() {
        return fs::write(path, format!("{source}{SEPARATOR}{got}")).map_err(|error| error.to_string());
    }
    if got == want { Ok(()) } else { Err(format!("emitted:\n{got}\nexpected:\n{want}")) }
}

/// The functions of the text, with a few entities that they can refer to.
fn parse(source: &str) -> Result<Module, String> {
    let mut module = Module { name: "main".to_owned(), files: vec!["main.gno".to_owned()], ..Module::default() };
    for (name, repr) in [("nil", Repr::Raw), ("int", Repr::I64), ("T", Repr::Struct)] {
        module.types.push(TypeDesc {
            id: name.to_owned(),
            name: name.to_owned(),
            declared: false,
            underlying: TypeRef::from_u32(0),
            repr,
            kind: TypeKind::Nil,
            methods: Vec::new(),
        });
    }
    module.strings.push(b"text".to_vec());
    for part in source.split("function ").skip(1) {
        let function = parse_function(&format!("function {part}")).map_err(|error| error.to_string())?;
        verify_function(&function).map_err(|error| error.to_string())?;
        module.functions.push(function);
    }
    Ok(module)
}
