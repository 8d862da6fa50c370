//! The numbers in the number lines, read back from the pictures.

mod picture;

use mantissa::prelude::*;
use picture::{
    contents, hostile, keeps_to_the_contract, lines, passes_in_chinese, texts, texts_do_not_overlap,
};
use roxmltree::Document;

/// The ticks of a path `Mx yvdy...`: where, and how far up (positive) or down.
fn ticks(svg: &str) -> Vec<(f64, f64)> {
    let document = Document::parse(svg).unwrap();
    let paths = document.descendants().filter(|n| n.has_tag_name("path"));
    let ticks = paths.flat_map(|node| {
        let d = node.attribute("d").unwrap().to_owned();
        d.split('M')
            .skip(1)
            .map(|tick| {
                let (point, length) = tick.split_once('v').unwrap();
                let x: f64 = point.split(' ').next().unwrap().parse().unwrap();
                (x, -length.parse::<f64>().unwrap())
            })
            .collect::<Vec<_>>()
    });
    let mut ticks: Vec<(f64, f64)> = ticks.collect();
    ticks.sort_by(|a, b| a.partial_cmp(b).unwrap());
    ticks
}

fn circles(svg: &str) -> Vec<f64> {
    let document = Document::parse(svg).unwrap();
    let circles = document.descendants().filter(|n| n.has_tag_name("circle"));
    circles
        .map(|n| n.attribute("cx").unwrap().parse().unwrap())
        .collect()
}

fn near(drawn: &[f64], expected: &[f64]) {
    assert_eq!(drawn.len(), expected.len(), "{drawn:?} {expected:?}");
    for (a, b) in drawn.iter().zip(expected) {
        assert!((a - b).abs() < 0.06, "{drawn:?}\n{expected:?}");
    }
}

#[test]
fn values_lie_where_they_are() {
    let figure = number_line(FP4_E2M1FN).figure();
    let values = [
        -6.0, -4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0,
    ];
    let drawn = ticks(figure.svg());
    let xs: Vec<f64> = drawn.iter().map(|(x, _)| *x).collect();
    near(&xs, &values.map(|v| 440.0 + v / 6.0 * 392.0));
    // Subnormal numbers, and only they, hang below the line.
    let below: Vec<f64> = drawn.iter().filter(|t| t.1 < 0.0).map(|t| t.0).collect();
    near(&below, &[-0.5, 0.5].map(|v| 440.0 + v / 6.0 * 392.0));
    assert_eq!(circles(figure.svg())[0], 440.0);
    let shown = contents(figure.svg());
    for value in values {
        assert!(shown.contains(&value.to_string()), "{value} in {shown:?}");
    }
}

#[test]
fn a_logarithmic_line_is_even_in_powers_of_two() {
    let figure = number_line(FP8_E4M3FN).log().figure();
    let drawn = ticks(figure.svg());
    assert_eq!(drawn.len(), 252);
    let (low, high) = (-9.0, 448_f64.log2());
    let x = |v: f64| 468.0 + (v.log2() - low) / (high - low) * (832.0 - 468.0);
    let mut expected: Vec<f64> = (1..=0x7e)
        .map(|c| x(FP8_E4M3FN.value(c).to_f64()))
        .collect();
    expected.extend((1..=0x7e).map(|c| 880.0 - x(FP8_E4M3FN.value(c).to_f64())));
    expected.sort_by(f64::total_cmp);
    near(&drawn.iter().map(|t| t.0).collect::<Vec<_>>(), &expected);
    assert_eq!(drawn.iter().filter(|t| t.1 < 0.0).count(), 14);
    // The axis: 2^-9 is the smallest magnitude, next to the gap.
    let label = texts(figure.svg())
        .into_iter()
        .find(|t| t.content == "2^{-9}");
    assert_eq!(label.unwrap().x, 468.0);
}

