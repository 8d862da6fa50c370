//! ggml's block formats, byte for byte: what a GGUF file holds.
//!
//! Each format is one description, a [`BlockFormat`] constant: how many weights a block has, what its
//! bytes are, and the functions that read and write one block. Everything else (tensors, sizes,
//! names, pictures, the golden tests) follows from the list [`FORMATS`].
//!
//! A writer gives the bytes that ggml's reference quantizer gives without an importance matrix.

use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary, finite, unwrap};
use crate::tensor::TensorData;
use ndarray::{ArrayD, IxDyn};
use std::fmt;

/// A block format: so many weights in so many bytes.
#[derive(Clone, Copy)]
pub struct BlockFormat {
    name: &'static str,
    weights: usize,
    fields: &'static [Field],
    read: fn(&[u8], &mut [f32]),
    write: Option<fn(&[f32], &mut [u8])>,
}

/// A run of a block's bytes that hold one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// ggml's name of it: `d`, `qs`.
    pub name: &'static str,
    /// How many bytes.
    pub bytes: usize,
    /// What kind of thing it is.
    pub kind: FieldKind,
    /// What it holds, in English and in Chinese.
    pub what: [&'static str; 2],
}

/// What the bytes of a [`Field`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// The scale of the block, or the scale of its scales.
    Scale,
    /// The offset of the block, or the scale of its offsets.
    Offset,
    /// Scales (and offsets) of the parts of a block, themselves quantized.
    SubScales,
    /// Codes, or their low bits.
    Codes,
    /// The high bits of codes.
    HighBits,
    /// Signs.
    Signs,
    /// Sums that speed a dot product up.
    Sums,
}

/// A tensor in a block format: blocks run along the last axis.
#[derive(Clone)]
pub struct BlockTensor {
    format: BlockFormat,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}
