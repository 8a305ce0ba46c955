//! The text of types: the printed form (spec/01 §1.12) and the TypeID (spec/01 §4.7).
//!
//! Both are written from an explicit stack, so the depth of a type costs no host stack, and up to a fixed length,
//! because a few declarations can describe a text of exponential length.

use super::{ChanDir, InterfaceEntry, Param, StructType, Type, TypeId, TypeTable, is_exported};
use crate::limits::Limits;
use std::borrow::Cow;

enum Piece<'a> {
    Static(&'static str),
    Text(Cow<'a, str>),
    Type(TypeId),
}

/// Renders one type.
pub(super) struct Writer<'a> {
    table: &'a TypeTable,
    identity: bool,
    out: String,
    /// Pieces yet to write, the next one last.
    pending: Vec<Piece<'a>>,
}

impl<'a> Writer<'a> {
    /// A writer of TypeIDs if `identity`, else of the printed form.
    pub(super) fn new(table: &'a TypeTable, identity: bool) -> Self {
        Self { table, identity, out: String::new(), pending: Vec::new() }
    }

    pub(super) fn render(mut self, ty: TypeId) -> String {
        self.pending.push(Piece::Type(ty));
        while let Some(piece) = self.pending.pop() {
            match piece {
                Piece::Static(text) => self.out.push_str(text),
                Piece::Text(text) => self.out.push_str(&text),
                Piece::Type(ty) => {
                    let pieces = self.expand(ty);
                    self.pending.extend(pieces.into_iter().rev());
                }
            }
            if self.out.len() > Limits::TYPE_TEXT_BYTES {
                break;
            }
        }
        self.out
    }

    fn expand(&self, ty: TypeId) -> Vec<Piece<'a>> {
        let table = self.table;
        match table.get(ty) {
            Type::Invalid => vec![Piece::Static("invalid")],
            Type::Basic(basic) => vec![Piece::Static(if self.identity { basic.identity_name() } else { basic.name() })],
            Type::Named(named) => {
                let named = table.named(*named);
                let text = match &named.location {
                    Some(location) => format!("{}[{location}].{}", named.pkg_path, named.name),
                    None => format!("{}.{}", named.pkg_path, named.name),
                };
                vec![Piece::Text(text.into())]
            }
            Type::Pointer(elem) => vec![Piece::Static("*"), Piece::Type(*elem)],
            Type::Slice { elem, variadic } => {
                vec![Piece::Static(if *variadic && !self.identity { "..." } else { "[]" }), Piece::Type(*elem)]
            }
            Type::Array { len, elem, .. } => vec![Piece::Text(format!("[{len}]").into()), Piece::Type(*elem)],
            Type::Map { key, value } => {
                vec![Piece::Static("map["), Piece::Type(*key), Piece::Static("]"), Piece::Type(*value)]
            }
            Type::Chan { dir, elem } => self.chan(*dir, *elem),
            Type::Func(func) => self.func(&func.params, &func.results),
            Type::Struct(structure) => self.structure(structure),
            Type::Interface(interface) => self.interface(&interface.pkg_path, table.interface_entries(ty)),
            Type::Tuple(elems) => {
                let mut pieces = vec![Piece::Static("(")];
                join(&mut pieces, ",", elems.iter().map(|elem| vec![Piece::Type(*elem)]));
                pieces.push(Piece::Static(")"));
                pieces
            }
            Type::Type => vec![Piece::Static("type{}")],
            Type::Package => vec![Piece::Static("package{}")],
        }
    }

    /// Send-only and receive-only are swapped in the reference (spec/01 §4.7).
    fn chan(&self, dir: ChanDir, elem: TypeId) -> Vec<Piece<'a>> {
        let prefix = match (dir, self.identity) {
            (ChanDir::Both, true) => "chan{",
            (ChanDir::Both, false) => "chan ",
            (ChanDir::Send, true) => "<-chan{",
            (ChanDir::Send, false) => "<-chan ",
            (ChanDir::Receive, true) => "chan<-{",
            (ChanDir::Receive, false) => "chan<- ",
        };
        let mut pieces = vec![Piece::Static(prefix), Piece::Type(elem)];
        if self.identity {
            pieces.push(Piece::Static("}"));
        }
        pieces
    }

    fn func(&self, params: &'a [Param], results: &'a [Param]) -> Vec<Piece<'a>> {
        let separator = if self.identity { ";" } else { ", " };
        let types = |params: &'a [Param]| params.iter().map(|param| vec![Piece::Type(param.ty)]);
        let mut pieces = vec![Piece::Static("func(")];
        join(&mut pieces, separator, types(params));
        pieces.push(Piece::Static(")"));
        match results {
            [] if !self.identity => {}
            [result] if !self.identity => pieces.extend([Piece::Static(" "), Piece::Type(result.ty)]),
            _ => {
                pieces.push(Piece::Static(if self.identity { "(" } else { " (" }));
                join(&mut pieces, separator, types(results));
                pieces.push(Piece::Static(")"));
            }
        }
        pieces
    }

    fn structure(&self, structure: &'a StructType) -> Vec<Piece<'a>> {
        let mut pieces = vec![Piece::Static("struct{")];
        let separator = if self.identity { ";" } else { "; " };
        join(
            &mut pieces,
            separator,
            structure.fields.iter().map(|field| {
                let name = self.member(&structure.pkg_path, &field.name);
                vec![Piece::Text(name), Piece::Static(" "), Piece::Type(field.ty)]
            }),
        );
        pieces.push(Piece::Static("}"));
        pieces
    }

    fn interface(&self, pkg_path: &str, entries: Cow<'a, [InterfaceEntry]>) -> Vec<Piece<'a>> {
        let (open, separator) = if self.identity { ("interface{", ";") } else { ("interface {", "; ") };
        let mut pieces = vec![Piece::Static(open)];
        join(
            &mut pieces,
            separator,
            entries.iter().map(|entry| {
                let name = self.member(pkg_path, &entry.name).into_owned();
                vec![Piece::Text(name.into()), Piece::Static(" "), Piece::Type(entry.ty)]
            }),
        );
        pieces.push(Piece::Static("}"));
        pieces
    }

    /// The name of a field or method, qualified inside a TypeID if it is not exported.
    fn member<'n>(&self, pkg_path: &str, name: &'n str) -> Cow<'n, str> {
        if self.identity && !is_exported(name) { Cow::Owned(format!("{pkg_path}.{name}")) } else { Cow::Borrowed(name) }
    }
}

fn join<'a>(pieces: &mut Vec<Piece<'a>>, separator: &'static str, items: impl Iterator<Item = Vec<Piece<'a>>>) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            pieces.push(Piece::Static(separator));
        }
        pieces.extend(item);
    }
}

impl TypeTable {
    /// The printed form of a type (spec/01 §1.12), cut at [`Limits::TYPE_TEXT_BYTES`] bytes.
    #[must_use]
    pub fn type_string(&self, ty: TypeId) -> String {
        Writer::new(self, false).render(ty)
    }

    /// The printed form of a type that may be absent: `nil` prints as `untyped nil` (spec/01 §3.4).
    #[must_use]
    pub fn type_string_or_nil(&self, ty: Option<TypeId>) -> String {
        self.type_string(ty.unwrap_or(TypeId::UNTYPED_NIL))
    }
}
