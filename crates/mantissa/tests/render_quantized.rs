//! The numbers in the cards of quantized tensors, parameters, errors and schemes.

mod card;
mod picture;

use card::{content, is_a_card, row, table};
use mantissa::prelude::*;
use picture::{hostile, passes_in_chinese};
use roxmltree::Document;

const W: [[f64; 3]; 3] = [
    [191.6, -13.5, 728.6],
    [92.14, 295.5, -184.0],
    [0.0, 684.6, 245.5],
];

fn number(text: &str) -> f64 {
    text.replace('−', "-")
        .replace('\u{2009}', "")
        .parse()
        .unwrap()
}

fn html(value: &impl Render) -> String {
    let html = value.html().into_string();
    is_a_card(&html);
    html
}

/// The whole text of a card.
fn all(html: &str) -> String {
    content(Document::parse(html).unwrap().root_element())
}

#[test]
fn a_quantized_tensor_says_what_is_stored() {
    let q = Affine::asymmetric(INT4).per_axis(0).quantize(W);
    let card = html(&q);
    assert!(
        all(&card).starts_with("int4 asymmetric, axis 0shape [3, 3]"),
        "{}",
        all(&card)
    );
    assert_eq!(row(&card, "codes"), ["9 × int4", "4 bits each, 5 bytes"]);
    assert_eq!(row(&card, "granularity"), ["axis 0"]);
    assert_eq!(
        row(&card, "scale"),
        ["31.9667 to 49.4733", "3 × float32, 12 bytes"]
    );
    assert_eq!(row(&card, "zero point"), ["−8 to −2", "3 × int4, 2 bytes"]);
    assert_eq!(row(&card, "bytes"), ["19", "= 5 + 12 + 2"]);
    let bits = row(&card, "bits per weight");
    assert_eq!(bits, ["16.8889", "= 8 × 19 / 9"]);
    assert!((number(&bits[0]) - q.bits_per_weight()).abs() < 5e-5);
    // The codes are there as a tensor's card shows them.
    let codes = table(&html(q.codes()));
    let rows = table(&card);
    assert_eq!(rows[rows.len() - codes.len()..], codes);
    assert_eq!(codes[1], ["0", "−4", "−8", "7"]);
}

#[test]
fn its_text_is_short_and_is_its_debug() {
    let q = Affine::symmetric(INT8).quantize(W);
    assert_eq!(
        q.text(),
        "int8 symmetric, shape [3, 3]\n\
         codes            9 × int8  8 bits each, 9 bytes\n\
         granularity      tensor\n\
         scale            5.73701   1 × float32, 4 bytes\n\
         bytes            13        = 9 + 4\n\
         bits per weight  11.5556   = 8 × 13 / 9\n\
         tensor([[ 33,  -2, 127],\n        [ 16,  52, -32],\n        [  0, 119,  43]], dtype=int8)\n"
    );
    assert_eq!(format!("{q:?}"), q.text().trim_end());
    // More than 64 codes are not written out.
    let large = Affine::symmetric(INT8).quantize(vec![vec![0.5; 100]; 100]);
    assert_eq!(format!("{large:?}").lines().count(), 6);
    let few = Affine::symmetric(INT8).quantize(vec![0.5; 64]);
    assert!(few.text().contains("tensor([127, 127"));
    assert!(
        !Affine::symmetric(INT8)
            .quantize(vec![0.5; 65])
            .text()
            .contains("tensor([")
    );
    for q in [&large, &few] {
        assert!(html(q).len() < 30_000);
    }
}

#[test]
fn a_summary_has_the_card_without_the_codes() {
    let q = Affine::symmetric(UINT2).per_group(1, 3).quantize(W);
    let (card, summary) = (table(&html(&q)), table(&html(&q.summary())));
    assert_eq!(card[..summary.len()], summary);
    assert!(
        summary
            .iter()
            .any(|row| row[..2] == ["granularity", "groups of 3 along axis 1"])
    );
    assert!(q.text().starts_with(&q.summary().text()));
}

#[test]
fn an_empty_tensor_has_a_card() {
    let q = Affine::symmetric(INT8).quantize(Vec::<f32>::new());
    let card = html(&q);
    assert_eq!(row(&card, "codes"), ["0 × int8", "8 bits each, 0 bytes"]);
    assert_eq!(row(&card, "bits per weight")[0], "nan");
    let none = Affine::symmetric(INT8)
        .per_axis(0)
        .quantize(Vec::<f32>::new());
    assert_eq!(row(&html(&none), "scale"), ["", "0 × float32, 0 bytes"]);
    assert_eq!(row(&html(none.params()), "scale s")[0], "none");
}

