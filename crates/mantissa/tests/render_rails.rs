//! The numbers in the rails, read back from the pictures.

mod picture;

use mantissa::prelude::*;
use picture::{all_keep_to_the_contract, contents, hostile, lines, paths, rects};

const X: [f32; 7] = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
const KEPT: &str = "#0072b2";
const LOST: &str = "#a83279";

/// The lines of one colour, each from a number to its code, in the order of the numbers.
fn joins(svg: &str, colour: &str) -> Vec<(f64, f64)> {
    let drawn = paths(svg).into_iter();
    let drawn = drawn.filter(|path| path.stroke == colour && path.width == "1.2");
    let parts = drawn.flat_map(|path| path.parts());
    parts.map(|part| (part[0].0, part[2].0)).collect()
}

fn near(drawn: f64, expected: f64) {
    assert!((drawn - expected).abs() < 0.06, "{drawn} {expected}");
}

/// The pixel of a number between two that stand at the ends.
fn between(number: f64, (low, high): (f64, f64)) -> f64 {
    48.0 + (number - low) / (high - low) * 784.0
}

#[test]
fn each_number_is_joined_with_its_code() {
    let schemes = [Affine::symmetric(INT8), Affine::asymmetric(INT8)];
    let joins = joins(rails(X, &schemes).svg(), KEPT);
    assert_eq!(joins.len(), 14);
    let mut sorted = X;
    sorted.sort_by(f32::total_cmp);
    // Both reach half a step beyond their last codes; together from -127.5 to 150.5 of their steps.
    let fitted = schemes.map(|scheme| scheme.fit(X));
    let ends = (
        -127.5 * f64::from(fitted[0].scale()),
        150.5 * f64::from(fitted[1].scale()),
    );
    assert!(ends.1 > 127.5 * f64::from(fitted[0].scale()));
    for (params, drawn) in fitted.iter().zip(joins.chunks(7)) {
        let codes = params.quantize(sorted).codes().to_vec();
        for ((x, code), (from, to)) in sorted.iter().zip(codes).zip(drawn) {
            near(*from, between((*x).into(), ends));
            near(*to, between(code, (-128.5, 127.5)));
        }
    }
}

#[test]
fn numbers_codes_scale_and_zero_point_are_written() {
    let figure = rails(X, (Affine::symmetric(INT8), Affine::asymmetric(INT8)));
    let shown = contents(figure.svg());
    for words in [
        "5.47",
        "3.08",
        "-7.59",
        "0",
        "-1.95",
        "-4.57",
        "10.8",
        "64",
        "36",
        "-89",
        "-54",
        "127",
        "z = 0",
        "s = 0.0850394, z = 0",
        "z = -23",
        "53",
        "20",
        "-128",
        "-50",
        "-86",
        "s = 0.0721176, z = -23",
        "MSE 0.0002981",
        "MSE 0.0002716",
    ] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
    let mse = |scheme: Affine| errors(X, scheme.fake_quantize(X)).mse;
    assert_eq!(format!("{:.4e}", mse(Affine::symmetric(INT8))), "2.9814e-4");
    assert_eq!(
        format!("{:.4e}", mse(Affine::asymmetric(INT8))),
        "2.7156e-4"
    );
}

#[test]
fn zero_is_joined_with_the_zero_point() {
    let figure = rails(X, AffineParams::tensor(UINT4, 1.5, 6));
    let all = paths(figure.svg()).into_iter();
    let mut zero = all
        .filter(|path| path.width == "2.2")
        .flat_map(|path| path.parts());
    let zero = zero.next().unwrap();
    near(zero[0].0, between(0.0, (-6.5 * 1.5, 9.5 * 1.5)));
    near(zero[2].0, between(6.0, (-0.5, 15.5)));
    // In the narrow range it is the first code that is used.
    let narrow = rails(X, AffineParams::tensor(INT4, 1.5, -8).narrow());
    assert!(narrow.text().contains("z = -7"), "{}", narrow.text());
}

