//! The numbers in the bit diagrams, read back from the pictures.

mod bits;
mod picture;

use bits::{below, cells, evaluate};
use mantissa::prelude::*;
use picture::{keeps_to_the_contract, lines, texts, texts_do_not_overlap};

/// A line of the text form, without its name.
fn line<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no line {name} in {text}"))
        .trim()
}

fn every_format() -> Vec<DType> {
    let p3109 = FloatFormat::p3109(8, 1, Signedness::Unsigned, Domain::Extended).unwrap();
    let odd = FloatFormat::new("odd", 3, 2, -5, false, Specials::FINITE).unwrap();
    let long = FloatFormat::ieee("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", 2, 1);
    let wide = FloatFormat::ieee("wide", 11, 30);
    let mine = [p3109, odd, long, wide].map(DType::from);
    dtypes().chain(mine).collect()
}

/// Codes with every kind of bits in them.
fn some_codes(dtype: DType) -> [u64; 7] {
    let all = u64::MAX >> (64 - dtype.bits());
    let half = all >> 1;
    [
        0,
        1,
        half,
        half - half / 3,
        half + 1,
        all,
        0x3c71_9a5f_0e2d_b486 & all,
    ]
}

#[test]
fn the_cells_hold_the_code() {
    for dtype in every_format() {
        for code in some_codes(dtype) {
            let value = Value::new(dtype, code);
            let digits: String = cells(bits(value).svg())
                .into_iter()
                .map(|t| t.content)
                .collect();
            assert_eq!(digits, value.binary(), "{value:?}");
        }
    }
}

#[test]
fn float32s_exponent_weighs_2_7_to_2_0_and_its_fraction_2_1_to_2_23() {
    let figure = bits(FP32.nearest(1.0 / 3.0));
    let cells = cells(figure.svg());
    assert_eq!(below(figure.svg(), &cells[0]), ["+"]);
    for i in 0..8 {
        assert_eq!(
            below(figure.svg(), &cells[1 + i]),
            [format!("2^{{{}}}", 7 - i)]
        );
    }
    let fraction = |i: usize| below(figure.svg(), &cells[8 + i]).pop();
    let shown: Vec<usize> = (1..=23).filter(|&i| fraction(i).is_some()).collect();
    for &i in &shown {
        assert_eq!(fraction(i), Some(format!("2^{{−{i}}}")));
    }
    assert!(
        shown.len() > 12 && shown[0] == 1 && shown.ends_with(&[23]),
        "{shown:?}"
    );
}

#[test]
fn one_third_in_three_formats() {
    let text = bits(FP32.nearest(1.0 / 3.0)).text();
    assert_eq!(
        line(&text, "exponent"),
        "01111101 = 125,  125 - bias 127 = -2"
    );
    assert_eq!(
        line(&text, "value"),
        "(-1)^0 × 2^(125 - 127) × 1.33333337306976318359375"
    );
    assert!(
        text.contains("\n             = 0.3333333432674407958984375\n"),
        "{text}"
    );

    let text = bits(FP16.nearest(1.0 / 3.0)).text();
    assert!(text.contains("\n0 01101 0101010101\n"), "{text}");
    assert_eq!(line(&text, "value"), "(-1)^0 × 2^(13 - 15) × 1.3330078125");

    let text = bits(BF16.nearest(1.0 / 3.0)).text();
    assert!(text.contains("\n0 01111101 0101011\n"), "{text}");
    assert_eq!(line(&text, "value"), "(-1)^0 × 2^(125 - 127) × 1.3359375");
}

#[test]
fn the_formula_gives_the_value() {
    for dtype in every_format() {
        let DType::Float(format) = dtype else {
            continue;
        };
        let codes: Vec<u64> = match format.bits() {
            ..=8 => (0..1 << format.bits()).collect(),
            _ => some_codes(dtype).to_vec(),
        };
        for value in codes
            .iter()
            .map(|&code| format.value(code))
            .filter(Value::is_finite)
        {
            let text = bits(value).text();
            // 2^-1074 is out of powi's reach.
            if value.to_f64().abs() > 1e-300 || value == 0.0 {
                let product = evaluate(line(&text, "value"));
                assert_eq!(
                    product.to_bits(),
                    value.to_f64().to_bits(),
                    "{value:?}\n{text}"
                );
            }
            assert_eq!(
                line(&text, &format!("{:13}=", "")).trim(),
                value.decimal(),
                "{text}"
            );
        }
    }
}

#[test]
fn the_picture_and_the_text_say_the_same() {
    for value in [
        FP16.nearest(-0.1),
        FP8_E4M3FN.value(0x7e),
        INT8.value(0xbb),
        FP16.value(3),
    ] {
        let figure = bits(value);
        let drawn = texts(figure.svg());
        let formulas = drawn.iter().filter(|t| t.mono && t.anchor.is_empty());
        let said = figure.text().replace(['(', ')'], "");
        let mut count = 0;
        for formula in formulas {
            let written = formula
                .content
                .replace(['{', '}', '(', ')'], "")
                .replace('−', "-");
            assert!(said.contains(&written), "{written} in {said}");
            count += 1;
        }
        assert!(count >= 4, "{drawn:?}");
    }
}

#[test]
fn integers_are_the_sum_of_their_weights() {
    for format in [INT1, INT2, INT4, INT8, UINT4, UINT8] {
        for value in format.values() {
            let text = bits(value).text();
            let sum = line(&text, "value").replace("no bit is 1", "0");
            let sum: i128 = sum
                .split(" + ")
                .map(|term| term.parse::<i128>().unwrap())
                .sum();
            assert_eq!(Some(sum), value.to_i128(), "{text}");
            assert_eq!(text.contains("\ncheck"), value.negative());
        }
    }
}

