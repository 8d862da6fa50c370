//! Block formats: a few weights share a scale, and all of it lies together in memory.

mod blocks;
pub mod ggml;
mod mx;
mod nvfp4;

pub use mx::*;
pub use nvfp4::*;
