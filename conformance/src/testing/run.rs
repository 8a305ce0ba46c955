//! The tests of one package (spec/05 §11.2).

use super::coverage::Coverage;
use super::discover::Unit;
use super::files::{Filetest, TestFiles};
use super::report::{PackageReport, TestKind, TestRow, metrics, seconds};
use crate::cache::Cache;
use crate::compile::{CompileError, Source};
use crate::directives::Directives;
use crate::execute::Settings;
use crate::filetest::{self, GoCheck, Row};
use crate::lint::{self, Linter};
use crate::session::Session;
use crate::store::SourceStore;
use crate::{verdict, whole_file};
use regno_bytecode::event::GasSchedule;
use regno_bytecode::module::Module;
use regno_frontend::package::{PackageFile, PackageSource, Packages};
use regno_runtime::{Config, Environment, Machine, Metering, Program, TestOptions};
use std::cell::Cell;
use std::fs;
use std::rc::Rc;
use std::time::Instant;

/// How to run tests.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Pattern of the names to run; empty runs all.
    pub run: String,
    /// Report every test, and logs at once.
    pub verbose: bool,
    /// Stop a set after the first failure.
    pub failfast: bool,
    /// Write results into the directives of filetests instead of comparing.
    pub update: bool,
    /// Count which lines of the packages run.
    pub cover: bool,
    /// Show the events that each test function emits.
    pub events: bool,
    /// Show cycles and allocated bytes of each test function.
    pub metrics: bool,
    /// Metering.
    pub settings: Settings,
}

/// Where packages are found while one of them is tested: that one with its tests.
struct WithTests<'p> {
    others: &'p dyn Packages,
    tested: Rc<PackageSource>,
    outside: Rc<PackageSource>,
    /// Others see the tested package without its tests: while it is not known whether `testing` needs it, and if it does.
    without_tests: Cell<bool>,
}

impl Packages for WithTests<'_> {
    fn package(&self, path: &str) -> Option<Rc<PackageSource>> {
        if path == self.outside.path {
            return Some(Rc::clone(&self.outside));
        }
        if path == self.tested.path && !self.without_tests.get() {
            return Some(Rc::clone(&self.tested));
        }
        self.others.package(path)
    }
}

/// Tests a package and reports as `gno test` does; `packages` is where the imports of tests are found, `production` where those
/// of other files are, and `cache` may hold packages compiled.
pub fn run_package(
    unit: &Unit,
    packages: &dyn Packages,
    production: &dyn Packages,
    cache: Option<&Cache>,
    options: &Options,
) -> PackageReport {
    let mut report = PackageReport::default();
    let start = Instant::now();
    let files = match TestFiles::read(&unit.folder) {
        Ok(files) => files,
        Err(error) => {
            report.line(format!("{}: {error}", unit.label));
            report.build_errors += 1;
            return report;
        }
    };
    if !files.has_tests() {
        report.line(format!("?       {} \t[no test files]", unit.label));
        return report;
    }
    if !unit.library && !unit.ignored && issues(unit, &files, packages, production, &mut report) {
        report.build_errors += 1;
        report.failed = true;
        report.line(format!("FAIL    {} \t{:.2}s", unit.label, start.elapsed().as_secs_f64()));
        return report;
    }
    let mut run = Run { unit, files: &files, packages, cache, options, report, failed: Vec::new() };
    run.sets();
    run.filetests();
    let Run { mut report, failed, .. } = run;
    report.failed = !failed.is_empty() || report.build_errors > 0;
    if !failed.is_empty() {
        report.line(failed.join("; "));
    }
    if options.cover {
        match report.coverage.percent() {
            Some(percent) => report.line(format!("coverage: {percent:.1}% of lines")),
            None => report.line("coverage: [no lines]"),
        }
    }
    let status = if report.failed { "FAIL" } else { "ok  " };
    report.line(format!("{status}    {} \t{:.2}s", unit.label, start.elapsed().as_secs_f64()));
    report
}

