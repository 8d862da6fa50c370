//! The values in the target grids, read back from the pictures.

mod picture;

use mantissa::prelude::*;
use picture::{Path, all_keep_to_the_contract, contents, hostile, lines, paths};

const X: [f32; 7] = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
const DATA: &str = "#0072b2";
const LOST: &str = "#a83279";

fn near(drawn: f64, expected: f64) {
    assert!((drawn - expected).abs() < 0.06, "{drawn} {expected}");
}

/// The pixel of a number between two that stand at the ends.
fn between(number: f64, (low, high): (f64, f64)) -> f64 {
    48.0 + (number - low) / (high - low) * 784.0
}

/// The teeth of each comb.
fn combs(svg: &str) -> Vec<Vec<f64>> {
    let combs = paths(svg).into_iter().filter(|path| path.width == "1.4");
    combs
        .map(|path| path.parts().iter().map(|tooth| tooth[0].0).collect())
        .collect()
}

/// The area over each comb.
fn areas(svg: &str) -> Vec<Path> {
    let areas = paths(svg).into_iter();
    areas.filter(|path| path.width == "0.8").collect()
}

#[test]
fn a_tooth_for_each_value() {
    let figure = target_grid(X)
        .affine((
            Affine::symmetric(INT4),
            AffineParams::tensor(FP4_E2M1FN, 2.0, 0),
        ))
        .levels("list", [12.0, -12.0, 0.5, 0.5, 3.0])
        .figure();
    let scale = 10.8_f32 / 7.0;
    let expected: [Vec<f64>; 3] = [
        (-7..=7).map(|q| f64::from(q as f32 * scale)).collect(),
        [
            -6.0, -4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0,
        ]
        .map(|code| code * 2.0)
        .into(),
        vec![-12.0, 0.5, 3.0, 12.0],
    ];
    let combs = combs(figure.svg());
    assert_eq!(combs.len(), 3);
    for (comb, values) in combs.iter().zip(expected) {
        assert_eq!(comb.len(), values.len());
        for (tooth, value) in comb.iter().zip(values) {
            near(*tooth, between(value, (-12.0, 12.0)));
        }
    }
}

#[test]
fn areas_are_as_high_as_values_are_dense() {
    let figure = target_grid(X)
        .affine(AffineParams::tensor(FP4_E2M1FN, 1.0, 0))
        .levels("list", [0.0, 0.25, 1.25])
        .figure();
    let areas = areas(figure.svg());
    // Gaps of FP4 from -6: 2, 1, 1, 0.5 and so on; the densest gap of all, 0.25, is 30 px high.
    let heights = |path: &Path| -> Vec<f64> {
        let corners = path.parts().remove(0);
        let base = corners[0].1;
        let level = corners.windows(2).filter(|pair| pair[0].1 == pair[1].1);
        let mut heights: Vec<f64> = level.map(|pair| base - pair[0].1).collect();
        heights.dedup();
        heights
    };
    for (drawn, expected) in heights(&areas[0]).iter().zip([3.75, 7.5, 15.0, 7.5, 3.75]) {
        near(*drawn, expected);
    }
    for (drawn, expected) in heights(&areas[1]).iter().zip([30.0, 7.5]) {
        near(*drawn, expected);
    }
    assert_eq!((heights(&areas[0]).len(), heights(&areas[1]).len()), (5, 2));
    let wide = target_grid(X)
        .affine(Affine::symmetric(FP8_E4M3FN))
        .figure();
    assert!(
        contents(wide.svg())
            .iter()
            .any(|words| words.ends_with("(log scale)"))
    );
    // Logarithmic: each halving of the gap is as much higher, from 3 px on.
    let drawn = heights(&areas_of(&wide));
    assert_eq!(drawn.len(), 29); // gaps of 2^-9 to 2^5 and back
    for (i, height) in drawn[..15].iter().enumerate() {
        near(*height, 3.0 + 27.0 / 14.0 * i as f64);
    }
}

