//! Layers whose sums are integers, against sums written out here.

mod seeded;

use mantissa::prelude::*;
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;
use seeded::config;

fn message<T: std::fmt::Debug>(result: Result<T, QuantError>) -> String {
    result.unwrap_err().to_string()
}

/// Codes, zero points and scales of a layer and a batch, not fitted to anything.
#[derive(Debug)]
struct Case {
    /// 2 * (outputs / 2) rows of 4 * (inputs / 4) codes, so that every granularity divides them.
    qw: Array2<i32>,
    weights: AffineParams,
    qx: Array2<i32>,
    activations: AffineParams,
    bias: Option<Array1<f32>>,
}

/// An integer of a format, at one of its ends every other time.
fn code_of(format: IntFormat, random: u32) -> i32 {
    let (min, max) = (format.min() as i32, format.max() as i32);
    match random % 4 {
        0 => min,
        1 => max,
        _ => min + (random / 4 % (max - min + 1) as u32) as i32,
    }
}

fn case() -> impl Strategy<Value = Case> {
    let format = || proptest::sample::select(vec![INT8, UINT8, INT4, UINT4, INT16, UINT16]);
    let granularity = proptest::sample::select(vec![
        Granularity::Tensor,
        Granularity::Tensor,
        Granularity::Axis(0),
        Granularity::Axis(0),
        Granularity::Axis(1),
        Granularity::Group { axis: 1, size: 4 },
        Granularity::Block(vec![2, 4]),
    ]);
    let sizes = (1..3_usize, 1..4_usize, 0..4_usize);
    let random = proptest::collection::vec(any::<u32>(), 200);
    (
        format(),
        format(),
        granularity,
        sizes,
        random,
        any::<bool>(),
    )
        .prop_map(
            |(of_w, of_x, granularity, (outputs, inputs, batch), random, biased)| {
                let mut random = random.into_iter();
                let mut next = || random.next().unwrap();
                let (outputs, inputs) = (2 * outputs, 4 * inputs);
                let qw = Array2::from_shape_simple_fn((outputs, inputs), || code_of(of_w, next()));
                let qx = Array2::from_shape_simple_fn((batch, inputs), || code_of(of_x, next()));
                let groups = match granularity {
                    Granularity::Tensor => 1,
                    Granularity::Axis(axis) => [outputs, inputs][axis],
                    Granularity::Group { .. } => outputs * inputs / 4,
                    Granularity::Block(_) => outputs * inputs / 8,
                };
                let mut scale = || (next() % 10_000 + 1) as f32 * 1e-4;
                let scales: Vec<f32> = (0..groups).map(|_| scale()).collect();
                let input_scale = scale();
                let zero_points: Vec<i32> = (0..groups).map(|_| code_of(of_w, next())).collect();
                let weights = AffineParams::new(of_w, granularity, scales, zero_points);
                let activations = AffineParams::tensor(of_x, input_scale, code_of(of_x, next()));
                let bias = Array1::from_shape_simple_fn(outputs, || next() as i16 as f32 / 100.0);
                Case {
                    qw,
                    weights,
                    qx,
                    activations,
                    bias: biased.then_some(bias),
                }
            },
        )
}

impl Case {
    fn weight(&self) -> AffineTensor {
        let codes = Tensor::new(&self.qw, self.weights.dtype()).unwrap();
        AffineTensor::from_parts(self.weights.clone(), codes).unwrap()
    }

    fn layer(&self, scheme: &LinearScheme) -> Result<QuantizedLinear, QuantError> {
        QuantizedLinear::from_parts(self.weight(), self.bias.clone(), scheme)
    }

    fn fixed(&self) -> LinearScheme {
        LinearScheme::w8a8_static(self.activations.clone())
    }

    /// The values of the batch, which quantize to its codes.
    fn x(&self) -> Array2<f32> {
        let (s, z) = (self.activations.scale(), self.activations.zero_point());
        self.qx.mapv(|q| (q - z) as f32 * s)
    }

    /// The group of a weight.
    fn group(&self, o: usize, i: usize) -> usize {
        let groups = self.qw.ncols() / 4;
        match self.weights.granularity() {
            Granularity::Tensor => 0,
            Granularity::Axis(0) => o,
            Granularity::Axis(_) => i,
            Granularity::Group { .. } => o * groups + i / 4,
            Granularity::Block(_) => o / 2 * groups + i / 4,
        }
    }

    /// qx - zx and qw - zw, and the product of their scales.
    fn steps(&self, b: usize, o: usize, i: usize) -> (i128, i128, f64) {
        let group = self.group(o, i);
        let x = self.qx[[b, i]] - self.activations.zero_point();
        let w = self.qw[[o, i]] - self.weights.zero_points()[group];
        let scale = f64::from(self.activations.scale()) * f64::from(self.weights.scales()[group]);
        (x.into(), w.into(), scale)
    }

    /// Σ (qx - zx)(qw - zw).
    fn accumulator(&self, b: usize, o: usize) -> i128 {
        let steps = (0..self.qw.ncols()).map(|i| self.steps(b, o, i));
        steps.map(|(x, w, _)| x * w).sum()
    }

