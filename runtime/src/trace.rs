//! Stack traces (spec/05 §7): which calls were on the stack, and how the reference shows them.
//!
//! A trace is taken when a panic is raised and shown only if nothing catches it, so it holds places, not text; and at most the
//! first and last 64 calls, so that taking one does not depend on the depth of the stack.

use crate::machine::Machine;
use crate::realm::CallFrame;
use regno_bytecode::module::FunctionKind;
use regno_bytecode::op::{Op, code_of};
use std::collections::VecDeque;
use std::fmt::Write;

/// Calls kept at each end.
const END: usize = 64;
/// Traces kept; those of older panics are given up.
const KEPT: usize = 64;

/// A call in a trace.
#[derive(Clone, Copy, Debug)]
struct Entry {
    func: u32,
    call_pc: Option<u32>,
    deferred: bool,
    /// Line at which the function was; `None` for the inside of a native.
    line: Option<u32>,
}

/// The calls on the stack at one moment, top to bottom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    entries: Vec<Entry>,
    elided: usize,
}

/// Traces of the latest panics.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    latest: VecDeque<(u32, Trace)>,
}

impl Traces {
    /// Keeps the trace of the panic with this number.
    pub fn keep(&mut self, number: u32, trace: Trace) {
        self.latest.retain(|(known, _)| *known < number);
        if self.latest.len() == KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back((number, trace));
    }

    fn of(&self, number: u32) -> Option<&Trace> {
        self.latest.iter().find(|(known, _)| *known == number).map(|(_, trace)| trace)
    }
}

/// Whether the operation of a word is that of a predeclared function, in whose frame it fails.
pub(crate) fn fails_in_native(word: u64) -> bool {
    matches!(
        Op::from_code(code_of(word)),
        Some(
            Op::Append
                | Op::CopySlice
                | Op::DeleteMap
                | Op::MakeSlice
                | Op::MakeMap
                | Op::CheckRevive
                | Op::Stringify
                | Op::Abort
        )
    )
}

impl Machine {
    /// The calls on the stack; the top one is at `pc`.
    pub(crate) fn trace(&mut self, pc: u32) -> Trace {
        let (top, bottom, total) = self.cx.end_frames(pc, END * 2);
        let method = self.cx.caller_of_made(pc);
        let linked = &self.cx.linked;
        let native = |func: u32| linked.tables.get(func as usize).is_some_and(|f| f.kind == FunctionKind::Native);
        let named_panic = |func: u32| linked.tables.get(func as usize).is_some_and(|f| f.name == "panic");
        // A call that failed once its frame was there: the line is that of the call. So it is in a predeclared method.
        let mut above = Some(self.failed_call.take().or(method).unwrap_or(pc));
        let mut entry = |frame: &CallFrame, first: bool| {
            let line = above.and_then(|pc| linked.line_at(pc)).unwrap_or(0);
            above = frame.call_pc;
            let line = if first && native(frame.func) { None } else { Some(line) };
            Entry { func: frame.func, call_pc: frame.call_pc, deferred: frame.deferred, line }
        };
        let mut entries: Vec<Entry> = Vec::new();
        for (index, frame) in top.iter().enumerate() {
            let made = entry(frame, index == 0);
            if !named_panic(frame.func) {
                entries.push(made);
            }
        }
        // A predeclared function has no frame here, a predeclared method one that is left out.
        let native = method.or_else(|| Some(pc).filter(|&pc| fails_in_native(self.cx.code_word(pc))));
        if native.is_some_and(|pc| linked.text_at(pc).is_some())
            && let Some(first) = entries.first_mut()
        {
            let line = first.line;
            entries.insert(0, Entry { func: u32::MAX, call_pc: native, deferred: false, line });
        }
        let mut elided = 0;
        if bottom.is_empty() && entries.len() > END * 2 {
            elided = entries.len() - END * 2;
            entries.drain(END..END + elided);
        } else if !bottom.is_empty() {
            entries.truncate(END);
            let mut last: Vec<Entry> = bottom.iter().map(|frame| entry(frame, false)).collect();
            let kept = last.len().min(END);
            entries.extend(last.drain(last.len() - kept..));
            elided = total.saturating_sub(entries.len());
        }
        Trace { entries, elided }
    }

    /// Keeps where the panic raised last came from.
    pub(crate) fn keep_trace(&mut self) {
        let pc = self.cx.pc_of(self.cx.ip);
        let trace = self.trace(pc);
        if self.cx.error_output.is_some() {
            // Package `testing` asks for it when it catches the panic.
            self.cx.last_trace = self.show_trace(&trace);
        }
        self.traces.keep(self.cx.roots.exception, trace);
    }

    /// The text of a trace.
    pub(crate) fn show_trace(&self, trace: &Trace) -> String {
        let mut text = String::new();
        for (index, entry) in trace.entries.iter().enumerate() {
            if index == END && trace.elided != 0 {
                let _ = writeln!(text, "...{} frame(s) elided...", trace.elided);
            }
            self.show_entry(entry, index + 1 == trace.entries.len(), &mut text);
        }
        text
    }

    fn show_entry(&self, entry: &Entry, bottom: bool, text: &mut String) {
        let linked = &self.cx.linked;
        let table = linked.tables.get(entry.func as usize);
        let call = entry.call_pc.and_then(|pc| linked.text_at(pc)).map(|call| &call.text);
        let call = call.or_else(|| self.bottom_call.as_ref().filter(|_| bottom)).cloned();
        let call = call.unwrap_or_else(|| format!("{}()", table.map_or("", |table| table.name.as_str())));
        let prefix = if entry.deferred { "defer " } else { "" };
        let (path, file) = match (linked.package_of(entry.func), table) {
            (Some(package), Some(table)) => {
                let file = package.file_names.get(table.declared_at.0 as usize);
                (package.path.as_str(), file.map_or("", String::as_str))
            }
            _ => ("", ""),
        };
        let _ = match entry.line {
            None => writeln!(text, "{prefix}{call}\n    gonative:{path}/{file}"),
            Some(line) => writeln!(text, "{prefix}{call}\n    {path}/{file}:{line}"),
        };
    }

    /// The trace of the uncaught panics with these numbers and texts, oldest first.
    pub(crate) fn show_panics(&self, panics: &[(u32, String)]) -> String {
        let mut text = String::new();
        let mut show = |(number, value): &(u32, String)| {
            let _ = writeln!(text, "panic: {value}");
            if let Some(trace) = self.traces.of(*number) {
                text.push_str(&self.show_trace(trace));
            }
            std::mem::take(&mut text)
        };
        let Some(oldest) = panics.first() else { return String::new() };
        let mut all = show(oldest);
        if let [_, between @ .., newest] = panics {
            if !between.is_empty() {
                let _ = writeln!(all, "... {} panic(s) elided ...", between.len());
            }
            all.push_str(&show(newest));
        }
        all
    }
}
