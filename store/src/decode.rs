//! Objects, types and records from bytes.
//!
//! Decoding accepts what encoding writes; anything else is an error that says where, never a guess.

use crate::ids::{Hash, ObjectId, PkgId};
use crate::model::{
    Block, Declared, Elements, FieldType, Func, Location, MemPackage, Object, ObjectInfo, Package, Pos, Realm,
    RefValue, Span, Type, TypedValue, Value,
};
use crate::wire::{Content, Malformed, Reader, unzigzag};
use std::fmt;

/// Deepest nesting of values and types in bytes.
pub const MAX_DEPTH: u32 = 256;

/// Why bytes cannot be decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// The bytes end early, or a varint or key is malformed.
    Malformed,
    /// A structure has a field that it does not know, or of the wrong kind.
    Field(&'static str, u32),
    /// A concrete type that cannot stand here.
    TypeUrl(String),
    /// A text that is no identity, hash or UTF-8.
    Text(&'static str),
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Malformed => f.write_str("malformed bytes"),
            DecodeError::Field(name, number) => write!(f, "unexpected field {number} of {name}"),
            DecodeError::TypeUrl(url) => write!(f, "unexpected type {url:?}"),
            DecodeError::Text(what) => write!(f, "malformed {what}"),
            DecodeError::TooDeep => f.write_str("nested too deeply"),
        }
    }
}

impl std::error::Error for DecodeError {}

impl From<Malformed> for DecodeError {
    fn from(_: Malformed) -> DecodeError {
        DecodeError::Malformed
    }
}

type Result<T> = std::result::Result<T, DecodeError>;

/// A field in a structure: converts its content, or says that it is of the wrong kind.
#[derive(Clone, Copy)]
struct At<'a> {
    name: &'static str,
    number: u32,
    content: Content<'a>,
    depth: u32,
}

impl<'a> At<'a> {
    fn wrong<T>(self) -> Result<T> {
        Err(DecodeError::Field(self.name, self.number))
    }

    fn uint(self) -> Result<u64> {
        match self.content {
            Content::Varint(value) => Ok(value),
            Content::Bytes(_) => self.wrong(),
        }
    }

    fn int(self) -> Result<i64> {
        self.uint().map(unzigzag)
    }

    fn bool(self) -> Result<bool> {
        match self.uint()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => self.wrong(),
        }
    }

    fn bytes(self) -> Result<&'a [u8]> {
        match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            Content::Varint(_) => self.wrong(),
        }
    }

    fn str(self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| DecodeError::Text("text"))
    }

    fn text(self) -> Result<String> {
        self.str().map(str::to_owned)
    }

    fn id(self) -> Result<ObjectId> {
        ObjectId::parse(self.str()?).ok_or(DecodeError::Text("object identity"))
    }

    fn hash(self) -> Result<Hash> {
        Hash::parse(self.str()?).ok_or(DecodeError::Text("hash"))
    }

    fn payload(self) -> Result<[u8; 8]> {
        self.bytes()?.try_into().map_err(|_| DecodeError::Field(self.name, self.number))
    }

    fn structure(self, name: &'static str) -> Result<Fields<'a>> {
        Fields::new(name, self.bytes()?, self.depth + 1)
    }

    fn typed(self) -> Result<TypedValue> {
        typed(self.structure("TypedValue")?)
    }

    fn ty(self) -> Result<Option<Type>> {
        if self.bytes()?.is_empty() { Ok(None) } else { Ok(Some(type_of(self.any()?)?)) }
    }

    fn boxed(self) -> Result<Option<Box<Type>>> {
        Ok(self.ty()?.map(Box::new))
    }

    fn any(self) -> Result<AnyBytes<'a>> {
        AnyBytes::new(self.bytes()?, self.depth + 1)
    }

    fn reference(self) -> Result<RefValue> {
        let any = self.any()?;
        if any.url == "/gno.RefValue" { reference(any.fields("RefValue")?) } else { any.unexpected() }
    }

    fn source(self) -> Result<Location> {
        let any = self.any()?;
        if any.url != "/gno.RefNode" {
            return any.unexpected();
        }
        let mut found = Location::default();
        for field in any.fields("RefNode")? {
            let field = field?;
            match field.number {
                1 => found = location(field.structure("Location")?)?,
                _ => return field.wrong(),
            }
        }
        Ok(found)
    }
}

