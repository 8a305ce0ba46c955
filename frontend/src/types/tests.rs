#![expect(clippy::unwrap_used)]

use super::*;
use std::rc::Rc;

const PATH: &str = "main";

fn declare(table: &mut TypeTable, name: &str, underlying: TypeId) -> TypeId {
    declare_in(table, PATH, name, underlying)
}

fn declare_in(table: &mut TypeTable, path: &str, name: &str, underlying: TypeId) -> TypeId {
    table.declare(NamedType {
        pkg_path: path.into(),
        name: name.into(),
        location: None,
        underlying,
        methods: Vec::new(),
    })
}

fn signature(table: &mut TypeTable, params: &[TypeId], results: &[TypeId]) -> TypeId {
    let params_of = |types: &[TypeId]| types.iter().map(|&ty| Param { name: "".into(), ty }).collect();
    table.func(FuncType { params: params_of(params), results: params_of(results), variadic: false })
}

fn method(table: &mut TypeTable, ty: TypeId, name: &str, ptr_receiver: bool, signature: TypeId) {
    let named = table.as_named(ty).unwrap();
    table.add_method(named, Method { name: name.into(), func: 0, ptr_receiver, signature });
}

/// Fields `name: type`; an embedded one has a name that starts with `+`.
fn structure(table: &mut TypeTable, fields: &[(&str, TypeId)]) -> TypeId {
    let field = |&(name, ty): &(&str, TypeId)| Field {
        name: name.trim_start_matches('+').into(),
        ty,
        embedded: name.starts_with('+'),
        tag: None,
    };
    table.structure(StructType { pkg_path: PATH.into(), fields: fields.iter().map(field).collect() })
}

fn interface(table: &mut TypeTable, entries: &[(&str, TypeId)]) -> TypeId {
    let entries = entries.iter().map(|&(name, ty)| InterfaceEntry { name: name.into(), ty }).collect();
    table.interface(InterfaceType { pkg_path: PATH.into(), entries })
}

#[test]
fn predeclared_ids_name_their_types() {
    let table = TypeTable::new();
    let texts = [
        (TypeId::BOOL, "bool"),
        (TypeId::UINT8, "uint8"),
        (TypeId::INT32, "int32"),
        (TypeId::FLOAT64, "float64"),
        (TypeId::UNTYPED_BOOL, "<untyped> bool"),
        (TypeId::UNTYPED_RUNE, "<untyped> int32"),
        (TypeId::UNTYPED_BIGDEC, "<untyped> bigdec"),
        (TypeId::ANY, "interface {}"),
        (TypeId::ERROR, ".uverse.error"),
        (TypeId::GREALM, ".uverse..grealm"),
        (TypeId::TYPE, "type{}"),
    ];
    for (ty, text) in texts {
        assert_eq!(table.type_string(ty), text);
    }
    assert_eq!(table.type_id_string(TypeId::UNTYPED_RUNE), "<untyped> rune");
    assert_eq!(table.kind(TypeId::GNOCOINS), Kind::Slice);
    assert!(table.implements(TypeId::GREALM, TypeId::REALM).is_ok());
}

