//! Everything that is wrong with a package (spec/05 §12.4), as data for several ways to show it.
//!
//! A package is looked at several times, as the reference does: its production files alone; with its own tests; the tests that
//! stand in a package beside it; each filetest by itself. What is found more than once is reported once.

mod render_function;
mod suggest;

use crate::compile::Source;
use crate::directives::Directives;
use crate::session::{Inspection, Session};
use crate::store::SourceStore;
use bumpalo::Bump;
use regno_frontend::check::CheckError;
use regno_frontend::finding::{Finding, GoError, PackageError};
use regno_frontend::golayer::Entry;
use regno_frontend::package::{GnoMod, Packages, PathKind};
use regno_frontend::source::{SourceFile, Span};
use std::collections::HashSet;
use std::fmt;

/// The reference's classes of issues (spec/05 §12.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Category {
    /// Of an import.
    Import,
    /// Of the module file.
    GnoMod,
    /// Of the checker.
    Preprocess,
    /// Of syntax.
    Parser,
    /// Of Go's type checker.
    TypeCheck,
    /// Of conventions.
    Lint,
}

impl Category {
    /// The reference's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "gnoImportError",
            Self::GnoMod => "gnoGnoModError",
            Self::Preprocess => "gnoPreprocessError",
            Self::Parser => "gnoParserError",
            Self::TypeCheck => "gnoTypeCheckError",
            Self::Lint => "gnoLintError",
        }
    }
}

/// A place in one of the package's files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// Index of the file in [`Report::files`].
    pub file: usize,
    /// The bytes.
    pub span: Span,
}

/// A change that mends a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// What to do.
    pub message: String,
    /// The change itself: bytes of the issue's file and what replaces them. None if the words say enough.
    pub edit: Option<(Span, String)>,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// The reference's class.
    pub category: Category,
    /// What is wrong: a stable code that `regno explain` knows, and typed arguments.
    pub finding: Finding,
    /// Where; `None` for a finding about the whole package.
    pub place: Option<Place>,
    /// The location as the reference prints it: path, line, column.
    pub location: String,
    /// The reference's words.
    pub message: String,
    /// Other places that belong to the finding.
    pub related: Vec<(Place, String)>,
    /// How to mend it, where that is certain.
    pub suggestion: Option<Suggestion>,
}

impl Issue {
    fn new(category: Category, finding: impl Into<Finding>, location: String) -> Self {
        let finding = finding.into();
        let message = finding.to_string().trim().to_owned();
        Self { category, finding, place: None, location, message, related: Vec::new(), suggestion: None }
    }

    /// The message's first line.
    #[must_use]
    pub fn title(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }

    /// The message's other lines, where they say more than the related places show.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.message.lines().skip(1).map(str::trim).filter(|line| self.related.is_empty() && !line.is_empty())
    }
}

/// The reference's line: `LOCATION: MESSAGE (code=CATEGORY)`.
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (code={})", self.location, self.message, self.category.name())
    }
}

/// What is wrong with a package.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Its files; the names are paths as they are shown.
    pub files: Vec<SourceFile>,
    /// The findings in the order in which they were made.
    pub issues: Vec<Issue>,
    /// The module file says that tools leave the package out.
    pub ignored: bool,
}

/// A package to look at.
#[derive(Clone, Debug, Default)]
pub struct Package {
    /// How its folder is shown, with a slash at the end; empty for the current one.
    pub folder: String,
    /// Its `.gno` files, tests included, in the order of their names.
    pub sources: Vec<Source>,
    /// Its module file, if there is one.
    pub module: Option<Vec<u8>>,
}

/// The kinds of files of a package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Production,
    Test,
    TestBeside,
    Filetest,
}

/// Looks at packages, one after the other. What they import is compiled once for all of them.
pub struct Linter<'s> {
    production: Session<'s>,
    testing: Session<'s>,
    before_run: bool,
}

