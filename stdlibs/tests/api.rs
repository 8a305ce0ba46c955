//! The exported names and signatures of every package against the list in `API.txt`.

use std::collections::BTreeSet;

/// The sources of a package of the list; `testing_overlay/` stands before what only tests can import.
fn sources(package: &str) -> Vec<&'static str> {
    let files = match package.strip_prefix("testing_overlay/") {
        Some(path) => regno_stdlibs::overlay_files(path),
        None => regno_stdlibs::files(package),
    };
    let text = |&(_, bytes): &regno_stdlibs::File| std::str::from_utf8(bytes).unwrap_or_default();
    files.unwrap_or_default().iter().map(text).collect()
}

fn exported(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
}

/// The identifier that a text begins with.
fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

/// A line without its comment and with single blanks.
fn plain(line: &str) -> String {
    let code = line.split_once("//").map_or(line, |(code, _)| code);
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The declarations of a formatted file in the form of the list.
fn declarations(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(rest) = line.strip_prefix("func ") {
            found.extend(function(rest));
        } else if let Some(rest) = line.strip_prefix("type ") {
            let name = identifier(rest);
            let mut text = plain(&rest[name.len()..]);
            if let Some(kind) = text.strip_suffix(" {") {
                let members: Vec<String> =
                    lines.by_ref().take_while(|line| !line.starts_with('}')).map(plain).collect();
                let is_exported = |member: &&String| {
                    let name = member.trim_start_matches('*').split([' ', ',', '(']).next().unwrap_or_default();
                    exported(name.rsplit('.').next().unwrap_or_default())
                };
                let members: Vec<&str> = members.iter().filter(is_exported).map(String::as_str).collect();
                text = format!("{kind}{{{}}}", members.join("; "));
            }
            if exported(name) {
                found.insert(format!("type {name} {text}"));
            }
        } else if let Some((kind, rest)) = line.split_once(' ').filter(|(kind, _)| matches!(*kind, "const" | "var")) {
            let mut names = |text: &str| {
                let list = text.split([' ', '=']).scan(true, |more, part| {
                    let current = *more;
                    *more = part.ends_with(',');
                    current.then(|| part.trim_end_matches(',').to_owned())
                });
                found.extend(list.filter(|name| exported(name)).map(|name| format!("{kind} {name}")));
            };
            if rest == "(" {
                let member = |line: &&str| line.starts_with('\t') && !line.starts_with("\t\t");
                lines
                    .by_ref()
                    .take_while(|line| !line.starts_with(')'))
                    .filter(member)
                    .for_each(|line| names(line.trim()));
            } else {
                names(rest);
            }
        }
    }
    found
}

/// `(r *T) Name(params) results {` in the form of the list, if it is exported.
fn function(text: &str) -> Option<String> {
    let text = text.split(" {").next().unwrap_or(text);
    let Some(method) = text.strip_prefix('(') else { return exported(text).then(|| format!("func {text}")) };
    let (receiver, rest) = method.split_once(") ")?;
    let receiver = receiver.rsplit(' ').next()?;
    (exported(receiver.trim_start_matches('*')) && exported(rest)).then(|| format!("func ({receiver}) {rest}"))
}

#[test]
fn every_package_exports_what_the_list_says() {
    let list = include_str!("../API.txt");
    let mut differences = Vec::new();
    let mut packages = 0;
    for section in list.split("\npackage ").skip(1) {
        let (package, members) = section.split_once('\n').unwrap_or((section, ""));
        let expected: BTreeSet<String> = members.lines().map(|line| line.trim().to_owned()).collect();
        let found: BTreeSet<String> = sources(package).into_iter().flat_map(declarations).collect();
        packages += 1;
        differences.extend(expected.difference(&found).map(|line| format!("{package}: missing {line}")));
        differences.extend(found.difference(&expected).map(|line| format!("{package}: not listed {line}")));
    }
    assert_eq!(packages, 48);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