/// Reports what is wrong with the files of a package; whether there is anything.
fn issues(
    unit: &Unit,
    files: &TestFiles,
    packages: &dyn Packages,
    production: &dyn Packages,
    report: &mut PackageReport,
) -> bool {
    let source = |file: &PackageFile| Source { name: file.name.clone(), text: file.text.to_vec() };
    let mut sources: Vec<Source> = files.inside.iter().chain(&files.outside).map(source).collect();
    let filetest = |file: &Filetest| Source { name: file.name.clone(), text: file.text.clone() };
    sources.extend(files.filetests.iter().map(filetest));
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    let folder = if unit.label == "." { String::new() } else { format!("{}/", unit.label.trim_start_matches("./")) };
    let module = fs::read(unit.folder.join("gnomod.toml")).ok();
    let module = module.or_else(|| Some(format!("module = {:?}\ngno = \"0.9\"\n", unit.path).into_bytes()));
    let own = |path: &str, files: &[PackageFile]| {
        let path = path.to_owned();
        Rc::new(PackageSource { path, files: files.to_vec(), library: false, private: false, draft: false })
    };
    let testing = WithTests {
        others: packages,
        tested: own(&unit.path, &files.inside),
        outside: own("", &[]),
        without_tests: Cell::new(false),
    };
    let store = SourceStore::default();
    let found = Linter::new(&store, production, &testing).before_run().lint(&lint::Package { folder, sources, module });
    found.issues.iter().for_each(|issue| report.line(issue.to_string()));
    !found.issues.is_empty()
}

/// A package being tested.
struct Run<'r> {
    unit: &'r Unit,
    files: &'r TestFiles,
    packages: &'r dyn Packages,
    cache: Option<&'r Cache>,
    options: &'r Options,
    report: PackageReport,
    /// What is said about failures before the status.
    failed: Vec<String>,
}

