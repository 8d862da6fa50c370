//! A tensor quantized affinely: codes, scales, zero points.

use super::{Affine, AffineParams};
use crate::granularity::Groups;
use crate::quantized::{Parameter, QuantError, Quantized, Quantizer, Summary};
use crate::scheme::Scheme;
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

/// A tensor of integer (or float) codes with the scales and zero points that give them a meaning.
#[derive(Clone, PartialEq)]
pub struct AffineTensor {
    /// The scheme that the parameters were fitted with; none if they were given.
    fitted: Option<Affine>,
    params: AffineParams,
    codes: Tensor,
}

impl AffineTensor {
    pub(super) fn new(fitted: Option<Affine>, params: AffineParams, codes: Tensor) -> AffineTensor {
        AffineTensor {
            fitted,
            params,
            codes,
        }
    }

    /// Codes and parameters from elsewhere, such as a model file. Dequantizing them is ONNX's
    /// DequantizeLinear.
    ///
    /// ```
    /// use mantissa::prelude::*;
    /// let codes = Tensor::from_bytes([0xf8], &[2], INT4)?;
    /// let q = AffineTensor::from_parts(AffineParams::tensor(INT4, 0.5, 0), codes).unwrap();
    /// assert_eq!(q.dequantize().as_slice().unwrap(), [-4.0, -0.5]);
    /// # Ok::<(), TensorError>(())
    /// ```
    ///
    /// # Errors
    /// Codes of another dtype than the parameters are for, or with another number of groups.
    pub fn from_parts(params: AffineParams, codes: Tensor) -> Result<AffineTensor, QuantError> {
        if codes.dtype() != params.dtype() {
            let right = format!("the parameters are for {}", params.dtype());
            return Err(QuantError::argument(
                "the dtype of the codes",
                codes.dtype(),
                &right,
            ));
        }
        params.groups(codes.shape())?;
        Ok(AffineTensor::new(None, params, codes))
    }

    /// The scheme: [`Scheme::Affine`] if it was fitted to the tensor, else [`Scheme::Given`].
    pub fn scheme(&self) -> Scheme {
        match &self.fitted {
            Some(scheme) => scheme.clone().into(),
            None => self.params.clone().into(),
        }
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.codes.shape()
    }

    /// The codes, packed.
    pub fn codes(&self) -> &Tensor {
        &self.codes
    }

    /// Scales and zero points.
    pub fn params(&self) -> &AffineParams {
        &self.params
    }

    /// How many groups there are along each axis.
    pub fn grid(&self) -> Vec<usize> {
        self.groups().counts().to_vec()
    }

    pub(crate) fn groups(&self) -> crate::granularity::Grid {
        let grid = self.params.groups(self.codes.shape());
        grid.expect("the groups were counted when the tensor was made")
    }

    /// Whether some zero point is not the one that the dtype is symmetric about, so that they must
    /// be stored.
    fn stores_zero_points(&self) -> bool {
        let (low, high) = match self.params.dtype() {
            crate::DType::Int(int) => (int.min() as i32, int.max() as i32),
            crate::DType::Float(_) => return false,
        };
        let middle = (low + high + 1) / 2;
        self.params.zero_points().iter().any(|z| *z != middle)
    }
}

impl Quantized for AffineTensor {
    /// x' = (q - z) * s in float32. ONNX DequantizeLinear, opset 21.
    fn dequantize(&self) -> ArrayD<f32> {
        let grid = self.groups();
        let codes = self.codes.values().zip(grid.indices());
        let values = codes.map(|(code, group)| self.params.value(code.to_f64(), group));
        ArrayD::from_shape_vec(IxDyn(self.codes.shape()), values.collect())
            .expect("as many as the shape holds")
    }

    /// Scales are counted as float32. Zero points are counted, in the dtype of the codes, unless all
    /// are the middle code (0 for signed integers): that one need not be stored.
    fn summary(&self) -> Summary {
        let dtype = self.params.dtype();
        let scales = self.params.scales().iter().map(|s| f64::from(*s));
        let mut parameters = vec![Parameter::new("scale", "float32", 32, scales)];
        if self.stores_zero_points() {
            let zero_points = self.params.zero_points().iter().map(|z| f64::from(*z));
            parameters.push(Parameter::new(
                "zero point",
                dtype,
                dtype.bits(),
                zero_points,
            ));
        }
        Summary {
            scheme: self.scheme().name(),
            dtype: dtype.to_string(),
            shape: self.codes.shape().to_vec(),
            granularity: self.params.granularity().to_string(),
            code_bits: f64::from(dtype.bits()),
            code_bytes: self.codes.bytes().len(),
            parameters,
        }
    }

    fn code_tensor(&self) -> Option<Tensor> {
        Some(self.codes.clone())
    }

    fn scale_groups(&self) -> Option<Groups> {
        let scales = self.params.scales().iter().map(|s| f64::from(*s));
        let zero_points = self.params.zero_points();
        let shifted = zero_points.iter().any(|z| *z != 0);
        let zero_points = zero_points.iter().filter(|_| shifted);
        Some(
            self.groups()
                .groups(scales, zero_points.map(|z| f64::from(*z))),
        )
    }
}
