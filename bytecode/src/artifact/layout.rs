//! What the sections contain. Each type has one definition from which writer and reader follow.

use super::wire::{Reader, Wire, Writer, read_entity, record, variants, write_entity};
use super::{ArtifactError, Problem};
use crate::event::Event;
use crate::module::{
    BlockKind, BlockState, FallsFrom, Function, FunctionKind, GlobalDesc, LineEntry, Module, PackageSlot, ScopeDesc,
    Segment, SlotDesc, SlotPlace, StateEntry, TextEntry, WellKnownTypes,
};
use crate::stored::{Extent, FormRef, Stored, StoredConst, StoredField, StoredFunc, StoredSlot, StoredType};
use crate::types::{
    FieldDesc, FuncRef, GlobalRef, MethodEntry, MethodReceiver, PackageRef, PathStep, Repr, StrRef, TypeDesc, TypeKind,
    TypeRef,
};

macro_rules! entities {
    ($($ty:ty)*) => {
        $(impl Wire for $ty {
            fn write(&self, out: &mut Writer) {
                write_entity(*self, out);
            }

            fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
                read_entity(input)
            }
        })*
    };
}

entities!(TypeRef FuncRef StrRef GlobalRef PackageRef FormRef);

/// The package section.
pub(super) struct Package {
    path: String,
    name: String,
    imports: Vec<String>,
    files: Vec<String>,
    parse_charges: Vec<u32>,
    init: Option<FuncRef>,
    inits: Option<FuncRef>,
    main: Option<FuncRef>,
    well_known: WellKnownTypes,
    package_slots: Vec<PackageSlot>,
    file_imports: Vec<Vec<PackageRef>>,
}

record!(Package {
    path,
    name,
    imports,
    files,
    parse_charges,
    init,
    inits,
    main,
    well_known,
    package_slots,
    file_imports
});
record!(WellKnownTypes { string, int });
record!(GlobalDesc { name, ty, import });

record!(TypeDesc { id, name, declared, underlying, repr, kind, methods });
record!(FieldDesc { name, ty, embedded });
record!(MethodEntry { name, func, native, path, receiver, receiver_type, signature });
record!(PathStep { through_pointer, field });

variants!(TypeKind {
    0 => Basic,
    1 => Pointer { elem },
    2 => Slice { elem },
    3 => Array { elem, len },
    4 => Map { key, elem },
    5 => Struct { fields },
    6 => Interface { methods },
    7 => Func { params, results, variadic },
    8 => Chan { elem },
    9 => Nil,
});

variants!(MethodReceiver {
    0 => Value,
    1 => ValueThroughPointer,
    2 => Pointer,
    3 => AddressOfField,
    4 => Interface,
});

impl Wire for Repr {
    fn write(&self, out: &mut Writer) {
        // Variants are numbered in code order.
        out.byte(*self as u8);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        let code = input.byte()?;
        Repr::from_code(code).ok_or_else(|| input.error(Problem::Tag))
    }
}

/// A string constant: bytes, not necessarily UTF-8.
struct Bytes(Vec<u8>);

impl Wire for Bytes {
    fn write(&self, out: &mut Writer) {
        out.length(self.0.len());
        out.bytes.extend_from_slice(&self.0);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        let length = input.length()?;
        input.take(length).map(|bytes| Bytes(bytes.to_vec()))
    }
}

/// A function's entry in the function section.
struct Header {
    name: String,
    kind: FunctionKind,
    signature: Option<TypeRef>,
    params: u16,
    results: u16,
    frame_size: u32,
    captures: u16,
    has_defers: bool,
    entry: u32,
    defer_entry: u32,
    recovery: Option<u32>,
    declared_at: (u32, u32),
}

record!(Header {
    name,
    kind,
    signature,
    params,
    results,
    frame_size,
    captures,
    has_defers,
    entry,
    defer_entry,
    recovery,
    declared_at,
});

variants!(FunctionKind {
    0 => Declared,
    1 => Method(receiver),
    2 => Literal,
    3 => Synthetic,
    4 => Native,
    5 => Imported(package),
});

/// Code words, eight bytes each.
struct Words(Vec<u64>);