#[test]
fn only_positive_numbers_take_the_whole_width() {
    let drawn = ticks(number_line(FP8_E8M0FNU).log().figure().svg());
    assert_eq!((drawn.len(), drawn[0].0, drawn[254].0), (255, 48.0, 832.0));
    let step = 784.0 / 254.0;
    assert!(
        drawn
            .windows(2)
            .all(|p| (p[1].0 - p[0].0 - step).abs() < 0.11)
    );
}

#[test]
fn lines_share_an_axis() {
    let figure = number_lines((INT4, UINT4)).figure();
    let drawn = ticks(figure.svg());
    let x = |v: i32| 48.0 + f64::from(v + 8) / 23.0 * 784.0;
    let expected: Vec<f64> = (-8..=15)
        .filter(|v| *v != 0)
        .flat_map(|v| std::iter::repeat_n(x(v), if (1..=7).contains(&v) { 2 } else { 1 }))
        .collect();
    let xs: Vec<f64> = drawn.iter().map(|t| t.0).collect();
    near(&xs, &expected);
}

#[test]
fn what_is_not_on_the_line_is_counted() {
    let beside = |format: FloatFormat, words: &str| {
        let shown = contents(number_line(format).figure().svg());
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    };
    if Lang::current() == Lang::Zh {
        beside(FP8_E5M2, "不在数轴上：±inf，6 个 NaN");
        beside(FP6_E3M2FN, "每个编码都是数");
    } else {
        beside(FP8_E5M2, "not on the line: ±inf, 6 NaN");
        beside(FP8_E4M3FNUZ, "not on the line: 1 NaN");
        beside(FP6_E3M2FN, "every code is a number");
    }
}

#[test]
fn a_part_of_the_values() {
    let line = number_line(FP8_E4M3FN).between(-8.0, 8.0);
    let shown = contents(line.figure().svg());
    let within = (0..=0xff).map(|code| FP8_E4M3FN.value(code));
    let within = within
        .filter(|v| v.is_finite() && v.to_f64().abs() <= 8.0)
        .count()
        - 1; // -0
    assert!(
        shown.contains(&format!("{within} of 253 values, -8 ... 8")),
        "{shown:?}"
    );
    assert_eq!(ticks(line.figure().svg()).len(), within - 1);
}

#[test]
fn the_text_is_a_table() {
    assert_eq!(
        number_lines((FP4_E2M1FN, FP8_E5M2)).text(),
        "       format  values     min    max     smallest  subnormal  inf  nan\n\
         float4_e2m1fn      15      -6      6          0.5          2    0    0\n  \
           float8_e5m2     247  -57344  57344  1.52588e-05          6    2    6\n\
         float4_e2m1fn: -6 -4 -3 -2 -1.5 -1 -0.5 0 0.5 1 1.5 2 3 4 6"
    );
}

#[test]
fn formats_in_any_form() {
    let names = |formats: Vec<DType>| formats.iter().map(|d| d.to_string()).collect::<Vec<_>>();
    assert_eq!(
        names((FP8_E4M3FN, INT8).dtypes()),
        ["float8_e4m3fn", "int8"]
    );
    assert_eq!(names([INT4, INT2].dtypes()), ["int4", "int2"]);
    assert_eq!(names(FLOAT_FORMATS[..2].dtypes()), ["float64", "float32"]);
    assert_eq!(names(vec![INT4].dtypes()), ["int4"]);
    assert_eq!(names(FP16.dtypes()), ["float16"]);
    assert_eq!(names((&vec![INT4]).dtypes()), ["int4"]);
    assert_eq!(names((&[INT4, INT2]).dtypes()), ["int4", "int2"]);
    assert_eq!(names("int4".dtypes()), ["int4"]);
    assert_eq!(names(["int4", "fp16"].dtypes()), ["int4", "float16"]);
    assert_eq!(names(("int4", FP16).dtypes()), ["int4", "float16"]);
    let eight = (INT1, INT2, INT3, INT4, FP16, FP32, BF16, TF32);
    assert_eq!(eight.dtypes().len(), 8);
}

