//! Messages: a crossing call from outside, and the evaluation of a query (spec/07 §3, §4, §13).
//!
//! The function that a message calls is at the bottom of the stack: the expression that calls it has no frame. Its realm is switched
//! to as by any call with `cross`; when it returns the machine is where a run ends.

use super::Missing;
use crate::config::Config;
use crate::heap::{Ref, SliceHeader, Trap};
use crate::interp::Cx;
use crate::load::{Program, RUN_RETURNED, SWITCH_RETURNED};
use crate::machine::{Machine, RunError};
use crate::meter::{Descriptor, Meter, Stop, StoreOp};
use crate::panic::Activation;
use crate::print;
use crate::value::TypeIndex;
use crate::value::types::Kind;
use regno_bytecode::event::{OpClass, size};
use regno_bytecode::path::is_realm;
use regno_bytecode::types::Repr;
use regno_store::base64;
use regno_store::model::Realm;
use regno_store::{PkgId, Snapshot, Space, decode, encode, keys};
use std::sync::Arc;

/// Gas of parsing `pkg.F(cross)`, and of one more argument (spec/02 §11).
const PARSE_CALL: i64 = 23;
const PARSE_ARGUMENT: i64 = 9;
/// Fields of a realm value.
const REALM_FIELDS: i64 = 3;
/// What evaluating `pkg.F` charges: the selector, its package, and the package's name.
const EVALUATE_FUNCTION: [OpClass; 3] = [OpClass::Eval, OpClass::Eval, OpClass::Selector];

fn fatal(text: impl Into<String>) -> RunError {
    RunError::Fatal(text.into())
}

impl Machine {
    /// A machine for a message: it goes on with what is stored.
    ///
    /// # Errors
    ///
    /// The heap limit.
    pub fn open(program: &Program, config: Config, below: Box<dyn Snapshot>) -> Result<Machine, RunError> {
        let mut machine = Machine::empty(program, config);
        machine.reopen(below)?;
        machine.fail_if_stopped();
        Ok(machine)
    }

    /// Calls a crossing function of a stored realm with arguments given as text and gives the texts of its results (spec/07 §3, §4).
    /// The realm is finalized when the function returns.
    ///
    /// # Errors
    ///
    /// How the call failed; then the machine cannot run any more.
    pub fn call(&mut self, path: &str, name: &str, args: &[String]) -> Result<Vec<String>, RunError> {
        self.forget_parse();
        let linked = Arc::clone(&self.cx.linked);
        let package = linked.paths.get(path).copied();
        let package = package.ok_or_else(|| fatal(format!("unexpected node with location {path}:0:0")))?;
        self.cx.load_unpaid(package).map_err(|trap| self.end(trap))?;
        let func = self.function(path, name).ok_or_else(|| fatal(format!("name {name} not declared")))?;
        let (params, results) = self.cx.signature(func);
        let crossing = params.first().is_some_and(|&ty| linked.types.get(ty).id == ".uverse.realm");
        if !crossing || !is_realm(path) {
            return Err(fatal(format!(
                "function {name} is non-crossing and cannot be called with MsgCall; query with vm/qeval or use MsgRun"
            )));
        }
        self.cx.meter.parse(PARSE_CALL + PARSE_ARGUMENT * args.len() as i64).map_err(|trap| self.end(trap))?;
        let (want, got) = (params.len(), args.len() + 1);
        if want != got {
            return Err(fatal(format!("wrong number of arguments in call to {name}: want {want} got {got}")));
        }
        let mut values = vec![0];
        for (&ty, text) in params.iter().skip(1).zip(args) {
            values.push(self.cx.argument(ty, text)?);
        }
        if !name.starts_with(char::is_uppercase) {
            return Err(fatal(format!(
                ":0:0: cannot access {path}.{name} from :\n--- preprocess stack ---\nstack 0: package(main )\n------------------------"
            )));
        }
        if let Some(place) = values.first_mut() {
            *place = self.cx.new_realm_value(package).map_err(|trap| self.end(trap))?;
        }
        self.bottom_call = Some(self.cx.call_text(name, &params, &values).map_err(|trap| self.end(trap))?);
        self.cx.charge_call(args.len()).map_err(|trap| self.end(trap))?;
        self.start_crossing(func, &values)?;
        self.finish_run()?;
        self.cx.meter.op(OpClass::Halt).map_err(|trap| self.end(trap))?;
        let texts = results.iter().enumerate().map(|(index, &ty)| {
            let value = self.cx.register(index as u16);
            self.cx.typed_text(ty, value).map_err(|trap| self.end(trap))
        });
        texts.collect()
    }

