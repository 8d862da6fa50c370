//! One and one and a half bits: signs, and signs or nothing, times the mean magnitude.

use crate::int::{INT2, IntFormat, UINT1};
use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary, finite};
use crate::tensor::{Tensor, TensorData};
use ndarray::{ArrayD, IxDyn};

/// Ternary weights: -1, 0 or 1 times the mean magnitude. BitNet b1.58, arXiv:2402.17764, section 2.
///
/// ```text
/// s = mean |x|        code = clamp(round(x / s), -1, 1)        x' = code * s
/// ```
///
/// The paper's ratio is x / (s + eps), where eps keeps it defined for s = 0; here the codes of a
/// group with s = 0 are 0. Halves round to even, to 0. Codes are [`INT2`], four to a byte.
///
/// ```
/// use mantissa::prelude::*;
/// let q = TERNARY.quantize([1.0, -0.2, 0.3, -2.5]);
/// assert_eq!((q.scales(), q.codes().to_vec()), (&[1.0][..], vec![1.0, 0.0, 0.0, -1.0]));
/// assert_eq!(q.codes().bytes(), [0b11_00_00_01]);
/// ```
pub const TERNARY: Absmean = Absmean {
    kind: Kind::Ternary,
    share: Share::Tensor,
};

/// Binary weights: the sign times the mean magnitude. XNOR-Net, arXiv:1603.05279, section 3.1.
///
/// ```text
/// s = mean |x|        code = 1 if x >= 0, else 0        x' = (2 * code - 1) * s
/// ```
///
/// Of all s and signs these have the least squared error. Codes are [`UINT1`], eight to a byte.
///
/// ```
/// use mantissa::prelude::*;
/// let q = BINARY.quantize([1.0, -0.2, 0.3, -2.5]);
/// assert_eq!(q.dequantize().as_slice().unwrap(), [1.0, -1.0, 1.0, -1.0]);
/// assert_eq!(q.codes().bytes(), [0b0101]);
/// ```
pub const BINARY: Absmean = Absmean {
    kind: Kind::Binary,
    share: Share::Tensor,
};

/// A scheme of one or two bits scaled by the mean magnitude: [`TERNARY`] or [`BINARY`].
///
/// Means are summed in float64 and rounded once to float32; the rest is float32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absmean {
    kind: Kind,
    share: Share,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ternary,
    Binary,
}

/// Which elements share a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Share {
    Tensor,
    Row,
    Group(usize),
}

impl Absmean {
    /// The same with a scale for each row, which runs along the last axis.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = BINARY.per_row().quantize([[1.0, -3.0], [0.5, 0.5]]);
    /// assert_eq!(q.scales(), [2.0, 0.5]);
    /// ```
    pub fn per_row(self) -> Absmean {
        Absmean {
            share: Share::Row,
            ..self
        }
    }

    /// The same with a scale for every `size` elements along the last axis, which `size` divides.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = TERNARY.group(2).quantize([1.0, -3.0, 0.5, 0.5]);
    /// assert_eq!(q.scales(), [2.0, 0.5]);
    /// ```
    pub fn group(self, size: usize) -> Absmean {
        Absmean {
            share: Share::Group(size),
            ..self
        }
    }

    /// The dtype of the codes.
    fn dtype(&self) -> IntFormat {
        match self.kind {
            Kind::Ternary => INT2,
            Kind::Binary => UINT1,
        }
    }

    fn code(&self, x: f32, scale: f32) -> u64 {
        match self.kind {
            Kind::Binary => u64::from(x >= 0.0),
            Kind::Ternary if scale == 0.0 => 0,
            Kind::Ternary => match (x / scale).round_ties_even() {
                1.0.. => 0b01,
                ..=-1.0 => 0b11,
                _ => 0b00,
            },
        }
    }

    fn value(&self, code: f64, scale: f32) -> f32 {
        match self.kind {
            Kind::Ternary => code as f32 * scale,
            Kind::Binary => (2.0 * code as f32 - 1.0) * scale,
        }
    }

