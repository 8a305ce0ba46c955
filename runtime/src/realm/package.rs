//! Packages and their blocks as stored objects (spec/04 §7.4, §9).

use super::finalize::Marks;
use super::load::Expected;
use super::save::damaged;
use super::{PackageIndex, RealmState, store_failed};
use crate::heap::{Kind as ObjectKind, Ref, SlotClass, Trap};
use crate::interp::Cx;
use crate::load::{Code, Linked};
use crate::meter::StoreOp;
use crate::value::TypeIndex;
use cranelift_entity::EntityRef;
use regno_bytecode::module::{FunctionKind, PackageSlot};
use regno_bytecode::path::{self, PathKind};
use regno_bytecode::stored::{Extent, StoredConst, StoredSlot};
use regno_store::model::{Block, Location, MemPackage, Package, Pos, Realm, Span};
use regno_store::{
    Object, ObjectId, ObjectInfo, PkgId, Space, StoredObject, Type, TypedValue, Value, decode, encode, keys,
};
use std::sync::Arc;

/// What realms know of a package.
#[derive(Debug)]
pub(crate) struct PackageState {
    /// Kind.
    pub kind: PathKind,
    /// Nothing of it may be kept by other realms.
    pub private: bool,
    /// It was loaded from the store, not made here.
    pub from_store: bool,
    object: Ref,
    block: Ref,
    files: Vec<Ref>,
    /// Its realm; of a package without one, the realm that its initialisation runs under.
    pub realm: Realm,
    /// What happened since the last finalization.
    pub marks: Marks,
    /// Bytes added by the finalization in progress.
    pub sum_diff: i64,
}

impl PackageState {
    fn new(path: &str, id: PkgId) -> PackageState {
        PackageState {
            kind: PathKind::of(path),
            private: false,
            from_store: false,
            object: Ref::NIL,
            block: Ref::NIL,
            files: Vec::new(),
            realm: Realm { id, path: path.to_owned(), ..Realm::default() },
            marks: Marks::default(),
            sum_diff: 0,
        }
    }

    /// Objects that stand for the package and its blocks.
    pub fn refs(&self) -> impl Iterator<Item = Ref> {
        [self.object, self.block].into_iter().chain(self.files.iter().copied()).filter(|object| !object.is_nil())
    }
}

impl RealmState {
    /// Enters the packages that a program has got since.
    pub fn add_packages(&mut self, linked: &Linked) {
        for package in linked.packages.iter().skip(self.packages.len()) {
            let state = PackageState::new(&package.path, package.id);
            self.ids.insert(state.realm.id, self.packages.len() as PackageIndex);
            self.packages.push(state);
        }
    }
}

impl Cx {
    fn new_part(&mut self, kind: ObjectKind, package: PackageIndex, len: u32) -> Result<Ref, Trap> {
        let object = self.heap.alloc(kind, SlotClass::Scalars, package, len, 0)?;
        self.record(object)?;
        Ok(object)
    }

    /// The object that stands for a package.
    pub(super) fn package_object(&mut self, package: PackageIndex) -> Result<Ref, Trap> {
        let known = self.realm_state()?.realm(package)?.object;
        if !known.is_nil() {
            return Ok(known);
        }
        let object = self.new_part(ObjectKind::Package, package, 0)?;
        self.record(object)?.info.ref_count = 1;
        self.realm_state()?.realm(package)?.object = object;
        Ok(object)
    }

    /// The objects that stand for the blocks of a package and of its files.
    pub(super) fn package_blocks(&mut self, package: PackageIndex) -> Result<(Ref, Vec<Ref>), Trap> {
        let state = self.realm_state()?.realm(package)?;
        if !state.block.is_nil() {
            return Ok((state.block, state.files.clone()));
        }
        let count = self.linked.packages.get(package as usize).map_or(0, |package| package.file_names.len());
        let block = self.new_part(ObjectKind::Block, package, 0)?;
        let files = (0..count)
            .map(|file| self.new_part(ObjectKind::Block, package, file as u32 + 1))
            .collect::<Result<Vec<_>, _>>()?;
        let state = self.realm_state()?.realm(package)?;
        (state.block, state.files) = (block, files.clone());
        Ok((block, files))
    }

    /// Loads a package that the machine has not touched yet (spec/04 §7.4); one that is not stored is taken as it stands.
    pub fn ensure_package(&mut self, package: PackageIndex) -> Result<(), Trap> {
        if !self.lacks_package(package as usize) {
            return Ok(());
        }
        self.forget_unreached();
        self.set_loaded(package);
        self.roots.stored.begin_load(package);
        let result = self.fill_package(package);
        self.roots.stored.end_load();
        result
    }

