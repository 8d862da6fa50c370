//! Every code of a format in a grid, with its value.
