//! Instruction encoding, operands and control flow.

use super::{Check, VerifyError, ensure};
use cranelift_entity::EntityRef;
use regno_bytecode::module::{Function, FunctionKind, Module};
use regno_bytecode::op::{Ext, Op, Operand, call, code_of, field_a, field_b, field_c, field_long};
use regno_bytecode::types::{FuncRef, Repr, TypeKind, TypeRef};

/// Which words start an instruction; the operation of each.
pub(super) struct Starts {
    ops: Vec<Option<Op>>,
}

impl Starts {
    /// The operation that starts at the word.
    pub(super) fn op_at(&self, pc: usize) -> Option<Op> {
        self.ops.get(pc).copied().flatten()
    }

    fn is_segment(&self, pc: usize) -> bool {
        self.op_at(pc) == Some(Op::Segment)
    }
}

pub(super) fn verify(module: &Module, function: &Function) -> Result<Starts, VerifyError> {
    let starts = decode(function)?;
    for (pc, op) in starts.ops.iter().enumerate() {
        let Some(op) = *op else { continue };
        let instruction = Instruction { module, function, op, pc };
        instruction.verify(&starts).map_err(|error| error.at(pc))?;
    }
    for entry in [Some(function.entry), Some(function.defer_entry), function.recovery].into_iter().flatten() {
        let at = usize::try_from(entry).unwrap_or(usize::MAX);
        ensure(starts.is_segment(at), Check::EntryPoint, || format!("entry {entry} is no segment"))?;
    }
    Ok(starts)
}

/// Splits the code into instructions.
fn decode(function: &Function) -> Result<Starts, VerifyError> {
    let mut ops = vec![None; function.code.len()];
    let mut pc = 0_usize;
    let mut last = None;
    while let Some(&word) = function.code.get(pc) {
        let op = Op::from_code(code_of(word))
            .ok_or_else(|| VerifyError::new(Check::Encoding, format!("unknown operation {}", code_of(word))).at(pc))?;
        let reserved = matches!(op, Op::DeferReturned | Op::StringReturned | Op::RunReturned | Op::SwitchReturned);
        ensure(!reserved, Check::Operation, || format!("{} belongs to the runtime", op.name()))
            .map_err(|e| e.at(pc))?;
        let next = pc.saturating_add(op.words());
        ensure(next <= function.code.len(), Check::Encoding, || "extension word missing".to_owned())
            .map_err(|e| e.at(pc))?;
        if let Some(slot) = ops.get_mut(pc) {
            *slot = Some(op);
        }
        last = Some(op);
        pc = next;
    }
    let ends = last.is_some_and(|op| op.properties().terminates);
    ensure(ends, Check::FallOff, || "the code does not end in a terminator".to_owned())?;
    Ok(Starts { ops })
}

struct Instruction<'m> {
    module: &'m Module,
    function: &'m Function,
    op: Op,
    pc: usize,
}

