//! Realms as natives see them: who is at which height of the crossings (spec/05 §3.2, §9.3).

use super::chain::address_of_package;
use super::{Call, Environment, Outcome};
use crate::frame::Frame;
use crate::heap::Trap;
use crate::interp::Cx;
use crate::realm::CallFrame;

/// Address and path of the realm `height` crossings up, as production code sees it: 0 is the current one.
///
/// # Errors
///
/// Recoverable `frame not found` beyond the transaction's origin; fatal below a deferred cross call.
pub(super) fn realm_at(call: &mut Call<'_>, height: i64) -> Result<(String, String), Trap> {
    walk(call, height, Environment::Production)
}

/// As [`realm_at`], in tests with what the test context says.
///
/// # Errors
///
/// As [`realm_at`].
pub(super) fn context_realm_at(call: &mut Call<'_>, height: i64) -> Result<(String, String), Trap> {
    let environment = call.cx.linked.environment;
    walk(call, height, environment)
}

fn frames(call: &mut Call<'_>) -> Vec<CallFrame> {
    let pc = call.cx.pc_of(call.cx.ip);
    call.cx.call_frames(pc)
}

fn walk(call: &mut Call<'_>, height: i64, environment: Environment) -> Result<(String, String), Trap> {
    let frames = frames(call);
    let testing = environment == Environment::Testing;
    let mut above = frames.first();
    let mut crosses = 0;
    for frame in &frames {
        let context = if testing && frame.overridden { call.cx.overridden_realm(frame.index) } else { None };
        if let Some((_, path)) = &context
            && path.is_empty()
            && crosses < height
        {
            return Err(Trap::raise("frame not found: cannot seek beyond origin caller override"));
        }
        if context.is_none() && !frame.with_cross {
            above = Some(frame);
            continue;
        }
        if context.is_none() && !frame.did_crossing {
            return Err(Trap::abort(not_entered(call, frame.func, testing)));
        }
        crosses += 1;
        if crosses > height {
            if let Some(context) = context {
                return Ok(context);
            }
            let realm = above.and_then(|above| above.last_realm);
            if realm.is_none() {
                return Err(Trap::abort("runtime error: invalid memory address or nil pointer dereference"));
            }
            let path = call.cx.package_path(realm);
            return Ok((address_of_package(&path), path));
        }
        above = Some(frame);
    }
    let pc = call.cx.pc_of(call.cx.ip);
    let base = call.cx.bottom_package(pc);
    let origin = |call: &mut Call<'_>| Ok((call.context().origin_caller.clone(), String::new()));
    match height - crosses {
        0 if base.is_empty() => origin(call),
        0 => Ok((address_of_package(&base), base)),
        1 => origin(call),
        _ => Err(Trap::raise("frame not found")),
    }
}

/// The text of the failure below a cross call in which `cur` was not entered.
fn not_entered(call: &Call<'_>, func: u32, testing: bool) -> String {
    let name = call.cx.linked.tables.get(func as usize).map_or("", |function| function.name.as_str());
    if !testing {
        return format!("call to cross(fn) did not call crossing : {name}");
    }
    let package = call.cx.linked.package_of(func).map_or("", |package| package.path.as_str());
    format!("cross(fn) but fn didn't call crossing(): {package}.{name}")
}

/// The function that called the caller of `testing.SetContext` is in this realm until it returns (spec/05 §9.3).
pub(super) fn override_realm(call: &mut Call<'_>, address: String, path: String) {
    let frames = frames(call);
    // The reference starts four frames below the top, whatever these are.
    let mut position = 0;
    let found = frames.iter().find(|frame| {
        let at = position + frame.statements;
        position = at + 1;
        let package = call.cx.linked.package_of(frame.func).map_or("", |package| package.path.as_str());
        at >= 3 && package != "testing"
    });
    if let Some(frame) = found {
        call.cx.override_realm(frame.index, (address, path));
    }
}

/// `AssertOriginCall` (spec/05 §3.4).
///
/// # Errors
///
/// Recoverable `invalid non-origin call`.
pub(super) fn assert_origin_call(call: &mut Call<'_>) -> Outcome {
    let frames = frames(call);
    let count: usize = frames.iter().map(|frame| 1 + frame.statements).sum();
    let bottom = frames.last().map(|frame| frame.func);
    let name = bottom.and_then(|func| call.cx.linked.tables.get(func as usize)).map(|function| function.name.clone());
    let allowed = match (call.cx.linked.environment, name.as_deref()) {
        (Environment::Production, _) => {
            let pc = call.cx.pc_of(call.cx.ip);
            count <= 2 && call.cx.bottom_package(pc).is_empty()
        }
        (Environment::Testing, Some("main" | "init")) => count == 3,
        (Environment::Testing, Some("RunTest")) => count == 5,
        (Environment::Testing, _) => {
            return Err(Trap::abort("unable to determine if test is a _test or a _filetest"));
        }
    };
    if allowed { Ok(()) } else { Err(Trap::raise("invalid non-origin call")) }
}

impl Cx {
    /// Replaces what a frame says of the current realm.
    fn override_realm(&mut self, index: usize, realm: (String, String)) {
        if let Some(realms) = &mut self.roots.realm {
            realms.overrides.insert(index, realm);
            self.roots.stacks.mark(index, Frame::OVERRIDDEN);
        }
    }

    /// What the test context says of a frame.
    fn overridden_realm(&self, index: usize) -> Option<(String, String)> {
        self.roots.realm.as_ref()?.overrides.get(&index).cloned()
    }
}
