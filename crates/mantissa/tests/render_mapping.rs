//! The numbers in the mapping pictures, counted once more in another way.

mod enumeration;
mod picture;

use enumeration::{image, numbers};
use mantissa::prelude::*;
use picture::{Text, all_keep_to_the_contract, contents, hostile, texts};
use std::collections::HashSet;

/// The pairs of numbers after M and L in a path of lines `Mx yLx y`.
fn joins(svg: &str, at: usize) -> Vec<(f64, f64)> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let paths = document.descendants().filter(|n| n.has_tag_name("path"));
    let strokes: Vec<&str> = paths
        .filter(|n| n.attribute("stroke-opacity").is_some())
        .map(|n| n.attribute("d").unwrap())
        .collect();
    let lines = strokes[at].split('M').skip(1);
    lines
        .map(|line| {
            let (from, to) = line.split_once('L').unwrap();
            let x = |point: &str| point.split(' ').next().unwrap().parse().unwrap();
            (x(from), x(to))
        })
        .collect()
}

#[test]
fn given_numbers_are_joined_with_what_they_become() {
    let data = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
    let scale = 10.8 / 127.0;
    let m = mapping(data, INT8).with_scale(scale);
    let figure = m.figure();
    let joined = joins(figure.svg(), 0);
    let (left, right) = (48.0, 832.0);
    let x = |value: f64| left + (value + 128.0 * scale) / (255.0 * scale) * (right - left);
    let mut expected: Vec<(f64, f64)> = data.map(|d| (x(d), x((d / scale).round() * scale))).into();
    expected.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(joined.len(), 7);
    for (drawn, wanted) in joined.iter().zip(&expected) {
        assert!((drawn.0 - wanted.0).abs() < 0.06, "{joined:?} {expected:?}");
        assert!((drawn.1 - wanted.1).abs() < 0.06, "{joined:?} {expected:?}");
    }
    let shown = contents(figure.svg());
    for q in ["64", "36", "-89", "0", "-23", "-54", "127"] {
        assert!(shown.contains(&q.to_owned()), "{q} in {shown:?}");
    }
    assert!(shown.contains(&"7 of 256 values used, evenly spaced".to_owned()));
}

#[test]
fn given_numbers_are_whatever_a_tensor_is_made_of() {
    let expected = mapping([0.5, -1.5, 2.0, 3.0], INT4);
    let rows = vec![[0.5_f32, -1.5], [2.0, 3.0]];
    assert_eq!(mapping(&rows, INT4), expected);
    assert_eq!(mapping(&rows.concat()[..], INT4), expected);
    assert_eq!(
        mapping(ndarray::array![0.5, -1.5, 2.0, 3.0], INT4),
        expected
    );
    assert_eq!(mapping(tensor(&rows, FP16), INT4), expected);
    assert_eq!(mapping(0.5, INT4), mapping([0.5], INT4));
    assert_eq!(mapping([3, -1], INT4), mapping([3.0, -1.0], INT4));
    // Long, and a float64 value.
    assert_eq!(
        mapping([i64::MIN], FP16),
        mapping([-(2_f64.powi(63))], FP16)
    );
}

#[test]
#[should_panic(expected = "and 9007199254740993 is none")]
fn given_integers_are_not_rounded() {
    let _ = mapping([9_007_199_254_740_993_i64], INT64);
}

#[test]
#[should_panic(expected = "a mapping takes numbers in rows of one length")]
fn no_ragged_rows() {
    let _ = mapping(vec![vec![1.0], vec![1.0, 2.0]], INT4);
}

#[test]
fn targets_that_nothing_becomes_are_shown_empty() {
    // A symmetric scale never reaches -128.
    let whole = mapping(FP32, INT8).with_scale(FP32.max() / 127.0);
    let shown = contents(whole.figure().svg());
    for words in ["-128", "255 of 256 values used, evenly spaced"] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
    assert!(
        whole.text().contains(" values onto 255: "),
        "{}",
        whole.text()
    );
    assert!(
        whole.text().contains("\n  -128  0x80           0    0.0\n"),
        "{}",
        whole.text()
    );
    let window = mapping(FP8_E4M3FN, INT8).between(0.0, 2.0);
    assert!(
        window.text().contains(" values onto 3: "),
        "{}",
        window.text()
    );
}

