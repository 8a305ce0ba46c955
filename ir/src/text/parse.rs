//! Parsing.

use crate::entity::{Block, FuncRef, GlobalRef, Reg, ScopeRef, StrRef, TypeRef};
use crate::function::{
    Arg, BlockData, Entity, FallsFrom, Function, FunctionKind, InstData, Position, RegData, ScopeData, SlotData,
    SlotPlace,
};
use crate::op::Op;
use cranelift_entity::{EntityRef, PrimaryMap};
use regno_bytecode::event::{Event, OpClass};
use regno_bytecode::types::Repr;
use std::fmt;

/// A text that is no function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// Line, 1-based.
    pub line: usize,
    /// What was expected.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

type Result<T> = std::result::Result<T, ParseError>;

/// Parses the text of one function.
///
/// # Errors
///
/// The first line that does not read as the printer would have written it.
pub fn parse_function(text: &str) -> Result<Function> {
    let mut function = Function::new("", FunctionKind::Declared);
    function.blocks = PrimaryMap::new();
    function.scopes = PrimaryMap::new();
    function.layout.clear();
    let mut current = None;
    for (index, line) in text.lines().enumerate() {
        let mut words = Words { rest: line.trim(), line: index + 1 };
        if words.rest.is_empty() || words.rest.starts_with("//") || words.rest == "}" {
            continue;
        }
        parse_line(&mut function, &mut current, &mut words)?;
    }
    if function.scopes.is_empty() {
        function.scopes.push(ScopeData::default());
    }
    Ok(function)
}

fn parse_line(function: &mut Function, current: &mut Option<Block>, words: &mut Words<'_>) -> Result<()> {
    if words.rest.starts_with("block") && words.rest.ends_with(':') {
        let block = words.entity::<Block>("block")?;
        ensure_block(function, block);
        function.layout.push(block);
        *current = Some(block);
        return Ok(());
    }
    if let Some(block) = *current {
        let data = instruction(function, words)?;
        let inst = function.insts.push(data);
        function.blocks[block].insts.push(inst);
        return Ok(());
    }
    match words.word()? {
        "function" => header(function, words),
        "params" => words.until_end(|words| {
            function.params.push(words.entity("v")?);
            Ok(())
        }),
        "results" => words.until_end(|words| {
            function.results.push(words.repr()?);
            Ok(())
        }),
        "reg" => register(function, words),
        "scope" => scope(function, words),
        "entry" => entries(function, words),
        other => Err(words.fail(format!("unexpected {other}"))),
    }
}

fn ensure_block(function: &mut Function, block: Block) {
    while function.blocks.len() <= block.index() {
        function.blocks.push(BlockData::default());
    }
}

fn header(function: &mut Function, words: &mut Words<'_>) -> Result<()> {
    function.name = words.name()?;
    words.until_end(|words| {
        let word = words.word()?;
        let number =
            |prefix: &str| word.split_once('=').and_then(|(_, value)| value.strip_prefix(prefix)?.parse::<u32>().ok());
        match word.split('=').next().unwrap_or(word) {
            "{" => {}
            "literal" => function.kind = FunctionKind::Literal,
            "synthetic" => function.kind = FunctionKind::Synthetic,
            "native" => function.kind = FunctionKind::Native,
            "defers" => function.has_defers = true,
            "method" => {
                let ty = number("type").ok_or_else(|| words.fail("expected a type"))?;
                function.kind = FunctionKind::Method(TypeRef::from_u32(ty));
            }
            "signature" => {
                let ty = number("type").ok_or_else(|| words.fail("expected a type"))?;
                function.signature = Some(TypeRef::from_u32(ty));
            }
            "captures" => function.captures = number("").ok_or_else(|| words.fail("expected a number"))?,
            other => return Err(words.fail(format!("unexpected {other}"))),
        }
        Ok(())
    })
}

fn register(function: &mut Function, words: &mut Words<'_>) -> Result<()> {
    let reg: Reg = words.entity("v")?;
    words.expect(":")?;
    let repr = words.repr()?;
    let variable = if words.accept("=") { Some(words.name()?) } else { None };
    if function.regs.push(RegData { repr, variable }) == reg {
        Ok(())
    } else {
        Err(words.fail("registers must be numbered in order"))
    }
}

fn scope(function: &mut Function, words: &mut Words<'_>) -> Result<()> {
    let name: ScopeRef = words.entity("scope")?;
    let mut data = ScopeData::default();
    if words.accept("in ") {
        data.parent = Some(words.entity("scope")?);
    }
    data.grows_parent = words.accept("grows");
    if words.accept("after") {
        data.falls_from = Some(FallsFrom { clause: words.entity("scope")?, depth: words.entity("v")? });
    }
    while words.accept("(") {
        data.slots.push(slot(words)?);
    }
    if function.scopes.push(data) == name { Ok(()) } else { Err(words.fail("scopes must be numbered in order")) }
}

fn slot(words: &mut Words<'_>) -> Result<SlotData> {
    let name = words.name()?;
    let ty = if words.rest.starts_with("type") { Some(words.entity("type")?) } else { None };
    let place = if words.accept("static") {
        let bytes = words.number()?;
        SlotPlace::Static { bytes, visited: words.accept("visited") }
    } else if words.accept("cell") {
        SlotPlace::Cell(words.entity("v")?)
    } else {
        SlotPlace::Reg(words.entity("v")?)
    };
    words.expect(")")?;
    Ok(SlotData { name, ty, place })
}

fn entries(function: &mut Function, words: &mut Words<'_>) -> Result<()> {
    function.entry = words.entity("block")?;
    function.defer_entry = if words.accept("deferred") { words.entity("block")? } else { function.entry };
    function.recovery = if words.accept("recovery") { Some(words.entity("block")?) } else { None };
    for block in [Some(function.entry), Some(function.defer_entry), function.recovery].into_iter().flatten() {
        ensure_block(function, block);
    }
    Ok(())
}

