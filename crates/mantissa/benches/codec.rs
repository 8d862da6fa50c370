//! Speed of the codec: a slice of f32 into codes and back, against `half`'s own conversion of a
//! slice from f32 to bf16 in the same run. `cargo bench -p mantissa` ends with the ratios.

use criterion::{Criterion, Throughput};
use half::bf16;
use half::slice::HalfFloatSliceExt;
use mantissa::prelude::*;
use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Numbers of a normal layer's size: a bell around zero, and 1 in 64 an outlier.
fn numbers() -> Vec<f32> {
    let mut state = 1u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..4096)
        .map(|i| {
            let bell = uniform() + uniform() + uniform();
            if i % 64 == 0 { bell * 1000.0 } else { bell }
        })
        .collect()
}

/// Times a conversion of the whole slice with criterion; the fastest round of it, in nanoseconds a
/// number.
fn time(criterion: &mut Criterion, name: &str, len: usize, mut convert: impl FnMut()) -> f64 {
    let fastest = Cell::new(Duration::MAX);
    let mut group = criterion.benchmark_group("codec");
    group.throughput(Throughput::Elements(len as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|rounds| {
            let start = Instant::now();
            for _ in 0..rounds {
                convert();
            }
            let elapsed = start.elapsed();
            fastest.set(fastest.get().min(elapsed.div_f64(rounds as f64)));
            elapsed
        });
    });
    group.finish();
    fastest.get().as_secs_f64() * 1e9 / len as f64
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let numbers = numbers();
    let len = numbers.len();
    let mut lines = Vec::new();

    let mut halves = vec![bf16::ZERO; len];
    let half = time(&mut criterion, "half f32 -> bf16", len, || {
        halves.convert_from_f32_slice(black_box(&numbers));
        black_box(&halves);
    });
    lines.push(("half f32 -> bf16".to_owned(), half));

    for format in [BF16, FP8_E4M3FN, FP4_E2M1FN] {
        let mut codes = vec![0u64; len];
        for (mode, rounding) in [
            ("ties even", Rounding::TiesToEven),
            ("stochastic", Rounding::Stochastic { seed: 1 }),
        ] {
            let name = format!("f32 -> {format}, {mode}");
            let each = time(&mut criterion, &name, len, || {
                for (code, x) in codes.iter_mut().zip(black_box(&numbers)) {
                    *code = format.encode(*x, rounding, Overflow::Saturate).unwrap_or(0);
                }
                black_box(&codes);
            });
            lines.push((name, each));
        }
        let mut values = vec![0f64; len];
        let name = format!("{format} -> f64");
        let each = time(&mut criterion, &name, len, || {
            for (value, code) in values.iter_mut().zip(black_box(&codes)) {
                *value = format.value(*code).to_f64();
            }
            black_box(&values);
        });
        lines.push((name, each));
    }
    for (name, each) in lines {
        println!("{name:36} {each:7.2} ns {:7.1} x half", each / half);
    }
}
