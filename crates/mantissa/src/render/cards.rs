//! Cards: finfo, iinfo, a value, memory, a tensor.
