//! Predeclared names: Go's, and those that the reference injects (spec/01 §3.1).

use super::object::{Builtin, Home, ObjId, ObjKind, Object, Progress};
use super::types::{Basic, Interface, Named, Signature, Ty, Type, Types};
use super::value::Value;
use super::{Checker, ScopeId};
use crate::source::Span;
use std::rc::Rc;

impl Checker<'_> {
    pub(super) fn predeclared(&mut self, home: Home, kind: ObjKind, name: &str, ty: Option<Ty>) -> ObjId {
        self.objs.push(Object {
            kind,
            name: name.into(),
            home,
            ty,
            file: None,
            span: Span::default(),
            used: true,
            progress: Progress::Done,
            order: 0,
            pointer_receiver: false,
        })
    }

    fn enter(&mut self, scope: ScopeId, obj: ObjId) {
        let name = self.objs[obj].name.clone();
        self.scopes[scope].names.insert(name, obj);
    }

    /// Go's predeclared names.
    pub(super) fn declare_universe(&mut self) {
        let scope = self.universe;
        for basic in Basic::ALL {
            if basic == Basic::Invalid || basic.is_untyped() {
                continue;
            }
            let obj = self.predeclared(Home::Universe, ObjKind::Type, basic.name(), Some(Types::basic(basic)));
            self.enter(scope, obj);
        }
        let any = self.predeclared(Home::Universe, ObjKind::Type, "any", None);
        let ty = self.types.add(Type::Alias { obj: any, actual: self.types.empty_interface });
        self.objs[any].ty = Some(ty);
        self.enter(scope, any);
        self.declare_error();
        let comparable = self.predeclared(Home::Universe, ObjKind::Type, "comparable", None);
        let interface = Interface { methods: Rc::new([]), embedded: Rc::new([]), comparable: true };
        let rhs = self.types.add(Type::Interface(Rc::new(interface)));
        let ty = self.named(comparable, Some(rhs));
        self.objs[comparable].ty = Some(ty);
        self.enter(scope, comparable);
        for (name, value) in [("true", true), ("false", false)] {
            let ty = Types::basic(Basic::UntypedBool);
            let obj = self.predeclared(Home::Universe, ObjKind::Const(Value::Bool(value)), name, Some(ty));
            self.enter(scope, obj);
        }
        let iota = self.predeclared(Home::Universe, ObjKind::Iota, "iota", Some(Types::basic(Basic::UntypedInt)));
        self.enter(scope, iota);
        let nil = self.predeclared(Home::Universe, ObjKind::Nil, "nil", Some(Types::basic(Basic::UntypedNil)));
        self.enter(scope, nil);
        for builtin in Builtin::ALL {
            let obj = self.predeclared(Home::Universe, ObjKind::Builtin(builtin), builtin.facts().0, None);
            self.enter(scope, obj);
        }
    }

    pub(super) fn named(&mut self, obj: ObjId, rhs: Option<Ty>) -> Ty {
        let named = Named { obj, rhs, methods: Vec::new(), params: Rc::new([]), instance: None };
        self.types.add(Type::Named(named))
    }

    fn declare_error(&mut self) {
        let error = self.predeclared(Home::Universe, ObjKind::Type, "error", None);
        let method = self.method(Home::Universe, "Error", &[], &[Types::basic(Basic::String)]);
        let rhs = self.interface(&[method]);
        let ty = self.named(error, Some(rhs));
        self.objs[error].ty = Some(ty);
        self.enter(self.universe, error);
    }

    fn interface(&mut self, methods: &[ObjId]) -> Ty {
        let interface = Interface { methods: methods.into(), embedded: Rc::new([]), comparable: false };
        self.types.add(Type::Interface(Rc::new(interface)))
    }

    fn param(&mut self, home: Home, name: &str, ty: Ty) -> ObjId {
        self.predeclared(home, ObjKind::Var, name, Some(ty))
    }

    fn signature(&mut self, home: Home, params: &[(&str, Ty)], results: &[Ty]) -> Ty {
        let params = params.iter().map(|(name, ty)| self.param(home, name, *ty)).collect();
        let results = results.iter().map(|ty| self.param(home, "", *ty)).collect();
        let signature = Signature { type_params: Rc::new([]), params, results, variadic: false };
        self.types.add(Type::Signature(Rc::new(signature)))
    }

    fn method(&mut self, home: Home, name: &str, params: &[(&str, Ty)], results: &[Ty]) -> ObjId {
        let ty = self.signature(home, params, results);
        self.predeclared(home, ObjKind::Func, name, Some(ty))
    }

    /// The types behind the injected names, shared by all packages: `realm`, `address`, `gnocoins`, `gnocoin`.
    fn realm_types(&mut self) -> [Ty; 4] {
        if let Some(types) = self.shared_types {
            return types;
        }
        let string = Types::basic(Basic::String);
        let defined = |checker: &mut Self, name: &str| {
            let obj = checker.predeclared(Home::Realm, ObjKind::Type, name, None);
            let ty = checker.named(obj, None);
            checker.objs[obj].ty = Some(ty);
            ty
        };
        let address = defined(self, "address");
        let methods = [
            self.method(Home::Realm, "String", &[], &[string]),
            self.method(Home::Realm, "IsValid", &[], &[Types::basic(Basic::Bool)]),
        ];
        self.complete(address, string, &methods);

        let gnocoin = defined(self, "gnocoin");
        let fields = [("Denom", string), ("Amount", Types::basic(Basic::Int64))];
        let fields = fields.map(|(name, ty)| {
            (self.predeclared(Home::Realm, ObjKind::Field { embedded: false }, name, Some(ty)), None)
        });
        let rhs = self.types.add(Type::Struct(Rc::new(fields)));
        self.complete(gnocoin, rhs, &[]);

        let gnocoins = defined(self, "gnocoins");
        let rhs = self.types.add(Type::Slice(gnocoin));
        self.complete(gnocoins, rhs, &[]);

        let realm = defined(self, "realm");
        let error = self.scopes[self.universe].names.get("error").and_then(|&obj| self.objs[obj].ty);
        let methods = [
            self.method(Home::Realm, "Address", &[], &[address]),
            self.method(Home::Realm, "PkgPath", &[], &[string]),
            self.method(Home::Realm, "Coins", &[], &[gnocoins]),
            self.method(Home::Realm, "Send", &[("coins", gnocoins), ("to", address)], &[error.unwrap_or(string)]),
            self.method(Home::Realm, "Previous", &[], &[realm]),
            self.method(Home::Realm, "Origin", &[], &[realm]),
            self.method(Home::Realm, "String", &[], &[string]),
        ];
        let rhs = self.interface(&methods);
        self.complete(realm, rhs, &[]);
        let types = [realm, address, gnocoins, gnocoin];
        self.shared_types = Some(types);
        types
    }

    /// The names that the reference injects into every package: `realm`, `address`, `gnocoin`, `gnocoins`, `cross`,
    /// `istypednil`, `revive`. They are declared after those of the package itself.
    pub(super) fn declare_injected(&mut self) {
        let [realm, address, gnocoins, gnocoin] = self.realm_types();
        let home = self.home();
        let any = self.scopes[self.universe].names.get("any").and_then(|&obj| self.objs[obj].ty);
        let any = any.unwrap_or(self.types.empty_interface);
        let istypednil = self.signature(home, &[("x", any)], &[Types::basic(Basic::Bool)]);
        let istypednil = self.predeclared(home, ObjKind::Func, "istypednil", Some(istypednil));
        self.inject(istypednil, 4, 6);

        let mut aliases = Vec::new();
        for (name, actual) in [("realm", realm), ("address", address), ("gnocoins", gnocoins), ("gnocoin", gnocoin)] {
            let obj = self.predeclared(home, ObjKind::Type, name, None);
            let ty = self.types.add(Type::Alias { obj, actual });
            self.objs[obj].ty = Some(ty);
            aliases.push((obj, ty));
        }
        let realm_alias = aliases.first().map(|(_, ty)| *ty);
        let cross = self.predeclared(home, ObjKind::Var, "cross", realm_alias);
        self.inject(cross, 5, 5);

        let param = self.predeclared(home, ObjKind::Type, "F", None);
        let param_ty = self.types.add(Type::Param { obj: param, bound: Some(any) });
        self.objs[param].ty = Some(param_ty);
        let (fun, result) = (self.param(home, "fn", param_ty), self.param(home, "", any));
        let revive = Signature {
            type_params: Rc::new([param_ty]),
            params: Rc::new([fun]),
            results: Rc::new([result]),
            variadic: false,
        };
        let revive = self.types.add(Type::Signature(Rc::new(revive)));
        let revive = self.predeclared(home, ObjKind::Func, "revive", Some(revive));
        self.inject(revive, 6, 6);
        for (line, (obj, _)) in (7..).zip(aliases) {
            self.inject(obj, line, 6);
        }
    }

    /// Declares a name that stands at this place of the added file.
    fn inject(&mut self, obj: ObjId, line: u32, column: u32) {
        self.objs[obj].span = Span::at(super::injected_offset(line, column));
        self.declare(self.package_scope(), obj);
    }

    fn complete(&mut self, ty: Ty, rhs: Ty, methods: &[ObjId]) {
        if let Some(named) = self.types.named_mut(ty) {
            named.rhs = Some(rhs);
            named.methods = methods.to_vec();
        }
        for &method in methods {
            let name = self.objs[method].name.clone();
            self.method_index.insert((ty, name), method);
        }
    }
}
