//! Integer outputs: bias, rounding, saturation, and the multiplier without floats.

use mantissa::prelude::*;
use ndarray::array;

fn message<T: std::fmt::Debug>(result: Result<T, QuantError>) -> String {
    result.unwrap_err().to_string()
}

/// A layer that multiplies by 1/2: x in steps of 1/2, a weight of one step of 1/2.
fn half(output: AffineParams) -> QuantizedLinear {
    let scheme = LinearScheme::w8a8_static(AffineParams::tensor(INT8, 0.5, 0)).output(output);
    let weight = AffineParams::tensor(INT8, 0.5, 0).quantize([[0.5]]);
    QuantizedLinear::from_parts(weight, None, &scheme).unwrap()
}

#[test]
fn ties_go_to_even_before_the_zero_point_is_added() {
    let layer = half(AffineParams::tensor(INT8, 2.0, 1));
    // y / 2 is 0.5, 1.5, 2.5 and their negatives.
    let codes = layer.forward_codes([2.0, 6.0, 10.0, -2.0, -6.0, -10.0].map(|x| [x]));
    assert_eq!(codes.codes().to_vec(), [1.0, 3.0, 3.0, 1.0, -1.0, -1.0]);
    assert_eq!(codes.codes().shape(), [6, 1]);
}

#[test]
fn what_is_beyond_the_last_code_becomes_the_last_code() {
    let output = AffineParams::tensor(INT8, 0.125, 1);
    let x = [63.0, -64.0, 0.5, -0.5, 31.0, -32.0].map(|x| [x]);
    let codes = half(output.clone()).forward_codes(x).codes().to_vec();
    assert_eq!(codes, [127.0, -128.0, 3.0, -1.0, 125.0, -127.0]);
    let codes = half(output.narrow()).forward_codes(x).codes().to_vec();
    assert_eq!(codes, [127.0, -127.0, 3.0, -1.0, 125.0, -127.0]);
}

#[test]
fn the_bias_is_int32_in_steps_of_the_accumulator() {
    let linear = Linear::new([[0.5], [1.0]]).with_bias([10.0, -0.3]);
    let scheme = LinearScheme::w8a8_static(AffineParams::tensor(INT8, 0.5, 0))
        .weights(Affine::symmetric(INT8).clip(Clip::Range(-63.5, 63.5)));
    assert_eq!(linear.quantize(&scheme).bias_codes(), None);
    assert_eq!(
        linear.quantize(&scheme).forward([[1.0]]),
        array![[10.5, 0.7]]
    );
    let layer = linear.quantize(&scheme.clone().output(AffineParams::tensor(INT8, 0.25, 0)));
    // In steps of 1/4: 40, and -1.2 rounded.
    assert_eq!(layer.bias_codes(), Some(&[40, -1][..]));
    assert_eq!(layer.forward([[1.0]]), array![[10.5, 0.75]]);
    let bias = layer
        .summary()
        .parameters
        .into_iter()
        .find(|p| p.name == "bias")
        .unwrap();
    assert_eq!(
        (bias.dtype.as_str(), bias.bytes, bias.values.as_str()),
        ("int32", 8, "-1 to 40")
    );
    // Weights that are all zero have the smallest scale there is.
    let dead = Linear::new([[0.0]]).with_bias([1.0]);
    let scheme = LinearScheme::w8a8_static(AffineParams::tensor(INT8, 0.5, 0));
    assert_eq!(dead.quantize(&scheme).forward([[9.0]]), array![[1.0]]);
    let refused = dead.try_quantize(&scheme.output(AffineParams::tensor(INT8, 0.25, 0)));
    assert_eq!(
        message(refused),
        "the bias of output 0 cannot be 1e0 in steps of 5.877471754111438e-39: that is no int32: give \
         the weights of this output a larger scale, or let the output be float32"
    );
}

#[test]
fn a_bias_halfway_between_two_steps_goes_to_the_even_one() {
    // In steps of 1/4: 0.5, 1.5, 2.5 and their negatives.
    let bias = [0.125, 0.375, 0.625, -0.125, -0.375, -0.625];
    let linear = Linear::new([[0.0]; 6]).with_bias(bias);
    let scheme = LinearScheme::w8a8_static(AffineParams::tensor(INT8, 0.5, 0))
        .weights(Affine::symmetric(INT8).clip(Clip::Range(-63.5, 63.5)))
        .output(AffineParams::tensor(INT8, 0.25, 0));
    let layer = linear.quantize(&scheme);
    assert_eq!(layer.bias_codes(), Some(&[0, 2, 2, 0, -2, -2][..]));
}

#[test]
fn accumulators_may_reach_the_last_int32_with_their_bias() {
    // The largest product is 127 * (1 - -128) = 16383.
    let params = AffineParams::tensor(INT8, 1.0, 1);
    let scheme = LinearScheme::w8a8_static(params.clone()).output(params);
    let layer = |bias: f32| {
        let weight = AffineParams::tensor(INT8, 1.0, 0).quantize([[-127.0]]);
        QuantizedLinear::from_parts(weight, Some(array![bias]), &scheme)
    };
    assert_eq!(
        layer(2147467264.0).unwrap().bias_codes(),
        Some(&[i32::MAX - 16383][..])
    );
    assert!(layer(-2147467264.0).is_ok());
    let error = message(layer(2147467264.0 + 128.0));
    assert!(error.starts_with("the accumulator of output 0 cannot be as large as 2147483775"));
    assert!(message(layer(2147483648.0)).starts_with("the bias of output 0 cannot be"));
}

