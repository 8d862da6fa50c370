//! The numbers in the essence of quantization, counted once more in another way.

mod picture;

use mantissa::prelude::*;
use picture::{contents, lines};

/// How many float32 numbers lie from `low` to `high`, both positive, from their bits.
fn float32_between(low: f32, high: f32) -> u128 {
    u128::from(high.to_bits()) - u128::from(low.to_bits()) + 1
}

/// How many float32 numbers become q under round(32 x), by the borders of q.
fn essence_count(q: i32) -> u128 {
    let tie = |k: i32| (2 * k + 1) as f32 / 64.0; // between k and k + 1, exact
    let magnitude = q.unsigned_abs() as i32;
    let (low, high) = (tie(magnitude - 1), tie(magnitude));
    let even = magnitude % 2 == 0;
    let inside = |low: f32, high: f32| match even {
        true => float32_between(low, high),
        false => float32_between(low.next_up(), high.next_down()),
    };
    match q {
        0 => 2 * float32_between(f32::from_bits(1), high) + 1,
        127 => float32_between(low.next_up(), f32::MAX),
        -128 => float32_between(low, f32::MAX),
        _ => inside(low, high),
    }
}

fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| std::str::from_utf8(group).unwrap());
    groups.collect::<Vec<_>>().join("\u{2009}")
}

#[test]
fn the_essence_counts_all_finite_float32_values() {
    let m = mapping(FP32, INT8).with_scale(1.0 / 32.0);
    let mut sum = 0;
    for q in -128..=127 {
        let count = m.preimage(INT8.value(INT8.code(q.into()).unwrap())).count();
        assert_eq!(count, essence_count(q), "{q}");
        sum += count;
    }
    assert_eq!(sum, FP32.finite_count());
    assert_eq!(sum, 4_278_190_079);
}

#[test]
fn the_essence_shows_those_counts() {
    let svg = essence_in(Lang::En).svg().to_owned();
    let shown = contents(&svg);
    for q in [-128, -96, -64, -32, 0, 32, 64, 96, 127] {
        assert!(shown.contains(&q.to_string()), "{q} in {shown:?}");
        let count = grouped(essence_count(q));
        assert!(shown.contains(&count), "{count} in {shown:?}");
    }
    // The rounded ones of the ends are in the fans, not in the bands.
    let beyond = [
        float32_between(128.5_f32.next_up() / 32.0, f32::MAX),
        float32_between(127.5 / 32.0, f32::MAX),
        essence_count(0),
    ];
    for count in beyond {
        let count = format!("{} values", grouped(count));
        assert!(shown.contains(&count), "{count} in {shown:?}");
    }
    for end in ["-3.4028235e+38", "3.4028235e+38", "-4.015625", "3.9843748"] {
        assert!(shown.contains(&end.to_owned()), "{end} in {shown:?}");
    }
    let three = (essence_count(0) + essence_count(-128) + essence_count(127)) as f64;
    let three = format!("{:.1} %", three / 4278190079.0 * 100.0);
    assert!(shown.iter().any(|line| line.starts_with(&three)), "{three}");
}

#[test]
fn snapshot() {
    insta::assert_snapshot!("essence", lines(essence_in(Lang::Zh).svg()));
}
