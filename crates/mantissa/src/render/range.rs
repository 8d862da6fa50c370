//! Dynamic range against precision of many formats.