#[test]
fn the_gap_doubles_at_a_power_of_two() {
    let figure = window(FP32, 1.0, 8);
    let (below, above) = (2_f64.powi(-24), 2_f64.powi(-23));
    let offsets = [
        -4.0 * below,
        -3.0 * below,
        -2.0 * below,
        -below,
        0.0,
        above,
        2.0 * above,
        3.0 * above,
    ];
    let part = |x: f64| (x - offsets[0]) / (offsets[7] - offsets[0]);
    near(
        &circles(figure.svg()),
        &offsets.map(|x| 60.0 + part(x) * 760.0),
    );
    let shown = contents(figure.svg());
    let count = |gap: &str| shown.iter().filter(|text| *text == gap).count();
    assert_eq!((count("2^{-24}"), count("2^{-23}")), (2 * 4, 2 * 3)); // on the line, in the table
    for (i, offset) in offsets.into_iter().enumerate() {
        let x = (1.0 + offset) as f32;
        assert_eq!(f64::from(x), 1.0 + offset);
        assert!(shown.contains(&format!("{:#010x}", x.to_bits())), "{i}");
        let digits = format!("{x:.30}");
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        assert!(shown.contains(&digits.to_owned()), "{digits} in {shown:?}");
    }
    assert!(
        figure
            .text()
            .contains("0x3f800000  0 01111111 00000000000000000000000 ")
    );
}

