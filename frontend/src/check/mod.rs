//! The checker: syntax tree -> typed tree (spec/01 §1, §4; spec/02 §5; spec/03 §3).
//!
//! One pass over the whole package. Names that belong to the package are collected first, in the reference's slot order;
//! types, signatures, constants and the types of variables are then worked out on demand, in the reference's phases;
//! function bodies follow. Within a body, names become visible as their declarations are reached, so that the order of
//! slots in a block, the meaning of a use before its declaration and the merged blocks of `if` and `switch` come out
//! as the reference has them without a second pass.
//!
//! | file | holds |
//! |---|---|
//! | `mod` | the [`Checker`] and its tables, errors, entry point |
//! | `scope` | blocks, slots, name lookup, captures, predeclared names, branch targets |
//! | `package` | package-level declarations and the order in which they are worked out |
//! | `initializer` | package-level constants and variables |
//! | `function` | declared functions, methods, literals |
//! | `init` | order and repetition of package initialisation |
//! | `entry` | calls of `main` and `init` |
//! | `world`, `import` | packages checked before, and what is used from them |
//! | `types` | type expressions |
//! | `stmt`, `assign`, `branch`, `switch` | statements |
//! | `resolver` | what the reference's parser says about names |
//! | `loopvar` | which names mean the loop's own variables |
//! | `crossing` | rules of functions that cross realms |
//! | `raw` | text of what is not checked yet |
//! | `heap` | what is known about variables only when everything has been seen |
//! | `terminate` | whether functions with results end in a return |
//! | `expr` and what it lists | expressions |
//!
//! The first error ends the check: the reference never reports more than one.

mod assign;
mod branch;
mod builtin;
mod call;
mod coerce;
mod composite;
mod context;
mod crossing;
mod decl;
mod entry;
mod expr;
mod finish;
mod fold;
mod function;
mod heap;
mod import;
mod index;
mod init;
mod initializer;
mod loopvar;
mod operator;
mod package;
mod place;
mod raw;
mod render;
mod resolver;
mod scope;
mod selector;
mod stmt;
mod switch;
mod terminate;
mod types;
mod world;

pub use resolver::syntax_failure;
pub use world::{Exports, Options, World};

use crate::finding::{self, VmError};
use crate::limits::Limits;
use crate::source::{SourceFile, Span};
use crate::syntax::ParsedFile;
use crate::syntax::ast;
use crate::typed::{
    self, Expr, ExprId, Func, FuncId, Global, GlobalId, Scope, ScopeId, Stmt, StmtId, TypeExprId, Var, VarId,
};
use crate::types::{TypeId, TypeTable};
use cranelift_entity::{PrimaryMap, SecondaryMap};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

/// Outcome of a check step.
pub(crate) type Result<T> = std::result::Result<T, CheckError>;

/// Why a package was refused: the first error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckError {
    /// What is wrong.
    pub finding: Box<VmError>,
    /// The reference's location `PATH/FILE:SPAN`, if the reference prints one (spec/01 §3.3).
    pub location: Option<String>,
    /// Source range of the error.
    pub span: Span,
    /// Index of the file.
    pub file: u32,
    /// Another place in the file that belongs to the error, and what it is.
    pub related: Option<(Span, &'static str)>,
    /// How many errors of the same file come after it and are not shown.
    pub more: usize,
    /// The reference finds it while it reads the file, before the package is made.
    pub while_reading: bool,
}

impl CheckError {
    /// An error without location, in the first file.
    fn new(finding: VmError, span: Span) -> Self {
        let finding = Box::new(finding);
        Self { finding, location: None, span, file: 0, related: None, more: 0, while_reading: false }
    }

    /// The reference's words without location.
    #[must_use]
    pub fn message(&self) -> String {
        match self.more {
            0 => self.finding.to_string(),
            more => format!("{} (and {more} more errors)", self.finding),
        }
    }
}

/// The reference's words with their location.
impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.message())
    }
}

impl std::error::Error for CheckError {}

