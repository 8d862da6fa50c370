//! The values in the grids, read back from the pictures.

mod picture;

use mantissa::prelude::*;
use picture::{
    Text, hostile, keeps_to_the_contract, passes_in_chinese, texts, texts_do_not_overlap,
};
use roxmltree::Document;

fn small() -> Vec<DType> {
    let odd = FloatFormat::new("odd", 2, 5, 1, true, Specials::FN).unwrap();
    let unsigned = FloatFormat::p3109(8, 8, Signedness::Unsigned, Domain::Extended).unwrap();
    let tiny = FloatFormat::new("tiny", 5, 2, 1030, true, Specials::FINITE).unwrap();
    let hostile = hostile(4, 3, true, Specials::IEEE);
    let mine = [odd, unsigned, tiny, hostile].map(DType::from);
    dtypes().filter(|d| d.bits() <= 8).chain(mine).collect()
}

/// Columns, and the width and height of a cell.
fn shape(dtype: DType) -> (u64, f64, f64) {
    match dtype.bits() {
        7.. => (16, 50.0, 27.0),
        bits => (1 << bits.div_ceil(2), 100.0, 44.0),
    }
}

/// The text in a code's cell; of two the upper.
fn cell(drawn: &[Text], dtype: DType, code: u64) -> String {
    let (columns, width, height) = shape(dtype);
    let (column, row) = ((code % columns) as f64, (code / columns) as f64);
    let middle = 60.0 + (column + 0.5) * width;
    let top = 104.0 + row * height;
    let found = drawn.iter().find(|text| {
        text.anchor == "middle"
            && (text.x - middle).abs() < 0.01
            && text.y > top
            && text.y < top + height
    });
    found.map(|text| text.content.clone()).unwrap_or_default()
}

/// `-13×2^{-9}`, `2^{-127}`, `0.5`, `inf`, `NaN`.
fn number(text: &str) -> f64 {
    let (sign, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (integer, power) = match magnitude.split_once("2^{") {
        Some((integer, power)) => (integer.trim_end_matches('×'), power.trim_end_matches('}')),
        None => return sign * magnitude.parse::<f64>().unwrap(),
    };
    let integer: f64 = if integer.is_empty() {
        1.0
    } else {
        integer.parse().unwrap()
    };
    // Two steps, since 2^-1074 is not reached in one.
    let power: i32 = power.parse().unwrap();
    sign * integer * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2)
}

#[test]
fn every_cell_holds_its_codes_value() {
    for dtype in small() {
        let drawn = texts(grid(dtype).svg());
        for code in 0..1 << dtype.bits() {
            let shown = number(&cell(&drawn, dtype, code));
            let value = dtype.value(code).to_f64();
            let same = shown.is_nan() && value.is_nan() || shown.to_bits() == value.to_bits();
            assert!(same, "{dtype} {code:#x}: {shown} for {value}");
        }
    }
}

#[test]
fn the_largest_e4m3_number_is_448_at_0x7e() {
    let drawn = texts(grid(FP8_E4M3FN).svg());
    assert_eq!(cell(&drawn, FP8_E4M3FN.into(), 0x7e), "448");
    assert_eq!(cell(&drawn, FP8_E4M3FN.into(), 0x7f), "NaN");
    assert_eq!(cell(&drawn, FP8_E4M3FN.into(), 0x01), "1×2^{-9}");
    let drawn = texts(grid(FP8_E5M2).svg());
    assert_eq!(cell(&drawn, FP8_E5M2.into(), 0x7b), "57344");
    assert_eq!(cell(&drawn, FP8_E5M2.into(), 0xfc), "-inf");
}

/// How many closed parts the path of each fill has.
fn marks(svg: &str, fill: &str) -> usize {
    let document = Document::parse(svg).unwrap();
    let paths = document.descendants().filter(|n| n.has_tag_name("path"));
    let paths = paths.filter(|n| n.attribute("fill") == Some(fill));
    paths
        .map(|n| n.attribute("d").unwrap().matches('z').count())
        .sum()
}

#[test]
fn special_values_are_marked() {
    let (zero, subnormal, infinite, nan, corner) =
        ("#e8ebef", "#d2efe5", "#d3e8f5", "#f5d9e9", "#00795a");
    for dtype in small() {
        let figure = grid(dtype);
        let count = |class: Class| {
            let codes = (0..1_u64 << dtype.bits()).map(|code| dtype.value(code).class());
            codes.filter(|c| *c == class).count()
        };
        assert_eq!(marks(figure.svg(), zero), count(Class::Zero), "{dtype}");
        assert_eq!(
            marks(figure.svg(), subnormal),
            count(Class::Subnormal),
            "{dtype}"
        );
        assert_eq!(
            marks(figure.svg(), infinite),
            count(Class::Infinite),
            "{dtype}"
        );
        assert_eq!(marks(figure.svg(), nan), count(Class::Nan), "{dtype}");
        let legend = usize::from(count(Class::Subnormal) > 0);
        assert_eq!(
            marks(figure.svg(), corner),
            count(Class::Subnormal) + legend,
            "{dtype}"
        );
    }
}

#[test]
fn rows_and_columns_are_named() {
    let contents = |dtype: DType| -> Vec<String> {
        let texts = texts(grid(dtype).svg()).into_iter();
        texts
            .filter(|text| text.mono)
            .map(|text| text.content)
            .collect()
    };
    let eight = contents(FP8_E4M3FN.into());
    assert_eq!(&eight[..2], ["_0", "_1"]);
    assert_eq!(&eight[16..18], ["0x0_", "0x1_"]);
    let four = contents(INT4.into());
    assert_eq!(
        &four[..8],
        [
            "__00", "__01", "__10", "__11", "00__", "01__", "10__", "11__"
        ]
    );
    assert_eq!(&four[8..11], ["0000", "0001", "0010"]); // the codes in the cells
}

#[test]
fn the_text_is_the_grid() {
    assert_eq!(
        grid(FP4_E2M1FN).text(),
        format!(
            "{}\n      __00  __01  __10  __11\n\
             00__     0   0.5     1   1.5\n\
             01__     2     3     4     6\n\
             10__    -0  -0.5    -1  -1.5\n\
             11__    -2    -3    -4    -6",
            grid(FP4_E2M1FN).label()
        )
    );
}

#[test]
fn pictures_keep_to_the_contract() {
    for dtype in small() {
        let figure = grid(dtype);
        keeps_to_the_contract(figure.svg());
        texts_do_not_overlap(figure.svg());
        assert!(!figure.svg().contains("<b>"));
        assert!(
            figure.svg().len() < 40_000,
            "{dtype}: {}",
            figure.svg().len()
        );
    }
}

#[test]
fn words() {
    let shown: Vec<String> = texts(grid(FP8_E5M2).svg())
        .into_iter()
        .map(|t| t.content)
        .collect();
    let expected = match Lang::current() {
        Lang::En => [
            "zero",
            "subnormal",
            "infinity",
            "heavier line: the next exponent",
        ],
        Lang::Zh => ["零", "次正规数", "无穷大", "粗线：下一个指数"],
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
    insta::assert_snapshot!("float4_e2m1fn", picture::lines(grid(FP4_E2M1FN).svg()));
}

#[test]
#[should_panic(
    expected = "a grid shows every code of a format of up to 8 bits, and float16 has 16"
)]
fn too_wide() {
    let _ = grid(FP16);
}
