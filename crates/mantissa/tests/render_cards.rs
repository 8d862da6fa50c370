//! The numbers in the cards, read back from their HTML and their text.

mod card;
mod picture;

use card::{content, is_a_card, row, table};
use mantissa::prelude::*;
use picture::keeps_to_the_contract;
use roxmltree::Document;

fn number(text: &str) -> f64 {
    text.replace('−', "-")
        .replace('\u{2009}', "")
        .parse()
        .unwrap()
}

/// Evaluates `−(2 − 2^{−7}) × 2^{127}`, `1.75 × 2^{8}`, `2^{−9}, and what it means`.
fn formula(text: &str) -> f64 {
    let text = text.split(", ").next().unwrap();
    let (sign, text) = match text.strip_prefix('−') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let power = |text: &str| {
        let inner = text
            .strip_prefix("2^{")
            .and_then(|rest| rest.strip_suffix('}'));
        inner.map(|inner| f64::powi(2.0, inner.replace('−', "-").parse().unwrap()))
    };
    let factor = |text: &str| match text.strip_prefix("(2 − ") {
        Some(rest) => 2.0 - power(rest.trim_end_matches(')')).unwrap(),
        None => power(text).unwrap_or_else(|| text.parse().unwrap()),
    };
    sign * text.split(" × ").map(factor).product::<f64>()
}

fn every_float_format() -> Vec<FloatFormat> {
    let p3109 = FloatFormat::p3109(8, 1, Signedness::Unsigned, Domain::Extended).unwrap();
    let binary5 = FloatFormat::p3109(5, 3, Signedness::Signed, Domain::Extended).unwrap();
    FLOAT_FORMATS
        .iter()
        .copied()
        .chain([p3109, binary5])
        .collect()
}

#[test]
fn the_line_on_top_is_torchs() {
    for format in every_float_format() {
        let info = finfo(format);
        assert_eq!(info.text(), info.to_string());
        let html = info.html().into_string();
        let document = Document::parse(&html).unwrap();
        let printed = document
            .descendants()
            .find(|n| n.has_tag_name("pre"))
            .unwrap();
        assert_eq!(content(printed), info.to_string());
    }
    let html = iinfo(INT4).html().into_string();
    assert!(
        content(Document::parse(&html).unwrap().root_element())
            .starts_with("iinfo(min=-8, max=7, dtype=int4)")
    );
    assert_eq!(iinfo(INT4).text(), "iinfo(min=-8, max=7, dtype=int4)");
}

#[test]
fn finfos_table_has_the_formats_numbers_twice() {
    for format in every_float_format() {
        let html = finfo(format).html().into_string();
        is_a_card(&html);
        let mut expected = vec![
            ("max", format.max()),
            ("smallest normal", format.smallest_normal()),
            ("eps", format.eps()),
        ];
        if format.min() != 0.0 {
            expected.push(("min", format.min()));
        }
        if format.specials().zero && format.mantissa_bits() > 0 {
            expected.push(("smallest subnormal", format.smallest_positive()));
        } else {
            assert_eq!(row(&html, "smallest subnormal"), ["none"]);
        }
        for (name, x) in expected {
            let cells = row(&html, name);
            assert_eq!(number(&cells[0]), x, "{name} of {format}");
            // powi has no subnormals below 2^-1022.
            if x.abs() > 1e-300 {
                assert_eq!(formula(&cells[1]), x, "{name} of {format}");
            }
        }
    }
    let html = finfo(FP32).html().into_string();
    assert!(
        html.contains("title=\"340282346638528859811704183484516925440\""),
        "{html}"
    );
    assert_eq!(
        row(&html, "resolution")[1],
        "10^{−6}, 6 decimal digits always survive"
    );
}

#[test]
fn the_card_claims_no_number_that_the_format_lacks() {
    let one = "2^{−2}, from 1 to the next number";
    let relative = "2^{−2}, the gap above a power of two, relative to it";
    for (bias, eps) in [
        (3, one),
        // From 2^-19 to 1.75 * 2^-13.
        (20, relative),
        // 1 is a subnormal number.
        (0, relative),
        // 1 is a subnormal number's neighbour, the smallest normal one.
        (1, one),
    ] {
        let format = FloatFormat::new("mine", 3, 2, bias, true, Specials::IEEE).unwrap();
        let card = finfo(format).html().into_string();
        assert_eq!(row(&card, "eps")[1], eps, "bias {bias}");
        assert_eq!(row(&card, "smallest normal").len(), 2);
    }
    // 1 is the largest number.
    let ends = FloatFormat::new("mine", 2, 0, 2, true, Specials::IEEE).unwrap();
    assert_eq!(ends.max(), 1.0);
    let card = finfo(ends).html().into_string();
    assert!(
        row(&card, "eps")[1].ends_with("relative to it"),
        "{:?}",
        row(&card, "eps")
    );
    let subnormal = FloatFormat::new("mine", 1, 3, 0, true, Specials::IEEE).unwrap();
    let card = finfo(subnormal).html().into_string();
    assert_eq!(row(&card, "smallest normal"), ["none"]);
    assert!(
        finfo(subnormal)
            .to_string()
            .contains("smallest_normal=2, tiny=2")
    );
}

