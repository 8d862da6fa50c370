//! The numbers in the staircase, read back from the pictures.

mod picture;

use mantissa::prelude::*;
use picture::{Path, all_keep_to_the_contract, contents, hostile, lines, paths};

const LEFT: f64 = 92.0;
const RIGHT: f64 = 792.0;
const LOST: &str = "#a83279";

/// The number at a pixel of x.
fn x_at(pixel: f64, from: f64, to: f64) -> f64 {
    from + (pixel - LEFT) / (RIGHT - LEFT) * (to - from)
}

fn path(svg: &str, width: &str) -> Path {
    let mut found = paths(svg).into_iter().filter(|path| path.width == width);
    found.next().expect("such a path")
}

/// The steps of a staircase: where each begins and ends, in numbers, and its height in pixels.
fn steps(svg: &str, from: f64, to: f64) -> Vec<(f64, f64, f64)> {
    let stairs = path(svg, "2").parts().remove(0);
    let level = stairs.windows(2).filter(|pair| pair[0].1 == pair[1].1);
    level
        .map(|pair| {
            (
                x_at(pair[0].0, from, to),
                x_at(pair[1].0, from, to),
                pair[0].1,
            )
        })
        .collect()
}

fn near(drawn: f64, expected: f64, within: f64) {
    assert!((drawn - expected).abs() < within, "{drawn} {expected}");
}

#[test]
fn steps_end_where_the_code_changes() {
    let params = [
        AffineParams::tensor(INT2, 1.0, 0),
        AffineParams::tensor(INT3, 0.75, 2),
        AffineParams::tensor(UINT4, 0.3, 5),
        AffineParams::tensor(INT4, 0.3, 0).narrow(),
        AffineParams::tensor(INT8, 0.05, -20),
        AffineParams::tensor(FP4_E2M1FN, 0.7, 0),
        AffineParams::tensor(FP6_E2M3FN, 0.5, 0),
    ];
    for p in params {
        let (from, to) = (-5.5, 5.5);
        let steps = steps(staircase(p.clone(), from..=to).figure().svg(), from, to);
        let pixel = (to - from) / (RIGHT - LEFT);
        let value = |x: f64| p.fake_quantize([x])[0];
        // At two thirds of each step, and on both sides of each edge as far as a pixel is wide.
        let mut heights: Vec<(f32, f64)> = Vec::new();
        for (start, end, height) in &steps {
            heights.push((value((start + 2.0 * end) / 3.0), *height));
        }
        for (pair, of) in steps.windows(2).zip(heights.windows(2)) {
            assert_eq!(pair[0].1, pair[1].0);
            let edge = pair[0].1;
            assert_eq!(value(edge - 0.06 * pixel), of[0].0, "{p:?} {edge}");
            assert_eq!(value(edge + 0.06 * pixel), of[1].0, "{p:?} {edge}");
        }
        // Heights are in proportion to the values.
        let ((low, bottom), (high, top)) = (heights[0], heights[heights.len() - 1]);
        for (value, height) in heights {
            let part = f64::from((value - low) / (high - low));
            near(height, bottom + part * (top - bottom), 0.11);
        }
        let q = p.quantize(ndarray::Array1::linspace(from, to, 20_001));
        let mut codes = q.codes().to_vec();
        codes.iter_mut().for_each(|code| *code += 0.0);
        codes.dedup();
        assert_eq!(steps.len(), codes.len(), "{p:?}");
    }
}

#[test]
fn the_error_is_a_sawtooth_within_half_a_step() {
    let figure = staircase(AffineParams::tensor(INT3, 0.5, 1), -2.0..=0.9).figure();
    let teeth = path(figure.svg(), "1.3").parts().remove(0);
    // Pixels of the error panel: -1.5 half steps at 564, 1.5 at 436.
    let error = |y: f64| (500.0 - y) / 64.0 * 1.5 * 0.25;
    let points: Vec<(f64, f64)> = teeth
        .into_iter()
        .map(|(x, y)| (x_at(x, -2.0, 0.9), error(y)))
        .collect();
    let expected = [
        (-2.0, 0.0),
        (-1.75, -0.25),
        (-1.75, 0.25),
        (-1.25, -0.25),
        (-1.25, 0.25),
        (-0.75, -0.25),
        (-0.75, 0.25),
        (-0.25, -0.25),
        (-0.25, 0.25),
        (0.25, -0.25),
        (0.25, 0.25),
        (0.75, -0.25),
        (0.75, 0.25),
        (0.9, 0.1),
    ];
    assert_eq!(points.len(), expected.len());
    for (drawn, expected) in points.iter().zip(expected) {
        near(drawn.0, expected.0, 0.001);
        near(drawn.1, expected.1, 0.001);
    }
    let shown = contents(figure.svg());
    for words in [
        "0.25",
        "-0.25",
        "+s/2",
        "−s/2",
        "z = 1",
        "s = 0.5, z = 1;   7 of 8 steps",
    ] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
}

