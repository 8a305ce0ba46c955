//! Types that a stored value has and no linked package mentions: the value was made by another package, or by a script.
//!
//! Declared types come with their packages; what is entered here is made of them and of basic types. The form of such a type comes from
//! decoded bytes, which nest at most [`regno_store::decode::MAX_DEPTH`] deep; that bounds the recursion.

use super::types::{Field, Kind, Method, Type, TypeIndex, Types};
use crate::heap::SlotClass;
use regno_bytecode::types::{MethodReceiver, Repr};
use regno_store::Type as Form;
use regno_store::model::{FieldType, primitive};
use regno_store::typeid::type_id;

impl Types {
    /// Enters a type with all its parts. `None` if it has a part that only a package could enter.
    pub fn add_form(&mut self, form: &Form) -> Option<TypeIndex> {
        let first = self.len();
        let index = self.form(form);
        self.derive(first);
        index
    }

    fn form(&mut self, form: &Form) -> Option<TypeIndex> {
        let id = type_id(form);
        if let Some(index) = self.by_id(&id) {
            return Some(index);
        }
        let (repr, kind) = self.kind(form)?;
        let methods = match kind {
            Kind::Pointer { elem } => self.methods_through_pointer(elem),
            _ => Vec::new(),
        };
        let name = match form {
            Form::Interface { methods, .. } if methods.is_empty() => "interface {}".to_owned(),
            _ => id.clone(),
        };
        let underlying = self.len() as TypeIndex;
        let (class, flat) = (SlotClass::Scalars, false);
        let ty = Type {
            id: id.clone(),
            name,
            declared: false,
            underlying,
            repr,
            kind,
            methods,
            class,
            flat,
            zero: None,
            blank: None,
            copy: None,
            printer: None,
        };
        Some(self.insert(id, ty))
    }

    fn kind(&mut self, form: &Form) -> Option<(Repr, Kind)> {
        let bytes = |types: &Types, elem: TypeIndex| types.get(elem).repr == Repr::U8;
        Some(match form {
            Form::Primitive(number) => (repr_of(*number)?, Kind::Basic),
            Form::Pointer(elem) => (Repr::Ptr, Kind::Pointer { elem: self.form(elem.as_deref()?)? }),
            Form::Slice { elem, .. } => {
                let elem = self.form(elem.as_deref()?)?;
                (Repr::Slice, Kind::Slice { elem, bytes: bytes(self, elem) })
            }
            Form::Array { len, elem, .. } => {
                let (elem, len) = (self.form(elem.as_deref()?)?, u64::try_from(*len).ok()?);
                (Repr::Array, Kind::Array { elem, len, bytes: bytes(self, elem) })
            }
            Form::Map { key, elem } => {
                let (key, elem) = (self.form(key.as_deref()?)?, self.form(elem.as_deref()?)?);
                (Repr::Map, Kind::Map { key, elem })
            }
            Form::Chan { elem, .. } => (Repr::Chan, Kind::Chan { elem: self.form(elem.as_deref()?)? }),
            Form::Struct { fields, .. } => {
                let fields = fields.iter().map(|field| {
                    let ty = self.form(field.ty.as_ref()?)?;
                    Some(Field { name: field.name.clone(), ty, repr: self.get(ty).repr })
                });
                (Repr::Struct, Kind::Struct { fields: fields.collect::<Option<_>>()? })
            }
            Form::Func { params, results } => {
                let variadic = matches!(
                    params.last().and_then(|param| param.ty.as_ref()),
                    Some(Form::Slice { variadic: true, .. })
                );
                let (params, results) = (self.forms(params)?, self.forms(results)?);
                (Repr::Func, Kind::Func { params, results, variadic })
            }
            Form::Interface { methods, .. } => {
                let types = self.forms(methods)?;
                let names = methods.iter().map(|method| self.intern(&method.name));
                (Repr::Iface, Kind::Interface { methods: names.collect::<Vec<_>>().into_iter().zip(types).collect() })
            }
            _ => return None,
        })
    }

    fn forms(&mut self, fields: &[FieldType]) -> Option<Vec<TypeIndex>> {
        fields.iter().map(|field| self.form(field.ty.as_ref()?)).collect()
    }

    /// Methods of a pointer to a type whose package never takes its address: those of the type itself.
    fn methods_through_pointer(&self, elem: TypeIndex) -> Vec<Method> {
        let direct = self.get(elem).methods.iter().filter(|method| method.path.is_empty());
        let through = |method: &Method| match method.receiver {
            MethodReceiver::Value => Method { receiver: MethodReceiver::ValueThroughPointer, ..method.clone() },
            _ => method.clone(),
        };
        direct.map(through).collect()
    }
}

fn repr_of(number: i64) -> Option<Repr> {
    Some(match number {
        primitive::BOOL => Repr::Bool,
        primitive::STRING => Repr::Str,
        primitive::INT | primitive::INT64 => Repr::I64,
        primitive::INT8 => Repr::I8,
        primitive::INT16 => Repr::I16,
        primitive::INT32 => Repr::I32,
        primitive::UINT | primitive::UINT64 => Repr::U64,
        primitive::UINT8 => Repr::U8,
        primitive::UINT16 => Repr::U16,
        primitive::UINT32 => Repr::U32,
        primitive::FLOAT32 => Repr::F32,
        primitive::FLOAT64 => Repr::F64,
        _ => return None,
    })
}
