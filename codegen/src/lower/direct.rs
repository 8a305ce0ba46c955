//! Operations that have exactly one bytecode form: its fields are filled in order from results, operands, index and entity.

use super::{Fields, Lowering};
use crate::CodegenError;
use crate::code::{Extension, Field};
use regno_bytecode::op::{Ext, Op as ByteOp, Operand};
use regno_bytecode::types::Repr;
use regno_ir::function::InstData;
use regno_ir::op::Op;

/// The bytecode operation, where the representation at most selects between word and byte elements or kinds of `len`.
fn operation(op: Op, repr: Repr) -> Option<ByteOp> {
    let byte = repr == Repr::U8;
    let of_element = |word: ByteOp, narrow: ByteOp| if byte { narrow } else { word };
    Some(match op {
        Op::StrConst => ByteOp::LoadStr,
        Op::Concat => ByteOp::ConcatStr,
        Op::Not => ByteOp::NotBool,
        Op::EqIface => ByteOp::EqIface,
        Op::NeIface => ByteOp::NeIface,
        Op::EqValue => ByteOp::EqValue,
        Op::NeValue => ByteOp::NeValue,
        Op::StrFromInt => ByteOp::StrFromInt,
        Op::StrFromBytes => ByteOp::StrFromBytes,
        Op::StrFromRunes => ByteOp::StrFromRunes,
        Op::BytesFromStr => ByteOp::BytesFromStr,
        Op::RunesFromStr => ByteOp::RunesFromStr,
        Op::CheckShift => ByteOp::CheckShift,
        Op::IsTypedNil => ByteOp::IsTypedNil,
        Op::IsAddress => ByteOp::IsAddress,
        Op::NewCell => ByteOp::NewCell,
        Op::LoadCell => ByteOp::LoadCell,
        Op::StoreCell => ByteOp::StoreCell,
        Op::LoadGlobal => ByteOp::LoadGlobal,
        Op::StoreGlobal => ByteOp::StoreGlobal,
        Op::DefineGlobal => ByteOp::DefineGlobal,
        Op::AddrGlobal => ByteOp::AddrGlobal,
        Op::FreezeIface => ByteOp::FreezeIface,
        Op::TypeNumber => ByteOp::TypeNumber,
        Op::SlotType => ByteOp::SlotType,
        Op::PointedType => ByteOp::PointedType,
        Op::IndexType => ByteOp::IndexType,
        Op::SetSlotType => ByteOp::SetSlotType,
        Op::PassType => ByteOp::PassType,
        Op::TakeType => ByteOp::TakeType,
        Op::RetypeIface => ByteOp::RetypeIface,
        Op::LoadPtr if repr == Repr::Iface => ByteOp::LoadPtrIface,
        Op::StorePtr if repr == Repr::Iface => ByteOp::StorePtrIface,
        Op::LoadPtr => of_element(ByteOp::LoadPtr, ByteOp::LoadPtrByte),
        Op::StorePtr => of_element(ByteOp::StorePtr, ByteOp::StorePtrByte),
        Op::LoadField => ByteOp::LoadField,
        Op::StoreField => ByteOp::StoreField,
        Op::LoadPtrField => ByteOp::LoadPtrField,
        Op::StorePtrField => ByteOp::StorePtrField,
        Op::AddrField => ByteOp::AddrField,
        Op::AddrPtrField => ByteOp::AddrPtrField,
        Op::Zero => ByteOp::Zero,
        Op::CopyValue => ByteOp::CopyValue,
        Op::CopyValueDyn => ByteOp::CopyValueDyn,
        Op::CopyIface => ByteOp::CopyIface,
        Op::LoadElem => of_element(ByteOp::LoadElem, ByteOp::LoadElemByte),
        Op::StoreElem => of_element(ByteOp::StoreElem, ByteOp::StoreElemByte),
        Op::AddrElem => ByteOp::AddrElem,
        Op::MarkCross => ByteOp::MarkCross,
        Op::CheckRevive => ByteOp::CheckRevive,
        Op::Revived => ByteOp::Revived,
        Op::RangeElem => ByteOp::RangeElem,
        Op::RangeIndex => ByteOp::RangeIndex,
        Op::CheckConvert => ByteOp::CheckConvert,
        Op::LoadIndex => of_element(ByteOp::LoadIndex, ByteOp::LoadIndexByte),
        Op::StoreIndex => of_element(ByteOp::StoreIndex, ByteOp::StoreIndexByte),
        Op::AddrIndex => ByteOp::AddrIndex,
        Op::LoadStrByte => ByteOp::LoadStrByte,
        Op::Len => match repr {
            Repr::Str => ByteOp::LenStr,
            Repr::Slice => ByteOp::LenSlice,
            Repr::Map => ByteOp::LenMap,
            _ => return None,
        },
        Op::Cap => ByteOp::CapSlice,
        Op::NewSlice => ByteOp::NewSlice,
        Op::BoxElements => ByteOp::BoxElements,
        Op::CheckUnset => ByteOp::CheckUnset,
        Op::InitElem => ByteOp::InitElem,
        Op::NewMap => ByteOp::NewMap,
        Op::MakeMap => ByteOp::MakeMap,
        Op::Append => ByteOp::Append,
        Op::CopySlice => ByteOp::CopySlice,
        Op::DecodeRune => ByteOp::DecodeRune,
        Op::LoadMap => ByteOp::LoadMap,
        Op::LoadMapOk => ByteOp::LoadMapOk,
        Op::StoreMap => ByteOp::StoreMap,
        Op::AddrMap => ByteOp::AddrMap,
        Op::KeepKey => ByteOp::KeepKey,
        Op::DeleteMap => ByteOp::DeleteMap,
        Op::WordOf => ByteOp::WordOf,
        Op::StartMapIter => ByteOp::StartMapIter,
        Op::MakeIface => ByteOp::MakeIface,
        Op::AssertIface => ByteOp::AssertIface,
        Op::AssertIfaceOk => ByteOp::AssertIfaceOk,
        Op::IsIface => ByteOp::IsIface,
        Op::UnboxIface => ByteOp::UnboxIface,
        Op::FuncConst => ByteOp::LoadFunc,
        Op::LoadCapture => ByteOp::LoadCapture,
        Op::BindMethod => ByteOp::BindMethod,
        Op::BindIface => ByteOp::BindIface,
        Op::SelectIface => ByteOp::SelectIface,
        Op::CheckFunc => ByteOp::CheckFunc,
        Op::EnterVariadic => ByteOp::EnterVariadic,
        Op::HasDefers => ByteOp::HasDefers,
        Op::Recover => ByteOp::Recover,
        Op::ChargeAlloc => ByteOp::ChargeAlloc,
        Op::LoadPackage => ByteOp::LoadPackage,
        Op::UsePackage => ByteOp::UsePackage,
        Op::NativeResolved => ByteOp::NativeResolved,
        Op::RunDefers => ByteOp::RunDefers,
        Op::Panic => ByteOp::Panic,
        Op::Abort => ByteOp::Abort,
        Op::Raise => ByteOp::Raise,
        Op::Halt => ByteOp::Halt,
        _ => return None,
    })
}

