//! Linear layers: float, with quantized weights, and in a network.

mod seeded;

use mantissa::prelude::*;
use ndarray::{Array2, array};
use proptest::prelude::*;
use seeded::config;

fn rows(batch: usize, inputs: usize) -> Array2<f32> {
    let x = normal([batch, inputs], 99);
    x.into_dimensionality().unwrap()
}

fn message<T: std::fmt::Debug>(result: Result<T, QuantError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_float_layer_sums_exactly_and_rounds_once() {
    // In float32, 2^24 + 1 - 2^24 would be 0; the bias comes last.
    let layer = Linear::new([[16777216.0, 1.0, -16777216.0]]).with_bias([0.5]);
    assert_eq!(layer.forward([[1.0, 1.0, 1.0]]), array![[1.5]]);
    let third = Linear::new([[1.0, 1.0]]).forward([[1.0 / 3.0, 1.0]]);
    assert_eq!(third, array![[(f64::from(1.0f32 / 3.0) + 1.0) as f32]]);
}

#[test]
fn not_finite_numbers_go_through_floats_and_not_into_integers() {
    let layer = Linear::new([[1.0, 1.0], [0.0, 1.0]]);
    let x = [[f32::INFINITY, 1.0], [f32::NAN, 1.0]];
    for y in [
        layer.forward(x),
        layer.quantize(&LinearScheme::w8a32()).forward(x),
    ] {
        assert_eq!(y[[0, 0]], f32::INFINITY);
        assert!(
            y[[0, 1]].is_nan() && y[[1, 0]].is_nan(),
            "0 * infinity and NaN are NaN"
        );
    }
    let dynamic = layer.quantize(&LinearScheme::w8a8_dynamic());
    assert!(message(dynamic.try_forward(x)).starts_with("element [0, 0] is inf"));
    let params = AffineParams::tensor(INT8, 0.5, 0);
    let fixed = layer.quantize(&LinearScheme::w8a8_static(params));
    assert!(message(fixed.try_forward(x)).starts_with("element [1, 0] is nan"));
    // Given parameters clip.
    assert_eq!(fixed.forward([[f32::INFINITY, 0.0]])[[0, 0]], 63.5);
    assert!(message(Linear::try_new([[1.0, f32::NAN]])).starts_with("element [0, 1] is nan"));
    let large = message(Linear::new([[1.0]]).try_with_bias([1e39]));
    assert!(
        large.starts_with("element [0] is 1e+39, which has no place in the bias: float32"),
        "{large}"
    );
}

#[test]
fn a_network_does_not_swallow_nan() {
    let layers = [
        Linear::new([[1.0, 0.0], [0.0, 1.0]]),
        Linear::new([[1.0, 0.0], [0.0, 1.0]]),
    ];
    let y = Mlp::new(layers).forward([[f32::NAN, -1.0], [1.0, -1.0]]);
    assert!(y[[0, 0]].is_nan());
    assert_eq!([y[[1, 0]], y[[1, 1]]], [1.0, 0.0]);
}

#[test]
fn shapes_that_do_not_fit_say_what_would() {
    let layer = Linear::new([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    assert_eq!(
        message(layer.try_forward([[1.0, 2.0, 3.0]])),
        "x has shape [1, 3]; it takes [batch, 2]"
    );
    assert_eq!(
        message(
            layer
                .quantize(&LinearScheme::w8a8_dynamic())
                .try_forward([1.0, 2.0])
        ),
        "x has shape [2]; it takes [batch, 2]"
    );
    assert_eq!(
        message(layer.clone().try_with_bias([1.0, 2.0])),
        "the bias has shape [2]; it takes [3], one number for each output"
    );
    assert_eq!(
        message(Linear::try_new([1.0, 2.0])),
        "the weight has shape [2]; it takes [out, in], at least one of each"
    );
    assert_eq!(
        message(Linear::try_new(Array2::<f32>::zeros((3, 0)))),
        "the weight has shape [3, 0]; it takes [out, in], at least one of each"
    );
    let ragged = layer.try_forward(vec![vec![1.0, 2.0], vec![1.0]]);
    assert!(message(ragged).starts_with("the rows have different shapes"));
    assert_eq!(
        message(layer.try_quantize(&LinearScheme::w4a16(BF16, 3))),
        "groups of 3 do not divide the 2 elements of axis 1: take 2, or pad the axis"
    );
}

#[test]
fn a_batch_may_be_empty_or_one_row() {
    let params = AffineParams::tensor(INT8, 0.04, 3);
    let schemes = [
        LinearScheme::w8a32(),
        LinearScheme::w8a16(FP16),
        LinearScheme::w4a16(BF16, 4),
        LinearScheme::w8a8_dynamic(),
        LinearScheme::w8a8_dynamic().activations(Activations::Dynamic(Affine::onnx_dynamic())),
        LinearScheme::w8a8_static(params.clone()),
        LinearScheme::w8a8_static(params.clone()).output(params),
    ];
    let layer = Linear::seeded(8, 3, 1);
    for scheme in &schemes {
        let q = layer.quantize(scheme);
        let none = q.forward(Array2::<f32>::zeros((0, 8)));
        assert_eq!(none.shape(), [0, 3], "{}", q.name());
        let x = rows(1, 8);
        let (y, expected) = (q.forward(&x), layer.forward(&x));
        let error = errors(&expected, &y).max_abs;
        assert!(error < 0.15, "{}: {error}", q.name());
    }
    assert_eq!(layer.forward(Array2::<f32>::zeros((0, 8))).shape(), [0, 3]);
}

#[test]
fn names_and_bytes_count_everything_that_is_stored() {
    let layer = Linear::seeded(64, 10, 1);
    let params = AffineParams::tensor(UINT8, 0.01, 3);
    let fixed = LinearScheme::w8a8_static(params.clone());
    // Weights, scales and zero points, bias, activations, output.
    let cases = [
        (LinearScheme::w8a32(), "W8A32", 640 + 40 + 40),
        (LinearScheme::w8a16(BF16), "W8A16 bfloat16", 640 + 40 + 40),
        (
            LinearScheme::w4a16(FP16, 32),
            "W4A16 float16",
            320 + 80 + 10 + 40,
        ),
        (LinearScheme::w8a8_dynamic(), "W8A8 dynamic", 640 + 40 + 40),
        (fixed.clone(), "W8A8 static", 640 + 40 + 40 + 5),
        (
            fixed.output(params),
            "W8A8 static, uint8 out",
            640 + 40 + 40 + 5 + 5,
        ),
    ];
    for (scheme, name, bytes) in cases {
        let q = layer.quantize(&scheme);
        assert_eq!((q.name().as_str(), q.bytes()), (name, bytes));
        assert_eq!(q.summary().bits_per_weight(), bytes as f64 / 80.0);
        assert_eq!((q.inputs(), q.outputs()), (64, 10));
    }
    assert_eq!(layer.bytes(), 2600);
    assert_eq!(
        layer.quantize(&LinearScheme::w4a16(BF16, 32)).to_string(),
        "QuantizedLinear(64 -> 10, bias, W4A16 bfloat16, weight int4 by groups of 32 along axis 1): \
         450 bytes"
    );
}

#[test]
fn half_activations_and_outputs_are_rounded() {
    let layer = Linear::seeded(16, 5, 2).quantize(&LinearScheme::w8a16(BF16));
    let x = rows(4, 16);
    let round = |x: &Array2<f32>| x.mapv(|x| bf16::from_f32(x).to_f32());
    assert_eq!(
        layer.forward(&x),
        round(&layer.dequantize().forward(round(&x)))
    );
    // float16 ends at 65504.
    let big = Linear::new([[60000.0]]).quantize(&LinearScheme::w8a16(FP16));
    assert_eq!(
        big.forward([[1.0], [2.0]]),
        array![[60000.0], [f32::INFINITY]]
    );
    let fp4 = LinearScheme::w8a16(FP4_E2M1FN);
    let nan = Linear::new([[1.0]])
        .quantize(&fp4)
        .try_forward([[f32::NAN]]);
    assert!(message(nan).contains("float4_e2m1fn has no NaN"));
}

#[test]
fn zero_points_must_not_be_forgotten() {
    // The weights are not centred, so their zero point is far from 0.
    let layer = Linear::new([[0.1, 0.9, 0.5], [0.2, 0.7, 1.1]]);
    let x = array![[1.0f32, -2.0, 3.0]];
    let q = layer.quantize(&LinearScheme::new(Affine::asymmetric(INT8)));
    let params = q.weight().params();
    let codes = q.weight().codes().to_ndarray();
    let naive = |z: f64| {
        let weight = codes.mapv(|q| ((q - z) * f64::from(params.scale())) as f32);
        Linear::new(weight).forward(&x)
    };
    let y = layer.forward(&x);
    assert_eq!(params.zero_point(), -128);
    assert!(errors(&y, naive(0.0)).max_abs > 1.0);
    assert!(errors(&y, naive(-128.0)).max_abs < 0.01);
    assert_eq!(q.forward(&x), naive(-128.0));
}

fn weights() -> impl Strategy<Value = Affine> {
    let fits = prop_oneof![
        Just(Affine::symmetric(INT8)),
        Just(Affine::asymmetric(UINT4)),
        Just(Affine::symmetric_full(INT4)),
        Just(Affine::symmetric(FP8_E4M3FN)),
        Just(Affine::asymmetric(INT16)),
    ];
    let granularities = prop_oneof![
        Just(Granularity::Tensor),
        Just(Granularity::Axis(0)),
        Just(Granularity::Axis(1)),
        Just(Granularity::Group { axis: 1, size: 4 }),
        Just(Granularity::Block(vec![2, 4])),
    ];
    (fits, granularities).prop_map(|(fit, granularity)| fit.granularity(granularity))
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn float_activations_multiply_the_dequantized_weights(
        weights in weights(), seed in any::<u64>(), outputs in 1..4_usize, groups in 1..4_usize,
    ) {
        let layer = Linear::seeded(4 * groups, 2 * outputs, seed);
        let x = rows(3, 4 * groups);
        let q = layer.quantize(&LinearScheme::new(weights.clone()));
        let dequantized = weights.fake_quantize(layer.weight());
        let expected = Linear::new(dequantized).with_bias(layer.bias().unwrap()).forward(&x);
        prop_assert_eq!(q.forward(&x), expected);
        prop_assert_eq!(q.bias(), layer.bias());
    }
}

#[test]
fn a_network_is_its_layers_with_relu_between() {
    let [first, second] = [Linear::seeded(6, 5, 1), Linear::seeded(5, 2, 2)];
    let model = Mlp::new([first.clone(), second.clone()]);
    let x = rows(4, 6);
    let hidden = first.forward(&x).mapv(|y| y.max(0.0));
    assert!(hidden.iter().any(|y| *y == 0.0), "ReLU has something to do");
    assert_eq!(model.forward(&x), second.forward(&hidden));
    assert_eq!(model.layer_inputs(&x), [x, hidden]);
    assert_eq!(model.forward(Array2::<f32>::zeros((0, 6))).shape(), [0, 2]);
}

#[test]
fn layers_are_replaced_where_asked() {
    let model = Mlp::seeded(&[8, 16, 16, 4], 3);
    let part = model.quantize_layers(|i, layer| {
        assert_eq!(layer.outputs(), [16, 16, 4][i]);
        (i == 1).then(LinearScheme::w8a32)
    });
    let kinds = |model: &Mlp| -> Vec<bool> {
        let layers = model.layers().iter();
        layers
            .map(|layer| matches!(layer, Layer::Quantized(_)))
            .collect()
    };
    assert_eq!(kinds(&part), [false, true, false]);
    assert_eq!(kinds(&model), [false; 3]);
    // What is quantized stays as it is; the rest follows.
    let all = part.quantize(&LinearScheme::w4a16(BF16, 4));
    assert_eq!(kinds(&all), [true; 3]);
    assert_eq!(all.layers()[1], part.layers()[1]);
    // The same by hand.
    let walked = model
        .layers()
        .iter()
        .enumerate()
        .map(|(i, layer)| match layer {
            Layer::Float(linear) if i == 1 => linear.quantize(&LinearScheme::w8a32()).into(),
            other => other.clone(),
        });
    assert_eq!(Mlp::new(walked), part);
    assert_eq!(
        part.bytes(),
        4 * (8 * 16 + 16) + (16 * 16 + 64 + 64) + 4 * (16 * 4 + 4)
    );
    assert_eq!(
        part.to_string(),
        "Mlp: 1232 bytes\n  0: Linear(8 -> 16, bias): 576 bytes\n  1: QuantizedLinear(16 -> 16, bias, \
         W8A32, weight int8 by axis 0): 384 bytes\n  2: Linear(16 -> 4, bias): 272 bytes"
    );
}

#[test]
fn networks_that_cannot_be_say_why() {
    assert_eq!(
        message(Mlp::try_new([
            Linear::seeded(2, 3, 0),
            Linear::seeded(4, 1, 0)
        ])),
        "the number of inputs of layer 1 cannot be 4: layer 0 gives 3"
    );
    assert_eq!(
        message(Mlp::try_new(Vec::<Linear>::new())),
        "the number of layers cannot be 0: a network has at least one"
    );
    let model = Mlp::seeded(&[6, 4, 2], 0);
    let groups = model.try_quantize_layers(|_, _| Some(LinearScheme::w4a16(BF16, 5)));
    assert!(message(groups).starts_with("groups of 5 do not divide the 6 elements"));
    assert_eq!(
        message(model.try_forward([[1.0]])),
        "x has shape [1, 1]; it takes [batch, 6]"
    );
}

/// What each scheme loses on one network and one batch; the numbers are measured, and a change of one
/// is a change of arithmetic.
#[test]
fn every_scheme_keeps_its_signal_to_noise_ratio() {
    let model = Mlp::seeded(&[64, 128, 10], 1);
    let x = rows(256, 64);
    let inputs = model.layer_inputs(&x);
    let observed = |i: usize| {
        let mut observer = Observer::new(Affine::asymmetric(INT8));
        observer.observe(&inputs[i]);
        observer.params()
    };
    let y = model.forward(&x);
    let output = |i: usize| {
        let next = if i == 0 { &inputs[1] } else { &y };
        Affine::asymmetric(INT8).fit(next)
    };
    let fixed = |i| LinearScheme::w8a8_static(observed(i));
    let sqnr = |choose: &dyn Fn(usize) -> LinearScheme| {
        let small = model.quantize_layers(|i, _| Some(choose(i)));
        (10.0 * errors(&y, small.forward(&x)).sqnr_db).round() / 10.0
    };
    let whole = Activations::Dynamic(Affine::asymmetric(INT8));
    let tensor = |i| fixed(i).weights(Affine::symmetric(INT8));
    let measured = [
        ("W8A32", sqnr(&|_| LinearScheme::w8a32())),
        ("W8A16 float16", sqnr(&|_| LinearScheme::w8a16(FP16))),
        ("W8A16 bfloat16", sqnr(&|_| LinearScheme::w8a16(BF16))),
        (
            "W4A16, groups of 32",
            sqnr(&|_| LinearScheme::w4a16(BF16, 32)),
        ),
        ("W8A8 dynamic", sqnr(&|_| LinearScheme::w8a8_dynamic())),
        (
            "W8A8 dynamic, one fit a batch",
            sqnr(&|_| LinearScheme::w8a8_dynamic().activations(whole.clone())),
        ),
        ("W8A8 static", sqnr(&fixed)),
        ("W8A8 static, per tensor", sqnr(&tensor)),
        (
            "W8A8 static, int8 out",
            sqnr(&|i| fixed(i).output(output(i))),
        ),
        (
            "the same, integers only",
            sqnr(&|i| fixed(i).output_integer_only(output(i))),
        ),
    ];
    let expected = [
        ("W8A32", 44.6),
        ("W8A16 float16", 44.6),
        ("W8A16 bfloat16", 43.7),
        ("W4A16, groups of 32", 21.3),
        ("W8A8 dynamic", 41.4),
        ("W8A8 dynamic, one fit a batch", 38.6),
        ("W8A8 static", 38.6),
        ("W8A8 static, per tensor", 38.7),
        ("W8A8 static, int8 out", 36.7),
        ("the same, integers only", 36.7),
    ];
    assert_eq!(measured, expected);
}