    fn fill_package(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let id = ObjectId::package(self.realm_state()?.realm(package)?.realm.id);
        let Some(found) = self.fetch_object(id)? else { return Ok(()) };
        let Object::Package(stored) = &found.object else {
            return Err(damaged(keys::object(id), "no package"));
        };
        let state = self.realm_state()?.realm(package)?;
        (state.private, state.from_store) = (stored.private, true);
        let place = self.package_object(package)?;
        self.enter(place, stored.info)?;
        let (block, files) = self.package_blocks(package)?;
        if let Some(reference) = &stored.block {
            self.load_package_block(package, block, reference.id)?;
        }
        let state = self.realm_state()?.realm(package)?;
        if state.kind == PathKind::Realm {
            self.load_realm(package)?;
        }
        for ((reference, file), number) in stored.file_blocks.iter().zip(files).zip(0..) {
            let Some(reference) = reference else { continue };
            if self.realm_state()?.objects.instance(reference.id).is_none() {
                self.load_block(reference.id, file)?;
            }
            self.roots.stored.in_memory(package, number);
        }
        Ok(())
    }

    /// Loads the package of a function that is about to be called, and the block of its file where a collection has let go of it. What
    /// the compiler made belongs to no package, whatever module it stands in.
    pub fn ensure_package_of(&mut self, code: &Code) -> Result<(), Trap> {
        if code.synthetic {
            return Ok(());
        }
        self.ensure_package(code.package)?;
        self.roots.stored.calling = Some(code.package);
        if self.is_let_go(code.entry as usize) { self.resolve_parent(code) } else { Ok(()) }
    }

    /// A function that is called for the first time looks its file's block up; methods have it from their package (spec/03 §8.4).
    fn resolve_parent(&mut self, code: &Code) -> Result<(), Trap> {
        let Some(function) = self.linked.function_at(code.entry) else { return Ok(()) };
        let Some(table) = self.linked.tables.get(function as usize) else { return Ok(()) };
        let (file, named) = (table.declared_at.0, matches!(table.kind, FunctionKind::Declared | FunctionKind::Native));
        if !named || !self.roots.stored.take(code.package, file) {
            return Ok(());
        }
        self.forget_unreached();
        let place = self.package_blocks(code.package)?.1.get(file as usize).copied().unwrap_or(Ref::NIL);
        let id = self.realm_state()?.objects.get(place).map(|record| record.info.id);
        match id {
            Some(id) => self.load_block(id, place).map(|_| ()),
            None => Ok(()),
        }
    }

    /// The object that stands for the block with this identity, if it is one of a package.
    pub(super) fn block_with_id(&mut self, id: ObjectId) -> Option<Ref> {
        let realm = self.roots.realm.as_deref()?;
        let package = realm.packages.get(realm.package_of(id.pkg)? as usize)?;
        let has_id = |block: &Ref| realm.objects.get(*block).is_some_and(|record| record.info.id == id);
        package.refs().find(has_id)
    }

    /// Loads a block of a package, not what it refers to.
    pub(super) fn load_block_alone(&mut self, id: ObjectId, place: Ref) -> Result<Ref, Trap> {
        self.load_block(id, place)?;
        Ok(place)
    }

    fn load_block(&mut self, id: ObjectId, place: Ref) -> Result<Arc<StoredObject>, Trap> {
        let stored = self.fetch_object(id)?;
        let Some(stored) = stored.filter(|stored| matches!(stored.object, Object::Block(_))) else {
            return Err(Trap::abort(format!("unexpected object with id {id}")));
        };
        self.enter(place, *stored.object.info())?;
        self.touch_types(&stored)?;
        Ok(stored)
    }

    fn load_package_block(&mut self, package: PackageIndex, place: Ref, id: ObjectId) -> Result<(), Trap> {
        let stored = match self.realm_state()?.objects.instance(id) {
            // The block is in memory, but not what it refers to.
            Some(_) => self.realm_state()?.tx.object(id).map_err(|error| store_failed(&error))?,
            None => Some(self.load_block(id, place)?),
        };
        let Some(stored) = stored else { return Ok(()) };
        let Object::Block(block) = &stored.object else { return Ok(()) };
        let linked = Arc::clone(&self.linked);
        let Some(own) = linked.packages.get(package as usize) else { return Ok(()) };
        let more = self.realm_state()?.extended == Some(package) && own.slots.len() > block.values.len();
        if own.slots.len() != block.values.len() && !more {
            return Err(damaged(keys::object(id), "the block has other slots than the program"));
        }
        for (value, slot) in block.values.iter().zip(&own.slots) {
            let Some(Value::Ref(reference)) = &value.value else { continue };
            match *slot {
                PackageSlot::Global(global) => {
                    let Some(&index) = own.globals.get(global.index()) else { continue };
                    let content = linked.globals.get(index as usize).map_or(0, |global| global.ty);
                    let cell = self.load_object(reference.id, Expected::content(content))?;
                    if let Some(place) = self.roots.globals.get_mut(index as usize) {
                        *place = cell.slot();
                    }
                }
                PackageSlot::Func(_) => {
                    self.load_object(reference.id, Expected::default())?;
                }
                PackageSlot::Static { .. } => {}
            }
        }
        Ok(())
    }

