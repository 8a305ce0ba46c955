//! Visiting values: counting, marking, sizes (spec/03 §8.2-8.3).

use super::block::{Block, Held};
use super::reached::{Marks, Reached};
use super::reads::Reads;
use crate::heap::{BOUND_RECEIVER, FUNC_CAPTURES, Heap, Kind as ObjectKind, Ref};
use crate::interp::Roots;
use crate::load::{Linked, Package};
use crate::map;
use crate::stored::{REFERENCE, SOURCE_OF_BLOCK, SOURCE_OF_FUNC};
use crate::value::types::Kind;
use crate::value::{TypeIndex, iface, slot};
use cranelift_entity::EntityRef;
use regno_bytecode::event::size;
use regno_bytecode::module::{FunctionKind, PackageSlot};
use regno_bytecode::types::Repr;
use std::cell::Cell;

/// Why a recount ends early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Abort {
    /// The limit is exceeded in the middle.
    Limit,
    /// Memory gas has run out.
    Gas,
}

/// The counters of a recount, kept by the meter.
pub(super) trait Tally {
    /// Counts `bytes` of a visit or of a slot beside the blocks.
    fn count(&mut self, bytes: u64) -> Result<(), Abort>;
}

/// Something still to be visited.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// A value of the type.
    Value(TypeIndex, u64),
    /// A heap item with content of the type.
    Cell(TypeIndex, Ref),
    /// An array or struct object; the type is that of its elements, for arrays.
    Base(TypeIndex, Ref),
    /// A value that is a copy in the reference: its structs and arrays are counted whether they are marked or not.
    Copy(TypeIndex, u64),
    /// The block of the file that declares a function.
    File(u32),
    /// The block of a file of a package.
    FileBlock(u32, u32),
    /// The block of a package.
    PackageBlock(u32),
    /// A package value.
    Package(u32),
    /// A reference to an object that is not loaded.
    Reference,
}

/// A recount in progress.
pub(super) struct Visitor<'a, T> {
    heap: &'a Heap,
    linked: &'a Linked,
    roots: &'a Roots,
    pub tally: T,
    pub visits: u64,
    marks: Marks,
    /// Bound methods whose method copy has been visited.
    bound_marks: std::collections::HashSet<u32>,
    /// Visited file blocks of each package.
    files: Vec<Vec<bool>>,
    /// Those of files whose package has another instance of the block than a look-up finds.
    handles: Vec<Vec<bool>>,
    packages: Vec<bool>,
    package_blocks: Vec<bool>,
    /// Places of `defer` whose predeclared function has been visited.
    native_sites: std::collections::HashSet<u32>,
    native_package: bool,
    native_block: bool,
    /// Functions of stored packages whose source is resolved.
    pub called: Vec<u32>,
    reads: Reads,
    /// A package that is being made, and how many of its files have their block.
    pub making: Option<(u32, u32)>,
    /// A package that is being loaded, and how many of its objects have been.
    staged: Option<(u32, usize)>,
    tasks: Vec<Task>,
}

/// Whether there may be something to visit behind a value.
fn refers(repr: Repr) -> bool {
    repr.is_ref() || repr == Repr::Iface
}

impl<'a, T: Tally> Visitor<'a, T> {
    pub fn new(heap: &'a Heap, linked: &'a Linked, roots: &'a Roots, tally: T) -> Self {
        Visitor {
            heap,
            linked,
            roots,
            tally,
            visits: 0,
            marks: Marks::new(heap.used_words()),
            bound_marks: std::collections::HashSet::new(),
            files: linked.packages.iter().map(|package| vec![false; package.files.len()]).collect(),
            handles: linked.packages.iter().map(|package| vec![false; package.files.len()]).collect(),
            packages: vec![false; linked.packages.len()],
            package_blocks: vec![false; linked.packages.len()],
            native_sites: std::collections::HashSet::new(),
            native_package: false,
            native_block: false,
            called: roots.stored.called().to_vec(),
            reads: Reads::of(linked, &roots.called),
            making: None,
            staged: None,
            tasks: Vec::new(),
        }
    }

    /// Whether a package has been loaded from a store.
    fn is_stored(&self, package: u32) -> bool {
        let state = self.roots.realm.as_deref().and_then(|realm| realm.packages.get(package as usize));
        state.is_some_and(|state| state.from_store)
    }

