//! Number formats that you can see.
#![forbid(unsafe_code)]

mod codec;
mod dtype;
mod format;
mod info;
mod int;
mod memory;
mod name;
mod pack;
mod real;
pub mod render;
mod tensor;
mod text;
mod value;

pub use codec::{EncodeError, Overflow, Rounding};
pub use dtype::{DType, UnknownDType, dtypes};
pub use format::*;
pub use info::{FInfo, IInfo, finfo, iinfo};
pub use int::*;
pub use memory::{BadCount, Count, Memory, memory};
pub use pack::{pack, unpack};
pub use real::{Parts, Real};
pub use render::notebook::{EvcxrDisplay, show};
pub use render::{Figure, Lang, Render};
pub use tensor::{Tensor, TensorData, TensorError, tensor};
pub use value::{Class, Value};

/// Everything a notebook needs, for `use mantissa::prelude::*;`.
pub mod prelude {
    pub use crate::*;
    pub use half::{bf16, f16};
    pub use ndarray;
}
