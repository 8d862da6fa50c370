//! The numbers in the comparison of ranges and precisions, read back from the picture.

mod picture;

use mantissa::prelude::*;
use picture::{
    Rect, hostile, keeps_to_the_contract, passes_in_chinese, rects, texts, texts_do_not_overlap,
};
use roxmltree::Document;

/// The pixel of a power of two, from the labels of two others.
fn pixel(svg: &str, exponent: f64) -> f64 {
    let texts = texts(svg);
    let labels = texts.iter().filter_map(|text| {
        let exponent = text.content.strip_prefix("2^{")?.strip_suffix('}')?;
        Some((exponent.parse::<f64>().ok()?, text.x))
    });
    let labels: Vec<(f64, f64)> = labels.collect();
    let (a, b) = (
        labels[0],
        *labels.iter().find(|label| label.0 != 0.0).unwrap(),
    );
    assert_eq!(a.0, 0.0, "1 is labelled first");
    a.1 + exponent * (b.1 - a.1) / b.0
}

/// The shapes of the normal numbers, from the first format to the last.
fn shapes(svg: &str) -> Vec<Rect> {
    let solid = ["#0072b2", "#8a6200"];
    let shapes = rects(svg).into_iter();
    // The legend has a width of 20.
    shapes
        .filter(|r| solid.contains(&r.fill.as_str()) && r.width != 20.0)
        .collect()
}

/// The corners of the shapes of the subnormal numbers.
fn wedges(svg: &str) -> Vec<Vec<(f64, f64)>> {
    let document = Document::parse(svg).unwrap();
    let polygons = document.descendants().filter(|n| n.has_tag_name("polygon"));
    let points = polygons.map(|n| n.attribute("points").unwrap().to_owned());
    let corners = points.map(|points| {
        let corners = points.split(' ').map(|corner| {
            let (x, y) = corner.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        });
        corners.collect::<Vec<(f64, f64)>>()
    });
    corners.filter(|corners| corners.len() == 4).collect()
}

#[test]
fn shapes_are_as_wide_as_the_ranges_and_as_high_as_the_precisions() {
    let figure = range_precision((FP32, BF16, FP16, FP8_E4M3FN, INT8));
    let svg = figure.svg();
    let shapes = shapes(svg);
    let facts = [
        (-126.0, f64::from(f32::MAX).log2(), 24.0),
        (-126.0, (255.0 / 128.0_f64).log2() + 127.0, 8.0),
        (-14.0, 65504_f64.log2(), 11.0),
        (-6.0, 448_f64.log2(), 4.0),
        (0.0, 127_f64.log2(), 7.0),
    ];
    assert_eq!(shapes.len(), facts.len());
    for (shape, (low, high, bits)) in shapes.iter().zip(facts) {
        assert!((shape.x - pixel(svg, low)).abs() < 0.02, "{shape:?} {low}");
        let right = shape.x + shape.width;
        assert!((right - pixel(svg, high)).abs() < 0.02, "{shape:?} {high}");
        assert!(
            (shape.height - bits * shapes[0].height / 24.0).abs() < 0.002,
            "{shape:?} {bits}"
        );
    }
    assert_eq!(shapes[0].height, 60.0);
}

#[test]
fn subnormal_numbers_lose_a_bit_with_every_halving() {
    let figure = range_precision((FP32, INT8, FP8_E8M0FNU, FP8_E4M3FN));
    let svg = figure.svg();
    let wedges = wedges(svg);
    assert_eq!(wedges.len(), 2, "integers and E8M0 have none");
    for (wedge, (smallest, normal, bits)) in wedges
        .iter()
        .zip([(-149.0, -126.0, 24.0), (-9.0, -6.0, 4.0)])
    {
        let base = wedge[0].1;
        let height = |corner: (f64, f64)| (base - corner.1) / 60.0 * 24.0;
        assert!((wedge[1].0 - pixel(svg, smallest)).abs() < 0.02);
        assert!((wedge[2].0 - pixel(svg, normal)).abs() < 0.02);
        assert!((height(wedge[1]) - 1.0).abs() < 0.002, "{wedge:?}");
        assert!((height(wedge[2]) - bits).abs() < 0.002, "{wedge:?}");
    }
}

