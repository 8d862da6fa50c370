//! Number formats and quantization that you can see: exact codecs, packed tensors, every scheme that
//! the field uses, and a picture of each.
//!
//! ```
//! use mantissa::prelude::*;
//!
//! // A format is a value. What it can hold follows from its few fields.
//! assert_eq!(FP8_E4M3FN.max(), 448.0);
//! assert_eq!(iinfo(INT4).to_string(), "iinfo(min=-8, max=7, dtype=int4)");
//!
//! // A number is rounded once, and the result knows its bits.
//! let third = BF16.nearest(1.0 / 3.0);
//! assert_eq!((third.binary(), third.to_f64()), ("0011111010101011".into(), 0.333984375));
//!
//! // A tensor keeps its codes packed: two FP4 to a byte.
//! let t = tensor([0.3, -1.6, 100.0], FP4_E2M1FN);
//! assert_eq!((t.to_vec(), t.bytes()), (vec![0.5, -1.5, 6.0], &[0xb1, 0x07][..]));
//!
//! // Any exponent, mantissa, bias and special values make a format.
//! let mine = FloatFormat::ieee("mine", 3, 4);
//! assert_eq!(mine.encode(0.3, Rounding::TowardZero, Overflow::Saturate), Ok(0b0_001_0011));
//!
//! // A scheme quantizes a tensor; what comes out knows its parameters, its bytes and its values.
//! let w = [[0.9, -0.3, 0.1, 0.4], [9.0, 2.0, -7.0, 3.0]];
//! let q = Affine::symmetric(INT8).per_axis(0).quantize(w);
//! assert_eq!(q.codes().to_vec()[..4], [127.0, -42.0, 14.0, 56.0]);
//! assert!(errors(w, q.dequantize()).sqnr_db > 45.0);
//! assert_eq!(ggml::Q4_K.quantize(normal([256], 1)).bits_per_weight(), 4.5);
//! ```
//!
//! | to | use |
//! |---|---|
//! | name a format | [`FP32`], [`BF16`], [`FP8_E4M3FN`], [`INT4`] ..., [`FloatFormat::new`], `"int4".parse::<DType>()` |
//! | describe it | [`finfo`], [`iinfo`], [`memory`] |
//! | take a number there and back | [`FloatFormat::encode`], [`FloatFormat::nearest`], [`Value`] |
//! | keep many | [`tensor`], [`Tensor`] |
//! | quantize with scale and zero point | [`Affine`], [`AffineParams`]; for whom: [`Granularity`]; from which range: [`Clip`], [`Observer`] |
//! | quantize in a format of model files | [`MXFP4`] and its like, [`NVFP4`], [`ggml`], [`NF4`], [`TERNARY`] |
//! | quantize a layer | [`Linear`], [`LinearScheme`], [`Mlp`] |
//! | measure and compare | [`errors`], [`error_table`], [`Summary`] |
//! | show anything in a notebook | end a cell with it, or [`show`] it; [`Place`] is for what changes |
//!
//! Not here: arithmetic in these formats (take `f64` or `half` for that), and gradients.
#![forbid(unsafe_code)]

mod affine;
mod block;
mod calibrate;
mod codebook;
mod codec;
mod dtype;
mod format;
mod granularity;
mod info;
mod int;
mod linear;
mod mapping;
mod memory;
mod metrics;
mod name;
mod pack;
mod quantized;
mod real;
pub mod render;
mod sample;
mod scheme;
mod tensor;
mod text;
mod value;

pub use affine::*;
pub use block::*;
pub use calibrate::*;
pub use codebook::*;
pub use codec::{EncodeError, Overflow, Rounding};
pub use dtype::{DType, UnknownDType, dtypes};
pub use format::*;
pub use granularity::{Granularity, Groups};
pub use info::{FInfo, IInfo, finfo, iinfo};
pub use int::*;
pub use linear::*;
pub use mapping::{Mapping, Numbers, Preimage, mapping, preimage, sharing};
pub use memory::{BadCount, Count, Memory, memory};
pub use metrics::*;
pub use pack::{PackOrder, pack, pack_in, unpack, unpack_in};
pub use quantized::{Parameter, QuantError, Quantized, Quantizer, Summary};
pub use real::{Parts, Real};
pub use render::notebook::{EvcxrDisplay, Place, show};
pub use render::{
    Affines, ErrorHistogram, Explorer, Figure, Formats, Histograms, Lang, LevelHistogram,
    NumberLine, Render, Slider, Staircase, TargetGrid, binary_storage, binary_storage_in, bits,
    bits_vs_sqnr, byte_layout, compare, error_histogram, essence, essence_in, explorer,
    granularities, granularity_map, grid, heat_maps, histograms, levels_on_histogram, memory_bars,
    number_line, number_lines, outlier_collapse, packing, rails, range_precision, slider,
    staircase, target_grid, window,
};
pub use sample::normal;
pub use scheme::*;
pub use tensor::{Tensor, TensorData, TensorError, tensor};
pub use value::{Class, Value};

/// Everything a notebook needs, for `use mantissa::prelude::*;`.
pub mod prelude {
    pub use crate::*;
    pub use half::{bf16, f16};
    pub use ndarray;
}
