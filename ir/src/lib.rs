//! Typed intermediate representation with metering events.