/// The fields of a structure.
struct Fields<'a> {
    name: &'static str,
    reader: Reader<'a>,
    depth: u32,
}

impl<'a> Fields<'a> {
    fn new(name: &'static str, bytes: &'a [u8], depth: u32) -> Result<Self> {
        if depth > MAX_DEPTH {
            Err(DecodeError::TooDeep)
        } else {
            Ok(Fields { name, reader: Reader::new(bytes), depth })
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<At<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (name, depth) = (self.name, self.depth);
        let next = self.reader.next().transpose()?;
        Some(next.map(|(number, content)| At { name, number, content, depth }).map_err(DecodeError::from))
    }
}

/// A value with the name of its concrete type.
struct AnyBytes<'a> {
    url: &'a str,
    bytes: &'a [u8],
    depth: u32,
}

impl<'a> AnyBytes<'a> {
    fn new(bytes: &'a [u8], depth: u32) -> Result<Self> {
        let mut any = AnyBytes { url: "", bytes: &[], depth };
        for field in Fields::new("Any", bytes, depth)? {
            let field = field?;
            match field.number {
                1 => any.url = std::str::from_utf8(field.bytes()?).map_err(|_| DecodeError::Text("type name"))?,
                2 => any.bytes = field.bytes()?,
                _ => return field.wrong(),
            }
        }
        Ok(any)
    }