fn instruction(function: &mut Function, words: &mut Words<'_>) -> Result<InstData> {
    let mut data = InstData::new(Op::Halt, Repr::Raw, &[], Position::default(), ScopeRef::from_u32(0));
    if words.rest.contains(" = ") {
        loop {
            data.results.push(words.entity("v")?);
            if !words.accept(",") {
                break;
            }
        }
        words.expect("=")?;
    }
    let name = words.word()?;
    let (op, repr) = name.split_once('.').ok_or_else(|| words.fail("expected op.repr"))?;
    data.op = Op::from_name(op).ok_or_else(|| words.fail(format!("unknown operation {op}")))?;
    data.repr = repr_named(repr).ok_or_else(|| words.fail(format!("unknown representation {repr}")))?;
    while words.starts_arg() {
        let arg = if words.rest.starts_with('v') { Arg::Reg(words.entity("v")?) } else { Arg::Bits(words.number()?) };
        data.args.push(arg);
        words.accept(",");
    }
    rest(function, words, &mut data)?;
    Ok(data)
}

fn rest(function: &mut Function, words: &mut Words<'_>, data: &mut InstData) -> Result<()> {
    if words.accept("#") {
        data.index = words.number()?;
    }
    if words.accept("@") {
        data.entity = entity(words)?;
    }
    if words.accept("->") {
        loop {
            let block = words.entity("block")?;
            ensure_block(function, block);
            data.targets.push(block);
            if !words.accept(",") {
                break;
            }
        }
    }
    if words.accept("[") {
        while !words.accept("]") {
            data.events.push(event(words)?);
        }
    }
    if words.rest.starts_with("scope") {
        data.scope = words.entity("scope")?;
    }
    if words.rest.is_empty() { Ok(()) } else { Err(words.fail(format!("unexpected {}", words.rest))) }
}

fn entity(words: &mut Words<'_>) -> Result<Entity> {
    if words.rest.starts_with("type") {
        Ok(Entity::Type(words.entity::<TypeRef>("type")?))
    } else if words.rest.starts_with("fn") {
        Ok(Entity::Func(words.entity::<FuncRef>("fn")?))
    } else if words.rest.starts_with("str") {
        Ok(Entity::Str(words.entity::<StrRef>("str")?))
    } else {
        Ok(Entity::Global(words.entity::<GlobalRef>("global")?))
    }
}

fn event(words: &mut Words<'_>) -> Result<Event> {
    if words.accept("+") {
        let bytes = words.number()?;
        return u32::try_from(bytes).map(Event::Alloc).map_err(|_| words.fail("allocation too large"));
    }
    let name = words.identifier()?;
    let class = OpClass::ALL.iter().copied().find(|class| class.name() == name);
    class.map(Event::Op).ok_or_else(|| words.fail(format!("unknown event {name}")))
}

fn repr_named(name: &str) -> Option<Repr> {
    Repr::ALL.iter().copied().find(|repr| repr.name() == name)
}

/// What is left of a line.
struct Words<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Words<'t> {
    fn fail(&self, message: impl Into<String>) -> ParseError {
        ParseError { line: self.line, message: message.into() }
    }

    fn advance(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest.trim_start();
        taken
    }

    /// Up to the next space.
    fn word(&mut self) -> Result<&'t str> {
        let end = self.rest.find(' ').unwrap_or(self.rest.len());
        if end == 0 { Err(self.fail("unexpected end of line")) } else { Ok(self.advance(end)) }
    }

    /// Letters and digits.
    fn identifier(&mut self) -> Result<&'t str> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
        if end == 0 { Err(self.fail("expected a name")) } else { Ok(self.advance(end)) }
    }

    fn accept(&mut self, token: &str) -> bool {
        let found = self.rest.starts_with(token);
        if found {
            self.advance(token.len());
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        if self.accept(token) { Ok(()) } else { Err(self.fail(format!("expected {token}"))) }
    }

    fn number(&mut self) -> Result<u64> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        self.advance(end).parse().map_err(|_| self.fail("expected a number"))
    }

    fn entity<E: EntityRef>(&mut self, prefix: &str) -> Result<E> {
        if !self.accept(prefix) {
            return Err(self.fail(format!("expected {prefix}N")));
        }
        let number = self.number()?;
        let small = u32::try_from(number).map_err(|_| self.fail("number too large"))?;
        // Tables are built densely, so a wild index would allocate as much.
        if small > 1 << 20 { Err(self.fail("number too large")) } else { Ok(E::new(small as usize)) }
    }

    fn repr(&mut self) -> Result<Repr> {
        let word = self.word()?;
        repr_named(word).ok_or_else(|| self.fail(format!("unknown representation {word}")))
    }

    /// A plain or quoted name.
    fn name(&mut self) -> Result<String> {
        if !self.rest.starts_with('"') {
            return Ok(self.word()?.to_owned());
        }
        let mut name = String::new();
        let mut escaped = false;
        for (index, c) in self.rest.char_indices().skip(1) {
            match c {
                '"' if !escaped => {
                    self.advance(index + 1);
                    return Ok(name);
                }
                '\\' if !escaped => escaped = true,
                _ => {
                    name.push(c);
                    escaped = false;
                }
            }
        }
        Err(self.fail("unterminated name"))
    }

    fn starts_arg(&self) -> bool {
        let mut chars = self.rest.chars();
        match chars.next() {
            Some('v') => chars.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) => c.is_ascii_digit(),
            None => false,
        }
    }

    fn until_end(&mut self, mut step: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        while !self.rest.is_empty() {
            step(self)?;
        }
        Ok(())
    }
}
