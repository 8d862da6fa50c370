//! A codebook and where its scales come from.

use super::{BNB_DYNAMIC8, Codebook, CodebookTensor};
use crate::quantized::{QuantError, Quantizer, finite};
use crate::tensor::TensorData;

/// How many scales are quantized together in double quantization.
pub(super) const DOUBLE_BLOCK: usize = 256;

/// A way to quantize with a codebook: [`NF4`](crate::NF4), [`BNB_FP4`](crate::BNB_FP4),
/// [`BNB_DYNAMIC8`], or any [`Codebook`] with ([`Codebook::blockwise`]) or without
/// ([`Codebook::absolute`]) scales.
///
/// With scales, the tensor is taken as one row of numbers, in row-major order whatever its shape,
/// and cut into blocks; the last may be shorter. In float32,
///
/// ```text
/// absmax = the largest |x| of the block
/// code   = the nearest level's number to clamp(x * (1 / max(absmax, 1e-38)), -1, 1)
/// x'     = levels[code] * absmax
/// ```
///
/// This is bitsandbytes' arithmetic (`quantize_4bit` and `quantize_blockwise`), with one exception:
/// in a last block that is shorter, its CPU code for 4 bits divides by absmax, so that a number
/// within a rounding of a midpoint may take the other code, and gives zeros the absmax 1e-38. Here
/// a block of zeros has absmax 0 and comes back as zeros, of either sign. Below 1e-38 the steps are
/// those of 1e-38. [`BNB_DYNAMIC8`] finds its codes in another way.
///
/// ```
/// use mantissa::prelude::*;
/// let w = [[0.1, -0.4, 0.25], [0.0, 3.0, -1.5]];
/// let q = NF4.block(4).quantize(w);
/// assert_eq!(q.absmax(), [0.4, 3.0]); // of four and of two numbers
/// assert_eq!(NF4.block(128).double_quantized().name(), "nf4, blocks of 128, double quantized");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CodebookScheme {
    codebook: Codebook,
    block: Option<usize>,
    double: bool,
    search: Search,
}

/// How x / absmax finds its level.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Search {
    /// By the midpoints between levels; absmax counts as at least 1e-38.
    Midpoints,
    /// The same, after rounding to one of 65536 steps.
    Steps,
}

/// The scales of a [`CodebookTensor`], as they are stored.
#[derive(Clone, Debug, PartialEq)]
pub enum CodebookScales {
    /// None: the levels are the values.
    Absolute,
    /// The largest magnitude of each block.
    Absmax(Vec<f32>),
    /// The same double quantized: absmax of block b = levels\[codes\[b\]\] * absmax\[b / 256\] +
    /// offset, with the levels of [`BNB_DYNAMIC8`].
    Double {
        /// One for each block.
        codes: Vec<u8>,
        /// The largest magnitude of the difference from `offset` among 256 blocks.
        absmax: Vec<f32>,
        /// The mean.
        offset: f32,
    },
}

impl CodebookScheme {
    pub(super) fn new(codebook: Codebook) -> CodebookScheme {
        CodebookScheme {
            codebook,
            block: None,
            double: false,
            search: Search::Midpoints,
        }
    }

    /// A scheme whose codebook's largest magnitude is 1.
    pub(super) const fn known(codebook: Codebook, block: usize) -> CodebookScheme {
        CodebookScheme {
            codebook,
            block: Some(block),
            double: false,
            search: Search::Midpoints,
        }
    }

    /// The same, with x / absmax rounded to a step first.
    pub(super) const fn in_steps(mut self) -> CodebookScheme {
        self.search = Search::Steps;
        self
    }

    /// The same with a scale for every `block` consecutive numbers. A scheme without scales gets
    /// them, and [normalized](Codebook::normalized) levels.
    pub fn block(self, block: usize) -> CodebookScheme {
        CodebookScheme {
            codebook: self.codebook.normalized(),
            block: Some(block),
            ..self
        }
    }

    /// The same with the scales quantized too, to 8 bits: QLoRA's double quantization
    /// (arXiv:2305.14314, section 3), as bitsandbytes has it (`compress_statistics=True`).
    ///
    /// The mean of all absmax is subtracted, summed in float64 and rounded once, and the
    /// differences are quantized with [`BNB_DYNAMIC8`] in blocks of 256. The weights' codes stay
    /// those of the exact absmax.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = NF4.block(2).double_quantized().quantize([1.0, 0.0, 3.0, 0.0, 2.1, 0.0]);
    /// assert_eq!(q.absmax(), [1.0072657, 3.001276, 2.1003385]); // mean 2.0333, largest rest 1.0333
    /// ```
    pub fn double_quantized(self) -> CodebookScheme {
        CodebookScheme {
            double: true,
            ..self
        }
    }

    /// The codebook.
    pub fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    /// How many consecutive numbers share a scale; `None` without scales.
    pub fn block_size(&self) -> Option<usize> {
        self.block
    }

    /// Whether the scales are quantized too.
    pub fn is_double_quantized(&self) -> bool {
        self.double
    }

    /// That the builders were given something that can be done.
    fn check(&self) -> Result<(), QuantError> {
        let (what, got, right) = match self.block {
            Some(0) => ("the block", "0 numbers", "a block has at least 1"),
            None if self.double => (
                "double quantization",
                "of a scheme without scales",
                "give it some with .block(64)",
            ),
            _ => return Ok(()),
        };
        Err(QuantError::argument(what, got, right))
    }

