//! ggml's block formats against ggml itself: the values of any bytes, and the bytes of any values.

mod vectors;

use mantissa::ggml::{BlockFormat, BlockTensor, FORMATS};
use mantissa::prelude::*;
use vectors::{Vectors, same};

/// Formats that the golden files know and this library does not.
const MISSING: &[&str] = &[
    "IQ1_M", "IQ1_S", "IQ2_S", "IQ2_XS", "IQ2_XXS", "IQ3_S", "IQ3_XXS", "Q2_K", "Q3_K", "Q4_K",
    "Q5_K", "Q6_K",
];

/// Formats of this library that no golden file knows.
const WITHOUT_GOLDEN: &[&str] = &["Q1_0", "Q2_0", "Q8_1"];

/// The formats of a file that are in [`FORMATS`].
fn formats(vectors: &Vectors) -> Vec<BlockFormat> {
    let in_file = |f: &&BlockFormat| vectors.names().contains(&format!("{f}.bytes"));
    FORMATS.iter().filter(in_file).copied().collect()
}

#[track_caller]
fn assert_same_values(format: BlockFormat, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{format}");
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!(
            same((*got).into(), (*expected).into()),
            "{format}: weight {i} is {got:e}, oracle {expected:e}"
        );
    }
}

/// The indices of the blocks whose bytes differ.
fn different(format: BlockFormat, a: &[u8], b: &[u8]) -> Vec<usize> {
    assert_eq!(a.len(), b.len(), "{format}");
    let blocks = a.chunks(format.bytes()).zip(b.chunks(format.bytes()));
    let differ = blocks.enumerate().filter(|(_, (a, b))| a != b);
    differ.map(|(i, _)| i).collect()
}

#[test]
fn the_golden_files_and_the_list_of_formats_know_the_same_formats() {
    let mut golden: Vec<String> = [
        "ggml_dequantize.safetensors",
        "ggml_quantize.safetensors",
        "ggml_quantize_c.safetensors",
    ]
    .iter()
    .flat_map(|file| Vectors::read(file).names())
    .filter_map(|name| name.strip_suffix(".bytes").map(str::to_owned))
    .filter(|name| name != "BF16")
    .collect();
    golden.sort();
    golden.dedup();
    let known = |name: &&str| FORMATS.iter().any(|format| format.name() == *name);
    let missing: Vec<&str> = golden
        .iter()
        .map(|n| &n[..])
        .filter(|n| !known(n))
        .collect();
    assert_eq!(missing, MISSING);
    let names = FORMATS.iter().map(|format| format.name());
    let without: Vec<&str> = names.filter(|n| !golden.iter().any(|g| g == n)).collect();
    assert_eq!(without, WITHOUT_GOLDEN);
}

#[test]
fn any_bytes_read_as_gguf_py_reads_them() {
    let vectors = Vectors::read("ggml_dequantize.safetensors");
    let formats = formats(&vectors);
    for format in &formats {
        let bytes = vectors.u8s(&format!("{format}.bytes"));
        let expected = vectors.f32s(&format!("{format}.dequantized"));
        let shape = vectors.shape(&format!("{format}.dequantized"));
        assert_same_values(*format, &format.dequantize(&bytes).unwrap(), &expected);
        let tensor = BlockTensor::from_bytes(bytes, &shape, *format).unwrap();
        let values = tensor.dequantize();
        assert_eq!(values.shape(), shape);
        assert_same_values(*format, values.as_slice().unwrap(), &expected);
    }
    assert_eq!(formats.len() + MISSING.len(), 23);
}

#[test]
fn values_are_written_as_ggml_writes_them() {
    let vectors = Vectors::read("ggml_quantize_c.safetensors");
    let (x, shape) = (vectors.f32s("x"), vectors.shape("x"));
    let x = ndarray::ArrayD::from_shape_vec(shape, x).unwrap();
    let formats = formats(&vectors);
    for format in &formats {
        let q = format.quantize(&x);
        let expected = vectors.u8s(&format!("{format}.bytes"));
        let differ = different(*format, q.bytes(), &expected);
        assert_eq!(differ, [0; 0], "{format}");
        let values = vectors.f32s(&format!("{format}.dequantized"));
        assert_same_values(*format, q.dequantize().as_slice().unwrap(), &values);
    }
    assert_eq!(formats.len(), 11);
}

#[test]
fn values_are_written_as_gguf_py_writes_them() {
    let vectors = Vectors::read("ggml_quantize.safetensors");
    let (x, shape) = (vectors.f32s("x"), vectors.shape("x"));
    let x = ndarray::ArrayD::from_shape_vec(shape, x).unwrap();
    let formats = formats(&vectors);
    for format in &formats {
        let q = format.quantize(&x);
        let expected = vectors.u8s(&format!("{format}.bytes"));
        let differ = different(*format, q.bytes(), &expected);
        assert_eq!(differ, [0; 0], "{format}");
        let values = vectors.f32s(&format!("{format}.dequantized"));
        assert_same_values(*format, q.dequantize().as_slice().unwrap(), &values);
    }
    assert_eq!(formats.len(), 8);
}

#[test]
fn bfloat16_is_written_as_gguf_py_writes_it() {
    let vectors = Vectors::read("ggml_quantize.safetensors");
    let q = tensor(vectors.f32s("x"), BF16);
    assert_eq!(q.bytes(), vectors.u8s("BF16.bytes"));
    let expected = vectors.f32s("BF16.dequantized");
    assert_eq!(q.len(), expected.len());
    for (got, expected) in q.to_vec().into_iter().zip(expected) {
        assert!(same(got, expected.into()), "{got:e}, oracle {expected:e}");
    }
}
