//! ggml's block formats, byte for byte: what a GGUF file holds.
//!
//! Each format is one description, a [`BlockFormat`] constant: how many weights a block has, what its
//! bytes are, and the functions that read and write one block. Everything else (tensors, sizes,
//! names, pictures, the golden tests) follows from the list [`FORMATS`].
//!
//! A writer gives the bytes that ggml's reference quantizer (`ggml_quantize_chunk`) gives without an
//! importance matrix; a reader gives the values of ggml's `dequantize_row_*`. Where the C code
//! converts a number that does not fit its integer type, which C leaves undefined, the format's own
//! documentation says what happens here.
//!
//! ```
//! use mantissa::prelude::*;
//! let w: Vec<f32> = (0..32).map(|i| (i - 16) as f32 / 4.0).collect();
//! let q = ggml::Q4_0.quantize(&w);
//! // The scale -4 / -8 as a float16, then two codes a byte.
//! assert_eq!(q.bytes()[..4], [0x00, 0x38, 0x80, 0x91]);
//! assert_eq!(q.dequantize().as_slice().unwrap()[..4], [-4.0, -3.5, -3.5, -3.0]);
//! assert_eq!(q.bits_per_weight(), 4.5);
//! ```

mod basic;
mod common;
mod few_bits;
mod fp4;
mod iq;
mod iq4;
mod k;
mod layout;
mod tensor;
mod ternary;

pub use basic::{Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1};
pub use few_bits::{Q1_0, Q2_0};
pub use fp4::{MXFP4, NVFP4};
pub use iq::{IQ1_M, IQ1_S, IQ2_S, IQ2_XS, IQ2_XXS, IQ3_S, IQ3_XXS};
pub use iq4::{IQ4_NL, IQ4_XS};
pub use k::{Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K};
pub use tensor::BlockTensor;
pub use ternary::{TQ1_0, TQ2_0};

use crate::quantized::QuantError;
use std::fmt;

/// Every block format. A new one is a constant with its two functions, and a line here.
pub const FORMATS: &[BlockFormat] = &[
    // One scale a block.
    Q1_0, Q2_0, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1,
    // K-quants: blocks of 256 with scales of their parts.
    Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K, //
    // IQ: codes into tables.
    IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_NL, IQ4_XS, //
    // Ternary.
    TQ1_0, TQ2_0, //
    // Float codes.
    MXFP4, NVFP4,
];

/// A block format: so many weights in so many bytes.
///
/// ```
/// use mantissa::prelude::*;
/// let format = ggml::Q5_1;
/// assert_eq!((format.name(), format.weights(), format.bytes()), ("Q5_1", 32, 24));
/// assert_eq!(format.bits_per_weight(), 6.0);
/// let fields: Vec<&str> = format.fields().iter().map(|field| field.name).collect();
/// assert_eq!(fields, ["d", "m", "qh", "qs"]);
/// ```
#[derive(Clone, Copy)]
pub struct BlockFormat {
    name: &'static str,
    weights: usize,
    /// The weights that share a scale, a part of a block or all of it.
    part: usize,
    /// The scale of a part of a block, by which its codes or levels are multiplied.
    scale: fn(&[u8], usize) -> f64,
    fields: &'static [Field],
    /// From a block's bytes, whatever they are, to its weights. Both slices have their full lengths.
    read: Read,
    /// From finite weights to a block's bytes, all zero before.
    write: Option<Write>,
}

type Read = fn(&[u8], &mut [f32]);
type Write = fn(&[f32], &mut [u8]);

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

impl Field {
    const fn new(
        name: &'static str,
        bytes: usize,
        kind: FieldKind,
        what: [&'static str; 2],
    ) -> Field {
        Field {
            name,
            bytes,
            kind,
            what,
        }
    }
}

impl FieldKind {
    /// Whether the bytes are bits of the weights' own codes, not parameters that weights share.
    pub const fn is_code(self) -> bool {
        matches!(
            self,
            FieldKind::Codes | FieldKind::HighBits | FieldKind::Signs
        )
    }
}

impl BlockFormat {
    /// ggml's name: `Q4_0`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The weights of a block.
    pub const fn weights(&self) -> usize {
        self.weights
    }

    /// What a block's bytes are, in their order.
    pub const fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// The bytes of a block.
    pub fn bytes(&self) -> usize {
        self.fields.iter().map(|field| field.bytes).sum()
    }

    /// 8 * bytes / weights of a block.
    pub fn bits_per_weight(&self) -> f64 {
        8.0 * self.bytes() as f64 / self.weights as f64
    }

    /// The weights of whole blocks. Any bytes are a block; its scale may be infinite or NaN, and so
    /// are its weights then.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let mut block = [0x99; 18];
    /// block[..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
    /// assert_eq!(ggml::Q4_0.dequantize(&block)?, [0.5; 32]); // (9 - 8) * 0.5
    /// # Ok::<(), QuantError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantError::Bytes`] if the length is not a multiple of a block's.
    pub fn dequantize(&self, bytes: &[u8]) -> Result<Vec<f32>, QuantError> {
        if !bytes.len().is_multiple_of(self.bytes()) {
            let below = bytes.len() / self.bytes() * self.bytes();
            return Err(
                self.wrong_bytes(bytes.len(), format!("{below} or {}", below + self.bytes()))
            );
        }
        Ok(self.read_all(bytes))
    }

    fn read_all(&self, bytes: &[u8]) -> Vec<f32> {
        let blocks = bytes.chunks_exact(self.bytes());
        let mut values = vec![0.0; blocks.len() * self.weights];
        for (block, values) in blocks.zip(values.chunks_exact_mut(self.weights)) {
            (self.read)(block, values);
        }
        values
    }

    fn wrong_bytes(&self, len: usize, right: String) -> QuantError {
        QuantError::Bytes {
            format: self.name.to_owned(),
            len,
            expected: format!(
                "a block of {} weights takes {} bytes, so there should be {right}",
                self.weights,
                self.bytes()
            ),
        }
    }
}

/// Formats are the same if their names are.
impl PartialEq for BlockFormat {
    fn eq(&self, other: &BlockFormat) -> bool {
        self.name == other.name
    }
}

impl Eq for BlockFormat {}

impl fmt::Display for BlockFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl fmt::Debug for BlockFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} weights in {} bytes, {} bits per weight",
            self.name,
            self.weights,
            self.bytes(),
            self.bits_per_weight()
        )
    }
}

/// The format of a name; upper and lower case are the same.
///
/// ```
/// use mantissa::prelude::*;
/// assert_eq!(ggml::format("iq4_nl")?, ggml::IQ4_NL);
/// let error = ggml::format("q40").unwrap_err().to_string();
/// assert!(error.starts_with("the name of a ggml format cannot be q40: did you mean Q4_0"));
/// # Ok::<(), QuantError>(())
/// ```
///
/// # Errors
/// [`QuantError::Argument`] with the most similar names, if there is none.
pub fn format(name: &str) -> Result<BlockFormat, QuantError> {
    let name: String = name.trim().chars().take(64).collect();
    let found = FORMATS.iter().find(|f| f.name.eq_ignore_ascii_case(&name));
    found.copied().ok_or_else(|| {
        let upper = name.to_uppercase();
        let mut nearest: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        nearest.sort_by_key(|known| strsim::damerau_levenshtein(&upper, known));
        let right = format!(
            "did you mean {}, {} or {}? ggml::FORMATS lists all",
            nearest[0], nearest[1], nearest[2]
        );
        QuantError::argument("the name of a ggml format", name, &right)
    })
}
