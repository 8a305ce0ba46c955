//! Type expressions that the reference evaluates at run time: only their events matter (spec/02 §7).

use super::emit::FunctionBuilder;
use regno_bytecode::event::OpClass;
use regno_frontend::typed::{TypeExpr, TypeExprId, TypeField};

impl FunctionBuilder<'_, '_> {
    /// Charges the evaluation of a type expression.
    pub fn type_expr(&mut self, id: TypeExprId) {
        super::deeper(|| self.type_expr_parts(id));
    }

    fn type_expr_parts(&mut self, id: TypeExprId) {
        let package = self.cx.package;
        self.op(OpClass::Eval);
        match &package.type_exprs[id] {
            TypeExpr::Name => {}
            TypeExpr::Pointer(elem) => {
                self.type_expr(*elem);
                self.op(OpClass::Star);
            }
            TypeExpr::Slice(elem) => {
                self.type_expr(*elem);
                self.op(OpClass::SliceType);
            }
            TypeExpr::Array(elem) => {
                self.type_expr(*elem);
                // The length, a constant.
                self.op(OpClass::Eval);
                self.op(OpClass::ArrayType);
            }
            TypeExpr::OpenArray(elem) => {
                self.type_expr(*elem);
                self.op(OpClass::ArrayType);
            }
            TypeExpr::Map(key, value) => {
                self.type_expr(*key);
                self.type_expr(*value);
                self.op(OpClass::MapType);
            }
            TypeExpr::Chan(elem) => {
                self.type_expr(*elem);
                self.op(OpClass::ChanType);
            }
            TypeExpr::Func(fields) => self.type_fields(fields, OpClass::FuncType),
            TypeExpr::Struct(fields) => self.type_fields(fields, OpClass::StructType),
            TypeExpr::Interface(fields) => self.type_fields(fields, OpClass::InterfaceType),
        }
    }

    fn type_fields(&mut self, fields: &[TypeField], close: OpClass) {
        for field in fields {
            self.op(OpClass::Eval);
            if field.tagged {
                self.op(OpClass::Eval);
            }
            self.type_expr(field.ty);
            self.op(OpClass::FieldType);
        }
        self.op(close);
    }
}
