//! What single statements allocate: every row of `corpora/charges.txt`, charge by charge (spec/03 §13).
//!
//! The statement stands at the end of `main`. Run with a rising gas limit the program stops at each charge in turn; the memory gas of
//! these stops gives the single allocations, as every allocation is a new peak.

use libtest_mimic::{Arguments, Failed, Trial};
use regno_bytecode::module::Module;
use regno_conformance::compile::Source;
use regno_conformance::execute::{Execution, Settings, execute};
use regno_conformance::session::compile_package;

const TABLE: &str = include_str!("../corpora/charges.txt");
const MAX_ALLOC: u64 = 500_000_000;

/// A statement with what it allocates.
struct Row {
    charges: Vec<u64>,
    statement: &'static str,
    context: &'static str,
    declarations: &'static str,
}

fn main() {
    let arguments = Arguments::from_args();
    let (mut common, mut trials) = (String::new(), Vec::new());
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        match row(line) {
            Some(row) => {
                let (common, name) = (common.clone(), format!("{:03} {}", trials.len() + 1, row.statement));
                trials.push(Trial::test(name, move || check(&row, &common).map_err(Failed::from)));
            }
            None => common = common + line + "\n",
        }
    }
    if trials.is_empty() {
        trials.push(Trial::test("charges", || Err(Failed::from("the table is empty"))));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn row(line: &'static str) -> Option<Row> {
    let mut cells = line.split('\t');
    let charges = match cells.next()? {
        "-" => Vec::new(),
        sums => sums.split('+').map(|bytes| bytes.parse().ok()).collect::<Option<Vec<u64>>>()?,
    };
    let statement = cells.next()?;
    let (context, declarations) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
    Some(Row { charges, statement, context, declarations })
}

/// The program; with `stop` it aborts just before the statement.
fn program(row: &Row, common: &str, stop: bool) -> Result<Module, String> {
    let Row { statement, context, declarations, .. } = row;
    let (declarations, stop) = (declarations.replace("; func", "\nfunc"), u8::from(stop));
    let text = format!(
        "package main\n{common}{declarations}\nvar row [1]int\nvar stop = {stop}\n\
         func main() {{\n{context}\n_ = row[stop]\n{statement}\n}}\n"
    );
    let source = Source { name: "row.gno".to_owned(), text: text.into_bytes() };
    compile_package("main", &[source]).map_err(|error| error.to_string())
}

fn run(module: &Module, gas_limit: Option<u64>) -> Result<Execution, String> {
    let settings = Settings { gas_limit, max_alloc: Some(MAX_ALLOC), ..Settings::default() };
    execute(module.clone(), settings).map_err(|error| error.to_string())
}

fn check(row: &Row, common: &str) -> Result<(), String> {
    let before = run(&program(row, common, true)?, None)?;
    if before.error.is_none() {
        return Err("the statement is reached".to_owned());
    }
    let module = program(row, common, false)?;
    let (mut limit, mut memory, mut charges) = (before.total.gas, before.total.memory_gas, Vec::new());
    let full = run(&module, None)?;
    while limit < full.total.gas {
        let step = run(&module, Some(limit))?;
        if step.total.gas <= limit {
            return Err(format!("the limit of {limit} is not crossed"));
        }
        if step.total.memory_gas > memory {
            charges.push(step.total.memory_gas - memory);
            memory = step.total.memory_gas;
        }
        limit = step.total.gas;
    }
    let bytes = full.total.alloc_bytes - before.total.alloc_bytes;
    if charges != row.charges || u64::try_from(bytes) != Ok(row.charges.iter().sum()) {
        return Err(format!("expected {:?}, got {charges:?} ({bytes} bytes): {:?}", row.charges, full.error));
    }
    Ok(())
}