    /// How many consecutive elements of a tensor share a scale, at least 1.
    fn group_len(&self, shape: &[usize]) -> Result<usize, QuantError> {
        let row = shape.last().copied().unwrap_or(1);
        match self.share {
            Share::Tensor => Ok(shape.iter().product::<usize>().max(1)),
            Share::Row => Ok(row.max(1)),
            Share::Group(size) if size > 0 && row.is_multiple_of(size) => Ok(size),
            Share::Group(size) => Err(QuantError::Groups {
                group: size,
                length: row,
                axis: shape.len().saturating_sub(1),
            }),
        }
    }

    fn granularity(&self, shape: &[usize]) -> String {
        let axis = shape.len().saturating_sub(1);
        match self.share {
            Share::Tensor => "tensor".to_owned(),
            Share::Row => "rows".to_owned(),
            Share::Group(size) => format!("groups of {size} along axis {axis}"),
        }
    }
}

impl Quantizer for Absmean {
    type Output = AbsmeanTensor;

    fn name(&self) -> String {
        let name = match self.kind {
            Kind::Ternary => "ternary",
            Kind::Binary => "binary",
        };
        match self.share {
            Share::Tensor => name.to_owned(),
            Share::Row => format!("{name}, rows"),
            Share::Group(size) => format!("{name}, groups of {size}"),
        }
    }

    /// # Errors
    /// NaN or infinity; groups that do not divide the last axis.
    fn try_quantize(&self, x: impl TensorData) -> Result<AbsmeanTensor, QuantError> {
        let x = finite(x, &self.name())?;
        let shape = x.shape().to_vec();
        let group = self.group_len(&shape)?;
        let x = x.into_raw_vec_and_offset().0;
        let scales: Vec<f32> = x.chunks(group).map(absmean).collect();
        let codes = x.iter().enumerate();
        let codes = codes.map(|(i, x)| self.code(*x, scales[i / group]));
        let dtype = self.dtype();
        let bytes = crate::pack(codes, dtype.bits());
        let codes = Tensor::from_bytes(bytes, &shape, dtype)?;
        Ok(AbsmeanTensor {
            scheme: *self,
            codes,
            scales,
        })
    }
}

/// The mean magnitude.
fn absmean(x: &[f32]) -> f32 {
    let sum: f64 = x.iter().map(|x| f64::from(x.abs())).sum();
    (sum / x.len() as f64) as f32
}

/// A tensor of one or two bits an element, with its scales.
#[derive(Clone, PartialEq)]
pub struct AbsmeanTensor {
    scheme: Absmean,
    codes: Tensor,
    scales: Vec<f32>,
}

impl AbsmeanTensor {
    /// The codes: -1, 0, 1 in [`INT2`], or 0 for minus and 1 for plus in [`UINT1`].
    pub fn codes(&self) -> &Tensor {
        &self.codes
    }

    /// The scales, one for each group.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// The scheme.
    pub fn scheme(&self) -> Absmean {
        self.scheme
    }
}

impl Quantized for AbsmeanTensor {
    /// x' = code * scale in float32.
    fn dequantize(&self) -> ArrayD<f32> {
        let shape = self.codes.shape();
        let group = self.scheme.group_len(shape);
        let group = group.expect("the groups divided the axis when the tensor was made");
        let codes = self.codes.values().enumerate();
        let value = |(i, code): (usize, crate::Value)| {
            self.scheme.value(code.to_f64(), self.scales[i / group])
        };
        ArrayD::from_shape_vec(IxDyn(shape), codes.map(value).collect())
            .expect("as many as the shape holds")
    }

    fn summary(&self) -> Summary {
        let scales = self.scales.iter().map(|s| f64::from(*s));
        Summary {
            scheme: self.scheme.name(),
            dtype: self.codes.dtype().to_string(),
            shape: self.codes.shape().to_vec(),
            granularity: self.scheme.granularity(self.codes.shape()),
            code_bits: f64::from(self.codes.dtype().bits()),
            code_bytes: self.codes.bytes().len(),
            parameters: vec![Parameter::new("scale", "float32", 32, scales)],
        }
    }

    fn code_tensor(&self) -> Option<Tensor> {
        Some(self.codes.clone())
    }
}
