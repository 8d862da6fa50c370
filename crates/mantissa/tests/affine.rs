//! Affine quantization: the tutorial's numbers and the edges.

use mantissa::prelude::*;
use ndarray::{Array2, ArrayD, IxDyn};

/// The tutorial's seven values.
const X: [f64; 7] = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];

/// The tensor of the short courses that the tutorial follows.
const W: [[f64; 3]; 3] = [
    [191.6, -13.5, 728.6],
    [92.14, 295.5, -184.0],
    [0.0, 684.6, 245.5],
];

fn codes(q: &AffineTensor) -> Vec<f64> {
    q.codes().to_vec()
}

fn vec_of(array: ArrayD<f32>) -> Vec<f32> {
    array.into_iter().collect()
}

#[test]
fn the_tutorials_symmetric_chapter() {
    let q = Affine::symmetric(INT8).quantize(X);
    assert_eq!(format!("{:.5}", q.params().scale()), "0.08504");
    assert_eq!(codes(&q), [64.0, 36.0, -89.0, 0.0, -23.0, -54.0, 127.0]);
}

#[test]
fn the_tutorials_asymmetric_chapter() {
    let q = Affine::asymmetric(INT8).quantize(X);
    assert_eq!(format!("{:.5}", q.params().scale()), "0.07212");
    assert_eq!(q.params().zero_point(), -23);
    assert_eq!(codes(&q), [53.0, 20.0, -128.0, -23.0, -50.0, -86.0, 127.0]);
    // One value of 256 pushes the others together.
    let outlier = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8, 256.0];
    let q = Affine::asymmetric(INT8).quantize(outlier);
    assert_eq!(q.params().zero_point(), -121);
    let expected = [
        -116.0, -118.0, -128.0, -121.0, -123.0, -125.0, -111.0, 127.0,
    ];
    assert_eq!(codes(&q), expected);
}

/// The seven values of Grootendorst, "A visual guide to quantization" (2024), which the tutorial
/// clips.
#[test]
fn clipping_keeps_small_numbers_apart() {
    let x = [-0.59, -0.21, -0.07, -0.13, 0.28, 0.57, 256.0];
    let collapsed = Affine::symmetric(INT8).quantize(x);
    assert_eq!(codes(&collapsed), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 127.0]);
    let clipped = Affine::symmetric(INT8)
        .clip(Clip::Range(-5.0, 5.0))
        .quantize(x);
    assert_eq!(codes(&clipped), [-15.0, -5.0, -2.0, -3.0, 7.0, 14.0, 127.0]);
    // Cut off instead of rounded, as the tutorial's code does by mistake.
    let steps = x.map(|x| x / (5.0 / 127.0));
    let cut = Tensor::encode(steps, INT8, Rounding::TowardZero, Overflow::Saturate).unwrap();
    assert_eq!(cut.to_vec(), [-14.0, -5.0, -1.0, -3.0, 7.0, 14.0, 127.0]);
}

#[test]
fn the_short_courses_mean_squared_errors() {
    let mse = |y: ArrayD<f32>| format!("{:.4}", errors(W, y).mse);
    let given = AffineParams::tensor(INT8, 3.5, -70);
    assert_eq!(mse(given.fake_quantize(W)), "170.8755");
    let fitted = Affine::asymmetric(INT8).quantize(W);
    assert_eq!(format!("{:.5}", fitted.params().scale()), "3.57882");
    assert_eq!(fitted.params().zero_point(), -77);
    assert_eq!(mse(fitted.dequantize()), "1.5730");
    let symmetric = Affine::symmetric(INT8);
    assert_eq!(mse(symmetric.fake_quantize(W)), "2.5092");
    assert_eq!(
        mse(symmetric.clone().per_axis(0).fake_quantize(W)),
        "1.8084"
    );
    // In float64 it is 1.07815007, which rounds to 1.0782; in float32, as everywhere, 1.07814882.
    let columns = errors(W, symmetric.per_axis(1).fake_quantize(W)).mse;
    assert!((columns - 1.07815007).abs() < 2e-6, "{columns}");
}

