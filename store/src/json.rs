//! The JSON form of objects, as the operation log shows it (spec/04 §8.2).

use crate::base64;
use crate::ids::{Hash, ObjectId};
use crate::model::Object;
use crate::sink::{Absent, Any, Bare, Field, Omit, Sink};
use std::fmt::Write;

/// Where the object that is shown comes from: absent lists look different.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It was made to be stored.
    Made,
    /// It was decoded.
    Decoded,
}

#[derive(Clone, Debug)]
enum Json {
    Null,
    Bool(bool),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

struct Fields {
    origin: Origin,
    fields: Vec<(&'static str, Json)>,
}

impl Fields {
    fn put(&mut self, field: Field, empty: bool, value: impl FnOnce() -> Json) {
        if !(empty && field.2 == Omit::Empty) {
            self.fields.push((field.1, value()));
        }
    }

    fn inner(&self, walk: impl FnOnce(&mut Fields)) -> Json {
        let mut inner = Fields { origin: self.origin, fields: Vec::new() };
        walk(&mut inner);
        Json::Object(inner.fields)
    }

    fn any_json(&self, any: Any<'_>) -> Json {
        let mut inner = Fields { origin: self.origin, fields: vec![("@type", Json::Text(any.url().to_owned()))] };
        match any.bare() {
            Some(Bare::Text(text)) => inner.fields.push(("value", Json::Text(lossy(text)))),
            Some(Bare::Int(value)) => inner.fields.push(("value", Json::Text(value.to_string()))),
            None => any.walk(&mut inner),
        }
        Json::Object(inner.fields)
    }

    fn empty_list(&self, absent: Absent) -> Json {
        match (self.origin, absent) {
            (Origin::Made, Absent::List) => Json::List(Vec::new()),
            _ => Json::Null,
        }
    }
}

/// Each byte that is not part of valid UTF-8 becomes U+FFFD.
fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

impl Sink for Fields {
    fn text(&mut self, field: Field, text: &[u8]) {
        self.put(field, text.is_empty(), || Json::Text(lossy(text)));
    }

    fn object_id(&mut self, field: Field, id: ObjectId) {
        self.put(field, id.is_zero(), || Json::Text(id.to_string()));
    }

    fn hash(&mut self, field: Field, hash: Hash) {
        self.put(field, hash.is_zero(), || Json::Text(hash.to_string()));
    }

    fn bytes(&mut self, field: Field, bytes: Option<&[u8]>) {
        let origin = self.origin;
        self.put(field, bytes.is_none_or(<[u8]>::is_empty), || match bytes {
            Some([]) if origin == Origin::Decoded => Json::Null,
            Some(bytes) => Json::Text(base64::encode(bytes)),
            None => Json::Null,
        });
    }

    fn payload(&mut self, field: Field, payload: [u8; 8]) {
        self.put(field, payload == [0; 8], || Json::Text(base64::encode(&payload)));
    }

    fn int(&mut self, field: Field, value: i64) {
        self.put(field, value == 0, || Json::Text(value.to_string()));
    }

    fn uint(&mut self, field: Field, value: u64) {
        self.put(field, value == 0, || Json::Text(value.to_string()));
    }

    fn bool(&mut self, field: Field, value: bool) {
        self.put(field, !value, || Json::Bool(value));
    }

    fn structure(&mut self, field: Field, _: bool, walk: impl FnOnce(&mut Self)) {
        let inner = self.inner(walk);
        self.put(field, false, || inner);
    }

    fn list<T>(&mut self, field: Field, absent: Absent, items: &[T], walk: impl Fn(&T, &mut Self)) {
        // The list of a map is a structure of its own that has a list always.
        let in_map = field.1 == "List" && field.0 == 1;
        let value = match items {
            [] if in_map => Json::List(Vec::new()),
            [] => self.empty_list(absent),
            items => Json::List(items.iter().map(|item| self.inner(|inner| walk(item, inner))).collect()),
        };
        self.put(field, items.is_empty(), || value);
    }

    fn texts(&mut self, field: Field, texts: &[String]) {
        self.put(field, texts.is_empty(), || match texts {
            [] => Json::Null,
            texts => Json::List(texts.iter().map(|text| Json::Text(text.clone())).collect()),
        });
    }

    fn any(&mut self, field: Field, any: Option<Any<'_>>) {
        let value = any.map_or(Json::Null, |any| self.any_json(any));
        self.put(field, any.is_none(), || value);
    }

    fn anys<T>(&mut self, field: Field, items: &[T], any: impl Fn(&T) -> Option<Any<'_>>) {
        let value = match items {
            [] => self.empty_list(Absent::List),
            items => {
                Json::List(items.iter().map(|item| any(item).map_or(Json::Null, |any| self.any_json(any))).collect())
            }
        };
        self.put(field, items.is_empty(), || value);
    }
}

impl Json {
    fn write(&self, indent: usize, out: &mut String) {
        let line = |indent: usize, out: &mut String| {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
        };
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Text(text) => quote(text, out),
            Json::List(items) if items.is_empty() => out.push_str("[]"),
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    line(indent + 4, out);
                    item.write(indent + 4, out);
                }
                line(indent, out);
                out.push(']');
            }
            Json::Object(fields) if fields.is_empty() => out.push_str("{}"),
            Json::Object(fields) => {
                let mut sorted: Vec<&(&str, Json)> = fields.iter().collect();
                sorted.sort_by_key(|(name, _)| *name);
                out.push('{');
                for (index, (name, value)) in sorted.into_iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    line(indent + 4, out);
                    quote(name, out);
                    out.push_str(": ");
                    value.write(indent + 4, out);
                }
                line(indent, out);
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// The object as indented JSON with sorted keys.
pub fn object(object: &Object, origin: Origin) -> String {
    let mut fields = Fields { origin, fields: Vec::new() };
    Any::Object(object).walk(&mut fields);
    let mut out = String::new();
    Json::Object(fields.fields).write(0, &mut out);
    out
}