#[test]
fn only_targets_that_something_becomes_are_counted() {
    let sizes = |source: DType, target: DType| {
        let text = mapping(source, target).text();
        let line = text.lines().nth(1).unwrap().to_owned();
        line.split(":  ").next().unwrap().to_owned()
    };
    assert_eq!(sizes(FP8_E4M3FN.into(), FP16.into()), "253 values onto 253");
    for (source, target) in [
        (FP16.into(), BF16.into()),
        (BF16.into(), FP16.into()),
        (UINT16.into(), FP16.into()),
        (UINT16.into(), INT16.into()),
        (FP16.into(), FP8_E5M2.into()),
        (FP16.into(), FP8_E4M3FN.into()), // NaN at both ends
        (INT8.into(), DType::from(FP8_E8M0FNU)),
    ] {
        let all = numbers(source);
        let distinct: HashSet<u64> = all.iter().filter_map(|x| image(*x, target)).collect();
        let expected = format!("{} values onto {}", all.len(), distinct.len());
        assert_eq!(sizes(source, target), expected, "{source} {target}");
    }
    assert_eq!(sizes(UINT16.into(), FP16.into()), "65536 values onto 7169"); // with infinity
    let reached = 2 * 2_f64.powi(63).to_bits() + 1; // from -2^63 to 2^63
    assert_eq!(
        sizes(INT64.into(), FP64.into()),
        format!("18446744073709551616 values into a range of {reached} values of float64")
    );
}

#[test]
fn what_is_out_of_range_is_drawn_apart() {
    let figure = mapping([0.1, 0.2, 3.0], INT4).with_scale(0.1).figure();
    assert_eq!(
        (joins(figure.svg(), 0).len(), joins(figure.svg(), 1).len()),
        (2, 1)
    );
    assert!(figure.text().ends_with("out of range: 0 below, 1 above"));
    // 7.5 is halfway to 8, which INT4 does not have.
    let edge = mapping([7.4, 7.5, -8.5, -8.6], INT4);
    assert!(edge.text().ends_with("out of range: 1 below, 1 above"));
}

/// The last line of a mapping's text: how many numbers are below and above.
fn out_of_range(m: &Mapping) -> String {
    m.text().lines().last().unwrap().to_owned()
}

#[test]
fn zero_can_be_the_upper_end() {
    let m = mapping([-1.0, -0.25, 0.0, 0.25, 0.4, 1.0], INT1);
    assert_eq!(out_of_range(&m), "out of range: 0 below, 1 above");
    // 0.5 is halfway to 1 and goes to 0, which is even; -1.5 to -2, which int1 does not have.
    let all = numbers(FP16.into());
    let below = all.iter().filter(|x| **x <= -1.5).count();
    let above = all.iter().filter(|x| **x > 0.5).count();
    assert_eq!(
        out_of_range(&mapping(FP16, INT1)),
        format!("out of range: {below} below, {above} above")
    );
}

/// The bars as (middle, height).
fn bars(svg: &str) -> Vec<(f64, f64)> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let paths = document.descendants().filter(|n| n.has_tag_name("path"));
    let bars = paths
        .filter_map(|n| n.attribute("d"))
        .find(|d| d.contains('V'));
    let bars = bars.unwrap().split('M').skip(1);
    bars.map(|bar| {
        let numbers: Vec<f64> = bar
            .split(['v', 'h', 'V', ' ', 'z'])
            .filter_map(|number| number.parse().ok())
            .collect();
        (numbers[0] + numbers[3] / 2.0, -numbers[2])
    })
    .collect()
}

