//! The packing picture: every bit drawn is a bit of the bytes.

mod picture;

use mantissa::prelude::*;
use picture::{keeps_to_the_contract, lines, passes_in_chinese, texts, texts_do_not_overlap};

const ORDERS: [PackOrder; 3] = [
    PackOrder::LowFirst,
    PackOrder::HighFirst,
    PackOrder::Planes { bytes: 4 },
];

/// The digits that stand below the codes, from left to right, row by row.
fn byte_digits(svg: &str) -> String {
    let mut digits: Vec<_> = texts(svg)
        .into_iter()
        .filter(|text| text.content.len() == 1 && text.size == 13.0 && text.y > 200.0)
        .filter(|text| (text.y - 232.0) % 226.0 == 0.0)
        .collect();
    digits.sort_by(|a, b| (a.y, a.x).partial_cmp(&(b.y, b.x)).unwrap());
    digits.into_iter().map(|text| text.content).collect()
}

#[test]
fn the_digits_are_those_of_the_bytes() {
    for bits in 1..=8 {
        for order in ORDERS {
            if order == (PackOrder::Planes { bytes: 4 }) && 8 % bits != 0 {
                continue;
            }
            let codes: Vec<u64> = (0..11).map(|i| (i * 37 + 5) & ((1 << bits) - 1)).collect();
            let picture = packing(codes.iter().copied(), bits, order);
            let bytes = pack_in(order, codes, bits);
            let expected: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
            assert_eq!(
                byte_digits(picture.svg()),
                expected,
                "{bits} bits, {order:?}"
            );
            keeps_to_the_contract(picture.svg());
            texts_do_not_overlap(picture.svg());
        }
    }
}

#[test]
fn every_sum_gives_its_byte() {
    for (bits, order) in [
        (2, PackOrder::LowFirst),
        (3, PackOrder::LowFirst),
        (5, PackOrder::HighFirst),
        (7, PackOrder::LowFirst),
    ] {
        let codes: Vec<u64> = (0..8).map(|i| ((1 << bits) - 1) - i % 3).collect();
        let text = packing(codes, bits, order).text();
        let sums = text.lines().filter_map(|line| line.strip_prefix("byte "));
        assert!(sums.clone().count() > 1);
        for line in sums {
            let (_, sum) = line.split_once(": ").unwrap();
            let [terms, _, value] = sum.split(" = ").collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let total: u64 = terms.split(" | ").map(term).sum();
            assert_eq!(total.to_string(), value, "{line}");
        }
    }
}

/// `5`, `5<<3`, `5>>1`, `(5&3)<<6`.
fn term(term: &str) -> u64 {
    let number = |text: &str| match text.trim_matches(['(', ')']).split_once('&') {
        Some((a, b)) => a.parse::<u64>().unwrap() & b.parse::<u64>().unwrap(),
        None => text.parse().unwrap(),
    };
    match (term.split_once("<<"), term.split_once(">>")) {
        (Some((n, shift)), _) => number(n) << shift.parse::<u32>().unwrap(),
        (_, Some((n, shift))) => number(n) >> shift.parse::<u32>().unwrap(),
        _ => number(term),
    }
}

#[test]
fn ggml_puts_the_second_half_above_the_first() {
    let picture = packing((0..32).map(|i| i / 2), 4, PackOrder::GGML);
    assert!(picture.text().contains("\nbyte 2: 1 | 9<<4 = 0x91 = 145\n"));
    keeps_to_the_contract(picture.svg());
    texts_do_not_overlap(picture.svg());
    let expected: String = (0..16u32)
        .map(|i| format!("{:04b}{:04b}", 8 + i / 2, i / 2))
        .collect();
    assert_eq!(byte_digits(picture.svg()), expected);
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let message = |codes: Vec<u64>, bits| {
        let panic = std::panic::catch_unwind(|| packing(codes, bits, PackOrder::LowFirst));
        *panic.unwrap_err().downcast::<String>().unwrap()
    };
    assert_eq!(
        message(vec![4], 2),
        "code 4 does not fit 2 bits: the largest is 3"
    );
    assert!(message(vec![], 2).starts_with("packing draws 1 to 16 bytes"));
    assert!(message(vec![0; 17], 8).contains("17 codes of 8 bits take 17"));
    assert_eq!(
        message(vec![0], 9),
        "orders are for codes of 1 to 8 bits, not 9"
    );
}

#[test]
fn the_tutorials_bytes() {
    let picture = packing([1, 0, 3, 2, 3, 3, 3, 3], 2, PackOrder::LowFirst);
    keeps_to_the_contract(picture.svg());
    texts_do_not_overlap(picture.svg());
    if Lang::current() == Lang::En {
        insta::assert_snapshot!("packing_two_bits", lines(picture.svg()));
    }
}

#[test]
fn in_chinese() {
    passes_in_chinese("the_tutorials_bytes");
}