    /// Whether a function has been called since its package was loaded, which resolves its source.
    fn is_called(&self, function: u32) -> bool {
        let entry = self.linked.functions.get(function as usize).map_or(0, |code| code.entry as usize);
        let bits = self.roots.called.get(entry / 64).copied().unwrap_or(0);
        bits >> (entry % 64) & 1 != 0 || self.called.contains(&function)
    }

    /// What is in memory from now on. Packages that were made here stay, and what they lead to.
    pub fn into_reached(mut self) -> Reached {
        self.tasks.clear();
        self.staged = None;
        let made = |visitor: &Self, package: usize| !visitor.is_stored(package as u32);
        let keep = |flags: &[bool], visitor: &Self| -> Vec<bool> {
            flags.iter().enumerate().map(|(package, &seen)| seen || made(visitor, package)).collect()
        };
        let (packages, blocks) = (keep(&self.packages, &self), keep(&self.package_blocks, &self));
        let mut files = self.files.clone();
        for (_, files) in files.iter_mut().enumerate().filter(|&(package, _)| made(&self, package)) {
            files.iter_mut().for_each(|seen| *seen = true);
        }
        for package in 0..self.linked.packages.len() {
            let loaded = self.roots.loaded.get(package).is_none_or(Cell::get);
            if loaded && made(&self, package) && self.package(package as u32).is_err() {
                break;
            }
        }
        Reached { marks: self.marks, packages, blocks, files }
    }

    fn visit(&mut self, bytes: u64) -> Result<(), Abort> {
        self.visits = self.visits.saturating_add(1);
        self.tally.count(bytes)
    }

    /// Kind of the object that a reference points to; none if it points to no object, as tables that name a wrong register or type
    /// make it. What is not loaded counts nothing.
    fn kind(&self, object: Ref) -> ObjectKind {
        match self.heap.is_object(object) {
            true => self.heap.header(object).kind(),
            false => ObjectKind::None,
        }
    }

    /// Dynamic type and value of an interface slot, unless it is nil.
    fn unpacked(&self, value: u64) -> Option<(TypeIndex, u64)> {
        let ty = slot::iface_type(value);
        if ty == 0 || ty as usize >= self.linked.types.len() {
            return None;
        }
        let (payload, repr) = (Ref::of(u64::from(slot::iface_payload(value))), self.linked.types.get(ty).repr);
        let read = value & slot::BOXED != 0 || repr == Repr::Str && !payload.is_nil();
        (!read || self.heap.is_object(payload)).then(|| (ty, iface::unpack_repr(self.heap, repr, value)))
    }

    /// Whether an object is left in the store.
    fn is_unloaded(&self, object: Ref) -> bool {
        !object.is_nil() && self.kind(object) == ObjectKind::Stub
    }

    /// The heap item of a captured variable in a block, which keeps it once it is loaded; the function does not.
    fn captured(&self, cell: Ref) -> Ref {
        let Some(realm) = self.roots.realm.as_deref().filter(|_| self.is_unloaded(cell)) else { return cell };
        let id = realm.stub(self.heap.slot(cell, 0)).map(|stub| stub.id);
        id.and_then(|id| realm.objects.instance(id)).unwrap_or(cell)
    }

    /// Marks an object of a kind; `false` if it is marked already, or none.
    fn mark(&mut self, object: Ref, kind: ObjectKind) -> bool {
        if self.kind(object) != kind {
            return false;
        }
        self.marks.set(object.slot() as usize)
    }

    /// A block and what its slots hold.
    pub fn block(&mut self, block: &Block) -> Result<(), Abort> {
        let Some(slots) = block.slots else { return Ok(()) };
        self.visit(u64::from(size::BLOCK) + u64::from(size::SLOT) * u64::from(slots))?;
        self.contents(block)?;
        if block.native && !std::mem::replace(&mut self.native_block, true) {
            self.visit(0)?;
        }
        Ok(())
    }

    /// What the slots of a block hold.
    pub fn contents(&mut self, block: &Block) -> Result<(), Abort> {
        self.visits = self.visits.saturating_add(block.visits);
        self.tally.count(block.bytes)?;
        for &held in &block.held {
            match held {
                Held::Value(ty, value) => self.value(ty, value)?,
                Held::Cell(ty, cell) => {
                    self.tasks.push(Task::Cell(ty, self.captured(Ref::of(cell))));
                    self.run()?;
                }
                Held::Copies(ty, value) => self.copies(ty, value)?,
            }
        }
        Ok(())
    }