#[test]
fn printed_form_and_type_id_differ_as_specified() {
    let mut t = TypeTable::new();
    let named = declare_in(&mut t, "gno.land/r/x", "T", TypeId::INT);
    let variadic = t.variadic(TypeId::STRING);
    let func = t.func(FuncType {
        params: vec![Param { name: "a".into(), ty: TypeId::INT }, Param { name: "b".into(), ty: variadic }],
        results: vec![Param { name: "".into(), ty: named }, Param { name: "".into(), ty: TypeId::ERROR }],
        variadic: true,
    });
    let fields = structure(&mut t, &[("A", TypeId::INT), ("b", TypeId::UINT8), ("+T", named)]);
    let plain = signature(&mut t, &[], &[]);
    let methods = interface(&mut t, &[("Z", plain), ("a", plain)]);
    let send = t.chan(ChanDir::Send, TypeId::INT);
    let map = t.map(TypeId::STRING, fields);
    let array = t.array(3, map);
    let pointer = t.pointer(array);
    let tuple = t.tuple(vec![TypeId::INT, TypeId::ERROR]);
    let cases = [
        (
            func,
            "func(int, ...string) (gno.land/r/x.T, .uverse.error)",
            "func(int;[]string)(gno.land/r/x.T;.uverse.error)",
        ),
        (fields, "struct{A int; b uint8; T gno.land/r/x.T}", "struct{A int;main.b uint8;T gno.land/r/x.T}"),
        (plain, "func()", "func()()"),
        (methods, "interface {Z func(); a func()}", "interface{Z func()();main.a func()()}"),
        (send, "<-chan int", "<-chan{int}"),
        (
            pointer,
            "*[3]map[string]struct{A int; b uint8; T gno.land/r/x.T}",
            "*[3]map[string]struct{A int;main.b uint8;T gno.land/r/x.T}",
        ),
        (tuple, "(int,.uverse.error)", "(int,.uverse.error)"),
    ];
    for (ty, text, id) in cases {
        assert_eq!(t.type_string(ty), text);
        assert_eq!(t.type_id_string(ty), id);
    }
}

#[test]
fn local_types_carry_the_location_of_their_function() {
    let mut t = TypeTable::new();
    let local = t.declare(NamedType {
        pkg_path: PATH.into(),
        name: "T".into(),
        location: Some("main/a.gno:3:1-9:2".into()),
        underlying: TypeId::INT,
        methods: Vec::new(),
    });
    assert_eq!(t.type_string(local), "main[main/a.gno:3:1-9:2].T");
    let global = declare(&mut t, "T", TypeId::INT);
    assert!(!t.identical(local, global));
}

#[test]
fn interface_methods_are_sorted_once_the_identity_is_taken() {
    let mut t = TypeTable::new();
    let plain = signature(&mut t, &[], &[]);
    let first = interface(&mut t, &[("B", plain), ("A", plain)]);
    let second = interface(&mut t, &[("B", plain), ("A", plain)]);
    let slice = t.slice(first);
    assert_eq!(t.type_string(first), "interface {B func(); A func()}");
    t.take_identity(slice);
    assert_eq!(t.type_string(first), "interface {A func(); B func()}");
    assert_eq!(t.type_string(second), "interface {B func(); A func()}");
    assert!(t.identical(first, second));
}

#[test]
fn identity_ignores_names_tags_embedding_and_variadic() {
    let mut t = TypeTable::new();
    let named = declare(&mut t, "T", TypeId::INT);
    let embedded = structure(&mut t, &[("+T", named)]);
    let field = structure(&mut t, &[("T", named)]);
    assert_ne!(embedded, field);
    assert!(t.identical(embedded, field));
    let (slice, variadic) = (t.slice(TypeId::INT), t.variadic(TypeId::INT));
    let by_slice = signature(&mut t, &[slice], &[]);
    let by_variadic =
        t.func(FuncType { params: vec![Param { name: "x".into(), ty: variadic }], results: vec![], variadic: true });
    assert!(t.identical(by_slice, by_variadic));
    let foreign = t.structure(StructType {
        pkg_path: "other".into(),
        fields: vec![Field { name: "x".into(), ty: TypeId::INT, embedded: false, tag: None }],
    });
    let own = structure(&mut t, &[("x", TypeId::INT)]);
    assert!(!t.identical(foreign, own));
    let error_method = signature(&mut t, &[], &[TypeId::STRING]);
    let flat = interface(&mut t, &[("Error", error_method)]);
    let embedding = interface(&mut t, &[("error", TypeId::ERROR)]);
    assert!(!t.identical(flat, embedding));
}

