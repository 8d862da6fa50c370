//! What becomes of blocks that are out of the ordinary; the ordinary ones are golden vectors.

use super::super::BlockFormat;
use super::*;
use crate::quantized::Quantizer;

const K: [BlockFormat; 6] = [Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K];

/// What a block of the weights reads back as.
#[track_caller]
fn back(format: BlockFormat, weights: impl Fn(usize) -> f32) -> Vec<f32> {
    let x: Vec<f32> = (0..WEIGHTS).map(weights).collect();
    format.fake_quantize(x).into_raw_vec_and_offset().0
}

#[test]
fn a_block_of_zeros_is_zero_and_so_are_all_its_scales() {
    for format in K {
        assert_eq!(back(format, |_| 0.0), [0.0; WEIGHTS], "{format}");
        assert_eq!(back(format, |_| -0.0), [0.0; WEIGHTS], "{format}");
        let q = format.quantize([0.0; WEIGHTS]);
        // Q3_K's lowest code and scale are stored as 0.
        assert!(q.bytes().iter().all(|byte| *byte == 0), "{format}: {q:?}");
    }
}

#[test]
fn a_constant_block_is_met_to_the_precision_of_its_scale() {
    for format in K {
        for c in [1.0_f32, -1.0, 0.3, -0.3, 1e4, -1e4, 77.7] {
            for w in back(format, |_| c) {
                let error = (w / c - 1.0).abs();
                assert!(error < 1.0 / 2048.0 + 1e-6, "{format}: {c} became {w}");
            }
        }
    }
}

#[test]
fn one_outlier_is_kept_and_leaves_the_other_parts_one_value() {
    let small = |i: usize| if i.is_multiple_of(2) { 0.01 } else { -0.01 };
    for format in K {
        for outlier in [1000.0_f32, -1000.0] {
            let values = back(format, |i| if i == 100 { outlier } else { small(i) });
            assert!((values[100] / outlier - 1.0).abs() < 0.001, "{format}");
            // Beside a scale for 1000, one for 0.01 is stored as zero. An offset may be left.
            for (part, values) in values.chunks(32).enumerate().filter(|(i, _)| *i != 3) {
                assert!(values[0] == 0.0 || (values[0] + 0.01).abs() < 1e-5);
                let one = values.iter().all(|w| *w == values[0]);
                assert!(one, "{format}: part {part} is {values:?}");
            }
        }
    }
}

#[test]
fn only_negative_weights_stay_within_a_step() {
    // Of the range 2, by the codes of each format; scales and offsets are rounded too.
    let steps = [
        2.0 / 3.0,
        2.0 / 4.0,
        2.0 / 15.0,
        2.0 / 31.0,
        2.0 / 32.0,
        2.0 / 127.0,
    ];
    for (format, step) in K.into_iter().zip(steps) {
        let weight = |i: usize| -1.0 - (i * 37 % 256) as f32 / 256.0;
        for (i, w) in back(format, weight).into_iter().enumerate() {
            let error = (w - weight(i)).abs();
            assert!(error <= step, "{format}: {} became {w}", weight(i));
        }
    }
}

/// The largest scale times the largest code: what `d` is multiplied with at most.
const MULTIPLES: [f32; 5] = [
    15.0 * 3.0,
    32.0 * 4.0,
    63.0 * 15.0,
    63.0 * 31.0,
    128.0 * 32.0,
];

#[test]
fn what_is_too_small_for_a_float16_scale_becomes_zero() {
    let half_of_the_smallest = 1.0 / 33_554_432.0;
    let limits = MULTIPLES.map(|multiple| multiple * half_of_the_smallest);
    let documented = [1.3e-6, 3.8e-6, 2.8e-5, 5.8e-5, 1.2e-4];
    for ((format, limit), documented) in K.into_iter().zip(limits).zip(documented) {
        for tiny in [1e-39, 1e-30, documented, 0.999 * limit] {
            let expected = [0.0; WEIGHTS];
            assert_eq!(back(format, |_| tiny), expected, "{format}: {tiny}");
        }
        let values = back(format, |_| 1.001 * limit);
        assert!(values.iter().all(|w| *w > 0.0), "{format}");
    }
    assert_eq!(back(Q8_K, |_| 3.7e-37), [0.0; WEIGHTS]);
    assert!(back(Q8_K, |_| 3.8e-37).iter().all(|w| *w > 0.0));
}

#[test]
fn what_is_too_large_for_a_float16_scale_is_refused() {
    let offsets = [15.0, 32.0 * 4.0, 63.0, 63.0, 128.0 * 32.0];
    let documented = [
        (-9.8e5, 2.9e6),
        (-8.3e6, 8.3e6),
        (-4.1e6, 6.1e7),
        (-4.1e6, 1.2e8),
        (-2.6e8, 2.6e8),
    ];
    for (i, format) in K.into_iter().take(5).enumerate() {
        let (low, high) = documented[i];
        for (documented, limit) in [(low, -65520.0 * offsets[i]), (high, 65520.0 * MULTIPLES[i])] {
            for last in [documented, 0.999 * limit] {
                let values = back(format, |_| last);
                assert!(values.iter().all(|w| (w / last - 1.0).abs() < 0.001));
            }
            for factor in [1.001, 1e3, 1e9, 1e12, 1e24, 1e30] {
                let x = [limit * factor; WEIGHTS];
                assert!(format.try_quantize(x).is_err(), "{format}: {}", x[0]);
                // One part is enough.
                let mut x = [1.0; WEIGHTS];
                x[64..96].fill(limit * factor);
                assert!(format.try_quantize(x).is_err(), "{format}: {}", x[64]);
            }
        }
    }
    let values = back(Q8_K, |_| 3e38);
    assert!(values.iter().all(|w| (w / 3e38 - 1.0).abs() < 1e-6));
}

#[test]
fn weights_on_the_grid_of_a_part_come_back_exactly() {
    // Every code occurs, the scale of all parts is 1/8, and d and dmin are powers of two.
    let grids: [(BlockFormat, [f32; 3]); 6] = [
        (Q2_K, [4.0, 0.0, 15.0 / 8.0]),
        (Q3_K, [8.0, -4.0, 1.0 / 8.0]),
        (Q4_K, [16.0, 0.0, 63.0 / 8.0]),
        (Q5_K, [32.0, 0.0, 63.0 / 8.0]),
        (Q6_K, [64.0, -32.0, 1.0 / 8.0]),
        (Q8_K, [255.0, -127.0, 1.0 / 8.0]),
    ];
    for (format, [codes, lowest, step]) in grids {
        // The extreme of each part of a centred format is its lowest code.
        let weight = |i: usize| match i % 16 {
            0 => step * lowest,
            _ => step * (lowest + (i as f32 * 7.0) % codes),
        };
        let values = back(format, weight);
        let expected: Vec<f32> = (0..WEIGHTS).map(weight).collect();
        assert_eq!(values, expected, "{format}");
    }
}
