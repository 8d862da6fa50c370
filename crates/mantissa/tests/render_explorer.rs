//! The bit explorer: what its HTML holds, and its script's codec against the library's, under node.

#[path = "explorer/exam.rs"]
mod exam;

use exam::{Exam, codes, custom, data, every_format, html, script};
use mantissa::prelude::*;

/// A decimal nudged away from zero or toward it by at most 1e-41.
fn nudged(decimal: &str, away: bool) -> String {
    let (sign, magnitude) = match decimal.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", decimal),
    };
    let (whole, places) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let mut digits = format!("{whole}{places:0<41}").into_bytes();
    let point = whole.len();
    if away {
        digits.push(b'1');
    } else {
        digits.push(b'0');
        // Subtract one in the last place.
        for digit in digits.iter_mut().rev() {
            if *digit > b'0' {
                *digit -= 1;
                break;
            }
            *digit = b'9';
        }
    }
    let digits = String::from_utf8(digits).unwrap();
    format!("{sign}{}.{}", &digits[..point], &digits[point..])
}

#[test]
fn nudges() {
    let zeros = "0".repeat(38);
    assert_eq!(nudged("-1.125", true), format!("-1.125{zeros}1"));
    assert_eq!(nudged("20", false), format!("19.{}", "9".repeat(42)));
}

#[test]
fn the_script_decodes_and_steps_like_the_library() {
    let mut exam = Exam::default();
    for dtype in every_format() {
        exam.format(dtype);
        for code in codes(dtype, 3000) {
            exam.decode(dtype.value(code));
        }
    }
    exam.grade("decode");
}

#[test]
fn the_exam_has_a_signed_format_without_zero() {
    let specials = Specials {
        zero: false,
        ..Specials::FINITE
    };
    let gap = custom("mine", 3, 0, 3, true, specials);
    assert!(every_format().contains(&gap.into()));
    let smallest = gap.value(0);
    assert_eq!(smallest.next_down(), Some(gap.value(0b1000)));
}

#[test]
fn the_script_rounds_decimals_once() {
    let mut exam = Exam::default();
    for dtype in every_format().into_iter().filter(|d| d.bits() <= 32) {
        exam.format(dtype);
        for code in codes(dtype, 400) {
            let value = dtype.value(code);
            if value.is_finite() {
                exam.encode(dtype, &value.decimal(), value.to_f64());
            }
            // The middle between two neighbours, and what is just beside it.
            let Some(next) = value.next_up().filter(|next| next.is_finite()) else {
                continue;
            };
            if !value.is_finite() || next == 0.0 || value == 0.0 && value.negative() {
                continue;
            }
            let middle = (value.to_f64() + next.to_f64()) / 2.0;
            let text = FP64.nearest(middle).decimal();
            exam.encode(dtype, &text, middle);
            let code = |value: Value| format!("{:#x}", value.code());
            if middle == 0.0 {
                // The gap of a format without zero.
                exam.ask(dtype, "-1e-41", code(value));
                exam.ask(dtype, "1e-41", code(next));
                continue;
            }
            let (inner, outer) = if middle > 0.0 {
                (value, next)
            } else {
                (next, value)
            };
            exam.ask(dtype, &nudged(&text, false), code(inner));
            exam.ask(dtype, &nudged(&text, true), code(outer));
        }
    }
    exam.grade("encode");
}

