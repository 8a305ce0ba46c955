//! Segments, events, event prefixes, positions and scopes.

use super::code::Starts;
use super::{Check, VerifyError, ensure};
use regno_bytecode::event::Event;
use regno_bytecode::module::{BlockKind, Function, Module, Segment, SlotPlace};
use regno_bytecode::op::{Op, field_a, field_long};

pub(super) fn verify(module: &Module, function: &Function, starts: &Starts) -> Result<(), VerifyError> {
    segments(function, starts)?;
    events(function)?;
    prefixes(function, starts)?;
    debug_tables(module, function)
}

fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Each segment word has its index, each segment its word.
fn segments(function: &Function, starts: &Starts) -> Result<(), VerifyError> {
    let mut count = 0_usize;
    for (pc, &word) in function.code.iter().enumerate() {
        if starts.op_at(pc) != Some(Op::Segment) {
            continue;
        }
        let number = index(field_long(word));
        let listed = function.segments.get(number).is_some_and(|segment| index(segment.pc) == pc);
        ensure(listed && number == count && field_a(word) == 0, Check::SegmentTable, || {
            format!("segment word {number} is not segment {count} of the table")
        })
        .map_err(|error| error.at(pc))?;
        count += 1;
    }
    ensure(count == function.segments.len(), Check::SegmentTable, || {
        format!("{} segments, {count} segment words", function.segments.len())
    })?;
    ensure(starts.op_at(0) == Some(Op::Segment), Check::SegmentTable, || {
        "the code does not start with a segment".to_owned()
    })
}

fn events(function: &Function) -> Result<(), VerifyError> {
    let mut end = 0_u32;
    for Segment { pc, events_start, events_end } in &function.segments {
        ensure(*events_start == end && events_end >= events_start, Check::EventTable, || {
            format!("segment at {pc}: events {events_start}..{events_end} after {end}")
        })?;
        end = *events_end;
    }
    ensure(index(end) == function.events.len(), Check::EventTable, || "events outside of all segments".to_owned())?;
    let known = function.events.iter().all(|&word| Event::unpack(word).is_some());
    ensure(known, Check::EventTable, || "unknown event".to_owned())
}

fn prefixes(function: &Function, starts: &Starts) -> Result<(), VerifyError> {
    ensure(function.event_ends.len() == function.code.len(), Check::EventPrefix, || {
        format!("{} prefixes for {} words", function.event_ends.len(), function.code.len())
    })?;
    let mut current = (0_u32, 0_u32);
    let mut next_segment = function.segments.iter();
    for (pc, &end) in function.event_ends.iter().enumerate() {
        // Of words that are no instructions nothing more is asked: nothing is charged there.
        ensure(index(end) <= function.events.len(), Check::EventPrefix, || format!("prefix {end} beyond all events"))
            .map_err(|error| error.at(pc))?;
        if starts.op_at(pc) == Some(Op::Segment) {
            current = next_segment.next().map_or(current, |segment| (segment.events_start, segment.events_end));
            continue;
        }
        if starts.op_at(pc).is_none() {
            continue;
        }
        ensure(current.0 <= end && end <= current.1, Check::EventPrefix, || {
            format!("prefix {end} outside {}..{}", current.0, current.1)
        })
        .map_err(|error| error.at(pc))?;
        current.0 = end;
    }
    Ok(())
}

fn debug_tables(module: &Module, function: &Function) -> Result<(), VerifyError> {
    let check = Check::DebugTable;
    let ordered = function.lines.windows(2).all(|pair| matches!(pair, [a, b] if a.pc <= b.pc))
        && function.texts.windows(2).all(|pair| matches!(pair, [a, b] if a.pc <= b.pc))
        && function.scope_map.windows(2).all(|pair| matches!(pair, [a, b] if a.0 <= b.0));
    ensure(ordered, check, || "positions or scopes are not in order".to_owned())?;
    let files = function.lines.iter().all(|line| index(line.file) < module.files.len().max(1));
    ensure(files, check, || "a position names no file".to_owned())?;
    let scopes = function.scope_map.iter().all(|&(_, scope)| index(scope) < function.scopes.len());
    ensure(scopes, check, || "a scope does not exist".to_owned())?;
    for (number, scope) in function.scopes.iter().enumerate() {
        // Each encloses only later ones, so that following them ends.
        ensure(scope.parent.is_none_or(|parent| index(parent) < number), check, || {
            format!("scope {number}: its parent does not come before it")
        })?;
        let placed = scope.slots.iter().all(|slot| match slot.place {
            SlotPlace::Register(register) | SlotPlace::Cell(register) => u32::from(register) < function.frame_size,
            SlotPlace::Static { .. } | SlotPlace::Never => true,
        });
        ensure(placed, check, || format!("scope {number}: a slot lies outside the frame"))?;
        let falls = scope
            .falls_from
            .is_none_or(|falls| index(falls.clause) < number && u32::from(falls.depth) < function.frame_size);
        ensure(falls, check, || format!("scope {number}: the clause before it is not sound"))?;
    }
    states(module, function)
}

/// States are in order, and each encloses only later ones, so that following them ends.
fn states(module: &Module, function: &Function) -> Result<(), VerifyError> {
    let check = Check::DebugTable;
    let ordered =
        function.state_map.windows(2).all(|pair| matches!(pair, [a, b] if a.pc <= b.pc && a.event <= b.event));
    let known = function.state_map.iter().all(|entry| index(entry.state) < function.states.len());
    ensure(ordered && known, check, || "block states are not in order".to_owned())?;
    for (number, state) in function.states.iter().enumerate() {
        let enclosed = state.outer.is_none_or(|outer| index(outer) < number);
        let sound = match &state.block {
            BlockKind::Called => true,
            BlockKind::Package { files } => index(*files) <= module.file_imports.len(),
            BlockKind::Scope { scope, .. } => index(*scope) < function.scopes.len(),
            BlockKind::Native { args, .. } => args.iter().all(|arg| match arg.place {
                SlotPlace::Register(register) | SlotPlace::Cell(register) => u32::from(register) < function.frame_size,
                SlotPlace::Static { .. } | SlotPlace::Never => true,
            }),
        };
        ensure(enclosed && sound, check, || format!("block state {number} is not sound"))?;
    }
    Ok(())
}
