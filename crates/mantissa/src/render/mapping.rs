//! A large set mapped onto a small one: what quantization is.