impl Wire for Words {
    fn write(&self, out: &mut Writer) {
        out.length(self.0.len());
        for word in &self.0 {
            out.bytes.extend_from_slice(&word.to_le_bytes());
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        let length = input.length()?;
        let size = length.checked_mul(8).ok_or_else(|| input.error(Problem::Length))?;
        let words = input.take(size)?.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
        Ok(Words(words.collect()))
    }
}

/// A function's entry in the metering section.
struct Metering {
    segments: Vec<Segment>,
    events: Vec<PackedEvent>,
    event_ends: Ascending,
}

record!(Metering { segments, events, event_ends });
record!(Segment { pc, events_start, events_end });

/// A packed event with the distinguishing bit at the low end, so that its varint is short.
struct PackedEvent(u32);

impl Wire for PackedEvent {
    fn write(&self, out: &mut Writer) {
        out.varint(u64::from(self.0.rotate_left(1)));
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        let packed = u32::read(input)?.rotate_right(1);
        Event::unpack(packed).map(|_| PackedEvent(packed)).ok_or_else(|| input.error(Problem::Event))
    }
}

/// Numbers that never decrease, as differences.
struct Ascending(Vec<u32>);

impl Wire for Ascending {
    fn write(&self, out: &mut Writer) {
        out.length(self.0.len());
        let mut last = 0;
        for &value in &self.0 {
            // A sequence that does decrease cannot come out of the compiler; wrapping keeps it readable.
            out.varint(u64::from(value.wrapping_sub(last)));
            last = value;
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, ArtifactError> {
        let length = input.length()?;
        let mut last = 0_u32;
        let mut values = Vec::new();
        for _ in 0..length {
            last = last.wrapping_add(u32::read(input)?);
            values.push(last);
        }
        Ok(Ascending(values))
    }
}

/// A function's entry in the table section.
struct Tables {
    lines: Vec<LineEntry>,
    texts: Vec<TextEntry>,
    scopes: Vec<ScopeDesc>,
    scope_map: Vec<(u32, u32)>,
    states: Vec<BlockState>,
    state_map: Vec<StateEntry>,
}

record!(Tables { lines, texts, scopes, scope_map, states, state_map });
record!(StateEntry { pc, event, state });
record!(BlockState { outer, block });
variants!(BlockKind {
    0 => Called,
    1 => Scope { scope, from, to, entering, repeats },
    2 => Native { slots, bytes, visits, args, copies },
    3 => Package { files },
});
variants!(PackageSlot { 0 => Global(global), 1 => Func(func), 2 => Static { bytes, visited } });
record!(LineEntry { pc, file, line, column });
record!(TextEntry { pc, text, in_place });
record!(ScopeDesc { parent, grows_parent, has_frame, falls_from, slots });
record!(FallsFrom { clause, depth });
record!(SlotDesc { name, ty, place });
variants!(SlotPlace { 0 => Register(register), 1 => Cell(register), 2 => Static { bytes, visited }, 3 => Never });

record!(Stored { files, forms, types, globals, functions, slots });
record!(Extent { line, column, end_line, end_column });
record!(StoredField { name, ty, embedded, tag });
record!(StoredFunc { name, file, extent, params, results, variadic, crossing, native, captures, receiver });
variants!(StoredType {
    0 => None,
    1 => Basic { id },
    2 => Pointer { elem },
    3 => Slice { elem },
    4 => Array { elem, len, open },
    5 => Map { key, elem },
    6 => Struct { package, fields },
    7 => Interface { package, methods },
    8 => Func { params, results, variadic },
    9 => Chan { elem, direction },
    10 => Declared { id, package, name, local, base, methods },
});
variants!(StoredSlot {
    0 => Object,
    1 => Type(ty),
    2 => Const(ty, value),
    3 => Untyped(ty, value),
    4 => Undefined,
});
variants!(StoredConst { 0 => Bits(bits), 1 => Text(text), 2 => Int(text), 3 => Dec(text), 4 => Nil });

/// A source file of the optional source section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// Name.
    pub name: String,
    /// Text.
    pub text: String,
}

record!(SourceFile { name, text });

/// A module divided into sections: what belongs to a function is spread over four of them, so that a reader that needs no
/// debug tables finds the rest together.
pub(super) struct Sections {
    package: Package,
    types: Vec<TypeDesc>,
    strings: Vec<Bytes>,
    globals: Vec<GlobalDesc>,
    functions: Vec<Header>,
    code: Vec<Words>,
    metering: Vec<Metering>,
    tables: Vec<Tables>,
    stored: Vec<Stored>,
}

macro_rules! sections {
    ($($field:ident)*) => {
        impl Sections {
            /// Calls `write` with the content of each section in order.
            pub(super) fn write(&self, mut write: impl FnMut(&[u8])) {
                $({
                    let mut out = Writer::default();
                    self.$field.write(&mut out);
                    write(&out.bytes);
                })*
            }

            /// Reads all sections; `next` gives the reader of the next section under its name.
            pub(super) fn read<'b>(
                mut next: impl FnMut(&'static str) -> Result<Reader<'b>, ArtifactError>,
            ) -> Result<Sections, ArtifactError> {
                $(
                    let mut input = next(stringify!($field))?;
                    let $field = Wire::read(&mut input)?;
                    input.finish()?;
                )*
                Ok(Sections { $($field),* })
            }
        }
    };
}

sections!(package types strings globals functions code metering tables stored);

impl Sections {
    /// Divides a module.
    pub(super) fn of(module: Module) -> Sections {
        let Module { path, name, files, parse_charges, types, strings, functions, globals, init, inits, main, .. } =
            module;
        let Module { imports, well_known, package_slots, file_imports, stored, .. } = module;
        let mut sections = Sections {
            package: Package {
                path,
                name,
                imports,
                files,
                parse_charges,
                init,
                inits,
                main,
                well_known,
                package_slots,
                file_imports,
            },
            types,
            strings: strings.into_iter().map(Bytes).collect(),
            globals,
            functions: Vec::new(),
            code: Vec::new(),
            metering: Vec::new(),
            tables: Vec::new(),
            stored: vec![stored],
        };
        functions.into_iter().for_each(|function| sections.divide(function));
        sections
    }

