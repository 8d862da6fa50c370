//! Laws of the MX formats, and what happens at the ends.

use mantissa::prelude::*;
use ndarray::{Array2, Axis};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

const RULES: [ScaleRule; 4] = [
    ScaleRule::Floor,
    ScaleRule::Ceil,
    ScaleRule::Rceil,
    ScaleRule::Even,
];

const FORMATS: [Mx; 6] = [
    MXFP8_E4M3, MXFP8_E5M2, MXFP6_E3M2, MXFP6_E2M3, MXFP4, MXINT8,
];

fn config() -> Config {
    Config {
        cases: 1500,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(32),
        ..Config::default()
    }
}

fn format() -> impl Strategy<Value = Mx> {
    let format = proptest::sample::select(FORMATS.to_vec());
    (format, proptest::sample::select(RULES.to_vec())).prop_map(|(format, rule)| format.rule(rule))
}

fn power(exponent: i32) -> f64 {
    2_f64.powi(exponent)
}

/// Any magnitude; half of them within two units of where a rule takes the next scale.
fn magnitude() -> impl Strategy<Value = f32> {
    let edges = [1.0, 1.5, 1.75, 1.875, 1.9375, 1.984375, 1.9921875, 1.96875];
    let edge = (
        proptest::sample::select(edges.to_vec()),
        -149..=127_i32,
        0..5_u32,
    );
    let edge = edge.prop_map(|(edge, exponent, units)| {
        let bits = ((edge * power(exponent)) as f32).to_bits();
        f32::from_bits((bits + units).saturating_sub(2))
    });
    prop_oneof![edge, (0..0x7f80_0000_u32).prop_map(f32::from_bits)]
}

/// A block whose numbers lie within some binades below 2^top; every fourth lies on a coarse grid, where
/// there are ties, and some are zero.
fn block(top: std::ops::RangeInclusive<i32>) -> impl Strategy<Value = Vec<f32>> {
    let numbers = proptest::collection::vec((any::<i32>(), 0..4_u32, any::<u32>()), 32);
    (top, 0..40_u32, numbers).prop_map(|(top, spread, numbers)| {
        let number = |(bits, kind, below): (i32, u32, u32)| {
            let fraction = match kind {
                0 => f64::from(bits >> 26) / 32.0,
                _ => f64::from(bits) / power(31),
            };
            let below = if spread == 0 { 0 } else { below % spread };
            (fraction * power(top - below as i32)) as f32
        };
        numbers.into_iter().map(number).collect()
    })
}

/// Numbers of which float32 and E8M0 reach neither end.
const MIDDLE: std::ops::RangeInclusive<i32> = -80..=100;
/// All of float32, but for the last binade, in which numbers can round up to infinity.
const ALL: std::ops::RangeInclusive<i32> = -145..=126;

