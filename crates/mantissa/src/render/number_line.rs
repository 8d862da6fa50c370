//! Number lines: all values of a small format, a window of a large one.

pub(crate) mod axis;
