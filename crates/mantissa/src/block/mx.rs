//! OCP Microscaling: 32 small numbers share a power of two.

mod rule;

pub use rule::ScaleRule;

use super::blocks::{Blocks, tensor_of};
use crate::codec::{Overflow, Rounding};
use crate::dtype::DType;
use crate::format::{
    FP4_E2M1FN, FP6_E2M3FN, FP6_E3M2FN, FP8_E4M3FN, FP8_E5M2, FP8_E8M0FNU, FloatFormat,
};
use crate::granularity::Groups;
use crate::int::INT8;
use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary, numbers};
use crate::tensor::{Tensor, TensorData};
use crate::value::Value;
use ndarray::ArrayD;

/// An MX format: each block of `k` elements has one scale X, a power of two in
/// [`FP8_E8M0FNU`], and an element P_i stands for X * P_i.
///
/// X comes from the largest magnitude of the block by a [`ScaleRule`]; then
/// P_i = x_i / X, rounded to the nearest element (ties to even), the largest one if it is beyond.
/// Both steps are in float32. OCP Microscaling Formats (MX) 1.0, sections 5 and 6.3; torchao, `to_mx`.
///
/// | constant | element | k | bits per weight |
/// |---|---|---|---|
/// | [`MXFP8_E4M3`], [`MXFP8_E5M2`] | [`FP8_E4M3FN`], [`FP8_E5M2`] | 32 | 8.25 |
/// | [`MXFP6_E3M2`], [`MXFP6_E2M3`] | [`FP6_E3M2FN`], [`FP6_E2M3FN`] | 32 | 6.25 |
/// | [`MXFP4`] | [`FP4_E2M1FN`] | 32 | 4.25 |
/// | [`MXINT8`] | [`INT8`] times 2^-6 | 32 | 8.25 |
///
/// ```
/// use mantissa::prelude::*;
/// let q = MXFP4.block(4).quantize([[0.3, -7.0, 0.0, 2.6], [40.0, 1.0, -24.0, 5.0]]);
/// assert_eq!(q.scales().to_vec(), [1.0, 8.0]);
/// assert_eq!(q.codes().to_vec(), [0.5, -6.0, 0.0, 3.0, 4.0, 0.0, -3.0, 0.5]);
/// assert_eq!(q.dequantize()[[1, 2]], -24.0);
/// // ceil finds room for -7 (it becomes -8), and takes it from 0.3.
/// let q = MXFP4.block(4).rule(ScaleRule::Ceil).quantize([0.3, -7.0, 0.0, 2.6]);
/// assert_eq!(q.dequantize().as_slice().unwrap(), [0.0, -8.0, 0.0, 3.0]);
/// ```
///
/// What is not an ordinary block:
///
/// - **NaN or infinity** in a block (also a number beyond float32) makes its scale NaN, code 255, and
///   with it all its values; other blocks do not notice. torchao does so from 0.19 on (before, infinity
///   became the largest number). The codes are the element's NaN, or 0 where there is none.
/// - **All zeros**: the scale is 2^-127, code 0, as for every block too small for a larger one. Zeros
///   keep their sign, but for MXINT8, which has one zero.
/// - **Near 2^128** a number can round up to 2^128, which is infinity when read back in float32; with
///   [`ScaleRule::Floor`] it never does. (torchao 0.19 makes such a block NaN under `even`; here, as in
///   0.18, a block of numbers has a scale.)
///
/// # Errors
/// Quantizing has one if the length of the axis is no multiple of the block ([`QuantError::Groups`]),
/// if there is no such axis (a single number has none), or if a block has no element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mx {
    name: &'static str,
    element: DType,
    block: usize,
    axis: Option<usize>,
    rule: ScaleRule,
}

/// MXFP8 with E4M3 elements, at most 448.
pub const MXFP8_E4M3: Mx = Mx::float("MXFP8 E4M3", FP8_E4M3FN);
/// MXFP8 with E5M2 elements, at most 57344: infinity and NaN are not used.
pub const MXFP8_E5M2: Mx = Mx::float("MXFP8 E5M2", FP8_E5M2);
/// MXFP6 with E3M2 elements, at most 28.
pub const MXFP6_E3M2: Mx = Mx::float("MXFP6 E3M2", FP6_E3M2FN);
/// MXFP6 with E2M3 elements, at most 7.5.
pub const MXFP6_E2M3: Mx = Mx::float("MXFP6 E2M3", FP6_E2M3FN);
/// MXFP4: E2M1 elements, at most 6.
pub const MXFP4: Mx = Mx::float("MXFP4", FP4_E2M1FN);
/// MXINT8: two's complement with six bits after the point, code * 2^-6. OCP Microscaling 1.0,
/// section 5.3.4.
///
/// Elements are rounded to the nearest, ties to even, and end at -127/64 and 127/64. The code -128,
/// which the specification allows to leave unused, is never written, so that -x has the codes of x
/// negated; it is read as -2. The same is done by microxcaling, the authors' emulator (torchao has
/// no MXINT8), except that this one rounds ties away from zero unless told otherwise.
///
/// ```
/// use mantissa::prelude::*;
/// let q = MXINT8.block(4).quantize([1.0, -1.999, 0.0078125, 0.5]);
/// assert_eq!(q.codes().to_vec(), [64.0, -127.0, 0.0, 32.0]);
/// assert_eq!(q.dequantize().as_slice().unwrap(), [1.0, -1.984375, 0.0, 0.5]);
/// ```
pub const MXINT8: Mx = Mx::new("MXINT8", DType::Int(INT8));

