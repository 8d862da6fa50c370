//! Quantized linear layers.