#[test]
fn swap_follows_the_table() {
    let mut t = TypeTable::new();
    let plain = signature(&mut t, &[], &[]);
    let one = interface(&mut t, &[("A", plain)]);
    let two = interface(&mut t, &[("A", plain), ("B", plain)]);
    let (int, rune, dec) = (Some(TypeId::INT), Some(TypeId::UNTYPED_RUNE), Some(TypeId::UNTYPED_BIGDEC));
    let cases = [
        (None, int, false),
        (int, None, true),
        (int, Some(TypeId::UNTYPED_NIL), true),
        (Some(TypeId::ANY), int, true),
        (Some(one), Some(TypeId::ANY), false),
        (Some(one), Some(two), true),
        (Some(two), Some(one), false),
        (Some(one), int, true),
        (int, Some(one), false),
        (int, rune, true),
        (rune, dec, false),
        (dec, rune, true),
        (int, int, false),
    ];
    for (left, right, swap) in cases {
        let texts = (t.type_string_or_nil(left), t.type_string_or_nil(right));
        assert_eq!(t.should_swap(left, right), swap, "{texts:?}");
    }
    assert_eq!(t.default_type(TypeId::UNTYPED_RUNE), TypeId::INT32);
}

#[test]
fn assignability_table() {
    let mut t = TypeTable::new();
    let celsius = declare(&mut t, "celsius", TypeId::INT);
    let other = declare(&mut t, "other", TypeId::INT);
    let slice = t.slice(TypeId::INT);
    let named_slice = declare(&mut t, "S", slice);
    let variadic = t.variadic(TypeId::INT);
    let point = structure(&mut t, &[("n", TypeId::INT)]);
    let named_point = declare(&mut t, "t", point);
    let pointer = t.pointer(named_point);
    let maps = (t.map(TypeId::STRING, TypeId::INT), t.map(TypeId::STRING, TypeId::BOOL));
    let (func, func_int) = (signature(&mut t, &[], &[]), signature(&mut t, &[TypeId::INT], &[]));
    let stringer_method = signature(&mut t, &[], &[TypeId::STRING]);
    let stringer = interface(&mut t, &[("f", stringer_method)]);
    let named_interface = declare(&mut t, "i", stringer);
    let ok = "";
    let cases = [
        (None, Some(slice), ok),
        (None, Some(TypeId::ANY), ok),
        (None, Some(TypeId::INT), "cannot use nil as int value"),
        (None, Some(named_point), "cannot use nil as main.t value"),
        (Some(TypeId::INT), None, ok),
        (Some(celsius), Some(TypeId::ANY), ok),
        (Some(celsius), Some(TypeId::INT), "cannot use main.celsius as int without explicit conversion"),
        (Some(TypeId::INT), Some(celsius), "cannot use int as main.celsius without explicit conversion"),
        (Some(celsius), Some(other), "cannot use main.celsius as main.other without explicit conversion"),
        (Some(TypeId::UNTYPED_BIGINT), Some(celsius), ok),
        (Some(TypeId::UNTYPED_BIGINT), Some(TypeId::STRING), "cannot use untyped Bigint as StringKind"),
        (Some(TypeId::UNTYPED_RUNE), Some(TypeId::STRING), "cannot use untyped rune as StringKind"),
        (Some(TypeId::UNTYPED_STRING), Some(TypeId::INT), "cannot use untyped string as IntKind"),
        (Some(TypeId::UNTYPED_BOOL), Some(TypeId::UNTYPED_BIGINT), "cannot use untyped bool as BigintKind"),
        (Some(TypeId::UNTYPED_BIGDEC), Some(TypeId::UNTYPED_BIGINT), "cannot use untyped Bigdec as BigintKind"),
        (Some(TypeId::UNTYPED_BIGINT), Some(func), "cannot use <untyped> bigint as func()"),
        (Some(TypeId::INT), Some(TypeId::INT64), "cannot use int as int64"),
        (Some(named_slice), Some(slice), ok),
        (Some(slice), Some(named_slice), ok),
        (Some(slice), Some(TypeId::INT), "cannot use []int as int"),
        (Some(TypeId::UNTYPED_BIGINT), Some(variadic), "cannot use <untyped> bigint as ...int"),
        (Some(pointer), Some(named_point), "cannot use *main.t as struct{n int}"),
        (Some(named_point), Some(pointer), "cannot use struct{n int} as *main.t"),
        (Some(maps.0), Some(maps.1), ok),
        (Some(func), Some(func_int), "cannot use func() as func(int)"),
        (
            Some(TypeId::UNTYPED_STRING),
            Some(named_interface),
            "<untyped> string does not implement main.i (missing method f)",
        ),
    ];
    for (x, d, text) in cases {
        let found = t.check_assignable(x, d).err().map(|error| error.finding(&t).to_string()).unwrap_or_default();
        assert_eq!(found, text);
    }
    let error = t.check_assignable(None, Some(TypeId::INT)).unwrap_err();
    let context = NilContext::Argument("f<VPBlock(3,0)>".into());
    assert_eq!(
        error.finding_in(&t, &context).to_string(),
        "cannot use nil as int value in argument to f<VPBlock(3,0)>"
    );
}

