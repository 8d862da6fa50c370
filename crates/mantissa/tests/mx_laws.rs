//! Laws of the MX formats, for random blocks.

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