#[test]
fn bars_are_as_high_as_the_counts() {
    let figure = mapping(FP8_E4M3FN, FP4_E2M1FN).between(-6.0, 6.0).figure();
    let counts = [2, 5, 3, 5, 3, 7, 11, 81, 11, 7, 3, 5, 3, 5, 2];
    let targets = [
        -6.0, -4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0,
    ];
    let drawn = bars(figure.svg());
    assert_eq!(drawn.len(), 15);
    for ((middle, height), (target, count)) in drawn.into_iter().zip(targets.iter().zip(counts)) {
        assert!(
            (middle - (440.0 + target / 6.0 * 392.0)).abs() < 0.11,
            "{middle} {target}"
        );
        assert!(
            (height - f64::from(count) / 81.0 * 64.0).abs() < 0.06,
            "{height} {count}"
        );
    }
    let shown = contents(figure.svg());
    for count in counts {
        assert!(shown.contains(&count.to_string()));
    }
    // Logarithmic: ten times as many are always as much higher.
    let drawn = bars(mapping(BF16, INT4).between(-8.0, 8.0).figure().svg());
    let above = |count: f64| count.log10() - 1.0 + 0.25;
    assert!((drawn[8].1 - 64.0).abs() < 0.06); // 32257 become 0
    assert!((drawn[9].1 - above(191.0) / above(32257.0) * 64.0).abs() < 0.06);
}

#[test]
fn windows() {
    let m = mapping(FP32, BF16).around(1.0, 7);
    assert_eq!(m.count(), 4 * 65535 + 3 * 65537);
    let first = m.preimage(BF16.value(0x3f7d));
    assert_eq!(first.first().unwrap().code(), 0x3f7c_8001); // odd: without the tie
    assert_eq!(mapping(FP32, INT8).between(1.0, 2.0).count(), (1 << 23) + 1);
    let near_the_end = mapping(FP32, INT8).around(127.0, 5);
    assert_eq!(near_the_end.preimage(INT8.value(0x7c)).count(), 0);
    assert!(near_the_end.preimage(INT8.value(0x7d)).count() > 0);
}

#[test]
fn overflow() {
    let nan = FP8_E4M3FN.value(0x7f);
    let max = FP8_E4M3FN.value(0x7e);
    let m = mapping(FP16, FP8_E4M3FN);
    let saturated = m.clone().saturate();
    let beyond = m.preimage(nan).count();
    assert_eq!(saturated.preimage(nan).count(), 0);
    assert_eq!(
        saturated.preimage(max).count(),
        m.preimage(max).count() + beyond / 2 // NaN has both ends
    );
    assert_eq!(m.image(1e6).map(|value| value.is_nan()), Some(true));
    assert_eq!(saturated.image(-1e6).unwrap().to_f64(), -448.0);
    let unsigned = FloatFormat::new("u", 3, 2, 3, false, Specials::FINITE).unwrap();
    assert_eq!(mapping([-1.0], unsigned).image(-1.0), None);
}

#[test]
fn a_scale_divides_exactly() {
    let s = f64::from(0.1_f32);
    let m = mapping(FP32, INT8).with_scale(s);
    let q = |x: f64| m.image(x).unwrap().to_f64();
    let tie = 2.5 * s;
    assert_eq!(
        (q(tie.next_down()), q(tie), q(tie.next_up())),
        (2.0, 2.0, 3.0)
    );
}

fn pictures() -> Vec<Figure> {
    let hostile = hostile(5, 10, false, Specials::FINITE);
    let mut pictures = vec![essence_in(Lang::En), essence_in(Lang::Zh)];
    let mappings = [
        mapping(FP32, FP8_E8M0FNU),
        mapping(FP32, FP16),
        mapping(FP64, hostile),
        mapping(hostile, hostile),
        mapping(FP8_E4M3FN, INT4),
        mapping(FP8_E4M3FN, INT8),
        mapping(FP8_E5M2, UINT8),
        mapping(INT16, INT8).with_scale(256.0),
        mapping(INT64, FP64),
        mapping(UINT4, UINT2),
        mapping(FP32, BF16).around(1.0, 7),
        mapping(FP32, BF16).around(0.0, 9),
        mapping(FP32, INT8).with_scale(FP32.max() / 127.0),
        mapping(BF16, INT4).between(-8.0, 8.0),
        mapping([1000.0], FP8_E4M3FN),
        mapping([0.5; 20], FP4_E2M1FN),
        mapping([-1e-300, f64::MAX, f64::MIN], INT1),
        mapping([-1.0, -2.0], hostile),
        mapping(FP4_E2M1FN, INT8),
        mapping(INT8, INT4).evenly(),
        mapping(FP16, FP8_E5M2).to_scale(),
    ];
    pictures.extend(mappings.iter().map(Mapping::figure));
    let preimages = [
        preimage(BF16.nearest(1.0), FP32),
        preimage(BF16.value(0x3f81), FP32),
        preimage(FP8_E4M3FN.value(0x7f), FP32),
        preimage(INT8.value(127), FP32),
        preimage(FP16.value(0x7c00), FP64),
        preimage(FP32.value(1), FP16),
        preimage(hostile.value(1), FP64),
        preimage(FP64.value(1), FP64),
    ];
    pictures.extend(preimages.iter().map(Preimage::figure));
    pictures
}

