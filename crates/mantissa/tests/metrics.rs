//! Error metrics, against numbers worked out by hand.

use mantissa::prelude::*;

#[test]
fn every_metric_of_two_numbers() {
    let e = errors([3.0, 4.0], [3.0, 3.0]);
    assert_eq!((e.count, e.mse, e.rmse()), (2, 0.5, 0.5f64.sqrt()));
    assert_eq!((e.max_abs, e.mean_abs), (1.0, 0.5));
    assert_eq!(e.sqnr_db, 10.0 * 25f64.log10()); // 9 + 16 against 1
    assert_eq!(e.cosine, 21.0 / (25.0f64 * 18.0).sqrt());
    assert_eq!(e.relative, 0.2);
    assert_eq!(e.max_ulp, 1 << 22); // from 3 to 4 are half of an exponent's 2^23 values
}

#[test]
fn nothing_lost_is_infinite_decibels() {
    let e = errors([[1.0, -2.0]], [[1.0, -2.0]]);
    assert_eq!(
        (e.mse, e.sqnr_db, e.relative, e.cosine, e.max_ulp),
        (0.0, f64::INFINITY, 0.0, 1.0, 0)
    );
    let zeros = errors([0.0, 0.0], [0.0, -0.0]);
    assert_eq!(
        (zeros.sqnr_db, zeros.relative, zeros.max_ulp),
        (f64::INFINITY, 0.0, 0)
    );
    assert!(zeros.cosine.is_nan());
}

#[test]
fn noise_without_a_signal() {
    let e = errors([0.0], [1.0]);
    assert_eq!((e.sqnr_db, e.relative), (f64::NEG_INFINITY, f64::INFINITY));
}

#[test]
fn no_numbers_and_nan() {
    let none = errors(Vec::<f32>::new(), Vec::<f32>::new());
    assert!(none.mse.is_nan() && none.sqnr_db.is_nan() && none.relative.is_nan());
    assert_eq!((none.count, none.max_abs, none.max_ulp), (0, 0.0, 0));
    let nan = errors([1.0, f64::NAN], [1.0, 2.0]);
    assert!(nan.mse.is_nan() && nan.max_abs.is_nan());
    assert_eq!(nan.max_ulp, 1 << 32);
}

#[test]
fn tiny_and_huge_numbers_have_errors_too() {
    let tiny = errors([1e-200, 3e-200], [2e-200, 0.0]);
    assert!((tiny.sqnr_db - 0.0).abs() < 1e-9, "{tiny:?}"); // 1 + 9 against 1 + 9
    assert!((tiny.relative - 1.0).abs() < 1e-12);
    assert!((tiny.max_abs - 3e-200).abs() < 1e-212);
    let huge = errors([1e200], [0.9e200]);
    assert!((huge.sqnr_db - 20.0).abs() < 1e-6, "{huge:?}");
    let lost = errors([1e160, 1.0], [1e160, 0.0]);
    assert!(lost.sqnr_db > 3000.0 && lost.relative > 0.0, "{lost:?}");
    assert!((errors([1e-170; 2], [1e-170; 2]).cosine - 1.0).abs() < 1e-12);
}

#[test]
fn the_original_keeps_its_digits() {
    // 728.6 is no float32: its error is counted from the number itself.
    assert_eq!(errors([728.6], [689.5f32]).max_abs, 728.6 - 689.5);
}

#[test]
fn other_shapes_are_refused() {
    let error = try_errors([[1.0, 2.0]], [1.0, 2.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the other tensor has shape [2]; it takes the shape of the original, [1, 2]"
    );
}

#[test]
fn ulps_count_float32_values() {
    assert_eq!(ulps_apart(0.0, -0.0), 0);
    assert_eq!(ulps_apart(f32::MAX, f32::INFINITY), 1);
    assert_eq!(ulps_apart(-1.0, 1.0), 2 * u64::from(1.0f32.to_bits()));
    assert_eq!(ulps_apart(f32::NAN, f32::NAN), 0);
    assert_eq!(ulps_apart(f32::NAN, 0.0), 1 << 32);
}

#[test]
fn a_bit_is_six_decibels() {
    let x: Vec<f64> = (0..20_000).map(|i| f64::from(i) * 1e-4 - 1.0).collect();
    let sqnr = |dtype| errors(&x, Affine::symmetric(dtype).fake_quantize(&x)).sqnr_db;
    let bit = sqnr(INT8) - sqnr(INT7);
    assert!((bit - 20.0 * 2f64.log10()).abs() < 0.1, "{bit}");
}
