//! Blocks and names: what a name means where it stands, which slot it has, what literals capture.
//!
//! A [`Position`] is a stack of blocks cut into function frames. A declared name becomes visible when its declaration has
//! been checked; before, the name means what it means outside (spec/01 §4.3). The parts of an `if` and the clauses of a
//! switch share the block of their statement: a name of that statement counts as declared in the part itself.

use super::expr::{Static, unparen};
use super::{Checker, Result};
use crate::constant::{Constant, Held};
use crate::finding::VmError;
use crate::source::Span;
use crate::syntax::ast::{self, StmtRef};
use crate::typed::{
    Builtin, FuncId, FuncKind, GlobalId, Reserved, Scope, ScopeId, ScopeKind, StmtId, TypeExprId, Var, VarId, VarKind,
};
use crate::types::TypeId;
use indexmap::IndexMap;
use std::collections::HashMap;

/// What a name means.
#[derive(Clone, Debug)]
pub(super) enum Entity {
    /// A local variable, or the capture of one.
    Local(VarId),
    /// A package-level variable.
    Global(GlobalId),
    /// A declared function.
    Func(FuncId),
    /// A constant and its type.
    Const(Held, TypeId),
    /// A type.
    Type(TypeId),
    /// A predeclared function.
    Builtin(Builtin),
    /// A constant whose declaration has no value for it.
    Undefined,
    /// `nil`
    Nil,
    /// `iota`
    Iota,
    /// An imported package, by its number.
    Package(u32),
}

/// A block that is being checked.
pub(super) struct Block<'a> {
    /// The block.
    pub(super) scope: ScopeId,
    /// Source range of its statement or function.
    pub(super) span: Span,
    /// Its names so far.
    names: HashMap<String, Entity>,
    /// Slots so far, without the hidden ones that follow.
    slots: Vec<VarId>,
    /// Hidden variables of split assignments, after the names.
    late: Vec<VarId>,
    /// Its statements, before the names that they declare are asked for.
    lists: Vec<&'a [StmtRef<'a>]>,
    /// Those names.
    later: HashMap<&'a str, Later>,
}

/// As what a name is declared that is not visible yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Later {
    /// As a variable.
    Variable,
    /// As a constant or a type.
    Constant,
}

/// A checked literal of a function that is being checked.
pub(super) struct InnerLiteral {
    /// The literal.
    pub(super) func: FuncId,
    /// Its source range.
    pub(super) span: Span,
    /// Variables from this number on were made by its check.
    pub(super) first_var: u32,
}

/// A function that is being checked.
pub(super) struct Frame<'a> {
    /// The function.
    pub(super) func: FuncId,
    /// Number of blocks outside it: the index of its own.
    pub(super) base: usize,
    /// Its syntax if it is a literal.
    pub(super) literal: Option<&'a ast::FuncLit<'a>>,
    /// Literals that stand in it directly, in source order.
    pub(super) literals: Vec<InnerLiteral>,
    /// Captures so far, by the variable of the enclosing function.
    pub(super) captures: IndexMap<VarId, VarId>,
    /// Types of the results.
    pub(super) results: Vec<TypeId>,
    /// Source range of the declaration or literal.
    pub(super) span: Span,
    /// Labels of the bodies that are being checked, innermost last.
    pub(super) bodies: Vec<Vec<(&'a str, StmtId)>>,
    /// Statements that branches can leave, innermost last.
    pub(super) targets: Vec<BranchTarget<'a>>,
}

/// A statement that a branch can name or leave.
#[derive(Clone, Copy)]
pub(super) struct BranchTarget<'a> {
    /// Its label.
    pub(super) label: Option<&'a str>,
    /// The statement.
    pub(super) stmt: StmtId,
    /// What it is.
    pub(super) kind: TargetKind,
}

/// What kind of statement a branch target is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetKind {
    /// `for`, `range`
    Loop,
    /// A switch or type switch.
    Switch,
    /// A labelled block or `if`.
    Other,
}

/// Where the check stands.
#[derive(Default)]
pub(super) struct Position<'a> {
    /// Index of the file.
    pub(super) file: u32,
    /// Index of the package-level declaration.
    pub(super) decl: usize,
    /// Which of the declarations that it is split into.
    pub(super) part: usize,
    /// Blocks from the outside in, of all frames.
    pub(super) blocks: Vec<Block<'a>>,
    /// Functions from the outside in.
    pub(super) frames: Vec<Frame<'a>>,
    /// Value of `iota`.
    pub(super) iota: Option<u32>,
    /// Source range of the package-level declaration.
    pub(super) span: Span,
    /// Source range of the local declaration whose type is being resolved: where errors in it are reported.
    pub(super) type_of: Option<Span>,
    /// Source range of the local declaration whose values are being checked: where names that nothing declares are reported.
    pub(super) value_of: Option<Span>,
    /// The type expression that a declaration or a case consists of.
    pub(super) whole_type: Option<ast::NodeId>,
    /// The clause of a type switch whose types are being resolved: errors in them are located there.
    pub(super) case: Option<Span>,
}

