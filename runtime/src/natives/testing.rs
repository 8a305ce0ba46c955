//! `testing` of the test overlay (spec/06 §5.10, spec/05 §9).

use super::banker::{coins_of, give_coins};
use super::{Call, NativeFn, Outcome};
use crate::heap::{Ref, Trap};
use crate::load::DEFER_RETURNED;
use crate::value::zero;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const NATIVES: &[(&str, NativeFn)] = &[
    ("getContext", get_context),
    ("setContext", set_context),
    ("testIssueCoins", issue_coins),
    ("newRealm", new_realm),
    ("isRealm", is_realm),
    ("unixNano", unix_nano),
    ("recoverWithStacktrace", recover_with_stacktrace),
    ("matchString", match_string),
];

fn get_context(call: &mut Call<'_>) -> Outcome {
    let context = call.context();
    let (caller, chain_id) = (context.origin_caller.clone(), context.chain_id.clone());
    let (send, spent) = (context.origin_send.clone(), context.origin_send_spent.clone());
    let numbers = [context.height, context.timestamp, context.timestamp_nano];
    call.give_string(caller)?;
    give_coins(call, &send)?;
    give_coins(call, &spent)?;
    call.give_string(chain_id)?;
    numbers.into_iter().for_each(|number| call.give_int(number));
    Ok(())
}

fn set_context(call: &mut Call<'_>) -> Outcome {
    let (caller, address, path) = (call.string(0), call.string(1), call.string(2));
    let (send, spent, chain_id) = (coins_of(call, 3), coins_of(call, 5), call.string(7));
    let (height, seconds, nanos) = (call.int(8), call.int(9), call.int(10));
    let context = call.context();
    (context.origin_caller, context.chain_id) = (caller, chain_id);
    (context.origin_send, context.origin_send_spent) = (send, spent);
    (context.height, context.timestamp, context.timestamp_nano) = (height, seconds, nanos);
    if !address.is_empty() {
        super::realm::override_realm(call, address, path);
    }
    Ok(())
}

fn issue_coins(call: &mut Call<'_>) -> Outcome {
    let (address, coins) = (call.string(0), coins_of(call, 1));
    for coin in coins {
        call.context().banker.issue(&address, &coin.denom, coin.amount).map_err(Trap::abort)?;
    }
    Ok(())
}

/// A value of the struct type `chain/runtime.Realm`: address and path.
fn new_realm(call: &mut Call<'_>) -> Outcome {
    let (address, path) = (call.bytes_of_string(0), call.bytes_of_string(1));
    let ty = call.result_type(0);
    let cx = &mut *call.cx;
    let realm = zero::zero(&mut cx.heap, &cx.linked.types, ty, &mut crate::recount::charger!(cx))?;
    for (index, text) in [(0, address), (1, path)] {
        // The reference counts the struct only.
        let text = call.cx.heap.new_string(&text)?;
        call.cx.heap.set_slot(Ref::of(realm), index, text);
    }
    call.give(realm);
    Ok(())
}

fn is_realm(call: &mut Call<'_>) -> Outcome {
    let path = call.string(0);
    call.give_bool(regno_bytecode::path::is_realm(&path));
    Ok(())
}

/// Time of the host: for the durations in reports, which are not part of any result.
fn unix_nano(call: &mut Call<'_>) -> Outcome {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    call.give_int(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
    Ok(())
}

/// `recover()` on behalf of the function that called this one, and the trace of the panic.
fn recover_with_stacktrace(call: &mut Call<'_>) -> Outcome {
    let cx = &mut *call.cx;
    let caller = cx.depth().checked_sub(2).and_then(|index| cx.roots.stacks.frame(index));
    let deferred = caller.is_some_and(|frame| cx.pc_of(frame.return_ip) == DEFER_RETURNED);
    let number = (cx.roots.exception as usize).checked_sub(1).filter(|_| deferred);
    let mut trace = String::new();
    let value = match number.and_then(|index| cx.roots.exceptions.get(index)) {
        Some(exception) => {
            cx.roots.exception = 0;
            trace = std::mem::take(&mut cx.last_trace);
            exception.value
        }
        None => 0,
    };
    call.give(value);
    call.give_string(trace)
}

/// Whether a regular expression matches; what is wrong with it as the second result.
fn match_string(call: &mut Call<'_>) -> Outcome {
    let (pattern, text) = (call.string(0), call.string(1));
    let (matched, problem) = match regex::Regex::new(&pattern) {
        Ok(expression) => (expression.is_match(&text), String::new()),
        Err(error) => (false, format!("error parsing regexp: {error}")),
    };
    call.give_bool(matched);
    call.give_string(problem)
}
