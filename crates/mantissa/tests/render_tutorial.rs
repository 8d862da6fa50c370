//! The tutorial's picture of how a number is stored.

mod bits;
mod picture;

use bits::{below, cells, evaluate};
use mantissa::prelude::*;
use picture::{keeps_to_the_contract, texts, texts_do_not_overlap};

#[test]
fn the_tutorials_picture_has_the_right_bits_weights_and_biases() {
    for lang in [Lang::En, Lang::Zh] {
        let figure = binary_storage_in(lang);
        keeps_to_the_contract(figure.svg());
        texts_do_not_overlap(figure.svg());
        // FP32; BF16 and FP16 side by side; E4M3, E5M2 and INT8 side by side.
        let digits: String = cells(figure.svg()).into_iter().map(|t| t.content).collect();
        let expected = [
            format!("{:032b}", (-6.5_f32).to_bits()),
            format!("{:016b}", bf16::from_f32(-6.5).to_bits()),
            format!("{:016b}", f16::from_f32(-6.5).to_bits()),
            "11001101".to_owned(), // -1.625 × 2^(9 - 7)
            "11000110".to_owned(), // -1.5 × 2^(17 - 15)
            format!("{:08b}", -6_i8),
        ];
        assert_eq!(digits, expected.concat());
        let svg = figure.svg();
        let exponents: Vec<Vec<String>> = cells(svg)[1..9].iter().map(|c| below(svg, c)).collect();
        let powers: Vec<Vec<String>> = (0..8).rev().map(|p| vec![format!("2^{{{p}}}")]).collect();
        assert_eq!(exponents, powers);
        assert_eq!(below(svg, &cells(svg)[80]), ["−2^{7}"]);
        assert_eq!(figure.text().matches("127").count(), 4, "{}", figure.text());
        assert!(texts(svg).iter().all(|t| t.content != "2^{8}"));
    }
}

#[test]
fn the_tutorials_picture_says_what_comes_back() {
    let text = binary_storage().text();
    let products: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(product, rest)| (product.trim(), rest.split(' ').next().unwrap()))
        .collect();
    let values: Vec<f64> = products
        .iter()
        .map(|(_, value)| value.parse().unwrap())
        .collect();
    assert_eq!(values, [-6.5, -6.5, -6.5, -6.5, -6.0, -6.0]);
    for (product, value) in &products[..5] {
        assert_eq!(evaluate(product), value.parse().unwrap(), "{product}");
    }
    assert_eq!(products[5].0, "-128 + 64 + 32 + 16 + 8 + 2");
    assert_eq!(text.matches("(exact;").count(), 4);
    assert_eq!(text.matches("(rounded: ").count(), 2);
}
