//! One and two bits, scaled by the mean magnitude.

use mantissa::prelude::*;

fn values(q: &impl Quantized) -> Vec<f32> {
    q.dequantize().into_raw_vec_and_offset().0
}

fn message(result: Result<impl std::fmt::Debug, QuantError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn ternary_rounds_halves_to_zero() {
    // The mean magnitude is 1.
    let q = TERNARY.quantize([0.5, -0.5, 0.75, -0.75, 2.0, -1.5, 0.0, 2.0]);
    assert_eq!(q.scales(), [1.0]);
    assert_eq!(
        q.codes().to_vec(),
        [0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 0.0, 1.0]
    );
    assert_eq!(q.summary().bytes(), 2 + 4);
}

#[test]
fn one_and_two_bits_of_zeros_and_of_nothing_are_that() {
    for scheme in [TERNARY, BINARY, TERNARY.per_axis(0), BINARY.per_group(1, 2)] {
        assert_eq!(
            values(&scheme.quantize([[0.0, -0.0], [0.0, 0.0]])),
            [0.0; 4]
        );
        let q = scheme.quantize(ndarray::Array2::<f32>::zeros((3, 0)));
        assert_eq!(q.dequantize().shape(), [3, 0]);
        assert!(q.scales().iter().all(|s| *s == 0.0), "the mean of nothing");
        assert!(q.bits_per_weight().is_nan());
    }
    assert_eq!(
        BINARY.quantize([0.0, -0.0, 3.0]).codes().to_vec(),
        [1.0, 1.0, 1.0]
    );
    assert_eq!(TERNARY.quantize([0.0, -0.0]).codes().to_vec(), [0.0, 0.0]);
    assert_eq!(values(&TERNARY.quantize(-4.0)), [-4.0]);
    // A mean that is no float32 but 0.
    assert_eq!(values(&TERNARY.quantize([1e-45, 0.0, 0.0, 0.0])), [0.0; 4]);
    assert_eq!(values(&TERNARY.quantize([f32::MAX; 5])), [f32::MAX; 5]);
}

#[test]
fn scales_belong_to_rows_or_groups() {
    let w = [[1.0, -3.0, 0.5, 0.5], [2.0, 2.0, 10.0, -6.0]];
    assert_eq!(TERNARY.per_axis(0).quantize(w).scales(), [1.25, 5.0]);
    let q = TERNARY.per_group(1, 2).quantize(w);
    assert_eq!(q.scales(), [2.0, 0.5, 2.0, 8.0]);
    assert_eq!(values(&q), [0.0, -2.0, 0.5, 0.5, 2.0, 2.0, 8.0, -8.0]);
    assert_eq!(q.summary().granularity, "groups of 2 along axis 1");
    assert_eq!(
        message(TERNARY.per_group(1, 3).try_quantize(w)),
        "groups of 3 do not divide the 4 elements of axis 1: take 2 or 4, or pad the axis"
    );
    assert!(TERNARY.per_group(1, 0).try_quantize(w).is_err());
    assert!(TERNARY.per_group(0, 0).try_quantize([0.0; 0]).is_err());
    assert!(BINARY.try_quantize([f32::NAN]).is_err());
}
