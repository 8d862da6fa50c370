//! Laws of NVFP4, and what happens at the ends.

use mantissa::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

fn config() -> Config {
    Config {
        cases: 1500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(16),
        ..Config::default()
    }
}

/// Blocks that lie some binades below 2^top, with some zeros.
fn blocks(top: std::ops::RangeInclusive<i32>) -> impl Strategy<Value = Vec<f32>> {
    let block = (0..24_i32, proptest::collection::vec(any::<i32>(), 16));
    let blocks = proptest::collection::vec(block, 1..6);
    (top, blocks).prop_map(|(top, blocks)| {
        let numbers = blocks.into_iter().flat_map(|(below, numbers)| {
            let factor = 2_f64.powi(top - below - 31);
            let number = move |n| {
                if n % 16 == 0 {
                    0.0
                } else {
                    f64::from(n) * factor
                }
            };
            numbers.into_iter().map(number)
        });
        numbers.map(|x| x as f32).collect()
    })
}

/// Where float32 reaches neither end.
const MIDDLE: std::ops::RangeInclusive<i32> = -60..=100;

fn largest(x: &[f32]) -> f32 {
    x.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// A tensor scale, and blocks whose numbers lie within two units of where a code or a scale changes.
fn edges() -> impl Strategy<Value = (f32, Vec<f32>)> {
    let number = (0..7_usize, any::<bool>(), 0..5_u32);
    let block = (9..0x7e_u64, 0..5_u32, proptest::collection::vec(number, 15));
    let t = (2_f32.powi(-40)..2_f32.powi(40)).prop_map(|t| t * 1e-9);
    (t, block).prop_map(|(t, (scale, units, numbers))| {
        let moved = |x: f32, units: u32| f32::from_bits(x.to_bits() + units - 2);
        let s = |code| FP8_E4M3FN.value(code).to_f64() as f32;
        let ties = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0];
        let top = moved(6.0 * t * ((s(scale) + s(scale + 1)) / 2.0), units);
        let code = NVFP4
            .with_tensor_scale(t)
            .quantize([top; 16])
            .scales()
            .to_vec()[0] as f32;
        let others = numbers.into_iter().map(|(tie, negative, units)| {
            let x = moved(ties[tie] * t * code, units);
            if negative { -x } else { x }
        });
        (t, std::iter::once(top).chain(others).collect())
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_rounding_is_where_the_formula_has_it((t, x) in edges()) {
        let nearest = |format: FloatFormat, x: f32| {
            let code = format.encode(x, Rounding::TiesToEven, Overflow::Saturate).unwrap();
            (code, format.value(code).to_f64() as f32)
        };
        let q = NVFP4.with_tensor_scale(t).quantize(&x);
        let amax = largest(&x);
        let block_scale = amax / 6.0;
        let (code, s) = nearest(FP8_E4M3FN, (block_scale / t).clamp(0.015625, 448.0));
        prop_assert_eq!(u64::from(q.scales().bytes()[0]), code);
        let reciprocal = 1.0 / t;
        let reciprocal = reciprocal / s;
        for (x, got) in x.iter().zip(q.codes().values()) {
            prop_assert_eq!(got.code(), nearest(FP4_E2M1FN, x * reciprocal).0);
        }
    }

    #[test]
    fn an_error_is_at_most_a_scale_or_a_clipped_sixteenth(x in blocks(MIDDLE)) {
        for scheme in [NVFP4, NVFP4.with_tensor_scale(largest(&x).max(1e-30) / 2000.0)] {
            let q = scheme.quantize(&x);
            let t = q.tensor_scale().unwrap();
            let y = q.dequantize();
            for ((x, y), s) in x.chunks(16).zip(y.as_slice().unwrap().chunks(16)).zip(q.scales().values()) {
                // E2M1's steps are at most 2 scales; a scale rounded down clips the largest number.
                let bound = (t * s.to_f64() as f32).max(largest(x) / 16.0) * 1.000_001;
                for (x, y) in x.iter().zip(y) {
                    prop_assert!((x - y).abs() <= bound, "{} {} {}", x, y, bound);
                }
            }
        }
    }

    #[test]
    fn the_largest_block_has_the_largest_scale(x in blocks(MIDDLE)) {
        prop_assume!(largest(&x) > 0.0);
        let q = NVFP4.quantize(&x);
        prop_assert_eq!(q.scales().to_vec().into_iter().fold(0.0, f64::max), 448.0);
        prop_assert!(q.scales().to_vec().into_iter().all(|s| s >= 0.015625));
    }

    #[test]
    fn what_has_been_quantized_stays_under_the_same_tensor_scale(x in blocks(MIDDLE)) {
        let q = NVFP4.quantize(&x);
        let y = q.dequantize();
        let again = NVFP4.with_tensor_scale(q.tensor_scale().unwrap()).quantize(&y);
        prop_assert_eq!(&again, &q);
        prop_assert_eq!(again.dequantize(), y);
    }

    #[test]
    fn a_power_of_two_moves_only_the_tensor_scale(x in blocks(MIDDLE), shift in -20..=20_i32) {
        prop_assume!(largest(&x) > 0.0);
        let factor = 2_f32.powi(shift);
        let q = NVFP4.quantize(&x);
        let moved = NVFP4.quantize(x.iter().map(|x| x * factor).collect::<Vec<_>>());
        prop_assert_eq!(moved.tensor_scale(), q.tensor_scale().map(|t| t * factor));
        prop_assert_eq!(moved.scales(), q.scales());
        prop_assert_eq!(moved.codes(), q.codes());
    }

    #[test]
    fn blocks_in_another_order_have_their_codes_in_that_order(x in blocks(-140..=127)) {
        let turned: Vec<f32> = x.chunks(16).rev().flatten().copied().collect();
        for scheme in [NVFP4, NVFP4.single_level()] {
            let (q, r) = (scheme.quantize(&x), scheme.quantize(&turned));
            prop_assert_eq!(q.tensor_scale(), r.tensor_scale());
            let back = |q: &NvFp4Tensor| q.scales().to_vec().into_iter().rev().collect::<Vec<_>>();
            prop_assert_eq!(back(&r), q.scales().to_vec());
            let codes = r.codes().to_vec();
            let codes: Vec<f64> = codes.chunks(16).rev().flatten().copied().collect();
            prop_assert_eq!(codes, q.codes().to_vec());
        }
    }

    #[test]
    fn every_finite_tensor_comes_back_finite(x in blocks(-149..=127)) {
        for scheme in [NVFP4, NVFP4.single_level(), NVFP4.with_tensor_scale(2_f32.powi(-121))] {
            let y = scheme.fake_quantize(&x);
            prop_assert!(y.iter().all(|y| y.is_finite()), "{:?}", scheme);
            prop_assert!(x.iter().zip(&y).all(|(x, y)| x.signum() == y.signum()));
        }
    }

    #[test]
    fn any_codes_and_scales_are_their_products(
        codes in proptest::collection::vec(any::<u8>(), 16),
        scales in proptest::collection::vec(any::<u8>(), 2),
        t in proptest::option::of(f32::MIN_POSITIVE..1e38),
    ) {
        let codes = Tensor::from_bytes(codes, &[2, 16], FP4_E2M1FN).unwrap();
        let scales = Tensor::from_bytes(scales, &[2, 1], FP8_E4M3FN).unwrap();
        let q = NvFp4Tensor::from_parts(codes.clone(), scales.clone(), t).unwrap();
        for (i, y) in q.dequantize().iter().enumerate() {
            let scale = t.unwrap_or(1.0) * scales.to_vec()[i / 16] as f32;
            let product = scale * codes.to_vec()[i] as f32;
            prop_assert!(*y == product || y.is_nan() && product.is_nan());
        }
    }
}

#[test]
fn a_tensor_of_zeros_is_zero_and_keeps_its_signs() {
    let mut x = [0.0_f32; 32];
    x[3] = -0.0;
    let two = NVFP4.quantize(x);
    assert_eq!(two.tensor_scale(), Some(2_f32.powi(-121)));
    for q in [two, NVFP4.single_level().quantize(x)] {
        assert_eq!(q.scales().to_vec(), [0.015625; 2]);
        assert_eq!(q.codes().bytes()[..3], [0, 0x80, 0]);
        let y = q.dequantize();
        assert!(y.iter().all(|y| *y == 0.0));
        assert!(y[[3]].is_sign_negative() && y[[4]].is_sign_positive());
    }
}

#[test]
fn a_block_of_zeros_in_a_tensor_of_tiny_numbers_is_zero() {
    let mut x = [0.0_f32; 32];
    x[0] = f32::MIN_POSITIVE;
    let y = NVFP4.fake_quantize(x);
    assert_eq!(y[[0]], f32::MIN_POSITIVE);
    assert!(y.iter().skip(1).all(|y| *y == 0.0));
}

#[test]
fn a_single_level_clips_what_its_scales_cannot_reach() {
    let q = NVFP4.single_level().quantize([3000.0; 16]);
    assert_eq!(q.scales().to_vec(), [448.0]);
    assert_eq!(q.dequantize()[[0]], 2688.0);
    // 2^-6 is the smallest scale, although E4M3 has smaller numbers.
    let q = NVFP4
        .single_level()
        .quantize([0.0078125, 0.00390625, 0.0, 0.0].repeat(4));
    assert_eq!(q.scales().to_vec(), [0.015625]);
    assert_eq!(q.codes().to_vec()[..2], [0.5, 0.0]); // 0.25 is a tie
}

#[test]
fn the_largest_float32_comes_back() {
    let q = NVFP4.quantize([f32::MAX; 16]);
    assert_eq!(
        (q.scales().to_vec(), q.codes().to_vec()[0]),
        (vec![448.0], 6.0)
    );
    assert_eq!(q.dequantize()[[0]], f32::MAX);
}

#[test]
fn empty_tensors_have_no_blocks() {
    for shape in [&[0][..], &[3, 0], &[0, 16], &[2, 0, 64]] {
        let q = NVFP4.quantize(ndarray::ArrayD::<f32>::zeros(shape));
        assert_eq!((q.shape(), q.dequantize().shape()), (shape, shape));
        assert!(q.scales().is_empty());
    }
}

#[test]
fn an_error_says_what_would_be_right() {
    let message =
        |scheme: NvFp4, x: ndarray::ArrayD<f32>| scheme.try_quantize(x).unwrap_err().to_string();
    let zeros = |shape: &[usize]| ndarray::ArrayD::<f32>::zeros(shape);
    assert_eq!(
        message(NVFP4, zeros(&[2, 24])),
        "groups of 16 do not divide the 24 elements of axis 1: take 12 or 24, or pad the axis"
    );
    assert!(message(NVFP4, zeros(&[])).starts_with("there is no axis 0"));
    for bad in [f32::NAN, f32::INFINITY] {
        let mut x = zeros(&[2, 16]);
        x[[1, 4]] = bad;
        for scheme in [NVFP4, NVFP4.single_level(), NVFP4.with_tensor_scale(1.0)] {
            assert!(message(scheme, x.clone()).starts_with("element [1, 4] is "));
        }
    }
    let tiny = 2_f32.powi(-121).next_down();
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, tiny] {
        let message = message(NVFP4.with_tensor_scale(bad), zeros(&[16]));
        assert!(
            message.starts_with("the tensor scale cannot be "),
            "{message}"
        );
    }
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let codes = |shape: &[usize]| {
        let bytes = vec![0; shape.iter().product::<usize>() / 2];
        Tensor::from_bytes(bytes, shape, FP4_E2M1FN).unwrap()
    };
    let scales = |shape: &[usize]| {
        let bytes = vec![0x38; shape.iter().product()];
        Tensor::from_bytes(bytes, shape, FP8_E4M3FN).unwrap()
    };
    let made = |codes, scales, t| NvFp4Tensor::from_parts(codes, scales, t);
    assert!(made(codes(&[2, 32]), scales(&[2, 2]), None).is_ok());
    assert!(made(codes(&[2, 32]), scales(&[2, 2]), Some(1e-40)).is_ok());
    for t in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(made(codes(&[2, 32]), scales(&[2, 2]), Some(t)).is_err());
    }
    assert!(made(codes(&[2, 32]), scales(&[4]), None).is_err());
    assert!(made(codes(&[2, 24]), scales(&[2, 2]), None).is_err());
    assert!(made(scales(&[2, 32]), scales(&[2, 2]), None).is_err());
    assert!(made(codes(&[2, 32]), codes(&[2, 2]), None).is_err());
}

#[test]
fn a_tensor_describes_itself() {
    let q = NVFP4.quantize([[1.0; 64], [0.25; 64]]);
    let summary = q.summary();
    assert_eq!(
        (&summary.scheme[..], &summary.dtype[..]),
        ("NVFP4", "float4_e2m1fn")
    );
    assert_eq!(summary.granularity, "groups of 16 along axis 1");
    let [block, tensor] = &summary.parameters[..] else {
        panic!("two kinds of parameters")
    };
    assert_eq!(
        (block.count, block.bytes, &block.values[..]),
        (8, 8, "112 to 448")
    );
    assert_eq!(
        (tensor.count, tensor.bytes, &tensor.values[..]),
        (1, 4, "0.000372024")
    );
    assert_eq!(q.bits_per_weight(), 4.5 + 32.0 / 128.0);
    let single = NVFP4.single_level().quantize([1.0; 64]);
    assert_eq!(single.bits_per_weight(), 4.5);
    assert_eq!(single.summary().scheme, NVFP4.single_level().name());
    assert_eq!(
        NVFP4.with_tensor_scale(0.5).name(),
        "NVFP4 (tensor scale 0.5)"
    );
}
