//! Expressions as the reference shows them once it has resolved their names: targets of refused writes (spec/05 §5.5) and calls in
//! stack traces (spec/05 §7.3). Only packages that realms can take part in carry these texts.

use super::emit::FunctionBuilder;
use crate::function::TextData;
use crate::op::Op;
use regno_frontend::constant::Constant;
use regno_frontend::typed::{
    BinaryOp, Builtin, Callee, ExprId, ExprKind, Func, FuncId, FuncKind, FuncUse, GlobalId, MethodRef, Place, ScopeId,
    ScopeKind, Slot, UnaryOp, VarId,
};
use regno_frontend::types::{Type, TypeId};

/// The form of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// The nodes themselves.
    Node,
    /// As in stack traces.
    Trace,
}

/// Nesting beyond which a trace is cut off.
const DEPTH: u32 = 100;

/// Operations of predeclared functions that can fail in the frame of the function.
pub(super) const fn fails_in_native(op: Op) -> bool {
    matches!(
        op,
        Op::Append
            | Op::CopySlice
            | Op::DeleteMap
            | Op::MakeSlice
            | Op::MakeMap
            | Op::CheckRevive
            | Op::Stringify
            | Op::Abort
    )
}

/// Operations that show the target of a write: stores, and what comes first where the value is made or copied in between.
pub(super) const fn writes(op: Op) -> bool {
    matches!(
        op,
        Op::StoreGlobal
            | Op::StoreElem
            | Op::StoreIndex
            | Op::StoreField
            | Op::StorePtrField
            | Op::StorePtr
            | Op::StoreMap
            | Op::AddrMap
            | Op::AddrElem
            | Op::AddrIndex
            | Op::AddrField
            | Op::AddrPtrField
            | Op::LoadPtr
    )
}

impl FunctionBuilder<'_, '_> {
    /// Keeps the text of a place for the writes that follow, until it is cleared by 0; gives the number before.
    /// `in_place`: the place is changed, not assigned to.
    pub fn show_target(&mut self, place: &Place, in_place: bool) -> u32 {
        let text = match place {
            Place::Index { .. } | Place::Field { .. } | Place::Deref(_) | Place::Global { via_package: true, .. }
                if self.cx.guarded =>
            {
                let text = self.place_text(place, Style::Node, 0);
                self.add_text(text, in_place)
            }
            _ => 0,
        };
        std::mem::replace(&mut self.target_text, text)
    }

    /// The text of a call, for its instruction.
    pub fn call_text(&mut self, callee: &Callee, args: &[ExprId]) -> u32 {
        let text = self.call_of(callee, args, Style::Trace, 0);
        self.add_text(text, false)
    }

    /// The text of a call of a function by its name, without arguments of the source.
    pub fn named_call_text(&mut self, func: FuncId, args: &str) -> u32 {
        let name = &self.cx.package.funcs[func].name;
        let index = self.package_slot(|slot| *slot == Slot::Func(func));
        let text = match name.as_str() {
            "init" => format!("init.{index}<VPBlock(2,{index})>({args})"),
            _ => format!("{name}<VPBlock(1,{index})>({args})"),
        };
        self.add_text(text, false)
    }

    pub fn add_text(&mut self, text: String, in_place: bool) -> u32 {
        self.function.texts.push(TextData { text, in_place });
        u32::try_from(self.function.texts.len()).unwrap_or(0)
    }

    /// Blocks between here and the file.
    fn blocks(&self) -> Vec<ScopeId> {
        let scopes = &self.cx.package.scopes;
        let mut found = Vec::new();
        let mut next = self.scope_ids.get(&self.scope).copied();
        while let Some(scope) = next {
            found.push(scope);
            next = scopes[scope].parent;
        }
        found
    }

    fn grows(&self, scope: ScopeId) -> bool {
        matches!(self.cx.package.scopes[scope].kind, ScopeKind::IfPart | ScopeKind::Clause)
    }

