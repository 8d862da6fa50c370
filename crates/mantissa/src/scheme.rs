//! Any scheme, by value or by name, and many of them compared on one tensor.

mod table;

pub use table::{SchemeRow, SchemeTable, error_table, try_error_table};

use crate::affine::{Affine, AffineParams};
use crate::block::ggml::{self, BlockFormat};
use crate::block::{
    MXFP4, MXFP6_E2M3, MXFP6_E3M2, MXFP8_E4M3, MXFP8_E5M2, MXINT8, Mx, NVFP4, NvFp4,
};
use crate::codebook::{Absmean, BINARY, BNB_DYNAMIC8, BNB_FP4, CodebookScheme, NF4, TERNARY};
use crate::dtype::DType;
use crate::format::FloatFormat;
use crate::granularity::Groups;
use crate::quantized::{QuantError, Quantized, Quantizer, Summary, array, to_f32};
use crate::tensor::{Tensor, TensorData};
use ndarray::ArrayD;
use std::str::FromStr;

/// Any scheme of this library, so that different ones stand in one list.
///
/// ```
/// use mantissa::prelude::*;
/// let w = normal([4, 256], 1);
/// let schemes = [Scheme::from("q4_k"), MXFP4.into(), Affine::symmetric(INT4).per_axis(0).into()];
/// let bits = schemes.map(|scheme| scheme.quantize(&w).bits_per_weight());
/// assert_eq!(bits, [4.5, 4.25, 4.125]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Scheme {
    /// Rounded to a float format, to the nearest, without any scale.
    Cast(FloatFormat),
    /// Fitted to the data, integers (or floats) with a scale and a zero point.
    Affine(Affine),
    /// The same with parameters that are given.
    Given(AffineParams),
    /// OCP microscaling.
    Mx(Mx),
    /// NVFP4.
    NvFp4(NvFp4),
    /// A block format of ggml.
    Ggml(BlockFormat),
    /// A codebook.
    Codebook(CodebookScheme),
    /// Ternary or binary.
    Absmean(Absmean),
}

macro_rules! from {
    ($($scheme:ident($value:ty)),*) => {$(
        impl From<$value> for Scheme {
            fn from(scheme: $value) -> Scheme {
                Scheme::$scheme(scheme)
            }
        }
    )*};
}
from!(
    Cast(FloatFormat),
    Affine(Affine),
    Given(AffineParams),
    Mx(Mx),
    NvFp4(NvFp4),
    Ggml(BlockFormat),
    Codebook(CodebookScheme),
    Absmean(Absmean)
);

impl From<&str> for Scheme {
    /// The scheme of this name, so that one can be written where a scheme is asked for.
    ///
    /// # Panics
    /// If no scheme has the name; `"q4_0".parse::<Scheme>()` gives an error instead.
    #[track_caller]
    fn from(name: &str) -> Scheme {
        crate::quantized::unwrap(name.parse())
    }
}

/// Every scheme that has a name of its own, ggml's formats and the dtypes aside.
fn named() -> Vec<(&'static str, Scheme)> {
    vec![
        ("mxfp8_e4m3", MXFP8_E4M3.into()),
        ("mxfp8_e5m2", MXFP8_E5M2.into()),
        ("mxfp6_e3m2", MXFP6_E3M2.into()),
        ("mxfp6_e2m3", MXFP6_E2M3.into()),
        ("mxfp4", MXFP4.into()),
        ("mxint8", MXINT8.into()),
        ("nvfp4", NVFP4.into()),
        ("nf4", NF4.into()),
        ("bnb_fp4", BNB_FP4.into()),
        ("bnb_dynamic8", BNB_DYNAMIC8.into()),
        ("ternary", TERNARY.into()),
        ("binary", BINARY.into()),
    ]
}

impl FromStr for Scheme {
    type Err = QuantError;

