//! Identity strings of types (spec/04 §4).

use crate::model::{FieldType, Type, primitive};
use std::fmt::Write;

const PRIMITIVES: [&str; 19] = [
    "bool",
    "string",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "<untyped> bool",
    "<untyped> string",
    "<untyped> rune",
    "<untyped> bigint",
    "<untyped> bigdec",
];

/// The identity string of a type; of invalid ones, something that no type has.
pub fn type_id(ty: &Type) -> String {
    let mut out = String::new();
    put(Some(ty), &mut out);
    out
}

fn exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

fn put_fields(package: &str, fields: &[FieldType], out: &mut String) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(';');
        }
        if !exported(&field.name) {
            let _ = write!(out, "{package}.");
        }
        let _ = write!(out, "{} ", field.name);
        put(field.ty.as_ref(), out);
    }
}

fn put_types(fields: &[FieldType], out: &mut String) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(';');
        }
        put(field.ty.as_ref(), out);
    }
}

fn put(ty: Option<&Type>, out: &mut String) {
    let Some(ty) = ty else {
        out.push('?');
        return;
    };
    match ty {
        Type::Primitive(number) => {
            let name = PRIMITIVES.iter().find(|name| primitive::of_name(name) == Some(*number));
            out.push_str(name.copied().unwrap_or("?"));
        }
        Type::Pointer(elem) => {
            out.push('*');
            put(elem.as_deref(), out);
        }
        Type::Slice { elem, .. } => {
            out.push_str("[]");
            put(elem.as_deref(), out);
        }
        Type::Array { len, elem, .. } => {
            let _ = write!(out, "[{len}]");
            put(elem.as_deref(), out);
        }
        Type::Map { key, elem } => {
            out.push_str("map[");
            put(key.as_deref(), out);
            out.push(']');
            put(elem.as_deref(), out);
        }
        Type::Struct { pkg_path, fields } => {
            out.push_str("struct{");
            put_fields(pkg_path, fields, out);
            out.push('}');
        }
        Type::Interface { pkg_path, methods, .. } => {
            let mut sorted = methods.clone();
            sorted.sort_by(|a, b| a.name.cmp(&b.name));
            out.push_str("interface{");
            put_fields(pkg_path, &sorted, out);
            out.push('}');
        }
        Type::Func { params, results } => {
            out.push_str("func(");
            put_types(params, out);
            out.push_str(")(");
            put_types(results, out);
            out.push(')');
        }
        Type::Chan { dir, elem } => {
            out.push_str(match dir {
                1 => "<-chan{",
                2 => "chan<-{",
                _ => "chan{",
            });
            put(elem.as_deref(), out);
            out.push('}');
        }
        Type::Declared(declared) => {
            let _ = write!(out, "{}.{}", declared.pkg_path, declared.name);
        }
        Type::Ref(id) => out.push_str(id),
        Type::Tuple(elems) => {
            out.push('(');
            for (index, elem) in elems.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                put(elem.as_ref(), out);
            }
            out.push(')');
        }
        Type::TypeType => out.push_str("type{}"),
        Type::Package => out.push_str("package{}"),
        Type::Block => out.push_str("block"),
        Type::HeapItem => out.push_str("heapitem"),
    }
}