#[test]
fn the_codes_add_up() {
    for format in every_float_format() {
        let html = finfo(format).html().into_string();
        let cells = row(&html, "codes");
        let all = number(&cells[0]);
        let kinds: Vec<f64> = cells[1]
            .split(", ")
            .map(|part| number(part.split(' ').next().unwrap()))
            .collect();
        assert_eq!(kinds.iter().sum::<f64>(), all, "{format}");
        if format.bits() <= 16 {
            let count = |class| format.values().filter(|v| v.class() == class).count() as f64;
            assert_eq!(
                kinds[1..],
                [count(Class::Infinite), count(Class::Nan)],
                "{format}"
            );
        }
    }
    assert!(
        row(&finfo(FP32).html().into_string(), "codes")[1]
            .ends_with("16\u{2009}777\u{2009}214 NaN")
    );
}

#[test]
fn iinfos_table_is_exact() {
    for format in INT_FORMATS {
        let html = iinfo(*format).html().into_string();
        is_a_card(&html);
        let exact = |name| {
            row(&html, name)[0]
                .replace('−', "-")
                .replace('\u{2009}', "")
        };
        assert_eq!(exact("min"), format.min().to_string());
        assert_eq!(exact("max"), format.max().to_string());
        assert_eq!(exact("values"), (1u128 << format.bits()).to_string());
    }
    let html = iinfo(INT8).html().into_string();
    assert_eq!(row(&html, "min"), ["−128", "−2^{7}"]);
    assert_eq!(row(&html, "max"), ["127", "2^{7} − 1"]);
    assert_eq!(
        row(&iinfo(UINT8).html().into_string(), "max"),
        ["255", "2^{8} − 1"]
    );
}

#[test]
fn a_format_by_itself() {
    let text = BF16.text();
    assert!(text.starts_with("bfloat16: 16 bits = 1 sign + 8 exponent + 7 fraction, bias 127\n"));
    assert_eq!(text, DType::from(BF16).text());
    assert!(
        INT8.text()
            .starts_with("int8: 8 bits = 1 top bit + 7 value bits, two's complement\n")
    );
    let html = FP8_E8M0FNU.html().into_string();
    is_a_card(&html);
    assert!(row(&html, "special codes")[0].contains("no zero, no subnormals"));
    insta::assert_snapshot!("bfloat16_text", text);
}

#[test]
fn a_values_card_has_its_neighbours() {
    let third = FP16.nearest(1.0 / 3.0);
    let html = third.html().into_string();
    is_a_card(&html);
    assert_eq!(row(&html, "value"), ["0.333251953125"]);
    assert_eq!(row(&html, "ulp"), ["0.000244140625", "2^{−12}"]);
    assert_eq!(row(&html, "next down"), ["0.3330078125", "0x3554"]);
    assert_eq!(row(&html, "next up"), ["0.33349609375", "0x3556"]);
    assert_eq!(
        third.text(),
        "0.333251953125 (float16 0x3555)\n\
         bits       0 01101 0101010101\n\
         class      normal number\n\
         ulp        0.000244140625  2^-12\n\
         next down  0.3330078125    0x3554\n\
         next up    0.33349609375   0x3556\n\
         exact      0.333251953125\n"
    );
    for format in every_float_format() {
        for code in [
            0,
            1,
            u64::MAX >> (64 - format.bits()),
            1 << (format.bits() - 1),
        ] {
            let value = format.value(code);
            let html = value.html().into_string();
            is_a_card(&html);
            let document = Document::parse(&html).unwrap();
            assert!(content(document.root_element()).contains(&value.hex()));
            assert!(value.text().contains(&value.decimal()), "{value:?}");
            let up = row(&html, "next up").pop().unwrap();
            assert_eq!(
                up,
                value.next_up().map_or("none".to_owned(), |next| next.hex())
            );
        }
    }
    assert_eq!(
        row(&INT8.value(0x7f).html().into_string(), "next up"),
        ["none"]
    );
}

