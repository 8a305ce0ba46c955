//! Artifact reader and verifier, interpreter, heap, metering, embedding API.
