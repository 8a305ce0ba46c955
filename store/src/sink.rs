//! One description of the persisted structures for both of their forms, bytes and JSON.
//!
//! A structure is *walked*: it hands its fields in order, with number and name, to a [`Sink`], which writes them or leaves them
//! out by the rules of its form (spec/04 §3.1, §8.2).

use crate::ids::{Hash, ObjectId};
use crate::model::{
    Block, Declared, Elements, FieldType, Func, Location, Object, ObjectInfo, Package, Pos, RefValue, Span, Type,
    TypedValue, Value,
};

/// A field: its number in bytes, its name in JSON, and whether JSON omits it when it is empty.
#[derive(Clone, Copy, Debug)]
pub struct Field(pub u32, pub &'static str, pub Omit);

/// Whether the JSON form omits an empty field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Omit {
    /// It is always there.
    Never,
    /// It is left out when empty.
    Empty,
}

/// What the form of an absent list in JSON is, for an object that was not decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absent {
    /// A list without elements.
    List,
    /// No list.
    Null,
}

/// A value of interface type: its concrete type is written with it.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Any<'a> {
    Value(&'a Value),
    Type(&'a Type),
    Ref(&'a RefValue),
    Source(&'a Location),
    Object(&'a Object),
    Func(&'a Func),
    PackageKind(&'a str),
}

/// The content of an [`Any`] whose concrete type is not a structure.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Bare<'a> {
    Text(&'a [u8]),
    Int(i64),
}

/// Receives the fields of a structure.
pub trait Sink: Sized {
    /// A text.
    fn text(&mut self, field: Field, text: &[u8]);
    /// An object identity: a text that is never default in bytes.
    fn object_id(&mut self, field: Field, id: ObjectId);
    /// A hash: as [`Sink::object_id`].
    fn hash(&mut self, field: Field, hash: Hash);
    /// Bytes; `None` for an absent list.
    fn bytes(&mut self, field: Field, bytes: Option<&[u8]>);
    /// The numeric payload of a value.
    fn payload(&mut self, field: Field, payload: [u8; 8]);
    /// A signed integer.
    fn int(&mut self, field: Field, value: i64);
    /// An unsigned integer.
    fn uint(&mut self, field: Field, value: u64);
    /// A truth value.
    fn bool(&mut self, field: Field, value: bool);
    /// A structure. `pointer`: bytes have it even if it is empty.
    fn structure(&mut self, field: Field, pointer: bool, walk: impl FnOnce(&mut Self));
    /// A list of structures.
    fn list<T>(&mut self, field: Field, absent: Absent, items: &[T], walk: impl Fn(&T, &mut Self));
    /// A list of texts.
    fn texts(&mut self, field: Field, texts: &[String]);
    /// An interface value.
    fn any(&mut self, field: Field, any: Option<Any<'_>>);
    /// A list of interface values.
    fn anys<T>(&mut self, field: Field, items: &[T], any: impl Fn(&T) -> Option<Any<'_>>);
}

use Omit::{Empty, Never};

impl Any<'_> {
    /// Name of the concrete type (spec/04 §3.2).
    pub fn url(&self) -> &'static str {
        match self {
            Any::Value(value) => match value {
                Value::String(_) => "/gno.StringValue",
                Value::Bigint(_) => "/gno.BigintValue",
                Value::Bigdec(_) => "/gno.BigdecValue",
                Value::Pointer { .. } => "/gno.PointerValue",
                Value::Slice { .. } => "/gno.SliceValue",
                Value::Type(_) => "/gno.TypeValue",
                Value::Ref(_) => "/gno.RefValue",
                Value::Func(_) => "/gno.FuncValue",
            },
            Any::Type(ty) => match ty {
                Type::Primitive(_) => "/gno.PrimitiveType",
                Type::Pointer(_) => "/gno.PointerType",
                Type::Array { .. } => "/gno.ArrayType",
                Type::Slice { .. } => "/gno.SliceType",
                Type::Struct { .. } => "/gno.StructType",
                Type::Func { .. } => "/gno.FuncType",
                Type::Map { .. } => "/gno.MapType",
                Type::Interface { .. } => "/gno.InterfaceType",
                Type::TypeType => "/gno.TypeType",
                Type::Declared(_) => "/gno.DeclaredType",
                Type::Package => "/gno.PackageType",
                Type::Chan { .. } => "/gno.ChanType",
                Type::Block => "/gno.blockType",
                Type::Tuple(_) => "/gno.tupleType",
                Type::Ref(_) => "/gno.RefType",
                Type::HeapItem => "/gno.heapItemType",
            },
            Any::Ref(_) => "/gno.RefValue",
            Any::Source(_) => "/gno.RefNode",
            Any::Object(object) => match object {
                Object::Package(_) => "/gno.PackageValue",
                Object::Block(_) => "/gno.Block",
                Object::HeapItem { .. } => "/gno.HeapItemValue",
                Object::Struct { .. } => "/gno.StructValue",
                Object::Array { .. } => "/gno.ArrayValue",
                Object::Map { .. } => "/gno.MapValue",
                Object::Func(_) => "/gno.FuncValue",
                Object::BoundMethod { .. } => "/gno.BoundMethodValue",
            },
            Any::Func(_) => "/gno.FuncValue",
            Any::PackageKind(_) => "/gno.MemPackageType",
        }
    }

    /// The content, if the concrete type is not a structure.
    pub fn bare(&self) -> Option<Bare<'_>> {
        match *self {
            Any::Value(Value::String(text)) => Some(Bare::Text(text)),
            Any::Value(Value::Bigint(text) | Value::Bigdec(text)) => Some(Bare::Text(text.as_bytes())),
            Any::Type(&Type::Primitive(number)) => Some(Bare::Int(number)),
            Any::PackageKind(kind) => Some(Bare::Text(kind.as_bytes())),
            _ => None,
        }
    }

    /// Hands the fields of the structure to the sink; none if [`Any::bare`] gives something.
    pub fn walk<S: Sink>(&self, sink: &mut S) {
        match *self {
            Any::Value(value) => walk_value(value, sink),
            Any::Type(ty) => walk_type(ty, sink),
            Any::Ref(reference) => walk_ref(reference, sink),
            Any::Source(location) => {
                sink.structure(Field(1, "Location", Never), false, |sink| walk_location(location, sink));
                sink.any(Field(2, "BlockNode", Never), None);
            }
            Any::Object(object) => walk_object(object, sink),
            Any::Func(func) => walk_func(func, sink),
            Any::PackageKind(_) => {}
        }
    }
}

fn walk_info<S: Sink>(info: &ObjectInfo, sink: &mut S) {
    sink.structure(Field(1, "ObjectInfo", Never), false, |sink| {
        sink.object_id(Field(1, "ID", Never), info.id);
        sink.hash(Field(2, "Hash", Empty), info.hash);
        sink.object_id(Field(3, "OwnerID", Empty), info.owner);
        sink.uint(Field(4, "ModTime", Never), info.mod_time);
        sink.int(Field(5, "RefCount", Never), info.ref_count);
        sink.bool(Field(6, "IsEscaped", Empty), info.escaped);
        sink.int(Field(7, "LastObjectSize", Never), info.last_size);
    });
}

fn walk_ref<S: Sink>(reference: &RefValue, sink: &mut S) {
    sink.object_id(Field(1, "ObjectID", Empty), reference.id);
    sink.bool(Field(2, "Escaped", Empty), reference.escaped);
    sink.text(Field(3, "PkgPath", Empty), reference.pkg_path.as_bytes());
    sink.hash(Field(4, "Hash", Empty), reference.hash);
}

/// Fields of a typed value.
pub(crate) fn walk_typed<S: Sink>(value: &TypedValue, sink: &mut S) {
    sink.any(Field(1, "T", Empty), value.ty.as_ref().map(Any::Type));
    sink.any(Field(2, "V", Empty), value.value.as_ref().map(Any::Value));
    sink.payload(Field(3, "N", Empty), value.n);
}

fn walk_value<S: Sink>(value: &Value, sink: &mut S) {
    match value {
        Value::String(_) | Value::Bigint(_) | Value::Bigdec(_) => {}
        Value::Pointer { base, index } => {
            sink.any(Field(1, "TV", Never), None);
            sink.any(Field(2, "Base", Never), Some(Any::Ref(base)));
            sink.int(Field(3, "Index", Never), *index);
        }
        Value::Slice { base, offset, len, cap } => {
            sink.any(Field(1, "Base", Never), Some(Any::Ref(base)));
            sink.int(Field(2, "Offset", Never), *offset);
            sink.int(Field(3, "Length", Never), *len);
            sink.int(Field(4, "Maxcap", Never), *cap);
        }
        Value::Type(ty) => sink.any(Field(1, "Type", Never), Some(Any::Type(ty))),
        Value::Ref(reference) => walk_ref(reference, sink),
        Value::Func(func) => walk_func(func, sink),
    }
}

fn walk_pos<S: Sink>(field: Field, pos: Pos, sink: &mut S) {
    sink.structure(field, false, |sink| {
        sink.int(Field(1, "Line", Never), pos.line);
        sink.int(Field(2, "Column", Never), pos.column);
    });
}

fn walk_location<S: Sink>(location: &Location, sink: &mut S) {
    sink.text(Field(1, "PkgPath", Never), location.pkg_path.as_bytes());
    sink.text(Field(2, "File", Never), location.file.as_bytes());
    let Span { pos, end, num } = location.span;
    sink.structure(Field(3, "Span", Never), false, |sink| {
        walk_pos(Field(1, "Pos", Never), pos, sink);
        walk_pos(Field(2, "End", Never), end, sink);
        sink.int(Field(3, "Num", Never), num);
    });
}

fn walk_func<S: Sink>(func: &Func, sink: &mut S) {
    walk_info(&func.info, sink);
    sink.any(Field(2, "Type", Never), func.ty.as_ref().map(Any::Type));
    sink.bool(Field(3, "IsMethod", Never), func.is_method);
    sink.bool(Field(4, "IsClosure", Never), func.is_closure);
    sink.any(Field(5, "Source", Never), func.source.as_ref().map(Any::Source));
    sink.text(Field(6, "Name", Never), func.name.as_bytes());
    sink.any(Field(7, "Parent", Never), func.parent.as_ref().map(Any::Ref));
    sink.list(Field(8, "Captures", Empty), Absent::List, &func.captures, walk_typed);
    sink.text(Field(9, "FileName", Never), func.file.as_bytes());
    sink.text(Field(10, "PkgPath", Never), func.pkg_path.as_bytes());
    sink.text(Field(11, "NativePkg", Never), func.native_pkg.as_bytes());
    sink.text(Field(12, "NativeName", Never), func.native_name.as_bytes());
    sink.bool(Field(13, "Crossing", Never), func.crossing);
}

fn walk_fields<S: Sink>(field: Field, fields: &[FieldType], sink: &mut S) {
    sink.list(field, Absent::List, fields, |field, sink| {
        sink.text(Field(1, "Name", Never), field.name.as_bytes());
        sink.any(Field(2, "Type", Never), field.ty.as_ref().map(Any::Type));
        sink.bool(Field(3, "Embedded", Never), field.embedded);
        sink.text(Field(4, "Tag", Never), field.tag.as_bytes());
    });
}

fn walk_type<S: Sink>(ty: &Type, sink: &mut S) {
    fn part(ty: &Option<Box<Type>>) -> Option<Any<'_>> {
        ty.as_deref().map(Any::Type)
    }
    match ty {
        Type::Primitive(_) | Type::TypeType | Type::Package | Type::Block | Type::HeapItem => {}
        Type::Pointer(elem) => sink.any(Field(1, "Elt", Never), part(elem)),
        Type::Array { len, elem, variadic } => {
            sink.int(Field(1, "Len", Never), *len);
            sink.any(Field(2, "Elt", Never), part(elem));
            sink.bool(Field(3, "Vrd", Never), *variadic);
        }
        Type::Slice { elem, variadic } => {
            sink.any(Field(1, "Elt", Never), part(elem));
            sink.bool(Field(2, "Vrd", Never), *variadic);
        }
        Type::Struct { pkg_path, fields } => {
            sink.text(Field(1, "PkgPath", Never), pkg_path.as_bytes());
            walk_fields(Field(2, "Fields", Never), fields, sink);
        }
        Type::Func { params, results } => {
            walk_fields(Field(1, "Params", Never), params, sink);
            walk_fields(Field(2, "Results", Never), results, sink);
        }
        Type::Map { key, elem } => {
            sink.any(Field(1, "Key", Never), part(key));
            sink.any(Field(2, "Value", Never), part(elem));
        }
        Type::Interface { pkg_path, methods, generic } => {
            sink.text(Field(1, "PkgPath", Never), pkg_path.as_bytes());
            walk_fields(Field(2, "Methods", Never), methods, sink);
            sink.text(Field(3, "Generic", Never), generic.as_bytes());
        }
        Type::Declared(declared) => {
            let Declared { pkg_path, name, parent_loc, base, methods } = declared.as_ref();
            sink.text(Field(1, "PkgPath", Never), pkg_path.as_bytes());
            sink.text(Field(2, "Name", Never), name.as_bytes());
            sink.structure(Field(3, "ParentLoc", Never), false, |sink| walk_location(parent_loc, sink));
            sink.any(Field(4, "Base", Never), base.as_ref().map(Any::Type));
            sink.list(Field(5, "Methods", Never), Absent::List, methods, walk_typed);
        }
        Type::Chan { dir, elem } => {
            sink.int(Field(1, "Dir", Never), *dir);
            sink.any(Field(2, "Elt", Never), part(elem));
        }
        Type::Tuple(elems) => sink.anys(Field(1, "Elts", Never), elems, |elem| elem.as_ref().map(Any::Type)),
        Type::Ref(id) => sink.text(Field(1, "ID", Never), id.as_bytes()),
    }
}

fn walk_object<S: Sink>(object: &Object, sink: &mut S) {
    match object {
        Object::Package(package) => walk_package(package, sink),
        Object::Block(block) => walk_block(block, sink),
        Object::HeapItem { info, value } => {
            walk_info(info, sink);
            sink.structure(Field(2, "Value", Never), false, |sink| walk_typed(value, sink));
        }
        Object::Struct { info, fields } => {
            walk_info(info, sink);
            sink.list(Field(2, "Fields", Never), Absent::List, fields, walk_typed);
        }
        Object::Array { info, elements } => {
            walk_info(info, sink);
            match elements {
                Elements::List(list) => {
                    sink.list(Field(2, "List", Never), Absent::List, list, walk_typed);
                    sink.bytes(Field(3, "Data", Never), None);
                }
                Elements::Data(data) => {
                    sink.list(Field(2, "List", Never), Absent::Null, &[], walk_typed);
                    sink.bytes(Field(3, "Data", Never), Some(data));
                }
            }
        }
        Object::Map { info, items } => {
            walk_info(info, sink);
            sink.structure(Field(2, "List", Never), true, |sink| {
                sink.list(Field(1, "List", Never), Absent::List, items, |(key, value), sink| {
                    sink.structure(Field(1, "Key", Never), false, |sink| walk_typed(key, sink));
                    sink.structure(Field(2, "Value", Never), false, |sink| walk_typed(value, sink));
                });
            });
        }
        Object::Func(func) => walk_func(func, sink),
        Object::BoundMethod { info, func, receiver } => {
            walk_info(info, sink);
            sink.structure(Field(2, "Func", Never), true, |sink| walk_func(func, sink));
            sink.structure(Field(3, "Receiver", Never), false, |sink| walk_typed(receiver, sink));
        }
    }
}

fn walk_package<S: Sink>(package: &Package, sink: &mut S) {
    walk_info(&package.info, sink);
    sink.any(Field(2, "Block", Never), package.block.as_ref().map(Any::Ref));
    sink.text(Field(3, "PkgName", Never), package.name.as_bytes());
    sink.text(Field(4, "PkgPath", Never), package.path.as_bytes());
    sink.texts(Field(5, "FNames", Never), &package.files);
    sink.anys(Field(6, "FBlocks", Never), &package.file_blocks, |block| block.as_ref().map(Any::Ref));
    sink.bool(Field(7, "Private", Never), package.private);
}

fn walk_block<S: Sink>(block: &Block, sink: &mut S) {
    walk_info(&block.info, sink);
    sink.any(Field(2, "Source", Never), block.source.as_ref().map(Any::Source));
    sink.list(Field(3, "Values", Never), Absent::List, &block.values, walk_typed);
    sink.any(Field(4, "Parent", Never), block.parent.as_ref().map(Any::Ref));
    sink.structure(Field(5, "Blank", Never), false, |sink| walk_typed(&block.blank, sink));
}
