//! Random IR.

use regno_bytecode::event::{Event, OpClass};
use regno_bytecode::types::{Repr, TypeDesc, TypeKind};
use regno_ir::entity::{Block, FuncRef, Reg, ScopeRef, TypeRef};
use regno_ir::function::{
    Arg, BlockData, Entity, Function, FunctionKind, InstData, Position, RegData, ScopeData, SlotData, SlotPlace,
};
use regno_ir::module::Module;
use regno_ir::op::Op;

const INTS: [Repr; 8] = [Repr::I64, Repr::I64, Repr::I64, Repr::U64, Repr::I32, Repr::U32, Repr::I8, Repr::U16];
const FUNCTIONS: u32 = 4;

pub fn random_module(seed: u64) -> Module {
    let mut module = Module { name: "main".into(), files: vec!["main.gno".into()], ..Module::default() };
    module.types.push(TypeDesc {
        id: "nil".into(),
        name: "nil".into(),
        declared: false,
        underlying: TypeRef::from_u32(0),
        repr: Repr::Raw,
        kind: TypeKind::Nil,
        methods: Vec::new(),
    });
    for index in 0..FUNCTIONS {
        let random =
            Random(seed.wrapping_mul(31).wrapping_add(u64::from(index)).wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
        module.functions.push(random_function(random, index));
    }
    module
}

/// Parameters and results of function `index`.
fn shape(index: u32) -> (usize, usize) {
    [(3, 2), (2, 1), (1, 3), (4, 0)][index as usize]
}

pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

fn random_function(random: Random, index: u32) -> Function {
    let (params, results) = shape(index);
    let mut function = Function::new(&format!("f{index}"), FunctionKind::Declared);
    function.results = vec![Repr::I64; results];
    let block = function.entry;
    let mut maker =
        Maker { random, function, block, scope: ScopeRef::from_u32(0), variables: Vec::new(), index, fuel: 60 };
    for number in 0..params {
        let reg = maker.variable(&format!("p{number}"), Repr::I64, number % 2 == 0);
        maker.function.params.push(reg);
        maker.variables.push(reg);
    }
    maker.statements(4);
    maker.finish();
    maker.function
}

struct Maker {
    random: Random,
    function: Function,
    block: Block,
    scope: ScopeRef,
    /// Variables in scope.
    variables: Vec<Reg>,
    index: u32,
    /// Statements still allowed.
    fuel: u32,
}

impl Maker {
    fn reg(&mut self, repr: Repr) -> Reg {
        self.function.regs.push(RegData { repr, variable: None })
    }

    /// A variable; with a slot it belongs to the current scope, else it only joins values of several paths.
    fn variable(&mut self, name: &str, repr: Repr, slot: bool) -> Reg {
        let reg = self.function.regs.push(RegData { repr, variable: Some(name.into()) });
        if slot {
            let slot = SlotData { name: name.into(), ty: None, place: SlotPlace::Reg(reg) };
            self.function.scopes[self.scope].slots.push(slot);
        }
        reg
    }

    fn new_block(&mut self) -> Block {
        self.function.blocks.push(BlockData::default())
    }

    fn enter(&mut self, block: Block) {
        self.function.layout.push(block);
        self.block = block;
    }

    fn emit(&mut self, op: Op, repr: Repr, results: &[Reg], args: &[Arg], index: u64, targets: &[Block]) {
        let count = self.random.below(3);
        let events = (0..count).map(|_| {
            let class = OpClass::ALL[self.random.below(20) as usize];
            if self.random.chance(20) { Event::Alloc(40) } else { Event::Op(class) }
        });
        let data = InstData {
            results: results.iter().copied().collect(),
            index,
            targets: targets.iter().copied().collect(),
            events: events.collect(),
            ..InstData::new(op, repr, args, Position::default(), self.scope)
        };
        let inst = self.function.insts.push(data);
        self.function.blocks[self.block].insts.push(inst);
    }

    fn jump(&mut self, target: Block) {
        self.emit(Op::Jump, Repr::Raw, &[], &[], 0, &[target]);
    }

    fn constant(&mut self, repr: Repr) -> u64 {
        let bits = match self.random.below(4) {
            0 => self.random.below(10),
            1 => self.random.below(10).wrapping_neg(),
            2 => self.random.below(1 << 20),
            _ => self.random.next(),
        };
        crate::ir::normalize(repr, bits)
    }

    fn expression(&mut self, repr: Repr, depth: u32) -> Arg {
        let choice = if depth == 0 { self.random.below(2) } else { self.random.below(11) };
        match choice {
            0 => Arg::Bits(self.constant(repr)),
            1 | 2 => self.read(repr),
            3..=6 => self.operation(repr, depth),
            7 if repr == Repr::I64 => {
                let results = self.call(depth);
                results.first().map_or(Arg::Bits(3), |&reg| Arg::Reg(reg))
            }
            8 => {
                let from = INTS[self.random.below(8) as usize];
                let operand = self.expression(from, depth - 1);
                let reg = self.reg(repr);
                self.emit(Op::Convert, from, &[reg], &[operand], repr as u64, &[]);
                Arg::Reg(reg)
            }
            9 => self.joined(repr, depth),
            _ => self.operation(repr, depth),
        }
    }

    fn read(&mut self, repr: Repr) -> Arg {
        let readable: Vec<Reg> =
            self.variables.iter().copied().filter(|&reg| self.function.regs[reg].repr == repr).collect();
        if readable.is_empty() {
            return Arg::Bits(self.constant(repr));
        }
        let variable = readable[self.random.below(readable.len() as u64) as usize];
        if self.random.chance(60) {
            return Arg::Reg(variable);
        }
        let copy = self.reg(repr);
        self.emit(Op::Copy, repr, &[copy], &[Arg::Reg(variable)], 0, &[]);
        Arg::Reg(copy)
    }

    /// Assigns several variables at once from each other and from new values.
    fn parallel_assignment(&mut self) {
        let targets: Vec<Reg> =
            self.variables.iter().copied().filter(|&reg| self.function.regs[reg].repr == Repr::I64).collect();
        let values: Vec<Reg> = (0..targets.len())
            .map(|_| {
                let value = self.expression(Repr::I64, 1);
                let reg = self.reg(Repr::I64);
                self.emit(Op::Copy, Repr::I64, &[reg], &[value], 0, &[]);
                reg
            })
            .collect();
        for (target, value) in targets.into_iter().zip(values) {
            self.emit(Op::Copy, Repr::I64, &[target], &[Arg::Reg(value)], 0, &[]);
        }
    }

    fn rotation(&mut self, depth: u32) -> Arg {
        let operand = self.expression(Repr::U32, depth - 1);
        let count = 1 + self.random.below(31);
        let [left, right, result] = [(); 3].map(|()| self.reg(Repr::U32));
        self.emit(Op::Shl, Repr::U32, &[left], &[operand, Arg::Bits(count)], 0, &[]);
        self.emit(Op::Shr, Repr::U32, &[right], &[operand, Arg::Bits(32 - count)], 0, &[]);
        self.emit(Op::Or, Repr::U32, &[result], &[Arg::Reg(left), Arg::Reg(right)], 0, &[]);
        Arg::Reg(result)
    }

    fn operation(&mut self, repr: Repr, depth: u32) -> Arg {
        if repr == Repr::U32 && self.random.chance(30) {
            return self.rotation(depth);
        }
        const OPS: [Op; 10] =
            [Op::Add, Op::Sub, Op::Mul, Op::And, Op::Or, Op::Xor, Op::AndNot, Op::Shl, Op::Shr, Op::Div];
        let op = OPS[self.random.below(10) as usize];
        let a = self.expression(repr, depth - 1);
        let b = match op {
            Op::Shl | Op::Shr if self.random.chance(50) => Arg::Bits(self.random.below(70)),
            Op::Shl | Op::Shr => self.expression(Repr::U64, depth - 1),
            Op::Div => Arg::Bits(crate::ir::normalize(repr, [1, 2, 3, 8, 100, 64][self.random.below(6) as usize])),
            _ => self.expression(repr, depth - 1),
        };
        let op = if op == Op::Div && self.random.chance(50) { Op::Rem } else { op };
        let reg = self.reg(repr);
        self.emit(op, repr, &[reg], &[a, b], 0, &[]);
        if self.random.chance(15) {
            let other = self.reg(repr);
            let op = if self.random.chance(50) { Op::Neg } else { Op::Complement };
            self.emit(op, repr, &[other], &[Arg::Reg(reg)], 0, &[]);
            return Arg::Reg(other);
        }
        Arg::Reg(reg)
    }

    /// A value that comes from two paths.
    fn joined(&mut self, repr: Repr, depth: u32) -> Arg {
        let reg = self.variable("", repr, false);
        let (yes, no, end) = (self.new_block(), self.new_block(), self.new_block());
        self.condition(depth, yes, no);
        for block in [yes, no] {
            self.enter(block);
            let value = self.expression(repr, depth - 1);
            self.emit(Op::Copy, repr, &[reg], &[value], 0, &[]);
            self.jump(end);
        }
        self.enter(end);
        Arg::Reg(reg)
    }

    fn condition(&mut self, depth: u32, yes: Block, no: Block) {
        const BRANCHES: [Op; 6] = [Op::BranchEq, Op::BranchNe, Op::BranchLt, Op::BranchLe, Op::BranchGt, Op::BranchGe];
        const VALUES: [Op; 6] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge];
        let repr = INTS[self.random.below(8) as usize];
        let (a, b) = (self.expression(repr, depth.min(2)), self.expression(repr, depth.min(1)));
        let which = self.random.below(6) as usize;
        if self.random.chance(70) {
            self.emit(BRANCHES[which], repr, &[], &[a, b], 0, &[yes, no]);
        } else {
            let reg = self.reg(Repr::Bool);
            self.emit(VALUES[which], repr, &[reg], &[a, b], 0, &[]);
            self.emit(Op::Branch, Repr::Bool, &[], &[Arg::Reg(reg)], 0, &[yes, no]);
        }
    }

    /// Calls one of the functions with a higher number.
    fn call(&mut self, depth: u32) -> Vec<Reg> {
        let Some(callee) = (self.index + 1 < FUNCTIONS)
            .then(|| self.index + 1 + self.random.below(u64::from(FUNCTIONS - self.index - 1)) as u32)
        else {
            return Vec::new();
        };
        let (params, results) = shape(callee);
        let args: Vec<Arg> = (0..params).map(|_| self.expression(Repr::I64, depth.saturating_sub(1))).collect();
        let results: Vec<Reg> = (0..results).map(|_| self.reg(Repr::I64)).collect();
        self.emit_call(callee, &args, &results);
        results
    }

    fn emit_call(&mut self, callee: u32, args: &[Arg], results: &[Reg]) {
        self.emit(Op::Call, Repr::I64, results, args, 0, &[]);
        if let Some(data) = self.function.insts.values_mut().last() {
            data.entity = Entity::Func(FuncRef::from_u32(callee));
        }
    }

    fn statements(&mut self, depth: u32) {
        let known = self.variables.len();
        for _ in 0..1 + self.random.below(5) {
            if self.fuel == 0 {
                break;
            }
            self.fuel -= 1;
            self.statement(depth);
        }
        self.variables.truncate(known);
    }

    fn statement(&mut self, depth: u32) {
        match self.random.below(if depth == 0 { 7 } else { 10 }) {
            0 | 1 => {
                let repr = INTS[self.random.below(8) as usize];
                let value = self.expression(repr, 3);
                let reg = self.variable("x", repr, true);
                self.emit(Op::Copy, repr, &[reg], &[value], 0, &[]);
                self.variables.push(reg);
            }
            2 | 3 => {
                let reg = self.variables[self.random.below(self.variables.len() as u64) as usize];
                let repr = self.function.regs[reg].repr;
                let value = self.expression(repr, 3);
                self.emit(Op::Copy, repr, &[reg], &[value], 0, &[]);
            }
            4 => {
                let args: Vec<Arg> = (0..1 + self.random.below(3)).map(|_| self.expression(Repr::I64, 2)).collect();
                self.emit(Op::Print, Repr::Iface, &[], &args, 1, &[]);
            }
            5 => self.call_into_variables(),
            6 => self.parallel_assignment(),
            7 => self.branching(depth),
            _ => self.looping(depth),
        }
    }

    fn call_into_variables(&mut self) {
        let results = self.call(2);
        for value in results {
            if self.random.chance(60) {
                let reg = self.variable("y", Repr::I64, true);
                self.emit(Op::Copy, Repr::I64, &[reg], &[Arg::Reg(value)], 0, &[]);
                self.variables.push(reg);
            }
        }
    }

    fn inner_scope(&mut self) -> ScopeRef {
        let parent = std::mem::replace(&mut self.scope, ScopeRef::from_u32(0));
        self.scope = self.function.scopes.push(ScopeData { parent: Some(parent), ..ScopeData::default() });
        parent
    }

    fn branching(&mut self, depth: u32) {
        let (yes, no, end) = (self.new_block(), self.new_block(), self.new_block());
        self.condition(2, yes, no);
        for block in [yes, no] {
            let outer = self.inner_scope();
            self.enter(block);
            self.statements(depth - 1);
            self.jump(end);
            self.scope = outer;
        }
        self.enter(end);
    }

    fn looping(&mut self, depth: u32) {
        let outer = self.inner_scope();
        let counter = self.variable("i", Repr::I64, self.index.is_multiple_of(2));
        let (body, test, end) = (self.new_block(), self.new_block(), self.new_block());
        self.emit(Op::Const, Repr::I64, &[counter], &[], 0, &[]);
        let rotated = self.random.chance(50);
        self.jump(test);
        if !rotated {
            self.enter(test);
            self.emit(Op::BranchLt, Repr::I64, &[], &[Arg::Reg(counter), Arg::Bits(3)], 0, &[body, end]);
        }
        self.enter(body);
        self.inner_scope();
        self.statements(depth - 1);
        self.emit(Op::Add, Repr::I64, &[counter], &[Arg::Reg(counter), Arg::Bits(1)], 0, &[]);
        self.jump(test);
        if rotated {
            self.enter(test);
            self.emit(Op::BranchLt, Repr::I64, &[], &[Arg::Reg(counter), Arg::Bits(3)], 0, &[body, end]);
        }
        self.scope = outer;
        self.enter(end);
    }

    fn finish(&mut self) {
        let results = self.function.results.len();
        if self.random.chance(30) && results > 0 {
            // A call whose results are returned as they are.
            let callee = (self.index + 1..FUNCTIONS).find(|&callee| shape(callee).1 == results);
            if let Some(callee) = callee {
                let args: Vec<Arg> = (0..shape(callee).0).map(|_| self.expression(Repr::I64, 2)).collect();
                let values: Vec<Reg> = (0..results).map(|_| self.reg(Repr::I64)).collect();
                self.emit_call(callee, &args, &values);
                let values: Vec<Arg> = values.into_iter().map(Arg::Reg).collect();
                self.emit(Op::Return, Repr::I64, &[], &values, 0, &[]);
                return;
            }
        }
        let values: Vec<Arg> = (0..results).map(|_| self.expression(Repr::I64, 3)).collect();
        self.emit(Op::Return, Repr::I64, &[], &values, 0, &[]);
    }
}