/// Checks a package without imports; see [`World::check`] for packages with imports.
///
/// `files` are the parsed files in the reference's order (by name) and `sources` their texts, index by index. Files with
/// syntax errors must have been refused before.
///
/// # Errors
///
/// The first error of the reference's preprocessor layer, as [`CheckError`].
pub fn check_package(
    path: &str,
    files: &[ParsedFile<'_>],
    sources: &[SourceFile],
    limits: &Limits,
) -> std::result::Result<typed::Package, CheckError> {
    World::new().check(path, files, sources, Options { limits: *limits, natives: false })
}

/// Checks only what the reference checks while it reads the files, before it looks at imports.
///
/// # Errors
///
/// The first such error.
pub fn check_reading(
    path: &str,
    files: &[ParsedFile<'_>],
    sources: &[SourceFile],
) -> std::result::Result<(), CheckError> {
    let files: Vec<&ast::File<'_>> = files.iter().map(|parsed| &parsed.file).collect();
    Checker::new(path, &files, sources, Options::default(), TypeTable::new()).check_syntax()
}

/// Runs `f` with enough stack for another level of recursion over the syntax tree.
pub(crate) fn deep<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, f)
}

/// State of a check. `'a` is the lifetime of the syntax tree.
pub(crate) struct Checker<'a> {
    /// Import path of the package.
    pub(crate) path: Rc<str>,
    /// The files in order.
    files: Vec<&'a ast::File<'a>>,
    /// Their texts.
    sources: &'a [SourceFile],
    /// Depth of blocks and names in a block.
    limits: Limits,
    /// Functions may have no body.
    natives: bool,
    /// Other packages.
    imports: import::Imports,
    /// All types.
    pub(crate) types: TypeTable,
    /// Expression nodes.
    pub(crate) exprs: PrimaryMap<ExprId, Expr>,
    /// Statement nodes.
    stmts: PrimaryMap<StmtId, Stmt>,
    /// Type expressions.
    pub(crate) type_exprs: PrimaryMap<TypeExprId, typed::TypeExpr>,
    /// Names with slots.
    pub(crate) vars: PrimaryMap<VarId, Var>,
    /// Recorded static type of each variable where it differs from its type (spec/02 Q5, Q6).
    statics: SecondaryMap<VarId, Option<TypeId>>,
    /// For a capture, the variable of the enclosing function that it shares.
    captured: SecondaryMap<VarId, Option<VarId>>,
    /// Blocks.
    scopes: PrimaryMap<ScopeId, Scope>,
    /// Functions, methods, literals.
    pub(crate) funcs: PrimaryMap<FuncId, Func>,
    /// Package-level variables.
    pub(crate) globals: PrimaryMap<GlobalId, Global>,
    /// Recorded static type of each package-level variable.
    global_statics: SecondaryMap<GlobalId, Option<TypeId>>,
    /// Side tables of expression nodes.
    nodes: expr::Nodes,
    /// Where the check stands.
    at: scope::Position<'a>,
    /// Package-level declarations and names.
    package: package::PackageScope<'a>,
    /// Meaning of type expressions that have been resolved, by file and node.
    resolved: HashMap<(u32, ast::NodeId), TypeId>,
    /// Uses of names that mean a loop's own variable, by file and offset (spec/01 §4.4).
    loop_names: HashSet<(u32, u32)>,
    /// `:=` statements that redefine variables.
    redefinitions: Vec<(StmtId, Vec<VarId>)>,
    /// Literals in package-level initialisers, whose bodies wait for the third phase.
    deferred: Vec<function::Deferred<'a>>,
    /// `for` statements with the variables of their init part.
    loops: Vec<(StmtId, Vec<VarId>)>,
    /// The shared type expression of resolved types and names.
    name_expr: TypeExprId,
    /// Type expressions around the one that is being resolved.
    type_depth: u32,
}