#[test]
fn codes_keep_to_their_range() {
    for (scheme, range) in [
        (Affine::symmetric(INT8), (-127.0, 127.0)),
        (Affine::symmetric_full(INT8), (-128.0, 127.0)),
        (Affine::symmetric(UINT8), (1.0, 255.0)),
        (Affine::symmetric(INT2), (-1.0, 1.0)),
        (Affine::asymmetric(UINT3), (0.0, 7.0)),
        (Affine::asymmetric(INT16), (-32768.0, 32767.0)),
        (Affine::symmetric(FP8_E5M2), (-57344.0, 57344.0)),
    ] {
        let q = scheme.quantize([-3.0, -1.0, 0.0, 0.5, 3.0]);
        assert_eq!(q.params().range(), range, "{scheme:?}");
        let inside = |code: &f64| (range.0..=range.1).contains(code);
        assert!(codes(&q).iter().all(inside), "{q:?}");
    }
    // The middle of an unsigned dtype stands for 0.
    assert_eq!(Affine::symmetric(UINT8).fit([1.0]).zero_point(), 128);
}

#[test]
fn every_width_has_its_scale() {
    for (dtype, narrow, full) in [
        (INT2, 1.0, 1.5),
        (INT3, 3.0, 3.5),
        (INT4, 7.0, 7.5),
        (INT5, 15.0, 15.5),
        (INT6, 31.0, 31.5),
        (INT7, 63.0, 63.5),
        (INT8, 127.0, 127.5),
        (INT16, 32767.0, 32767.5),
    ] {
        assert_eq!(
            Affine::symmetric(dtype).fit([-2.5, 1.0]).scale(),
            2.5 / narrow
        );
        assert_eq!(
            Affine::symmetric_full(dtype).fit([-2.5, 1.0]).scale(),
            2.5 / full
        );
        let fitted = Affine::symmetric_no_clip(dtype).fit([-2.5, 1.0]);
        assert_eq!(fitted.scale(), f32::max(2.5 / (narrow + 1.0), 1.0 / narrow));
    }
}

#[test]
fn a_float_target_takes_the_largest_to_its_largest() {
    let q = Affine::symmetric(FP4_E2M1FN).quantize([12.0, 1.0, -0.4, 5.2]);
    assert_eq!(q.params().scale(), 2.0);
    assert_eq!(codes(&q), [6.0, 0.5, -0.0, 3.0]); // 2.6 steps are nearer to 3 than to 2
    assert_eq!(vec_of(q.dequantize()), [12.0, 1.0, -0.0, 6.0]);
    assert_eq!(q.codes().value(&[2]).code(), 0b1000, "minus zero");
    let error = Affine::asymmetric(FP4_E2M1FN).try_fit([1.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the dtype of a fit called asymmetric cannot be float4_e2m1fn: take an integer of 2 to 16 \
         bits, or Affine::symmetric"
    );
}

#[test]
fn ties_go_to_even_codes() {
    let q = AffineParams::tensor(INT8, 2.0, 0).quantize([1.0, 3.0, 5.0, -1.0, -3.0]);
    assert_eq!(codes(&q), [0.0, 2.0, 2.0, 0.0, -2.0]);
    // The zero point comes after the rounding.
    let q = AffineParams::tensor(INT8, 2.0, 1).quantize([1.0, 3.0, 5.0, -1.0, -3.0]);
    assert_eq!(codes(&q), [1.0, 3.0, 3.0, 1.0, -1.0]);
}

#[test]
fn zeros_constants_and_nothing_have_a_result() {
    for scheme in [
        Affine::symmetric(INT8),
        Affine::symmetric_full(INT4),
        Affine::symmetric_no_clip(INT4),
        Affine::asymmetric(UINT8),
        Affine::onnx_dynamic(),
    ] {
        let zeros = scheme.fake_quantize([0.0, -0.0, 0.0]);
        assert!(zeros.iter().all(|x| *x == 0.0), "{scheme:?}");
        for constant in [3.7, -3.7] {
            let same = scheme.fake_quantize([constant; 4]);
            let error = (f64::from(same[0]) - constant).abs();
            // The full range of int4 clips its positive end: half a step.
            assert!(error < 0.26, "{scheme:?}: {same}");
        }
        let empty = scheme.quantize(Vec::<f32>::new());
        assert_eq!(empty.dequantize().shape(), [0]);
        assert!(empty.bits_per_weight().is_nan());
        let none = scheme.per_axis(0).quantize(Array2::<f32>::zeros((0, 5)));
        assert_eq!(
            (none.params().scales().len(), none.dequantize().shape()),
            (0, &[0, 5][..])
        );
    }
    assert_eq!(
        Affine::symmetric(INT8).fit([0.0]).scale(),
        f32::MIN_POSITIVE
    );
}

#[test]
fn single_numbers_are_tensors() {
    let q = Affine::symmetric(INT8).quantize(-2.54);
    assert_eq!((q.codes().shape(), q.codes().item()), (&[][..], -127.0));
}

#[test]
fn infinities_saturate_with_given_parameters_and_cannot_be_fitted() {
    let given = AffineParams::tensor(INT8, 0.5, 3);
    let q = given.quantize([f64::INFINITY, f64::NEG_INFINITY, 1e300]);
    assert_eq!(codes(&q), [127.0, -128.0, 127.0]);
    for bad in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let error = Affine::symmetric(INT8)
            .try_quantize([[1.0, 2.0], [bad, 0.0]])
            .unwrap_err();
        assert!(
            error.to_string().starts_with("element [1, 0] is ")
                && error
                    .to_string()
                    .contains("which has no place in int8 symmetric"),
            "{error}"
        );
    }
    let error = given.try_quantize([0.0, f64::NAN]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "element [1] is nan, which has no place in int8: replace it, or clip the data to finite \
         numbers first"
    );
}

