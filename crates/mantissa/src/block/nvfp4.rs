//! NVFP4.
