//! Gno source to checked, typed syntax tree.
