//! The K-quants' writers against ggml on blocks that are out of the ordinary, and Q8_K, which no file
//! has. (Ordinary blocks, and all readers: `golden_ggml.rs`.)

mod vectors;

use mantissa::ggml::{Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K};
use mantissa::prelude::*;
use vectors::Vectors;

/// The rows of `ggml_k.safetensors`, a block each: what its weights are.
const ROWS: [&str; 27] = [
    "normal",
    "normal, a scale of its own for each 16, over six decades",
    "uniform",
    "positive",
    "negative",
    "Cauchy",
    "cubes of normal",
    "constant",
    "two values",
    "one in twenty not zero",
    "one outlier",
    "integers from -32 to 32",
    "few quarters",
    "float16 values",
    "bfloat16 values",
    "around 1e-9, a scale of its own for each 16",
    "around 1e-20",
    "around 1e-30",
    "subnormal",
    "around 1e4",
    "constant but for units of the last place",
    "large, negative, constant but for units of the last place",
    "twelve decades",
    "far from zero",
    "half of the 16s all zero",
    "a ramp",
    "zeros of both signs",
];

#[test]
fn every_kind_of_block_has_the_bytes_that_ggml_gives_it() {
    let vectors = Vectors::read("ggml_k.safetensors");
    let x = vectors.f32s("x");
    assert_eq!(x.len(), ROWS.len() * 256);
    for format in [Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K] {
        let expected = vectors.u8s(&format!("{format}.bytes"));
        let q = format.quantize(&x);
        assert_eq!(q.bytes().len(), expected.len(), "{format}");
        let differ: Vec<&str> = q
            .bytes()
            .chunks(format.bytes())
            .zip(expected.chunks(format.bytes()))
            .zip(ROWS)
            .filter(|((got, expected), _)| got != expected)
            .map(|(_, row)| row)
            .collect();
        assert_eq!(differ, [""; 0], "{format}");
    }
}
