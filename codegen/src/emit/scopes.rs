//! Scope tables: where the slots of the reference's blocks are.

use crate::CodegenError;
use crate::registers::Registers;
use cranelift_entity::EntityRef;
use regno_bytecode::module::{BlockKind, BlockState, FallsFrom as Falls, ScopeDesc, SlotDesc, SlotPlace as Place};
use regno_ir::entity::Reg;
use regno_ir::function::{Function, SlotPlace};

/// The scopes of a function with the registers of their slots.
pub(super) fn describe(function: &Function, registers: &Registers) -> Result<Vec<ScopeDesc>, CodegenError> {
    let too_many = || CodegenError::too_many("scopes", function);
    let register = |reg: Reg| {
        let register = registers.get(reg).map(u16::try_from).transpose();
        register.map_err(|_| CodegenError::too_many("registers", function))
    };
    let scopes = function.scopes.values().map(|scope| {
        let slots = scope.slots.iter().map(|slot| {
            let place = match slot.place {
                SlotPlace::Reg(reg) => register(reg)?.map_or(Place::Never, Place::Register),
                SlotPlace::Cell(reg) => register(reg)?.map_or(Place::Never, Place::Cell),
                SlotPlace::Static { bytes, visited } => Place::Static { bytes, visited },
            };
            Ok(SlotDesc { name: slot.name.clone(), ty: slot.ty, place })
        });
        let parent = scope.parent.map(|parent| u32::try_from(parent.index())).transpose().map_err(|_| too_many())?;
        let slots = slots.collect::<Result<_, CodegenError>>()?;
        let falls_from = match scope.falls_from {
            Some(falls) => register(falls.depth)?.map(|depth| Falls { clause: falls.clause.as_u32(), depth }),
            None => None,
        };
        let (grows_parent, has_frame) = (scope.grows_parent, scope.has_frame);
        Ok(ScopeDesc { parent, grows_parent, has_frame, falls_from, slots })
    });
    scopes.collect()
}

/// The states of the reference's block stack.
pub(super) fn states(function: &Function, registers: &Registers) -> Result<Vec<BlockState>, CodegenError> {
    let states = function.states.iter().map(|state| {
        let block = match &state.block {
            BlockKind::Called => BlockKind::Called,
            BlockKind::Scope { scope, from, to, entering, repeats } => {
                let (scope, repeats) = (scope.as_u32(), *repeats);
                BlockKind::Scope { scope, from: *from, to: *to, entering: *entering, repeats }
            }
            &BlockKind::Package { files } => BlockKind::Package { files },
            BlockKind::Native { slots, bytes, visits, args, copies } => {
                let args = args.iter().map(|&(reg, ty)| {
                    let register = registers.get(reg).map(u16::try_from).transpose();
                    let register = register.map_err(|_| CodegenError::too_many("registers", function))?;
                    let place = register.map_or(Place::Never, Place::Register);
                    Ok(SlotDesc { name: String::new(), ty: Some(ty), place })
                });
                let args = args.collect::<Result<_, CodegenError>>()?;
                BlockKind::Native { slots: *slots, bytes: *bytes, visits: *visits, args, copies: *copies }
            }
        };
        Ok(BlockState { outer: state.outer, block })
    });
    states.collect()
}