    fn local(&self, var: VarId) -> String {
        let data = &self.cx.package.vars[var];
        let blocks = self.blocks();
        let above = blocks.iter().take_while(|&&scope| scope != data.scope);
        let depth = 1 + above.filter(|&&scope| !self.grows(scope)).count();
        // A scope that grows another one is the same block.
        let slot = self.cx.package.scopes[data.scope].slots.iter().position(|&slot| slot == var).unwrap_or(0);
        let heap = if data.boxed { "~" } else { "" };
        // A capture is kept under a name of its own.
        let name = data.name.trim_start_matches('~');
        format!("{name}<{heap}VPBlock({depth},{slot})>")
    }

    fn package_slot(&self, wanted: impl Fn(&Slot) -> bool) -> usize {
        self.cx.package.package_slots.iter().position(wanted).unwrap_or(0)
    }

    fn package_depth(&self) -> usize {
        2 + self.blocks().iter().filter(|&&scope| !self.grows(scope)).count()
    }

    fn global(&self, global: GlobalId, via_package: bool, style: Style) -> String {
        let data = &self.cx.package.globals[global];
        if let Some(path) = self.cx.imported_from(global) {
            return format!("{}.{}", package_text(path, style), data.name);
        }
        if via_package {
            return format!("{}.{}", package_text(&self.cx.package.path, style), data.name);
        }
        let slot = self.package_slot(|slot| *slot == Slot::Global(global));
        format!("{}<~VPBlock({},{slot})>", data.name, self.package_depth())
    }

    fn func(&self, func: FuncId, named: FuncUse, style: Style) -> String {
        let Func { name, signature, .. } = &self.cx.package.funcs[func];
        if named == FuncUse::Constant {
            return match style {
                Style::Node => format!("(const ({name} {}))", self.cx.package.types.type_string(*signature)),
                Style::Trace => name.clone(),
            };
        }
        if let Some(path) = self.cx.func_imported_from(func) {
            return format!("{}.{name}", package_text(path, style));
        }
        if named == FuncUse::Member {
            return format!("{}.{name}", package_text(&self.cx.package.path, style));
        }
        let slot = self.package_slot(|slot| *slot == Slot::Func(func));
        format!("{name}<VPBlock({},{slot})>", self.package_depth())
    }

    fn type_text(&self, ty: TypeId) -> String {
        format!("(const-type {})", self.cx.package.types.type_string(ty))
    }

    fn place_text(&self, place: &Place, style: Style, depth: u32) -> String {
        match place {
            Place::Blank => "_".to_owned(),
            Place::Local(var) => self.local(*var),
            Place::Global { global, via_package } => self.global(*global, *via_package, style),
            Place::Index { operand, index, .. } => {
                format!("{}[{}]", self.text(*operand, style, depth), self.text(*index, style, depth))
            }
            Place::Field { operand, field, .. } => {
                format!("{}.{}", self.text(*operand, style, depth), self.field_name(*operand, *field))
            }
            Place::Deref(operand) => self.star(*operand, style, depth),
            Place::Literal(id) | Place::Unaddressable(id, _) => self.text(*id, style, depth),
        }
    }

    fn star(&self, operand: ExprId, style: Style, depth: u32) -> String {
        let text = self.text(operand, style, depth);
        if style == Style::Trace { format!("*{text}") } else { format!("*({text})") }
    }

    fn field_name(&self, operand: ExprId, field: u32) -> String {
        let types = &self.cx.package.types;
        let ty = self.cx.package.exprs[operand].ty;
        let ty = match types.base(ty) {
            Type::Pointer(elem) => *elem,
            _ => ty,
        };
        types.fields(ty).get(field as usize).map_or_else(String::new, |field| field.name.to_string())
    }

    fn list(&self, ids: &[ExprId], style: Style, depth: u32) -> String {
        let separator = if style == Style::Trace { "," } else { ", " };
        ids.iter().map(|&id| self.text(id, style, depth)).collect::<Vec<_>>().join(separator)
    }