#[test]
fn the_top_bit_of_twos_complement_weighs_minus_2_to_the_n_minus_1() {
    let figure = bits(INT8.value(0xbb));
    let cells = cells(figure.svg());
    assert_eq!(below(figure.svg(), &cells[0]), ["−2^{7}", "−128"]);
    for (i, cell) in cells.iter().enumerate().skip(1) {
        let weights = [format!("2^{{{}}}", 7 - i), (1 << (7 - i)).to_string()];
        assert_eq!(below(figure.svg(), cell), weights);
    }
    assert_eq!(line(&figure.text(), "check"), "187 - 2^8 = -69");
    let wide = bits(INT64.value(1 << 63)).text();
    assert_eq!(line(&wide, "value"), "-2^63");
    assert!(wide.contains("= -9223372036854775808"), "{wide}");
}

#[test]
fn special_codes_say_what_they_are_and_why() {
    for (value, why, what) in [
        (
            FP32.nearest(f64::INFINITY),
            "exponent all ones, fraction 0: infinity",
            "= +∞",
        ),
        (
            FP16.value(0xfc00),
            "exponent all ones, fraction 0: infinity",
            "= -∞",
        ),
        (
            FP16.value(0x7e00),
            "fraction not 0: NaN (top fraction bit 1: quiet)",
            "= NaN",
        ),
        (
            FP16.value(0x7c01),
            "fraction not 0: NaN (top fraction bit 0: signaling)",
            "= NaN",
        ),
        (
            FP8_E4M3FN.value(0x7f),
            "exponent and fraction all ones: NaN",
            "= NaN",
        ),
        (
            FP8_E4M3FNUZ.value(0x80),
            "not minus zero but the one NaN",
            "= NaN",
        ),
        (FP8_E8M0FNU.value(0xff), "exponent all ones: NaN", "= NaN"),
        (FP16.value(0x8000), "(-1)^1 × 2^(1 - 15) × 0", "= -0"),
    ] {
        let text = bits(value).text();
        assert!(text.contains(why) && text.contains(what), "{text}");
    }
    let extended = FloatFormat::p3109(8, 3, Signedness::Signed, Domain::Extended).unwrap();
    let text = bits(extended.value(0x7f)).text();
    assert!(
        text.contains("just above the largest number: infinity"),
        "{text}"
    );
}

#[test]
fn formats_that_are_not_ieee_say_how() {
    let quirk = |value| {
        bits(value)
            .text()
            .lines()
            .find(|l| l.starts_with("format"))
            .map(str::to_owned)
    };
    assert_eq!(quirk(FP16.nearest(1)), None);
    assert_eq!(quirk(INT8.value(1)), None);
    assert!(
        quirk(FP8_E8M0FNU.nearest(1))
            .unwrap()
            .contains("no sign; no zero")
    );
    assert!(
        quirk(FP8_E5M2FNUZ.nearest(1))
            .unwrap()
            .contains("the code of -0 is the only NaN")
    );
    assert!(quirk(FP4_E2M1FN.nearest(1)).unwrap().contains("no NaN"));
}

#[test]
fn a_long_decimal_is_whole_in_the_text_and_shortened_in_the_picture() {
    let figure = bits(FP64.value(1));
    assert!(figure.text().contains(&FP64.value(1).decimal()));
    assert!(figure.svg().contains("more digits"));
    assert!(figure.svg().contains("≈ 4.94066e−324"));
    // 149 places fit.
    let smallest = bits(FP32.value(1));
    let drawn: String = texts(smallest.svg())
        .iter()
        .map(|t| t.content.as_str())
        .collect();
    let digits: String = drawn.replace(' ', "");
    assert!(digits.contains(&FP32.value(1).decimal()), "{digits}");
}

#[test]
fn every_picture_keeps_to_the_contract() {
    for dtype in every_format() {
        for code in some_codes(dtype) {
            let figure = bits(Value::new(dtype, code));
            keeps_to_the_contract(figure.svg());
            texts_do_not_overlap(figure.svg());
            assert_eq!(figure, bits(Value::new(dtype, code)));
        }
    }
}

#[test]
fn a_hostile_name_is_escaped() {
    let format = FloatFormat::ieee("<b>\"&", 5, 3);
    let figure = bits(format.nearest(2.5));
    keeps_to_the_contract(figure.svg());
    assert!(texts(figure.svg()).iter().any(|t| t.content == "<b>\"&"));
    let html = figure.html().into_string();
    assert!(!html.contains("<b>"), "{html}");
}

#[test]
fn snapshots() {
    insta::assert_snapshot!(
        "third_in_float16",
        lines(bits(FP16.nearest(1.0 / 3.0)).svg())
    );
    insta::assert_snapshot!("minus_7_in_int4", lines(bits(INT4.value(9)).svg()));
    insta::assert_snapshot!("text_of_third", bits(BF16.nearest(1.0 / 3.0)).text());
}

#[test]
fn an_inline_figure_is_the_svg_itself() {
    let figure = bits(FP16.nearest(0.1));
    assert_eq!(figure.inline().html().into_string(), figure.svg());
    assert_eq!(figure.inline().text(), figure.text());
    assert!(figure.html().into_string().starts_with("<img "));
}