impl<'s> Linter<'s> {
    /// `packages` are those that production files can import, `testing` those of tests; the packages that are looked at should be
    /// among these.
    #[must_use]
    pub fn new(store: &'s SourceStore, packages: &'s dyn Packages, testing: &'s dyn Packages) -> Self {
        Self { production: Session::new(store, packages), testing: Session::new(store, testing), before_run: false }
    }

    /// The filetests are going to be run: what Gno's own checker says about them is a result that they may expect.
    #[must_use]
    pub fn before_run(self) -> Self {
        Self { before_run: true, ..self }
    }

    /// Looks at a package.
    #[must_use]
    pub fn lint(&mut self, package: &Package) -> Report {
        let mut report = Report::default();
        let shown = |source: &Source| format!("{}{}", package.folder, source.name);
        report.files = package.sources.iter().map(|s| SourceFile::new(shown(s), s.text.as_slice())).collect();
        let module = match package.module.as_deref().map(GnoMod::parse).transpose() {
            Ok(module) => module,
            Err(error) => {
                let location = format!("{}gnomod.toml", package.folder);
                report.issues.push(Issue::new(Category::GnoMod, error, location));
                return report;
            }
        };
        report.ignored = module.as_ref().is_some_and(|module| module.ignore);
        if report.ignored {
            return report;
        }
        let kinds: Vec<FileKind> = package.sources.iter().map(file_kind).collect();
        let path = module.map(|module| module.module).or_else(|| package_name(package, &kinds)).unwrap_or_default();
        let path = if path.is_empty() { "main".to_owned() } else { path };
        let mut look = Look { package, path: &path, report: &mut report, seen: HashSet::new(), only_go: false };
        let of = |wanted: &[FileKind]| -> Vec<usize> {
            (0..).zip(&kinds).filter(|(_, kind)| wanted.contains(kind)).map(|(index, _)| index).collect()
        };
        let production = of(&[FileKind::Production]);
        look.at(&path, &production, &mut self.production);
        if PathKind::of(&path) == PathKind::Realm && look.report.issues.is_empty() {
            look.check_render(&production);
        }
        if kinds.contains(&FileKind::Test) {
            look.at(&path, &of(&[FileKind::Production, FileKind::Test]), &mut self.testing);
        }
        look.at(&format!("{path}_test"), &of(&[FileKind::TestBeside]), &mut self.testing);
        look.only_go = self.before_run;
        for file in of(&[FileKind::Filetest]) {
            let path = package.sources.get(file).map(filetest_path).unwrap_or_default();
            look.at(&path, &[file], &mut self.testing);
        }
        report
    }
}

/// The path of the package that a filetest makes: its directive, else its name.
fn filetest_path(source: &Source) -> String {
    let text = String::from_utf8_lossy(&source.text);
    let stated = Directives::parse(&text).get("PKGPATH").map(|path| path.trim().to_owned());
    stated.or_else(|| declared_name(source)).unwrap_or_default()
}

/// What a file of a package is for, by its name and package clause.
pub(crate) fn file_kind(source: &Source) -> FileKind {
    if source.name.ends_with("_filetest.gno") {
        return FileKind::Filetest;
    }
    if !source.name.ends_with("_test.gno") {
        return FileKind::Production;
    }
    if declared_name(source).is_some_and(|name| name.ends_with("_test")) {
        FileKind::TestBeside
    } else {
        FileKind::Test
    }
}

fn package_name(package: &Package, kinds: &[FileKind]) -> Option<String> {
    let mut sources = package.sources.iter().zip(kinds);
    sources.find(|(_, kind)| **kind == FileKind::Production).and_then(|(source, _)| declared_name(source))
}

/// The name in the package clause of a file.
fn declared_name(source: &Source) -> Option<String> {
    let arena = Bump::new();
    let file = SourceFile::new(&source.name, source.text.as_slice());
    let parsed = regno_frontend::syntax::parse_file(&arena, &file, &regno_frontend::limits::Limits::default());
    Some(parsed.file.package.name.to_owned()).filter(|name| name != "_")
}