#[test]
fn pictures_keep_to_the_contract() {
    all_keep_to_the_contract(pictures);
}

#[test]
fn names_are_escaped() {
    let hostile = FloatFormat::ieee("<b>\"&", 4, 3);
    let figure = mapping(hostile, INT4).figure();
    assert!(figure.svg().contains("&lt;b&gt;"));
    assert!(!figure.svg().contains("<b>"));
    assert!(figure.text().contains("<b>\"& -> int4"));
}

#[test]
fn labels_are_in_the_notebooks_language() {
    let has = |lang: Lang, words: &str| {
        let shown = contents(essence_in(lang).svg());
        assert!(
            shown.iter().any(|text| text.contains(words)),
            "{words} in {shown:?}"
        );
    };
    has(Lang::En, "Quantization maps");
    has(Lang::En, "out of range");
    has(Lang::Zh, "量化");
    has(Lang::Zh, "超出范围");
    let english = |text: &Text| text.content.contains("value") || text.content.contains("range");
    assert!(!texts(essence_in(Lang::Zh).svg()).iter().any(english));
}

#[test]
fn a_preimage_says_where_its_borders_are() {
    let one = preimage(BF16.nearest(1.0), FP32);
    assert_eq!(
        one.text(),
        "65537 values of float32 become bfloat16 1\n\
         before  0x3f7f7fff  0.998046815395355224609375  ->  0x3f7f  0.996094\n \
          first  0x3f7f8000                 0.998046875  ->  0x3f80         1\n  \
           last  0x3f808000                  1.00390625  ->  0x3f80         1\n \
          after  0x3f808001   1.00390636920928955078125  ->  0x3f81   1.00781"
    );
    let shown = contents(one.figure().svg());
    let tie = "Halfway to a neighbour: 0.998046875 and 1.00390625; the even code 0x3f80 wins.";
    assert!(shown.contains(&tie.to_owned()), "{shown:?}");
    let odd = contents(preimage(BF16.value(0x3f81), FP32).figure().svg());
    assert!(
        odd.iter().any(|text| text.ends_with("0x3f81 is odd.")),
        "{odd:?}"
    );
}

#[test]
fn snapshots() {
    let m = mapping(FP8_E4M3FN, FP4_E2M1FN);
    insta::assert_snapshot!("mapping_text", m.text());
}

#[test]
#[should_panic(expected = "a scale is a positive finite number, not 0")]
fn no_scale_of_zero() {
    let _ = mapping(FP16, INT8).with_scale(0.0);
}

#[test]
#[should_panic(expected = "there are no numbers from 2 to 1")]
fn no_window_upside_down() {
    let _ = mapping(FP16, INT8).between(2.0, 1.0);
}

#[test]
#[should_panic(expected = "a mapping takes finite numbers, not nan")]
fn no_nan() {
    let _ = mapping([f64::NAN], INT8);
}

#[test]
#[should_panic(expected = "this mapping is onto int8")]
fn no_other_target() {
    let _ = mapping(FP16, INT8).preimage(INT4.value(0));
}

#[test]
#[should_panic(expected = "needs one target or more around a finite one")]
fn no_window_of_nothing() {
    let _ = mapping(FP16, INT8).around(1.0, 0);
}