#[test]
fn lookup_finds_fields_and_methods_through_embedding_and_pointers() {
    let mut t = TypeTable::new();
    let plain = signature(&mut t, &[], &[]);
    let inner_shape = structure(&mut t, &[("x", TypeId::INT), ("Y", TypeId::STRING)]);
    let inner = declare(&mut t, "Inner", inner_shape);
    method(&mut t, inner, "Val", false, plain);
    method(&mut t, inner, "Ptr", true, plain);
    let inner_pointer = t.pointer(inner);
    let outer_shape = structure(&mut t, &[("a", TypeId::INT), ("+Inner", inner_pointer)]);
    let outer = declare(&mut t, "Outer", outer_shape);
    let outer_pointer = t.pointer(outer);

    let x = t.lookup(outer, "x", PATH).unwrap();
    assert_eq!(x.path.as_slice(), [PathStep { field: 1, deref: false, ty: inner_pointer }]);
    assert!(x.deref && x.indirect);
    assert_eq!((x.target, x.ty), (Target::Field(0), TypeId::INT));
    let through_pointer = t.lookup(outer_pointer, "x", PATH).unwrap();
    assert!(through_pointer.path[0].deref && through_pointer.deref);

    assert_eq!(t.lookup(inner, "Ptr", PATH).unwrap().receiver_adjust(), ReceiverAdjust::Address);
    assert_eq!(t.lookup(inner_pointer, "Ptr", PATH).unwrap().receiver_adjust(), ReceiverAdjust::None);
    assert_eq!(t.lookup(outer, "Val", PATH).unwrap().receiver_adjust(), ReceiverAdjust::Deref);

    assert_eq!(t.lookup(outer, "x", "other"), Err(LookupError::Access));
    assert!(t.lookup(outer, "Y", "other").is_ok());
    let missing = t.lookup(outer, "nope", PATH).unwrap_err();
    assert_eq!(missing.finding(&t, outer, "nope", PATH).to_string(), "missing field nope in main.Outer");
    let double = t.pointer(outer_pointer);
    assert_eq!(t.lookup(double, "a", PATH), Err(LookupError::Missing));
    let error_pointer = t.pointer(TypeId::ERROR);
    assert_eq!(t.lookup(error_pointer, "Error", PATH), Err(LookupError::ShouldNotHappen));
}

#[test]
fn two_promoted_hits_conflict_at_any_depth() {
    let mut t = TypeTable::new();
    let with_x = structure(&mut t, &[("X", TypeId::INT)]);
    let c = declare(&mut t, "C", with_x);
    let d = declare(&mut t, "D", with_x);
    let a_shape = structure(&mut t, &[("+C", c)]);
    let a = declare(&mut t, "A", a_shape);
    let e_shape = structure(&mut t, &[("+A", a), ("+D", d)]);
    let e = declare(&mut t, "E", e_shape);
    assert_eq!(t.lookup(e, "X", PATH), Err(LookupError::Missing));
    let direct_shape = structure(&mut t, &[("+A", a), ("X", TypeId::BOOL), ("+D", d)]);
    assert_eq!(t.lookup(direct_shape, "X", PATH).unwrap().target, Target::Field(1));
}

