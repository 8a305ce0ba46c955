//! What is shown for a package, a name, a method.

use super::collect::{formatted, one_line};
use super::comment::laid_out;
use super::{Function, Options, Package, Text, Type, Values, is_exported};

const INDENT: &str = "    ";
const CODE_INDENT: &str = "        ";

/// The text for the whole package: its comment, and one line for each name; with `all` or `source` everything.
pub(super) fn package(package: &Package, options: Options) -> String {
    let mut view = View { package, options, out: clause(package) };
    view.out.push_str(&laid_out(&package.comment, "", INDENT));
    if options.all || options.source {
        view.everything()
    } else {
        view.summary()
    }
    view.out
}

/// The text for a name, `NAME` or `TYPE.MEMBER`; `None` if there is none.
pub(super) fn symbol(package: &Package, name: &str, options: Options) -> Option<String> {
    let mut view = View { package, options, out: clause(package) };
    let start = view.out.len();
    match name.split_once('.') {
        Some((ty, member)) => view.member(Some(ty), member),
        None => {
            view.name(name);
            if view.out.len() == start {
                view.member(None, name);
            }
        }
    }
    (view.out.len() > start).then_some(view.out)
}

fn clause(package: &Package) -> String {
    match package.path.as_str() {
        "" => format!("package {}\n\n", package.name),
        path => format!("package {} // import {path:?}\n\n", package.name),
    }
}

struct View<'p> {
    package: &'p Package,
    options: Options,
    out: String,
}

impl<'p> View<'p> {
    fn shows(&self, name: &str) -> bool {
        self.options.unexported || is_exported(name)
    }

    /// Whether a name is meant: a small letter also stands for the capital one.
    fn means(&self, asked: &str, name: &str) -> bool {
        let same = |(a, n): (char, char)| a == n || (a.is_lowercase() && n.to_lowercase().eq([a]));
        self.shows(name) && asked.chars().count() == name.chars().count() && asked.chars().zip(name.chars()).all(same)
    }