fn areas_of(figure: &Figure) -> Path {
    areas(figure.svg()).remove(0)
}

#[test]
fn errors_are_to_the_nearest_value() {
    let x: Vec<f32> = (0..999).map(|i| (i as f32 * 0.37).sin() * 3.0).collect();
    let schemes = [
        Affine::symmetric(INT4),
        Affine::asymmetric(INT3).clip(Clip::Range(-2.0, 1.0)),
        Affine::symmetric(FP6_E3M2FN),
    ];
    let grid = target_grid(&x)
        .affine(&schemes)
        .levels("signs", [-1.5, 1.5]);
    let words = grid.text();
    let mse = |i: usize| -> f64 {
        let line = words.lines().nth(2 + i).unwrap();
        line.split_whitespace().last().unwrap().parse().unwrap()
    };
    for (i, scheme) in schemes.iter().enumerate() {
        let expected = errors(&x, scheme.fake_quantize(&x)).mse;
        assert!(
            (mse(i) / expected - 1.0).abs() < 1e-3,
            "{} {expected}",
            mse(i)
        );
    }
    let signs = x
        .iter()
        .map(|x| (f64::from(x.abs()) - 1.5).powi(2))
        .sum::<f64>()
        / 999.0;
    assert!((mse(3) / signs - 1.0).abs() < 1e-3);
    // Codes -4 to 3 of 3/7 each with zero point 1.
    let p = schemes[1].fit(&x);
    assert_eq!(p.zero_point(), 1);
    let (low, high) = (-5.5 * p.scale(), 2.5 * p.scale());
    let beyond = x.iter().filter(|x| **x < low || **x > high).count();
    assert!(beyond > 300);
    let shown = contents(grid.figure().svg());
    assert!(shown.contains(&format!("{beyond} clipped")), "{shown:?}");
}

#[test]
fn data_beyond_the_values_is_marked() {
    let figure = target_grid(X).levels("small", [-1.0, 2.0]).figure();
    let document = roxmltree::Document::parse(figure.svg()).unwrap();
    let lost = document
        .descendants()
        .filter(|n| n.attribute("stroke") == Some(LOST));
    let ends: Vec<f64> = lost
        .flat_map(|n| ["x1", "x2"].map(|name| n.attribute(name).unwrap().parse().unwrap()))
        .collect();
    let range = (f64::from(-7.59_f32), f64::from(10.8_f32));
    let expected = [range.0, -1.0, 2.0, range.1].map(|x| between(x, range));
    assert_eq!(ends.len(), 4);
    for (drawn, expected) in ends.iter().zip(expected) {
        near(*drawn, expected);
    }
}

#[test]
fn few_numbers_are_lines_and_many_a_histogram() {
    let lines = |svg: &str| paths(svg).into_iter().find(|path| path.stroke == DATA);
    let few = target_grid(X).levels("ends", [-8.0, 11.0]).figure();
    let drawn = lines(few.svg()).unwrap().parts();
    let mut sorted = X;
    sorted.sort_by(f32::total_cmp);
    for (line, x) in drawn.iter().zip(sorted) {
        near(line[0].0, between(x.into(), (-8.0, 11.0)));
    }
    assert_eq!(drawn.len(), 7);

    let x: Vec<f32> = (0..1000).map(|i| (i * i % 997) as f32).collect();
    let many = target_grid(&x).levels("ends", [-100.0, 1100.0]).figure();
    assert!(lines(many.svg()).is_none());
    let bars = paths(many.svg()).into_iter().find(|path| path.fill == DATA);
    let bars = bars.unwrap().parts();
    let bin = |x: f32| ((between(x.into(), (-100.0, 1100.0)) - 48.0) / 14.0) as usize;
    let mut counts = vec![0; 56];
    x.iter().for_each(|x| counts[bin(*x)] += 1);
    let most = *counts.iter().max().unwrap();
    let expected: Vec<(usize, i32)> = counts
        .into_iter()
        .enumerate()
        .filter(|(_, n)| *n > 0)
        .collect();
    assert_eq!(bars.len(), expected.len());
    for (bar, (i, count)) in bars.iter().zip(expected) {
        near(bar[0].0, 48.5 + 14.0 * i as f64);
        near(
            bar[0].1 - bar[1].1,
            f64::from(count) / f64::from(most) * 74.0,
        );
    }
    assert!(contents(many.svg()).contains(&most.to_string()));
}

