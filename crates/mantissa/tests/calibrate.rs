//! Calibration: where a range is cut, and what that costs.

mod seeded;

use mantissa::prelude::*;
use proptest::prelude::*;
use seeded::config;

/// A thousand numbers of a bell curve, in order: the quantiles of the logistic distribution.
fn bell() -> Vec<f64> {
    let quantile = |p: f64| (p / (1.0 - p)).ln();
    (0..1000)
        .map(|i| quantile((f64::from(i) + 0.5) / 1000.0))
        .collect()
}

fn threshold(scheme: Affine, x: &[f64]) -> f64 {
    f64::from(scheme.fit(x).scale()) * 7.0
}

#[test]
fn percentiles_cut_the_tails() {
    let x: Vec<f64> = (0..=1000).map(f64::from).collect();
    let clipped = |p| {
        Affine::asymmetric(UINT8)
            .clip(Clip::Percentile(p))
            .fit(&x)
            .scale()
    };
    assert_eq!(clipped(99.0), 990.0 / 255.0);
    assert_eq!(clipped(100.0), 1000.0 / 255.0);
    let both: Vec<f64> = (-1000..=1000).map(f64::from).collect();
    let symmetric = Affine::symmetric(INT8).clip(Clip::Percentile(90.0));
    assert_eq!(symmetric.fit(&both).scale(), 900.0 / 127.0);
    for bad in [49.9, 100.1, -1.0, f64::NAN] {
        let error = Affine::symmetric(INT8)
            .clip(Clip::Percentile(bad))
            .try_fit(&x)
            .unwrap_err();
        assert!(error.to_string().contains("between 50 and 100"), "{error}");
    }
}

#[test]
fn a_given_range_is_taken_as_it_is() {
    let scheme = Affine::asymmetric(UINT8).clip(Clip::Range(-1.0, 254.0));
    let params = scheme.fit([1.0]);
    assert_eq!((params.scale(), params.zero_point()), (1.0, 1));
    for (low, high) in [(1.0, -1.0), (f32::NAN, 1.0), (0.0, f32::INFINITY)] {
        let scheme = Affine::symmetric(INT8).clip(Clip::Range(low, high));
        assert!(scheme.try_fit([1.0]).is_err(), "{low} to {high}");
    }
}

#[test]
fn the_least_squared_error_is_where_an_exhaustive_search_finds_it() {
    let x = bell();
    let scheme = Affine::symmetric(INT4);
    let mse = |hundredths: u32| {
        let amax = x.iter().fold(0.0f64, |a, x| a.max(x.abs())) as f32;
        let end = (f64::from(amax) * f64::from(hundredths) / 100.0) as f32;
        let y = scheme.fit_range(-end, end).fake_quantize(&x);
        errors(&x, y).mse
    };
    let best = (1..=100)
        .min_by(|a, b| mse(*a).total_cmp(&mse(*b)))
        .unwrap();
    let curve = clip_curve(&x, &scheme);
    assert_eq!(curve.best().fraction, f64::from(best) / 100.0);
    assert!((curve.best().mse() - mse(best)).abs() < 1e-7);
    // A bell curve in 4 bits is cut well below its largest number.
    assert!((20..80).contains(&best), "{best}");
    assert_eq!(
        scheme.clone().clip(Clip::Mse).fit(&x),
        scheme.fit_range(-curve.best().threshold, curve.best().threshold)
    );
}

#[test]
fn a_fit_takes_the_best_range_of_the_curve() {
    for (seed, power) in [(1, 1), (2, 3), (3, 7), (4, 0)] {
        for count in [3, 17, 300] {
            let x = normal([count], seed).mapv(|x| x.powi(power));
            for scheme in [Affine::symmetric(INT4), Affine::asymmetric(UINT8)] {
                let (low, high) = clip_curve(&x, &scheme).best_range();
                let fitted = scheme.clone().clip(Clip::Mse).fit(&x);
                assert_eq!(
                    fitted,
                    scheme.fit_range(low, high),
                    "{count} of seed {seed}"
                );
            }
        }
    }
}

#[test]
fn the_two_parts_of_the_error_add_up() {
    let x = bell();
    let curve = clip_curve(&x, &Affine::asymmetric(UINT3));
    assert_eq!(curve.points().len(), 100);
    for point in curve.points() {
        let part = |x: f64| x * point.fraction;
        let (low, high) = (part(x[0]) as f32, part(x[999]) as f32);
        let y = Affine::asymmetric(UINT3)
            .fit_range(low, high)
            .fake_quantize(&x);
        let whole = errors(&x, y).mse;
        assert!(
            (point.mse() - whole).abs() < 1e-5 * whole,
            "{point:?}, {whole}"
        );
    }
    let last = curve.points()[99];
    assert_eq!((last.clipping, last.fraction), (0.0, 1.0));
    let first = curve.points()[0];
    assert!(first.clipping > first.rounding);
}

