//! Tensors in a block format.

use super::{BlockFormat, FORMATS, Field, FieldKind, common};
use crate::format::{FP8_E8M0FNU, FP16, FP32};
use crate::granularity::Groups;
use crate::pack::unpack;
use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary, countable, finite};
use crate::tensor::TensorData;
use crate::text::general;
use ndarray::{ArrayD, IxDyn};

/// A tensor in a block format: blocks run along the last axis.
///
/// ```
/// use mantissa::prelude::*;
/// let q = ggml::Q8_0.quantize(vec![vec![1.27_f32; 64]; 3]);
/// assert_eq!((q.shape(), q.bytes().len()), (&[3, 64][..], 6 * 34));
/// assert_eq!(q.block(5)[..3], [0x1f, 0x21, 127]); // 0.01 as a float16, then int8
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BlockTensor {
    format: BlockFormat,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl BlockFormat {
    /// How many blocks a tensor of this shape has.
    fn blocks(&self, shape: &[usize]) -> Result<usize, QuantError> {
        let Some((&length, _)) = shape.split_last() else {
            let right = format!(
                "at least one axis, the last of a multiple of {} weights",
                self.weights
            );
            return Err(QuantError::shape("a single number", shape, right));
        };
        countable(shape)?;
        let elements: usize = shape.iter().product();
        if elements == 0 {
            Ok(0)
        } else if length.is_multiple_of(self.weights) {
            Ok(elements / self.weights)
        } else {
            Err(QuantError::Groups {
                group: self.weights,
                length,
                axis: shape.len() - 1,
            })
        }
    }
}

impl Quantizer for BlockFormat {
    type Output = BlockTensor;

    fn name(&self) -> String {
        self.name.to_owned()
    }

    /// The blocks that ggml writes. Weights too small for a scale in float16 become zero, as there.
    ///
    /// # Errors
    /// NaN or infinity among the weights; a single number; a last axis that blocks do not divide;
    /// weights so large that a scale in float16 is infinite (ggml writes that infinity); a format
    /// that can only be read.
    fn try_quantize(&self, x: impl TensorData) -> Result<BlockTensor, QuantError> {
        let write = self.write.ok_or_else(|| {
            let writable = FORMATS.iter().filter(|format| format.write.is_some());
            let names: Vec<&str> = writable.map(|format| format.name).collect();
            let right = format!("it can only be read; there are {}", names.join(", "));
            QuantError::argument("the format to quantize into", self.name, &right)
        })?;
        let x = finite(x, self.name)?;
        let mut bytes = vec![0; self.blocks(x.shape())? * self.bytes()];
        let shape = x.shape().to_vec();
        let weights = x.into_raw_vec_and_offset().0;
        let mut back = vec![0.0; self.weights];
        let blocks = bytes.chunks_exact_mut(self.bytes());
        for (i, (weights, block)) in weights.chunks_exact(self.weights).zip(blocks).enumerate() {
            write(weights, block);
            (self.read)(block, &mut back);
            if back.iter().any(|value| !value.is_finite()) {
                return Err(self.too_large(i, weights));
            }
        }
        Ok(BlockTensor {
            format: *self,
            shape,
            bytes,
        })
    }
}

impl BlockFormat {
    fn too_large(&self, block: usize, weights: &[f32]) -> QuantError {
        QuantError::argument(
            &format!("the largest weight of block {block}"),
            general(common::extreme(weights).into(), 6),
            &format!(
                "{} keeps scales and offsets in float16, whose largest number is 65504; divide the \
                 tensor by a power of two first",
                self.name
            ),
        )
    }
}

impl BlockTensor {
    /// A tensor from the bytes of its blocks, which may be any.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = ggml::BlockTensor::from_bytes([0x00, 0x3c, 7, 7, 7, 7], &[32], ggml::Q8_0);
    /// assert_eq!(q.unwrap_err().to_string(),
    ///     "6 bytes are no Q8_0: a block of 32 weights takes 34 bytes, so there should be 34");
    /// ```
    ///
    /// # Errors
    /// [`QuantError::Bytes`] when the length is not that of the shape; [`QuantError::Shape`] for a
    /// single number; [`QuantError::Groups`] for a last axis that blocks do not divide.
    pub fn from_bytes(
        bytes: impl Into<Vec<u8>>,
        shape: &[usize],
        format: BlockFormat,
    ) -> Result<BlockTensor, QuantError> {
        let bytes = bytes.into();
        let expected = format.blocks(shape)? as u128 * format.bytes() as u128;
        if bytes.len() as u128 != expected {
            return Err(format.wrong_bytes(bytes.len(), expected.to_string()));
        }
        Ok(BlockTensor {
            format,
            shape: shape.to_vec(),
            bytes,
        })
    }

    /// The format.
    pub fn scheme(&self) -> BlockFormat {
        self.format
    }

    /// The lengths of the axes, in weights.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All blocks, one after the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of block `i`, counted along the last axis first.
    ///
    /// # Panics
    /// If there is no such block.
    #[track_caller]
    pub fn block(&self, i: usize) -> &[u8] {
        let mut blocks = self.bytes.chunks_exact(self.format.bytes());
        let count = blocks.len();
        match blocks.nth(i) {
            Some(block) => block,
            None => panic!("there is no block {i}: this tensor has {count}, counted from 0"),
        }
    }

    /// What the field that starts at byte `start` of a block contributes to the summary, if weights
    /// share it.
    fn parameter(&self, field: &Field, start: usize) -> Option<Parameter> {
        let kind = match field.kind {
            FieldKind::Scale => "scale",
            FieldKind::Offset => "offset",
            FieldKind::SubScales => "scales of parts",
            FieldKind::Sums => "sums",
            FieldKind::Codes | FieldKind::HighBits | FieldKind::Signs => return None,
        };
        let name = format!("{kind} ({})", field.name);
        let one = matches!(field.kind, FieldKind::Scale | FieldKind::Offset);
        let format = match field.bytes {
            1 if one => FP8_E8M0FNU,
            2 if one => FP16,
            4 if one => FP32,
            _ => {
                let bytes = self.bytes.len() / self.format.bytes() * field.bytes;
                return Some(Parameter {
                    name,
                    dtype: "byte".to_owned(),
                    count: bytes,
                    bytes,
                    values: String::new(),
                });
            }
        };
        let blocks = self.bytes.chunks_exact(self.format.bytes());
        let codes = blocks.map(|block| unpack(&block[start..], format.bits(), 0));
        let values = codes.map(|code| format.value(code).to_f64());
        Some(Parameter::new(&name, format, format.bits(), values))
    }
}

impl Quantized for BlockTensor {
    fn dequantize(&self) -> ArrayD<f32> {
        let values = self.format.read_all(&self.bytes);
        ArrayD::from_shape_vec(IxDyn(&self.shape), values)
            .expect("the shape has been counted, and there are as many blocks as it takes")
    }

    /// The scales of the parts that have one of their own: each 32 weights of Q4_K, the whole block
    /// of Q4_0. An offset, such as that of Q4_1, is none of them.
    fn scale_groups(&self) -> Option<Groups> {
        let format = self.format;
        let parts = format.weights / format.part;
        let blocks = self.bytes.chunks_exact(format.bytes());
        let scales = blocks.flat_map(|block| (0..parts).map(|part| (format.scale)(block, part)));
        Some(Groups::runs(&self.shape, format.part, scales))
    }

    fn summary(&self) -> Summary {
        let fields = self.format.fields;
        let codes = fields.iter().filter(|field| field.kind.is_code());
        let code_bytes: usize = codes.map(|field| field.bytes).sum();
        let parameters = fields.iter().scan(0, |start, field| {
            let parameter = self.parameter(field, *start);
            *start += field.bytes;
            Some(parameter)
        });
        let parameters = parameters.flatten().collect();
        let code_bits = 8.0 * code_bytes as f64 / self.format.weights as f64;
        Summary {
            scheme: self.format.name.to_owned(),
            dtype: format!("{}-bit codes", general(code_bits, 6)),
            shape: self.shape.clone(),
            granularity: format!(
                "blocks of {} along axis {}",
                self.format.weights,
                self.shape.len() - 1
            ),
            code_bits,
            code_bytes: self.bytes.len() / self.format.bytes() * code_bytes,
            parameters,
        }
    }
}
