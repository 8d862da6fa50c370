//! Any scheme, by value or by name.