#[test]
fn every_rule_cuts_an_outlier_off() {
    let mut x = bell();
    x.push(30.0);
    let uncut = threshold(Affine::symmetric(INT4), &x);
    assert!((uncut - 30.0).abs() < 1e-3);
    for clip in [Clip::Percentile(99.0), Clip::Mse, Clip::Entropy] {
        let cut = threshold(Affine::symmetric(INT4).clip(clip), &x);
        assert!((1.0..25.0).contains(&cut), "{clip}: {cut}");
        // Cutting pays for all but the outlier itself.
        let y = Affine::symmetric(INT4).clip(clip).fake_quantize(&x);
        let others: Vec<f32> = y.iter().take(1000).copied().collect();
        let before = Affine::symmetric(INT4).fake_quantize(&x);
        let before: Vec<f32> = before.iter().take(1000).copied().collect();
        assert!(errors(&x[..1000], others).mse < errors(&x[..1000], before).mse / 2.0);
    }
}

#[test]
fn zeros_from_a_relu_do_not_spoil_the_entropy() {
    let x = normal([20_000], 3).mapv(|v| v.max(0.0));
    for scheme in [Affine::asymmetric(UINT8), Affine::symmetric(INT8)] {
        let y = scheme.clip(Clip::Entropy).fake_quantize(&x);
        let sqnr = errors(&x, y).sqnr_db;
        assert!(sqnr > 38.0, "{sqnr}");
    }
}

#[test]
fn of_equal_errors_the_widest_range_is_best() {
    // Zeros have no error at any threshold.
    assert_eq!(
        clip_curve([0.0, 0.0], &Affine::symmetric(INT4))
            .best()
            .fraction,
        1.0
    );
}

#[test]
fn a_symmetric_range_clips_only_beyond_both_ends() {
    // 1 alone is far out; the others lie within half of it, on the other side.
    let mut x: Vec<f64> = (0..100).map(|i| -0.1 - f64::from(i) / 2000.0).collect();
    x.push(1.0);
    let half = clip_curve(&x, &Affine::symmetric(INT4)).points()[49];
    assert_eq!(half.fraction, 0.5);
    assert!((half.clipping - 0.25 / 101.0).abs() < 1e-6, "{half:?}");
    assert!(half.rounding > 0.0, "{half:?}");
}

#[test]
fn each_group_is_cut_on_its_own() {
    let scheme = Affine::symmetric(INT8)
        .clip(Clip::Percentile(50.0))
        .per_axis(0);
    let params = scheme.fit([[1.0, 2.0, 3.0], [10.0, 20.0, -30.0]]);
    assert_eq!(params.scales(), [2.0 / 127.0, 20.0 / 127.0]);
}

#[test]
fn nothing_and_zeros_have_a_range() {
    for clip in [Clip::None, Clip::Percentile(99.0), Clip::Mse, Clip::Entropy] {
        for x in [vec![], vec![0.0, -0.0]] {
            let params = Affine::symmetric(INT8).clip(clip).fit(&x);
            assert_eq!(params.scale(), f32::MIN_POSITIVE, "{clip} of {x:?}");
        }
    }
}

#[test]
fn an_observer_keeps_the_ends_or_averages_them() {
    let batches = [[-1.0, 3.0], [-2.0, 1.0], [0.0, 7.0]];
    let mut ends = Observer::new(Affine::asymmetric(INT8));
    let mut average = Observer::new(Affine::asymmetric(INT8)).moving_average(0.5);
    assert!(
        ends.try_params()
            .unwrap_err()
            .to_string()
            .contains("must have seen one")
    );
    for batch in batches {
        ends.observe(batch);
        average.observe(batch);
    }
    assert_eq!(ends.range(), Some((-2.0, 7.0)));
    assert_eq!(average.range(), Some((-0.75, 4.5)));
    assert_eq!(ends.batches(), 3);
    // What cannot be used is not counted.
    assert!(ends.try_observe([f64::NAN]).is_err());
    ends.observe(Vec::<f64>::new());
    assert_eq!((ends.range(), ends.batches()), (Some((-2.0, 7.0)), 3));
    assert_eq!(ends.params(), Affine::asymmetric(INT8).fit_range(-2.0, 7.0));
}

#[test]
fn an_observer_can_clip_each_batch() {
    let scheme = Affine::symmetric(INT8).clip(Clip::Percentile(50.0));
    let mut observer = Observer::new(scheme);
    observer.observe([1.0, 2.0, 100.0]);
    assert_eq!(observer.range(), Some((-2.0, 2.0)));
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn the_best_threshold_is_no_worse_than_none(
        x in proptest::collection::vec(-10.0f32..10.0, 1..50),
    ) {
        let curve = clip_curve(&x, &Affine::asymmetric(UINT2));
        let last = curve.points()[99];
        prop_assert!(curve.best().mse() <= last.mse());
        prop_assert_eq!(last.threshold, x.iter().fold(0.0f32, |a, x| a.max(x.abs())));
    }
}