#[test]
fn a_number_beyond_float32_is_named_as_it_was_given() {
    let x = [[0.0, 1.0], [-1e300, f64::INFINITY]];
    let error = Affine::symmetric(INT8).try_quantize(x).unwrap_err();
    assert_eq!(
        error.to_string(),
        "element [1, 0] is -1e+300, which has no place in int8 symmetric: float32, in which it is \
         computed, ends at 3.4028235e38; divide the data by a power of two first"
    );
    let error = ggml::Q8_0.try_quantize([3.5e38; 32]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("element [0] is 3.5e+38, which has no place in Q8_0: float32"),
        "{error}"
    );
}

#[test]
fn a_tensor_names_the_scheme_that_made_it() {
    let scheme = |scheme: &Affine| scheme.quantize([[1.0, 2.0]]).summary().scheme;
    let all = Affine::symmetric_no_clip(INT4)
        .per_axis(0)
        .clip(Clip::Percentile(99.0))
        .reciprocal();
    assert_eq!(
        scheme(&all),
        "int4 symmetric, no clipping, axis 0, percentile 99, reciprocal"
    );
    assert_eq!(scheme(&Affine::onnx_dynamic()), "uint8 dynamic");
    // Parameters do not know what they were fitted with.
    let params = all.fit([[1.0, 2.0]]);
    assert_eq!(
        params.quantize([[1.0, 2.0]]).summary().scheme,
        "int4, axis 0, reciprocal"
    );
}

#[test]
fn impossible_parameters_are_refused() {
    let error = |dtype: DType, scale: f32, zero_point| {
        AffineParams::try_new(dtype, Granularity::Tensor, [scale], [zero_point])
            .unwrap_err()
            .to_string()
    };
    for scale in [0.0, -0.0, -1.0, f32::NAN, f32::INFINITY] {
        let message = error(INT8.into(), scale, 0);
        assert!(
            message.ends_with("a scale is finite and above zero"),
            "{message}"
        );
    }
    assert_eq!(
        error(UINT4.into(), 1.0, 16),
        "zero point 16 of group 0 is no code: uint4 has 0 to 15"
    );
    assert!(error(INT32.into(), 1.0, 0).contains("take an integer of 2 to 16 bits"));
    assert!(error(FP8_E5M2.into(), 1.0, 1).starts_with("zero point 1 of group 0 is no code"));
    let uneven = AffineParams::try_new(INT8, Granularity::Axis(0), [1.0, 2.0], [0]).unwrap_err();
    assert_eq!(
        uneven.to_string(),
        "the zero points has shape [1]; it takes one for each of the 2 scales"
    );
}

#[test]
fn parameters_must_be_as_many_as_groups() {
    let rows = AffineParams::new(INT8, Granularity::Axis(0), [1.0, 2.0], [0, 0]);
    let error = rows.try_quantize([[1.0], [2.0], [3.0]]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tensor has shape [3, 1]; it takes a shape with 2 groups (axis 0), not 3"
    );
    let codes = tensor([[1, 2], [3, 4]], INT4);
    let error = AffineTensor::from_parts(rows, codes).unwrap_err();
    assert!(
        error.to_string().contains("the parameters are for int8"),
        "{error}"
    );
}

