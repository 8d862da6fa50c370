//! The numbers in the picture of an outlier, read back from it.

mod picture;

use mantissa::prelude::*;
use picture::{all_keep_to_the_contract, contents, hostile, lines, paths, rects, texts};

const X: [f32; 7] = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
const INTEGER: &str = "#8a6200";
const LOST: &str = "#a83279";

fn near(drawn: f64, expected: f64) {
    assert!((drawn - expected).abs() < 0.06, "{drawn} {expected}");
}

/// The pixel of a number between two that stand at the ends.
fn between(number: f64, (low, high): (f64, f64), (left, right): (f64, f64)) -> f64 {
    left + (number - low) / (high - low) * (right - left)
}

/// The lines of one colour and width, each from a number to its code.
fn joins(svg: &str, colour: &str, width: &str) -> Vec<(f64, f64)> {
    let drawn = paths(svg).into_iter();
    let drawn = drawn.filter(|path| path.stroke == colour && path.width == width);
    let parts = drawn.flat_map(|path| path.parts());
    parts.map(|part| (part[0].0, part[1].0)).collect()
}

#[test]
fn the_tutorials_numbers() {
    let figure = outlier_collapse(X, 256, Affine::asymmetric(INT8));
    let shown = contents(figure.svg());
    for words in [
        "without 256",
        "s = 0.0721176, z = -23",
        "MSE 0.0002716",
        "7 codes taken, from -128 to 127: a stretch of 256 of the 256 codes",
        "with 256",
        "s = 1.03369, z = -121",
        "MSE 0.09065",
        "7 codes taken, from -128 to -111: a stretch of 18 of the 256 codes",
        "The step becomes 14.3 times as large, the mean squared error of the 7 numbers 334 times.",
        "z = -23",
        "z = -121",
        "256",
        "-7.59",
        "5.47",
        "-86",
        "53",
        "-116",
    ] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
    let mut with: Vec<f32> = X.to_vec();
    with.push(256.0);
    let p = Affine::asymmetric(INT8).fit(&with);
    let [before, after] =
        [Affine::asymmetric(INT8).fit(X), p.clone()].map(|p| errors(X, p.fake_quantize(X)).mse);
    assert_eq!(format!("{after:.5} {:.0}", after / before), "0.09065 334");
    // Up without the outlier, then down with it; the numbers leave room on the right.
    let joined = joins(figure.svg(), "#0072b2", "1.2");
    let mut sorted = X;
    sorted.sort_by(f32::total_cmp);
    let ends = (f64::from(-7.59_f32), f64::from(10.8_f32));
    let codes = [Affine::asymmetric(INT8).fit(X), p].map(|p| p.quantize(sorted).codes().to_vec());
    assert_eq!(joined.len(), 14);
    for ((from, to), (x, code)) in joined.iter().zip(sorted.iter().cycle().zip(codes.concat())) {
        near(*from, between(f64::from(*x), ends, (48.0, 722.0)));
        near(*to, between(code, (-128.5, 127.5), (48.0, 832.0)));
    }
    let outlier = joins(figure.svg(), LOST, "1.8");
    near(outlier[0].0, 832.0);
    near(outlier[0].1, between(127.0, (-128.5, 127.5), (48.0, 832.0)));
}

#[test]
fn the_codes_that_are_left_are_enlarged_with_their_counts() {
    let x: Vec<f32> = (0..1000).map(|i| (i as f32 / 999.0 - 0.5) * 2.0).collect();
    let scheme = Affine::symmetric(INT8);
    let figure = outlier_collapse(&x, 30.0, scheme.clone());
    let codes = AffineParams::tensor(INT8, 30.0 / 127.0, 0)
        .quantize(&x)
        .codes()
        .to_vec();
    let count = |code: f64| codes.iter().filter(|c| **c == code).count();
    let cells: Vec<_> = rects(figure.svg())
        .into_iter()
        .filter(|rect| rect.height == 24.0 && rect.fill == INTEGER)
        .collect();
    assert_eq!(cells.len(), 9); // -4 to 4
    let all = texts(figure.svg());
    let mut total = 0;
    for (cell, code) in cells.iter().zip(-4..=4) {
        let inside = |x: f64| cell.x < x && x < cell.x + cell.width;
        let label = |y: f64| {
            all.iter()
                .find(|text| inside(text.x) && (text.y - y).abs() < 1.0)
        };
        let counted = label(cell.y + 16.5).unwrap().content.clone();
        assert_eq!(counted, count(f64::from(code)).to_string());
        let name = if code == 0 {
            "z = 0".to_owned()
        } else {
            code.to_string()
        };
        assert_eq!(label(cell.y + 40.0).unwrap().content, name);
        total += counted.parse::<usize>().unwrap();
    }
    assert_eq!(total, 1000);
    assert!(
        figure
            .text()
            .contains("9 codes taken, from -4 to 4: a stretch of 9 of the 255 codes")
    );
}