#[test]
fn recursive_embedding_ends() {
    let mut t = TypeTable::new();
    let node = declare(&mut t, "Node", TypeId::INVALID);
    let pointer = t.pointer(node);
    let shape = structure(&mut t, &[("+Node", pointer), ("v", TypeId::INT)]);
    let named = t.as_named(node).unwrap();
    t.set_underlying(named, shape);
    assert_eq!(t.lookup(node, "v", PATH).unwrap().target, Target::Field(1));
    assert_eq!(t.lookup(node, "w", PATH), Err(LookupError::Missing));
    assert!(t.value_cycle(named).is_none());
    assert!(t.comparable(node).is_ok());
}

#[test]
fn implements_reports_the_first_failure_in_order() {
    let mut t = TypeTable::new();
    let (plain, wrong) = (signature(&mut t, &[], &[]), signature(&mut t, &[], &[TypeId::INT]));
    let ty = declare(&mut t, "T", TypeId::INT);
    method(&mut t, ty, "Val", false, plain);
    method(&mut t, ty, "Ptr", true, plain);
    let pointer = t.pointer(ty);
    let check = |t: &mut TypeTable, ty, entries: &[(&str, TypeId)]| {
        let wanted = interface(t, entries);
        t.implements(ty, wanted).err()
    };
    let missing = Some(ImplementsError::Missing(Rc::from("No")));
    assert_eq!(check(&mut t, ty, &[("Val", plain)]), None);
    let pointer_receiver = Some(ImplementsError::PointerReceiver(Rc::from("Ptr")));
    assert_eq!(check(&mut t, ty, &[("Val", plain), ("Ptr", plain)]), pointer_receiver);
    assert_eq!(check(&mut t, pointer, &[("Val", plain), ("Ptr", plain)]), None);
    let wrong_type = Some(ImplementsError::WrongType(Rc::from("Val")));
    assert_eq!(check(&mut t, pointer, &[("Val", wrong), ("No", plain)]), wrong_type);
    assert_eq!(check(&mut t, pointer, &[("No", plain), ("Val", wrong)]), missing);
    let base = interface(&mut t, &[("No", plain)]);
    let named_base = declare(&mut t, "Base", base);
    assert_eq!(check(&mut t, pointer, &[("Val", plain), ("Base", named_base)]), missing);
}

#[test]
fn unexported_methods_belong_to_their_package() {
    let mut t = TypeTable::new();
    let plain = signature(&mut t, &[], &[]);
    let foreign = declare_in(&mut t, "other", "T", TypeId::INT);
    method(&mut t, foreign, "f", false, plain);
    let wanted = interface(&mut t, &[("f", plain)]);
    assert_eq!(t.implements(foreign, wanted), Err(ImplementsError::Missing(Rc::from("f"))));
}

#[test]
fn method_sets_hold_promoted_methods_with_their_paths() {
    let mut t = TypeTable::new();
    let plain = signature(&mut t, &[], &[]);
    let inner_shape = structure(&mut t, &[]);
    let inner = declare(&mut t, "Inner", inner_shape);
    method(&mut t, inner, "Val", false, plain);
    method(&mut t, inner, "ptr", true, plain);
    let outer_shape = structure(&mut t, &[("+Inner", inner), ("+error", TypeId::ERROR)]);
    let outer = declare(&mut t, "Outer", outer_shape);
    let outer_pointer = t.pointer(outer);
    let names = |ty| t.method_set(ty).iter().map(|entry| entry.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(outer), ["Error", "Val"]);
    assert_eq!(names(outer_pointer), ["Error", "Val", "ptr"]);
    let set = t.method_set(outer_pointer);
    assert_eq!(set[0].selection.target, Target::InterfaceMethod { interface: TypeId::ERROR });
    assert_eq!(set[2].pkg_path.as_deref(), Some(PATH));
    assert_eq!(set[2].selection.receiver_adjust(), ReceiverAdjust::Address);
    assert!(set[2].selection.path[0].deref);
}