    /// Calls a function without parameters of a package, which may have more names than are stored, with the package as the active
    /// realm. It gives a slice of interface values: their texts.
    ///
    /// # Errors
    ///
    /// As [`Machine::call`].
    pub fn evaluate(&mut self, path: &str, name: &str) -> Result<Vec<String>, RunError> {
        self.forget_parse();
        let linked = Arc::clone(&self.cx.linked);
        let missing = || fatal(format!("name {name} not declared"));
        let package = linked.paths.get(path).copied().ok_or_else(missing)?;
        if let Some(realm) = self.cx.roots.realm.as_deref_mut() {
            realm.extended = Some(package);
        }
        self.load_package(package)?;
        let func = self.function(path, name).ok_or_else(missing)?;
        self.cx.set_active_realm(linked.realm_of(func));
        self.start_with(func, &[])?;
        self.finish_run()?;
        let slice = Ref::of(self.cx.register(0));
        if slice.is_nil() {
            return Ok(Vec::new());
        }
        let header = self.cx.heap.slice(slice);
        let results = self.cx.signature(func).1;
        let ty = match results.first().map(|&ty| &linked.types.get(ty).kind) {
            Some(&Kind::Slice { elem, .. }) => elem,
            _ => 0,
        };
        let texts = (0..header.count()).map(|index| {
            let value = self.cx.heap.slot(header.base, header.offset + index);
            self.cx.typed_text(ty, value).map_err(|trap| self.end(trap))
        });
        texts.collect()
    }

    /// What the program lacks of what is stored, if that is why the machine failed: it is to be linked, and the message to be run again.
    pub fn missing(&self) -> Option<&Missing> {
        self.cx.roots.realm.as_deref().and_then(|realm| realm.missing.as_ref())
    }

    /// Nothing of a package may be kept by other realms; to be said before the package is made.
    pub fn set_private(&mut self, package: u32) {
        if let Some(state) =
            self.cx.roots.realm.as_deref_mut().and_then(|realm| realm.packages.get_mut(package as usize))
        {
            state.private = true;
        }
    }

    /// Changes the record of a realm, or of what stands for it in a package without one: reads and writes it, at the price of both.
    ///
    /// # Errors
    ///
    /// What the store, a limit or `change` says; then the machine cannot run any more.
    pub fn change_realm(
        &mut self,
        path: &str,
        change: impl FnOnce(&mut Realm) -> Result<(), String>,
    ) -> Result<(), RunError> {
        let changed = self.cx.read_realm(path).and_then(|record| {
            let mut record =
                record.unwrap_or_else(|| Realm { id: PkgId::of_path(path), path: path.to_owned(), ..Realm::default() });
            change(&mut record).map_err(Trap::abort)?;
            self.cx.write_realm(&record)
        });
        changed.map_err(|trap| self.end(trap))
    }

    /// Pushes the frame of a crossing function, called by nobody.
    fn start_crossing(&mut self, func: u32, args: &[u64]) -> Result<(), RunError> {
        (self.stage_run, self.stage_run_at_start) = (false, false);
        self.start_with(func, args)?;
        self.cx.returns_to(SWITCH_RETURNED);
        self.cx.roots.activations.push(Activation::Switch {
            pc: RUN_RETURNED,
            resume: RUN_RETURNED,
            last: None,
            with_cross: true,
            did_crossing: true,
            callee: 0,
            revive: None,
            bottom: false,
        });
        self.cx.set_active_realm(self.cx.linked.realm_of(func));
        Ok(())
    }
}

