//! The `regno` command.

fn main() {}
