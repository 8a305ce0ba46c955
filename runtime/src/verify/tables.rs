//! References between the module's tables.

use super::{Check, VerifyError, ensure};
use cranelift_entity::EntityRef;
use regno_bytecode::module::{Function, FunctionKind, Module};
use regno_bytecode::types::{FuncRef, PackageRef, Repr, StrRef, TypeDesc, TypeKind, TypeRef};

pub(super) fn verify(module: &Module) -> Result<(), VerifyError> {
    for (index, desc) in module.types.iter().enumerate() {
        type_references(module, index, desc)?;
        type_shape(module, index, desc)?;
    }
    for global in &module.globals {
        type_exists(module, global.ty, Check::GlobalType)?;
        global.import.map_or(Ok(()), |package| package_exists(module, package))?;
    }
    module.file_imports.iter().flatten().try_for_each(|&package| package_exists(module, package))?;
    for ty in [module.well_known.string, module.well_known.int].into_iter().flatten() {
        type_exists(module, ty, Check::TypeReference)?;
    }
    for entry in [module.init, module.inits, module.main].into_iter().flatten() {
        let function = module.functions.get(entry.index());
        let plain = function.is_some_and(|f| {
            f.params == 0 && f.results == 0 && f.captures == 0 && !matches!(f.kind, FunctionKind::Imported(_))
        });
        ensure(plain, Check::EntryFunction, || format!("{entry:?} is no function without parameters and results"))?;
    }
    module
        .functions
        .iter()
        .enumerate()
        .try_for_each(|(index, function)| header(module, function).map_err(|error| error.in_function(index)))
}

fn type_exists(module: &Module, ty: TypeRef, check: Check) -> Result<(), VerifyError> {
    ensure(ty.index() < module.types.len(), check, || format!("{ty:?} does not exist"))
}

fn package_exists(module: &Module, package: PackageRef) -> Result<(), VerifyError> {
    ensure(package.index() < module.imports.len(), Check::Import, || format!("{package:?} does not exist"))
}

fn func_exists(module: &Module, func: FuncRef) -> Result<(), VerifyError> {
    ensure(func.index() < module.functions.len(), Check::TypeReference, || format!("{func:?} does not exist"))
}

fn str_exists(module: &Module, string: StrRef) -> Result<(), VerifyError> {
    ensure(string.index() < module.strings.len(), Check::TypeReference, || format!("{string:?} does not exist"))
}

fn type_references(module: &Module, index: usize, desc: &TypeDesc) -> Result<(), VerifyError> {
    let exists = |ty: TypeRef| type_exists(module, ty, Check::TypeReference);
    exists(desc.underlying)?;
    match &desc.kind {
        TypeKind::Basic | TypeKind::Nil => {}
        TypeKind::Pointer { elem }
        | TypeKind::Slice { elem }
        | TypeKind::Array { elem, .. }
        | TypeKind::Chan { elem } => {
            exists(*elem)?;
        }
        TypeKind::Map { key, elem } => {
            exists(*key)?;
            exists(*elem)?;
        }
        TypeKind::Struct { fields } => fields.iter().try_for_each(|field| exists(field.ty))?,
        TypeKind::Interface { methods } => {
            for (name, signature) in methods {
                str_exists(module, *name)?;
                exists(*signature)?;
            }
        }
        TypeKind::Func { params, results, .. } => params.iter().chain(results).try_for_each(|ty| exists(*ty))?,
    }
    for method in &desc.methods {
        str_exists(module, method.name)?;
        exists(method.receiver_type)?;
        exists(method.signature)?;
        method.func.map_or(Ok(()), |func| func_exists(module, func))?;
    }
    let sorted = desc.methods.windows(2).all(|pair| match pair {
        [a, b] => module.strings.get(a.name.index()) < module.strings.get(b.name.index()),
        _ => true,
    });
    ensure(sorted, Check::TypeShape, || format!("type {index}: methods are not sorted by name"))
}

/// The representation that a structure has.
fn shape_fits(desc: &TypeDesc) -> bool {
    match desc.kind {
        TypeKind::Basic => matches!(desc.repr, Repr::Bool | Repr::Str) || desc.repr.is_int() || desc.repr.is_float(),
        TypeKind::Pointer { .. } => desc.repr == Repr::Ptr,
        TypeKind::Slice { .. } => desc.repr == Repr::Slice,
        TypeKind::Array { .. } => desc.repr == Repr::Array,
        TypeKind::Map { .. } => desc.repr == Repr::Map,
        TypeKind::Struct { .. } => desc.repr == Repr::Struct,
        TypeKind::Interface { .. } => desc.repr == Repr::Iface,
        TypeKind::Func { .. } => desc.repr == Repr::Func,
        TypeKind::Chan { .. } => desc.repr == Repr::Chan,
        TypeKind::Nil => true,
    }
}

fn type_shape(module: &Module, index: usize, desc: &TypeDesc) -> Result<(), VerifyError> {
    ensure(shape_fits(desc), Check::TypeShape, || {
        format!("type {index} ({}): structure and representation {} disagree", desc.name, desc.repr.name())
    })?;
    let same = module.types.get(desc.underlying.index()).is_some_and(|base| base.repr == desc.repr);
    ensure(same, Check::TypeShape, || {
        format!("type {index} ({}): underlying type has another representation", desc.name)
    })
}

fn header(module: &Module, function: &Function) -> Result<(), VerifyError> {
    let check = Check::FunctionHeader;
    if let Some(signature) = function.signature {
        let is_func =
            module.types.get(signature.index()).is_some_and(|desc| matches!(desc.kind, TypeKind::Func { .. }));
        ensure(is_func, check, || format!("{signature:?} is no function type"))?;
    }
    if let FunctionKind::Method(receiver) = function.kind {
        type_exists(module, receiver, check)?;
        ensure(function.params > 0, check, || "a method without receiver".to_owned())?;
    }
    if let FunctionKind::Imported(package) = function.kind {
        package_exists(module, package)?;
        ensure(function.code.is_empty(), Check::Import, || "an imported function with code".to_owned())?;
        ensure(function.signature.is_some(), Check::Import, || "an imported function without type".to_owned())?;
    }
    let frame = function.frame_size;
    let smallest = u32::from(function.params.max(function.results));
    ensure(frame >= smallest && frame <= 1 << 16, check, || format!("{frame} registers, {smallest} needed"))
}
