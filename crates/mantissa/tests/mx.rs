//! What the MX formats do at the ends: zeros, NaN, the smallest and largest numbers, wrong shapes.

use mantissa::prelude::*;

const RULES: [ScaleRule; 4] = [
    ScaleRule::Floor,
    ScaleRule::Ceil,
    ScaleRule::Rceil,
    ScaleRule::Even,
];

const FORMATS: [Mx; 6] = [
    MXFP8_E4M3, MXFP8_E5M2, MXFP6_E3M2, MXFP6_E2M3, MXFP4, MXINT8,
];

fn power(exponent: i32) -> f64 {
    2_f64.powi(exponent)
}

fn codes(tensor: &Tensor) -> Vec<u64> {
    tensor.values().map(|value| value.code()).collect()
}

#[test]
fn a_block_of_zeros_is_zero_and_keeps_its_signs() {
    for format in FORMATS {
        for rule in RULES {
            let mut x = [0.0_f32; 32];
            x[7] = -0.0;
            let q = format.rule(rule).quantize(x);
            assert_eq!(q.scales().bytes(), [0]);
            let y = q.dequantize();
            assert!(y.iter().all(|y| *y == 0.0));
            let signed = matches!(format.element(), DType::Float(_));
            assert_eq!(y[[7]].is_sign_negative(), signed, "{format:?}");
            assert!(y[[6]].is_sign_positive());
        }
    }
}

#[test]
fn a_number_that_rounds_to_zero_keeps_its_sign() {
    let q = MXFP4.block(2).quantize([4.0, -0.1]);
    assert_eq!(q.codes().bytes(), [0x86]);
    assert!(q.dequantize()[[1]].is_sign_negative());
}

#[test]
fn nan_and_infinity_make_their_block_nan_and_no_other() {
    for format in FORMATS {
        for rule in RULES {
            for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let mut x = [1.0; 96];
                x[40] = bad;
                let q = format.rule(rule).quantize(x);
                let one = q.scales().bytes()[0];
                assert_eq!(q.scales().bytes(), [one, 255, one]);
                let code = match format.element() {
                    DType::Float(element) => element.nan_code(false).unwrap_or(0),
                    DType::Int(_) => 0,
                };
                assert!(codes(q.codes())[32..64].iter().all(|c| *c == code));
                for (i, y) in q.dequantize().iter().enumerate() {
                    assert_eq!(y.is_nan(), (32..64).contains(&i), "{format:?} {i}");
                }
            }
        }
    }
}

#[test]
fn subnormal_blocks_use_the_smallest_scale_as_it_is() {
    // 2^-140 = 2^-127 * 2^-13, an E5M2 subnormal's multiple; 2^-149 is beyond E5M2's 2^-16.
    let q = MXFP8_E5M2
        .block(2)
        .quantize([power(-140) as f32, power(-149) as f32]);
    assert_eq!(q.scales().bytes(), [0]);
    assert_eq!(q.codes().to_vec(), [power(-13), 0.0]);
    assert_eq!(
        q.dequantize().as_slice().unwrap(),
        [power(-140) as f32, 0.0]
    );
    // The smallest scale of MXINT8 is reached by numbers below 2^-126.
    let q = MXINT8
        .block(2)
        .quantize([power(-127) as f32, -power(-131) as f32]);
    assert_eq!(
        (q.scales().bytes(), q.codes().to_vec()),
        (&[0][..], vec![64.0, -4.0])
    );
}

#[test]
fn the_ceilings_are_exact_around_the_smallest_scales() {
    let next = |x: f64| (x as f32).next_up();
    for (rule, max) in [(ScaleRule::Ceil, 1.0), (ScaleRule::Rceil, 127.0 / 64.0)] {
        let code = |amax: f32| MXINT8.rule(rule).scale(amax).code();
        assert_eq!(code(power(-149) as f32), 0);
        for exponent in [-126, -100, 0, 100, 126] {
            let edge = max * power(exponent);
            let at = code(edge as f32);
            assert_eq!(at as i32, exponent + 127, "{rule:?} {exponent}");
            assert_eq!(code(next(edge)), at + 1);
        }
    }
    assert_eq!(
        MXINT8
            .rule(ScaleRule::Ceil)
            .scale(power(-127) as f32)
            .code(),
        0
    );
    assert_eq!(
        MXINT8.rule(ScaleRule::Ceil).scale(next(power(-127))).code(),
        1
    );
}

#[test]
fn the_largest_float32_has_a_scale_in_every_format() {
    for format in FORMATS {
        for rule in RULES {
            let q = format.rule(rule).block(1).quantize([f32::MAX]);
            assert!(q.scales().bytes()[0] < 255, "{format:?} {rule:?}");
            let y = q.dequantize()[[0]];
            let clipped = rule == ScaleRule::Floor || format == MXINT8;
            assert_eq!(y.is_finite(), clipped, "{format:?} {rule:?} {y}");
        }
    }
    // 3e38 rounds up to 4 * 2^126.
    let y = MXFP4
        .rule(ScaleRule::Even)
        .block(1)
        .fake_quantize([3e38_f32]);
    assert_eq!(y[[0]], f32::INFINITY);
}

