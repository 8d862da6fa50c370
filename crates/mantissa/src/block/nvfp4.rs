//! NVFP4: 16 FP4 numbers share an FP8 scale, and the tensor a float32 one.

use super::blocks::{Blocks, tensor_of};
use crate::codec::{Overflow, Rounding};
use crate::format::{FP4_E2M1FN, FP8_E4M3FN, FP32};
use crate::granularity::Groups;
use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary, finite};
use crate::tensor::{Tensor, TensorData};
use ndarray::ArrayD;

/// Elements of a block.
const BLOCK: usize = 16;
/// The largest E2M1.
const MAX_CODE: f32 = 6.0;
/// The largest E4M3.
const MAX_SCALE: f32 = 448.0;
/// The smallest normal E4M3, 2^-6: no block scale is smaller.
const MIN_SCALE: f32 = 0.015625;
/// 2^-121: from this t on (1 / t) / s is finite for every block scale s.
const MIN_TENSOR_SCALE: f32 = f32::MIN_POSITIVE * 32.0;

/// NVIDIA's FP4: each block of 16 elements along the last axis has a scale s in [`FP8_E4M3FN`], the
/// tensor has one more, t, in float32, and a code P_i in [`FP4_E2M1FN`] stands for t * s * P_i.
///
/// In float32, with `amax` the largest magnitude of a block and all divisions as written,
///
/// ```text
/// t   = (largest magnitude of the tensor) / (448 * 6), at least 2^-121
/// s   = E4M3 nearest to (amax / 6) / t, which is first brought into 2^-6 to 448
/// P_i = E2M1 nearest to x_i * ((1 / t) / s), at most 6
/// ```
///
/// both with ties to even: torchao, `per_tensor_amax_to_scale` and `nvfp4_quantize`. t brings the
/// largest block to the top of E4M3. Small blocks suffer first: below `amax` = 6 * 2^-6 * t the scale
/// no longer follows, and numbers below a quarter of 2^-6 * t are 0.
///
/// The lower end of t is ours: torchao has none, so that a tensor of zeros becomes NaN there. Here it
/// is one of zeros (which keep their sign), and one of very small numbers loses only precision.
///
/// ```
/// use mantissa::prelude::*;
/// let mut x = [0.0; 32];
/// (x[0], x[1], x[16], x[17]) = (6.0, -2.2, 2688.0, 1000.0);
/// let q = NVFP4.quantize(x);
/// assert_eq!((q.tensor_scale(), q.scales().to_vec()), (Some(1.0), vec![1.0, 448.0]));
/// let y = q.dequantize();
/// assert_eq!([y[[0]], y[[1]], y[[16]], y[[17]]], [6.0, -2.0, 2688.0, 896.0]);
/// ```
///
/// # Errors
/// Quantizing has one for NaN and infinity ([`QuantError::NotFinite`]), if the last axis is no multiple
/// of 16 ([`QuantError::Groups`]) or there is none, and for a given tensor scale that is below 2^-121
/// or not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NvFp4 {
    tensor_scale: TensorScale,
}

/// Where the scale of the whole tensor comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum TensorScale {
    None,
    Fitted,
    Given(f32),
}

/// NVFP4 with both levels of scales; 4.5 bits per weight and 32 bits for the tensor.
pub const NVFP4: NvFp4 = NvFp4 {
    tensor_scale: TensorScale::Fitted,
};

impl NvFp4 {
    /// Block scales alone, t = 1: torchao's `per_tensor_scale=None`. What lies beyond 2688 = 448 * 6 is
    /// clipped to it.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = NVFP4.single_level().quantize([0.3; 16]);
    /// assert_eq!((q.tensor_scale(), q.scales().to_vec()), (None, vec![0.05078125]));
    /// // Below 6 * 2^-6 precision is lost: the scale stays at 2^-6.
    /// assert_eq!(NVFP4.single_level().fake_quantize([0.001; 16])[[0]], 0.0);
    /// assert_eq!(NVFP4.quantize([0.001_f32; 16]).dequantize()[[0]], 0.001);
    /// ```
    pub const fn single_level(self) -> NvFp4 {
        NvFp4 {
            tensor_scale: TensorScale::None,
        }
    }