    /// Σ (qx - zx)(qw - zw) sx sw in float64, and the same of the magnitudes.
    fn sum(&self, b: usize, o: usize) -> (f64, f64) {
        let steps = (0..self.qw.ncols()).map(|i| self.steps(b, o, i));
        let terms = steps.map(|(x, w, scale)| (x * w) as f64 * scale);
        terms.fold((0.0, 0.0), |(sum, size), term| {
            (sum + term, size + term.abs())
        })
    }

    fn bias(&self, o: usize) -> f64 {
        self.bias.as_ref().map_or(0.0, |bias| bias[o].into())
    }

    /// Whether each output has one scale.
    fn single(&self) -> bool {
        matches!(
            self.weights.granularity(),
            Granularity::Tensor | Granularity::Axis(0)
        ) || self.qw.ncols() == 4 && *self.weights.granularity() != Granularity::Axis(1)
    }
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn zero_points_of_both_sides_are_accounted_for_exactly(case in case()) {
        let layer = case.layer(&case.fixed()).unwrap();
        let (x, y) = (case.x(), layer.forward(case.x()));
        let codes = layer.quantize_input(&x);
        prop_assert_eq!(codes.codes().to_vec(), case.qx.iter().map(|q| f64::from(*q)).collect::<Vec<_>>());
        // The float layer of the dequantized weights, on the dequantized activations.
        let float = layer.dequantize().forward(&x);
        for ((b, o), y) in y.indexed_iter() {
            let (sum, size) = case.sum(b, o);
            let expected = sum + case.bias(o);
            // Float64 sums in another order, then one rounding to float32.
            let off = (f64::from(*y) - expected).abs();
            prop_assert!(off <= size * 2f64.powi(-48) + expected.abs() * 2f64.powi(-24), "{off}");
            // Each dequantized number is rounded too, and so is the sum.
            let off = (f64::from(*y) - f64::from(float[[b, o]])).abs();
            prop_assert!(off <= size * 2f64.powi(-23) + expected.abs() * 2f64.powi(-22), "{off}");
        }
    }

    #[test]
    fn accumulators_are_the_integers_themselves(case in case()) {
        let layer = case.layer(&case.fixed()).unwrap();
        let accumulators = layer.try_accumulate(case.x());
        prop_assert_eq!(accumulators.is_ok(), case.single());
        let Ok(accumulators) = accumulators else { return Ok(()) };
        let y = layer.forward(case.x());
        for ((b, o), accumulator) in accumulators.indexed_iter() {
            prop_assert_eq!(i128::from(*accumulator), case.accumulator(b, o));
            let (.., scale) = case.steps(b, o, 0);
            prop_assert_eq!(y[[b, o]], (*accumulator as f64 * scale + case.bias(o)) as f32);
        }
    }

    #[test]
    fn integer_outputs_are_the_nearest_codes_or_refused(
        case in case(), random in any::<[u32; 2]>(),
        format in proptest::sample::select(vec![INT8, UINT8, INT4, INT16]),
    ) {
        let output = AffineParams::tensor(format, (random[0] % 1000 + 1) as f32 * 0.01, code_of(format, random[1]));
        let layer = case.layer(&case.fixed().output(output.clone()));
        // Refused exactly if int32 might not hold an accumulator with its bias.
        let largest = |o: usize| {
            let (low, high) = case.activations.range();
            let zero_point = f64::from(case.activations.zero_point());
            let step = (low - zero_point).abs().max(high - zero_point) as i128;
            let weights = (0..case.qw.ncols()).map(|i| case.qw[[o, i]] - case.weights.zero_points()[case.group(o, i)]);
            let scale = f64::from(case.activations.scale()) * f64::from(case.weights.scales()[case.group(o, 0)]);
            let bias = (case.bias(o) / scale).round_ties_even() as i128;
            (weights.map(|w| i128::from(w).abs()).sum::<i128>() * step + bias.abs(), bias, scale)
        };
        let fits = (0..case.qw.nrows()).all(|o| largest(o).0 <= i32::MAX.into());
        prop_assert_eq!(layer.is_ok(), case.single() && fits);
        let Ok(layer) = layer else { return Ok(()) };
        let fixed = case.layer(&case.fixed().output_integer_only(output.clone())).unwrap();
        let (codes, fixed) = (layer.forward_codes(case.x()), fixed.forward_codes(case.x()));
        prop_assert_eq!(codes.params(), &output);
        let (min, max) = (format.min() as f64, format.max() as f64);
        for (n, (code, fixed)) in codes.codes().to_vec().into_iter().zip(fixed.codes().to_vec()).enumerate() {
            let (b, o) = (n / case.qw.nrows(), n % case.qw.nrows());
            let (_, bias, scale) = largest(o);
            let sum = (case.accumulator(b, o) + bias) as f64;
            let exact = sum * scale / f64::from(output.scale()) + f64::from(output.zero_point());
            let off = (code - exact.clamp(min, max)).abs();
            prop_assert!(off <= 0.5 + exact.abs() * 1e-12, "{code} for {exact}");
            prop_assert!((code - fixed).abs() <= 1.0, "{code} and {fixed} for {exact}");
        }
        let values = codes.dequantize();
        prop_assert_eq!(layer.forward(case.x()).into_dyn(), values);
    }
}