    /// Reads `mxfp4`, `mxfp8_e4m3`, `nvfp4`, `nf4`, `ternary` and the like; ggml's `q4_0`, `q4_k`,
    /// `iq4_nl` (its MXFP4 and NVFP4 are [`ggml::MXFP4`] and [`ggml::NVFP4`]); and dtypes: an integer,
    /// or a float of 8 bits or less, is [`Affine::symmetric`] with one scale for the tensor, a wider
    /// float a [`Scheme::Cast`]. Upper and lower case are the same.
    fn from_str(text: &str) -> Result<Scheme, QuantError> {
        let name: String = text
            .trim()
            .chars()
            .take(64)
            .collect::<String>()
            .to_lowercase();
        let named = named();
        if let Some((_, scheme)) = named.iter().find(|(known, _)| *known == name) {
            return Ok(scheme.clone());
        }
        if let Ok(format) = ggml::format(&name) {
            return Ok(format.into());
        }
        match name.parse() {
            Ok(DType::Float(format)) if format.bits() > 8 => return Ok(format.into()),
            Ok(dtype) => return Ok(Affine::symmetric(dtype).into()),
            Err(_) => {}
        }
        let formats = ggml::FORMATS
            .iter()
            .map(|format| format.name().to_lowercase());
        let dtypes = crate::dtypes().map(|dtype| dtype.name().to_owned());
        let schemes = named.iter().map(|(name, _)| (*name).to_owned());
        let mut known: Vec<String> = schemes.chain(formats).chain(dtypes).collect();
        known
            .sort_by_cached_key(|known| (strsim::damerau_levenshtein(&name, known), known.clone()));
        known.dedup();
        let right = format!("did you mean {}, {} or {}?", known[0], known[1], known[2]);
        Err(QuantError::argument("the name of a scheme", name, &right))
    }
}

impl Quantizer for Scheme {
    type Output = SchemeTensor;

    fn name(&self) -> String {
        match self {
            Scheme::Cast(format) => format.to_string(),
            Scheme::Affine(scheme) => scheme.name(),
            Scheme::Given(params) => params.name(),
            Scheme::Mx(scheme) => scheme.name(),
            Scheme::NvFp4(scheme) => scheme.name(),
            Scheme::Ggml(format) => format.name().to_owned(),
            Scheme::Codebook(scheme) => scheme.name(),
            Scheme::Absmean(scheme) => scheme.name(),
        }
    }

    /// # Errors
    /// Those of the scheme.
    fn try_quantize(&self, x: impl TensorData) -> Result<SchemeTensor, QuantError> {
        let tensor: Box<dyn Quantized> = match self {
            Scheme::Cast(format) => Box::new(Tensor::new(x, *format)?),
            Scheme::Affine(scheme) => Box::new(scheme.try_quantize(x)?),
            Scheme::Given(params) => Box::new(params.try_quantize(x)?),
            Scheme::Mx(scheme) => Box::new(scheme.try_quantize(x)?),
            Scheme::NvFp4(scheme) => Box::new(scheme.try_quantize(x)?),
            Scheme::Ggml(format) => Box::new(format.try_quantize(x)?),
            Scheme::Codebook(scheme) => Box::new(scheme.try_quantize(x)?),
            Scheme::Absmean(scheme) => Box::new(scheme.try_quantize(x)?),
        };
        Ok(SchemeTensor {
            scheme: self.clone(),
            shape: tensor.summary().shape,
            tensor,
        })
    }
}

/// A tensor quantized by a [`Scheme`], whichever it is.
pub struct SchemeTensor {
    scheme: Scheme,
    shape: Vec<usize>,
    tensor: Box<dyn Quantized>,
}

impl SchemeTensor {
    /// The scheme.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }
}

impl Quantized for SchemeTensor {
    fn dequantize(&self) -> ArrayD<f32> {
        self.tensor.dequantize()
    }

    fn summary(&self) -> Summary {
        self.tensor.summary()
    }

    fn code_tensor(&self) -> Option<Tensor> {
        self.tensor.code_tensor()
    }

    fn scale_groups(&self) -> Option<Groups> {
        self.tensor.scale_groups()
    }
}

/// A tensor of any dtype is quantized to it: its codes stand for themselves.
impl Quantized for Tensor {
    /// The values rounded to float32, which is exact for float formats of up to 32 bits.
    fn dequantize(&self) -> ArrayD<f32> {
        array(self, to_f32).expect("a tensor has a shape")
    }

    fn summary(&self) -> Summary {
        Summary {
            scheme: self.dtype().to_string(),
            dtype: self.dtype().to_string(),
            shape: self.shape().to_vec(),
            granularity: "tensor".to_owned(),
            code_bits: f64::from(self.dtype().bits()),
            code_bytes: self.bytes().len(),
            parameters: Vec::new(),
        }
    }

    fn code_tensor(&self) -> Option<Tensor> {
        Some(self.clone())
    }
}
