//! A tensor quantized with a codebook: codes and scales.

use super::{BNB_DYNAMIC8, Codebook, CodebookScales, CodebookScheme};
use crate::granularity::Groups;
use crate::int::{INT_FORMATS, IntFormat};
use crate::pack::{PackOrder, pack, pack_in, unpack_in};
use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary};
use crate::tensor::{Tensor, elements};
use ndarray::{ArrayD, IxDyn};

/// A tensor of codes with the codebook and the scales that give them a meaning.
#[derive(Clone, PartialEq)]
pub struct CodebookTensor {
    scheme: CodebookScheme,
    codes: Tensor,
    scales: CodebookScales,
}

impl CodebookTensor {
    pub(super) fn new(
        scheme: CodebookScheme,
        shape: &[usize],
        codes: impl IntoIterator<Item = u8>,
        scales: CodebookScales,
    ) -> Result<CodebookTensor, QuantError> {
        let dtype = unsigned(scheme.codebook().bits());
        let bytes = pack(codes.into_iter().map(u64::from), dtype.bits());
        Ok(CodebookTensor {
            codes: Tensor::from_bytes(bytes, shape, dtype)?,
            scheme,
            scales,
        })
    }

    /// The parts as bitsandbytes stores them, from a model file: `packed` codes as of
    /// [`CodebookTensor::packed`], and the scales.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let scales = CodebookScales::Absmax(vec![0.5]);
    /// let q = CodebookTensor::from_parts(NF4, &[2, 2], &[0xf2, 0x97], scales).unwrap();
    /// assert_eq!(q.dequantize()[[1, 1]], 0.0);
    /// ```
    ///
    /// # Errors
    /// Bytes or scales that are not those of the shape; scales of another kind than the scheme's;
    /// NaN, infinite or negative absmax; a code beyond the last level.
    pub fn from_parts(
        scheme: CodebookScheme,
        shape: &[usize],
        packed: &[u8],
        scales: CodebookScales,
    ) -> Result<CodebookTensor, QuantError> {
        let bits = scheme.codebook().bits();
        let len = elements(shape);
        let expected = len.map(|len| PackOrder::HighFirst.bytes(len, bits));
        let (Some(len), true) = (len, expected == Some(packed.len())) else {
            let expected = expected.map_or_else(|| "too many".to_owned(), |n| n.to_string());
            return Err(QuantError::Bytes {
                format: scheme.name(),
                len: packed.len(),
                expected: format!("shape {shape:?} takes {expected}"),
            });
        };
        scales.check(&scheme, len)?;
        let codes = unpack_in(PackOrder::HighFirst, packed, bits, len);
        let levels = scheme.codebook().levels().len();
        if let Some(i) = codes.iter().position(|code| *code >= levels as u64) {
            return Err(QuantError::argument(
                &format!("code {i}"),
                codes[i],
                &format!("{} has {levels} levels", scheme.codebook().name()),
            ));
        }
        let codes = codes.into_iter().map(|code| code as u8);
        CodebookTensor::new(scheme, shape, codes, scales)
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.codes.shape()
    }

    /// The codes, as unsigned integers of the codebook's width.
    pub fn codes(&self) -> &Tensor {
        &self.codes
    }

    /// The codes packed as bitsandbytes does: the first in the highest bits of a byte
    /// ([`PackOrder::BITSANDBYTES`]). A last byte that is not full is filled up with the code of 0,
    /// if whole codes fill a byte.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = NF4.quantize([1.0, -1.0, 0.5]);
    /// assert_eq!(q.codes().to_vec(), [15.0, 0.0, 12.0]);
    /// assert_eq!((q.packed(), q.codes().bytes()), (vec![0xf0, 0xc7], &[0x0f, 0x0c][..]));
    /// ```
    pub fn packed(&self) -> Vec<u8> {
        let bits = self.codes.dtype().bits();
        let fill = match 8 % bits {
            0 => self.codes.len().wrapping_neg() % (8 / bits as usize),
            _ => 0,
        };
        let zero = u64::from(self.codebook().code(0.0));
        let codes = self.codes.values().map(|value| value.code());
        let codes = codes.chain(std::iter::repeat_n(zero, fill));
        pack_in(PackOrder::BITSANDBYTES, codes, bits)
    }

    /// The scheme.
    pub fn scheme(&self) -> &CodebookScheme {
        &self.scheme
    }

    /// The codebook.
    pub fn codebook(&self) -> &Codebook {
        self.scheme.codebook()
    }

    /// The scales, as they are stored.
    pub fn scales(&self) -> &CodebookScales {
        &self.scales
    }

    /// The scale of each block, as the values are computed with it: after double quantization, what
    /// that has left. Empty without scales.
    pub fn absmax(&self) -> Vec<f32> {
        self.scales.absmax()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let float = |name, values: &[f32]| {
            Parameter::new(name, "float32", 32, values.iter().map(|v| f64::from(*v)))
        };
        let mut parameters = Vec::new();
        match &self.scales {
            CodebookScales::Absolute => {}
            CodebookScales::Absmax(absmax) => parameters.push(float("absmax", absmax)),
            CodebookScales::Double { absmax, offset, .. } => {
                let values = self.absmax();
                let values = values.iter().map(|v| f64::from(*v));
                let dtype = BNB_DYNAMIC8.codebook().name().to_owned();
                parameters.push(Parameter::new("absmax", dtype, 8, values));
                parameters.push(float("absmax of absmax", absmax));
                parameters.push(float("offset", &[*offset]));
            }
        }
        if self.codebook().own {
            parameters.push(float("levels", self.codebook().levels()));
        }
        parameters
    }
}

impl Quantized for CodebookTensor {
    /// x' = levels\[code\] * absmax in float32, or levels\[code\] without scales.
    fn dequantize(&self) -> ArrayD<f32> {
        let (levels, absmax) = (self.codebook().levels(), self.absmax());
        let value = |(i, code): (usize, crate::Value)| {
            let level = levels[code.code() as usize];
            self.scheme
                .block_size()
                .map_or(level, |block| level * absmax[i / block])
        };
        let values = self.codes.values().enumerate().map(value).collect();
        ArrayD::from_shape_vec(IxDyn(self.codes.shape()), values)
            .expect("as many as the shape holds")
    }

    /// The absmax of each block, as the values are computed with it.
    fn scale_groups(&self) -> Option<Groups> {
        let block = self.scheme.block_size()?;
        let absmax = self.absmax().into_iter().map(f64::from);
        Some(Groups::runs(self.codes.shape(), block, absmax))
    }

    /// The levels count as parameters unless the codebook's name tells them: those of
    /// [`Codebook::new`] and [`lloyd_max`](crate::lloyd_max) do. A tensor without elements stores
    /// nothing.
    fn summary(&self) -> Summary {
        let parameters = if self.codes.is_empty() {
            Vec::new()
        } else {
            self.parameters()
        };
        Summary {
            scheme: self.scheme.name(),
            dtype: self.codebook().name().to_owned(),
            shape: self.codes.shape().to_vec(),
            granularity: match self.scheme.block_size() {
                None => "no scales".to_owned(),
                Some(block) => format!("blocks of {block}"),
            },
            code_bits: f64::from(self.codes.dtype().bits()),
            code_bytes: self.codes.bytes().len(),
            parameters,
        }
    }
}

/// The unsigned integers of that width.
fn unsigned(bits: u32) -> IntFormat {
    let fits = |format: &&IntFormat| !format.signed() && format.bits() == bits;
    *INT_FORMATS
        .iter()
        .find(fits)
        .expect("there is one of every width from 1 to 8")
}