#[test]
fn an_outlier_that_is_none_changes_nothing() {
    let figure = outlier_collapse(X, 1.0, Affine::asymmetric(INT8));
    assert!(contents(figure.svg()).contains(&"The step stays the same.".to_owned()));
    assert!(
        !rects(figure.svg())
            .iter()
            .any(|rect| rect.fill == "#f5d9e9")
    );
    let clipped = Affine::asymmetric(INT8).clip(Clip::Range(-8.0, 11.0));
    let figure = outlier_collapse(X, 256, clipped);
    assert!(figure.text().contains("The step stays the same."));
    assert!(figure.text().ends_with("127   11.0275"), "{figure:?}");
}

#[test]
fn an_outlier_may_be_negative() {
    let figure = outlier_collapse(X, -256_i32, Affine::asymmetric(INT8));
    let outlier = joins(figure.svg(), LOST, "1.8");
    near(outlier[0].0, 48.0);
    near(
        outlier[0].1,
        between(-128.0, (-128.5, 127.5), (48.0, 832.0)),
    );
    let first = joins(figure.svg(), "#0072b2", "1.2")[0].0;
    near(first, 158.0);
}

fn pictures() -> Vec<Figure> {
    let hostile = hostile(4, 3, true, Specials::FINITE);
    let many: Vec<f32> = (0..3000).map(|i| (i as f32).sin() * (i as f32)).collect();
    let long = Affine::asymmetric(INT16).clip(Clip::Range(-123456.78, 123456.78));
    vec![
        outlier_collapse(X, 256, Affine::asymmetric(INT8)),
        outlier_collapse(X, -256, Affine::symmetric(INT4)),
        outlier_collapse(&many, 1e30, Affine::asymmetric(INT16)),
        outlier_collapse(&many, 1e6, long),
        outlier_collapse(&many, -40000.0, Affine::symmetric(INT8)),
        outlier_collapse(&many, 5e5, Affine::symmetric(hostile)),
        outlier_collapse(X, 1e4, Affine::symmetric(FP8_E4M3FN)),
        outlier_collapse(0.0, 0.0, Affine::symmetric(INT8)),
        outlier_collapse([0.0; 3], -1.1754944e-38_f32, Affine::symmetric(INT2)),
        outlier_collapse([-1.2345678e-30_f32; 1000], 1e30, Affine::asymmetric(UINT8)),
    ]
}

#[test]
fn pictures_keep_to_the_contract() {
    all_keep_to_the_contract(pictures);
}

#[test]
fn snapshots() {
    let figure = outlier_collapse([1.0, -2.0, 3.5], 40.0, Affine::asymmetric(INT4));
    insta::assert_snapshot!("outlier", lines(figure.svg()));
    insta::assert_snapshot!("outlier_text", figure.text());
}

#[test]
#[should_panic(expected = "the outlier is inf, and a scheme is fitted to finite numbers")]
fn no_infinite_outlier() {
    let _ = outlier_collapse(X, f64::INFINITY, Affine::symmetric(INT8));
}

#[test]
#[should_panic(expected = "outlier_collapse needs at least one number")]
fn no_numbers() {
    let _ = outlier_collapse(Vec::<f32>::new(), 1.0, Affine::symmetric(INT8));
}

#[test]
#[should_panic(expected = "outlier_collapse draws one scale")]
fn no_groups() {
    let _ = outlier_collapse([1.0, 2.0], 3.0, Affine::symmetric(INT8).per_group(0, 1));
}
