//! Affine quantization: what holds for any data.

mod seeded;

use mantissa::prelude::*;
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;
use seeded::config;

fn schemes() -> impl Strategy<Value = Affine> {
    let dtype = proptest::sample::select(vec![
        INT2, INT3, INT4, INT5, INT6, INT7, INT8, INT16, UINT2, UINT3, UINT4, UINT8, UINT16,
    ]);
    let fit = proptest::sample::select(vec![
        Affine::symmetric as fn(IntFormat) -> Affine,
        Affine::symmetric_full,
        Affine::symmetric_no_clip,
        Affine::asymmetric,
    ]);
    let granularity = proptest::sample::select(vec![
        Granularity::Tensor,
        Granularity::Axis(0),
        Granularity::Axis(1),
        Granularity::Group { axis: 1, size: 2 },
        Granularity::Group { axis: 0, size: 3 },
        Granularity::Block(vec![3, 4]),
    ]);
    (dtype, fit, granularity, any::<bool>()).prop_map(|(dtype, fit, granularity, reciprocal)| {
        let scheme = fit(dtype).granularity(granularity);
        if reciprocal {
            scheme.reciprocal()
        } else {
            scheme
        }
    })
}

fn matrices() -> impl Strategy<Value = ArrayD<f32>> {
    let number = prop_oneof![
        -1.0f32..1.0,
        -1e3f32..1e3,
        Just(0.0),
        (-30i32..30).prop_map(|e| 2f32.powi(e)),
    ];
    proptest::collection::vec(number, 48)
        .prop_map(|x| ArrayD::from_shape_vec(IxDyn(&[6, 8]), x).unwrap())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn the_error_is_half_a_step_inside_the_range(x in matrices(), scheme in schemes()) {
        let q = scheme.quantize(&x);
        let y = q.dequantize();
        let groups = Groups::of(&q);
        for ((i, &x), &y) in x.iter().enumerate().zip(&y) {
            let (scale, low, high) = groups.step_and_ends(i);
            let inside = f64::from(x).clamp(low, high);
            let error = (f64::from(y) - inside).abs();
            // Division, zero point and product are rounded to float32, each by 2^-24 of about x.
            let bound = scale / 2.0 + 3.0 * f64::from(x).abs() * 2f64.powi(-24);
            prop_assert!(error <= bound * 1.000001, "{x} became {y}, scale {scale}");
        }
    }

    #[test]
    fn what_was_quantized_stays(x in matrices(), scheme in schemes()) {
        let q = scheme.quantize(&x);
        let y = q.dequantize();
        let again = q.params().quantize(&y);
        prop_assert_eq!(again.codes(), q.codes());
        prop_assert_eq!(again.dequantize(), y);
    }

    #[test]
    fn zero_stays_zero(x in matrices(), scheme in schemes()) {
        let y = scheme.fake_quantize(&x);
        for (x, y) in x.iter().zip(&y) {
            prop_assert!(*x != 0.0 || *y == 0.0);
        }
    }

    #[test]
    fn a_power_of_two_passes_through(x in matrices(), scheme in schemes(), power in -20i32..20) {
        // Away from the smallest scale, where it is held.
        prop_assume!(x.iter().all(|x| *x == 0.0 || x.abs() > 1e-12));
        let factor = 2f32.powi(power);
        let (q, scaled) = (scheme.quantize(&x), scheme.quantize(x.mapv(|x| x * factor)));
        prop_assert_eq!(q.codes(), scaled.codes());
        for (s, t) in q.params().scales().iter().zip(scaled.params().scales()) {
            prop_assert!(s * factor == *t || *s == f32::MIN_POSITIVE);
        }
    }

    #[test]
    fn rows_do_not_know_of_each_other(x in matrices(), scheme in schemes()) {
        let scheme = scheme.per_axis(0);
        let y = scheme.fake_quantize(&x);
        let mut reversed = x.clone();
        reversed.invert_axis(ndarray::Axis(0));
        let mut back = scheme.fake_quantize(&reversed);
        back.invert_axis(ndarray::Axis(0));
        prop_assert_eq!(back, y);
    }
}

/// What a group's codes can stand for, from the parts that a quantized tensor shows.
struct Groups<'a> {
    q: &'a AffineTensor,
    columns: usize,
    group: Vec<usize>,
}

impl Groups<'_> {
    fn of(q: &AffineTensor) -> Groups<'_> {
        let (shape, grid) = (q.codes().shape(), q.grid());
        let group = shape
            .iter()
            .zip(&grid)
            .map(|(length, count)| length / count)
            .collect();
        Groups {
            q,
            columns: shape[1],
            group,
        }
    }

    /// The scale of an element's group, and the smallest and the largest value of its codes.
    fn step_and_ends(&self, i: usize) -> (f64, f64, f64) {
        let (row, column) = (i / self.columns, i % self.columns);
        let group = row / self.group[0] * self.q.grid()[1] + column / self.group[1];
        let scale = f64::from(self.q.params().scales()[group]);
        let zero_point = self.q.params().zero_points()[group];
        let (low, high) = self.q.params().range();
        let value = |code: f64| (code - f64::from(zero_point)) * scale;
        (scale, value(low), value(high))
    }
}