    /// The tensor scale t as given, from a calibration: (largest magnitude expected) / 2688.
    /// What lies beyond 2688 t is clipped to it.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = NVFP4.with_tensor_scale(0.5).quantize([9.0; 16]);
    /// assert_eq!((q.scales().to_vec()[0], q.codes().to_vec()[0]), (3.0, 6.0));
    /// ```
    pub const fn with_tensor_scale(self, scale: f32) -> NvFp4 {
        NvFp4 {
            tensor_scale: TensorScale::Given(scale),
        }
    }

    /// The scale of a tensor whose largest magnitude is `amax`, if there is one.
    fn fit(&self, amax: f32) -> Result<Option<f32>, QuantError> {
        match self.tensor_scale {
            TensorScale::None => Ok(None),
            TensorScale::Fitted => {
                let scale = amax / (MAX_SCALE * MAX_CODE);
                Ok(Some(scale.max(MIN_TENSOR_SCALE)))
            }
            TensorScale::Given(scale) if scale.is_finite() && scale >= MIN_TENSOR_SCALE => {
                Ok(Some(scale))
            }
            TensorScale::Given(scale) => Err(QuantError::argument(
                "the tensor scale",
                scale,
                "it is finite and at least 2^-121 (3.7616e-37), so that its reciprocal is finite too",
            )),
        }
    }
}

/// The code of the scale of a block.
fn scale_code(amax: f32, tensor_scale: f32) -> u64 {
    let scale = (amax / MAX_CODE / tensor_scale).clamp(MIN_SCALE, MAX_SCALE);
    let code = FP8_E4M3FN.encode(scale, Rounding::TiesToEven, Overflow::Saturate);
    code.expect("a finite number")
}

impl Quantizer for NvFp4 {
    type Output = NvFp4Tensor;

    fn name(&self) -> String {
        match self.tensor_scale {
            TensorScale::Fitted => "NVFP4".to_owned(),
            TensorScale::None => "NVFP4 (single level)".to_owned(),
            TensorScale::Given(scale) => format!("NVFP4 (tensor scale {scale})"),
        }
    }

    fn try_quantize(&self, x: impl TensorData) -> Result<NvFp4Tensor, QuantError> {
        let x = finite(x, &self.name())?;
        let blocks = Blocks::new(x.shape(), None, BLOCK)?;
        let largest = blocks.largest(&x);
        let amax = largest
            .iter()
            .fold(0.0, |amax: f32, block| amax.max(*block));
        let tensor_scale = self.fit(amax)?;
        let t = tensor_scale.unwrap_or(1.0);
        let scales = largest.into_iter().map(|amax| scale_code(amax, t));
        let scales = tensor_of(scales, blocks.scales(), FP8_E4M3FN);
        let inverses: Vec<f32> = scales
            .values()
            .map(|s| 1.0 / t / s.to_f64() as f32)
            .collect();
        let codes = x.iter().zip(blocks.indices()).map(|(x, block)| {
            let p = x * inverses[block];
            let code = FP4_E2M1FN.encode(p, Rounding::TiesToEven, Overflow::Saturate);
            code.expect("the inverses are finite")
        });
        Ok(NvFp4Tensor {
            tensor_scale,
            codes: tensor_of(codes, x.shape(), FP4_E2M1FN),
            scales,
        })
    }
}

/// A tensor in NVFP4: codes, a scale for each 16 of them, and a scale of the tensor.
///
/// ```
/// use mantissa::prelude::*;
/// let q = NVFP4.quantize([[1.5; 32], [-0.75; 32]]);
/// assert_eq!((q.shape(), q.scales().shape()), (&[2, 32][..], &[2, 2][..]));
/// assert_eq!(q.dequantize()[[1, 31]], -0.75);
/// assert_eq!(q.bits_per_weight(), 4.0 + 8.0 / 16.0 + 32.0 / 64.0);
/// ```
#[derive(Clone, PartialEq)]
pub struct NvFp4Tensor {
    tensor_scale: Option<f32>,
    codes: Tensor,
    scales: Tensor,
}

