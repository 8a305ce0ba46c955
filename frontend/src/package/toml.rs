//! A reader for TOML documents, as far as `gnomod.toml` needs them: everything but the meaning of dates.
//!
//! Keys keep the position of their definition. Duplicates and malformed text are errors in the words of the reference's reader
//! (spec/01 §2.3).

use crate::limits::Limits;
use indexmap::IndexMap;
use std::fmt;

/// Line and column, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct At(pub(super) u32, pub(super) u32);

/// What is wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TomlError {
    pub(super) at: At,
    pub(super) message: String,
}

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {}): {}", self.at.0, self.at.1, self.message)
    }
}

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A date or time as written.
    Date(String),
    Array(Vec<Value>),
    Table(Table),
    Tables(Vec<Table>),
}

impl Value {
    /// The reference's host type and text of a value, for messages: `0.9(float64)`.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::String(text) => format!("{text}(string)"),
            Self::Integer(value) => format!("{value}(int64)"),
            Self::Float(value) => format!("{value}(float64)"),
            Self::Bool(value) => format!("{value}(bool)"),
            Self::Date(text) => format!("{text}(time.Time)"),
            Self::Array(_) => "(array)".to_owned(),
            Self::Table(_) => "(*toml.Tree)".to_owned(),
            Self::Tables(_) => "([]*toml.Tree)".to_owned(),
        }
    }
}

/// A table: keys in order, each with its position.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Table {
    entries: IndexMap<String, (At, Value)>,
    /// It was opened by a header of its own.
    defined: bool,
}

impl Table {
    /// The value of a key, which may also be written in lower or upper case.
    pub(super) fn get(&self, key: &str) -> Option<(At, &Value)> {
        let found =
            [key.to_owned(), key.to_lowercase(), key.to_uppercase()].iter().find_map(|key| self.entries.get(key));
        found.map(|(at, value)| (*at, value))
    }
}