impl Cx {
    /// Loads the package that a message calls, and counts the package that its expression stands in: bytes that cost nothing, because
    /// there is no machine yet (spec/03 §6).
    fn load_unpaid(&mut self, package: u32) -> Result<(), Trap> {
        self.meter.set_unpaid(true);
        self.ensure_package(package)?;
        self.charge_load(i64::from(size::PACKAGE + size::BLOCK + size::SLOT))?;
        self.meter.set_unpaid(false);
        Ok(())
    }

    /// Types of the parameters and results of a function.
    fn signature(&self, func: u32) -> (Vec<TypeIndex>, Vec<TypeIndex>) {
        let ty = self.linked.types.func(func).and_then(|func| func.signature);
        match ty.map(|ty| &self.linked.types.get(ty).kind) {
            Some(Kind::Func { params, results, .. }) => (params.clone(), results.clone()),
            _ => (Vec::new(), Vec::new()),
        }
    }

    /// What evaluating `pkg.F(cross, arg0, …)` charges up to the function's body (spec/02 §11).
    fn charge_call(&mut self, args: usize) -> Result<(), Trap> {
        self.meter.op(OpClass::Eval)?;
        EVALUATE_FUNCTION.into_iter().try_for_each(|op| self.meter.op(op))?;
        (0..=args).try_for_each(|_| self.meter.op(OpClass::Eval))?;
        self.meter.op(OpClass::Precall)?;
        // The realm value (spec/03 §4.1).
        self.charge_load(i64::from(size::SLOT) * REALM_FIELDS)?;
        self.charge_load(i64::from(size::STRUCT))?;
        self.meter.op(OpClass::EnterCrossing)?;
        self.meter.op(OpClass::Call)
    }