    /// The scheme's scales, made of the absmax of each block.
    fn scales(&self, absmax: Vec<f32>) -> CodebookScales {
        if !self.double {
            return CodebookScales::Absmax(absmax);
        }
        let sum: f64 = absmax.iter().map(|a| f64::from(*a)).sum();
        let offset = (sum / absmax.len().max(1) as f64) as f32;
        let rest: Vec<f32> = absmax.iter().map(|a| a - offset).collect();
        let (codes, absmax) = BNB_DYNAMIC8.quantize_blocks(&rest, DOUBLE_BLOCK);
        CodebookScales::Double {
            codes,
            absmax,
            offset,
        }
    }

    /// The codes, and the absmax of each block.
    fn quantize_blocks(&self, x: &[f32], block: usize) -> (Vec<u8>, Vec<f32>) {
        let lookup = self.codebook.lookup();
        let mut codes = Vec::with_capacity(x.len());
        let mut absmax = Vec::with_capacity(x.len().div_ceil(block));
        for block in x.chunks(block) {
            let max = block.iter().fold(0f32, |max, x| max.max(x.abs()));
            let inverse = match self.search {
                Search::Midpoints => 1.0 / max.max(1e-38),
                Search::Steps => 1.0 / max,
            };
            codes.extend(block.iter().map(|x| {
                let fraction = (x * inverse).clamp(-1.0, 1.0);
                match self.search {
                    Search::Midpoints => lookup.code(fraction),
                    Search::Steps => lookup.code(step(fraction)),
                }
            }));
            absmax.push(max);
        }
        (codes, absmax)
    }
}

impl Quantizer for CodebookScheme {
    type Output = CodebookTensor;

    fn name(&self) -> String {
        let mut name = self.codebook.name().to_owned();
        if let Some(block) = self.block {
            name += &format!(", blocks of {block}");
        }
        if self.double {
            name += ", double quantized";
        }
        name
    }

    /// # Errors
    /// NaN or infinity; a block of 0 numbers; double quantization without scales.
    fn try_quantize(&self, x: impl TensorData) -> Result<CodebookTensor, QuantError> {
        self.check()?;
        let x = finite(x, &self.name())?;
        let shape = x.shape().to_vec();
        let x = x.into_raw_vec_and_offset().0;
        let (codes, scales) = match self.block {
            None => {
                let lookup = self.codebook.lookup();
                let codes = x.iter().map(|x| lookup.code(*x)).collect();
                (codes, CodebookScales::Absolute)
            }
            Some(block) => {
                let (codes, absmax) = self.quantize_blocks(&x, block);
                (codes, self.scales(absmax))
            }
        };
        CodebookTensor::new(self.clone(), &shape, codes, scales)
    }
}

/// One of 65536 steps from -1 to 1, in the arithmetic of bitsandbytes; NaN becomes -1.
fn step(x: f32) -> f32 {
    let number = ((x + 1.0) * 0.5 * 65535.0 + 0.5) as u16;
    -1.0 + 2.0 * f32::from(number) / 65535.0
}

impl CodebookScales {
    /// The scale of each block; none without scales.
    pub(super) fn absmax(&self) -> Vec<f32> {
        match self {
            CodebookScales::Absolute => Vec::new(),
            CodebookScales::Absmax(absmax) => absmax.clone(),
            CodebookScales::Double {
                codes,
                absmax,
                offset,
            } => {
                let levels = BNB_DYNAMIC8.codebook.levels;
                let rest = |(b, code): (usize, &u8)| {
                    levels[usize::from(*code)] * absmax[b / DOUBLE_BLOCK] + offset
                };
                codes.iter().enumerate().map(rest).collect()
            }
        }
    }

    /// That these are the scales of so many numbers in a scheme.
    pub(super) fn check(&self, scheme: &CodebookScheme, len: usize) -> Result<(), QuantError> {
        scheme.check()?;
        let blocks = len.div_ceil(scheme.block.unwrap_or(usize::MAX));
        match (self, scheme.block, scheme.double) {
            (CodebookScales::Absolute, None, _) => Ok(()),
            (CodebookScales::Absmax(absmax), Some(_), false) => check_absmax(absmax, blocks),
            (
                CodebookScales::Double {
                    codes,
                    absmax,
                    offset,
                },
                Some(_),
                true,
            ) => {
                if codes.len() != blocks {
                    let expected = format!("one code for each of {blocks} blocks");
                    return Err(QuantError::shape("absmax", &[codes.len()], expected));
                }
                if !offset.is_finite() {
                    return Err(QuantError::argument("the offset", offset, "it is finite"));
                }
                check_absmax(absmax, blocks.div_ceil(DOUBLE_BLOCK))
            }
            (_, block, double) => {
                let kind = match self {
                    CodebookScales::Absolute => "absent",
                    CodebookScales::Absmax(_) => "float32",
                    CodebookScales::Double { .. } => "double quantized",
                };
                let right = match (block, double) {
                    (None, _) => "the scheme has none",
                    (_, true) => "the scheme has double quantized ones",
                    (_, false) => "the scheme has a float32 for each block",
                };
                Err(QuantError::argument("the scales", kind, right))
            }
        }
    }
}

fn check_absmax(absmax: &[f32], blocks: usize) -> Result<(), QuantError> {
    if absmax.len() != blocks {
        let expected = format!("one number for each of {blocks} blocks");
        return Err(QuantError::shape("absmax", &[absmax.len()], expected));
    }
    let usable = |a: &f32| a.is_finite() && *a >= 0.0;
    match absmax.iter().position(|a| !usable(a)) {
        None => Ok(()),
        Some(block) => Err(QuantError::argument(
            &format!("absmax of block {block}"),
            absmax[block],
            "it is finite and not below zero",
        )),
    }
}