type Result<T> = std::result::Result<T, TomlError>;

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<Table> {
    let mut reader = Reader { text, at: 0, line: 1, column: 1, depth: 0 };
    reader.document()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
    depth: u32,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Table> {
        let mut root = Table::default();
        let mut path: Vec<String> = Vec::new();
        loop {
            self.skip_blank();
            let at = self.position();
            match self.peek() {
                None => return Ok(root),
                Some('[') => path = self.header(&mut root)?,
                Some(_) => {
                    let (keys, value) = self.pair()?;
                    let whole: Vec<String> = path.iter().cloned().chain(keys).collect();
                    insert(&mut root, &whole, at, value)?;
                }
            }
            self.end_of_line()?;
        }
    }

    /// `[a.b]` or `[[a.b]]`.
    fn header(&mut self, root: &mut Table) -> Result<Vec<String>> {
        let at = self.position();
        self.bump();
        let array = self.eat('[');
        self.skip_spaces();
        let keys = self.keys("]")?;
        self.skip_spaces();
        if !self.eat(']') || (array && !self.eat(']')) {
            return Err(self.error(if array { "unclosed table array key" } else { "unclosed table key" }));
        }
        let Some((last, outer)) = keys.split_last() else { return Err(self.error("empty table key")) };
        let table = descend(root, outer, at)?;
        let name = keys.join(".");
        let entry = table.entries.get_mut(last);
        match (entry, array) {
            (None, true) => {
                table.entries.insert(last.clone(), (at, Value::Tables(vec![Table::default()])));
            }
            (None, false) => {
                let new = Table { defined: true, ..Table::default() };
                table.entries.insert(last.clone(), (at, Value::Table(new)));
            }
            (Some((_, Value::Tables(tables))), true) => tables.push(Table::default()),
            (Some((_, Value::Table(table))), false) if !table.defined => table.defined = true,
            (Some(_), true) => {
                return Err(TomlError {
                    at,
                    message: format!("key {name} is already assigned and not of type table array"),
                });
            }
            (Some(_), false) => return Err(TomlError { at, message: "duplicated tables".to_owned() }),
        }
        Ok(keys)
    }

    /// A dotted key, up to `end`.
    fn keys(&mut self, end: &str) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        loop {
            self.skip_spaces();
            keys.push(match self.peek() {
                Some('"') => self.basic_string()?,
                Some('\'') => self.literal_string()?,
                Some(c) if is_bare(c) => self.take_while(is_bare),
                Some('\n' | '\r') | None => return Err(self.unexpected(end)),
                Some(c) => return Err(self.error(&format!("keys cannot contain {c} character"))),
            });
            self.skip_spaces();
            if !self.eat('.') {
                return Ok(keys);
            }
        }
    }

    fn value(&mut self) -> Result<Value> {
        match self.peek() {
            Some('"') if self.rest().starts_with("\"\"\"") => self.long_string('"').map(Value::String),
            Some('\'') if self.rest().starts_with("'''") => self.long_string('\'').map(Value::String),
            Some('"') => self.basic_string().map(Value::String),
            Some('\'') => self.literal_string().map(Value::String),
            Some('[') => self.nested(Self::array),
            Some('{') => self.nested(Self::inline_table),
            Some('=') => Err(self.error("cannot have multiple equals for the same key")),
            Some('\n' | '\r') | None => Err(self.error("expecting a value")),
            Some(_) => self.bare_value(),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Value>) -> Result<Value> {
        if self.depth >= Limits::MODULE_FILE_DEPTH {
            return Err(self.error("values are nested too deep"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value> {
        self.bump();
        let mut values = Vec::new();
        loop {
            self.skip_blank();
            if self.eat(']') {
                break;
            }
            values.push(self.value()?);
            self.skip_blank();
            if !self.eat(',') && self.peek() != Some(']') {
                return Err(self.error("missing comma in array"));
            }
        }
        // An array of tables is the same as one that is written with headers.
        let tables: Option<Vec<Table>> = values
            .iter()
            .map(|value| match value {
                Value::Table(table) => Some(table.clone()),
                _ => None,
            })
            .collect();
        Ok(match tables {
            Some(tables) if !tables.is_empty() => Value::Tables(tables),
            _ => Value::Array(values),
        })
    }

    /// `keys = value`
    fn pair(&mut self) -> Result<(Vec<String>, Value)> {
        let keys = self.keys("=")?;
        self.skip_spaces();
        if !self.eat('=') {
            return Err(self.unexpected("="));
        }
        self.skip_spaces();
        Ok((keys, self.value()?))
    }

    fn inline_table(&mut self) -> Result<Value> {
        self.bump();
        let mut table = Table { defined: true, ..Table::default() };
        self.skip_spaces();
        while !self.eat('}') {
            let at = self.position();
            let (keys, value) = self.pair()?;
            insert(&mut table, &keys, at, value)?;
            self.skip_spaces();
            if self.eat(',') {
                self.skip_spaces();
            } else if self.peek() != Some('}') {
                return Err(self.error("missing comma between key and value in inline table"));
            }
        }
        Ok(Value::Table(table))
    }

    /// A number, a truth value or a date.
    fn bare_value(&mut self) -> Result<Value> {
        let at = self.position();
        let is_part = |c: char| !matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | ']' | '}' | '#');
        let word = self.take_while(is_part);
        let value = match word.as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ if is_date(&word) => Some(Value::Date(word.clone())),
            _ => number(&word),
        };
        value.ok_or_else(|| {
            let first = word.chars().next().map(String::from).unwrap_or_default();
            TomlError { at, message: format!("no value can start with {first}") }
        })
    }

    fn basic_string(&mut self) -> Result<String> {
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                Some('"') => return Ok(text),
                Some('\\') => self.escape(&mut text)?,
                Some('\n') | None => return Err(self.error("unclosed string")),
                Some(c) => text.push(c),
            }
        }
    }

    fn literal_string(&mut self) -> Result<String> {
        self.bump();
        let text = self.take_while(|c| c != '\'' && c != '\n');
        if self.eat('\'') { Ok(text) } else { Err(self.error("unclosed string")) }
    }

    /// A string between three quotes; the line feed after the first ones does not count.
    fn long_string(&mut self, quote: char) -> Result<String> {
        let end: String = std::iter::repeat_n(quote, 3).collect();
        (0..3).for_each(|_| {
            self.bump();
        });
        self.eat('\r');
        self.eat('\n');
        let mut text = String::new();
        loop {
            if self.rest().starts_with(&end) {
                (0..3).for_each(|_| {
                    self.bump();
                });
                return Ok(text);
            }
            match self.bump() {
                None => return Err(self.error("unclosed string")),
                Some('\\') if quote == '"' => {
                    if self.rest().trim_start_matches([' ', '\t', '\r']).starts_with('\n') {
                        self.take_while(char::is_whitespace);
                    } else {
                        self.escape(&mut text)?;
                    }
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<()> {
        let c = self.bump();
        let plain = match c {
            Some('"') => '"',
            Some('\\') => '\\',
            Some('/') => '/',
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(kind @ ('u' | 'U')) => {
                let digits: String = (0..if kind == 'u' { 4 } else { 8 }).filter_map(|_| self.bump()).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                code.ok_or_else(|| self.error(&format!("invalid unicode escape: \\{kind}{digits}")))?
            }
            _ => {
                return Err(
                    self.error(&format!("invalid escape sequence: \\{}", c.map(String::from).unwrap_or_default()))
                );
            }
        };
        text.push(plain);
        Ok(())
    }

    // ------------------------------------------------------------------------------------------------------ text

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line = self.line.saturating_add(1);
            self.column = 1;
        } else {
            self.column = self.column.saturating_add(1);
        }
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.bump();
        }
        found
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|&c| accept(c)) {
            text.push(c);
            self.bump();
        }
        text
    }

    fn skip_spaces(&mut self) {
        self.take_while(|c| c == ' ' || c == '\t');
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
            if self.peek() != Some('#') {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn end_of_line(&mut self) -> Result<()> {
        self.skip_spaces();
        if self.peek() == Some('#') {
            self.take_while(|c| c != '\n');
        }
        self.eat('\r');
        match self.peek() {
            None | Some('\n') => Ok(()),
            Some(_) => Err(self.error("unexpected token type in parsing of a document")),
        }
    }

    fn position(&self) -> At {
        At(self.line, self.column)
    }

    fn error(&self, message: &str) -> TomlError {
        TomlError { at: self.position(), message: message.to_owned() }
    }

    fn unexpected(&self, wanted: &str) -> TomlError {
        let found = match self.peek() {
            None => "EOF".to_owned(),
            Some(c) => c.to_string(),
        };
        self.error(&format!("was expecting token {wanted}, but got {found:?} instead"))
    }
}

/// The table below `root` at a path, made where it is missing; of an array of tables the last one.
fn descend<'t>(root: &'t mut Table, path: &[String], at: At) -> Result<&'t mut Table> {
    let mut table = root;
    for key in path {
        let entry = table.entries.entry(key.clone()).or_insert_with(|| (at, Value::Table(Table::default())));
        table = match &mut entry.1 {
            Value::Table(table) => table,
            Value::Tables(tables) if !tables.is_empty() => {
                let last = tables.len() - 1;
                &mut tables[last]
            }
            _ => return Err(TomlError { at, message: format!("{key} is not a table") }),
        };
    }
    Ok(table)
}