#[test]
fn the_text_is_a_table() {
    let grid = target_grid(X)
        .affine([Affine::symmetric(INT2), Affine::symmetric(INT8)])
        .levels("coarse", [-8.0, 0.0, 4.0]);
    assert_eq!(
        grid.text(),
        "7 numbers and the values that can represent them\n        \
         target  values   from    to  least gap  largest gap  clipped        MSE\n\
         int2 symmetric       3  -10.8  10.8       10.8         10.8        0      10.41\n\
         int8 symmetric     255  -10.8  10.8  0.0850391    0.0850401        0  0.0002981\n        \
         coarse       3     -8     4          4            8        1      9.283\n\
         int2 symmetric: -10.8 0 10.8\n\
         coarse: -8 0 4"
    );
}

fn pictures() -> Vec<Figure> {
    let hostile = hostile(4, 3, true, Specials::FINITE);
    let many: Vec<f32> = (0..3000).map(|i| (i as f32).sin() * (i as f32)).collect();
    let eights = [INT8, UINT8].map(Affine::asymmetric);
    let floats = [FP8_E4M3FN, FP8_E5M2, FP8_E4M3FNUZ, FP8_E3M4].map(Affine::symmetric);
    let long = "a name that is longer than there is room for it & <in> a picture like this one";
    let grids = [
        target_grid(X),
        target_grid(0.0).levels("zero and one", [0.0, 1.0]),
        target_grid(&many).affine((eights, floats)),
        target_grid(&many).affine((
            Affine::symmetric(hostile),
            Affine::symmetric(INT4).clip(Clip::Mse),
        )),
        target_grid([0.0; 100]).affine(Affine::symmetric(INT4)),
        target_grid([1e38, -1e38])
            .affine(Affine::symmetric(INT4))
            .levels(long, [-1e300, 1e300]),
        target_grid([1e-45; 70]).affine(Affine::symmetric(FP8_E5M2)),
        target_grid(-123456.78_f32)
            .affine(AffineParams::tensor(UINT8, 1.2345678e-30, 123))
            .levels(long, [-1.2345678e-300, 0.0, 1.7654321e-300]),
    ];
    grids.iter().map(TargetGrid::figure).collect()
}

#[test]
fn pictures_keep_to_the_contract() {
    all_keep_to_the_contract(pictures);
}

#[test]
fn snapshots() {
    let grid = target_grid(X)
        .affine((Affine::asymmetric(INT2), Affine::symmetric(FP4_E2M1FN)))
        .levels("ternary", [-5.0, 0.0, 5.0]);
    insta::assert_snapshot!("target_grid", lines(grid.figure().svg()));
}

#[test]
#[should_panic(expected = "target_grid draws 2 to 256 values, and one has 1")]
fn no_single_value() {
    let _ = target_grid(X).levels("one", [1.0, 1.0]);
}

#[test]
#[should_panic(expected = "target_grid draws 2 to 256 values, and int16 symmetric has 65535")]
fn no_crowd_of_values() {
    let _ = target_grid(X).affine(Affine::symmetric(INT16));
}

#[test]
#[should_panic(expected = "the values of nf4 are finite numbers, not NaN")]
fn no_nan_among_the_values() {
    let _ = target_grid(X).levels("nf4", [0.0, f64::NAN]);
}

#[test]
#[should_panic(expected = "target_grid draws at most 6 targets")]
fn not_too_many() {
    let _ = target_grid(X).affine(vec![Affine::symmetric(INT4); 7]);
}