    /// The text of a value as results show it: `(value type)`.
    fn typed_text(&self, ty: TypeIndex, value: u64) -> Result<String, Trap> {
        let mut out = Vec::new();
        print::sprint_typed(&self.heap, &self.linked.types, ty, value, &mut out, self.max_output)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    /// The expression of a message as traces show it (spec/05 §7.3); the value for `cross` comes first.
    fn call_text(&self, name: &str, params: &[TypeIndex], values: &[u64]) -> Result<String, Trap> {
        let mut text = format!("pkg<VPBlock(1,0)>.{name}(undefined");
        for (&ty, &value) in params.iter().zip(values).skip(1) {
            text.push(',');
            if self.linked.types.get(ty).repr == Repr::Str {
                text.push_str(&String::from_utf8_lossy(self.heap.string(value)));
            } else {
                // `(value type)`
                let typed = self.typed_text(ty, value)?;
                let value = typed.rsplit_once(' ').map_or("", |(value, _)| value);
                text.push_str(value.trim_start_matches('('));
            }
        }
        text.push(')');
        Ok(text)
    }

    /// An argument from its text (spec/07 §3.1).
    fn argument(&mut self, ty: TypeIndex, text: &str) -> Result<u64, RunError> {
        let info = self.linked.types.get(ty);
        let (repr, kind) = (info.repr, info.kind.clone());
        let base = self.linked.types.get(info.underlying).id.clone();
        let full = |_| fatal("heap size limit exceeded");
        Ok(match repr {
            Repr::Bool => match text {
                "true" => 1,
                "false" => 0,
                _ => return Err(fatal(format!("unexpected bool value {text:?}"))),
            },
            Repr::Str => self.heap.new_string(text.as_bytes()).map_err(full)?,
            repr if repr.is_int() => repr.word(integer(&base, repr, text).map_err(fatal)?),
            Repr::F32 | Repr::F64 => float(&base, repr, text).map_err(fatal)?,
            Repr::Slice => match kind {
                Kind::Slice { bytes: true, .. } => {
                    let data = bytes(text).map_err(fatal)?;
                    let base = self.heap.new_data(data.len()).map_err(full)?;
                    self.heap.bytes_mut(base).copy_from_slice(&data);
                    let (len, cap) = (data.len() as i32, data.len() as u32);
                    self.heap
                        .new_slice(SliceHeader { base, offset: 0, len, cap, variadic: false })
                        .map_err(full)?
                        .slot()
                }
                _ => return Err(fatal("unexpected slice type in contract arg")),
            },
            Repr::Array => match kind {
                Kind::Array { bytes: true, len, .. } => {
                    let data = bytes(text).map_err(fatal)?;
                    if data.len() as u64 != len {
                        let text = format!("array length mismatch: declared [{len}]byte, got {} bytes", data.len());
                        return Err(fatal(text));
                    }
                    let base = self.heap.new_data(data.len()).map_err(full)?;
                    self.heap.bytes_mut(base).copy_from_slice(&data);
                    base.slot()
                }
                _ => return Err(fatal("unexpected array type in contract arg")),
            },
            _ => return Err(fatal(format!("unexpected type in contract arg: {}", self.linked.types.get(ty).name))),
        })
    }

    /// The record of a realm.
    fn read_realm(&mut self, path: &str) -> Result<Option<Realm>, Trap> {
        let key = keys::realm(PkgId::of_path(path));
        let Some(bytes) = self.fetch(Space::Base, &key)? else { return Ok(None) };
        self.charge_store(StoreOp::GetRealm, bytes.len())?;
        decode::realm(&bytes).map(Some).map_err(|error| super::save::damaged(key, error))
    }

    fn write_realm(&mut self, record: &Realm) -> Result<(), Trap> {
        let bytes = encode::realm(record);
        self.charge_store(StoreOp::SetRealm, bytes.len())?;
        self.realm_state()?.tx.set(Space::Base, keys::realm(record.id), bytes);
        Ok(())
    }
}

impl Meter {
    /// Charges scanning a message's expression.
    fn parse(&mut self, gas: i64) -> Result<(), Trap> {
        self.charge_parse(gas);
        if self.is_out_of_gas() {
            self.stopped = Some(Stop::OutOfGas(Descriptor::Parsing));
            return Err(Trap::Stop);
        }
        Ok(())
    }
}

fn refuse_plus(text: &str) -> Result<(), String> {
    if text.starts_with('+') { Err("numbers cannot start with +".to_owned()) } else { Ok(()) }
}

/// Slot of an integer.
fn integer(ty: &str, repr: Repr, text: &str) -> Result<u64, String> {
    refuse_plus(text)?;
    let digits = if repr.is_signed() { text.strip_prefix('-').unwrap_or(text) } else { text };
    let parser = if repr.is_signed() { "ParseInt" } else { "ParseUint" };
    let failed = |what: &str| format!("error parsing {ty} {text:?}: strconv.{parser}: parsing {text:?}: {what}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(failed("invalid syntax"));
    }
    let range = || failed("value out of range");
    let bits = repr.bits();
    if repr.is_signed() {
        let value: i64 = text.parse().map_err(|_| range())?;
        let shift = 64 - bits;
        if value << shift >> shift == value { Ok(value as u64) } else { Err(range()) }
    } else {
        let value: u64 = text.parse().map_err(|_| range())?;
        if value.checked_shr(bits).unwrap_or(0) == 0 { Ok(value) } else { Err(range()) }
    }
}

/// Slot of a float. A NaN has the bits of the reference's host (spec/07 §3.1).
fn float(ty: &str, repr: Repr, text: &str) -> Result<u64, String> {
    refuse_plus(text)?;
    let single = repr == Repr::F32;
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let word = rest.to_ascii_lowercase();
    if let Some(digits) = word.strip_prefix("nan")
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return match (negative, single) {
            (true, _) => {
                Err(format!("error parsing {ty} {text:?}: strconv.ParseFloat: parsing \"-NaN\": invalid syntax"))
            }
            (false, true) => Ok(0x7fc0_0000),
            (false, false) => Ok(0x7ff8_0000_0000_0001),
        };
    }
    let infinity = matches!(word.as_str(), "inf" | "infinity");
    let (mantissa, exponent) = word.split_once('e').map_or((word.as_str(), None), |(m, e)| (m, Some(e)));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let points = mantissa.bytes().filter(|&byte| byte == b'.').count();
    if !infinity && (digits == 0 || points > 1 || digits + points != mantissa.len()) {
        return Err(format!("error parsing {ty} {text:?}: parse mantissa: {mantissa}"));
    }
    if let Some(exponent) = exponent.filter(|_| !infinity) {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.len() > 9 {
            return Err(format!("error parsing {ty} {text:?}: parse exponent: {exponent}"));
        }
    }
    let range = || {
        let text = &text;
        format!("error value exceeds {ty} precision {text:?}: strconv.ParseFloat: parsing {text:?}: value out of range")
    };
    let unreadable = |_| format!("error parsing {ty} {text:?}: parse mantissa: {mantissa}");
    if single {
        let value: f32 = text.parse().map_err(unreadable)?;
        if value.is_infinite() && !infinity { Err(range()) } else { Ok(u64::from(value.to_bits())) }
    } else {
        let value: f64 = text.parse().map_err(unreadable)?;
        if value.is_infinite() && !infinity { Err(range()) } else { Ok(value.to_bits()) }
    }
}

