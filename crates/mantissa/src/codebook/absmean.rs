//! One and one and a half bits: signs, and signs or nothing, times the mean magnitude.

use crate::granularity::{Granularity, Grid, Groups};
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
    granularity: Granularity::Tensor,
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
    granularity: Granularity::Tensor,
};

/// A scheme of one or two bits scaled by the mean magnitude: [`TERNARY`] or [`BINARY`].
///
/// Means are summed in float64 and rounded once to float32; the rest is float32.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absmean {
    kind: Kind,
    granularity: Granularity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ternary,
    Binary,
}

impl Absmean {
    /// The same with scales for other elements.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let q = BINARY.granularity(Granularity::Axis(0)).quantize([[1.0, -3.0], [0.5, 0.5]]);
    /// assert_eq!(q.scales(), [2.0, 0.5]);
    /// ```
    pub fn granularity(self, granularity: Granularity) -> Absmean {
        Absmean {
            granularity,
            ..self
        }
    }

    /// One scale for each index along `axis`: 0 for the rows of a matrix, 1 for its columns.
    pub fn per_axis(self, axis: usize) -> Absmean {
        self.granularity(Granularity::Axis(axis))
    }

    /// One scale for each run of `size` elements along `axis`.
    pub fn per_group(self, axis: usize, size: usize) -> Absmean {
        self.granularity(Granularity::Group { axis, size })
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
}

impl Quantizer for Absmean {
    type Output = AbsmeanTensor;

    fn name(&self) -> String {
        let name = match self.kind {
            Kind::Ternary => "ternary",
            Kind::Binary => "binary",
        };
        match self.granularity {
            Granularity::Tensor => name.to_owned(),
            _ => format!("{name}, {}", self.granularity),
        }
    }

    /// # Errors
    /// NaN or infinity; groups that do not divide the axis.
    fn try_quantize(&self, x: impl TensorData) -> Result<AbsmeanTensor, QuantError> {
        let x = finite(x, &self.name())?;
        let grid = Grid::new(&self.granularity, x.shape())?;
        let scales: Vec<f32> = grid.split(&x)?.iter().map(|x| absmean(x)).collect();
        let codes = x.iter().zip(grid.indices());
        let codes = codes.map(|(x, group)| self.code(*x, scales[group]));
        let dtype = self.dtype();
        let bytes = crate::pack(codes, dtype.bits());
        let codes = Tensor::from_bytes(bytes, x.shape(), dtype)?;
        Ok(AbsmeanTensor {
            scheme: self.clone(),
            codes,
            scales,
        })
    }
}

/// The mean magnitude; 0 of no numbers.
fn absmean(x: &[f32]) -> f32 {
    let sum: f64 = x.iter().map(|x| f64::from(x.abs())).sum();
    (sum / x.len().max(1) as f64) as f32
}

/// A tensor of one or two bits an element, with its scales.
#[derive(Clone, PartialEq)]
pub struct AbsmeanTensor {
    scheme: Absmean,
    codes: Tensor,
    scales: Vec<f32>,
}

impl AbsmeanTensor {
    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.codes.shape()
    }

    /// The codes: -1, 0, 1 in [`INT2`], or 0 for minus and 1 for plus in [`UINT1`].
    pub fn codes(&self) -> &Tensor {
        &self.codes
    }

    /// The scales, one for each group.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// The scheme.
    pub fn scheme(&self) -> &Absmean {
        &self.scheme
    }

    fn grid(&self) -> Grid {
        let grid = Grid::new(&self.scheme.granularity, self.codes.shape());
        grid.expect("the groups divided the axes when the tensor was made")
    }
}

impl Quantized for AbsmeanTensor {
    /// x' = code * scale in float32.
    fn dequantize(&self) -> ArrayD<f32> {
        let grid = self.grid();
        let codes = self.codes.values().zip(grid.indices());
        let values =
            codes.map(|(code, group)| self.scheme.value(code.to_f64(), self.scales[group]));
        ArrayD::from_shape_vec(IxDyn(self.codes.shape()), values.collect())
            .expect("as many as the shape holds")
    }

    fn summary(&self) -> Summary {
        let scales = self.scales.iter().map(|s| f64::from(*s));
        Summary {
            scheme: self.scheme.name(),
            dtype: self.codes.dtype().to_string(),
            shape: self.codes.shape().to_vec(),
            granularity: self.scheme.granularity.to_string(),
            code_bits: f64::from(self.codes.dtype().bits()),
            code_bytes: self.codes.bytes().len(),
            parameters: vec![Parameter::new("scale", "float32", 32, scales)],
        }
    }

    fn code_tensor(&self) -> Option<Tensor> {
        Some(self.codes.clone())
    }

    fn scale_groups(&self) -> Option<Groups> {
        let scales = self.scales.iter().map(|s| f64::from(*s));
        Some(self.grid().groups(scales, []))
    }
}
