//! Text of expressions in messages (spec/01 §B), from the rewritten nodes.

use super::Checker;
use crate::constant::Constant;
use crate::typed::{
    Builtin, Callee, CompositeKind, ExprId, ExprKind, FuncId, FuncKind, FuncUse, GlobalId, ImportedName, MethodRef,
    Place, UnaryOp, VarId,
};
use crate::types::TypeId;

impl Checker<'_> {
    /// The rendering of a node.
    pub(super) fn render(&self, id: ExprId) -> String {
        super::deep(|| self.render_node(id))
    }

    fn render_node(&self, id: ExprId) -> String {
        let node = &self.exprs[id];
        match &node.kind {
            ExprKind::Const(value) => self.render_constant(id, value),
            ExprKind::TypeText(_, t) => format!("(const-type {})", self.types.type_string(*t)),
            ExprKind::Type(_) => format!("(const-type {})", self.types.type_string(node.ty)),
            ExprKind::Local(var) => self.render_local(*var),
            ExprKind::Global { global, .. } => self.render_global(*global),
            ExprKind::Func { func, named } => self.render_func(*func, *named),
            ExprKind::Abort(text) => text.clone(),
            ExprKind::Unary { op, operand } => {
                let op = match op {
                    UnaryOp::Plus => "+",
                    UnaryOp::Neg => "-",
                    UnaryOp::Not => "!",
                    UnaryOp::Xor => "^",
                };
                format!("{op}{}", self.render(*operand))
            }
            ExprKind::Binary { op, left, right } | ExprKind::FailingBinary { op, left, right, .. } => {
                format!("{} {} {}", self.render(*left), op.text(), self.render(*right))
            }
            ExprKind::Convert { operand, .. } => {
                format!("(const-type {})({})", self.types.type_string(node.ty), self.render(*operand))
            }
            ExprKind::Call { callee, args, .. } => {
                format!("{}({})", self.render_target(callee, args), self.render_list(args))
            }
            ExprKind::Index { operand, index, .. } => format!("{}[{}]", self.render(*operand), self.render(*index)),
            ExprKind::Slice { operand, low, high, max, .. } => {
                let part = |id: &Option<ExprId>| id.map_or_else(String::new, |id| self.render(id));
                let max = max.map_or_else(String::new, |id| format!(":{}", self.render(id)));
                format!("{}[{}:{}{max}]", self.render(*operand), part(low), part(high))
            }
            ExprKind::Field { operand, field, .. } => {
                let name = self.field_name(*operand, *field);
                format!("{}.{name}", self.render(*operand))
            }
            ExprKind::MethodValue { operand, method } => self.render_method(*operand, method),
            ExprKind::MethodExpr { func, .. } => self.render_method_expr(*func),
            ExprKind::Deref(operand) => format!("*({})", self.render(*operand)),
            ExprKind::AddressOf(place) => format!("&({})", self.render_place(place)),
            ExprKind::TypeAssert { operand, to, .. } => {
                format!("{}.((const-type {}))", self.render(*operand), self.types.type_string(*to))
            }
            ExprKind::Composite { kind, elements, .. } => {
                let fields = if *kind == CompositeKind::StructKeyed { self.types.fields(node.ty) } else { &[] };
                let parts: Vec<String> = elements
                    .iter()
                    .map(|element| {
                        let value = self.render(element.value);
                        match (element.key, fields.get(element.index as usize)) {
                            (Some(key), _) => format!("{}: {value}", self.render(key)),
                            (None, Some(field)) => {
                                format!("{0}<VPField(0,{1},{0})>: {value}", field.name, element.index)
                            }
                            (None, None) => value,
                        }
                    })
                    .collect();
                format!("(const-type {}){{{}}}", self.types.type_string(node.ty), parts.join(", "))
            }
            ExprKind::FuncLit { .. } => format!("func {}{{ ... }}", self.types.type_string(node.ty)),
        }
    }

    fn render_method_expr(&self, func: FuncId) -> String {
        let name = &self.funcs[func].name;
        match self.funcs[func].kind {
            FuncKind::Method { receiver_type, pointer } => {
                let star = if pointer { "*" } else { "" };
                format!("typeval{{{star}{}}}.{name}", self.types.type_string(receiver_type))
            }
            _ => name.clone(),
        }
    }

    fn render_target(&self, callee: &Callee, args: &[ExprId]) -> String {
        match callee {
            Callee::Func { func, named } => self.render_func(*func, *named),
            Callee::Method { operand, method } => self.render_method(*operand, method),
            Callee::Builtin(builtin) => self.render_builtin(*builtin, Some(args)),
            Callee::Value(id) => self.render(*id),
        }
    }

    /// The callee of a call node, for messages about its results.
    pub(super) fn render_callee_of(&self, id: ExprId) -> String {
        match &self.exprs[id].kind {
            ExprKind::Call { callee, args, .. } => self.render_target(callee, args),
            _ => self.render(id),
        }
    }

    /// A predeclared function with its type: generic, or as specialised by the arguments of a call.
    pub(super) fn render_builtin(&self, builtin: Builtin, args: Option<&[ExprId]>) -> String {
        let arg =
            |index: usize| args.and_then(|args| args.get(index)).map(|&id| self.types.type_string(self.exprs[id].ty));
        let signature = match builtin {
            Builtin::Append => match arg(0) {
                Some(slice) => format!("func({slice}, ...{}) {slice}", slice.trim_start_matches("[]")),
                None => "func(<X>{}, ...<X.Elem()>{}) <X>{}".to_owned(),
            },
            Builtin::Len | Builtin::Cap => "func(interface {}) int".to_owned(),
            Builtin::Copy => match (arg(0), arg(1)) {
                (Some(dst), Some(src)) => format!("func({dst}, {src}) int"),
                _ => "func(<X>{}, <Y>{}) int".to_owned(),
            },
            Builtin::Delete => match (arg(0), arg(1)) {
                (Some(map), Some(key)) => format!("func({map}, {key})"),
                _ => "func(map[<K>{}]<V>{}, <K>{})".to_owned(),
            },
            Builtin::Make => "func(<T.(type)>{}, ...interface {}) <T>{}".to_owned(),
            Builtin::New => "func(<T.(type)>{}) <*T>{}".to_owned(),
            Builtin::Panic => "func(interface {})".to_owned(),
            Builtin::Print | Builtin::Println => "func(...interface {})".to_owned(),
            Builtin::Recover => "func() interface {}".to_owned(),
            Builtin::IsTypedNil => "func(interface {}) bool".to_owned(),
            Builtin::Revive => "func(func()) interface {}".to_owned(),
            Builtin::AddressString | Builtin::AddressIsValid | Builtin::Reserved(_) => "func()".to_owned(),
        };
        format!("(const ({} {signature}))", builtin.name())
    }

    pub(super) fn render_local(&self, var: VarId) -> String {
        let (depth, index) = self.value_path(var);
        format!("{}<VPBlock({depth},{index})>", self.vars[var].name)
    }

    pub(super) fn render_package_name(&self, name: &str) -> String {
        let (depth, index) = self.package_value_path(name);
        format!("{name}<VPBlock({depth},{index})>")
    }

    fn render_func(&self, func: FuncId, named: FuncUse) -> String {
        let data = &self.funcs[func];
        if named == FuncUse::Constant {
            return format!("(const ({} {}))", data.name, self.types.type_string(data.signature));
        }
        match &data.kind {
            FuncKind::Imported(imported) => self.render_member(imported),
            _ => self.render_package_name(&data.name),
        }
    }

    fn render_global(&self, global: GlobalId) -> String {
        match &self.globals[global].imported {
            Some(imported) => self.render_member(imported),
            None => self.render_package_name(&self.globals[global].name),
        }
    }

    /// A member of another package, behind the package's name in the current file.
    fn render_member(&self, imported: &ImportedName) -> String {
        let (package, index) = self.import_name(&imported.package);
        // The block of the file is the one around the function's.
        let depth = self.package_value_path("").0 - 1;
        format!("{package}<VPBlock({depth},{index})>.{}", imported.name)
    }

    fn render_list(&self, ids: &[ExprId]) -> String {
        ids.iter().map(|&id| self.render(id)).collect::<Vec<_>>().join(", ")
    }

    fn render_constant(&self, id: ExprId, value: &Constant) -> String {
        match value {
            Constant::Nil => "(const (undefined))".to_owned(),
            _ => format!("(const {})", self.render_value(id, value)),
        }
    }

    /// A constant without what marks it as one.
    pub(super) fn render_value(&self, id: ExprId, value: &Constant) -> String {
        let t = self.recorded(id).unwrap_or(TypeId::INVALID);
        format!("({} {})", value.text(), self.types.type_string(t))
    }

    fn render_method(&self, operand: ExprId, method: &MethodRef) -> String {
        let name = match method {
            MethodRef::Concrete { func, .. } => self.funcs[*func].name.as_str(),
            MethodRef::Native(builtin) => builtin.name(),
            MethodRef::Interface { name } => name.as_str(),
        };
        format!("{}.{name}", self.render(operand))
    }

    fn render_place(&self, place: &Place) -> String {
        match place {
            Place::Blank => "_".to_owned(),
            Place::Local(var) => self.render_local(*var),
            Place::Global { global, .. } => self.render_global(*global),
            Place::Index { operand, index, .. } => format!("{}[{}]", self.render(*operand), self.render(*index)),
            Place::Field { operand, field, .. } => {
                format!("{}.{}", self.render(*operand), self.field_name(*operand, *field))
            }
            Place::Deref(operand) => format!("*({})", self.render(*operand)),
            Place::Literal(id) | Place::Unaddressable(id, _) => self.render(*id),
        }
    }

    fn field_name(&self, operand: ExprId, field: u32) -> String {
        let t = self.exprs[operand].ty;
        let t = match self.types.base(t) {
            crate::types::Type::Pointer(elem) => *elem,
            _ => t,
        };
        self.types.fields(t).get(field as usize).map_or_else(String::new, |field| field.name.to_string())
    }
}