    /// A slice whose elements are copies.
    fn copies(&mut self, ty: TypeIndex, value: u64) -> Result<(), Abort> {
        let Kind::Slice { elem, .. } = self.linked.types.get(ty).kind else { return Ok(()) };
        if self.kind(Ref::of(value)) != ObjectKind::Slice {
            return Ok(());
        }
        let slice = self.heap.slice(Ref::of(value));
        if !self.heap.is_object(slice.base) {
            return Ok(());
        }
        if !matches!(self.linked.types.get(elem).repr, Repr::Struct | Repr::Array | Repr::Iface) {
            return self.value(ty, value);
        }
        self.visit(u64::from(size::SLICE))?;
        self.visit(u64::from(size::ARRAY) + u64::from(size::SLOT) * u64::from(slice.cap))?;
        for index in (0..slice.cap).rev() {
            self.tasks.push(Task::Copy(elem, self.heap.element(slice.base, slice.offset + index)));
        }
        self.run()
    }

    fn copy(&mut self, ty: TypeIndex, value: u64) -> Result<(), Abort> {
        let info = self.linked.types.get(ty);
        let object = Ref::of(value);
        match &info.kind {
            Kind::Struct { fields }
                if self.kind(object) == ObjectKind::Struct
                    && self.heap.header(object).len() as usize == fields.len() =>
            {
                self.visit(u64::from(size::STRUCT) + u64::from(size::SLOT) * fields.len() as u64)?;
                for (number, field) in fields.iter().enumerate().rev() {
                    self.tasks.push(Task::Copy(field.ty, self.heap.slot(object, number as u32)));
                }
                Ok(())
            }
            &Kind::Array { elem, .. } if matches!(self.kind(object), ObjectKind::List | ObjectKind::Data) => {
                let header = self.heap.header(object);
                if header.is(ObjectKind::Data) {
                    return self.visit(u64::from(size::ARRAY) + u64::from(header.len()));
                }
                self.visit(u64::from(size::ARRAY) + u64::from(size::SLOT) * u64::from(header.len()))?;
                self.elements(elem, object, header.len())
            }
            _ if info.repr == Repr::Iface => {
                self.tasks.extend(self.unpacked(value).map(|(ty, value)| Task::Copy(ty, value)));
                Ok(())
            }
            _ => self.typed(ty, value),
        }
    }

    /// A value and everything that it leads to.
    pub fn value(&mut self, ty: TypeIndex, value: u64) -> Result<(), Abort> {
        self.tasks.push(Task::Value(ty, value));
        self.run()
    }

    /// An interface value.
    pub fn interface(&mut self, value: u64) -> Result<(), Abort> {
        let Some((ty, value)) = self.unpacked(value) else { return Ok(()) };
        self.value(ty, value)
    }

    /// A package value.
    pub fn package(&mut self, package: u32) -> Result<(), Abort> {
        self.tasks.push(Task::Package(package));
        self.run()
    }

    /// A package that is being loaded: what of it has not been yet counts as references.
    pub fn staged(&mut self, package: u32, objects: usize) -> Result<(), Abort> {
        self.staged = Some((package, objects));
        self.package(package)
    }

    /// How many objects of a package have been loaded.
    fn objects_of(&self, package: u32) -> usize {
        self.staged.map_or(usize::MAX, |(staged, objects)| if staged == package { objects } else { usize::MAX })
    }

    /// How many files of a package have their block.
    fn files_of(&self, package: u32) -> usize {
        let files = self.files.get(package as usize).map_or(0, Vec::len);
        self.making.map_or(files, |(making, made)| if making == package { files.min(made as usize) } else { files })
    }

    fn enter_package(&mut self, package: u32) -> Result<(), Abort> {
        match self.packages.get_mut(package as usize) {
            Some(seen @ false) => *seen = true,
            _ => return Ok(()),
        }
        self.visit(u64::from(size::PACKAGE))?;
        let files = self.files_of(package);
        let stored = self.is_stored(package);
        let tasks = (0..files).rev().map(|file| match stored {
            true => Task::Reference,
            false => Task::FileBlock(package, file as u32),
        });
        self.tasks.extend(tasks);
        let block = self.objects_of(package) > 1;
        self.tasks.push(if block { Task::PackageBlock(package) } else { Task::Reference });
        Ok(())
    }