#[test]
fn a_window_stays_within_the_format() {
    let codes = |figure: Figure| -> Vec<String> {
        let text = figure.text();
        let rows = text.lines().skip(2);
        rows.map(|row| row.split_whitespace().next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        codes(window(FP16, 65504.0, 3)),
        ["0x7bfd", "0x7bfe", "0x7bff"]
    );
    assert_eq!(codes(window(INT4, -8, 4)), ["0x8", "0x9", "0xa", "0xb"]);
    assert_eq!(codes(window(FP16, 0.0, 3)), ["0x8001", "0x0000", "0x0001"]);
    assert_eq!(codes(window(FP4_E2M1FN, 0.0, 24)).len(), 15);
}

#[test]
fn integers_have_gaps_of_one() {
    let text = window(INT16, 5, 2).text();
    assert!(text.contains("0x0004  0000000000000100"), "{text}");
    assert!(text.lines().nth(2).unwrap().ends_with(" 1"), "{text}");
}

#[test]
fn large_integers_have_gaps_of_one_too() {
    let sixth = |i: usize| 60.0 + i as f64 / 5.0 * 760.0;
    let evenly = [0, 1, 2, 3, 4, 5].map(sixth);
    for figure in [
        window(INT64, i64::MAX, 6),
        window(INT64, i64::MIN, 6),
        window(UINT64, u64::MAX, 6),
    ] {
        near(&circles(figure.svg()), &evenly);
        let text = figure.text();
        for row in text.lines().skip(2).take(5) {
            assert!(row.ends_with(" 1"), "{text}");
        }
    }
}

#[test]
fn the_smallest_numbers_lie_where_they_are() {
    let part = |i: i32| 60.0 + f64::from(i) / 3.0 * 760.0;
    let figure = window(FP64, 5e-324, 4); // -5e-324, 0, 5e-324, 1e-323
    near(&circles(figure.svg()), &[0, 1, 2, 3].map(part));
}

fn pictures() -> Vec<Figure> {
    let hostile = hostile(5, 2, true, Specials::IEEE);
    let no_zero = FloatFormat::p3109(8, 1, Signedness::Unsigned, Domain::Extended).unwrap();
    let lines = [
        number_line(hostile),
        number_lines((FP4_E2M1FN, INT4, FP6_E2M3FN, FP8_E4M3FN)).between(-8.0, 8.0),
        number_lines((FP8_E5M2, FP8_E4M3FN, FP4_E2M1FN, INT8, hostile, FP8_E8M0FNU)),
        number_lines((INT1, UINT1)),
        number_lines([no_zero]),
        number_line(FP4_E2M1FN).between(2.0, 2.0),
        number_lines((FP4_E2M1FN, INT4)).between(7.0, 8.0),
    ];
    let mut pictures: Vec<Figure> = lines.iter().map(NumberLine::figure).collect();
    pictures.extend(lines.map(|line| line.log().figure()));
    for dtype in dtypes().filter(|dtype| dtype.bits() <= 8) {
        pictures.push(number_line(dtype).figure());
        pictures.push(number_line(dtype).log().figure());
    }
    for dtype in dtypes().filter(|dtype| dtype.bits() > 1) {
        pictures.push(window(dtype, 1, 24));
    }
    pictures.push(window(hostile, -1.0, 5));
    for center in [1.0, -1e-300, 1e300, 0.0, 5e-324] {
        pictures.push(window(FP64, center, 9));
        pictures.push(window(FP32, (center as f32).clamp(f32::MIN, f32::MAX), 9));
    }
    pictures
}

#[test]
fn pictures_keep_to_the_contract() {
    for figure in pictures() {
        keeps_to_the_contract(figure.svg());
        texts_do_not_overlap(figure.svg());
        assert!(!figure.svg().contains("<b>"));
    }
}

#[test]
fn in_chinese_too() {
    if Lang::current() == Lang::En {
        passes_in_chinese("pictures_keep_to_the_contract");
        passes_in_chinese("what_is_not_on_the_line_is_counted");
        passes_in_chinese("words");
    }
}

#[test]
fn words() {
    let line = contents(number_line(FP8_E4M3FN).figure().svg());
    let near_one = contents(window(BF16, 1.0, 3).svg());
    let expected = match Lang::current() {
        Lang::En => ["subnormal", "zero", "bits"],
        Lang::Zh => ["次正规数", "零", "二进制位"],
    };
    for word in &expected[..2] {
        assert!(line.contains(&word.to_string()), "{word} in {line:?}");
    }
    assert!(near_one.contains(&expected[2].to_owned()), "{near_one:?}");
}

#[test]
fn snapshots() {
    let line = number_lines((FP4_E2M1FN, INT4)).figure();
    insta::assert_snapshot!("two_lines", lines(line.svg()));
    insta::assert_snapshot!("window_text", window(BF16, 256.0, 6).text());
}

#[test]
#[should_panic(expected = "window(float16, 1.0, 8) shows a part")]
fn too_wide() {
    let _ = number_line(FP16);
}

#[test]
#[should_panic(expected = "a window shows 2 to 24 values, not 1")]
fn too_few() {
    let _ = window(FP16, 1.0, 1);
}

#[test]
#[should_panic(expected = "nearest to the center is inf")]
fn beyond_the_end() {
    let _ = window(FP16, 1e6, 3);
}

#[test]
#[should_panic(expected = "there are no values from 2.1 to 2.9")]
fn nothing_there() {
    let _ = number_line(FP4_E2M1FN).between(2.1, 2.9);
}

#[test]
#[should_panic(expected = "at least one format")]
fn no_formats() {
    let _ = number_lines(Vec::<FloatFormat>::new());
}

#[test]
fn the_most_lines_are_no_large_picture() {
    for format in [FP8_E4M3FNUZ, FP8_E5M2, FP8_E4M3] {
        let lines = number_lines([format; 8]);
        assert!(lines.figure().svg().len() < 60_000);
        assert!(lines.log().figure().svg().len() < 60_000);
    }
}

#[test]
#[should_panic(expected = "number_lines draws at most 8 formats, not 9")]
fn too_many_lines() {
    let _ = number_lines([FP8_E4M3FN; 9]);
}