impl Run<'_> {
    /// The test functions inside and outside of the package.
    fn sets(&mut self) {
        let modules = match self.compile() {
            Ok(modules) => modules,
            Err(text) => {
                self.report.line(text);
                self.report.build_errors += 1;
                return;
            }
        };
        let outside = format!("{}_test", self.unit.path);
        let sets = [(self.unit.path.as_str(), &self.files.inside_tests), (outside.as_str(), &self.files.outside_tests)];
        let mut machine = None;
        for (path, tests) in sets {
            if tests.is_empty() {
                continue;
            }
            // A set that ends fatally takes its machine with it.
            let usable = match machine.take() {
                Some(machine) => Ok(machine),
                None => self.machine(&modules),
            };
            match usable {
                Ok(mut usable) => {
                    let goes_on = self.set(&mut usable, path, tests);
                    if self.options.cover {
                        self.cover(&usable, &modules);
                    }
                    machine = goes_on.then_some(usable);
                }
                Err(text) => {
                    self.report.line(text);
                    self.report.build_errors += 1;
                    return;
                }
            }
        }
    }

    /// Everything that the tests need, in the order of initialisation.
    fn compile(&self) -> Result<Vec<Module>, String> {
        let source = |path: String, files: &[PackageFile]| {
            let (library, private, draft) = (self.unit.library, false, false);
            Rc::new(PackageSource { path, files: files.to_vec(), library, private, draft })
        };
        let tested = source(self.unit.path.clone(), &self.files.inside);
        let outside = source(format!("{}_test", self.unit.path), &self.files.outside);
        let store = SourceStore::default();
        let text = |error: CompileError| error.text;
        let packages =
            WithTests { others: self.packages, tested: Rc::clone(&tested), outside, without_tests: Cell::new(true) };
        let mut session = Session::new(&store, &packages).with_cache(self.cache);
        session.modules(&["testing".to_owned()]).map_err(text)?;
        // The tests outside see the package as `testing` does, unless they need what the tests inside add.
        let loaded = session.is_loaded(&self.unit.path);
        packages.without_tests.set(loaded);
        let beside = loaded && self.files.inside.iter().any(|file| file.overlay);
        let mut wanted = vec!["testing".to_owned(), self.unit.path.clone()];
        let has_outside = !self.files.outside.is_empty();
        if has_outside && !beside {
            wanted.push(packages.outside.path.clone());
        }
        let loaded = session.modules(&wanted).map_err(text)?;
        let mut modules: Vec<Module> = loaded.iter().map(|module| (**module).clone()).collect();
        if beside {
            let mut sources = vec![&*tested];
            sources.extend(has_outside.then_some(&*packages.outside));
            let compiled = session.compile_beside(&sources).map_err(text)?;
            for (_, imports) in &compiled {
                for needed in session.modules(imports).map_err(text)? {
                    if !modules.iter().any(|known| known.path == needed.path) {
                        modules.push((*needed).clone());
                    }
                }
            }
            modules.extend(compiled.into_iter().map(|(module, _)| module));
        }
        Ok(modules)
    }

    fn config(&self) -> Config {
        let settings = self.options.settings;
        Config {
            gas_limit: settings.gas_limit,
            max_alloc: Some(settings.max_alloc.unwrap_or(u64::MAX)),
            metering: if self.options.cover { Metering::Exact } else { settings.metering },
            collection: settings.collection,
            ..Config::default()
        }
    }

    /// A machine whose packages are all initialised.
    fn machine(&mut self, modules: &[Module]) -> Result<Machine, String> {
        let program = Program::link(modules.to_vec(), &GasSchedule::reference(), Environment::Testing);
        let program = program.map_err(|error| error.to_string())?;
        let mut machine = Machine::new(&program, self.config());
        machine.separate_error_output();
        if self.options.cover {
            machine.count_hits();
        }
        let result = machine.run_init();
        self.print(&mut machine);
        result.map_err(|error| error.to_string())?;
        Ok(machine)
    }

    /// Hands on what a machine has written; gives what went to the error output.
    fn print(&mut self, machine: &mut Machine) -> String {
        let (output, errors) = (machine.take_output(), machine.take_error_output());
        if self.options.verbose {
            self.report.output.extend_from_slice(&output);
        }
        self.report.errors.extend_from_slice(&errors);
        String::from_utf8_lossy(&errors).into_owned()
    }

    /// Adds the lines of the package that have run so far.
    fn cover(&mut self, machine: &Machine, modules: &[Module]) {
        let path = &self.unit.path;
        let Some(module) = modules.iter().rfind(|module| module.path == *path) else { return };
        let production = |file: &str| (!file.ends_with("_test.gno")).then(|| format!("{path}/{file}"));
        let mut lines = Coverage::default();
        lines.add(module, &machine.hits(path), production);
        self.report.coverage = lines;
    }

    /// The test functions of a package; whether the machine can go on.
    fn set(&mut self, machine: &mut Machine, path: &str, tests: &[String]) -> bool {
        let config = self.config();
        let options =
            TestOptions { run: &self.options.run, verbose: self.options.verbose, failfast: self.options.failfast };
        for name in tests {
            let start = Instant::now();
            let result = machine.run_test(path, name, options, &config);
            let output = self.print(machine);
            let (outcome, stopped) = match &result.outcome {
                Ok(text) if text.contains("\"Failed\":true") => ("fail", None),
                Ok(text) if text.contains("\"Skipped\":true") => ("skip", None),
                Ok(_) if !selected(&self.options.run, name) => ("none", None),
                Ok(_) => ("pass", None),
                Err(error) => ("fail", Some(error.to_string())),
            };
            let mut row = self.row(name, TestKind::Function, outcome, output);
            row.figures(&result.report, start.elapsed());
            if let Some(text) = &stopped {
                self.report.line(format!("--- FAIL: {name} [{text}]"));
            }
            self.report.line(format!("--- GAS:  {}", row.gas));
            let emitted = &machine.context().events;
            if self.options.events && !emitted.is_empty() {
                self.report.line(format!("EVENTS: {}", verdict::events_line(emitted)));
            }
            let failed = row.failed();
            self.report.tests.push(row);
            if failed {
                self.failed.push(format!("failed: {name:?}"));
            }
            if stopped.is_some() {
                return false;
            }
            if failed && self.options.failfast {
                break;
            }
            if self.options.metrics {
                self.report.line(metrics(&result.report));
            }
        }
        true
    }

    fn row(&self, test: &str, kind: TestKind, outcome: &'static str, output: String) -> TestRow {
        let (package, test) = (self.unit.path.clone(), test.to_owned());
        TestRow { package, test, kind, outcome, elapsed: 0.0, gas: 0, alloc_peak: 0, output }
    }

    fn filetests(&mut self) {
        let store = SourceStore::default();
        let files: Vec<PackageFile> = self.files.inside.iter().filter(|file| !file.overlay).cloned().collect();
        let (path, library) = (self.unit.path.clone(), self.unit.library);
        let tested = Rc::new(PackageSource { path, files, library, private: false, draft: false });
        let outside = Rc::new(PackageSource { path: String::new(), ..(*tested).clone() });
        let packages = WithTests { others: self.packages, tested, outside, without_tests: Cell::new(false) };
        let mut session = Session::new(&store, &packages).with_cache(self.cache);
        for file in &self.files.filetests {
            let name = format!("{}/{}", self.unit.label, file.name);
            if !selected(&self.options.run, &name) {
                continue;
            }
            if self.options.verbose {
                self.report.line(format!("=== RUN   {name}"));
            }
            let start = Instant::now();
            let result = self.filetest(&mut session, &name, file);
            let elapsed = start.elapsed();
            let (row, problem) = match result {
                Ok((row, problem)) => (row, problem),
                Err(text) => (Row::default(), Some(text)),
            };
            let (outcome, output) = match &problem {
                Some(text) => ("fail", text.clone()),
                None => ("pass", String::new()),
            };
            let mut test = self.row(&name, TestKind::Filetest, outcome, output);
            (test.gas, test.alloc_peak, test.elapsed) = (row.gas, row.alloc_peak, elapsed.as_secs_f64());
            if let Some(text) = problem {
                self.report.line(format!("--- FAIL: {name} (elapsed: {}, gas: {})", seconds(elapsed), row.gas));
                self.report.line(text.trim_end());
                self.failed.push(format!("{name} failed"));
            } else if self.options.verbose {
                self.report.line(format!("--- PASS: {name} (elapsed: {}, gas: {})", seconds(elapsed), row.gas));
            }
            let failed = test.failed();
            self.report.tests.push(test);
            if failed && self.options.failfast {
                break;
            }
        }
    }

    /// Runs a filetest; the second is what is wrong with it. Go's checker has been asked before (`issues`).
    fn filetest(
        &self,
        session: &mut Session<'_>,
        name: &str,
        file: &Filetest,
    ) -> Result<(Row, Option<String>), String> {
        let directives = Directives::parse(&String::from_utf8_lossy(&file.text));
        if directives.get("TypeCheckError").is_some() {
            return Err("type-check error directive is only available for gnovm internal test files".to_owned());
        }
        let settings = self.options.settings;
        let row = filetest::run_with(session, name, &file.text, &directives, settings, GoCheck::LeftOut);
        if verdict::mismatches(&directives, &row).is_empty() {
            return Ok((row, None));
        }
        let problem = if self.options.update {
            update(file, directives, &row).err()
        } else {
            Some(verdict::explain(&directives, &row))
        };
        Ok((row, problem))
    }
}