impl<'a> Checker<'a> {
    // ------------------------------------------------------------------------------------------------------- lookup

    /// What the name at `span` means; captures it where it belongs to an enclosing function.
    pub(super) fn lookup(&mut self, name: &str, span: Span) -> Result<Entity> {
        self.limit_path(name, span)?;
        match self.meaning(name, span)? {
            Some((Entity::Undefined, _)) => Err(self.error(span, VmError::NotDefined { name: name.into() })),
            Some((Entity::Local(var), block)) => Ok(Entity::Local(self.capture(var, block))),
            Some((entity, _)) => Ok(entity),
            None if self.in_declaration() => {
                let span = self.at.type_of.or(self.at.value_of).unwrap_or(self.at.span);
                let files: Vec<&str> = self.sources.iter().map(crate::source::SourceFile::name).collect();
                let (name, files) = (name.into(), files.join(" ").into());
                Err(self.error(span, VmError::NotInFiles { name, files }))
            }
            None => Err(self.error(span, VmError::NotDeclared { name: self.renamed(name, span).into() })),
        }
    }

    /// Whether the type or the values of a declaration are being checked, outside of any literal's body.
    pub(super) fn in_declaration(&self) -> bool {
        self.at.frames.is_empty() || self.at.type_of.is_some() || self.at.value_of.is_some()
    }

    /// Refuses a name whose block is too many levels away (spec/01 §1.1).
    fn limit_path(&mut self, name: &str, span: Span) -> Result<()> {
        let limit = self.limits.path_depth;
        if self.at.blocks.len() + 2 <= limit as usize {
            return Ok(());
        }
        let depth = match self.meaning(name, span)? {
            Some((Entity::Local(var), _)) => self.value_path(var).0,
            Some(_) if self.package.names.contains_key(name) => self.package_value_path(name).0,
            _ => 0,
        };
        if depth > limit {
            return Err(self.error(span, VmError::PathDepth { limit: limit.into() }));
        }
        Ok(())
    }

    /// Whether the name at `span` denotes a type. Captures nothing.
    pub(super) fn names_type(&mut self, name: &str, span: Span) -> Result<bool> {
        Ok(matches!(self.meaning(name, span)?, Some((Entity::Type(_), _))))
    }

    /// The predeclared function that the name at `span` denotes, if it does. Captures nothing.
    pub(super) fn names_builtin(&mut self, name: &str, span: Span) -> Result<Option<Builtin>> {
        match self.meaning(name, span)? {
            Some((Entity::Builtin(builtin), _)) => Ok(Some(builtin)),
            _ => Ok(None),
        }
    }

    /// The name as the reference has it: with a suffix where it means a loop's own variable.
    pub(super) fn renamed(&self, name: &str, span: Span) -> String {
        if self.is_loop_name(span) { format!("{name}{LOOP_SUFFIX}") } else { name.to_owned() }
    }

    /// Whether the name at `span` means a loop's own variable (spec/01 §4.4).
    pub(super) fn is_loop_name(&self, span: Span) -> bool {
        !self.loop_names.is_empty() && self.loop_names.contains(&(self.at.file, span.start))
    }

    /// The meaning, and the index of the block that declares it (0 where it is not local). Captures nothing.
    pub(super) fn meaning(&mut self, name: &str, span: Span) -> Result<Option<(Entity, usize)>> {
        if name == "iota" {
            return Ok(Some((Entity::Iota, 0)));
        }
        let suffixed;
        let wanted = if self.is_loop_name(span) {
            suffixed = format!("{name}{LOOP_SUFFIX}");
            suffixed.as_str()
        } else {
            name
        };
        for (index, block) in self.at.blocks.iter().enumerate().rev() {
            if let Some(entity) = block.names.get(wanted) {
                return Ok(Some((entity.clone(), index)));
            }
        }
        if let Some(package) = self.imported_package(wanted) {
            return Ok(Some((Entity::Package(package), 0)));
        }
        if let Some(entity) = self.package_entity(wanted)? {
            return Ok(Some((entity, 0)));
        }
        let Some(entity) = predeclared(wanted) else { return Ok(None) };
        if self.declared_later(wanted).is_some() {
            return Err(self.error(span, VmError::ShadowedLater));
        }
        Ok(Some((entity, 0)))
    }