#[test]
fn parameters_say_how_they_quantize() {
    let given = AffineParams::tensor(INT8, 3.5, -70);
    let card = html(&given);
    assert_eq!(
        row(&card, "q"),
        ["round(x / s) + z", "clamped to −128 ... 127"]
    );
    assert_eq!(row(&card, "x'"), ["(q − z) × s"]);
    assert_eq!(
        (row(&card, "scale s"), row(&card, "zero point z")),
        (vec!["3.5".into()], vec!["−70".into()])
    );
    let narrow = Affine::symmetric(INT8).reciprocal().fit(W);
    assert_eq!(
        row(&html(&narrow), "q"),
        ["round(x × (1 / s)) + z", "clamped to −127 ... 127"]
    );
    let scale: f32 = row(&html(&narrow), "scale s")[0].parse().unwrap();
    assert_eq!(scale, narrow.scale());
    let float = Affine::symmetric(FP8_E4M3FN).fit(W);
    assert_eq!(row(&html(&float), "x'"), ["q × s"]);
    assert!(!all(&html(&float)).contains("zero point"));
}

#[test]
fn parameters_of_several_groups_are_listed() {
    let rows = Affine::asymmetric(INT8).per_axis(0).fit(W);
    let card = html(&rows);
    let listed = &table(&card)[5..];
    assert_eq!(listed[0], ["group", "s", "z"]);
    for (i, line) in listed[1..].iter().enumerate() {
        let scale: f32 = line[1].parse().unwrap();
        let zero_point = number(&line[2]) as i32;
        assert_eq!(
            (line[0].clone(), scale, zero_point),
            (i.to_string(), rows.scales()[i], rows.zero_points()[i])
        );
        assert!(rows.text().contains(&line[1]));
    }
    assert_eq!(listed.len(), 4);
    assert!(
        rows.text().contains("group          s     z\n"),
        "{}",
        rows.text()
    );
    let many = Affine::symmetric(INT8)
        .per_axis(0)
        .fit(vec![vec![1.0]; 1000]);
    assert_eq!(table(&html(&many)).len(), 5);
    assert_eq!(row(&html(&many), "scale s"), ["0.007874016", "1000 groups"]);
    let float = Affine::symmetric(FP4_E2M1FN).per_axis(1).fit(W);
    assert_eq!(table(&html(&float))[4], ["group", "s"]);
}

#[test]
fn errors_in_a_card() {
    let e = errors(W, AffineParams::tensor(INT8, 3.5, -70).fake_quantize(W));
    let card = html(&e);
    for (name, x) in [
        ("MSE", e.mse),
        ("RMSE", e.rmse()),
        ("max |e|", e.max_abs),
        ("mean |e|", e.mean_abs),
        ("cosine", e.cosine),
        ("relative", e.relative),
        ("max ULP", e.max_ulp as f64),
    ] {
        let shown = number(&row(&card, name)[0]);
        assert!((shown / x - 1.0).abs() < 1e-5, "{name}: {shown} for {x}");
        assert!(e.text().contains(&row(&card, name)[0]), "{}", e.text());
    }
    let decibels = row(&card, "SQNR")[0].clone();
    assert!((number(decibels.strip_suffix(" dB").unwrap()) - e.sqnr_db).abs() < 1e-4);
    assert_eq!(row(&card, "SQNR")[1], "10 log10(Σx^{2} / Σe^{2})");
    assert!(all(&card).starts_with("Errors, e = y − x9 numbers"));
    let exact = errors([1.0], [1.0]);
    assert_eq!(row(&html(&exact), "SQNR")[0], "inf dB");
    let none: [f64; 0] = [];
    assert_eq!(row(&html(&errors(none, none)), "MSE")[0], "nan");
}

#[test]
fn an_observer_says_what_it_has_seen() {
    let mut observer = Observer::new(Affine::asymmetric(UINT8));
    assert_eq!(row(&html(&observer), "range")[0], "none yet");
    observer.observe([0.0, 1.0]);
    observer.observe([-0.55, 2.0]);
    let card = html(&observer);
    assert_eq!(row(&card, "batches"), ["2"]);
    assert_eq!(row(&card, "range")[0], "−0.55 to 2");
    assert_eq!(
        row(&card, "zero point z"),
        [observer.params().zero_point().to_string()]
    );
    let average = Observer::new(Affine::symmetric(INT8)).moving_average(0.25);
    assert!(
        average.text().contains("a new batch weighs 0.25"),
        "{}",
        average.text()
    );
}

/// Three schemes on the same tensor.
fn compared() -> SchemeTable {
    let int8 = Affine::symmetric(INT8);
    let schemes = [int8.clone(), int8.per_axis(1), Affine::asymmetric(INT4)];
    error_table(W, schemes)
}