fn insert(root: &mut Table, keys: &[String], at: At, value: Value) -> Result<()> {
    let Some((last, outer)) = keys.split_last() else { return Ok(()) };
    let table = descend(root, outer, at)?;
    if table.entries.contains_key(last) {
        let message = format!("The following key was defined twice: {}", keys.join("."));
        return Err(TomlError { at, message });
    }
    table.entries.insert(last.clone(), (at, value));
    Ok(())
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// `2026-01-02…` or `12:30:00`.
fn is_date(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let next = word.as_bytes().get(digits);
    (digits == 4 && next == Some(&b'-')) || (digits == 2 && next == Some(&b':'))
}

fn number(word: &str) -> Option<Value> {
    let plain: String = word.chars().filter(|&c| c != '_').collect();
    let radix = |prefix: &str, radix| {
        plain.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok()).map(Value::Integer)
    };
    let unsigned = plain.trim_start_matches(['+', '-']);
    if matches!(unsigned, "inf" | "nan") {
        return plain.parse().ok().map(Value::Float);
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    radix("0x", 16)
        .or_else(|| radix("0o", 8))
        .or_else(|| radix("0b", 2))
        .or_else(|| plain.parse().ok().map(Value::Integer))
        .or_else(|| plain.parse().ok().map(Value::Float))
}