    /// Notes statements of the innermost block before they are checked.
    pub(super) fn announce(&mut self, list: &'a [StmtRef<'a>]) {
        if let Some(block) = self.at.blocks.last_mut() {
            block.lists.push(list);
        }
    }

    /// As what a block around this place declares a name that is not visible yet (spec/01 §1.3 row 17).
    pub(super) fn declared_later(&mut self, name: &str) -> Option<Later> {
        for block in self.at.blocks.iter_mut().rev() {
            if block.names.contains_key(name) {
                return None;
            }
            for list in block.lists.drain(..) {
                for stmt in list {
                    note_declared(stmt, &mut block.later);
                }
            }
            if let Some(&later) = block.later.get(name) {
                return Some(later);
            }
        }
        None
    }

    /// The variable as the current function sees it.
    fn capture(&mut self, var: VarId, block: usize) -> VarId {
        let first = self.at.frames.iter().position(|frame| frame.base > block).unwrap_or(self.at.frames.len());
        let mut var = var;
        for index in first..self.at.frames.len() {
            let frame = &self.at.frames[index];
            if let Some(&capture) = frame.captures.get(&var) {
                var = capture;
                continue;
            }
            let number = u32::try_from(frame.captures.len()).unwrap_or(u32::MAX);
            let scope = self.at.blocks[frame.base].scope;
            let outer = &mut self.vars[var];
            outer.boxed = true;
            let name = format!("~{}", outer.name.trim_start_matches('~'));
            let capture = Var { name, ty: outer.ty, kind: VarKind::Capture(number), boxed: true, scope };
            let capture = self.vars.push(capture);
            self.statics[capture] = self.statics[var];
            self.captured[capture] = Some(var);
            self.at.frames[index].captures.insert(var, capture);
            var = capture;
        }
        var
    }

    /// Recorded static type of a variable.
    pub(super) fn var_static(&self, var: VarId) -> Static {
        self.statics[var].or(Some(self.vars[var].ty))
    }

    /// Recorded static type of a package-level variable.
    pub(super) fn global_static(&self, global: GlobalId) -> Static {
        self.global_statics[global].or(Some(self.globals[global].ty))
    }

    /// Type of a function, without the receiver.
    pub(super) fn func_type(&self, func: FuncId) -> TypeId {
        self.funcs[func].signature
    }

    /// Whether the check stands inside a function literal.
    pub(super) fn in_literal(&self) -> bool {
        self.at.frames.iter().any(|frame| matches!(self.funcs[frame.func].kind, FuncKind::Literal { .. }))
    }

    /// Notes that the address of a variable is taken.
    pub(super) fn mark_addressed(&mut self, var: VarId) {
        self.vars[var].boxed = true;
    }

    /// Value of `iota`, inside the values of a `const` declaration.
    pub(super) fn iota_value(&self) -> Option<u32> {
        self.at.iota
    }

    /// The type expression of a resolved type.
    pub(super) fn resolved_name(&self) -> TypeExprId {
        self.name_expr
    }

    // -------------------------------------------------------------------------------------------------------- blocks

    /// Enters a block.
    pub(super) fn enter(&mut self, kind: ScopeKind, span: Span) -> Result<ScopeId> {
        if self.at.blocks.len() >= self.limits.block_depth as usize {
            return Err(self.error(span, VmError::BlockDepth));
        }
        let base = self.at.frames.last().map_or(0, |frame| frame.base);
        let parent = if kind == ScopeKind::Func { None } else { self.at.blocks.get(base..).and_then(|b| b.last()) };
        let shared = if matches!(kind, ScopeKind::IfPart | ScopeKind::Clause) {
            parent.map_or_else(Vec::new, |parent| parent.slots.iter().chain(&parent.late).copied().collect())
        } else {
            Vec::new()
        };
        let scope = self.scopes.push(Scope { kind, parent: parent.map(|parent| parent.scope), slots: Vec::new() });
        self.at.blocks.push(Block {
            scope,
            span,
            names: HashMap::new(),
            slots: shared,
            late: Vec::new(),
            lists: Vec::new(),
            later: HashMap::new(),
        });
        Ok(scope)
    }

    /// Leaves the innermost block and completes its slots.
    pub(super) fn leave(&mut self) {
        if let Some(block) = self.at.blocks.pop() {
            let mut slots = block.slots;
            slots.extend(block.late);
            self.scopes[block.scope].slots = slots;
        }
    }

    /// Enters a function: its frame and the block of its body.
    pub(super) fn enter_function(
        &mut self,
        func: FuncId,
        literal: Option<&'a ast::FuncLit<'a>>,
        results: Vec<TypeId>,
        span: Span,
    ) -> Result<ScopeId> {
        let base = self.at.blocks.len();
        self.at.frames.push(Frame {
            func,
            base,
            literal,
            literals: Vec::new(),
            captures: IndexMap::new(),
            results,
            span,
            bodies: Vec::new(),
            targets: Vec::new(),
        });
        self.enter(ScopeKind::Func, span)
    }

    /// Leaves a function; the captures follow the other slots. Gives the captured variables in order.
    pub(super) fn leave_function(&mut self) -> Vec<VarId> {
        let Some(frame) = self.at.frames.pop() else { return Vec::new() };
        if let Some(block) = self.at.blocks.last_mut() {
            block.late.extend(frame.captures.values());
        }
        self.leave();
        frame.captures.keys().copied().collect()
    }

    /// Source range of the innermost block.
    pub(super) fn block_span(&self) -> Span {
        match self.at.blocks.last() {
            Some(block) => block.span,
            None => self.files.get(self.at.file as usize).map_or(Span::default(), |file| file.span),
        }
    }

    /// What a name means if it is declared in the innermost block itself, or in the statement whose block it shares.
    pub(super) fn in_this_block(&self, name: &str) -> Option<Entity> {
        let (block, outer) = self.at.blocks.split_last()?;
        if let Some(entity) = block.names.get(name) {
            return Some(entity.clone());
        }
        if matches!(self.scopes[block.scope].kind, ScopeKind::IfPart | ScopeKind::Clause) {
            return outer.last().and_then(|block| block.names.get(name)).cloned();
        }
        None
    }

    /// Makes a name visible in the innermost block.
    pub(super) fn bind(&mut self, name: &str, entity: Entity) {
        if let Some(block) = self.at.blocks.last_mut() {
            block.names.insert(name.to_owned(), entity);
        }
    }

    /// A new slot at the end of the innermost block.
    pub(super) fn slot(&mut self, name: String, ty: TypeId, recorded: TypeId, kind: VarKind) -> Result<VarId> {
        let var = self.hidden(name, ty, recorded, kind)?;
        if let Some(block) = self.at.blocks.last_mut()
            && let Some(var) = block.late.pop()
        {
            block.slots.push(var);
        }
        Ok(var)
    }

    /// A new slot after the named ones of the innermost block.
    pub(super) fn hidden(&mut self, name: String, ty: TypeId, recorded: TypeId, kind: VarKind) -> Result<VarId> {
        let Some(block) = self.at.blocks.last_mut() else {
            return Err(self.error_at_block(VmError::ShouldNotHappen));
        };
        if block.slots.len() + block.late.len() >= self.limits.names_per_block as usize {
            return Err(self.error_at_block(VmError::BlockNames));
        }
        let var = self.vars.push(Var { name, ty, kind, boxed: false, scope: block.scope });
        block.late.push(var);
        if recorded != ty {
            self.statics[var] = Some(recorded);
        }
        Ok(var)
    }

    /// Declares a variable: a new slot and its name. The name of a loop's own variable has a suffix.
    pub(super) fn declare(&mut self, name: &str, ty: TypeId, recorded: TypeId, kind: VarKind) -> Result<VarId> {
        let var = self.slot(name.to_owned(), ty, recorded, kind)?;
        self.bind(name, Entity::Local(var));
        Ok(var)
    }

    /// Refuses the declaration of a predeclared name (spec/01 §1.5).
    pub(super) fn refuse_predeclared(&self, name: &str, at: Span) -> Result<()> {
        if name == "iota" || predeclared(name).is_some() || matches!(name, "cross" | "realm") {
            return Err(self.error(at, VmError::ShadowsBuiltin { name: name.into() }));
        }
        Ok(())
    }

    /// Depth and index of a variable's slot as the reference counts them from here (spec/01 §4.3).
    pub(super) fn value_path(&self, var: VarId) -> (u32, u32) {
        let mut root = var;
        while let Some(outer) = self.captured[root] {
            root = outer;
        }
        let mut depth = 1;
        for block in self.at.blocks.iter().rev() {
            let index = block.slots.iter().chain(&block.late).position(|&slot| slot == root);
            if let Some(index) = index {
                return (depth, u32::try_from(index).unwrap_or(u32::MAX));
            }
            if !matches!(self.scopes[block.scope].kind, ScopeKind::IfPart | ScopeKind::Clause) {
                depth += 1;
            }
        }
        (depth, 0)
    }

    /// Depth and index of a package-level name's slot as the reference counts them from here.
    pub(super) fn package_value_path(&self, name: &str) -> (u32, u32) {
        let own = self
            .at
            .blocks
            .iter()
            .filter(|block| !matches!(self.scopes[block.scope].kind, ScopeKind::IfPart | ScopeKind::Clause))
            .count();
        let depth = u32::try_from(own + 2).unwrap_or(u32::MAX);
        (depth, self.package_slot_index(name))
    }
}