#[test]
fn the_band_of_a_float_is_half_of_each_gap() {
    let figure = staircase(AffineParams::tensor(FP4_E2M1FN, 1.0, 0), -7.0..=7.0).figure();
    let all = paths(figure.svg());
    let band = all.iter().find(|path| path.fill == "#d2efe5").unwrap();
    let bands: Vec<[f64; 3]> = band
        .parts()
        .iter()
        .map(|corners| {
            let (left, right) = (corners[0].0, corners[1].0);
            let high = (corners[2].1 - corners[0].1) / 128.0 * 1.5;
            [x_at(left, -7.0, 7.0), x_at(right, -7.0, 7.0), high]
        })
        .collect();
    let expected = [
        [-7.0, -4.0, 1.0],
        [-4.0, -2.0, 0.5],
        [-2.0, 2.0, 0.25],
        [2.0, 4.0, 0.5],
        [4.0, 7.0, 1.0],
    ];
    assert_eq!(bands.len(), expected.len());
    for (drawn, expected) in bands.iter().flatten().zip(expected.as_flattened()) {
        near(*drawn, *expected, 0.002);
    }
}

#[test]
fn what_is_clipped_is_drawn_apart() {
    // -3.25 and 4.75 are half a step beyond the last codes.
    let figure = staircase(AffineParams::tensor(UINT4, 0.5, 6), -6.0..=10.0).figure();
    let flat = paths(figure.svg()).into_iter();
    let flat = flat.filter(|path| path.stroke == LOST && path.width == "2.5");
    let ends = flat
        .flat_map(|path| path.parts().remove(0))
        .map(|(x, _)| x_at(x, -6.0, 10.0));
    let ends: Vec<f64> = ends.collect();
    assert_eq!(ends.len(), 4);
    for (drawn, expected) in ends.into_iter().zip([-6.0, -3.25, 4.75, 10.0]) {
        near(drawn, expected, 0.002);
    }
    let shown = contents(figure.svg());
    for words in [
        "clipped",
        "up to 3",
        "down to -5.5",
        "-3 (code 0)",
        "4.5 (code 15)",
    ] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
    // Nothing but clipped numbers.
    let far = staircase(AffineParams::tensor(UINT4, 0.5, 6), 20.0..=30.0).figure();
    assert!(
        far.text()
            .ends_with("from  to  code   x'\n  20  30    15  4.5"),
        "{far:?}"
    );
    assert!(contents(far.svg()).contains(&"down to -25.5".to_owned()));
    let below = staircase(AffineParams::tensor(UINT4, 0.5, 6), -30.0..=-20.0).figure();
    assert!(contents(below.svg()).contains(&"up to 27".to_owned()));
    // Nothing clipped.
    let inside = staircase(AffineParams::tensor(UINT4, 0.5, 6), -3.25..=4.75).figure();
    assert!(!inside.svg().contains(LOST));
}

#[test]
fn a_scheme_is_fitted_to_the_range() {
    let fitted = staircase(Affine::asymmetric(INT4), -1.0..=3.0).figure();
    let given = staircase(Affine::asymmetric(INT4).fit([-1.0, 3.0]), -1.0..=3.0).figure();
    let table = |figure: &Figure| {
        figure
            .text()
            .lines()
            .skip(1)
            .map(String::from)
            .collect::<Vec<_>>()
    };
    assert_eq!(table(&fitted), table(&given));
    let ends = |figure: &Figure| {
        let shown = contents(figure.svg());
        shown
            .into_iter()
            .filter(|words| words.contains("(code"))
            .collect::<Vec<_>>()
    };
    // 4 / 15 a step: code -8 stands for -4 steps, which is beyond the range, code 7 for 11.
    assert_eq!(ends(&fitted), ["2.93333 (code 7)"]);
}

