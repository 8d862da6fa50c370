//! The digits in the aligned comparison, read back from the picture.

mod picture;

use mantissa::prelude::*;
use picture::{Text, keeps_to_the_contract, lines, texts, texts_do_not_overlap};

const INK: &str = "#1f2933";
const LOST: &str = "#a83279";

/// The digits of each row that has any, from left to right.
fn rows(svg: &str) -> Vec<Vec<Text>> {
    let mut digits: Vec<Text> = texts(svg)
        .into_iter()
        .filter(|t| t.mono && t.anchor == "middle" && ["0", "1"].contains(&t.content.as_str()))
        .collect();
    digits.sort_by(|a, b| (a.y, a.x).partial_cmp(&(b.y, b.x)).unwrap());
    digits
        .chunk_by(|a, b| a.y == b.y)
        .map(<[Text]>::to_vec)
        .collect()
}

/// The columns of the picture, from left to right.
fn columns(rows: &[Vec<Text>]) -> Vec<f64> {
    let mut all: Vec<f64> = rows.iter().flatten().map(|digit| digit.x).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// The sum of digit * 2^place; the first column has the place `top`.
fn sum(row: &[Text], columns: &[f64], top: i32, wanted: fn(&Text) -> bool) -> f64 {
    let ones = row
        .iter()
        .filter(|digit| digit.content == "1" && wanted(digit));
    let place = |digit: &Text| top - columns.iter().position(|x| *x == digit.x).unwrap() as i32;
    ones.map(|digit| f64::powi(2.0, place(digit))).sum()
}

/// The first place of the picture, from its text: `(digits from 2^0 to ...`.
fn top(text: &str) -> i32 {
    let (_, rest) = text.split_once("(digits from 2^").unwrap();
    rest.split(' ').next().unwrap().parse().unwrap()
}

fn kept(digit: &Text) -> bool {
    digit.fill == INK
}

fn not_lost(digit: &Text) -> bool {
    digit.fill != LOST
}

#[test]
fn of_one_third_bf16_keeps_8_bits_fp16_11_fp32_24() {
    let figure = compare(1.0 / 3.0, [FP64, FP32, FP16, BF16]);
    let rows = rows(figure.svg());
    let counts: Vec<usize> = rows
        .iter()
        .map(|row| row.iter().filter(|d| kept(d)).count())
        .collect();
    assert_eq!(counts, [53, 24, 11, 8]);
    // 0.0101... in every row, column for column; bf16 ends in 11.
    let written = |row: &[Text]| row.iter().map(|d| d.content.as_str()).collect::<String>();
    assert!(written(&rows[0]).starts_with("00101010101010101"));
    assert!(written(&rows[3]).starts_with("0010101011"));
    let bits = rows
        .iter()
        .map(|row| row.iter().map(|d| d.x).collect::<Vec<_>>());
    let bits: Vec<Vec<f64>> = bits.collect();
    assert!(
        bits.iter().all(|row| *row == bits[0]),
        "one column for each place"
    );
    let text = figure.text();
    assert!(text.contains("\nbfloat16  0.010101011|1010"), "{text}");
    assert!(text.contains("\nfloat16   0.010101010101|0101"), "{text}");
    assert!(
        text.contains("8 significant bits, = 0.333984375, error +0.000651042\n"),
        "{text}"
    );
    insta::assert_snapshot!("third", text);
}

#[test]
fn the_digits_add_up_to_the_value_and_to_x() {
    let formats = [
        FP64, FP32, TF32, FP16, BF16, FP8_E4M3FN, FP8_E5M2, FP6_E2M3FN, FP4_E2M1FN,
    ];
    for x in [
        1.0_f64 / 3.0,
        0.1,
        5.5,
        -2.75,
        0.9999,
        1.0,
        1e-5,
        3e-3,
        -0.0703125,
        0.4999999,
    ] {
        let figure = compare(x, formats);
        let rows = rows(figure.svg());
        let (columns, top) = (columns(&rows), top(&figure.text()));
        assert_eq!(rows.len(), formats.len());
        for (row, format) in rows.iter().zip(formats) {
            let value = format.nearest(x).to_f64().abs();
            assert_eq!(sum(row, &columns, top, not_lost), value, "{x} in {format}");
            let ones = row.iter().filter(|d| kept(d)).count() as u32;
            assert!(ones <= format.precision(), "{x} in {format}");
        }
        assert_eq!(
            sum(&rows[0], &columns, top, |_| true),
            x.abs(),
            "float64 is exact"
        );
    }
}

#[test]
fn what_is_cut_off_is_what_x_has_there() {
    // Without a change by rounding, the kept and the lost digits are x's own.
    let figure = compare(0.1, [FP64, FP16, FP8_E4M3FN]);
    let rows = rows(figure.svg());
    let (columns, top) = (columns(&rows), top(&figure.text()));
    for row in &rows[1..] {
        let lost = sum(row, &columns, top, |d| d.fill == LOST);
        let exact = rows[0]
            .iter()
            .filter(|d| row.iter().any(|e| e.x == d.x && e.fill == LOST));
        let exact: Vec<Text> = exact.cloned().collect();
        assert_eq!(lost, sum(&exact, &columns, top, |_| true));
    }
    // FP16 rounds 0.1 down.
    assert_eq!(sum(&rows[1], &columns, top, |_| true), 0.1);
    assert!(sum(&rows[1], &columns, top, not_lost) < 0.1);
}

#[test]
fn errors_are_value_minus_x() {
    for x in [1.0 / 3.0, 0.1, -7.7, 100.3, 1e-6] {
        for format in [FP32, FP16, BF16, FP8_E5M2] {
            let text = compare(x, [format]).text();
            let error = format.nearest(x).to_f64() - x;
            let (_, rest) = text
                .split_once("error ")
                .unwrap_or_else(|| panic!("{text}"));
            let drawn: f64 = rest.split([';', '\n']).next().unwrap().parse().unwrap();
            assert!(
                (drawn - error).abs() <= error.abs() * 5.1e-6,
                "{drawn} {error}"
            );
        }
    }
    let exact = compare(0.15625, [FP32, BF16]).text();
    assert_eq!(exact.matches(", exact").count(), 2, "{exact}");
    // 2^53 + 1 is no f64.
    let text = compare(9_007_199_254_740_993_i64, [FP64]).text();
    assert!(text.contains("= 9007199254740992, error -1\n"), "{text}");
    assert!(
        text.contains("the number given, = 9007199254740993\n"),
        "{text}"
    );
}

#[test]
fn the_ends_of_the_range_are_named() {
    let text = compare(1e-6, [FP16, FP8_E5M2]).text();
    assert!(
        text.contains("subnormal, 5 bits, = 0.000001013278961181640625"),
        "{text}"
    );
    assert!(text.contains("rounds to 0, = 0, error -1e-06; the smallest positive value is 2^-16"));
    let text = compare(70000.5, [FP16, FP8_E4M3FN, FP4_E2M1FN]).text();
    assert!(
        text.contains("overflow, = inf, the largest value is 65504"),
        "{text}"
    );
    assert!(
        text.contains("overflow, = nan, the largest value is 448"),
        "{text}"
    );
    assert!(
        text.contains("overflow, = 6, error -69994.5; the largest value is 6"),
        "{text}"
    );
    let text = compare(300, [INT8]).text();
    assert!(
        text.contains("300 does not fit int8, which holds -128 to 127"),
        "{text}"
    );
    let text = compare(-2.0, [FP8_E8M0FNU]).text();
    assert!(text.contains("no such value, = nan, no sign"), "{text}");
    let text = compare(f64::INFINITY, [FP32, FP8_E4M3FN]).text();
    assert!(
        text.contains("float32        = inf\n") && text.contains("overflow, = nan"),
        "{text}"
    );
    assert!(
        compare(f64::NAN, [FP4_E2M1FN])
            .text()
            .contains("has no NaN")
    );
    assert!(compare(0.0, [FP16]).text().contains("= 0, exact"));
}

#[test]
fn rounding_that_carries_frames_every_changed_digit() {
    let figure = compare(0.9999999, [BF16]);
    let document = roxmltree::Document::parse(figure.svg()).unwrap();
    let frames: Vec<f64> = document
        .descendants()
        .filter(|n| n.attribute("fill") == Some("none") && n.attribute("y") != Some("50"))
        .map(|n| n.attribute("width").unwrap().parse().unwrap())
        .collect();
    let rows = rows(figure.svg());
    let one = &rows[1];
    let kept: Vec<&Text> = one.iter().filter(|d| kept(d)).collect();
    let written: String = kept.iter().map(|d| d.content.as_str()).collect();
    assert_eq!(written, "10000000");
    // The one frame covers all eight columns.
    let cell = kept[2].x - kept[1].x;
    assert_eq!(frames.len(), 1);
    assert!(
        (frames[0] - (kept[7].x - kept[0].x + cell)).abs() < 0.01,
        "{frames:?}"
    );
}

#[test]
fn integers_and_dtypes_mix() {
    let text = compare(6.5, [DType::from(FP8_E4M3FN), INT8.into()]).text();
    assert!(text.contains("float8_e4m3fn  110.1\n"), "{text}");
    assert!(text.contains("int8           110|.1\n"), "{text}");
    assert!(
        text.contains("3 significant bits, = 6, error -0.5"),
        "{text}"
    );
}

#[test]
fn formats_are_those_of_the_other_pictures() {
    let mixed = compare(0.1, (FP16, INT8));
    assert_eq!(mixed, compare(0.1, [DType::from(FP16), INT8.into()]));
    assert_eq!(mixed, compare(0.1, ["float16", "int8"]));
    assert_eq!(compare(0.1, FP16), compare(0.1, "fp16"));
    assert_eq!(
        compare(0.1, FLOAT_FORMATS[..2].to_vec()),
        compare(0.1, (FP64, FP32))
    );
}

#[test]
fn int1_has_no_positive_value() {
    let text = compare(0.25, (INT1, INT2)).text();
    assert!(
        text.contains("error -0.25; no value is positive\n"),
        "{text}"
    );
    assert_eq!(
        text.matches("the smallest positive value is 2^0").count(),
        1
    );
}

#[test]
fn every_picture_keeps_to_the_contract() {
    let hostile = FloatFormat::ieee("<b>\"&", 5, 3);
    let long = FloatFormat::ieee("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", 5, 3);
    let formats: Vec<DType> = [FP64, FP32, FP16, FP8_E8M0FNU, FP4_E2M1FN, hostile, long]
        .into_iter()
        .map(DType::from)
        .chain([INT64, UINT1].map(DType::from))
        .collect();
    for x in [
        1.0 / 3.0,
        -std::f64::consts::PI,
        1e300,
        -1e-300,
        5e-324,
        f64::MAX,
        70000.5,
        0.0,
        -0.0,
        f64::NAN,
        f64::NEG_INFINITY,
        1.0 - f64::EPSILON,
        0.003,
    ] {
        let figure = compare(x, formats.clone());
        keeps_to_the_contract(figure.svg());
        texts_do_not_overlap(figure.svg());
        assert_eq!(figure, compare(x, formats.clone()));
        assert!(texts(figure.svg()).iter().any(|t| t.content == "<b>\"&"));
    }
    for x in [u64::MAX, u64::MAX - 1, 1 << 63] {
        let figure = compare(x, [FP64; 16]);
        keeps_to_the_contract(figure.svg());
        texts_do_not_overlap(figure.svg());
    }
    insta::assert_snapshot!(
        "six_and_a_half",
        lines(compare(6.5, [FP8_E4M3FN, FP8_E5M2]).svg())
    );
}

#[test]
#[should_panic(expected = "compare takes 1 to 16 formats, not 0")]
fn no_format() {
    compare(1.0, [] as [FloatFormat; 0]);
}