/// Bytes in base 64.
fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let digits: String = text.chars().filter(|&c| c != '\r' && c != '\n').collect();
    base64::decode(&digits).ok_or_else(|| {
        let valid = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        let at = text.bytes().position(|byte| !valid(&byte) && !matches!(byte, b'\r' | b'\n')).unwrap_or(text.len());
        format!("error parsing byte array {text:?}: illegal base64 data at input byte {at}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        assert_eq!(integer("int8", Repr::I8, "-128"), Ok((-128_i64) as u64));
        assert_eq!(integer("int", Repr::I64, "-0"), Ok(0));
        assert_eq!(integer("uint8", Repr::U8, "00255"), Ok(255));
        assert_eq!(integer("uint64", Repr::U64, "18446744073709551615"), Ok(u64::MAX));
        let text = "error parsing int8 \"128\": strconv.ParseInt: parsing \"128\": value out of range";
        assert_eq!(integer("int8", Repr::I8, "128"), Err(text.to_owned()));
        let text = "error parsing uint \"-1\": strconv.ParseUint: parsing \"-1\": invalid syntax";
        assert_eq!(integer("uint", Repr::U64, "-1"), Err(text.to_owned()));
        assert_eq!(integer("int", Repr::I64, "+1"), Err("numbers cannot start with +".to_owned()));
        for text in ["", "-", "1_0", "0x1", " 1"] {
            assert!(integer("int", Repr::I64, text).is_err(), "{text}");
        }
    }

    #[test]
    fn floats() {
        for (text, want) in [
            (".5", 0.5),
            ("5.", 5.0),
            ("00.1", 0.1),
            ("1e-400", 0.0),
            ("Inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(float("float64", Repr::F64, text), Ok(want.to_bits()), "{text}");
        }
        assert_eq!(float("float64", Repr::F64, "-0"), Ok((-0.0_f64).to_bits()));
        assert_eq!(float("float64", Repr::F64, "nan123"), Ok(0x7ff8_0000_0000_0001));
        assert_eq!(float("float32", Repr::F32, "NaN"), Ok(0x7fc0_0000));
        for text in ["", ".", "0x1", "1_0", " 1", "1e", "sNaN", "-NaN", "+1", "1e400", "--1", "1e5e5", "in"] {
            assert!(float("float64", Repr::F64, text).is_err(), "{text}");
        }
        assert!(float("float32", Repr::F32, "1e40").is_err());
    }
}
