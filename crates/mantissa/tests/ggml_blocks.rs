//! Blocks of ggml's formats worked out by hand.

use mantissa::ggml::{self, BlockFormat, FORMATS};
use mantissa::prelude::*;

/// The formats that can be written.
fn writable() -> impl Iterator<Item = BlockFormat> {
    let zeros = |format: &BlockFormat| vec![0.0; format.weights()];
    let formats = FORMATS.iter().copied();
    formats.filter(move |format| format.try_quantize(zeros(format)).is_ok())
}

/// A block of zeros but for its first weights.
fn block<const N: usize>(format: BlockFormat, first: [f32; N]) -> Vec<f32> {
    let mut weights = vec![0.0; format.weights()];
    weights[..N].copy_from_slice(&first);
    weights
}

#[test]
fn mxfp4_takes_every_finite_number_and_nvfp4_clips() {
    let largest = ggml::MXFP4.fake_quantize(block(ggml::MXFP4, [f32::MAX, f32::MIN]));
    let six = 6.0 * 2.0_f32.powi(125);
    assert_eq!((largest[0], largest[1]), (six, -six));
    // Below 2^-125 the scale stays at 2^-127, and a half of that is the smallest weight.
    let smallest = f32::from_bits(1 << 21);
    let w = block(ggml::MXFP4, [smallest, -2.0 * smallest, smallest / 4.0]);
    let q = ggml::MXFP4.quantize(&w);
    assert_eq!(q.block(0)[0], 0);
    assert_eq!(
        q.dequantize().as_slice().unwrap()[..3],
        [smallest, -2.0 * smallest, 0.0]
    );
    let clipped = ggml::NVFP4.fake_quantize(block(ggml::NVFP4, [1e6, -3000.0]));
    assert_eq!((clipped[0], clipped[1]), (2688.0, -2688.0));
}

#[test]
fn mxfp4_rounds_the_logarithm_as_log2f_does() {
    // 5 ulp below 2^10 count as 2^10, 6 do not; below 2 none does.
    for (x, exponent) in [
        (1024.0_f32.to_bits() - 5, 10),
        (1024.0_f32.to_bits() - 6, 9),
        (2.0_f32.to_bits() - 1, 0),
        (0.125_f32.to_bits() - 1, -3),
        (0.125_f32.to_bits() - 2, -4),
    ] {
        let x = f32::from_bits(x);
        let q = ggml::MXFP4.quantize([x; 32]);
        assert_eq!(i32::from(q.block(0)[0]), exponent - 2 + 127, "{x:e}");
    }
}

#[test]
fn nvfp4_scales_are_ggmls_own_e4m3() {
    // Twice the scale is the value of code 4.
    let scale = |code: u8| {
        let mut block = [0x44; 36];
        block[..4].fill(code);
        ggml::NVFP4.dequantize(&block).unwrap()[63] / 2.0
    };
    for code in 0..=255_u8 {
        let expected = match code {
            0x7f => 0.0,
            0xff => 480.0,
            _ => FP8_E4M3FN.value(u64::from(code & 0x7f)).to_f64(),
        };
        assert_eq!(f64::from(scale(code)), expected, "{code:#x}");
    }
    let written = |scale: f32| ggml::NVFP4.quantize([scale * 6.0; 64]).block(0)[0];
    let tiny = 1.0 / 512.0;
    for (value, code) in [
        (1.0, 0x38),
        (1.0625, 0x39), // the tie between 1 and 1.125 goes up
        (240.0, 0x77),
        (247.5, 0x77),
        (248.0, 0x7e),
        (300.0, 0x7e),
        (0.49 * tiny, 0),
        (0.5 * tiny, 1),
        (7.4 * tiny, 7),
        (7.9 * tiny, 7),
        (8.0 * tiny, 8),
    ] {
        assert_eq!(written(value), code, "{value}");
    }
}