#[test]
fn what_is_clipped_is_drawn_apart() {
    let figure = rails(X, AffineParams::tensor(INT4, 0.5, 0));
    // The codes cover -4 to 3.5, and half a step more is rounded to them.
    assert_eq!(joins(figure.svg(), KEPT).len(), 3);
    let lost = joins(figure.svg(), LOST);
    assert_eq!(lost.len(), 4);
    let last = between(7.0, (-8.5, 7.5));
    near(
        lost[3].0,
        between(
            f64::from(10.8_f32),
            (f64::from(-7.59_f32), f64::from(10.8_f32)),
        ),
    );
    near(lost[3].1, last);
    let shown = contents(figure.svg());
    for words in [
        "4 clipped",
        "-4",
        "3.5",
        "codes -8 ... 7 stand for -4 ... 3.5",
    ] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
    // Half a step beyond the last code is not more than half a step.
    let edge = rails([3.75, -4.25], AffineParams::tensor(INT4, 0.5, 0));
    assert!(edge.text().contains("0 clipped"));
    let beyond = rails([3.7501, -4.2501], AffineParams::tensor(INT4, 0.5, 0));
    assert!(beyond.text().contains("2 clipped"));
    // amax / 127.5 is half a step beyond 127 for any amax, float32's rounding aside.
    for i in 1..200 {
        let full = rails([i as f32 * 0.37], Affine::symmetric_full(INT8));
        assert!(full.text().contains("0 clipped"), "{full:?}");
    }
}

#[test]
fn a_code_left_out_is_shown_empty() {
    let unused = |scheme: Affine| {
        let figure = rails(X, scheme);
        let dashed = figure.svg().contains("stroke-dasharray=\"2 1.5\"");
        let shown = contents(figure.svg());
        (dashed, shown.contains(&"-8 unused".to_owned()))
    };
    assert_eq!(unused(Affine::symmetric(INT4)), (true, true));
    assert_eq!(unused(Affine::asymmetric(INT4)), (false, false));
    let figure = rails(X, Affine::symmetric(INT4));
    let rects = rects(figure.svg());
    let empty = rects.iter().find(|rect| rect.fill == "#ffffff").unwrap();
    near(empty.x, 48.0);
    near(empty.width, 49.0); // one of 16
}

#[test]
fn the_codes_that_occur_are_full() {
    let figure = rails(X, AffineParams::tensor(INT4, 1.6, 0));
    let full = paths(figure.svg()).into_iter();
    let full = full
        .filter(|path| path.width == "12")
        .flat_map(|path| path.parts());
    let full: Vec<(f64, f64)> = full.map(|line| (line[0].0, line[1].0)).collect();
    let codes = [-5.0, -3.0, -1.0, 0.0, 2.0, 3.0, 7.0];
    assert_eq!(full.len(), codes.len(), "{full:?}");
    for ((from, to), code) in full.into_iter().zip(codes) {
        near(from, between(code - 0.5, (-8.5, 7.5)) + 0.5);
        near(to, between(code + 0.5, (-8.5, 7.5)) - 0.5);
    }
}

#[test]
fn a_float_dtype_has_values_as_codes() {
    let figure = rails(X, Affine::symmetric(FP4_E2M1FN));
    let joins = joins(figure.svg(), KEPT);
    let codes = [-4.0, -3.0, -1.0, 0.0, 1.5, 3.0, 6.0];
    for ((_, to), code) in joins.iter().zip(codes) {
        near(*to, between(code, (-7.0, 7.0)));
    }
    assert!(
        figure
            .text()
            .contains("7 codes taken, from -4 to 6: a stretch of 14 of the 15 codes")
    );
}

#[test]
fn of_many_numbers_some_are_drawn_and_all_are_counted() {
    let x: Vec<f32> = (0..5000).map(|i| (i as f32 * 0.37).sin() * 3.0).collect();
    let scheme = Affine::symmetric(INT8).clip(Clip::Range(-2.0, 2.0));
    let figure = rails(&x, &scheme);
    let drawn = joins(figure.svg(), KEPT).len() + joins(figure.svg(), LOST).len();
    assert_eq!(drawn, 60);
    let q = scheme.quantize(&x);
    let edge = 127.5 * f64::from(q.params().scale());
    let clipped = x.iter().filter(|x| f64::from(x.abs()) > edge).count();
    assert!(clipped > 2000);
    assert!(figure.text().contains(&format!("{clipped} clipped")));
    assert!(figure.text().contains("255 codes taken, from -127 to 127"));
    assert!(figure.text().contains(" different numbers drawn"));
    let mse = errors(&x, q.dequantize()).mse;
    let words = figure.text();
    let written = words
        .split("MSE ")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    let written: f64 = written.parse().unwrap();
    assert!((written / mse - 1.0).abs() < 1e-3, "{written} {mse}");
}