/// Notes the names that a statement itself declares. The first declaration of a name counts.
fn note_declared<'a>(stmt: StmtRef<'a>, later: &mut HashMap<&'a str, Later>) {
    let mut stmt = stmt;
    while let ast::StmtKind::Labeled(labeled) = stmt.kind {
        stmt = labeled.stmt;
    }
    let mut note = |name: &'a str, as_what| {
        later.entry(name).or_insert(as_what);
    };
    match stmt.kind {
        ast::StmtKind::Assign(assign) if assign.op == ast::AssignOp::Define => {
            for e in assign.lhs {
                if let ast::ExprKind::Ident(name) = unparen(e).kind {
                    note(name, Later::Variable);
                }
            }
        }
        ast::StmtKind::Decl(group) => match group.specs {
            ast::Specs::Import(_) => {}
            ast::Specs::Var(specs) => {
                specs.iter().flat_map(|spec| spec.names).for_each(|name| note(name.name, Later::Variable));
            }
            ast::Specs::Const(specs) => {
                specs.iter().flat_map(|spec| spec.names).for_each(|name| note(name.name, Later::Constant));
            }
            ast::Specs::Type(specs) => specs.iter().for_each(|spec| note(spec.name.name, Later::Constant)),
        },
        _ => {}
    }
}