#[test]
fn comparability_names_the_offending_type() {
    let mut t = TypeTable::new();
    let slice = t.slice(TypeId::INT);
    let named_slice = declare(&mut t, "S", slice);
    let array = t.array(2, named_slice);
    let chan = t.chan(ChanDir::Both, TypeId::INT);
    let chans = t.array(2, chan);
    let inner = structure(&mut t, &[("f", slice)]);
    let named_inner = declare(&mut t, "In", inner);
    let outer = structure(&mut t, &[("a", TypeId::INT), ("in", named_inner)]);
    let text = |ty| t.comparable(ty).err().map(|error| error.finding(&t).to_string()).unwrap_or_default();
    assert_eq!(text(named_slice), "main.S can only be compared to nil");
    assert_eq!(text(array), "[2]main.S is not comparable");
    assert_eq!(text(chan), "chan int is not comparable");
    assert_eq!(text(chans), "chan int is not comparable");
    assert_eq!(text(named_inner), "main.In is not comparable");
    assert_eq!(text(outer), "struct{f []int} is not comparable");
    assert_eq!(text(TypeId::ANY), "");
    assert_eq!(t.comparable_to_nil(None), Err(Incomparable::Nil));
    assert!(t.comparable_to_nil(Some(slice)).is_ok() && t.comparable_to_nil(Some(chan)).is_err());
}

#[test]
fn value_cycles_are_found() {
    let mut t = TypeTable::new();
    let a = declare(&mut t, "A", TypeId::INVALID);
    let array = t.array(2, a);
    let shape = structure(&mut t, &[("x", TypeId::INT), ("a", array)]);
    let b = declare(&mut t, "B", shape);
    let (a_named, b_named) = (t.as_named(a).unwrap(), t.as_named(b).unwrap());
    t.set_underlying(a_named, b);
    assert_eq!(t.value_cycle(a_named).unwrap(), [a_named, b_named, a_named]);
    let own = declare(&mut t, "Own", TypeId::INVALID);
    let own_named = t.as_named(own).unwrap();
    t.set_underlying(own_named, own);
    assert_eq!(t.underlying(own), TypeId::INVALID);
    assert_eq!(t.value_cycle(own_named).unwrap(), [own_named, own_named]);
}

#[test]
fn deep_and_wide_types_cost_neither_stack_nor_endless_text() {
    let mut t = TypeTable::new();
    let mut deep = TypeId::INT;
    for _ in 0..200_000 {
        deep = t.pointer(deep);
    }
    assert_eq!(t.type_string(deep).len(), 200_003);
    let mut wide = TypeId::INT;
    for _ in 0..200 {
        wide = structure(&mut t, &[("a", wide), ("b", wide)]);
    }
    assert!(t.type_string(wide).len() < 2 << 20);
    assert!(t.comparable(wide).is_ok());
    let mut source = t.pointer(TypeId::INT);
    for _ in 0..100_000 {
        source = t.pointer(source);
    }
    assert!(t.check_assignable(Some(source), Some(source)).is_ok());
}

#[test]
fn the_text_of_a_type_is_cut() {
    let mut t = TypeTable::new();
    let mut text = |bytes: usize| {
        let name = "x".repeat(bytes - "struct{ int; last int}".len());
        let shape = structure(&mut t, &[(&name, TypeId::INT), ("last", TypeId::INT)]);
        t.type_string(shape)
    };
    let limit = crate::limits::Limits::TYPE_TEXT_BYTES;
    assert!(text(limit).ends_with("last int}") && text(limit).len() == limit);
    assert!(!text(limit + limit).ends_with("last int}"));
}
