//! Affine quantization against ONNX's reference evaluator and torchao.

mod vectors;

use mantissa::prelude::*;
use ndarray::{ArrayD, IxDyn};
use vectors::Vectors;

fn array(vectors: &Vectors, name: &str) -> ArrayD<f32> {
    ArrayD::from_shape_vec(IxDyn(&vectors.shape(name)), vectors.f32s(name)).unwrap()
}

fn codes(tensor: &AffineTensor) -> Vec<i16> {
    tensor.codes().values().map(|v| v.to_f64() as i16).collect()
}

/// Bit for bit, the sign of zero included.
fn assert_same_bits(got: &ArrayD<f32>, expected: &[f32], what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert_eq!(got.to_bits(), expected.to_bits(), "{what}, element {i}");
    }
}

#[test]
fn quantize_linear_and_dequantize_linear_equal_onnx() {
    let vectors = Vectors::read("affine_onnx.safetensors");
    let mut compared = 0;
    for name in vectors.names() {
        let Some(case) = name.strip_suffix(".dequantized") else {
            continue;
        };
        let (dtype, part) = case.split_once('.').unwrap();
        let granularity = match part {
            "tensor" => Granularity::Tensor,
            "axis0" => Granularity::Axis(0),
            "axis1" => Granularity::Axis(1),
            "block8" => Granularity::Group { axis: 1, size: 8 },
            other => panic!("{other}"),
        };
        let scales = vectors.f32s(&format!("{case}.scale"));
        let zero_points = vectors.i16s(&format!("{case}.zero_point"));
        let zero_points: Vec<i32> = zero_points.into_iter().map(i32::from).collect();
        let params = AffineParams::new(dtype, granularity, scales, zero_points);
        let q = params.quantize(array(&vectors, &format!("{dtype}.x")));
        assert_eq!(codes(&q), vectors.i16s(&format!("{case}.q")), "{case}");
        assert_same_bits(&q.dequantize(), &vectors.f32s(&name), case);
        compared += 1;
    }
    assert_eq!(compared, 16);
}

#[test]
fn dynamic_quantize_linear_equals_onnx() {
    let vectors = Vectors::read("affine_onnx.safetensors");
    let names = vectors.names();
    let cases: Vec<&str> = names
        .iter()
        .filter(|name| name.starts_with("dynamic"))
        .filter_map(|name| name.strip_suffix(".x"))
        .collect();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let q = Affine::onnx_dynamic().quantize(array(&vectors, &format!("{case}.x")));
        assert_eq!(
            q.params().scales(),
            vectors.f32s(&format!("{case}.scale")),
            "{case}"
        );
        let zero_point = vectors.u8s(&format!("{case}.zero_point"));
        assert_eq!(
            q.params().zero_points(),
            [i32::from(zero_point[0])],
            "{case}"
        );
        assert_eq!(
            q.codes().bytes(),
            vectors.u8s(&format!("{case}.q")),
            "{case}"
        );
    }
}

#[test]
fn fits_equal_torchao() {
    let vectors = Vectors::read("affine_torchao.safetensors");
    let x = array(&vectors, "x");
    let mut compared = 0;
    for name in vectors.names() {
        let Some(case) = name.strip_suffix(".dequantized") else {
            continue;
        };
        let [dtype, fit, part] = case.split('.').collect::<Vec<_>>()[..] else {
            panic!("{case}")
        };
        let scheme = match fit {
            "symmetric" => Affine::symmetric_full(dtype),
            "symmetric_no_clip" => Affine::symmetric_no_clip(dtype),
            "asymmetric" => Affine::asymmetric(dtype),
            other => panic!("{other}"),
        };
        let scheme = match part {
            "tensor" => scheme,
            "axis0" => scheme.per_axis(0),
            "group16" => scheme.per_group(1, 16),
            other => panic!("{other}"),
        };
        let q = scheme.reciprocal().quantize(&x);
        assert_eq!(
            q.params().scales(),
            vectors.f32s(&format!("{case}.scale")),
            "{case}"
        );
        let zero_points = vectors.i32s(&format!("{case}.zero_point"));
        assert_eq!(q.params().zero_points(), zero_points, "{case}");
        assert_eq!(codes(&q), vectors.i16s(&format!("{case}.q")), "{case}");
        assert_same_bits(&q.dequantize(), &vectors.f32s(&name), case);
        compared += 1;
    }
    assert_eq!(compared, 24);
}