impl NvFp4Tensor {
    /// A tensor from its parts: [`FP4_E2M1FN`] codes, [`FP8_E4M3FN`] scales of the same shape with
    /// the last axis 16 times shorter, and the tensor scale, if there is one. Any codes will do.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let codes = Tensor::from_bytes([0xf1; 8], &[16], FP4_E2M1FN)?; // 0.5 and -6, eight times
    /// let scales = Tensor::from_bytes([0x40], &[1], FP8_E4M3FN)?; // 2
    /// let q = NvFp4Tensor::from_parts(codes, scales, Some(0.25)).unwrap();
    /// assert_eq!(q.dequantize().as_slice().unwrap()[..2], [0.25, -3.0]);
    /// # Ok::<(), TensorError>(())
    /// ```
    ///
    /// # Errors
    /// Other dtypes, codes whose last axis is no multiple of 16, scales of another shape, or a tensor
    /// scale that is not finite and above zero.
    pub fn from_parts(
        codes: Tensor,
        scales: Tensor,
        tensor_scale: Option<f32>,
    ) -> Result<NvFp4Tensor, QuantError> {
        Blocks::check_dtype("the codes", &codes, FP4_E2M1FN)?;
        Blocks::check_dtype("the scales", &scales, FP8_E4M3FN)?;
        Blocks::new(codes.shape(), None, BLOCK)?.check_scales(&scales)?;
        match tensor_scale {
            Some(scale) if !(scale.is_finite() && scale > 0.0) => {
                Err(QuantError::Scale { scale, group: 0 })
            }
            _ => Ok(NvFp4Tensor {
                tensor_scale,
                codes,
                scales,
            }),
        }
    }

    /// The format, with one level of scales or two. (Where the tensor's came from is not kept.)
    pub fn scheme(&self) -> NvFp4 {
        match self.tensor_scale {
            Some(_) => NVFP4,
            None => NVFP4.single_level(),
        }
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.codes.shape()
    }

    /// The codes P_i before the scales, in the tensor's shape. Their bytes are those of torchao and of
    /// NVFP4 checkpoints: of two neighbours the first has the low four bits.
    pub fn codes(&self) -> &Tensor {
        &self.codes
    }

    /// The scales s of the blocks, in [`FP8_E4M3FN`]: the tensor's shape, the last axis 16 times
    /// shorter. (They are not swizzled as tensor cores want them.)
    pub fn scales(&self) -> &Tensor {
        &self.scales
    }

    /// The scale t of the tensor; `None` if there is a single level.
    pub fn tensor_scale(&self) -> Option<f32> {
        self.tensor_scale
    }

    fn blocks(&self) -> Blocks {
        Blocks::new(self.shape(), None, BLOCK).expect("the blocks have been checked")
    }
}

impl Quantized for NvFp4Tensor {
    /// (t * s) * P_i in float32.
    fn dequantize(&self) -> ArrayD<f32> {
        let t = self.tensor_scale.unwrap_or(1.0);
        let scales = self.scales.values();
        let scales: Vec<f32> = scales.map(|s| t * s.to_f64() as f32).collect();
        self.blocks().values(&self.codes, &scales)
    }

    fn code_tensor(&self) -> Option<Tensor> {
        Some(self.codes.clone())
    }

    fn scale_groups(&self) -> Option<Groups> {
        let t = f64::from(self.tensor_scale.unwrap_or(1.0));
        let scales = self.scales.values().map(|s| s.to_f64() * t);
        Some(self.blocks().groups(scales))
    }

    fn summary(&self) -> Summary {
        let of_blocks = Parameter::new(
            "block scale",
            FP8_E4M3FN,
            FP8_E4M3FN.bits(),
            self.scales.to_vec(),
        );
        let of_tensor = self
            .tensor_scale
            .map(|t| Parameter::new("tensor scale", FP32, FP32.bits(), [t.into()]));
        Summary {
            scheme: self.scheme().name(),
            dtype: FP4_E2M1FN.to_string(),
            shape: self.shape().to_vec(),
            granularity: self.blocks().words(),
            code_bits: FP4_E2M1FN.bits().into(),
            code_bytes: self.codes.bytes().len(),
            parameters: std::iter::once(of_blocks).chain(of_tensor).collect(),
        }
    }
}
