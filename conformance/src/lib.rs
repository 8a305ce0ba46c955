//! Running programs as the reference's test runner does, and comparing what happened.
//!
//! | module | concept |
//! |---|---|
//! | [`cache`] | compiled packages in files named by their content address |
//! | [`compile`] | source text to a compiled module, through all compiler crates |
//! | [`packages`] | packages in folders |
//! | [`coins`] | coins in text |
//! | [`session`] | packages compiled together with what they import |
//! | [`directives`] | the comment directives of a filetest (spec/05 §10.1) |
//! | [`doc`] | documentation of packages as text |
//! | [`execute`] | one program run to its end, with every observable |
//! | [`filetest`] | a file as a filetest: its result row |
//! | [`fuzz`] | damaged programs, and everything that reads source run over them |
//! | [`keep`] | where a filetest's packages are between making them and `main` |
//! | [`lint`] | everything that is wrong with a package, with suggestions |
//! | [`listing`] | `regno list`, `regno mod graph`: packages with their files and imports |
//! | [`modfile`] | `regno mod`: module files in a folder |
//! | [`stack`] | running on a small host stack |
//! | [`store`] | owner of sources and syntax trees |
//! | [`testing`] | `regno test`: the tests of packages in folders |
//! | [`verdict`] | a filetest's result beside its directives |
//! | [`whole_file`] | files that are written whole or not at all |
//! | [`corpus`] | recorded results of the reference, and comparison with them |

pub mod cache;
pub mod chain;
pub mod coins;
pub mod compile;
pub mod corpus;
pub mod directives;
pub mod doc;
pub mod execute;
pub mod filetest;
pub mod fuzz;
pub mod keep;
pub mod lint;
pub mod listing;
pub mod modfile;
pub mod packages;
pub mod session;
pub mod stack;
pub mod store;
pub mod testing;
pub mod unit;
pub mod verdict;
pub mod whole_file;