    fn divide(&mut self, function: Function) {
        let Function { name, kind, signature, params, results, frame_size, captures, has_defers, .. } = function;
        let Function { code, entry, defer_entry, recovery, segments, events, event_ends, .. } = function;
        let Function { lines, texts, scopes, scope_map, states, state_map, declared_at, .. } = function;
        self.functions.push(Header {
            name,
            kind,
            signature,
            params,
            results,
            frame_size,
            captures,
            has_defers,
            entry,
            defer_entry,
            recovery,
            declared_at,
        });
        self.code.push(Words(code));
        let events = events.into_iter().map(PackedEvent).collect();
        self.metering.push(Metering { segments, events, event_ends: Ascending(event_ends) });
        self.tables.push(Tables { lines, texts, scopes, scope_map, states, state_map });
    }

    /// Puts the module together again; `None` if the sections disagree on the number of functions.
    pub(super) fn into_module(mut self) -> Option<Module> {
        let stored = self.stored.pop()?;
        if !self.stored.is_empty() {
            return None;
        }
        let Package { path, name, files, parse_charges, init, inits, main, .. } = self.package;
        let Package { imports, well_known, package_slots, file_imports, .. } = self.package;
        let count = self.functions.len();
        if [self.code.len(), self.metering.len(), self.tables.len()] != [count; 3] {
            return None;
        }
        let parts = self.functions.into_iter().zip(self.code).zip(self.metering).zip(self.tables);
        let functions =
            parts.map(|(((header, code), metering), tables)| join(header, code, metering, tables)).collect();
        let strings = self.strings.into_iter().map(|bytes| bytes.0).collect();
        let (types, globals) = (self.types, self.globals);
        Some(Module {
            path,
            name,
            imports,
            files,
            parse_charges,
            types,
            strings,
            functions,
            globals,
            package_slots,
            file_imports,
            init,
            inits,
            main,
            well_known,
            stored,
        })
    }
}

fn join(header: Header, code: Words, metering: Metering, tables: Tables) -> Function {
    let Header { name, kind, signature, params, results, frame_size, captures, has_defers, .. } = header;
    let Header { entry, defer_entry, recovery, declared_at, .. } = header;
    Function {
        name,
        kind,
        signature,
        params,
        results,
        frame_size,
        captures,
        has_defers,
        code: code.0,
        entry,
        defer_entry,
        recovery,
        segments: metering.segments,
        events: metering.events.into_iter().map(|event| event.0).collect(),
        event_ends: metering.event_ends.0,
        lines: tables.lines,
        texts: tables.texts,
        scopes: tables.scopes,
        scope_map: tables.scope_map,
        states: tables.states,
        state_map: tables.state_map,
        declared_at,
    }
}