    /// The package of the predeclared functions.
    pub fn native_package(&mut self) -> Result<(), Abort> {
        if std::mem::replace(&mut self.native_package, true) { Ok(()) } else { self.visit(0) }
    }

    /// The block of a package.
    pub fn package_block(&mut self, package: u32) -> Result<(), Abort> {
        self.tasks.push(Task::PackageBlock(package));
        self.run()
    }

    /// The block of a file: imported packages, then the block of its package.
    /// `method`: as the package has it.
    fn enter_file_block(&mut self, package: u32, file: u32, method: bool) -> Result<(), Abort> {
        let apart = self.roots.stored.is_apart(package, file);
        let seen = if apart && method { &mut self.handles } else { &mut self.files };
        match seen.get_mut(package as usize).and_then(|files| files.get_mut(file as usize)) {
            Some(seen @ false) => *seen = true,
            _ => return Ok(()),
        }
        let linked = self.linked;
        let imports = linked.packages.get(package as usize).and_then(|package| package.files.get(file as usize));
        let imports = imports.map_or(&[][..], Vec::as_slice);
        let bytes = u64::from(size::BLOCK) + u64::from(size::SLOT) * imports.len() as u64;
        if self.is_stored(package) {
            // Its imports are references, its parent is one until a function of the file has read a name of the package.
            self.visit(bytes + u64::from(SOURCE_OF_BLOCK))?;
            let parent = if self.reads.any(package, file, apart.then_some(method)) {
                Task::PackageBlock(package)
            } else {
                Task::Reference
            };
            self.tasks.push(parent);
            self.tasks.extend(imports.iter().map(|_| Task::Reference));
            return Ok(());
        }
        self.visit(bytes)?;
        self.tasks.push(Task::PackageBlock(package));
        self.tasks.extend(imports.iter().rev().map(|&import| Task::Package(import)));
        Ok(())
    }

    fn enter_file_of(&mut self, function: u32) -> Result<(), Abort> {
        let Some(table) = self.linked.tables.get(function as usize) else { return Ok(()) };
        let package = self.linked.functions.get(function as usize).map_or(0, |code| code.package);
        let method = matches!(table.kind, FunctionKind::Method(_));
        self.enter_file_block(package, table.declared_at.0, method)
    }

    /// A function value that is the method copy of an active frame.
    pub fn method_copy(&mut self, function: u32) -> Result<(), Abort> {
        self.visit(u64::from(size::FUNC))?;
        self.tasks.push(Task::File(function));
        self.run()
    }

    /// The method copy in a bound method.
    pub fn bound_copy(&mut self, bound: Ref) -> Result<(), Abort> {
        let function = self.heap.func_index(bound);
        if self.is_native(function) {
            return self.visit(0);
        }
        if !self.bound_marks.insert(bound.slot() as u32) { Ok(()) } else { self.method_copy(function) }
    }

    /// Type of a parameter, the receiver included.
    pub fn parameter(&self, function: u32, number: usize) -> TypeIndex {
        let scope = self.linked.tables.get(function as usize).and_then(|function| function.scopes.first());
        let ty = scope.and_then(|scope| scope.slots.get(number)).and_then(|slot| slot.ty);
        ty.map_or(0, |ty| self.linked.type_in(function, ty))
    }

    /// Whether a function value is a bound method.
    pub fn is_bound(&self, value: u64) -> bool {
        self.kind(Ref::of(value)) == ObjectKind::Bound
    }

    /// Receiver of a bound method.
    pub fn receiver_of(&self, bound: u64) -> u64 {
        self.heap.slot(Ref::of(bound), BOUND_RECEIVER)
    }

    /// A predeclared function value.
    pub fn native_func(&mut self) -> Result<(), Abort> {
        self.visit(0)
    }

    /// The function value of a declared function.
    pub fn declared(&mut self, function: u32) -> Result<(), Abort> {
        let value = self.roots.functions.get(function as usize).copied().unwrap_or(0);
        self.object_func(value)
    }

    /// The predeclared function that the `defer` at this word defers: every place has one value of it, however often it runs.
    pub fn deferred_native(&mut self, pc: u32) -> Result<(), Abort> {
        if self.native_sites.insert(pc) { self.native_func() } else { Ok(()) }
    }

