//! What compiler and runtime share: operations, artifact layout, type descriptors, metering events.