#[test]
fn minus_two_is_read_and_never_written() {
    let codes = Tensor::from_bytes([0x80, 0x7f], &[2], INT8).unwrap();
    let scales = Tensor::from_bytes([127], &[1], FP8_E8M0FNU).unwrap();
    let q = MxTensor::from_parts(MXINT8.block(2), codes, scales).unwrap();
    assert_eq!(q.dequantize().as_slice().unwrap(), [-2.0, 1.984375]);
    let again = MXINT8.block(2).quantize([-1.9999, 1.0]);
    assert_eq!(again.codes().to_vec(), [-127.0, 64.0]);
}

#[test]
fn empty_tensors_have_no_blocks() {
    for shape in [&[0][..], &[3, 0], &[0, 32], &[2, 0, 64]] {
        let q = MXFP4.quantize(ndarray::ArrayD::<f32>::zeros(shape));
        assert_eq!(q.shape(), shape);
        assert!(q.scales().is_empty() && q.codes().is_empty());
        assert_eq!(q.dequantize().shape(), shape);
        assert!(q.bits_per_weight().is_nan());
    }
}

fn message(scheme: Mx, x: impl TensorData) -> String {
    scheme.try_quantize(x).unwrap_err().to_string()
}

#[test]
fn an_error_says_what_would_be_right() {
    assert_eq!(
        message(MXFP4, [[1.0; 48]; 2]),
        "groups of 32 do not divide the 48 elements of axis 1: take 24 or 48, or pad the axis"
    );
    assert_eq!(
        message(MXFP4.along(0), [[1.0; 32]; 2]),
        "groups of 32 do not divide the 2 elements of axis 0: take 2, or pad the axis"
    );
    assert!(message(MXFP4.along(2), [[1.0; 32]; 2]).starts_with("there is no axis 2"));
    assert!(message(MXFP4, 1.0).starts_with("there is no axis 0 in shape []"));
    assert_eq!(
        message(MXFP4.block(0), [1.0; 32]),
        "a block cannot be 0 elements: it has at least one"
    );
    assert!(message(MXFP4, [vec![1.0], vec![]]).contains("different shapes"));
}

fn parts(codes: (&[usize], FloatFormat), scales: (&[usize], FloatFormat)) -> Result<(), String> {
    let zeros = |(shape, format): (&[usize], FloatFormat)| {
        let len: usize = shape.iter().product();
        let bytes = vec![0; (len * format.bits() as usize).div_ceil(8)];
        Tensor::from_bytes(bytes, shape, format).unwrap()
    };
    let made = MxTensor::from_parts(MXFP4, zeros(codes), zeros(scales));
    made.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let (fp4, e8m0) = (FP4_E2M1FN, FP8_E8M0FNU);
    assert_eq!(parts((&[2, 64], fp4), (&[2, 2], e8m0)), Ok(()));
    assert_eq!(
        parts((&[2, 64], FP6_E3M2FN), (&[2, 2], e8m0)).unwrap_err(),
        "the dtype of the codes cannot be float6_e3m2fn: it is float4_e2m1fn"
    );
    assert_eq!(
        parts((&[2, 64], fp4), (&[2, 2], FP8_E4M3FN)).unwrap_err(),
        "the dtype of the scales cannot be float8_e4m3fn: it is float8_e8m0fnu"
    );
    assert_eq!(
        parts((&[2, 64], fp4), (&[4], e8m0)).unwrap_err(),
        "the tensor of scales has shape [4]; it takes [2, 2], one for each of the groups of 32 along \
         axis 1"
    );
    assert!(parts((&[2, 60], fp4), (&[2, 2], e8m0)).is_err());
    assert!(parts((&[], fp4), (&[], e8m0)).is_err());
}

#[test]
fn a_tensor_describes_itself() {
    let q = MXFP6_E3M2.quantize([[1.0; 64], [0.25; 64]]);
    let summary = q.summary();
    assert_eq!(summary.scheme, "MXFP6 E3M2");
    assert_eq!(summary.dtype, "float6_e3m2fn");
    assert_eq!(summary.granularity, "groups of 32 along axis 1");
    assert_eq!((summary.code_bits, summary.code_bytes), (6.0, 96));
    let [scale] = &summary.parameters[..] else {
        panic!("one kind of parameter")
    };
    assert_eq!((scale.count, scale.bytes), (4, 4));
    assert_eq!(
        (&scale.dtype[..], &scale.values[..]),
        ("float8_e8m0fnu", "0.015625 to 0.0625")
    );
    for (format, bits) in FORMATS
        .into_iter()
        .zip([8.25, 8.25, 6.25, 6.25, 4.25, 8.25])
    {
        assert_eq!(format.quantize([1.0; 64]).bits_per_weight(), bits);
    }
}

#[test]
fn a_name_tells_what_is_not_usual() {
    assert_eq!(MXFP4.name(), "MXFP4");
    assert_eq!(
        MXFP8_E4M3.rule(ScaleRule::Rceil).name(),
        "MXFP8 E4M3 (rceil)"
    );
    assert_eq!(
        MXINT8.rule(ScaleRule::Even).block(16).along(0).name(),
        "MXINT8 (even, block 16, axis 0)"
    );
}
