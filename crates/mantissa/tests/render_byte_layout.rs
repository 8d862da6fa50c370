//! The picture of a block's bytes: real bytes, and the weights they belong to.

mod picture;

use mantissa::prelude::*;
use picture::{keeps_to_the_contract, lines, passes_in_chinese, texts, texts_do_not_overlap};

/// A block of any format: written where that is possible, else bytes in order.
fn block(format: ggml::BlockFormat) -> ggml::BlockTensor {
    let bytes = || {
        (0..format.bytes())
            .map(|i| (i * 37 % 251) as u8)
            .collect::<Vec<_>>()
    };
    format
        .try_quantize(normal([format.weights()], 3))
        .unwrap_or_else(|_| {
            ggml::BlockTensor::from_bytes(bytes(), &[format.weights()], format).unwrap()
        })
}

/// The two digits of every byte, in order.
fn hex(svg: &str) -> Vec<String> {
    let all = texts(svg).into_iter();
    let cells = all.filter(|t| t.size == 13.0 && t.content.len() == 2 && t.anchor == "middle");
    cells.map(|t| t.content).collect()
}

#[test]
fn every_format_has_its_picture() {
    for format in ggml::FORMATS {
        let tensor = block(*format);
        let picture = byte_layout(&tensor, 0);
        keeps_to_the_contract(picture.svg());
        texts_do_not_overlap(picture.svg());
        let bytes: Vec<String> = tensor
            .bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex(picture.svg()), bytes, "{format}");
        for field in format.fields() {
            assert!(
                picture.text().contains(field.name),
                "{format} {}",
                field.name
            );
        }
    }
}

#[test]
fn a_byte_stands_over_its_weights() {
    let owners = |format| {
        let picture = byte_layout(&block(format), 0);
        let all = texts(picture.svg()).into_iter();
        let small = all.filter(|t| t.size == 11.0 && t.anchor == "middle");
        small.map(|t| t.content).collect::<Vec<_>>()
    };
    let halves: Vec<String> = (0..16).map(|j| format!("{j},{}", j + 16)).collect();
    assert_eq!(owners(ggml::Q4_0), halves);
    assert_eq!(owners(ggml::IQ4_NL), halves);
    let high = ["0–7", "8–15", "16–23", "24–31"].map(String::from);
    assert_eq!(owners(ggml::Q5_0), [&high[..], &halves[..]].concat());
    let each: Vec<String> = (0..32).map(|j| j.to_string()).collect();
    assert_eq!(owners(ggml::Q8_0), each);
    // Large blocks have no room for them.
    assert_eq!(owners(ggml::Q6_K), [""; 0]);
}

#[test]
fn scales_and_weights_are_those_of_the_block() {
    let w: Vec<f32> = (0..64).map(|i| (i - 16) as f32 / 4.0).collect();
    let tensor = ggml::Q4_1.quantize(&w);
    let picture = byte_layout(&tensor, 1);
    let text = picture.text();
    // 4 to 11.75 in fifteen steps: 0.516666 as a float16.
    assert!(text.contains("a float16 = 0.5166015625\n"), "{text}");
    assert!(
        text.contains("a float16 = 4\n") || text.contains("a float16 = 4.0\n"),
        "{text}"
    );
    let values = tensor.dequantize();
    let printed: Vec<f32> = text
        .lines()
        .rev()
        .take(2)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .flat_map(|line| line.split(' ').map(|w| w.parse::<f32>().unwrap()))
        .collect();
    assert_eq!(printed.len(), 32);
    for (printed, value) in printed.iter().zip(values.iter().skip(32)) {
        assert!(
            (printed - value).abs() <= value.abs() * 5e-5,
            "{printed} {value}"
        );
    }
}

#[test]
fn a_block_that_is_not_there() {
    let tensor = ggml::Q8_0.quantize(normal([64], 1));
    let panic = std::panic::catch_unwind(|| byte_layout(&tensor, 2)).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert_eq!(
        message,
        "there is no block 2: this tensor has 2, counted from 0"
    );
}

#[test]
fn q5_0_in_full() {
    let picture = byte_layout(&block(ggml::Q5_0), 0);
    keeps_to_the_contract(picture.svg());
    texts_do_not_overlap(picture.svg());
    if Lang::current() == Lang::En {
        insta::assert_snapshot!("byte_layout_q5_0", lines(picture.svg()));
    }
}

#[test]
fn in_chinese() {
    passes_in_chinese("in_full");
    passes_in_chinese("has_its_picture");
}