#[test]
fn the_text_has_the_numbers() {
    assert_eq!(
        range_precision((FP32, BF16, INT8)).text(),
        "Dynamic range and precision\n  \
           format     smallest  smallest normal        largest  decades  bits  digits\n \
          float32   1.4013e-45    1.1754944e-38  3.4028235e+38     83.4    24     7.2\n\
         bfloat16  9.18355e-41      1.17549e-38    3.38953e+38     78.6     8     2.4\n    \
             int8            1                1            127      2.1     7     2.1"
    );
    let shown: Vec<String> = texts(range_precision(FP32).svg())
        .into_iter()
        .map(|t| t.content)
        .collect();
    for words in [
        "1.4013e-45 ... 3.4028235e+38, 83.4 decades",
        "24 bits ≈ 7.2 digits",
    ] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
}

#[test]
fn pictures_keep_to_the_contract() {
    let hostile = hostile(5, 10, false, Specials::FINITE);
    let subnormal = FloatFormat::new(
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
        1,
        4,
        0,
        true,
        Specials::IEEE,
    )
    .unwrap();
    let large = FloatFormat::new("large", 3, 4, -200, true, Specials::FINITE).unwrap();
    let pictures = [
        range_precision(FLOAT_FORMATS),
        range_precision((FP32, BF16, FP16, FP8_E5M2, FP8_E4M3FN, FP4_E2M1FN, INT8)),
        range_precision(hostile),
        range_precision((hostile, FP64, UINT64, INT2)),
        range_precision([subnormal]),
        range_precision([large, FP4_E2M1FN]),
        range_precision(UINT1),
        range_precision(&INT_FORMATS[..20]),
    ];
    for figure in pictures {
        keeps_to_the_contract(figure.svg());
        texts_do_not_overlap(figure.svg());
        assert!(!figure.svg().contains("<b>"));
    }
}

#[test]
fn ends_stay_under_the_axis() {
    let large = FloatFormat::new("large", 3, 4, -200, true, Specials::FINITE).unwrap();
    let small = FloatFormat::new("small", 3, 4, 300, true, Specials::FINITE).unwrap();
    let texts = texts(range_precision([large, small]).svg());
    let ends: Vec<(f64, f64)> = texts
        .iter()
        .filter(|text| text.content.contains("decades"))
        .map(|text| (text.x, text.content.len() as f64 * 6.0 / 2.0))
        .collect();
    let bits = texts
        .iter()
        .find(|text| text.content.contains("bits ≈"))
        .unwrap();
    let name = texts.iter().find(|text| text.content == "large").unwrap();
    assert_eq!(ends.len(), 2);
    for (middle, half) in ends {
        assert!(middle + half < bits.x, "{texts:?}");
        assert!(middle - half > name.x + 30.0, "{texts:?}");
    }
}

#[test]
fn words() {
    let figure = range_precision((BF16, INT4));
    let shown: Vec<String> = texts(figure.svg()).into_iter().map(|t| t.content).collect();
    let expected = match Lang::current() {
        Lang::En => [
            "Dynamic range and precision",
            "8 bits ≈ 2.4 digits",
            "up to 3 bits",
        ],
        Lang::Zh => ["动态范围与精度", "8 位 ≈ 2.4 位十进制", "最多 3 位"],
    };
    for word in expected {
        assert!(shown.contains(&word.to_owned()), "{word} in {shown:?}");
    }
}

#[test]
fn in_chinese_too() {
    if Lang::current() == Lang::En {
        passes_in_chinese("pictures_keep_to_the_contract");
        passes_in_chinese("words");
    }
}

#[test]
fn snapshot() {
    let figure = range_precision((BF16, FP16, INT8));
    insta::assert_snapshot!("three_formats", picture::lines(figure.svg()));
}

#[test]
#[should_panic(expected = "int1 has no positive number")]
fn nothing_positive() {
    let _ = range_precision(INT1);
}

#[test]
#[should_panic(expected = "at least one format")]
fn nothing() {
    let _ = range_precision(Vec::<FloatFormat>::new());
}

#[test]
fn the_most_formats_are_no_large_picture() {
    assert!(range_precision([FP8_E4M3FNUZ; 32]).svg().len() < 60_000);
}

#[test]
#[should_panic(expected = "range_precision draws at most 32 formats, not 33")]
fn too_many() {
    let _ = range_precision([FP32; 33]);
}