    /// A function value.
    pub fn object_func(&mut self, value: u64) -> Result<(), Abort> {
        self.func(Ref::of(value))?;
        self.run()
    }

    /// A function made for a predeclared one.
    pub fn is_native(&self, function: u32) -> bool {
        let function = self.linked.tables.get(function as usize);
        function.is_some_and(|function| {
            function.kind == FunctionKind::Synthetic
                && function.states.iter().any(|state| {
                    state.outer.is_none() && matches!(state.block, regno_bytecode::module::BlockKind::Native { .. })
                })
        })
    }

    fn run(&mut self) -> Result<(), Abort> {
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Value(ty, value) => self.typed(ty, value)?,
                Task::Cell(ty, cell) => self.cell(ty, cell)?,
                Task::Base(ty, object) => self.base(ty, object)?,
                Task::Copy(ty, value) => self.copy(ty, value)?,
                Task::File(function) => self.enter_file_of(function)?,
                Task::FileBlock(package, file) => self.enter_file_block(package, file, false)?,
                Task::Package(package) => self.enter_package(package)?,
                Task::Reference => self.visit(u64::from(REFERENCE))?,
                Task::PackageBlock(package) => self.enter_package_block(package)?,
            }
        }
        Ok(())
    }

    fn enter_package_block(&mut self, index: u32) -> Result<(), Abort> {
        match self.package_blocks.get_mut(index as usize) {
            Some(seen @ false) => *seen = true,
            _ => return Ok(()),
        }
        let linked = self.linked;
        let Some(package) = linked.packages.get(index as usize) else { return Ok(()) };
        if self.making.is_some_and(|(making, _)| making == index) {
            return self.visit(u64::from(size::BLOCK));
        }
        // The package and its block come before the objects that the block refers to.
        let loaded = self.objects_of(index);
        let unresolved = loaded != usize::MAX || self.is_stored(index) && !self.roots.stored.is_imported(index);
        let source = if unresolved { u64::from(SOURCE_OF_BLOCK) } else { 0 };
        self.visit(u64::from(size::BLOCK) + u64::from(size::SLOT) * package.slots.len() as u64 + source)?;
        // Depth first in slot order: the stack gives the last one pushed first.
        for slot in package.slots.iter().rev() {
            if let PackageSlot::Static { bytes, visited: true } = *slot {
                self.visit(bytes)?;
            }
        }
        let objects = package.slots.iter().filter(|slot| !matches!(slot, PackageSlot::Static { .. })).count();
        let missing = objects.saturating_sub(loaded.saturating_sub(2));
        for _ in 0..missing {
            self.visit(u64::from(REFERENCE))?;
        }
        for slot in package.slots.iter().rev().filter(|slot| !matches!(slot, PackageSlot::Static { .. })).skip(missing)
        {
            self.package_slot(package, slot)?;
        }
        Ok(())
    }

    /// A function or variable of a package.
    fn package_slot(&mut self, package: &Package, slot: &PackageSlot) -> Result<(), Abort> {
        match *slot {
            PackageSlot::Global(global) => {
                let Some(&global) = package.globals.get(global.index()) else { return Ok(()) };
                let cell = self.roots.globals.get(global as usize).copied().unwrap_or(0);
                let ty = self.linked.globals.get(global as usize).map_or(0, |global| global.ty);
                self.tasks.push(Task::Cell(ty, Ref::of(cell)));
                Ok(())
            }
            PackageSlot::Func(func) => {
                let Some(&func) = package.map.funcs.get(func.index()) else { return Ok(()) };
                let value = self.roots.functions.get(func as usize).copied().unwrap_or(0);
                self.func(Ref::of(value))
            }
            PackageSlot::Static { .. } => Ok(()),
        }
    }

    fn cell(&mut self, ty: TypeIndex, cell: Ref) -> Result<(), Abort> {
        if self.is_unloaded(cell) {
            return self.visit(u64::from(REFERENCE));
        }
        if !self.mark(cell, ObjectKind::Cell) {
            return Ok(());
        }
        self.visit(u64::from(size::HEAP_ITEM))?;
        self.tasks.push(Task::Value(ty, self.heap.slot(cell, 0)));
        Ok(())
    }

    fn func(&mut self, func: Ref) -> Result<(), Abort> {
        if !self.mark(func, ObjectKind::Func) {
            return Ok(());
        }
        let index = self.heap.func_index(func);
        let Some(function) = self.linked.tables.get(index as usize) else { return Ok(()) };
        let package = self.linked.functions.get(index as usize).map_or(0, |code| code.package);
        let literal = function.kind == FunctionKind::Literal;
        // A literal with an identity has been loaded, or else was stored by the code that made it.
        let real = |object| {
            self.roots.realm.as_deref().and_then(|realm| realm.objects.get(object)).is_some_and(|it| it.is_real())
        };
        let unresolved = self.is_stored(package) && !self.is_called(index) && (!literal || real(func));
        self.visit(u64::from(size::FUNC + if unresolved { SOURCE_OF_FUNC } else { 0 }))?;
        if unresolved && !literal {
            self.tasks.push(Task::Reference);
            return Ok(());
        }
        if function.kind == FunctionKind::Literal {
            let captures = usize::from(function.captures);
            let slots = function.scopes.first().map_or(&[] as &[_], |scope| scope.slots.as_slice());
            let types = slots.get(slots.len().saturating_sub(captures)..).unwrap_or_default();
            for (number, slot) in types.iter().enumerate().rev() {
                let ty = slot.ty.map_or(0, |ty| self.linked.type_in(index, ty));
                let cell = self.heap.slot(func, FUNC_CAPTURES + number as u32);
                self.tasks.push(Task::Cell(ty, Ref::of(cell)));
            }
        } else {
            self.tasks.push(Task::File(index));
        }
        Ok(())
    }

    fn typed(&mut self, ty: TypeIndex, value: u64) -> Result<(), Abort> {
        let info = self.linked.types.get(ty);
        let object = Ref::of(value);
        match info.repr {
            Repr::Iface => {
                self.tasks.extend(self.unpacked(value).map(|(ty, value)| Task::Value(ty, value)));
                Ok(())
            }
            Repr::Str | Repr::Ptr | Repr::Slice | Repr::Map | Repr::Func | Repr::Struct | Repr::Array
                if object.is_nil() =>
            {
                Ok(())
            }
            Repr::Struct => self.structure(ty, object),
            Repr::Map | Repr::Func | Repr::Array if self.is_unloaded(object) => self.visit(u64::from(REFERENCE)),
            Repr::Str => self.visit(u64::from(size::STRING) + u64::from(slot::string_len(value))),
            Repr::Ptr => {
                let Kind::Pointer { elem } = info.kind else { return Ok(()) };
                self.visit(u64::from(size::POINTER))?;
                let target = match self.kind(object) {
                    ObjectKind::View => Ref::of(self.heap.slot(object, 0)),
                    _ => object,
                };
                self.tasks.push(match self.kind(target) {
                    ObjectKind::Cell => Task::Cell(elem, target),
                    _ => Task::Base(elem, target),
                });
                Ok(())
            }
            Repr::Slice => {
                let Kind::Slice { elem, .. } = info.kind else { return Ok(()) };
                self.visit(u64::from(size::SLICE))?;
                if self.kind(object) != ObjectKind::Slice {
                    return Ok(());
                }
                let base = self.heap.slice(object).base;
                if self.heap.is_pending(object) {
                    return self.pending(elem, object);
                }
                if !base.is_nil() {
                    self.tasks.push(Task::Base(elem, base));
                }
                Ok(())
            }
            Repr::Array => {
                let Kind::Array { elem, .. } = info.kind else { return Ok(()) };
                self.base(elem, object)
            }
            Repr::Map => self.map(ty, object),
            Repr::Func if self.kind(object) == ObjectKind::Bound => self.bound(object),
            Repr::Func => self.func(object),
            _ => Ok(()),
        }
    }

    fn bound(&mut self, bound: Ref) -> Result<(), Abort> {
        if !self.mark(bound, ObjectKind::Bound) {
            return Ok(());
        }
        let function = self.heap.func_index(bound);
        let receiver = self.heap.slot(bound, BOUND_RECEIVER);
        if self.is_native(function) {
            self.visit(0)?;
            self.visit(0)?;
            return match Ref::of(receiver).is_nil() {
                true => Ok(()),
                false => self.visit(u64::from(size::STRING) + u64::from(slot::string_len(receiver))),
            };
        }
        self.visit(u64::from(size::BOUND_METHOD))?;
        self.tasks.push(Task::Value(self.parameter(function, 0), receiver));
        if self.bound_marks.insert(bound.slot() as u32) {
            self.visit(u64::from(size::FUNC))?;
            self.tasks.push(Task::File(function));
        }
        Ok(())
    }

    fn base(&mut self, elem: TypeIndex, object: Ref) -> Result<(), Abort> {
        let kind = self.kind(object);
        if kind == ObjectKind::None {
            return Ok(());
        }
        let header = self.heap.header(object);
        match kind {
            ObjectKind::Stub => self.visit(u64::from(REFERENCE)),
            ObjectKind::Struct => self.structure(header.aux(), object),
            ObjectKind::Cell => self.cell(elem, object),
            ObjectKind::Data if self.mark(object, kind) => self.visit(u64::from(size::ARRAY) + u64::from(header.len())),
            ObjectKind::List if self.mark(object, kind) => {
                self.visit(u64::from(size::ARRAY) + u64::from(size::SLOT) * u64::from(header.len()))?;
                self.elements(elem, object, header.len())
            }
            _ => Ok(()),
        }
    }

    /// The array of a slice that is not an object yet: the header stands for it.
    fn pending(&mut self, elem: TypeIndex, slice: Ref) -> Result<(), Abort> {
        if !self.mark(slice, ObjectKind::Slice) {
            return Ok(());
        }
        let header = self.heap.slice(slice);
        if self.heap.header(header.base).is(ObjectKind::Data) {
            return self.visit(u64::from(size::ARRAY) + u64::from(header.cap));
        }
        self.visit(u64::from(size::ARRAY) + u64::from(size::SLOT) * u64::from(header.cap))?;
        self.elements(elem, header.base, header.cap)
    }

    fn elements(&mut self, elem: TypeIndex, list: Ref, len: u32) -> Result<(), Abort> {
        let info = self.linked.types.get(elem);
        if !refers(info.repr) {
            return Ok(());
        }
        let heap = self.heap;
        let values = heap.slots(list, 0, len).iter().filter(|&&value| value != 0);
        match &info.kind {
            // They lead nowhere, so they need not be put off.
            Kind::Struct { fields } if !fields.iter().any(|field| refers(field.repr)) => {
                for &value in values {
                    self.enter_structure(Ref::of(value))?;
                }
            }
            _ => self.tasks.extend(values.rev().map(|&value| Task::Value(elem, value))),
        }
        Ok(())
    }

    /// A struct, or a reference to one that is not loaded; how many fields it has if it has not been visited.
    #[inline]
    fn enter_structure(&mut self, object: Ref) -> Result<Option<u32>, Abort> {
        match self.kind(object) {
            ObjectKind::Struct if self.marks.set(object.slot() as usize) => {
                let len = self.heap.header(object).len();
                self.visit(u64::from(size::STRUCT) + u64::from(size::SLOT) * u64::from(len))?;
                Ok(Some(len))
            }
            ObjectKind::Stub => self.visit(u64::from(REFERENCE)).map(|()| None),
            _ => Ok(None),
        }
    }

    fn structure(&mut self, ty: TypeIndex, object: Ref) -> Result<(), Abort> {
        let Some(len) = self.enter_structure(object)? else { return Ok(()) };
        let Kind::Struct { fields } = &self.linked.types.get(ty).kind else { return Ok(()) };
        for (number, field) in fields.iter().enumerate().take(len as usize).rev() {
            let value = self.heap.slot(object, number as u32);
            if value != 0 && refers(field.repr) {
                self.tasks.push(Task::Value(field.ty, value));
            }
        }
        Ok(())
    }

    fn map(&mut self, ty: TypeIndex, object: Ref) -> Result<(), Abort> {
        if !self.mark(object, ObjectKind::Map) {
            return Ok(());
        }
        self.visit(u64::from(size::MAP) + u64::from(size::MAP_ITEM) * u64::from(map::len(self.heap, object)))?;
        let Kind::Map { key, elem } = self.linked.types.get(ty).kind else { return Ok(()) };
        let first = self.tasks.len();
        let mut iterator = map::start(self.heap, object);
        while let Some(entry) = map::next(self.heap, iterator) {
            iterator = entry.iterator;
            self.tasks.push(Task::Value(key, entry.key));
            self.tasks.push(Task::Value(elem, entry.value));
        }
        if let Some(added) = self.tasks.get_mut(first..) {
            added.reverse();
        }
        Ok(())
    }
}