    fn call_of(&self, callee: &Callee, args: &[ExprId], style: Style, depth: u32) -> String {
        let function = match callee {
            Callee::Func { func, named } => self.func(*func, *named, style),
            Callee::Method { operand, method } => self.method(*operand, method, style, depth),
            Callee::Builtin(builtin) => self.builtin(*builtin),
            Callee::Value(id) => self.text(*id, style, depth),
        };
        format!("{function}({})", self.list(args, style, depth))
    }

    fn builtin(&self, builtin: Builtin) -> String {
        builtin.name().to_owned()
    }

    fn method(&self, operand: ExprId, method: &MethodRef, style: Style, depth: u32) -> String {
        let name = match method {
            MethodRef::Concrete { func, .. } => {
                let name = self.cx.package.funcs[*func].name.as_str();
                name.rsplit('.').next().unwrap_or(name)
            }
            MethodRef::Native(builtin) => builtin.name(),
            MethodRef::Interface { name } => name.as_str(),
        };
        format!("{}.{name}", self.text(operand, style, depth))
    }

    fn text(&self, id: ExprId, style: Style, depth: u32) -> String {
        if depth > DEPTH {
            return "...".to_owned();
        }
        super::deeper(|| self.node_text(id, style, depth + 1))
    }

    fn node_text(&self, id: ExprId, style: Style, depth: u32) -> String {
        let package = self.cx.package;
        let node = &package.exprs[id];
        match &node.kind {
            ExprKind::Const(value) => self.constant_text(value, node.ty, style),
            ExprKind::Type(_) => self.type_text(node.ty),
            ExprKind::TypeText(_, ty) => self.type_text(*ty),
            ExprKind::Local(var) => self.local(*var),
            ExprKind::Global { global, via_package } => self.global(*global, *via_package, style),
            ExprKind::Func { func, named } => self.func(*func, *named, style),
            ExprKind::Abort(text) => text.clone(),
            ExprKind::Unary { op, operand } => {
                let op = match op {
                    UnaryOp::Plus => "+",
                    UnaryOp::Neg => "-",
                    UnaryOp::Not => "!",
                    UnaryOp::Xor => "^",
                };
                format!("{op}{}", self.text(*operand, style, depth))
            }
            ExprKind::Binary { op, left, right } => self.binary_text(*op, *left, *right, style, depth),
            ExprKind::FailingBinary { op, left, right, .. } => self.binary_text(*op, *left, *right, style, depth),
            ExprKind::Convert { operand, .. } => {
                format!("{}({})", self.type_text(node.ty), self.text(*operand, style, depth))
            }
            ExprKind::Call { callee, args, .. } => self.call_of(callee, args, style, depth),
            ExprKind::Index { operand, index, .. } => {
                format!("{}[{}]", self.text(*operand, style, depth), self.text(*index, style, depth))
            }
            ExprKind::Slice { operand, low, high, max, .. } => {
                let bound = |id: &Option<ExprId>| id.map_or_else(String::new, |id| self.text(id, Style::Node, depth));
                let max = max.map_or_else(String::new, |id| format!(":{}", self.text(id, Style::Node, depth)));
                format!("{}[{}:{}{max}]", self.text(*operand, Style::Node, depth), bound(low), bound(high))
            }
            ExprKind::Field { operand, field, .. } => {
                format!("{}.{}", self.text(*operand, style, depth), self.field_name(*operand, *field))
            }
            ExprKind::MethodValue { operand, method } => self.method(*operand, method, style, depth),
            ExprKind::MethodExpr { func, .. } => {
                let data = &package.funcs[*func];
                let receiver = data.params.first().map_or(TypeId::INVALID, |&param| package.vars[param].ty);
                format!("{}.{}", self.receiver_text(receiver), data.name)
            }
            ExprKind::Deref(operand) => self.star(*operand, style, depth),
            ExprKind::AddressOf(place) => {
                let text = self.place_text(place, style, depth);
                if style == Style::Trace { format!("&{text}") } else { format!("&({text})") }
            }
            ExprKind::TypeAssert { operand, to, .. } => {
                format!("{}.({})", self.text(*operand, style, depth), self.asserted_text(*to))
            }
            ExprKind::Composite { elements, .. } => {
                if style == Style::Trace {
                    return format!("{}<len={}>", self.type_text(node.ty), elements.len());
                }
                let parts: Vec<String> = elements
                    .iter()
                    .map(|element| match element.key {
                        Some(key) => {
                            format!("{}: {}", self.text(key, style, depth), self.text(element.value, style, depth))
                        }
                        None => self.text(element.value, style, depth),
                    })
                    .collect();
                format!("{}{{{}}}", self.type_text(node.ty), parts.join(", "))
            }
            ExprKind::FuncLit { func, .. } => {
                if style == Style::Trace {
                    return self.literal_text(*func);
                }
                let text = package.types.type_string(node.ty);
                format!("func {text}{{ ... }}")
            }
        }
    }