impl Mx {
    const fn float(name: &'static str, element: FloatFormat) -> Mx {
        Mx::new(name, DType::Float(element))
    }

    const fn new(name: &'static str, element: DType) -> Mx {
        Mx {
            name,
            element,
            block: 32,
            axis: None,
            rule: ScaleRule::Floor,
        }
    }

    /// The same format with another rule for the scale; the constants have [`ScaleRule::Floor`].
    pub const fn rule(self, rule: ScaleRule) -> Mx {
        Mx { rule, ..self }
    }

    /// The same with `elements` to a block, for experiments; MX itself has 32.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// assert_eq!(MXFP4.quantize([1.0; 64]).bits_per_weight(), 4.25);
    /// assert_eq!(MXFP4.block(16).quantize([1.0; 64]).bits_per_weight(), 4.5);
    /// ```
    pub const fn block(self, elements: usize) -> Mx {
        Mx {
            block: elements,
            ..self
        }
    }

    /// The same with blocks along `axis`, counted from 0, instead of the last one.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = MXFP4.block(2).along(0).quantize([[4.0, 64.0], [1.0, 16.0]]);
    /// assert_eq!((q.scales().shape(), q.scales().to_vec()), (&[1, 2][..], vec![1.0, 16.0]));
    /// ```
    pub const fn along(self, axis: usize) -> Mx {
        Mx {
            axis: Some(axis),
            ..self
        }
    }

    /// The format of the elements; those of MXINT8 stand for code * 2^-6.
    pub const fn element(&self) -> DType {
        self.element
    }

    /// How many elements a block has.
    pub const fn block_size(&self) -> usize {
        self.block
    }

    /// How the scale follows from the largest magnitude.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let mine = MXFP4.block(16).rule(ScaleRule::Ceil);
    /// assert_eq!((mine.block_size(), mine.scale_rule()), (16, ScaleRule::Ceil));
    /// ```
    pub const fn scale_rule(&self) -> ScaleRule {
        self.rule
    }

    /// The scale X of a block whose largest magnitude is `amax`, in [`FP8_E8M0FNU`].
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// // 448 is the largest E4M3, and 1000 / 448 is between 2 and 4.
    /// assert_eq!(MXFP8_E4M3.scale(1000.0).to_f64(), 2.0);
    /// assert_eq!(MXFP8_E4M3.rule(ScaleRule::Rceil).scale(1000.0).to_f64(), 4.0);
    /// assert_eq!(MXFP8_E4M3.scale(0.0).code(), 0); // 2^-127
    /// ```
    pub fn scale(&self, amax: f32) -> Value {
        FP8_E8M0FNU.value(self.rule.code(amax, &self.grid()).into())
    }

    /// What the element format can hold.
    fn grid(&self) -> Grid {
        match self.element {
            DType::Float(format) => Grid {
                max: format.max() as f32,
                fraction_bits: format.mantissa_bits(),
                unit: 1.0,
            },
            DType::Int(format) => {
                let fraction_bits = format.bits() - 2;
                let unit = 1.0 / (1_u32 << fraction_bits) as f32;
                Grid {
                    max: format.max() as f32 * unit,
                    fraction_bits,
                    unit,
                }
            }
        }
    }

    /// The code of `x` in a block with this scale.
    fn code(&self, x: f32, scale: f32, grid: &Grid) -> u64 {
        if scale.is_nan() {
            return match self.element {
                DType::Float(format) => format.nan_code(false).unwrap_or(0),
                DType::Int(_) => 0,
            };
        }
        let p = (x / scale).clamp(-grid.max, grid.max) / grid.unit;
        let code = self
            .element
            .encode(p, Rounding::TiesToEven, Overflow::Saturate);
        code.expect("finite numbers saturate")
    }
}

/// What a format of elements can hold.
struct Grid {
    /// The largest element.
    max: f32,
    /// The bits after the point of the largest ones, 1.f * 2^e.
    fraction_bits: u32,
    /// What a code of 1 stands for in an integer format, else 1.
    unit: f32,
}

impl Quantizer for Mx {
    type Output = MxTensor;

    fn name(&self) -> String {
        let rule = (self.rule != ScaleRule::Floor).then(|| self.rule.name().to_owned());
        let block = (self.block != 32).then(|| format!("block {}", self.block));
        let axis = self.axis.map(|axis| format!("axis {axis}"));
        let options: Vec<String> = [rule, block, axis].into_iter().flatten().collect();
        if options.is_empty() {
            self.name.to_owned()
        } else {
            format!("{} ({})", self.name, options.join(", "))
        }
    }