/// Writes a filetest with its directives as the run gave them.
fn update(file: &Filetest, directives: Directives, row: &Row) -> Result<(), String> {
    if let Err(error) = std::str::from_utf8(&file.text) {
        return Err(format!("{} is not valid UTF-8 ({error}); its directives are not updated", file.name));
    }
    let text = verdict::updated(directives, row);
    whole_file::write(&file.path, text.as_bytes()).map_err(|error| format!("{}: {error}", file.name))
}

/// Whether the `-run` pattern selects a filetest: every element of the name that has a pattern matches it (spec/05 §11.3).
fn selected(pattern: &str, name: &str) -> bool {
    let matches = |pattern: &str, element: &str| regex::Regex::new(pattern).is_ok_and(|regex| regex.is_match(element));
    pattern.is_empty()
        || pattern
            .split('|')
            .any(|levels| levels.split('/').zip(name.split('/')).all(|(level, element)| matches(level, element)))
}

#[cfg(test)]
mod tests {
    use super::selected;

    #[test]
    fn filetests_are_selected_by_the_elements_of_their_name() {
        assert!(selected("", "./x_filetest.gno") && selected("/x", "./x_filetest.gno"));
        assert!(!selected("x", "./x_filetest.gno") && selected("y|.", "./x_filetest.gno"));
    }
}