    /// A function literal with the names and types of its parameters and results, hidden names included.
    fn literal_text(&self, func: FuncId) -> String {
        let package = self.cx.package;
        let data = &package.funcs[func];
        let named = |var: &VarId| {
            let var = &package.vars[*var];
            let boxed = if var.boxed { "~" } else { "" };
            format!("{}{boxed} {}", var.name, self.type_text(var.ty))
        };
        let list = |vars: &[VarId]| vars.iter().map(named).collect::<Vec<_>>().join(", ");
        let space = if data.results.is_empty() { "" } else { " " };
        format!("func({}){space}{}{{ ... }}", list(&data.params), list(&data.results))
    }

    /// The type of a type assertion: its expression.
    fn asserted_text(&self, ty: TypeId) -> String {
        let types = &self.cx.package.types;
        match types.base(ty) {
            _ if types.as_named(ty).is_some() => format!("typeval{{{}}}", types.type_string(ty)),
            Type::Pointer(elem) => format!("*({})", self.asserted_text(*elem)),
            Type::Slice { elem, .. } => format!("[]{}", self.asserted_text(*elem)),
            _ => self.type_text(ty),
        }
    }

    fn receiver_text(&self, ty: TypeId) -> String {
        let types = &self.cx.package.types;
        match types.base(ty) {
            Type::Pointer(elem) if types.as_named(ty).is_none() => format!("*{}", self.receiver_text(*elem)),
            _ => format!("typeval{{{}}}", types.type_string(ty)),
        }
    }

    fn binary_text(&self, op: BinaryOp, left: ExprId, right: ExprId, style: Style, depth: u32) -> String {
        format!("{} {} {}", self.text(left, style, depth), op.text(), self.text(right, style, depth))
    }

    fn constant_text(&self, value: &Constant, ty: TypeId, style: Style) -> String {
        let types = &self.cx.package.types;
        let nil = matches!(value, Constant::Nil);
        if style == Style::Node {
            let text =
                if nil { "(undefined)".to_owned() } else { format!("({} {})", value.text(), types.type_string(ty)) };
            return format!("(const {text})");
        }
        match value {
            Constant::Nil if self.cx.is_nil_type(ty) || types.is_interface(ty) => "undefined".to_owned(),
            Constant::Nil => "typed-nil".to_owned(),
            Constant::Str(text) => String::from_utf8_lossy(text).into_owned(),
            _ => value.text().to_string(),
        }
    }
}

/// A package as the operand of a selector.
fn package_text(path: &str, style: Style) -> String {
    match style {
        Style::Node => format!("(const (ref({path}) package{{}}))"),
        Style::Trace => format!("ref({path})"),
    }
}

impl super::Context<'_> {
    /// The package that a variable is imported from.
    fn imported_from(&self, global: GlobalId) -> Option<&str> {
        self.package.globals[global].imported.as_ref().map(|imported| imported.package.as_str())
    }

    /// The package that a function is imported from.
    fn func_imported_from(&self, func: FuncId) -> Option<&str> {
        match &self.package.funcs[func].kind {
            FuncKind::Imported(imported) => Some(imported.package.as_str()),
            _ => None,
        }
    }
}
