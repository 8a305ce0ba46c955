//! The Go layer: what Go's type checker says about a package (spec/01 §3.1, §3.6).
//!
//! The reference type-checks every package as Go before its own front end sees it, with a few names injected. This module
//! computes that verdict: all findings in the order in which Go's checker reports them. It is independent of
//! [`crate::check`], which decides what runs; both work on the same syntax tree.
//!
//! A finding is data ([`GoError`]); [`render`] gives the text that the reference records.
//!
//! **Order.** Names are collected first; then types, aliases and everything else in source order, each declaration pulling
//! in what it uses; then function bodies. Work that must wait for complete types (bodies, validity of types, map keys) is
//! queued and done in turn; literals are done at the end of the statement they stand in. Initialisation cycles and unused
//! imports come last.
//!
//! | file | holds |
//! |---|---|
//! | `types`, `object`, `value` | types, declared things, constant values |
//! | `display` | how types and expressions print |
//! | `relations`, `member`, `assignable`, `generic` | identity; members and interfaces; assignability, conversion; instances |
//! | `universe` | predeclared names |
//! | `package`, `decl`, `cycle` | collecting names, working out declarations, recursive declarations and initialisation |
//! | `typexpr` | type expressions and signatures |
//! | `operand`, `expr`, `operator`, `selector`, `index`, `call`, `builtin`, `composite` | expressions |
//! | `assign`, `stmt`, `switch`, `labels`, `terminate` | statements |

mod assign;
mod assignable;
mod builtin;
mod call;
mod composite;
mod cycle;
mod decl;
mod display;
mod expr;
mod generic;
mod index;
mod labels;
mod member;
mod object;
mod operand;
mod operator;
mod package;
mod relations;
mod selector;
mod stmt;
mod switch;
mod terminate;
mod types;
mod typexpr;
mod universe;
mod value;

use crate::diagnostic;
use crate::finding::{GoError, SyntaxError};
use crate::limits::Limits;
use crate::source::{SourceFile, Span};
use crate::syntax::ParsedFile;
use crate::syntax::ast;
use cranelift_entity::PrimaryMap;
use object::{Home, ObjId, Object, Scope, ScopeId};
use std::collections::{HashMap, HashSet};
use types::{INVALID, Ty, Types};

/// Runs `f` with enough stack for another level of recursion over guest data.
fn deep<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, f)
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Index of the file; `None` for the file of predeclared names that the reference adds.
    pub file: Option<u32>,
    /// The range; its start is the position that is printed. Nothing of the added file is looked at but its lines: there the
    /// start is [`injected_offset`].
    pub span: Span,
}

/// The place in the file of added names that is printed as `line:column`.
fn injected_offset(line: u32, column: u32) -> u32 {
    line << 8 | column
}

/// One entry of the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is wrong.
    pub error: GoError,
    /// Where.
    pub place: Place,
}

impl Entry {
    /// Whether the entry adds a place to the one before.
    #[must_use]
    pub const fn is_continuation(&self) -> bool {
        matches!(
            self.error,
            GoError::OtherDeclaration { .. }
                | GoError::RefersTo { .. }
                | GoError::PreviousCase
                | GoError::InnerDeclaration { .. }
        )
    }
}

/// Type-checks a package as Go (spec/01 §3.1).
///
/// `path` is the package path, `files` its parsed files in the order of their names and `sources` their texts, index by
/// index. Imported packages are not looked at: their members are taken to exist ([`check_package_with`] looks). If files have syntax errors, these are the
/// findings, one a file, and nothing else is checked; if one of them stops the package from being loaded
/// ([`load_failure`]), there are no findings.
#[must_use]
pub fn check_package(path: &str, files: &[ParsedFile<'_>], sources: &[SourceFile], limits: &Limits) -> Vec<Entry> {
    if files.iter().any(fails_to_load) {
        return Vec::new();
    }
    let syntax: Vec<Entry> = (0..)
        .zip(files.iter().zip(sources))
        .filter_map(|(index, (file, source))| syntax_finding(index, file, source))
        .collect();
    if !syntax.is_empty() {
        return syntax;
    }
    let mut checker = Checker::new(path, files, sources, *limits);
    checker.package();
    checker.findings
}

/// A package that can be imported.
#[derive(Clone, Copy, Debug)]
pub struct Dependency<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its parsed files without syntax errors, in the order of their names; no tests.
    pub files: &'a [ParsedFile<'a>],
    /// Their texts, index by index.
    pub sources: &'a [SourceFile],
    /// Its module file says that no other package may import it.
    pub private: bool,
    /// Its module file says that it is not finished.
    pub draft: bool,
}

