//! What the codes of findings mean, for people.
//!
//! | codes | findings of |
//! |---|---|
//! | `S…` | lexer and parser ([`crate::diagnostic`]) |
//! | `G…` | the Go layer ([`crate::golayer`]) |
//! | `V…` | the checker, which decides what runs ([`crate::check`]) |
//! | `I…`, `M…`, `L…` | imports, module files, conventions of realms |

use crate::golayer::Code;
use crate::rule::Rule;

const TEXTS: &str = include_str!("codes.txt");

/// What a code means and what to do about it; `None` if there is no such code. Capital and small letters are the same.
#[must_use]
pub fn explanation(code: &str) -> Option<&'static str> {
    let code = code.to_ascii_uppercase();
    entries().find(|(id, _)| *id == code).map(|(_, text)| text)
}

/// All codes with their explanations, in a fixed order.
pub fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXTS.lines().filter_map(|line| line.split_once(' '))
}

/// How a finding of this code is worded, `…` standing for what differs; `None` where the wording is no fixed one.
#[must_use]
pub fn wording(code: &str) -> Option<String> {
    let code = code.to_ascii_uppercase();
    if let Some(found) = Code::ALL.iter().find(|known| known.id() == code) {
        let text = found.template().replace("{}", "…");
        return Some(text.trim_start().to_owned()).filter(|text| text != "…");
    }
    let rule = Rule::ALL.iter().find(|rule| rule.id() == code)?;
    Some(rule.wording().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Rule, entries, explanation};
    use crate::golayer::Code;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_one_explanation() {
        for code in Code::ALL {
            assert!(explanation(code.id()).is_some(), "{}", code.id());
        }
        for rule in Rule::ALL {
            assert!(explanation(rule.id()).is_some(), "{}", rule.id());
        }
        for number in 1..=12 {
            assert!(explanation(&format!("s{number:03}")).is_some(), "S{number:03}");
        }
        let ids: Vec<_> = entries().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), ids.iter().collect::<HashSet<_>>().len());
        assert_eq!(explanation("G999"), None);
    }
}