#[test]
fn schemes_are_compared_in_the_order_given() {
    let table_of = compared();
    let card = html(&table_of);
    let rows = table(&card);
    assert_eq!(
        rows[0],
        [
            "",
            "bits per weight",
            "MSE",
            "SQNR (dB)",
            "max |e|",
            "cosine"
        ]
    );
    assert_eq!(rows.len(), 4);
    for (shown, row) in rows[1..].iter().zip(&table_of.rows) {
        assert_eq!(shown[0], row.name);
        let e = row.errors;
        let numbers = [
            row.summary.bits_per_weight(),
            e.mse,
            e.sqnr_db,
            e.max_abs,
            e.cosine,
        ];
        for (shown, x) in shown[1..].iter().zip(numbers) {
            assert!((number(shown) / x - 1.0).abs() < 2e-4, "{shown} for {x}");
        }
    }
    let names: Vec<&str> = table_of.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "int8 symmetric",
            "int8 symmetric, axis 1",
            "int4 asymmetric"
        ]
    );
}

#[test]
fn the_best_of_each_column_is_bold() {
    let card = html(&compared());
    let document = Document::parse(&card).unwrap();
    let bold: Vec<String> = document
        .descendants()
        .filter(|n| n.has_tag_name("td") && n.attribute("style").unwrap().contains("bold"))
        .map(content)
        .collect();
    // Bits of the third, everything else of the second.
    assert_eq!(bold, ["1.0781", "51.02", "2.6717", "0.9999961", "8.8889"]);
    assert_eq!(
        compared().text(),
        "                        bits per weight      MSE   SQNR (dB)   max |e|      cosine\n\
         int8 symmetric                   11.556   2.5092       47.35    2.8244    0.999991\n\
         int8 symmetric, axis 1           18.667   1.0781*      51.02*   2.6717*  0.9999961*\n\
         int4 asymmetric                  8.8889*  161.99       29.25     29.54   0.9994152\n\
         *: the best of its column\n"
    );
    // Nothing is best among equals, and NaN never is.
    let q = Affine::symmetric(INT8).quantize([0.0, 0.0]);
    let row = |name: &str, y: [f32; 2]| SchemeRow {
        name: name.to_owned(),
        summary: q.summary(),
        errors: errors([0.0, 0.0], y),
    };
    let table = |rows| SchemeTable { rows };
    let zeros = table(vec![row("zeros", [0.0, 0.0]), row("zeros", [0.0, 0.0])]);
    assert!(!html(&zeros).contains("font-weight:bold\">inf"));
    assert!(
        !zeros.text().contains("inf*") && !zeros.text().contains("nan*"),
        "{}",
        zeros.text()
    );
    let worse = table(vec![row("a", [0.0, 0.0]), row("b", [1.0, 1.0])]);
    assert!(worse.text().contains(" inf* "), "{}", worse.text());
    is_a_card(&table(vec![]).html().into_string());
}

#[test]
fn a_row_of_another_shape_is_refused() {
    let q = Affine::symmetric(INT8).quantize([1.0, 2.0]);
    let error = SchemeRow::try_new("mine", [1.0], &q).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the other tensor has shape [2]; it takes the shape of the original, [1]"
    );
}

#[test]
fn hostile_names_are_escaped() {
    let format = hostile(5, 2, true, Specials::IEEE);
    let q = Affine::symmetric(format).per_axis(1).quantize(W);
    let row = SchemeRow::new("<b>\"&", W, &q);
    let table = SchemeTable { rows: vec![row] };
    for card in [
        html(&q),
        html(q.params()),
        html(&table),
        html(&Observer::new(Affine::symmetric(format))),
    ] {
        assert!(card.contains("&lt;b&gt;"), "{card}");
    }
}

#[test]
fn in_chinese_too() {
    if Lang::current() == Lang::En {
        passes_in_chinese("cards_in_chinese");
    }
}

#[test]
fn cards_in_chinese() {
    if Lang::current() == Lang::Zh {
        let q = Affine::asymmetric(INT4).per_block([3, 1]).quantize(W);
        let card = html(&q);
        assert_eq!(row(&card, "粒度"), ["3 × 1 的块"]);
        assert_eq!(row(&card, "缩放因子")[1], "3 × float32，12 字节");
        assert_eq!(row(&card, "每个权重的位数")[1], "= 8 × 19 / 9");
        assert!(row(&html(q.params()), "缩放因子 s")[0].contains(" 到 "));
        assert_eq!(row(&html(q.params()), "零点 z")[1], "3 组");
        assert_eq!(row(&html(&errors(W, W)), "最大 |e|"), ["0"]);
        assert!(compared().text().ends_with("*：该列最好的值\n"));
        let observer = Observer::new(Affine::symmetric(INT8));
        assert_eq!(row(&html(&observer), "范围")[0], "尚无");
    }
}
