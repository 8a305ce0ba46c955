//! `chain/params` and `sys/params` (spec/06 §5.3, §5.8).

use super::{Call, NativeFn, Outcome, ParamValue};
use crate::heap::Trap;

/// `chain/params`
pub(super) const NATIVES: &[(&str, NativeFn)] = &[
    ("SetString", |call| set(call, string)),
    ("SetBool", |call| set(call, bool)),
    ("SetInt64", |call| set(call, int64)),
    ("SetUint64", |call| set(call, uint64)),
    ("SetBytes", |call| set(call, bytes)),
    ("SetStrings", |call| set(call, strings)),
    ("UpdateParamStrings", update_strings),
];

/// `sys/params`
pub(super) const SYSTEM: &[(&str, NativeFn)] = &[
    ("setSysParamString", |call| set_system(call, string)),
    ("setSysParamBool", |call| set_system(call, bool)),
    ("setSysParamInt64", |call| set_system(call, int64)),
    ("setSysParamUint64", |call| set_system(call, uint64)),
    ("setSysParamBytes", |call| set_system(call, bytes)),
    ("setSysParamStrings", |call| set_system(call, strings)),
    ("updateSysParamStrings", update_system_strings),
];

/// The package that may use `sys/params`, whatever the chain's domain.
const SYSTEM_REALM: &str = "gno.land/r/sys/params";

/// Reads the value in an argument.
type Reader = fn(&Call<'_>, usize) -> ParamValue;

fn string(call: &Call<'_>, index: usize) -> ParamValue {
    ParamValue::String(call.string(index))
}

fn bool(call: &Call<'_>, index: usize) -> ParamValue {
    ParamValue::Bool(call.bool(index))
}

fn int64(call: &Call<'_>, index: usize) -> ParamValue {
    ParamValue::Int64(call.int(index))
}

fn uint64(call: &Call<'_>, index: usize) -> ParamValue {
    ParamValue::Uint64(call.bits(index))
}

fn bytes(call: &Call<'_>, index: usize) -> ParamValue {
    ParamValue::Bytes((!call.is_nil(index)).then(|| call.bytes(index)))
}

fn strings(call: &Call<'_>, index: usize) -> ParamValue {
    ParamValue::Strings(call.strings(index))
}

fn set(call: &mut Call<'_>, read: Reader) -> Outcome {
    let (key, value) = (realm_key(call)?, read(call, 1));
    call.context().params.set(&key, value).map_err(Trap::abort)
}

fn update_strings(call: &mut Call<'_>) -> Outcome {
    let (key, values, add) = (realm_key(call)?, call.strings(1), call.bool(2));
    call.context().params.update_strings(&key, &values, add).map_err(Trap::abort)
}

/// `vm:<current realm>:<key>`
fn realm_key(call: &mut Call<'_>) -> Result<String, Trap> {
    let key = call.string(0);
    if key.is_empty() {
        return Err(Trap::raise("empty param key"));
    }
    if key.contains(':') {
        return Err(Trap::raise(format!("invalid param key: {key}")));
    }
    let (_, path) = super::realm::realm_at(call, 0)?;
    Ok(format!("vm:{path}:{key}"))
}

fn set_system(call: &mut Call<'_>, read: Reader) -> Outcome {
    let (key, value) = (system_key(call)?, read(call, 3));
    call.context().params.set(&key, value).map_err(Trap::abort)
}

fn update_system_strings(call: &mut Call<'_>) -> Outcome {
    let (key, values, add) = (system_key(call)?, call.strings(3), call.bool(4));
    call.context().params.update_strings(&key, &values, add).map_err(Trap::abort)
}

/// `<module>:<submodule>:<name>`
fn system_key(call: &mut Call<'_>) -> Result<String, Trap> {
    if call.caller_package(1) != "sys/params" || call.caller_package(2) != SYSTEM_REALM {
        return Err(Trap::abort(format!("\"sys/params\" can only be used from \"{SYSTEM_REALM}\"")));
    }
    let (module, submodule, name) = (call.string(0), call.string(1), call.string(2));
    if submodule.is_empty() {
        return Err(Trap::abort("submodule cannot be empty"));
    }
    if name.contains(':') {
        return Err(Trap::abort(format!("invalid param name: {name}")));
    }
    Ok(format!("{module}:{submodule}:{name}"))
}
