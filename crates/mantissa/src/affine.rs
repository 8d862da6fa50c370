//! Affine quantization.