    fn try_quantize(&self, x: impl TensorData) -> Result<MxTensor, QuantError> {
        let x = numbers(x)?;
        let blocks = Blocks::new(x.shape(), self.axis, self.block)?;
        let largest = blocks.largest(&x);
        let scales: Vec<Value> = largest.into_iter().map(|amax| self.scale(amax)).collect();
        let factors: Vec<f32> = scales.iter().map(|scale| scale.to_f64() as f32).collect();
        let grid = self.grid();
        let elements = x.iter().zip(blocks.indices());
        let codes = elements.map(|(x, block)| self.code(*x, factors[block], &grid));
        Ok(MxTensor {
            scheme: *self,
            codes: tensor_of(codes, x.shape(), self.element),
            scales: tensor_of(scales.iter().map(Value::code), blocks.scales(), FP8_E8M0FNU),
        })
    }
}

/// A tensor in an MX format: codes, and a scale for each block.
///
/// ```
/// use mantissa::prelude::*;
/// let q = MXFP6_E2M3.quantize([[0.15; 64], [3.2; 64]]);
/// assert_eq!((q.shape(), q.scales().shape()), (&[2, 64][..], &[2, 2][..]));
/// assert_eq!(q.scales().to_vec(), [0.03125, 0.03125, 0.5, 0.5]);
/// assert_eq!(q.dequantize()[[1, 0]], 3.25); // 6.5 * 0.5
/// assert_eq!(q.bits_per_weight(), 6.25);
/// ```
#[derive(Clone, PartialEq)]
pub struct MxTensor {
    scheme: Mx,
    codes: Tensor,
    scales: Tensor,
}

impl MxTensor {
    /// A tensor from its parts: codes in the element's dtype, and [`FP8_E8M0FNU`] scales of the same
    /// shape with the axis of the blocks `k` times shorter. Any codes will do.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// // As torchao packs them, the first of two codes in the low bits: 0.5 and -6.
    /// let codes = Tensor::from_bytes([0xf1], &[2], FP4_E2M1FN)?;
    /// let scales = Tensor::from_bytes([128], &[1], FP8_E8M0FNU)?;
    /// let q = MxTensor::from_parts(MXFP4.block(2), codes, scales).unwrap();
    /// assert_eq!(q.dequantize().as_slice().unwrap(), [1.0, -12.0]);
    /// # Ok::<(), TensorError>(())
    /// ```
    ///
    /// # Errors
    /// Other dtypes, scales of another shape, or codes that have no such blocks.
    pub fn from_parts(scheme: Mx, codes: Tensor, scales: Tensor) -> Result<MxTensor, QuantError> {
        Blocks::check_dtype("the codes", &codes, scheme.element)?;
        Blocks::check_dtype("the scales", &scales, FP8_E8M0FNU)?;
        Blocks::new(codes.shape(), scheme.axis, scheme.block)?.check_scales(&scales)?;
        Ok(MxTensor {
            scheme,
            codes,
            scales,
        })
    }

    /// The format.
    pub fn scheme(&self) -> Mx {
        self.scheme
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.codes.shape()
    }

    /// The elements P_i before the scale (for MXINT8: 64 P_i), in the tensor's shape. The bytes of
    /// MXFP4 are those of torchao's `qdata`: of two neighbours the first has the low four bits.
    pub fn codes(&self) -> &Tensor {
        &self.codes
    }

    /// The scales X, in [`FP8_E8M0FNU`]: the tensor's shape, the axis of the blocks `k` times shorter.
    pub fn scales(&self) -> &Tensor {
        &self.scales
    }

    fn blocks(&self) -> Blocks {
        Blocks::new(self.shape(), self.scheme.axis, self.scheme.block)
            .expect("the blocks have been checked")
    }
}

impl Quantized for MxTensor {
    /// X * P_i in float32: exact, or infinity from 2^128 on. A scale that is NaN makes NaNs.
    fn dequantize(&self) -> ArrayD<f32> {
        let unit = self.scheme.grid().unit;
        let scales: Vec<f32> = self
            .scales
            .values()
            .map(|scale| scale.to_f64() as f32 * unit)
            .collect();
        self.blocks().values(&self.codes, &scales)
    }

    fn code_tensor(&self) -> Option<Tensor> {
        Some(self.codes.clone())
    }

    fn scale_groups(&self) -> Option<Groups> {
        let unit = f64::from(self.scheme.grid().unit);
        let scales = self.scales.values().map(|scale| scale.to_f64() * unit);
        Some(self.blocks().groups(scales))
    }

    fn summary(&self) -> Summary {
        let element = self.scheme.element;
        Summary {
            scheme: self.scheme.name(),
            dtype: element.to_string(),
            shape: self.shape().to_vec(),
            granularity: self.blocks().words(),
            code_bits: element.bits().into(),
            code_bytes: self.codes.bytes().len(),
            parameters: vec![Parameter::new(
                "scale",
                FP8_E8M0FNU,
                FP8_E8M0FNU.bits(),
                self.scales.to_vec(),
            )],
        }
    }
}