#[test]
fn the_script_follows_each_formats_overflow_rule() {
    let mut exam = Exam::default();
    for dtype in every_format() {
        exam.format(dtype);
        for (text, x) in [
            ("1e400", 1e300 * 1e300),
            ("-1e400", -1e300 * 1e300),
            ("1e999999999999", f64::INFINITY),
            ("1e-400", 0.0),
            ("-1e-400", -0.0),
            ("0", 0.0),
            ("-0", -0.0),
            ("inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("∞", f64::INFINITY),
            ("nan", f64::NAN),
            ("1/3", 1.0 / 3.0),
            ("-2/7", -2.0 / 7.0),
            ("0.1", 0.1),
            (" 5. ", 5.0),
            ("+.5e+1", 5.0),
            ("1 000", 1000.0),
            ("6.1E-5", 6.1e-5),
            ("\u{2212}1.5", -1.5),
            ("\u{ff11}\u{ff0e}\u{ff15}", 1.5),
        ] {
            // A nonzero number too small for a format without zero is its smallest, not a NaN.
            let tiny = text.ends_with("e-400").then(|| x.signum() * 5e-324);
            match dtype {
                DType::Float(format) if !format.specials().zero => {
                    exam.encode(dtype, text.trim(), tiny.unwrap_or(x));
                }
                _ if matches!(dtype, DType::Int(_)) && text.contains("e4") => {
                    exam.encode(dtype, text, x.clamp(-1e300, 1e300));
                }
                _ if matches!(dtype, DType::Int(_)) && text.contains("e9") => {
                    exam.encode(dtype, text, 1e300);
                }
                _ => exam.encode(dtype, text.trim(), x),
            }
        }
        if let DType::Float(format) = dtype {
            // Half an ulp beyond the largest number, where overflow begins or the tie stays.
            let largest = format.nearest(format.max());
            let edge = format.max() + largest.ulp() / 2.0;
            if edge.is_finite() && dtype.bits() <= 32 {
                let text = FP64.nearest(edge).decimal();
                let beyond = f64::INFINITY;
                exam.encode(dtype, &text, edge);
                exam.encode(dtype, &nudged(&text, false), format.max());
                exam.encode(dtype, &nudged(&text, true), beyond);
            }
        }
    }
    exam.grade("overflow");
}

#[test]
fn what_is_no_number_is_refused_with_the_reason() {
    let mut exam = Exam::default();
    exam.format(FP16.into());
    for text in [
        "", "-", "abc", "1e", "1,5", "0x10", "1/0", "1/2/3", "1e5/2", "1..5", "<b>",
    ] {
        let refusal = format!(
            "! {text} is not a number: type a decimal such as -0.5 or 6.1e-5, a fraction such as \
             1/3, inf or nan"
        );
        exam.ask(FP16.into(), text, refusal);
    }
    exam.grade("refusals");
}

#[test]
fn formulas_have_the_numbers_put_in() {
    let mut exam = Exam::default();
    for (dtype, code, explained) in [
        (
            DType::from(FP16),
            0x3555,
            "s = 0 | E = 13, 13 − 15 = −2 | f = 341 | (−1)^{s} × 2^{E − bias} × (1 + f/2^{10}) | \
             = (−1)^{0} × 2^{13 − 15} × (1 + 341/1024) | = 2^{−2} × 1.3330078125",
        ),
        (
            FP8_E5M2.into(),
            0x83,
            "s = 1 | E = 0, 1 − 15 = −14 | f = 3 | (−1)^{s} × 2^{1 − bias} × (0 + f/2^{2}) | \
             = (−1)^{1} × 2^{1 − 15} × (0 + 3/4) | = −2^{−14} × 0.75",
        ),
        (
            FP8_E8M0FNU.into(),
            0x00,
            "E = 0, 0 − 127 = −127 | 2^{E − bias} | = 2^{0 − 127} | = 2^{−127}",
        ),
        (
            custom("negative bias", 2, 1, -2, false, Specials::FINITE).into(),
            0b111,
            "E = 3, 3 + 2 = 5 | f = 1 | 2^{E − bias} × (1 + f/2^{1}) | = 2^{3 + 2} × (1 + 1/2) | \
             = 2^{5} × 1.5",
        ),
        (
            FP8_E4M3FN.into(),
            0xff,
            "s = 1 | E = 15 | f = 7 | all ones: NaN",
        ),
        (INT8.into(), 0xa1, " |  | −2^{7} + 2^{5} + 2^{0}"),
        (UINT4.into(), 0, " | 0"),
    ] {
        exam.format(dtype);
        exam.question("X", dtype, &code.to_string(), explained.to_owned());
    }
    exam.grade("formulas");
}

#[test]
fn the_rounding_error_is_told_in_ulps() {
    let mut exam = Exam::default();
    for (dtype, text, remark) in [
        // 0.1 becomes 0.0999755859375, 2.44140625e-5 less; an ulp is 2^-14.
        (
            DType::from(FP16),
            "0.1",
            "Rounded to the nearest, 0.4 ulp below what you typed.",
        ),
        (
            FP32.into(),
            "1/3",
            "Rounded to the nearest, 0.333 ulp above what you typed.",
        ),
        (
            FP32.into(),
            "-1/3",
            "Rounded to the nearest, 0.333 ulp below what you typed.",
        ),
        (
            FP16.into(),
            "2049.000001",
            "Rounded to the nearest, 0.5 ulp above what you typed.",
        ),
        (
            FP16.into(),
            "1.00000001",
            "Rounded to the nearest, < 0.001 ulp below what you typed.",
        ),
        (
            INT8.into(),
            "2.5",
            "Rounded to the nearest, 0.5 ulp below what you typed.",
        ),
        (
            FP16.into(),
            "-0.375",
            "Exact: the format holds this number.",
        ),
        (
            FP16.into(),
            "65520",
            "Outside the format's range; its rule gives inf.",
        ),
        (
            FP4_E2M1FN.into(),
            "7.5",
            "Outside the format's range; its rule gives 6.",
        ),
        (
            FP8_E8M0FNU.into(),
            "-2",
            "Outside the format's range; its rule gives nan.",
        ),
    ] {
        exam.format(dtype);
        exam.question("R", dtype, text, remark.to_owned());
    }
    exam.grade("remarks");
}

#[test]
fn starts_at_a_value_or_near_one() {
    for dtype in every_format() {
        let value = explorer(dtype).value();
        let distance = (value.to_f64() - 1.0).abs();
        for other in [value.next_up(), value.next_down()].into_iter().flatten() {
            assert!(distance <= (other.to_f64() - 1.0).abs(), "{value:?}");
        }
    }
    let start = FP16.nearest(1.0 / 3.0);
    let data = data(&explorer(start));
    assert!(data.contains(r#""code":"0x3555""#), "{data}");
    assert!(data.contains(
        r#""format":{"name":"float16","bits":16,"signed":true,"float":{"exponent_bits":5,"mantissa_bits":10,"bias":15,"nan":"top_exponent","infinity":true,"zero":true}}"#
    ));
}

#[test]
fn names_are_escaped() {
    let name = "</script><b>\"&'\\";
    let hostile = explorer(custom(name, 3, 4, 3, true, Specials::IEEE));
    let html = html(&hostile);
    assert_eq!(html.matches("</script>").count(), 1);
    assert!(!html.contains("<b>"));
    assert!(data(&hostile).starts_with(r#"{"format":{"name":"</script><b>\"&'\\","bits":8"#));
}

#[test]
fn it_is_small_alone_and_deterministic() {
    for dtype in every_format() {
        for code in codes(dtype, 0) {
            if code % 37 > 2 {
                continue;
            }
            let html = html(&explorer(dtype.value(code)));
            assert!(html.len() < 60_000, "{dtype}: {} bytes", html.len());
        }
    }
    let text = html(&explorer(BF16));
    assert_eq!(text, html(&explorer(BF16)));
    for absent in [
        " id=",
        "<style",
        "class=",
        "http://",
        "https://",
        "localStorage",
        "window.",
    ] {
        assert!(!text.contains(absent), "{absent}");
    }
    let script = script(&explorer(BF16));
    assert!(script.starts_with("(function () {\n\"use strict\";"));
    assert!(script.ends_with("mount(document.currentScript);\n})();"));
}

#[test]
fn without_scripts_the_picture_and_the_text_remain() {
    let third = FP16.nearest(1.0 / 3.0);
    let html = html(&explorer(third));
    let picture = bits(third).html().into_string();
    assert!(html.find(&picture).unwrap() < html.find("<script>").unwrap());
    let text = explorer(third).text();
    assert!(text.starts_with(bits(third).text().trim_end()));
    assert!(text.ends_with(
        "ulp: 0.000244140625\nprevious: 0.3330078125 (0x3554)\nnext: 0.33349609375 (0x3556)"
    ));
    assert!(explorer(INT4.value(7)).text().ends_with("next: none"));
}