impl Instruction<'_> {
    fn word(&self, offset: usize) -> u64 {
        self.function.code.get(self.pc.saturating_add(offset)).copied().unwrap_or(0)
    }

    fn verify(&self, starts: &Starts) -> Result<(), VerifyError> {
        let word = self.word(0);
        let format = self.op.format();
        for (role, value) in [(format.a, field_a(word)), (format.b, field_b(word)), (format.c, field_c(word))] {
            self.field(role, value)?;
        }
        self.extension(format.ext)?;
        self.immediates()?;
        self.windows()?;
        self.control(starts)
    }

    fn field(&self, role: Operand, value: u16) -> Result<(), VerifyError> {
        match role {
            Operand::None => {
                ensure(value == 0, Check::Immediate, || format!("{}: unused field is {value}", self.op.name()))
            }
            Operand::Dst | Operand::Src | Operand::Mut => self.register(value),
            Operand::Base => ensure(u32::from(value) <= self.function.frame_size, Check::Register, || {
                format!("{}: window at {value} outside the frame", self.op.name())
            }),
            Operand::Imm | Operand::Num | Operand::Off | Operand::Long => Ok(()),
        }
    }

    fn register(&self, value: u16) -> Result<(), VerifyError> {
        let size = self.function.frame_size;
        ensure(u32::from(value) < size, Check::Register, || format!("{}: register {value} of {size}", self.op.name()))
    }

    fn extension(&self, ext: Ext) -> Result<(), VerifyError> {
        let word = self.word(1);
        let low = u32::try_from(word & 0xffff_ffff).unwrap_or(u32::MAX);
        let index = usize::try_from(low).unwrap_or(usize::MAX);
        let exists = |len: usize, what: &str| {
            ensure(index < len, Check::Entity, || format!("{}: {what} {index} does not exist", self.op.name()))
        };
        match ext {
            Ext::None | Ext::Bits => Ok(()),
            Ext::Type => exists(self.module.types.len(), "type").and_then(|()| self.type_fits(TypeRef::from_u32(low))),
            Ext::TypeDst => {
                exists(self.module.types.len(), "type")?;
                self.type_fits(TypeRef::from_u32(low))?;
                self.register(field_c_of(word))
            }
            Ext::Func => exists(self.module.functions.len(), "function").and_then(|()| self.function_fits(index)),
            Ext::Str => exists(self.module.strings.len(), "string"),
            Ext::Global => exists(self.module.globals.len(), "variable"),
            Ext::Bounds => {
                let present = word >> 48;
                ensure(present < 8, Check::Immediate, || format!("{}: bounds flags {present}", self.op.name()))?;
                (0..3_u32).filter(|bit| present >> bit & 1 == 1).try_for_each(|bit| self.register(part(word, bit)))
            }
            Ext::DstDst => self.register(part(word, 0)).and_then(|()| self.register(part(word, 1))),
            Ext::Src => self.register(part(word, 0)),
        }
    }

    /// A native is called by the function that it is the body of.
    fn function_fits(&self, index: usize) -> Result<(), VerifyError> {
        let native = self.op == Op::CallNative;
        let own = self.function.kind == FunctionKind::Native
            && self.module.functions.get(index).is_some_and(|callee| std::ptr::eq(callee, self.function));
        ensure(!native || own, Check::Entity, || "a native of another function".to_owned())
    }

    /// The type that an operation names has the structure it needs.
    fn type_fits(&self, ty: TypeRef) -> Result<(), VerifyError> {
        let Some(desc) = self.module.types.get(ty.index()) else { return Ok(()) };
        let fits = match self.op {
            Op::EqValue | Op::NeValue | Op::Zero | Op::CopyValue | Op::CopyValueDyn => {
                matches!(desc.repr, Repr::Struct | Repr::Array)
            }
            Op::MakeSlice | Op::Append | Op::CopySlice | Op::EnterVariadic => {
                matches!(desc.kind, TypeKind::Slice { .. })
            }
            Op::NewMap
            | Op::MakeMap
            | Op::LoadMap
            | Op::LoadMapOk
            | Op::StoreMap
            | Op::AddrMap
            | Op::KeepKey
            | Op::DeleteMap => matches!(desc.kind, TypeKind::Map { .. }),
            Op::MakeIface | Op::UnboxIface => ty.index() != 0 && desc.repr != Repr::Iface,
            _ => true,
        };
        ensure(fits, Check::Entity, || format!("{}: type {} does not fit", self.op.name(), desc.name))
    }

    fn immediates(&self) -> Result<(), VerifyError> {
        let word = self.word(0);
        let limit = match self.op {
            Op::Shl64Imm | Op::ShrI64Imm | Op::ShrU64Imm | Op::ShlU32Imm => Some((0, 63)),
            Op::RotlU32Imm => Some((1, 31)),
            Op::Print => Some((0, if field_b(word) == 1 { 3 } else { 1 })),
            _ => None,
        };
        if let Some((least, most)) = limit {
            let value = field_c(word);
            ensure((least..=most).contains(&value), Check::Immediate, || format!("{}: {value}", self.op.name()))?;
        }
        let imported = matches!(self.op, Op::LoadPackage | Op::UsePackage);
        let exists = !imported || usize::try_from(self.word(1)).is_ok_and(|at| at < self.module.imports.len());
        ensure(exists, Check::Import, || "package does not exist".to_owned())?;
        let divides = matches!(self.op, Op::DivI64Imm | Op::RemI64Imm);
        ensure(!divides || field_c(word) != 0, Check::Immediate, || format!("{}: division by 0", self.op.name()))?;
        let flagged = matches!(self.op, Op::Call | Op::CallValue | Op::CallSelected);
        ensure(!flagged || field_b(word) <= call::ALL, Check::Immediate, || {
            format!("{}: flags {}", self.op.name(), field_b(word))
        })?;
        if self.op == Op::Call { self.call_flags(field_b(word)) } else { Ok(()) }
    }

    /// The flags of a direct call agree with its callee; of an imported one the linker compares the receiver.
    fn call_flags(&self, flags: u16) -> Result<(), VerifyError> {
        let index = usize::try_from(self.word(1) & 0xffff_ffff).unwrap_or(usize::MAX);
        let Some(callee) = self.module.functions.get(index) else { return Ok(()) };
        let method = flags & call::METHOD != 0;
        let receives = match callee.kind {
            FunctionKind::Method(ty) => self.module.types.get(ty.index()).is_some_and(|desc| desc.repr.is_owned()),
            FunctionKind::Imported(_) => true,
            _ => false,
        };
        ensure(!method || receives, Check::CallFlags, || format!("{} has no receiver that refers", callee.name))?;
        let realm = flags & (call::CROSS | call::CUR) == 0 || callee.params > u16::from(method);
        ensure(realm, Check::CallFlags, || format!("{} has no realm parameter", callee.name))?;
        let packed = flags & call::PACKED == 0 || callee.params > 0;
        ensure(packed, Check::CallFlags, || format!("{} has no variadic parameter", callee.name))
    }

    /// Windows whose size the instruction knows lie in the frame.
    fn windows(&self) -> Result<(), VerifyError> {
        let word = self.word(0);
        let (base, count) = match self.op {
            Op::Call => {
                let callee = FuncRef::from_u32(u32::try_from(self.word(1) & 0xffff_ffff).unwrap_or(0));
                let Some(callee) = self.module.functions.get(callee.index()) else { return Ok(()) };
                (field_a(word), callee.params.max(callee.results))
            }
            Op::CallNative => (field_a(word), field_b(word).max(field_c(word))),
            Op::ReturnN | Op::Print | Op::Defer | Op::DeferValue | Op::DeferSelected => (field_a(word), field_b(word)),
            Op::MakeClosure | Op::NewKeyedSlice => (field_b(word), field_c(word)),
            _ => return Ok(()),
        };
        let end = u32::from(base) + u32::from(count);
        ensure(end <= self.function.frame_size, Check::Register, || {
            format!("{}: window {base}..{end} outside the frame", self.op.name())
        })
    }

    fn control(&self, starts: &Starts) -> Result<(), VerifyError> {
        let properties = self.op.properties();
        let next = self.pc.saturating_add(self.op.words());
        if properties.branches {
            let target = self.target();
            let lands = target.is_some_and(|at| starts.is_segment(at));
            ensure(lands, Check::Branch, || format!("{}: target is no segment", self.op.name()))?;
        }
        if (properties.branches || properties.calls) && !properties.terminates {
            let lands = starts.is_segment(next);
            ensure(lands, Check::Branch, || format!("{}: no segment follows", self.op.name()))?;
        }
        let needs_recovery = self.op == Op::RunDefers;
        ensure(!needs_recovery || self.function.recovery.is_some(), Check::EntryPoint, || {
            "RunDefers in a function without recovery point".to_owned()
        })
    }

    fn target(&self) -> Option<usize> {
        let word = self.word(0);
        let offset = match self.op.format().c {
            Operand::Off => i64::from(field_c(word).cast_signed()),
            _ => i64::from(field_long(word).cast_signed()),
        };
        let next = i64::try_from(self.pc.checked_add(self.op.words())?).ok()?;
        usize::try_from(next.checked_add(offset)?).ok()
    }
}

/// Bits 32..48 of an extension word.
fn field_c_of(word: u64) -> u16 {
    part(word, 2)
}

/// The 16-bit part `n` of an extension word.
fn part(word: u64, n: u32) -> u16 {
    u16::try_from(word.checked_shr(n.saturating_mul(16)).unwrap_or(0) & 0xffff).unwrap_or(u16::MAX)
}