#[test]
fn a_range_at_the_end_of_float32_is_refused_not_made_infinite() {
    for scheme in [Affine::symmetric_full(INT8), Affine::asymmetric(INT8)] {
        let error = scheme.try_fit([f32::MAX, -f32::MAX]).unwrap_err();
        assert!(error.to_string().contains("overflow float32"), "{error}");
    }
    let y = Affine::symmetric(INT8).fake_quantize([f32::MAX / 2.0, 1.0]);
    assert!(y.iter().all(|y| y.is_finite()));
}

#[test]
fn reciprocal_of_a_tiny_scale_is_refused() {
    let params = AffineParams::tensor(INT8, 1e-39, 0);
    assert_eq!(codes(&params.quantize([0.0, 1e-38])), [0.0, 10.0]);
    assert!(params.reciprocal().try_quantize([0.0]).is_err());
}

#[test]
fn sixteen_bit_halves_are_data_too() {
    let x = ndarray::arr1(&[f16::from_f32(1.5), f16::from_f32(-3.0)]);
    assert_eq!(codes(&Affine::symmetric(INT4).quantize(&x)), [4.0, -7.0]);
    let x = [bf16::from_f32(1.5), bf16::from_f32(-3.0)];
    assert_eq!(codes(&Affine::symmetric(INT4).quantize(x)), [4.0, -7.0]);
    // A view with strides of its own.
    let x = ndarray::arr2(&[[1.0f32, 2.0], [3.0, 4.0]]);
    let q = Affine::symmetric(INT4).per_axis(0).quantize(x.t());
    assert_eq!(q.params().scales(), [3.0 / 7.0, 4.0 / 7.0]);
}

#[test]
fn every_byte_is_counted() {
    let w = Array2::from_shape_fn((4, 64), |(i, j)| (i * 64 + j) as f32 - 100.0);
    let summary = Affine::symmetric(INT4)
        .per_group(1, 32)
        .quantize(&w)
        .summary();
    assert_eq!((summary.code_bytes, summary.bytes()), (128, 128 + 8 * 4));
    assert_eq!(summary.bits_per_weight(), 5.0);
    assert_eq!(summary.granularity, "groups of 32 along axis 1");
    let summary = Affine::asymmetric(UINT4)
        .per_group(1, 32)
        .quantize(&w)
        .summary();
    assert_eq!(summary.bits_per_weight(), 5.125); // a zero point of 4 bits for each group
    let names: Vec<&str> = summary.parameters.iter().map(|p| &p.name[..]).collect();
    assert_eq!(names, ["scale", "zero point"]);
}

#[test]
fn the_middle_code_is_no_zero_point_to_store() {
    let stored = |scheme: Affine| scheme.quantize([1.0, -1.0]).summary().parameters.len();
    assert_eq!(stored(Affine::symmetric(UINT8)), 1);
    assert_eq!(stored(Affine::symmetric(INT8)), 1);
    assert_eq!(stored(Affine::asymmetric(UINT8)), 2);
}

#[test]
fn zero_keeps_its_code_in_the_narrow_range() {
    let q = AffineParams::tensor(INT8, 1.0, -128)
        .narrow()
        .quantize([0.0, -1.0, 3.0]);
    assert_eq!(q.params().zero_point(), -127);
    assert_eq!(vec_of(q.dequantize()), [0.0, 0.0, 3.0]);
}

#[test]
fn formats_that_would_lose_numbers_are_refused() {
    let message = |dtype: DType| {
        Affine::symmetric(dtype)
            .try_fit([1.0])
            .unwrap_err()
            .to_string()
    };
    assert!(message(FP8_E8M0FNU.into()).contains("take a format with a sign"));
    for dtype in [INT1, INT32] {
        let expected = "take an integer of 2 to 16 bits or a float format";
        assert!(message(dtype.into()).ends_with(expected), "{dtype}");
    }
}

#[test]
fn integers_beyond_2_to_the_53_are_rounded_once() {
    // 2^60 + 2^36 + 1 lies just above the middle of two float32; as a float64 it is the middle.
    let n = (1i64 << 60) + (1 << 36) + 1;
    let q = AffineParams::tensor(FP32, 1.0, 0).quantize(n);
    assert_eq!(q.codes().item(), (1u64 << 60) as f64 + (1u64 << 37) as f64);
}

#[test]
fn more_groups_than_memory_has_room_for() {
    let x = ArrayD::<f32>::zeros(IxDyn(&[0, 1 << 60]));
    let error = Affine::symmetric(INT8)
        .per_axis(1)
        .try_quantize(&x)
        .unwrap_err();
    assert!(
        error.to_string().contains("more than memory has room for"),
        "{error}"
    );
}