#[test]
fn a_tensor_of_zeros_is_zero_and_a_tiny_one_becomes_it() {
    for format in writable() {
        for x in [0.0, -0.0] {
            let values = format.fake_quantize(vec![x; 2 * format.weights()]);
            assert!(values.iter().all(|value| *value == 0.0), "{format}");
        }
        // The smallest float32: no scale has a reciprocal.
        let tiny = f32::from_bits(1);
        let w: Vec<f32> = (0..format.weights())
            .map(|i| tiny * (i % 5) as f32)
            .collect();
        let values = format.fake_quantize(w);
        assert!(values.iter().all(|value| *value == 0.0), "{format}");
    }
}

#[test]
fn a_constant_comes_back() {
    let constant = |format: BlockFormat, c: f32| {
        let values = format.fake_quantize(vec![c; format.weights()]);
        values
            .iter()
            .map(|value| ((value - c) / c).abs())
            .fold(0.0, f32::max)
    };
    for format in writable() {
        for c in [1.0, -1.0, 0.3, -700.0] {
            // Between 4 and 6 a float4 is up to a fifth off; here it is a sixth.
            let bound = if format == ggml::MXFP4 { 0.17 } else { 0.07 };
            let error = constant(format, c);
            assert!(error <= bound, "{format}: {c} is off by {error}");
        }
    }
    assert_eq!(constant(ggml::Q4_0, 0.5), 0.0);
    assert_eq!(constant(ggml::Q4_1, 0.5), 0.0);
}

#[test]
fn ties_go_where_ggml_sends_them() {
    // d = 1: up in Q4_0 and Q5_0, which add a half and cut; away from zero in Q8_0.
    let back = |format: BlockFormat, first: [f32; 4]| {
        let values = format.fake_quantize(block(format, first));
        values.as_slice().unwrap()[..4].to_vec()
    };
    assert_eq!(
        back(ggml::Q4_0, [-8.0, 2.5, -2.5, 7.5]),
        [-8.0, 3.0, -2.0, 7.0]
    );
    assert_eq!(
        back(ggml::Q5_0, [-16.0, 2.5, -2.5, 15.5]),
        [-16.0, 3.0, -2.0, 15.0]
    );
    assert_eq!(
        back(ggml::Q8_0, [127.0, 2.5, -2.5, 0.5]),
        [127.0, 3.0, -3.0, 1.0]
    );
    assert_eq!(
        back(ggml::Q4_1, [15.0, 2.5, 0.5, 14.5]),
        [15.0, 3.0, 1.0, 15.0]
    );
    assert_eq!(
        back(ggml::TQ2_0, [4.0, 2.0, -2.0, 1.9]),
        [4.0, 4.0, -4.0, 0.0]
    );
    // A float4's ties go toward zero: 2.5 and 5 lie between 2 and 3, 4 and 6.
    assert_eq!(
        back(ggml::MXFP4, [6.0, 2.5, -5.0, 0.25]),
        [6.0, 2.0, -4.0, 0.0]
    );
    // Of 4 and -4 the first gives the scale its sign.
    assert_eq!(
        back(ggml::Q4_0, [4.0, -4.0, 0.0, 0.0]),
        [4.0, -3.5, 0.0, 0.0]
    );
    assert_eq!(
        back(ggml::Q4_0, [-4.0, 4.0, 0.0, 0.0]),
        [-4.0, 3.5, 0.0, 0.0]
    );
}

#[test]
fn iq4_leaves_weights_below_1e_15_alone_and_rounds_scales_to_even() {
    let q = ggml::IQ4_NL.quantize([9e-16; 32]);
    assert_eq!(q.block(0), [&[0, 0][..], &[0x88; 16]].concat());
    // Parts with one weight each: their scales are 32, 2.5 and 3.5 times the block's, of which ggml
    // makes -32, -2 and -4, written as 0, 30 and 28.
    let mut w = vec![0.0; 256];
    (w[0], w[32], w[64]) = (8.0, 0.625, 0.875);
    let q = ggml::IQ4_XS.quantize(w);
    assert_eq!(q.block(0)[2..8], [0x94, 0xaa, 0xe0, 0x0c, 0, 0]);
}