#[test]
fn schemes_come_in_any_form() {
    let given = AffineParams::tensor(INT4, 0.5, 0);
    let fitted = Affine::symmetric(INT4);
    let two = rails(X, (fitted.clone(), given.clone()));
    assert_eq!(rails(X, ([fitted.clone()], vec![given.clone()])), two);
    assert_eq!(rails(X, (&fitted, &given)), two);
    assert_eq!(rails(&X[..], (&[fitted.clone()][..], given)), two);
    let rows = [[5.47, 3.08, -7.59, 0.0], [-1.95, -4.57, 10.8, 0.0]];
    let figure = rails(rows, fitted);
    assert!(figure.text().starts_with("8 numbers"));
}

fn pictures() -> Vec<Figure> {
    let hostile = hostile(4, 3, true, Specials::FINITE);
    let many: Vec<f32> = (0..3000).map(|i| (i as f32).sin() * (i as f32)).collect();
    let symmetric = |dtype: DType| Affine::symmetric(dtype);
    vec![
        rails(X, [symmetric(INT8.into()), Affine::asymmetric(INT8)]),
        rails(
            X,
            (
                symmetric(hostile.into()),
                symmetric(FP4_E2M1FN.into()),
                symmetric(BF16.into()),
            ),
        ),
        rails(&many, [INT4, INT8, INT16, UINT8].map(Affine::asymmetric)),
        rails(
            &many,
            [INT2, INT3, INT16].map(|int| symmetric(int.into()).clip(Clip::Percentile(90.0))),
        ),
        rails(0.0, symmetric(INT8.into())),
        rails(
            [0.0; 5],
            [
                symmetric(INT8.into()),
                Affine::asymmetric(INT8),
                Affine::onnx_dynamic(),
            ],
        ),
        rails([1e-45, -1e-45], symmetric(INT8.into())),
        rails(
            [1e38, -1e38],
            (
                symmetric(INT8.into()),
                symmetric(FP8_E5M2.into()),
                symmetric(FP16.into()),
            ),
        ),
        rails([1e-30, 1e30], Affine::asymmetric(UINT8)),
        rails(
            vec![-123456.78_f32; 60],
            AffineParams::tensor(INT16, 1e-30, -32768).narrow(),
        ),
        rails([7.0; 2], AffineParams::tensor(UINT16, 1e30, 65535)),
    ]
}

#[test]
fn pictures_keep_to_the_contract() {
    all_keep_to_the_contract(pictures);
}

#[test]
fn snapshots() {
    let figure = rails(
        X,
        (AffineParams::tensor(INT4, 1.5, 2), Affine::symmetric(INT3)),
    );
    insta::assert_snapshot!("rails", lines(figure.svg()));
    insta::assert_snapshot!("rails_text", figure.text());
}

#[test]
#[should_panic(expected = "rails needs at least one number")]
fn no_numbers() {
    let _ = rails([0.0; 0], Affine::symmetric(INT8));
}

#[test]
#[should_panic(expected = "element [1] is nan, which has no place in rails")]
fn no_nan() {
    let _ = rails([1.0, f64::NAN], AffineParams::tensor(INT8, 1.0, 0));
}

#[test]
#[should_panic(
    expected = "rails draws one scale and one zero point, and int8 symmetric, axis 0 has 2"
)]
fn no_rows() {
    let _ = rails([[1.0], [2.0]], Affine::symmetric(INT8).per_axis(0));
}

#[test]
#[should_panic(expected = "rails draws 1 to 4 schemes, not 5")]
fn not_too_many() {
    let _ = rails(1.0, vec![Affine::symmetric(INT8); 5]);
}

#[test]
#[should_panic(expected = "rails draws codes of up to 16 bits")]
fn no_wide_codes() {
    let _ = rails(1.0, Affine::symmetric(FP32));
}

#[test]
#[should_panic(expected = "with s = 1e+37, z = 0 they overflow float32")]
fn no_infinite_values() {
    let _ = rails(1.0, AffineParams::tensor(INT8, 1e37, 0));
}