    fn shows_type(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| self.shows(name))
    }

    fn shown_types(&self) -> impl Iterator<Item = &'p Type> + use<'p> {
        let unexported = self.options.unexported;
        self.package.types.iter().filter(move |ty| unexported || is_exported(&ty.name))
    }

    /// Declarations of values that belong to a type, or to none that is shown.
    fn values(&self, of: Option<&str>) -> Vec<&'p Values> {
        let belongs = |values: &&Values| match of {
            Some(_) => values.of.as_deref() == of,
            None => !self.shows_type(values.of.as_deref()),
        };
        let shown = |values: &&Values| values.names.iter().any(|(name, _)| self.shows(name));
        self.package.values.iter().filter(belongs).filter(shown).collect()
    }

    /// Functions that make a type, or none that is shown.
    fn makers(&self, of: Option<&str>) -> Vec<&'p Function> {
        let belongs = |function: &&Function| match of {
            Some(_) => function.makes.as_deref() == of,
            None => !self.shows_type(function.makes.as_deref()),
        };
        let functions = self.package.functions.iter().filter(|function| function.receiver.is_none());
        functions.filter(belongs).filter(|function| self.shows(&function.name)).collect()
    }

    fn methods(&self, of: &str) -> Vec<&'p Function> {
        let functions = self.package.functions.iter();
        functions.filter(|f| f.receiver.as_deref() == Some(of) && self.shows(&f.name)).collect()
    }

    fn line(&mut self, indent: &str, text: &str) {
        self.out.push_str(&format!("{indent}{text}\n"));
    }

    fn value_lines(&mut self, indent: &str, values: &[&Values]) {
        for values in values {
            let Some((_, line)) = values.names.iter().find(|(name, _)| self.shows(name)) else { continue };
            let more = if values.names.len() > 1 { " ..." } else { "" };
            self.line(indent, &format!("{line}{more}"));
        }
    }

    fn function_lines(&mut self, indent: &str, functions: &[&Function]) {
        for function in functions {
            self.line(indent, &one_line(&function.text.declaration));
        }
    }

    /// An empty line, if something came before.
    fn gap(&mut self) {
        if !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn summary(&mut self) {
        self.gap();
        let (constants, variables): (Vec<_>, Vec<_>) = self.values(None).into_iter().partition(|v| v.constants);
        self.value_lines("", &constants);
        self.value_lines("", &variables);
        self.function_lines("", &self.makers(None));
        for ty in self.shown_types() {
            self.line("", &ty.line);
            self.value_lines(INDENT, &self.values(Some(&ty.name)));
            self.function_lines(INDENT, &self.makers(Some(&ty.name)));
        }
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
    }

    fn everything(&mut self) {
        let (constants, variables): (Vec<_>, Vec<_>) = self.values(None).into_iter().partition(|v| v.constants);
        for (title, values) in [("CONSTANTS", constants), ("VARIABLES", variables)] {
            self.section(title, values.iter().map(|values| &values.text));
        }
        self.section("FUNCTIONS", self.makers(None).into_iter().map(|function| &function.text));
        self.title("TYPES", self.shown_types().next().is_some());
        for ty in self.shown_types() {
            self.ty(ty, true);
        }
    }

    fn section<'t>(&mut self, title: &str, texts: impl Iterator<Item = &'t Text>) {
        let mut texts = texts.peekable();
        self.title(title, texts.peek().is_some());
        texts.for_each(|text| self.declaration(text));
    }

    fn title(&mut self, title: &str, any: bool) {
        if any {
            self.gap();
            self.out.push_str(title);
            self.out.push_str("\n\n");
        }
    }

    /// A declaration with its comment, or its source.
    fn declaration(&mut self, text: &Text) {
        self.gap();
        if self.options.source {
            self.line("", &text.source);
            return;
        }
        self.line("", &text.declaration);
        self.out.push_str(&laid_out(&text.comment, INDENT, CODE_INDENT));
    }

    /// A type with what belongs to it, each with its comment or in one line.
    fn ty(&mut self, ty: &Type, all: bool) {
        self.declaration(&ty.text);
        let (values, makers, methods) =
            (self.values(Some(&ty.name)), self.makers(Some(&ty.name)), self.methods(&ty.name));
        if all {
            values.iter().for_each(|values| self.declaration(&values.text));
            makers.iter().chain(&methods).for_each(|function| self.declaration(&function.text));
        } else if !(values.is_empty() && makers.is_empty() && methods.is_empty()) {
            self.gap();
            self.value_lines("", &values);
            self.function_lines("", &makers);
            self.function_lines("", &methods);
        }
    }

    fn name(&mut self, name: &str) {
        let package = self.package;
        for function in package.functions.iter().filter(|function| function.receiver.is_none()) {
            if self.means(name, &function.name) {
                self.declaration(&function.text);
            }
        }
        for values in &package.values {
            if values.names.iter().any(|(other, _)| self.means(name, other)) {
                self.declaration(&values.text);
            }
        }
        for ty in &package.types {
            if self.means(name, &ty.name) {
                self.ty(ty, self.options.all);
            }
        }
    }

    /// Methods, fields and elements of interfaces of this name; without type, methods of all types.
    fn member(&mut self, of: Option<&str>, name: &str) {
        let package = self.package;
        for function in &package.functions {
            let Some(receiver) = &function.receiver else { continue };
            if of.is_none_or(|of| self.means(of, receiver)) && self.means(name, &function.name) {
                self.declaration(&function.text);
            }
        }
        let Some(of) = of else { return };
        for ty in &package.types {
            if !self.means(of, &ty.name) {
                continue;
            }
            let found = |member: &&super::members::Member| member.names.iter().any(|other| self.means(name, other));
            let texts: Vec<&str> = ty.members.iter().filter(found).map(|member| member.text.as_str()).collect();
            if texts.is_empty() {
                continue;
            }
            let what = if ty.keyword == "struct" { "fields" } else { "methods" };
            let others = if ty.members.len() > texts.len() {
                format!("\n\n// ... other {what} elided ...")
            } else {
                String::new()
            };
            let text = formatted(&format!("type {} {} {{\n{}{others}\n}}", ty.name, ty.keyword, texts.join("\n")));
            self.gap();
            self.line("", &text);
        }
    }
}
