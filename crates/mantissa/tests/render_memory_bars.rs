//! The bars of models' memory: their lengths, and what is written on them.

mod picture;

use mantissa::prelude::*;
use picture::{keeps_to_the_contract, lines, rects, texts, texts_do_not_overlap};

fn models() -> [Memory; 6] {
    [
        memory("10B", FP64),
        memory("10B", FP32),
        memory("10B", BF16),
        memory("10B", FP8_E4M3FN),
        memory("10B", INT4),
        memory("10B", FP4_E2M1FN).with_scales(32, FP8_E8M0FNU),
    ]
}

#[test]
fn bars_are_as_long_as_the_memory() {
    let figure = memory_bars(models());
    keeps_to_the_contract(figure.svg());
    let slice: &[Memory] = &models();
    assert_eq!(figure, memory_bars(slice));
    assert_eq!(figure, memory_bars(models().to_vec()));
    // A bar is all rectangles of one row: the elements, then the scales.
    let mut bars: Vec<(f64, f64)> = Vec::new();
    for rect in rects(figure.svg()) {
        match bars.last_mut() {
            Some((y, width)) if *y == rect.y => *width += rect.width,
            _ => bars.push((rect.y, rect.width)),
        }
    }
    let pixels_a_byte = bars[0].1 / models()[0].bytes() as f64;
    for ((_, width), model) in bars.iter().zip(models()) {
        assert!(
            (width - pixels_a_byte * model.bytes() as f64).abs() < 0.01,
            "{model}"
        );
    }
    let last = rects(figure.svg()).pop().unwrap();
    let scales = pixels_a_byte * models()[5].scale_bytes() as f64;
    assert!((last.width - scales).abs() < 0.01, "{last:?}");
    assert_eq!(bars.len(), 6);
    insta::assert_snapshot!("memory_bars", lines(figure.svg()));
    insta::assert_snapshot!("memory_bars_text", figure.text());
}

#[test]
fn bars_are_labelled_in_gb_and_gib() {
    let figure = memory_bars(models());
    let drawn: Vec<String> = texts(figure.svg()).into_iter().map(|t| t.content).collect();
    for (model, gb) in models().into_iter().zip([
        "80.0 GB", "40.0 GB", "20.0 GB", "10.0 GB", "5.0 GB", "5.313 GB",
    ]) {
        let gib = format!("{:.3} GiB", model.gib());
        assert!(
            drawn.contains(&gb.to_owned()) && drawn.contains(&gib),
            "{gb} {gib} in {drawn:?}"
        );
        assert!(figure.text().contains(gb) && figure.text().contains(&gib));
    }
    assert!(drawn.contains(&"4.25 bits".to_owned()));
    let thirds = memory_bars([memory("1B", FP8_E4M3FN).with_scales(6, FP8_E8M0FNU)]);
    assert!(thirds.text().contains("9.33333 bits"), "{}", thirds.text());
    assert!(drawn.contains(&"Memory of 10B parameters".to_owned()));
}

#[test]
fn bars_of_different_models_name_their_sizes() {
    let long = FloatFormat::ieee("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", 5, 3);
    let models = [memory("1.5B", INT4), memory(7, long), memory(0, INT1)];
    let figure = memory_bars(models);
    keeps_to_the_contract(figure.svg());
    texts_do_not_overlap(figure.svg());
    assert!(figure.text().contains("1.5B × int4"), "{}", figure.text());
    let scaled = memory(u64::MAX, long).with_scales(1, FP64);
    keeps_to_the_contract(memory_bars([scaled, memory(1, long)]).svg());
    keeps_to_the_contract(memory_bars([memory(0, INT8)]).svg());
}

#[test]
#[should_panic(expected = "memory_bars draws 1 to 40 bars, not 0")]
fn no_bars() {
    memory_bars([] as [Memory; 0]);
}