    fn load_realm(&mut self, package: PackageIndex) -> Result<(), Trap> {
        let key = keys::realm(self.realm_state()?.realm(package)?.realm.id);
        let Some(bytes) = self.fetch(Space::Base, &key)? else { return Ok(()) };
        self.charge_store(StoreOp::GetRealm, bytes.len())?;
        let realm = decode::realm(&bytes).map_err(|error| damaged(key, error))?;
        self.realm_state()?.realm(package)?.realm = realm;
        Ok(())
    }

    /// One of the two finalizations of a package's initialisation (spec/04 §9): before its `init` functions, or after.
    pub fn save_package(&mut self, package: PackageIndex, after_init: bool) -> Result<(), Trap> {
        let object = self.package_object(package)?;
        if !after_init {
            self.realm_state()?.mark_new_real(package, object)?;
        }
        self.finalize(package)?;
        if path::has_realm(&self.realm_state()?.realm(package)?.realm.path) {
            self.set_realm(package)?;
        }
        if after_init { Ok(()) } else { self.set_types(package) }
    }

    fn set_types(&mut self, package: PackageIndex) -> Result<(), Trap> {
        if !self.stores_objects() {
            return Ok(());
        }
        let linked = Arc::clone(&self.linked);
        let Some(own) = linked.packages.get(package as usize) else { return Ok(()) };
        for value in &own.slot_values {
            let StoredSlot::Type(ty) = value else { continue };
            let index = own.map.types.get(ty.index()).copied().unwrap_or(0);
            let info = linked.types.get(index);
            if info.declared {
                self.set_type(&info.id, &type_value(&linked, index))?;
            }
        }
        Ok(())
    }

    /// A package is about to be initialised here instead of loaded. Whether it will be stored.
    pub fn made_here(&mut self, package: PackageIndex) -> bool {
        let Some(state) = self.roots.realm.as_deref_mut().and_then(|realm| realm.packages.get_mut(package as usize))
        else {
            return false;
        };
        let never = matches!(state.kind, PathKind::Run | PathKind::Other) || state.realm.path == "main";
        let stored = !never;
        self.set_loaded(package);
        stored
    }

    fn set_loaded(&mut self, package: PackageIndex) {
        if let Some(loaded) = self.roots.loaded.get(package as usize) {
            loaded.set(true);
        }
    }