impl<'a> Checker<'a> {
    fn new(
        path: &str,
        files: &[&'a ast::File<'a>],
        sources: &'a [SourceFile],
        options: Options,
        types: TypeTable,
    ) -> Self {
        let mut type_exprs = PrimaryMap::new();
        let name_expr = type_exprs.push(typed::TypeExpr::Name);
        Self {
            path: path.into(),
            files: files.to_vec(),
            sources,
            limits: options.limits,
            natives: options.natives,
            imports: import::Imports::default(),
            types,
            exprs: PrimaryMap::new(),
            stmts: PrimaryMap::new(),
            type_exprs,
            vars: PrimaryMap::new(),
            statics: SecondaryMap::new(),
            captured: SecondaryMap::new(),
            scopes: PrimaryMap::new(),
            funcs: PrimaryMap::new(),
            globals: PrimaryMap::new(),
            global_statics: SecondaryMap::new(),
            nodes: expr::Nodes::default(),
            at: scope::Position::default(),
            package: package::PackageScope::default(),
            resolved: HashMap::new(),
            loop_names: HashSet::new(),
            redefinitions: Vec::new(),
            deferred: Vec::new(),
            loops: Vec::new(),
            name_expr,
            type_depth: 0,
        }
    }

    /// The check, phase by phase (spec/01 §4.1).
    fn package(&mut self, known: &import::Known) -> Result<Vec<typed::InitStep>> {
        self.check_syntax()?;
        self.collect(known)?;
        self.predefine()?;
        self.bodies()?;
        self.finish_expressions();
        self.finish_variables();
        Ok(self.init_steps())
    }

    /// What comes before everything else: names within a file, then forms that the reference does not convert.
    fn check_syntax(&mut self) -> Result<()> {
        for (index, (file, source)) in self.files.iter().zip(self.sources).enumerate() {
            resolver::resolve_file(file, source, u32::try_from(index).unwrap_or(u32::MAX), &self.limits)?;
        }
        self.mark_loop_names()
    }

    fn into_package(mut self, init_steps: Vec<typed::InitStep>) -> typed::Package {
        let (package_slots, slot_values) = (self.package_slots(), self.slot_values());
        let no_main = self.no_main();
        let main = if no_main.is_none() { self.main() } else { None };
        let init_abort = self.check_inits();
        typed::Package {
            name: self.package_name().to_owned(),
            path: self.path.to_string(),
            types: Rc::new(self.types),
            exprs: self.exprs,
            uppers: self.nodes.uppers,
            stmts: self.stmts,
            type_exprs: self.type_exprs,
            vars: self.vars,
            scopes: self.scopes,
            funcs: self.funcs,
            globals: self.globals,
            init_steps,
            inits: self.package.inits,
            main,
            no_main,
            init_abort,
            refusal: None,
            package_slots,
            slot_values,
            file_spans: self.files.iter().map(|file| file.span).collect(),
            file_imports: self.imports.file_slots(),
            imports: self.imports.paths.into_iter().collect(),
            import_locations: self.imports.locations,
            imported_methods: self.imports.methods,
        }
    }

    /// The name in the package clause.
    fn package_name(&self) -> &str {
        self.files.first().map_or("", |file| file.package.name)
    }

    /// An error at a node.
    pub(crate) fn error(&self, span: Span, finding: VmError) -> CheckError {
        let span = if span == Span::default() { self.block_span() } else { span };
        CheckError { location: Some(self.location(span)), file: self.at.file, ..CheckError::new(finding, span) }
    }

    /// An error at a node without span of its own: located at the innermost block (spec/01 §3.3 rule 4).
    pub(crate) fn error_at_block(&self, finding: VmError) -> CheckError {
        self.error(self.block_span(), finding)
    }

    /// An error that the reference reports without location (spec/01 §3.3 rule 3).
    pub(crate) fn error_bare(&self, finding: VmError) -> CheckError {
        CheckError { file: self.at.file, ..CheckError::new(finding, self.block_span()) }
    }

    /// A type as an argument of a finding.
    pub(crate) fn type_arg(&self, ty: TypeId) -> finding::Type {
        self.types.type_string(ty).into()
    }

    /// An expression as an argument of a finding.
    pub(crate) fn expr_arg(&self, id: ExprId) -> finding::Expr {
        self.render(id).into()
    }

    /// `PATH/FILE:SPAN` of a range in the current file.
    pub(crate) fn location(&self, span: Span) -> String {
        let Some(source) = self.sources.get(self.at.file as usize) else { return self.path.to_string() };
        let (start, end) = (source.position(span.start), source.position(span.end));
        let range = if span.end <= span.start {
            start.to_string()
        } else if start.line == end.line {
            format!("{start}-{}", end.column)
        } else {
            format!("{start}-{end}")
        };
        format!("{}/{}:{range}", self.path, source.name())
    }
}