struct Look<'l> {
    package: &'l Package,
    path: &'l str,
    report: &'l mut Report,
    seen: HashSet<(Option<Place>, Finding)>,
    /// Gno's own checker is not asked.
    only_go: bool,
}

impl Look<'_> {
    /// Looks at some of the files as a package.
    fn at(&mut self, path: &str, indices: &[usize], session: &mut Session<'_>) {
        if indices.is_empty() {
            return;
        }
        let sources = indices.iter().filter_map(|&index| self.package.sources.get(index));
        let files: Vec<SourceFile> = sources.map(|s| SourceFile::new(&s.name, s.text.as_slice())).collect();
        let arena = Bump::new();
        let found = session.inspect(path, &session.parse(&arena, &files), self.only_go);
        let Inspection { syntax, imports, go, check } = found;
        let index = |file: usize| indices.get(file).copied().unwrap_or(0);
        for (file, error) in syntax {
            let place = Place { file: index(file), span: error.span };
            self.add(Category::Parser, error.error, place);
        }
        for (file, span, error) in imports {
            self.add(Category::Import, error, Place { file: index(file), span });
        }
        self.add_findings(go, &index);
        if let Some(error) = check {
            let file = index(error.file as usize);
            self.add_check_error(error, file);
        }
    }

    fn add(&mut self, category: Category, finding: impl Into<Finding>, place: Place) {
        let location = self
            .report
            .files
            .get(place.file)
            .map_or_else(String::new, |file| format!("{}:{}", file.name(), file.position(place.span.start)));
        self.push(Issue { place: Some(place), ..Issue::new(category, finding, location) });
    }

    fn push(&mut self, mut issue: Issue) {
        if !self.seen.insert((issue.place, issue.finding.clone())) {
            return;
        }
        issue.suggestion = suggest::suggestion(&issue, &self.report.files);
        self.report.issues.push(issue);
    }

    /// Go's findings; those that continue another one become its related places.
    fn add_findings(&mut self, entries: Vec<Entry>, index: &impl Fn(usize) -> usize) {
        for entry in entries {
            let file = entry.place.file.map(|file| index(file as usize));
            let place = file.map(|file| Place { file, span: entry.place.span });
            if entry.is_continuation()
                && let (Some(place), Some(last)) = (place, self.report.issues.last_mut())
            {
                let related = (place, entry.error.to_string().trim().to_owned());
                if !last.related.contains(&related) {
                    last.related.push(related);
                }
                continue;
            }
            let import = matches!(entry.error, GoError::UnknownImport { .. });
            let category = if import { Category::Import } else { Category::TypeCheck };
            self.add(category, entry.error, place.unwrap_or(Place { file: 0, span: Span::default() }));
        }
    }

    fn add_check_error(&mut self, error: CheckError, file: usize) {
        let place = Place { file, span: error.span };
        let related = error.related.iter().map(|&(span, words)| (Place { file, span }, words.to_owned()));
        let shown = self.report.files.get(file).map_or("", SourceFile::name);
        // The reference's location, with the path of the file in place of that of the package.
        let tail = error.location.as_deref().and_then(|location| location.split_once(".gno:"));
        let location = tail.map_or_else(|| format!("{}:0", self.path), |(_, tail)| format!("{shown}:{tail}"));
        self.push(Issue {
            place: error.location.is_some().then_some(place),
            message: error.message().trim().to_owned(),
            related: related.collect(),
            ..Issue::new(Category::Preprocess, *error.finding, location)
        });
    }

    /// A realm's `Render` has one form (spec/05 §12.4).
    fn check_render(&mut self, production: &[usize]) {
        for &file in production {
            let Some(span) = self.report.files.get(file).and_then(render_function::malformed) else { continue };
            let line = self.report.files.get(file).map_or(0, |file| file.line(span.start));
            let name = self.package.sources.get(file).map_or("", |source| &source.name);
            let issue =
                Issue::new(Category::Lint, PackageError::RenderSignature, format!("{}/{name}:{line}", self.path));
            self.push(Issue { place: Some(Place { file, span }), ..issue });
        }
    }
}