#[test]
fn an_end_is_part_of_one_step_only() {
    // Both ends of the range are edges: the step beyond is not shown.
    let figure = staircase(AffineParams::tensor(INT8, 1.0, 0), -1.5..=1.5).figure();
    assert!(figure.text().contains("3 of 256 steps"), "{figure:?}");
}

#[test]
fn staircases_with_one_axis_of_errors_can_be_compared() {
    let picture = |dtype: IntFormat| {
        let params = Affine::symmetric(dtype).fit([10.8]);
        let figure = staircase(params.clone(), -14.0..=14.0)
            .error_axis(6.0)
            .figure();
        let extent = |width: &str| {
            let corners = path(figure.svg(), width).parts().concat();
            let ys = || corners.iter().map(|(_, y)| *y);
            ys().fold(f64::NEG_INFINITY, f64::max) - ys().fold(f64::INFINITY, f64::min)
        };
        (params.scale().into(), extent("2"), extent("1.3"))
    };
    let (coarse, stairs, teeth): (f64, f64, f64) = picture(INT2);
    for dtype in [INT3, INT4, INT6] {
        let (s, all, tooth) = picture(dtype);
        near(all, stairs, 0.2);
        near(tooth, teeth * s / coarse, 0.2);
    }
}

fn pictures() -> Vec<Figure> {
    let hostile = hostile(4, 3, true, Specials::FINITE);
    let one = |params: AffineParams| staircase(params, -1.0..=1.0);
    let pictures = [
        staircase(Affine::symmetric(INT2), -1.0..=1.0),
        staircase(Affine::asymmetric(UINT8), -3.0..=5.0),
        staircase(
            Affine::symmetric(INT8).clip(Clip::Range(-2.0, 2.0)),
            -9.0..=9.0,
        ),
        staircase(Affine::symmetric(hostile), -1e30..=1e30),
        staircase(Affine::symmetric(FP8_E5M2), -1.0..=1.0),
        staircase(
            Affine::symmetric(FP4_E2M1FN).clip(Clip::Range(-1.0, 1.0)),
            -1.2..=1.2,
        ),
        staircase(Affine::symmetric(INT3), -1e-45..=1e-45),
        one(AffineParams::tensor(INT16, 1.0 / 128.0, -32768)),
        one(AffineParams::tensor(INT8, 1e-30, 5)),
        one(AffineParams::tensor(INT8, 1e30, 127)),
        one(AffineParams::tensor(INT4, 0.1, -8).narrow()),
        staircase(AffineParams::tensor(UINT4, 0.5, 6), 20.0..=30.0),
        staircase(AffineParams::tensor(UINT4, 0.5, 6), -123456.7..=-123456.5),
        one(AffineParams::tensor(INT4, 0.1, -8)).error_axis(0.4),
        one(AffineParams::tensor(INT8, 0.01, 3)).error_axis(0.4),
        one(AffineParams::tensor(INT2, 1.0, 0)).error_axis(0.01),
        one(AffineParams::tensor(FP8_E4M3FN, 0.01, 0)).error_axis(3.0),
        staircase(AffineParams::tensor(UINT4, 0.5, 6), 20.0..=30.0).error_axis(1.0),
    ];
    pictures.into_iter().map(Figure::from).collect()
}

#[test]
fn pictures_keep_to_the_contract() {
    all_keep_to_the_contract(pictures);
}

#[test]
fn snapshots() {
    let figure = staircase(AffineParams::tensor(INT2, 1.0, -1), -2.0..=3.0).figure();
    insta::assert_snapshot!("staircase", lines(figure.svg()));
    insta::assert_snapshot!("staircase_text", figure.text());
}

#[test]
#[should_panic(
    expected = "a staircase needs a range from one float32 number to a larger one, not 1..=1"
)]
fn no_empty_range() {
    let _ = staircase(Affine::symmetric(INT8), 1.0..=1.0);
}

#[test]
#[should_panic(expected = "not 0..=inf")]
fn no_endless_range() {
    let _ = staircase(Affine::symmetric(INT8), 0.0..=f64::INFINITY);
}

#[test]
#[should_panic(expected = "a staircase draws one scheme, not 2")]
fn no_two_schemes() {
    let _ = staircase(
        [Affine::symmetric(INT8), Affine::asymmetric(INT8)],
        0.0..=1.0,
    );
}

#[test]
#[should_panic(expected = "a staircase of 65536 steps cannot be seen: take a range of at most 400")]
fn no_crowd_of_steps() {
    let _ = staircase(Affine::asymmetric(INT16), 0.0..=1.0);
}