#[test]
fn a_batch_has_one_fit_or_each_row_its_own() {
    let linear = Linear::seeded(16, 4, 7);
    let x = Linear::seeded(16, 3, 8).weight() * array![[1.0], [100.0], [0.0]];
    for fit in [
        Affine::asymmetric(INT8),
        Affine::symmetric(INT8),
        Affine::onnx_dynamic(),
    ] {
        let scheme = |fit| LinearScheme::w8a8_dynamic().activations(Activations::Dynamic(fit));
        let whole = linear.quantize(&scheme(fit.clone())).forward(&x);
        let params = fit.fit(&x);
        assert_eq!(
            whole,
            linear
                .quantize(&LinearScheme::w8a8_static(params))
                .forward(&x)
        );
        let by_row = linear
            .quantize(&scheme(fit.clone().per_axis(0)))
            .forward(&x);
        for (row, y) in x.rows().into_iter().zip(by_row.rows()) {
            let row = row.insert_axis(ndarray::Axis(0));
            let params = fit.fit(row);
            let alone = linear
                .quantize(&LinearScheme::w8a8_static(params))
                .forward(row);
            assert_eq!(alone.row(0), y);
        }
        assert_eq!(by_row.row(2), linear.bias().unwrap(), "zeros are zeros");
    }
}

#[test]
fn extreme_codes_of_a_long_row_are_summed_exactly() {
    // Every product is -128 * -128 = 2^14: from 2^17 on, their sum is no int32.
    let n = (1 << 17) + 1;
    let codes = Tensor::new(vec![vec![-128; n]], INT8).unwrap();
    let weight = AffineTensor::from_parts(AffineParams::tensor(INT8, 1.0, 0), codes).unwrap();
    let scheme = LinearScheme::w8a8_static(AffineParams::tensor(INT8, 1.0, 0));
    let layer = QuantizedLinear::from_parts(weight.clone(), None, &scheme).unwrap();
    let x = Array2::from_elem((1, n), -128.0);
    assert_eq!(layer.accumulate(&x), array![[(1 << 31) + (1 << 14)]]);
    assert_eq!(layer.forward(&x), array![[2147500032.0]]);
    let output = scheme.output(AffineParams::tensor(INT8, 1.0, 0));
    assert_eq!(
        message(QuantizedLinear::from_parts(weight, None, &output)),
        "the accumulator of output 0 cannot be as large as 2147500032: int32 holds 2147483647: take \
         codes of fewer bits, or let the output be float32"
    );
}

#[test]
fn activations_that_cannot_be_say_why() {
    let refused = |scheme: &LinearScheme| message(Linear::seeded(8, 2, 1).try_quantize(scheme));
    let dynamic = |fit| LinearScheme::w8a8_dynamic().activations(Activations::Dynamic(fit));
    let columns = "the granularity of activations cannot be axis 1: take one scale for all, or for \
                   dynamic activations one for each row (axis 0)";
    assert_eq!(
        refused(&dynamic(Affine::symmetric(INT8).per_axis(1))),
        columns
    );
    let rows = AffineParams::new(INT8, Granularity::Axis(0), [1.0], [0]);
    assert!(refused(&LinearScheme::w8a8_static(rows)).contains("cannot be axis 0"));
    let two = AffineParams::new(INT8, Granularity::Tensor, [1.0, 2.0], [0, 0]);
    assert!(refused(&LinearScheme::w8a8_static(two)).contains("take one scale for all"));
    assert_eq!(
        refused(&dynamic(Affine::symmetric(FP8_E4M3FN))),
        "the dtype of activations with a scale cannot be float8_e4m3fn: the sum is one of integers: \
         take int8, or Activations::Float"
    );
    let fp8 = LinearScheme::w8a8_dynamic().weights(Affine::symmetric(FP8_E4M3FN));
    assert!(refused(&fp8).starts_with("the dtype of weights for integer activations cannot be"));
    let wrong = dynamic(Affine::symmetric(INT8).clip(Clip::Percentile(10.0)));
    assert!(refused(&wrong).starts_with("a percentile cannot be 10"));
    let float = Linear::seeded(8, 2, 1).quantize(&LinearScheme::w8a16(BF16));
    assert_eq!(
        message(float.try_quantize_input([[0.0; 8]])),
        "the codes of activations cannot be bfloat16: only Activations::Static and \
         Activations::Dynamic have integer codes"
    );
    let groups = LinearScheme::w8a8_dynamic().weights(Affine::symmetric(INT8).per_group(1, 4));
    let groups = Linear::seeded(8, 2, 1).quantize(&groups);
    assert!(
        message(groups.try_accumulate([[0.0; 8]])).contains("cannot be groups of 4 along axis 1")
    );
}