/// What a package is checked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Purpose {
    /// To be run or imported: its name follows from its path.
    #[default]
    Run,
    /// As the package of a folder, or the script of a message: its name is that of its first file.
    Files,
    /// To be added to a chain that has begun: as [`Purpose::Files`], and it may not import drafts (spec/01 §2.4).
    Deploy,
}

/// Type-checks a package as Go, with the packages that it may import, directly or through others. Findings are those of the
/// package itself. See [`check_package`] for the rest.
#[must_use]
pub fn check_package_with<'a>(
    path: &str,
    purpose: Purpose,
    files: &'a [ParsedFile<'a>],
    sources: &'a [SourceFile],
    dependencies: &'a [Dependency<'a>],
    limits: &Limits,
) -> Vec<Entry> {
    if files.iter().any(|file| !file.errors.is_empty()) {
        return check_package(path, files, sources, limits);
    }
    let mut checker = Checker::new(path, files, sources, *limits);
    checker.dependencies = Some(dependencies);
    checker.purpose = purpose;
    checker.package();
    checker.findings
}

/// The text of the error of a file in its package clause or imports. The reference reads these alone when it loads a package,
/// and stops there: it never gets to type-check (spec/00 addendum 17).
#[must_use]
pub fn load_failure(file: &ParsedFile<'_>, source: &SourceFile) -> Option<String> {
    if !fails_to_load(file) {
        return None;
    }
    diagnostic::render_first(&file.record.header, source)
}

/// The imports before all other declarations: those that are read alone.
#[must_use]
pub fn leading_imports<'a>(file: &ParsedFile<'a>) -> Vec<&'a ast::ImportSpec<'a>> {
    let groups = file.file.decls.iter().map_while(|decl| match decl {
        ast::Decl::Gen(decl) => match decl.specs {
            ast::Specs::Import(specs) => Some(specs),
            _ => None,
        },
        _ => None,
    });
    groups.flatten().copied().collect()
}

/// Whether there is a [`load_failure`].
fn fails_to_load(file: &ParsedFile<'_>) -> bool {
    // The blank name is no matter of syntax: that reading does not look for it.
    file.record.header.iter().any(|found| found.error != SyntaxError::BlankPackageName)
}

/// The first syntax error of a file, with the number of the others (spec/01 §3.3).
fn syntax_finding(index: u32, file: &ParsedFile<'_>, source: &SourceFile) -> Option<Entry> {
    let first = file.errors.first()?;
    let text = diagnostic::render_first(&file.errors, source)?;
    let prefix = format!("{}:{}: ", source.name(), source.position(first.span.start));
    let message = text.strip_prefix(&prefix).unwrap_or(&text).to_owned();
    let place = Place { file: Some(index), span: first.span };
    Some(Entry { error: GoError::Syntax { error: message.into() }, place })
}

/// The text that the reference records for the findings: the entries `PATH/FILE:L:C: MSG` joined by `; `. `None` if there
/// are none (spec/01 §3.1).
#[must_use]
pub fn render(path: &str, findings: &[Entry], sources: &[SourceFile]) -> Option<String> {
    if findings.is_empty() {
        return None;
    }
    let entries: Vec<String> = findings.iter().map(|finding| render_entry(path, finding, sources)).collect();
    Some(entries.join("; "))
}

/// One entry: `PATH/FILE:L:C: MSG`.
#[must_use]
pub fn render_entry(path: &str, finding: &Entry, sources: &[SourceFile]) -> String {
    format!("{}: {}", position_text(path, finding.place, sources), finding.error)
}