    /// Stores the source of a package and enters it in the index (spec/04 §5.2, §6).
    pub fn add_source(&mut self, source: &MemPackage) -> Result<(), Trap> {
        let key = keys::PACKAGE_COUNTER;
        let count = match self.fetch(Space::Base, key)? {
            Some(text) => {
                let number = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<u64>().ok());
                number.ok_or_else(|| damaged(key.to_owned(), "no number"))?
            }
            None => 0,
        };
        let count = count + 1;
        self.realm_state()?.tx.set(Space::Base, key.to_owned(), count.to_string().into_bytes());
        let bytes = encode::mem_package(source);
        self.charge_store(StoreOp::AddSource, bytes.len())?;
        let library = PathKind::of(&source.path) == PathKind::Library;
        let tx = &mut self.realm_state()?.tx;
        tx.set(Space::Base, keys::package_index(count), source.path.clone().into_bytes());
        tx.set(Space::Merkle, keys::source(&source.path, library), bytes);
        Ok(())
    }

    pub(super) fn encode_package(&mut self, package: PackageIndex, info: ObjectInfo) -> Result<Object, Trap> {
        let (block, files) = self.package_blocks(package)?;
        let block = Some(self.reference_to(block)?);
        let file_blocks = files.into_iter().map(|file| self.reference_to(file).map(Some)).collect::<Result<_, _>>()?;
        let private = self.realm_state()?.realm(package)?.private;
        let Some(own) = self.linked.packages.get(package as usize) else { return Err(Trap::abort("no such package")) };
        Ok(Object::Package(Package {
            info,
            block,
            name: own.name.clone(),
            path: own.path.clone(),
            files: own.file_names.clone(),
            file_blocks,
            private,
        }))
    }

    pub(super) fn encode_block(&mut self, package: PackageIndex, len: u32, info: ObjectInfo) -> Result<Object, Trap> {
        let linked = Arc::clone(&self.linked);
        let Some(own) = linked.packages.get(package as usize) else { return Err(Trap::abort("no such package")) };
        let mut block = Block { info, ..Block::default() };
        let mut source = Location { pkg_path: own.path.clone(), ..Location::default() };
        match len.checked_sub(1) {
            None => {
                for (slot, value) in own.slots.iter().zip(&own.slot_values) {
                    block.values.push(self.encode_package_slot(&linked, own, slot, value)?);
                }
            }
            Some(file) => {
                let file = file as usize;
                source.file = own.file_names.get(file).cloned().unwrap_or_default();
                source.span = span(own.file_extents.get(file).copied().unwrap_or_default());
                for &import in own.files.get(file).map_or(&[] as &[u32], Vec::as_slice) {
                    let path = linked.packages.get(import as usize).map_or("", |import| import.path.as_str());
                    let reference = regno_store::RefValue { pkg_path: path.to_owned(), ..Default::default() };
                    let value = Some(Value::Ref(reference));
                    block.values.push(TypedValue { ty: Some(Type::Package), value, n: [0; 8] });
                }
                let parent = self.package_blocks(package)?.0;
                block.parent = Some(self.reference_to(parent)?);
            }
        }
        block.source = Some(source);
        Ok(Object::Block(block))
    }

    fn encode_package_slot(
        &mut self,
        linked: &Linked,
        own: &crate::load::Package,
        slot: &PackageSlot,
        value: &StoredSlot,
    ) -> Result<TypedValue, Trap> {
        match *slot {
            PackageSlot::Global(global) => {
                let index = own.globals.get(global.index()).copied().unwrap_or(0);
                let cell = Ref::of(self.roots.globals.get(index as usize).copied().unwrap_or(0));
                let value = Some(Value::Ref(self.reference_to(cell)?));
                return Ok(TypedValue { ty: Some(Type::HeapItem), value, n: [0; 8] });
            }
            PackageSlot::Func(func) => {
                let index = own.map.funcs.get(func.index()).copied().unwrap_or(0);
                let object = Ref::of(self.roots.functions.get(index as usize).copied().unwrap_or(0));
                let ty = linked.stored.function(index).and_then(|form| form.func.ty.clone());
                return Ok(TypedValue { ty, value: Some(Value::Ref(self.reference_to(object)?)), n: [0; 8] });
            }
            PackageSlot::Static { .. } => {}
        }
        let typed = |ty: Option<Type>, value: &StoredConst| match value {
            StoredConst::Bits(bits) => TypedValue { ty, value: None, n: bits.to_le_bytes() },
            StoredConst::Text(text) => TypedValue { ty, value: Some(Value::String(text.clone())), n: [0; 8] },
            StoredConst::Int(text) => TypedValue { ty, value: Some(Value::Bigint(text.clone())), n: [0; 8] },
            StoredConst::Dec(text) => TypedValue { ty, value: Some(Value::Bigdec(text.clone())), n: [0; 8] },
            StoredConst::Nil => TypedValue { ty, value: None, n: [0; 8] },
        };
        Ok(match value {
            StoredSlot::Object | StoredSlot::Undefined => TypedValue::default(),
            StoredSlot::Type(ty) => {
                let index = own.map.types.get(ty.index()).copied().unwrap_or(0);
                let value = Some(Value::Type(type_value(linked, index)));
                TypedValue { ty: Some(Type::TypeType), value, n: [0; 8] }
            }
            StoredSlot::Const(ty, value) => {
                let index = own.map.types.get(ty.index()).copied().unwrap_or(0);
                typed(linked.stored.ty(index), value)
            }
            StoredSlot::Untyped(id, value) => {
                let number = regno_store::model::primitive::of_name(id).unwrap_or_default();
                typed(Some(Type::Primitive(number)), value)
            }
        })
    }
}

/// A type as the value of a name: a declared one in full, unless it is predeclared.
fn type_value(linked: &Linked, ty: TypeIndex) -> Type {
    let full = linked.stored.records.get(&ty).cloned();
    full.or_else(|| linked.stored.ty(ty)).unwrap_or(Type::Ref(linked.types.get(ty).id.clone()))
}

fn span(extent: Extent) -> Span {
    let pos = |line, column| Pos { line: i64::from(line), column: i64::from(column) };
    Span { pos: pos(extent.line, extent.column), end: pos(extent.end_line, extent.end_column), num: 0 }
}

impl Cx {
    /// Whether a package with this path is stored or stands in the machine.
    pub fn package_exists(&mut self, path: &str) -> Result<bool, Trap> {
        let id = ObjectId::package(PkgId::of_path(path));
        let realm = self.realm_state()?;
        if realm.objects.instance(id).is_some() {
            return Ok(true);
        }
        let found = realm.tx.object(id).map_err(|error| store_failed(&error))?;
        Ok(found.is_some())
    }
}