fn largest(x: &[f32]) -> f32 {
    x.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// What a code of 1 of the dtype stands for, and its largest value.
fn unit_and_max(format: Mx) -> (f64, f64) {
    match format.element() {
        DType::Float(element) => (1.0, element.max()),
        DType::Int(_) => (1.0 / 64.0, 127.0 / 64.0),
    }
}

/// The exponent of the largest element, and the bits behind the point at that exponent.
fn emax_and_fraction_bits(format: Mx) -> (i32, i32) {
    match format.element() {
        DType::Float(element) => (
            element.max().log2().floor() as i32,
            element.mantissa_bits() as i32,
        ),
        DType::Int(_) => (0, 6),
    }
}

fn codes(tensor: &Tensor) -> Vec<u64> {
    tensor.values().map(|value| value.code()).collect()
}

fn bits(x: &ndarray::ArrayD<f32>) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_scale_is_that_of_the_formula(
        format in proptest::sample::select(FORMATS.to_vec()),
        rule in proptest::sample::select(RULES.to_vec()),
        amax in magnitude(),
    ) {
        let (emax, fraction_bits) = emax_and_fraction_bits(format);
        let (_, max) = unit_and_max(format);
        let x = f64::from(amax);
        let floor = (-149..=127).rev().find(|e| power(*e) <= x).unwrap_or(-200);
        let exponent = match rule {
            ScaleRule::Floor => floor - emax,
            ScaleRule::Ceil => (-300..=128).find(|e| power(*e) >= x).unwrap() - emax,
            ScaleRule::Rceil => {
                let exponent = (-300..=128).find(|e| power(*e) * max >= x).unwrap();
                // The quotient is a float32, which around 2^-127 has fewer digits.
                prop_assume!(!(-130..-125).contains(&exponent));
                exponent
            }
            ScaleRule::Even => {
                // Just below 2^-126 the bits of a float32 are those of 2^-126.
                prop_assume!(amax.is_normal() || x < power(-127));
                let carries = x >= power(floor) * (2.0 - power(-fraction_bits - 1));
                floor + i32::from(carries) - emax
            }
        };
        let scale = format.rule(rule).scale(amax).to_f64();
        prop_assert_eq!(scale, power(exponent.clamp(-127, 127)), "{:e}", amax);
    }

    #[test]
    fn no_element_is_nearer_than_the_one_chosen(format in format(), x in block(ALL)) {
        let q = format.quantize(&x);
        let (unit, max) = unit_and_max(format);
        let scale = q.scales().to_vec()[0];
        prop_assert_eq!(scale, format.scale(largest(&x)).to_f64());
        let grid: Vec<f64> = format
            .element()
            .values()
            .map(|value| value.to_f64() * unit)
            .filter(|value| value.abs() <= max)
            .collect();
        for (x, y) in x.iter().zip(q.dequantize()) {
            let (x, y) = (f64::from(*x), f64::from(y));
            prop_assert!(grid.contains(&(y / scale)));
            let error = (x - y).abs();
            prop_assert!(grid.iter().all(|p| (p * scale - x).abs() >= error), "{} {}", x, y);
        }
    }

    #[test]
    fn an_error_is_at_most_half_a_step_where_nothing_is_clipped(
        format in format(),
        x in block(MIDDLE),
    ) {
        let q = format.quantize(&x);
        let (_, fraction_bits) = emax_and_fraction_bits(format);
        let (_, max) = unit_and_max(format);
        let amax = f64::from(largest(&x));
        prop_assume!(amax > 0.0);
        let scale = q.scales().to_vec()[0];
        // The step in the binade of amax, or a clipped end.
        let half = power(amax.log2().floor() as i32 - fraction_bits - 1);
        let clipped = (amax - max * scale).max(0.0);
        // A larger scale than that of `Floor` loses a bit in integers, which have no exponent.
        let half = if format.element() == INT8.into() { scale / 128.0 } else { half };
        for (x, y) in x.iter().zip(q.dequantize()) {
            let error = (f64::from(*x) - f64::from(y)).abs();
            prop_assert!(error <= half.max(clipped), "{:?} {} {}", format, x, y);
        }
    }

    #[test]
    fn what_has_been_quantized_stays(format in format(), x in block(ALL)) {
        let q = format.quantize(&x);
        let y = q.dequantize();
        let again = format.quantize(&y);
        prop_assert_eq!(bits(&again.dequantize()), bits(&y), "{:?}", format);
        // The others can find a smaller scale for a block that has shrunk.
        let rules = [ScaleRule::Floor, ScaleRule::Even];
        if rules.map(|rule| format.rule(rule)).contains(&format) && y.iter().all(|y| y.is_finite()) {
            prop_assert_eq!(again, q);
        }
    }

    #[test]
    fn a_power_of_two_moves_only_the_scales(
        format in format(),
        x in block(MIDDLE),
        shift in -20..=20_i32,
    ) {
        let (q, factor) = (format.quantize(&x), power(shift) as f32);
        prop_assume!(largest(&x) > 0.0);
        let moved = format.quantize(x.iter().map(|x| x * factor).collect::<Vec<_>>());
        prop_assert_eq!(moved.codes(), q.codes());
        prop_assert_eq!(moved.scales().to_vec()[0], q.scales().to_vec()[0] * power(shift));
    }

    #[test]
    fn the_codes_of_minus_x_are_those_of_x_negated(format in format(), x in block(ALL)) {
        let (q, minus) = (
            format.quantize(&x),
            format.quantize(x.iter().map(|x| -x).collect::<Vec<_>>()),
        );
        prop_assert_eq!(q.scales(), minus.scales());
        let negated: Vec<f64> = q.codes().to_vec().into_iter().map(|code| -code).collect();
        prop_assert_eq!(minus.codes().to_vec(), negated);
    }

    #[test]
    fn blocks_do_not_see_each_other(
        format in format(),
        rows in proptest::collection::vec(block(ALL), 6),
    ) {
        let x = Array2::from_shape_vec((3, 64), rows.concat()).unwrap();
        let q = format.quantize(&x);
        for (i, row) in rows.iter().enumerate() {
            let alone = format.quantize(row);
            prop_assert_eq!(codes(alone.scales())[0], codes(q.scales())[i]);
            prop_assert_eq!(codes(alone.codes()), codes(q.codes())[32 * i..][..32].to_vec());
        }
    }

    #[test]
    fn any_axis_is_the_last_of_the_transposed(
        format in format(),
        rows in proptest::collection::vec(block(ALL), 6),
    ) {
        let x = Array2::from_shape_vec((3, 64), rows.concat()).unwrap();
        let (last, first) = (format.quantize(&x), format.along(0).quantize(x.t()));
        prop_assert_eq!(first.scales().shape(), &[2, 3]);
        prop_assert_eq!(first.dequantize(), last.dequantize().reversed_axes());
        // In the middle of three.
        let middle = format.along(1).quantize(x.t().insert_axis(Axis(0)));
        prop_assert_eq!(codes(middle.codes()), codes(first.codes()));
        prop_assert_eq!(codes(middle.scales()), codes(first.scales()));
    }

    #[test]
    fn any_codes_and_scales_are_their_products(
        format in format(),
        codes in proptest::collection::vec(any::<u64>(), 64),
        scales in proptest::collection::vec(any::<u8>(), 2),
    ) {
        let element = format.element();
        let codes = Tensor::from_bytes(pack(codes, element.bits()), &[2, 32], element).unwrap();
        let scales = Tensor::from_bytes(scales, &[2, 1], FP8_E8M0FNU).unwrap();
        let q = MxTensor::from_parts(format, codes.clone(), scales.clone()).unwrap();
        let (unit, _) = unit_and_max(format);
        for (i, y) in q.dequantize().iter().enumerate() {
            let product = codes.to_vec()[i] * unit * scales.to_vec()[i / 32];
            prop_assert!(*y == product as f32 || y.is_nan() && product.is_nan());
        }
    }

    #[test]
    fn integers_are_rounded_in_units_of_a_sixty_fourth(x in block(MIDDLE)) {
        let amax = f64::from(largest(&x));
        prop_assume!(amax > 0.0);
        let scale = power(amax.log2().floor() as i32);
        let expected: Vec<f64> = x
            .iter()
            .map(|x| (f64::from(*x) / scale * 64.0).round_ties_even().clamp(-127.0, 127.0) + 0.0)
            .collect();
        prop_assert_eq!(MXINT8.quantize(&x).codes().to_vec(), expected);
    }
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
    // A tensor can be empty in more ways than an array.
    let codes = Tensor::from_bytes([], &[0, usize::MAX, 32], fp4).unwrap();
    let scales = Tensor::from_bytes([], &[0, usize::MAX, 1], e8m0).unwrap();
    assert!(MxTensor::from_parts(MXFP4, codes, scales).is_err());
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
