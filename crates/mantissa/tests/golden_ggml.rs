//! ggml's block formats against ggml itself: the values of any bytes, and the bytes of any values.
//!
//! - `ggml_dequantize`: random blocks as gguf-py reads them.
//! - `ggml_quantize`, `ggml_quantize_c`: normal numbers as gguf-py and ggml's C code write them.
//! - `ggml_edges`: rows that C could decide otherwise, as it writes them: zeros of both signs,
//!   constants, outliers, two weights of the largest magnitude, halves and quarters (ties), numbers
//!   just below powers of two, scales that are subnormal in float16. None of them makes C convert a
//!   number out of the range of its integer type, which is undefined.
//!
//! gguf-py and C were found to write the same bytes: no block of the golden file differs.

mod vectors;

use mantissa::ggml::{BlockFormat, BlockTensor, FORMATS};
use mantissa::prelude::*;
use std::collections::BTreeSet;
use vectors::{Vectors, same};

const READ: &str = "ggml_dequantize.safetensors";
const WRITTEN: [&str; 3] = [
    "ggml_quantize.safetensors",
    "ggml_quantize_c.safetensors",
    "ggml_edges.safetensors",
];

/// The formats whose bytes a file has.
fn names(vectors: &Vectors) -> Vec<String> {
    let names = vectors.names().into_iter();
    let names = names.filter_map(|name| name.strip_suffix(".bytes").map(str::to_owned));
    names.filter(|name| name != "BF16").collect()
}

fn formats(vectors: &Vectors) -> Vec<BlockFormat> {
    let names = names(vectors).into_iter();
    names.map(|name| ggml::format(&name).unwrap()).collect()
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

#[test]
fn the_golden_files_and_the_list_of_formats_know_the_same_formats() {
    let files = WRITTEN.into_iter().chain([READ]);
    let golden: BTreeSet<String> = files.flat_map(|file| names(&Vectors::read(file))).collect();
    let known: BTreeSet<String> = FORMATS.iter().map(|f| f.name().to_owned()).collect();
    assert_eq!(golden, known);
}

#[test]
fn any_bytes_are_read_as_gguf_py_reads_them() {
    let vectors = Vectors::read(READ);
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
    assert_eq!(formats.len(), 23);
}

#[test]
fn values_are_written_as_ggml_writes_them_to_the_byte() {
    let mut compared = 0;
    for file in WRITTEN {
        let vectors = Vectors::read(file);
        let x = ndarray::ArrayD::from_shape_vec(vectors.shape("x"), vectors.f32s("x")).unwrap();
        for format in formats(&vectors) {
            let q = format.quantize(&x);
            let expected = vectors.u8s(&format!("{format}.bytes"));
            assert_eq!(q.bytes().len(), expected.len(), "{file}: {format}");
            for (i, expected) in expected.chunks(format.bytes()).enumerate() {
                assert_eq!(q.block(i), expected, "{file}: {format}, block {i}");
            }
            let values = format!("{format}.dequantized");
            if vectors.names().contains(&values) {
                let expected = vectors.f32s(&values);
                assert_same_values(format, q.dequantize().as_slice().unwrap(), &expected);
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 8 + 16 + 20);
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