#[test]
fn outputs_that_cannot_be_say_why() {
    let linear = Linear::seeded(8, 2, 1);
    let params = AffineParams::tensor(INT8, 0.1, 0);
    let refused = |scheme: LinearScheme| message(linear.try_quantize(&scheme));
    for (scheme, name) in [
        (LinearScheme::w8a8_dynamic(), "8 dynamic"),
        (LinearScheme::w8a16(BF16), "16 bfloat16"),
        (LinearScheme::w8a32(), "32"),
    ] {
        assert_eq!(
            refused(scheme.output(params.clone())),
            format!(
                "the activations of a layer with integer output cannot be {name}: its bias is in steps \
                 of their scale: take Activations::Static"
            )
        );
    }
    let fixed = LinearScheme::w8a8_static(params.clone());
    let float = AffineParams::tensor(FP8_E4M3FN, 0.1, 0);
    assert!(refused(fixed.clone().output(float)).starts_with("the dtype of an integer output"));
    let columns = AffineParams::new(INT8, Granularity::Axis(1), [0.1; 2], [0; 2]);
    assert!(refused(fixed.clone().output(columns)).starts_with("the granularity of an integer"));
    let groups = fixed
        .clone()
        .weights(Affine::symmetric(INT8).per_group(1, 4))
        .output(params);
    assert!(refused(groups).contains("cannot be groups of 4 along axis 1: each output has one"));
    assert_eq!(
        message(linear.quantize(&fixed).try_forward_codes([[0.0; 8]])),
        "the codes of the output cannot be those of float32: quantize the layer with \
         LinearScheme::output to get some"
    );
}

#[test]
fn multipliers_that_cannot_be_say_why() {
    for m in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = message(FixedMultiplier::try_new(m));
        assert!(error.starts_with("a multiplier cannot be "), "{error}");
    }
}

#[test]
fn multipliers_of_every_size_are_as_near_as_31_bits_allow() {
    for exponent in -32..1023 {
        for m in [1.0, 1.0 + f64::EPSILON, 1.3, 1.5, 2.0 - f64::EPSILON] {
            let m = m * 2f64.powi(exponent);
            let fixed = FixedMultiplier::new(m);
            assert!(
                (fixed.to_f64() / m - 1.0).abs() <= 2f64.powi(-31),
                "{m:e}: {fixed}"
            );
            assert!((1 << 30..=i32::MAX).contains(&fixed.multiplier()));
            assert_eq!(fixed.multiply(0), 0);
            // Beyond int32 it saturates, and stays beyond every code.
            let large = fixed.multiply(i32::MAX);
            assert!(exponent < 0 || large >= 1 << 30, "{m:e}: {large}");
            let one = fixed.multiply(1);
            assert!(exponent < 31 || one >= 1 << 30, "{m:e}: {one}");
        }
    }
    for m in [f64::from_bits(1), f64::MIN_POSITIVE, 2f64.powi(-33)] {
        assert_eq!(FixedMultiplier::new(m).multiply(i32::MIN), 0);
    }
    assert_eq!(FixedMultiplier::new(1.0).multiply(-12345), -12345);
}

/// Integer arithmetic rounds twice, the second time away from zero. From one rounding to even it
/// differs only
/// - at ties whose even neighbour is nearer to zero: half of all ties;
/// - where the first rounding, to a 2^-shift-th of a code, makes a tie: 2^(shift - 1) of all products.
#[test]
fn integer_arithmetic_differs_by_one_code_at_ties_and_just_below() {
    let differing = |m: f64| {
        let fixed = FixedMultiplier::new(m);
        let (mut at_ties, mut below) = (0, 0);
        for accumulator in -100_000..=100_000 {
            // Exact for these m, which have few bits.
            let product = f64::from(accumulator) * m;
            let float = product.round_ties_even();
            let off = f64::from(fixed.multiply(accumulator)) - float;
            let from_tie = 0.5 - (product - float).abs();
            if off != 0.0 {
                assert_eq!(off.abs(), 1.0, "{accumulator} * {m}");
                assert!(
                    from_tie <= 2f64.powi(fixed.shift() - 1),
                    "{accumulator} * {m}"
                );
                at_ties += u32::from(from_tie == 0.0);
                below += u32::from(from_tie > 0.0);
            }
        }
        (fixed.shift(), at_ties, below)
    };
    let counts = [11.0 / 16.0, 5.0 / 16.0, 3.0 / 1024.0, 1.0 / 256.0].map(differing);
    assert_eq!(
        counts,
        [
            (0, 6250, 0),
            (-1, 6250, 43_750),
            (-8, 98, 292),
            (-7, 392, 391)
        ]
    );
}

#[test]
fn integer_arithmetic_changes_few_codes_of_a_layer() {
    let linear = Linear::seeded(64, 128, 1);
    let x = Linear::seeded(64, 256, 2).weight() * 8.0;
    let input = Affine::asymmetric(INT8).fit(&x);
    let output = Affine::asymmetric(INT8).fit(linear.forward(&x));
    let fixed = LinearScheme::w8a8_static(input);
    let float = linear
        .quantize(&fixed.clone().output(output.clone()))
        .forward_codes(&x);
    let integer = linear
        .quantize(&fixed.output_integer_only(output))
        .forward_codes(&x);
    let (float, integer) = (float.codes().to_vec(), integer.codes().to_vec());
    let off: Vec<f64> = float
        .iter()
        .zip(&integer)
        .map(|(a, b)| (a - b).abs())
        .collect();
    let differing = off.iter().filter(|off| **off > 0.0).count();
    assert_eq!(
        (
            off.iter().copied().fold(0.0, f64::max),
            differing,
            off.len()
        ),
        (1.0, 15, 32_768)
    );
}
