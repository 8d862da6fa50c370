//! MX blocks against torchao's `to_mx` (0.18.0): the scale and every code.

mod vectors;

use mantissa::prelude::*;
use vectors::Vectors;

const RULES: [ScaleRule; 4] = [
    ScaleRule::Floor,
    ScaleRule::Ceil,
    ScaleRule::Rceil,
    ScaleRule::Even,
];

const FORMATS: [(&str, Mx); 5] = [
    ("e4m3", MXFP8_E4M3),
    ("e5m2", MXFP8_E5M2),
    ("e3m2", MXFP6_E3M2),
    ("e2m3", MXFP6_E2M3),
    ("e2m1", MXFP4),
];

/// The codes of a tensor, one a byte.
fn codes(tensor: &Tensor) -> Vec<u8> {
    tensor.values().map(|value| value.code() as u8).collect()
}

/// The input, all rows after one another; the blocks are those of the rows too.
fn input(vectors: &Vectors) -> ndarray::Array2<f32> {
    let shape = vectors.shape("x");
    ndarray::Array2::from_shape_vec((shape[0], shape[1]), vectors.f32s("x")).unwrap()
}

#[test]
fn every_scale_is_torchaos() {
    let vectors = Vectors::read("mx_torchao.safetensors");
    let x = input(&vectors);
    for (name, format) in FORMATS {
        for rule in RULES {
            let expected = vectors.u8s(&format!("{name}.{}.scale", rule.name()));
            let q = format.rule(rule).quantize(&x);
            assert_eq!(q.scales().shape(), [16, 2]);
            assert_eq!(q.scales().bytes(), expected, "{name} {rule:?}");
        }
    }
}

/// One block of the 32 is subnormal, so its scale is 2^-127. torchao 0.18.0 divides there by another
/// number than the scale it stores: by 2^-126 (`clamp(min=F32_MIN_NORMAL)`), or by 1 with rceil. What it
/// writes comes back as half of what it was, or as zero. The specification divides by the scale, as
/// torchao does from 0.19 on, and so do we.
const SUBNORMAL_BLOCK: usize = 4;

#[test]
fn every_code_is_torchaos_but_in_the_subnormal_block() {
    let vectors = Vectors::read("mx_torchao.safetensors");
    let x = input(&vectors);
    let (mut equal, mut differing) = (0, 0);
    for (name, format) in FORMATS {
        for rule in RULES {
            let expected = vectors.u8s(&format!("{name}.{}.code", rule.name()));
            let q = format.rule(rule).quantize(&x);
            for (i, (got, expected)) in codes(q.codes()).into_iter().zip(expected).enumerate() {
                if got == expected {
                    equal += 1;
                    continue;
                }
                assert_eq!(i / 32, SUBNORMAL_BLOCK, "{name} {rule:?} element {i}");
                assert_eq!(q.scales().bytes()[SUBNORMAL_BLOCK], 0);
                let divisor = match rule {
                    ScaleRule::Rceil => 1.0,
                    _ => f32::MIN_POSITIVE,
                };
                let x = x.as_slice().unwrap()[i] / divisor;
                let DType::Float(element) = format.element() else {
                    panic!("the elements are floats")
                };
                assert_eq!(u64::from(expected), element.nearest(x).code());
                differing += 1;
            }
        }
    }
    // In E2M1 the elements of that block are 0 either way.
    assert_eq!((equal, differing), (5 * 4 * 1024 - 512, 4 * 4 * 32));
}

#[test]
fn the_scales_and_codes_of_torchao_are_read_as_their_product() {
    let vectors = Vectors::read("mx_torchao.safetensors");
    for (name, format) in FORMATS {
        for rule in RULES {
            let scales = vectors.u8s(&format!("{name}.{}.scale", rule.name()));
            let codes = vectors.u8s(&format!("{name}.{}.code", rule.name()));
            let packed = pack(
                codes.iter().map(|code| u64::from(*code)),
                format.element().bits(),
            );
            let q = MxTensor::from_parts(
                format.rule(rule),
                Tensor::from_bytes(packed, &[16, 64], format.element()).unwrap(),
                Tensor::from_bytes(scales.clone(), &[16, 2], FP8_E8M0FNU).unwrap(),
            )
            .unwrap();
            for (i, got) in q.dequantize().iter().enumerate() {
                let scale = 2_f64.powi(i32::from(scales[i / 32]) - 127);
                let element = format.element().value(codes[i].into()).to_f64();
                assert_eq!(
                    got.to_bits(),
                    ((scale * element) as f32).to_bits(),
                    "{name} {i}"
                );
            }
        }
    }
}