/// Takes results and operands of an instruction one after another.
struct Cursor<'d> {
    data: &'d InstData,
    results: usize,
    args: usize,
}

impl<'f> Lowering<'f> {
    pub(super) fn direct(&mut self, data: &'f InstData) -> Result<(), CodegenError> {
        let unknown = CodegenError::malformed("operation without code for its representation", self.function);
        let mut op = operation(data.op, data.repr).ok_or(unknown)?;
        // The element as its word.
        let wide = data.results.first().is_some_and(|&reg| self.function.regs[reg].repr == Repr::U64);
        if op == ByteOp::LoadIndexByte && wide {
            op = ByteOp::LoadIndexWord;
        }
        let format = op.format();
        let mut cursor = Cursor { data, results: 0, args: 0 };
        let mut fields = Fields::new();
        for role in [format.a, format.b, format.c] {
            let field = match role {
                Operand::Dst => Field::Reg(self.next_result(&mut cursor)?),
                Operand::Src => Field::Reg(self.next_arg(&mut cursor)?),
                Operand::Num if matches!(op, ByteOp::NewCell | ByteOp::NewSlice | ByteOp::WordOf) => {
                    Field::Value(data.repr as u16)
                }
                Operand::Num => Field::Value(self.small(data.index)?),
                _ => Field::None,
            };
            fields.push(field);
        }
        let ext = match format.ext {
            Ext::Bits => Extension::Bits(data.index),
            Ext::Type | Ext::Func | Ext::Str | Ext::Global => Extension::Bits(self.entity(data)?),
            Ext::TypeDst => {
                let ty = u32::try_from(self.entity(data)?).unwrap_or(u32::MAX);
                Extension::TypeDst(ty, self.next_result(&mut cursor)?)
            }
            Ext::DstDst => Extension::DstDst(self.next_result(&mut cursor)?, self.next_result(&mut cursor)?),
            Ext::Src => Extension::Src(self.next_arg(&mut cursor)?),
            Ext::None | Ext::Bounds => Extension::None,
        };
        if cursor.results != data.results.len() || cursor.args != data.args.len() {
            return Err(CodegenError::malformed("wrong number of operands or results", self.function));
        }
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        self.push(op, [field(0), field(1), field(2)], ext);
        Ok(())
    }

    fn next_result(&mut self, cursor: &mut Cursor<'_>) -> Result<regno_ir::entity::Reg, CodegenError> {
        let reg = self.result(cursor.data, cursor.results)?;
        cursor.results += 1;
        Ok(reg)
    }

    fn next_arg(&mut self, cursor: &mut Cursor<'_>) -> Result<regno_ir::entity::Reg, CodegenError> {
        let reg = self.arg_reg(cursor.data, cursor.args)?;
        cursor.args += 1;
        Ok(reg)
    }

    fn small(&self, value: u64) -> Result<u16, CodegenError> {
        u16::try_from(value).map_err(|_| CodegenError::too_many("fields or captures", self.function))
    }
}
