//! The predeclared types: fixed ids and their construction (spec/01 §6).

use super::{
    Basic, Field, FuncType, InterfaceEntry, InterfaceType, Method, NamedType, Param, StructType, Type, TypeId,
    TypeTable,
};
use std::rc::Rc;

/// The package path of predeclared names.
pub const UNIVERSE_PATH: &str = ".uverse";

macro_rules! predeclared {
    ($($(#[$doc:meta])* $name:ident = $index:literal;)*) => {
        impl TypeId {
            $($(#[$doc])* pub const $name: Self = Self($index);)*
        }
    };
}

predeclared! {
    /// No type: the result of a failed declaration.
    INVALID = 0;
    /// `bool`
    BOOL = 1;
    /// `string`
    STRING = 2;
    /// `int`
    INT = 3;
    /// `int8`
    INT8 = 4;
    /// `int16`
    INT16 = 5;
    /// `int32`, `rune`
    INT32 = 6;
    /// `int64`
    INT64 = 7;
    /// `uint`
    UINT = 8;
    /// `uint8`, `byte`
    UINT8 = 9;
    /// `uint16`
    UINT16 = 10;
    /// `uint32`
    UINT32 = 11;
    /// `uint64`
    UINT64 = 12;
    /// `float32`
    FLOAT32 = 13;
    /// `float64`
    FLOAT64 = 14;
    /// Untyped boolean.
    UNTYPED_BOOL = 15;
    /// Untyped string.
    UNTYPED_STRING = 16;
    /// Untyped rune.
    UNTYPED_RUNE = 17;
    /// Untyped integer.
    UNTYPED_BIGINT = 18;
    /// Untyped decimal.
    UNTYPED_BIGDEC = 19;
    /// `nil`; treated as no type by every rule.
    UNTYPED_NIL = 20;
    /// The type of types.
    TYPE = 21;
    /// The type of package names.
    PACKAGE = 22;
    /// `any`, and every `interface {}`.
    ANY = 23;
    /// `error`
    ERROR = 24;
    /// `address`
    ADDRESS = 25;
    /// `gnocoin`
    GNOCOIN = 26;
    /// `gnocoins`
    GNOCOINS = 27;
    /// `realm`
    REALM = 28;
    /// `.grealm`, the type of `cur` values.
    GREALM = 29;
}

const BASICS: [Basic; 20] = [
    Basic::Bool,
    Basic::String,
    Basic::Int,
    Basic::Int8,
    Basic::Int16,
    Basic::Int32,
    Basic::Int64,
    Basic::Uint,
    Basic::Uint8,
    Basic::Uint16,
    Basic::Uint32,
    Basic::Uint64,
    Basic::Float32,
    Basic::Float64,
    Basic::UntypedBool,
    Basic::UntypedString,
    Basic::UntypedRune,
    Basic::UntypedBigint,
    Basic::UntypedBigdec,
    Basic::UntypedNil,
];

/// Fills an empty table so that the constants of [`TypeId`] are right.
pub(super) fn install(table: &mut TypeTable) {
    let path: Rc<str> = UNIVERSE_PATH.into();
    table.push(Type::Invalid);
    for basic in BASICS {
        table.push(Type::Basic(basic));
    }
    table.push(Type::Type);
    table.push(Type::Package);
    table.push(Type::Interface(InterfaceType { pkg_path: path.clone(), entries: Vec::new() }));
    for name in ["error", "address", "gnocoin", "gnocoins", "realm", ".grealm"] {
        table.declare(NamedType {
            pkg_path: path.clone(),
            name: name.into(),
            location: None,
            underlying: TypeId::INVALID,
            methods: Vec::new(),
        });
    }
    let to_string = signature(table, &[], &[TypeId::STRING]);
    let is_valid = signature(table, &[], &[TypeId::BOOL]);
    let error = interface(table, &path, &[("Error", to_string)]);
    define(table, TypeId::ERROR, error);
    define(table, TypeId::ADDRESS, TypeId::STRING);
    add(table, TypeId::ADDRESS, "String", to_string);
    add(table, TypeId::ADDRESS, "IsValid", is_valid);
    let coin = table.structure(StructType {
        pkg_path: path.clone(),
        fields: [("Denom", TypeId::STRING), ("Amount", TypeId::INT64)]
            .map(|(name, ty)| Field { name: name.into(), ty, embedded: false, tag: None })
            .into(),
    });
    define(table, TypeId::GNOCOIN, coin);
    let coins = table.slice(TypeId::GNOCOIN);
    define(table, TypeId::GNOCOINS, coins);
    install_realm(table, &path, to_string);
}

fn install_realm(table: &mut TypeTable, path: &Rc<str>, to_string: TypeId) {
    let methods = [
        ("Address", signature(table, &[], &[TypeId::ADDRESS])),
        ("PkgPath", to_string),
        ("Coins", signature(table, &[], &[TypeId::GNOCOINS])),
        ("Send", signature(table, &[("coins", TypeId::GNOCOINS), ("to", TypeId::ADDRESS)], &[TypeId::ERROR])),
        ("Previous", signature(table, &[], &[TypeId::REALM])),
        ("Origin", signature(table, &[], &[TypeId::REALM])),
        ("String", to_string),
    ];
    let realm = interface(table, path, &methods);
    define(table, TypeId::REALM, realm);
    // The realm before is a nil value of the same struct type, which no program can write (spec/05 §2.3).
    let concrete = table.structure(StructType {
        pkg_path: path.clone(),
        fields: [("addr", TypeId::ADDRESS), ("pkgPath", TypeId::STRING), ("prev", TypeId::GREALM)]
            .map(|(name, ty)| Field { name: name.into(), ty, embedded: false, tag: None })
            .into(),
    });
    define(table, TypeId::GREALM, concrete);
    for (name, signature) in methods {
        add(table, TypeId::GREALM, name, signature);
    }
}

fn signature(table: &mut TypeTable, params: &[(&str, TypeId)], results: &[TypeId]) -> TypeId {
    table.func(FuncType {
        params: params.iter().map(|&(name, ty)| Param { name: name.into(), ty }).collect(),
        results: results.iter().map(|&ty| Param { name: "".into(), ty }).collect(),
        variadic: false,
    })
}

fn interface(table: &mut TypeTable, path: &Rc<str>, methods: &[(&str, TypeId)]) -> TypeId {
    table.interface(InterfaceType {
        pkg_path: path.clone(),
        entries: methods.iter().map(|&(name, ty)| InterfaceEntry { name: name.into(), ty }).collect(),
    })
}

fn define(table: &mut TypeTable, declared: TypeId, underlying: TypeId) {
    if let Some(named) = table.as_named(declared) {
        table.set_underlying(named, underlying);
    }
}

fn add(table: &mut TypeTable, declared: TypeId, name: &str, signature: TypeId) {
    if let Some(named) = table.as_named(declared) {
        table.add_method(named, Method { name: name.into(), func: Method::NATIVE, ptr_receiver: false, signature });
    }
}
