//! `chain/runtime` (spec/06 §5.4).

use super::{Call, NativeFn, Outcome};

pub(super) const NATIVES: &[(&str, NativeFn)] = &[
    ("AssertOriginCall", super::realm::assert_origin_call),
    ("ChainID", chain_id),
    ("ChainDomain", chain_domain),
    ("ChainHeight", chain_height),
    ("originCaller", origin_caller),
    ("getRealm", get_realm),
];

fn chain_id(call: &mut Call<'_>) -> Outcome {
    let text = call.context().chain_id.clone();
    call.give_string(text)
}

fn chain_domain(call: &mut Call<'_>) -> Outcome {
    let text = call.context().chain_domain.clone();
    call.give_string(text)
}

fn chain_height(call: &mut Call<'_>) -> Outcome {
    let height = call.context().height;
    call.give_int(height);
    Ok(())
}

fn origin_caller(call: &mut Call<'_>) -> Outcome {
    let text = call.context().origin_caller.clone();
    call.give_string(text)
}

fn get_realm(call: &mut Call<'_>) -> Outcome {
    let height = call.int(0);
    let (address, path) = super::realm::context_realm_at(call, height)?;
    call.give_string(address)?;
    call.give_string(path)
}