/// Suffix of the names of a loop's own variables.
pub(super) const LOOP_SUFFIX: &str = ".loopvar";

/// What a predeclared name means (spec/01 §6.1); `iota`, `cross` and values without meaning here excluded.
fn predeclared(name: &str) -> Option<Entity> {
    let ty = |t| Some(Entity::Type(t));
    let builtin = |b| Some(Entity::Builtin(b));
    match name {
        "nil" => Some(Entity::Nil),
        "bool" => ty(TypeId::BOOL),
        "byte" | "uint8" => ty(TypeId::UINT8),
        "float32" => ty(TypeId::FLOAT32),
        "float64" => ty(TypeId::FLOAT64),
        "int" => ty(TypeId::INT),
        "int8" => ty(TypeId::INT8),
        "int16" => ty(TypeId::INT16),
        "int32" | "rune" => ty(TypeId::INT32),
        "int64" => ty(TypeId::INT64),
        "string" => ty(TypeId::STRING),
        "uint" => ty(TypeId::UINT),
        "uint16" => ty(TypeId::UINT16),
        "uint32" => ty(TypeId::UINT32),
        "uint64" => ty(TypeId::UINT64),
        "error" => ty(TypeId::ERROR),
        "any" => ty(TypeId::ANY),
        "address" => ty(TypeId::ADDRESS),
        "gnocoin" => ty(TypeId::GNOCOIN),
        "gnocoins" => ty(TypeId::GNOCOINS),
        "realm" => ty(TypeId::REALM),
        "true" => Some(Entity::Const(Held::plain(Constant::Bool(true)), TypeId::UNTYPED_BOOL)),
        "false" => Some(Entity::Const(Held::plain(Constant::Bool(false)), TypeId::UNTYPED_BOOL)),
        "append" => builtin(Builtin::Append),
        "cap" => builtin(Builtin::Cap),
        "copy" => builtin(Builtin::Copy),
        "delete" => builtin(Builtin::Delete),
        "len" => builtin(Builtin::Len),
        "make" => builtin(Builtin::Make),
        "new" => builtin(Builtin::New),
        "panic" => builtin(Builtin::Panic),
        "print" => builtin(Builtin::Print),
        "println" => builtin(Builtin::Println),
        "recover" => builtin(Builtin::Recover),
        "istypednil" => builtin(Builtin::IsTypedNil),
        "revive" => builtin(Builtin::Revive),
        "crossing" => builtin(Builtin::Reserved(Reserved::Crossing)),
        "_cross_gno0p0" => builtin(Builtin::Reserved(Reserved::Cross)),
        "attach" => builtin(Builtin::Reserved(Reserved::Attach)),
        _ => None,
    }
}
