//! Affine schemes as the argument of a picture.

use super::levels::Levels;
use crate::affine::{Affine, AffineParams};
use crate::granularity::Granularity;
use crate::quantized::{QuantError, Quantized, Quantizer, unwrap};
use ndarray::{Array1, ArrayD};

/// Affine schemes to draw: an [`Affine`], which is fitted to the numbers in the picture, or
/// [`AffineParams`], which stay as they are; or several of them as an array, slice, vector or tuple.
pub trait Affines {
    /// Each with its name and its parameters for `x`.
    ///
    /// # Errors
    /// Those of [`Affine::try_fit`].
    fn fitted(&self, x: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError>;
}

impl Affines for Affine {
    fn fitted(&self, x: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError> {
        Ok(vec![(self.name(), self.try_fit(x)?)])
    }
}

impl Affines for AffineParams {
    fn fitted(&self, _: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError> {
        Ok(vec![(self.name(), self.clone())])
    }
}

impl<T: Affines> Affines for [T] {
    fn fitted(&self, x: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError> {
        let each: Result<Vec<_>, _> = self.iter().map(|scheme| scheme.fitted(x)).collect();
        Ok(each?.concat())
    }
}

impl<T: Affines + ?Sized> Affines for &T {
    fn fitted(&self, x: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError> {
        (**self).fitted(x)
    }
}

impl<T: Affines, const N: usize> Affines for [T; N] {
    fn fitted(&self, x: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError> {
        self[..].fitted(x)
    }
}

impl<T: Affines> Affines for Vec<T> {
    fn fitted(&self, x: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError> {
        self[..].fitted(x)
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: Affines),*> Affines for ($($name,)*) {
            #[allow(non_snake_case, reason = "the type parameters name the variables")]
            fn fitted(&self, x: &ArrayD<f32>) -> Result<Vec<(String, AffineParams)>, QuantError> {
                let ($($name,)*) = self;
                Ok([$($name.fitted(x)?),*].concat())
            }
        }
    )*};
}
tuples!((A B) (A B C) (A B C D) (A B C D E) (A B C D E F));

/// One scheme as pictures need it: one scale and one zero point, with the values that come of them.
#[derive(Clone)]
pub(super) struct Fitted {
    pub(super) name: String,
    pub(super) params: AffineParams,
    pub(super) levels: Levels,
}

impl Fitted {
    /// The schemes for these numbers.
    ///
    /// # Panics
    /// If a scheme cannot be fitted, has more than one scale, or codes of more than 16 bits.
    #[track_caller]
    pub(super) fn all(schemes: &impl Affines, x: &ArrayD<f32>, picture: &str) -> Vec<Fitted> {
        let fitted = unwrap(schemes.fitted(x));
        let fitted = fitted.into_iter();
        fitted
            .map(|(name, params)| Fitted::new(name, params, picture))
            .collect()
    }

    #[track_caller]
    pub(super) fn new(name: String, params: AffineParams, picture: &str) -> Fitted {
        let (granularity, scales) = (params.granularity(), params.scales().len());
        assert!(
            *granularity == Granularity::Tensor && scales == 1,
            "{picture} draws one scale and one zero point, and {name} has {scales} ({granularity}): \
             leave the granularity out, or take the numbers of one group"
        );
        let bits = params.dtype().bits();
        assert!(
            bits <= 16,
            "{picture} draws codes of up to 16 bits, and those of {name} have {bits}"
        );
        let levels = Levels::new(&params);
        let (low, high) = levels.range();
        assert!(
            low.is_finite() && high.is_finite(),
            "{picture} draws what the codes of {name} stand for, and with {} they overflow float32: \
             take a smaller scale",
            parameters(&params)
        );
        Fitted {
            name,
            params,
            levels,
        }
    }

    /// Each number's code and the value that it stands for.
    #[track_caller]
    pub(super) fn quantize(&self, x: &ArrayD<f32>) -> (Vec<f64>, ArrayD<f32>) {
        let quantized = self.params.quantize(x);
        (quantized.codes().to_vec(), quantized.dequantize())
    }

    /// Some float32 numbers, each with its code and the value that it stands for.
    #[track_caller]
    pub(super) fn each(&self, numbers: &[f64]) -> Vec<[f64; 3]> {
        let x: Vec<f32> = numbers.iter().map(|x| *x as f32).collect();
        let (codes, values) = self.quantize(&Array1::from(x).into_dyn());
        let each = numbers.iter().zip(codes).zip(values);
        each.map(|((x, code), value)| [*x, code + 0.0, f64::from(value) + 0.0])
            .collect()
    }

    /// How many numbers are clipped.
    pub(super) fn clipped(&self, x: &ArrayD<f32>) -> usize {
        x.iter()
            .filter(|x| self.levels.clips(f64::from(**x)))
            .count()
    }

    /// `s = 0.0721176, z = -23`.
    pub(super) fn parameters(&self) -> String {
        parameters(&self.params)
    }
}

fn parameters(params: &AffineParams) -> String {
    let (scale, zero_point) = (params.scale(), params.zero_point());
    format!("s = {}, z = {zero_point}", super::short(scale.into()))
}
