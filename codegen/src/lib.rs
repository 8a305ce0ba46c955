//! IR to register bytecode.