    fn fields(&self, name: &'static str) -> Result<Fields<'a>> {
        Fields::new(name, self.bytes, self.depth)
    }

    fn unexpected<T>(&self) -> Result<T> {
        Err(DecodeError::TypeUrl(self.url.to_owned()))
    }

    /// The only field of an implicit structure.
    fn bare(&self, name: &'static str) -> Result<Option<At<'a>>> {
        let mut fields = self.fields(name)?;
        let Some(field) = fields.next().transpose()? else { return Ok(None) };
        match (field.number, fields.next().transpose()?) {
            (1, None) => Ok(Some(field)),
            _ => field.wrong(),
        }
    }
}

macro_rules! fields {
    ($fields:expr, $field:ident; $($number:literal => $effect:expr),* $(,)?) => {
        for field in $fields {
            let $field = field?;
            match $field.number {
                $($number => $effect,)*
                _ => return $field.wrong(),
            }
        }
    };
}

fn info(fields: Fields<'_>) -> Result<ObjectInfo> {
    let mut info = ObjectInfo::default();
    fields!(fields, field;
        1 => info.id = field.id()?,
        2 => info.hash = field.hash()?,
        3 => info.owner = field.id()?,
        4 => info.mod_time = field.uint()?,
        5 => info.ref_count = field.int()?,
        6 => info.escaped = field.bool()?,
        7 => info.last_size = field.int()?,
    );
    Ok(info)
}

fn reference(fields: Fields<'_>) -> Result<RefValue> {
    let mut value = RefValue::default();
    fields!(fields, field;
        1 => value.id = field.id()?,
        2 => value.escaped = field.bool()?,
        3 => value.pkg_path = field.text()?,
        4 => value.hash = field.hash()?,
    );
    Ok(value)
}

fn typed(fields: Fields<'_>) -> Result<TypedValue> {
    let mut value = TypedValue::default();
    fields!(fields, field;
        1 => value.ty = field.ty()?,
        2 => value.value = Some(value_of(field.any()?)?),
        3 => value.n = field.payload()?,
    );
    Ok(value)
}

fn value_of(any: AnyBytes<'_>) -> Result<Value> {
    let text = |name| any.bare(name)?.map(At::text).transpose().map(Option::unwrap_or_default);
    Ok(match any.url {
        "/gno.StringValue" => {
            let bytes = any.bare("StringValue")?.map(At::bytes).transpose()?;
            Value::String(bytes.unwrap_or_default().to_vec())
        }
        "/gno.BigintValue" => Value::Bigint(text("BigintValue")?),
        "/gno.BigdecValue" => Value::Bigdec(text("BigdecValue")?),
        "/gno.PointerValue" => {
            let (mut base, mut index) = (RefValue::default(), 0);
            fields!(any.fields("PointerValue")?, field;
                2 => base = field.reference()?,
                3 => index = field.int()?,
            );
            Value::Pointer { base, index }
        }
        "/gno.SliceValue" => {
            let (mut base, mut offset, mut len, mut cap) = (RefValue::default(), 0, 0, 0);
            fields!(any.fields("SliceValue")?, field;
                1 => base = field.reference()?,
                2 => offset = field.int()?,
                3 => len = field.int()?,
                4 => cap = field.int()?,
            );
            Value::Slice { base, offset, len, cap }
        }
        "/gno.TypeValue" => {
            let mut ty = None;
            fields!(any.fields("TypeValue")?, field; 1 => ty = field.ty()?);
            Value::Type(ty.ok_or(DecodeError::Field("TypeValue", 1))?)
        }
        "/gno.RefValue" => Value::Ref(reference(any.fields("RefValue")?)?),
        "/gno.FuncValue" => Value::Func(Box::new(func(any.fields("FuncValue")?)?)),
        _ => return any.unexpected(),
    })
}

fn pos(fields: Fields<'_>) -> Result<Pos> {
    let mut pos = Pos::default();
    fields!(fields, field; 1 => pos.line = field.int()?, 2 => pos.column = field.int()?);
    Ok(pos)
}

fn location(fields: Fields<'_>) -> Result<Location> {
    let mut location = Location::default();
    fields!(fields, field;
        1 => location.pkg_path = field.text()?,
        2 => location.file = field.text()?,
        3 => {
            let mut span = Span::default();
            fields!(field.structure("Span")?, part;
                1 => span.pos = pos(part.structure("Pos")?)?,
                2 => span.end = pos(part.structure("Pos")?)?,
                3 => span.num = part.int()?,
            );
            location.span = span;
        },
    );
    Ok(location)
}

fn func(fields: Fields<'_>) -> Result<Func> {
    let mut func = Func::default();
    fields!(fields, field;
        1 => func.info = info(field.structure("ObjectInfo")?)?,
        2 => func.ty = field.ty()?,
        3 => func.is_method = field.bool()?,
        4 => func.is_closure = field.bool()?,
        5 => func.source = Some(field.source()?),
        6 => func.name = field.text()?,
        7 => func.parent = Some(field.reference()?),
        8 => func.captures.push(field.typed()?),
        9 => func.file = field.text()?,
        10 => func.pkg_path = field.text()?,
        11 => func.native_pkg = field.text()?,
        12 => func.native_name = field.text()?,
        13 => func.crossing = field.bool()?,
    );
    Ok(func)
}

fn field_type(fields: Fields<'_>) -> Result<FieldType> {
    let mut ty = FieldType::default();
    fields!(fields, field;
        1 => ty.name = field.text()?,
        2 => ty.ty = field.ty()?,
        3 => ty.embedded = field.bool()?,
        4 => ty.tag = field.text()?,
    );
    Ok(ty)
}

fn type_of(any: AnyBytes<'_>) -> Result<Type> {
    Ok(match any.url {
        "/gno.PrimitiveType" => Type::Primitive(any.bare("PrimitiveType")?.map_or(Ok(0), At::int)?),
        "/gno.PointerType" => {
            let mut elem = None;
            fields!(any.fields("PointerType")?, field; 1 => elem = field.boxed()?);
            Type::Pointer(elem)
        }
        "/gno.ArrayType" => {
            let (mut len, mut elem, mut variadic) = (0, None, false);
            fields!(any.fields("ArrayType")?, field;
                1 => len = field.int()?,
                2 => elem = field.boxed()?,
                3 => variadic = field.bool()?,
            );
            Type::Array { len, elem, variadic }
        }
        "/gno.SliceType" => {
            let (mut elem, mut variadic) = (None, false);
            fields!(any.fields("SliceType")?, field; 1 => elem = field.boxed()?, 2 => variadic = field.bool()?);
            Type::Slice { elem, variadic }
        }
        "/gno.StructType" => {
            let (mut pkg_path, mut fields) = (String::new(), Vec::new());
            fields!(any.fields("StructType")?, field;
                1 => pkg_path = field.text()?,
                2 => fields.push(field_type(field.structure("FieldType")?)?),
            );
            Type::Struct { pkg_path, fields }
        }
        "/gno.FuncType" => {
            let (mut params, mut results) = (Vec::new(), Vec::new());
            fields!(any.fields("FuncType")?, field;
                1 => params.push(field_type(field.structure("FieldType")?)?),
                2 => results.push(field_type(field.structure("FieldType")?)?),
            );
            Type::Func { params, results }
        }
        "/gno.MapType" => {
            let (mut key, mut elem) = (None, None);
            fields!(any.fields("MapType")?, field; 1 => key = field.boxed()?, 2 => elem = field.boxed()?);
            Type::Map { key, elem }
        }
        "/gno.InterfaceType" => {
            let (mut pkg_path, mut methods, mut generic) = (String::new(), Vec::new(), String::new());
            fields!(any.fields("InterfaceType")?, field;
                1 => pkg_path = field.text()?,
                2 => methods.push(field_type(field.structure("FieldType")?)?),
                3 => generic = field.text()?,
            );
            Type::Interface { pkg_path, methods, generic }
        }
        "/gno.DeclaredType" => {
            let mut ty = Declared::default();
            fields!(any.fields("DeclaredType")?, field;
                1 => ty.pkg_path = field.text()?,
                2 => ty.name = field.text()?,
                3 => ty.parent_loc = location(field.structure("Location")?)?,
                4 => ty.base = field.ty()?,
                5 => ty.methods.push(field.typed()?),
            );
            Type::Declared(Box::new(ty))
        }
        "/gno.ChanType" => {
            let (mut dir, mut elem) = (0, None);
            fields!(any.fields("ChanType")?, field; 1 => dir = field.int()?, 2 => elem = field.boxed()?);
            Type::Chan { dir, elem }
        }
        "/gno.tupleType" => {
            let mut elems = Vec::new();
            fields!(any.fields("tupleType")?, field; 1 => elems.push(field.ty()?));
            Type::Tuple(elems)
        }
        "/gno.RefType" => {
            let mut id = String::new();
            fields!(any.fields("RefType")?, field; 1 => id = field.text()?);
            Type::Ref(id)
        }
        "/gno.TypeType" => empty(&any, Type::TypeType)?,
        "/gno.PackageType" => empty(&any, Type::Package)?,
        "/gno.blockType" => empty(&any, Type::Block)?,
        "/gno.heapItemType" => empty(&any, Type::HeapItem)?,
        _ => return any.unexpected(),
    })
}

fn empty(any: &AnyBytes<'_>, ty: Type) -> Result<Type> {
    if any.bytes.is_empty() { Ok(ty) } else { any.unexpected() }
}

fn map_item(fields: Fields<'_>) -> Result<(TypedValue, TypedValue)> {
    let mut item = (TypedValue::default(), TypedValue::default());
    fields!(fields, field; 1 => item.0 = field.typed()?, 2 => item.1 = field.typed()?);
    Ok(item)
}

fn optional_reference(field: At<'_>) -> Result<Option<RefValue>> {
    if field.bytes()?.is_empty() { Ok(None) } else { field.reference().map(Some) }
}

fn package(fields: Fields<'_>) -> Result<Package> {
    let mut package = Package::default();
    fields!(fields, field;
        1 => package.info = info(field.structure("ObjectInfo")?)?,
        2 => package.block = Some(field.reference()?),
        3 => package.name = field.text()?,
        4 => package.path = field.text()?,
        5 => package.files.push(field.text()?),
        6 => package.file_blocks.push(optional_reference(field)?),
        7 => package.private = field.bool()?,
    );
    Ok(package)
}

fn block(fields: Fields<'_>) -> Result<Block> {
    let mut block = Block::default();
    fields!(fields, field;
        1 => block.info = info(field.structure("ObjectInfo")?)?,
        2 => block.source = Some(field.source()?),
        3 => block.values.push(field.typed()?),
        4 => block.parent = Some(field.reference()?),
        5 => block.blank = field.typed()?,
    );
    Ok(block)
}

/// An object from its bytes, without the hash before them.
///
/// # Errors
///
/// [`DecodeError`] for any bytes that no encoding gives.
pub fn object(bytes: &[u8]) -> Result<Object> {
    let any = AnyBytes::new(bytes, 0)?;
    let mut found = ObjectInfo::default();
    Ok(match any.url {
        "/gno.PackageValue" => Object::Package(package(any.fields("PackageValue")?)?),
        "/gno.Block" => Object::Block(block(any.fields("Block")?)?),
        "/gno.FuncValue" => Object::Func(Box::new(func(any.fields("FuncValue")?)?)),
        "/gno.HeapItemValue" => {
            let mut value = TypedValue::default();
            fields!(any.fields("HeapItemValue")?, field;
                1 => found = info(field.structure("ObjectInfo")?)?,
                2 => value = field.typed()?,
            );
            Object::HeapItem { info: found, value }
        }
        "/gno.StructValue" => {
            let mut fields = Vec::new();
            fields!(any.fields("StructValue")?, field;
                1 => found = info(field.structure("ObjectInfo")?)?,
                2 => fields.push(field.typed()?),
            );
            Object::Struct { info: found, fields }
        }
        "/gno.ArrayValue" => {
            let (mut list, mut data) = (Vec::new(), Vec::new());
            fields!(any.fields("ArrayValue")?, field;
                1 => found = info(field.structure("ObjectInfo")?)?,
                2 => list.push(field.typed()?),
                3 => data = field.bytes()?.to_vec(),
            );
            let elements = match (list.is_empty(), data.is_empty()) {
                (true, false) => Elements::Data(data),
                (_, true) => Elements::List(list),
                (false, false) => return Err(DecodeError::Field("ArrayValue", 3)),
            };
            Object::Array { info: found, elements }
        }
        "/gno.MapValue" => {
            let mut items = Vec::new();
            fields!(any.fields("MapValue")?, field;
                1 => found = info(field.structure("ObjectInfo")?)?,
                2 => fields!(field.structure("MapList")?, item; 1 => items.push(map_item(item.structure("MapListItem")?)?)),
            );
            Object::Map { info: found, items }
        }
        "/gno.BoundMethodValue" => {
            let (mut method, mut receiver) = (Func::default(), TypedValue::default());
            fields!(any.fields("BoundMethodValue")?, field;
                1 => found = info(field.structure("ObjectInfo")?)?,
                2 => method = func(field.structure("FuncValue")?)?,
                3 => receiver = field.typed()?,
            );
            Object::BoundMethod { info: found, func: Box::new(method), receiver }
        }
        _ => return any.unexpected(),
    })
}

/// A type from its record.
///
/// # Errors
///
/// As [`object`].
pub fn ty(bytes: &[u8]) -> Result<Type> {
    type_of(AnyBytes::new(bytes, 0)?)
}

/// A realm from its record.
///
/// # Errors
///
/// As [`object`].
pub fn realm(bytes: &[u8]) -> Result<Realm> {
    let mut realm = Realm::default();
    fields!(Fields::new("Realm", bytes, 0)?, field;
        1 => realm.id = PkgId::parse(&field.text()?).ok_or(DecodeError::Text("package identity"))?,
        2 => realm.path = field.text()?,
        3 => realm.time = field.uint()?,
        4 => realm.deposit = field.uint()?,
        5 => realm.storage = field.uint()?,
    );
    Ok(realm)
}

/// The source of a package from its record.
///
/// # Errors
///
/// As [`object`].
pub fn mem_package(bytes: &[u8]) -> Result<MemPackage> {
    let mut package = MemPackage::default();
    fields!(Fields::new("MemPackage", bytes, 0)?, field;
        1 => package.name = field.text()?,
        2 => package.path = field.text()?,
        3 => {
            let (mut name, mut body) = (String::new(), Vec::new());
            fields!(field.structure("MemFile")?, part; 1 => name = part.text()?, 2 => body = part.bytes()?.to_vec());
            package.files.push((name, body));
        },
        4 => {
            let any = field.any()?;
            match any.url {
                "/gno.MemPackageType" => package.kind = any.bare("MemPackageType")?.map_or(Ok(String::new()), At::text)?,
                _ => return any.unexpected(),
            }
        },
    );
    Ok(package)
}