#[test]
fn memory_in_gb_and_gib() {
    let ten = memory("10B", FP64);
    assert_eq!(ten.text(), "10B x float64 = 80.0 GB = 74.506 GiB");
    let html = ten.html().into_string();
    is_a_card(&html);
    let all = content(Document::parse(&html).unwrap().root_element());
    for part in [
        "10B × float64",
        "80.0 GB",
        "74.506 GiB",
        "10^{9} bytes",
        "2^{30} bytes",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
    let reckoned = all.replace('\u{2009}', "");
    assert!(
        reckoned.ends_with("10000000000 × 64 bits / 8 = 80000000000 bytes"),
        "{reckoned}"
    );
    let mxfp4 = memory("7B", FP4_E2M1FN)
        .with_scales(32, FP8_E8M0FNU)
        .html()
        .into_string();
    let all = content(Document::parse(&mxfp4).unwrap().root_element()).replace('\u{2009}', "");
    assert!(
        all.ends_with("7000000000 × 4 bits / 8 + 218750000 for scales = 3718750000 bytes"),
        "{all}"
    );
}

#[test]
fn a_name_with_the_signs_of_the_text_form_breaks_no_card() {
    let format = FloatFormat::ieee("x = y x z", 5, 2);
    let models = [memory("3B", format), memory("2B", format)];
    let all = content(
        Document::parse(&models[0].html().into_string())
            .unwrap()
            .root_element(),
    );
    for part in ["3B × x = y x z", "3.0 GB", "2.794 GiB"] {
        assert!(all.contains(part), "{part} in {all}");
    }
    let bars = memory_bars(models);
    assert!(
        bars.text()
            .contains("3B × x = y x z  8 bits  3.0 GB  2.794 GiB"),
        "{}",
        bars.text()
    );
}

#[test]
fn a_small_tensor_is_a_table() {
    let t = tensor(
        [[1.0, -2.5, 1.0 / 3.0], [f64::NAN, f64::INFINITY, 1e-7]],
        FP16,
    );
    assert_eq!(t.text(), t.to_string());
    let html = t.html().into_string();
    is_a_card(&html);
    assert_eq!(
        table(&html),
        [
            vec!["", "0", "1", "2"],
            vec!["0", "1", "−2.5", "0.33325"],
            vec!["1", "nan", "inf", "1.1921e−07"]
        ]
    );
    assert!(html.contains("title=\"0.333251953125 = 0x3555\""), "{html}");
    assert!(
        html.contains("shape [2, 3], 6 × 16 bits = 12 bytes"),
        "{html}"
    );
    let one = tensor(1.0 / 3.0, BF16).html().into_string();
    assert_eq!(table(&one), [["0.33398"]]);
    let line = tensor([1, -2], INT4).html().into_string();
    assert_eq!(table(&line), [["0", "1"], ["1", "−2"]]);
    assert!(line.contains("2 × 4 bits = 1 byte<"), "{line}");
}

#[test]
fn a_large_tensor_is_its_text() {
    for t in [
        tensor(vec![0.5; 100_000], FP32),
        tensor(vec![[0.25; 17]; 2], FP32),
        tensor([[[1.0]]], FP32),
        tensor(Vec::<f64>::new(), FP32),
    ] {
        let html = t.html().into_string();
        is_a_card(&html);
        assert!(html.len() < 8_000, "{} bytes", html.len());
        assert_eq!(table(&html), Vec::<Vec<String>>::new());
        let document = Document::parse(&html).unwrap();
        let printed = document
            .descendants()
            .find(|n| n.has_tag_name("pre"))
            .unwrap();
        assert_eq!(content(printed), t.to_string());
    }
    // 1000 elements are printed in full.
    let thousand: Vec<f64> = (0..1000).map(|i| -1.2345e-8 * f64::from(i)).collect();
    for dtype in [FP64, FP32, BF16] {
        let t = tensor(thousand.clone(), dtype)
            .reshape(&[10, 10, 10])
            .unwrap();
        let html = t.html().into_string();
        is_a_card(&html);
        assert!(html.len() < 60_000, "{} bytes", html.len());
    }
    // The largest table, of the longest numbers.
    is_a_card(
        &tensor(vec![vec![f64::from_bits(0x1234_5678_9abc); 16]; 16], FP64)
            .html()
            .into_string(),
    );
}

#[test]
fn hostile_names_are_escaped() {
    let format = FloatFormat::ieee("<b>\"&", 5, 3);
    let cards = [
        format.html(),
        finfo(format).html(),
        format.nearest(0.1).html(),
        memory(7, format).html(),
        tensor([0.1, 0.2], format).html(),
    ];
    for card in cards {
        let html = card.into_string();
        is_a_card(&html);
        assert!(html.contains("&lt;b&gt;"), "{html}");
    }
    keeps_to_the_contract(memory_bars([memory(7, format)]).svg());
}
