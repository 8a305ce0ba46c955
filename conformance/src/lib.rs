//! Filetest runner, golden corpora and benchmarks.