/// `PATH/FILE:L:C`.
fn position_text(path: &str, place: Place, sources: &[SourceFile]) -> String {
    position_of(path, place, place.file.and_then(|file| sources.get(file as usize)))
}

fn position_of(path: &str, place: Place, source: Option<&SourceFile>) -> String {
    match source {
        Some(source) => format!("{path}/{}:{}", source.name(), source.position(place.span.start)),
        None => {
            let start = place.span.start;
            format!("{path}/.gnobuiltins.gno:{}:{}", (start >> 8).max(1), (start & 0xff).max(1))
        }
    }
}

/// Where the check stands.
#[derive(Clone)]
struct Env {
    file: u32,
    scope: ScopeId,
    /// The package-level declaration that is being worked out: the one that depends on what is used.
    decl: Option<ObjId>,
    /// The value of `iota`.
    iota: Option<i64>,
    /// Overrides the place of findings in repeated constant expressions.
    error_span: Option<Span>,
    /// The signature of the function whose body is checked.
    signature: Option<Ty>,
    /// Whether the expression so far contains a call or a receive operation.
    has_call: bool,
    /// Whether the body has labels or jumps to them.
    has_label: bool,
}

/// What is still to be done about an untyped expression.
#[derive(Clone)]
struct Untyped {
    /// It is the left operand of a non-constant shift.
    shifted: bool,
    mode: operand::Mode,
    ty: Ty,
    value: value::Value,
}

/// Work that waits for complete types.
enum Delayed<'a> {
    /// `cross` is where an entry function uses the injected name that does not exist.
    Body {
        env: Env,
        signature: Ty,
        scope: ScopeId,
        body: &'a ast::Block<'a>,
        cross: Option<Span>,
    },
    ValidType(ObjId),
    FieldNames(ObjId),
    MapKey {
        env: Env,
        key: Ty,
        span: Span,
    },
    Embedded {
        env: Env,
        ty: Ty,
        span: Span,
    },
    Receiver {
        env: Env,
        ty: Ty,
        base: Span,
    },
    Interface {
        env: Env,
        ty: Ty,
    },
    VarType {
        env: Env,
        ty: Ty,
        span: Span,
    },
    Instance {
        env: Env,
        ty: Ty,
        span: Span,
    },
}

/// State of a check. `'a` is the lifetime of the syntax tree.
struct Checker<'a> {
    path: String,
    /// The files of all packages, those of the checked one first.
    files: Vec<&'a ast::File<'a>>,
    sources: Vec<&'a SourceFile>,
    /// The package of each file.
    file_units: Vec<u32>,
    /// The packages: the checked one, then those that are imported.
    units: Vec<package::Unit>,
    dependencies: Option<&'a [Dependency<'a>]>,
    /// The injected file has the package's name whatever its path is.
    purpose: Purpose,
    limits: Limits,
    types: Types,
    objs: PrimaryMap<ObjId, Object>,
    scopes: PrimaryMap<ScopeId, Scope>,
    universe: ScopeId,
    /// One block for each file, with its imports.
    file_scopes: Vec<ScopeId>,
    /// The imports of the package itself, in order.
    imports: Vec<ObjId>,
    /// Its dot imports: index of the file, number of the imported package, the import.
    dot_imports: Vec<(u32, u32, ObjId)>,
    findings: Vec<Entry>,
    env: Env,
    delayed: Vec<Option<Delayed<'a>>>,
    /// Declarations under way, outermost first.
    path_of_decls: Vec<ObjId>,
    decls: HashMap<ObjId, decl::Decl<'a>>,
    /// Package-level objects in the order of their declaration.
    declared: Vec<ObjId>,
    /// Methods by the type they belong to.
    methods: HashMap<ObjId, Vec<ObjId>>,
    /// What each package-level declaration uses, in the order of first use.
    uses: HashMap<ObjId, indexmap::IndexSet<ObjId>>,
    untyped: HashMap<usize, Untyped>,
    /// Calls of `panic` that may end a function.
    panics: HashSet<usize>,
    instances: Vec<Ty>,
    /// How many instances are being made inside each other.
    instance_nesting: u32,
    /// The names of the receivers of methods.
    receivers: HashMap<ObjId, &'a str>,
    /// The types behind the injected names.
    shared_types: Option<[Ty; 4]>,
    /// Methods by type and name.
    method_index: HashMap<(Ty, std::rc::Rc<str>), ObjId>,
    /// Fields of large structs by name.
    field_index: HashMap<Ty, HashMap<std::rc::Rc<str>, ObjId>>,
    /// Types that are known not to contain themselves.
    sound: HashSet<Ty>,
}

impl<'a> Checker<'a> {
    fn new(path: &str, files: &'a [ParsedFile<'a>], sources: &'a [SourceFile], limits: Limits) -> Self {
        let mut scopes = PrimaryMap::new();
        let universe = scopes.push(Scope::default());
        let env = Env {
            file: 0,
            scope: universe,
            decl: None,
            iota: None,
            error_span: None,
            signature: None,
            has_call: false,
            has_label: false,
        };
        let mut checker = Self {
            path: path.to_owned(),
            files: Vec::new(),
            sources: Vec::new(),
            file_units: Vec::new(),
            units: Vec::new(),
            dependencies: None,
            purpose: Purpose::Run,
            shared_types: None,
            limits,
            types: Types::new(),
            objs: PrimaryMap::new(),
            scopes,
            universe,
            file_scopes: Vec::new(),
            imports: Vec::new(),
            dot_imports: Vec::new(),
            findings: Vec::new(),
            env,
            delayed: Vec::new(),
            path_of_decls: Vec::new(),
            decls: HashMap::new(),
            declared: Vec::new(),
            methods: HashMap::new(),
            uses: HashMap::new(),
            untyped: HashMap::new(),
            panics: HashSet::new(),
            instances: Vec::new(),
            instance_nesting: 0,
            receivers: HashMap::new(),
            method_index: HashMap::new(),
            field_index: HashMap::new(),
            sound: HashSet::new(),
        };
        checker.declare_universe();
        checker.add_unit(path, files, sources);
        checker
    }

    /// The check, step by step.
    fn package(&mut self) {
        if !self.collect(0) {
            return;
        }
        self.declare_all();
        self.run_delayed(0);
        self.init_cycles();
        self.unused_imports();
    }

    // -------------------------------------------------------------------------------------------------- findings

    /// Reports a finding in the current file.
    fn report(&mut self, span: Span, error: GoError) {
        let span = self.env.error_span.unwrap_or(span);
        self.report_at(Place { file: Some(self.env.file), span }, error);
    }

    fn report_at(&mut self, place: Place, error: GoError) {
        if place.file.is_some_and(|file| self.file_units.get(file as usize) != Some(&0)) {
            // What is wrong with an imported package is its own affair.
            return;
        }
        if !self.findings.is_empty() {
            // What follows from an earlier error is not worth an entry. The reference tells by the words.
            let message = error.to_string();
            let follows = |text: &str| message.find(text).is_some_and(|at| at > 0);
            if follows("invalid operand") || follows("invalid type") {
                return;
            }
        }
        self.findings.push(Entry { error, place });
    }

    /// The place of an object's declaration.
    fn place_of(&self, obj: ObjId) -> Place {
        let object = &self.objs[obj];
        Place { file: object.file, span: object.span }
    }

    /// Adds where else something was declared.
    fn report_other(&mut self, obj: ObjId) {
        let name = self.objs[obj].name.to_string();
        self.report_at(self.place_of(obj), GoError::OtherDeclaration { name: name.into() });
    }

    /// Adds where else a method of an interface was declared.
    fn report_other_method(&mut self, obj: ObjId) {
        let name = self.objs[obj].name.to_string();
        self.report_at(self.place_of(obj), GoError::OtherMethod { name: name.into() });
    }

    fn position_text(&self, place: Place) -> String {
        let source = place.file.and_then(|file| self.sources.get(file as usize).copied());
        position_of(&self.path, place, source)
    }

    // ---------------------------------------------------------------------------------------------------- scopes

    fn obj_type(&self, obj: ObjId) -> Ty {
        self.objs[obj].ty.unwrap_or(INVALID)
    }

    fn open_scope(&mut self) {
        let parent = self.env.scope;
        let scope = self.scopes.push(Scope { parent: Some(parent), ..Scope::default() });
        self.scopes[parent].children.push(scope);
        self.env.scope = scope;
    }

    fn close_scope(&mut self) {
        if let Some(parent) = self.scopes[self.env.scope].parent {
            self.env.scope = parent;
        }
    }

    fn lookup(&self, name: &str) -> Option<ObjId> {
        let package = self.package_scope();
        let mut scope = Some(self.env.scope);
        while let Some(id) = scope {
            // A file's imports lie between the package and what is in the file.
            if id == package
                && let Some(&file) = self.file_scopes.get(self.env.file as usize)
                && let Some(&obj) = self.scopes[file].names.get(name)
            {
                return Some(obj);
            }
            if let Some(&obj) = self.scopes[id].names.get(name) {
                return Some(obj);
            }
            scope = self.scopes[id].parent;
        }
        None
    }

    /// The number of the package of the current file.
    fn unit(&self) -> u32 {
        self.file_units.get(self.env.file as usize).copied().unwrap_or(0)
    }

    /// The block of the package of the current file.
    fn package_scope(&self) -> ScopeId {
        self.units.get(self.unit() as usize).map_or(self.universe, |unit| unit.scope)
    }

    /// The home of what is declared in the current file.
    fn home(&self) -> Home {
        Home::Package(self.unit())
    }

    /// Enters an object under its name; `_` is not entered. Reports a second declaration.
    fn declare(&mut self, scope: ScopeId, obj: ObjId) {
        let name = self.objs[obj].name.clone();
        if &*name == "_" || name.is_empty() {
            return;
        }
        if let Some(&other) = self.scopes[scope].names.get(&name) {
            let place = self.place_of(obj);
            self.report_at(place, GoError::Redeclared { name: name.to_string().into() });
            self.report_other(other);
            return;
        }
        self.scopes[scope].names.insert(name, obj);
        self.scopes[scope].order.push(obj);
    }

    // --------------------------------------------------------------------------------------------------- delayed

    fn later(&mut self, work: Delayed<'a>) {
        self.delayed.push(Some(work));
    }

    /// Does the queued work from `from` on, including what it queues.
    fn run_delayed(&mut self, from: usize) {
        let mut index = from;
        while index < self.delayed.len() {
            let work = self.delayed.get_mut(index).and_then(Option::take);
            index += 1;
            let Some(work) = work else { continue };
            let outer = self.env.clone();
            self.do_delayed(work);
            self.env = outer;
        }
        self.delayed.truncate(from);
    }

    fn do_delayed(&mut self, work: Delayed<'a>) {
        match work {
            Delayed::Body { env, signature, scope, body, cross } => {
                self.env = env;
                if let Some(span) = cross {
                    // `cur := cross; cross = cur`
                    self.report(span, GoError::Undefined { name: "cross".into() });
                    self.report(span, GoError::Undefined { name: "cross".into() });
                }
                deep(|| self.func_body(signature, scope, body));
            }
            Delayed::ValidType(obj) => self.valid_type(obj),
            Delayed::FieldNames(obj) => self.check_field_names(obj),
            Delayed::MapKey { env, key, span } => {
                self.env = env;
                self.check_map_key(key, span);
            }
            Delayed::Embedded { env, ty, span } => {
                self.env = env;
                self.check_embedded(ty, span);
            }
            Delayed::Receiver { env, ty, base } => {
                self.env = env;
                self.check_receiver(ty, base);
            }
            Delayed::Interface { env, ty } => {
                self.env = env;
                self.check_interface(ty);
            }
            Delayed::VarType { env, ty, span } => {
                self.env = env;
                self.check_var_type(ty, span);
            }
            Delayed::Instance { env, ty, span } => {
                self.env = env;
                self.check_instance(ty, span);
            }
        }
    }
}
