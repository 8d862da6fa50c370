//! Learned codebooks.

mod normal;
mod seeded;

use mantissa::prelude::*;
use normal::quantile;
use proptest::prelude::*;
use seeded::{config, numbers};

/// The squared error of `x` in a codebook without scales.
fn error(book: &Codebook, x: &[f32]) -> f64 {
    let y = book.clone().absolute().fake_quantize(x);
    let squares = x.iter().zip(&y).map(|(x, y)| f64::from(x - y).powi(2));
    squares.sum()
}

/// The least squared error of sorted numbers in so many cells: every way to cut them is tried.
fn least_error(x: &[f32], cells: usize) -> f64 {
    let one_cell = |x: &[f32]| {
        let mean = x.iter().map(|x| f64::from(*x)).sum::<f64>() / x.len() as f64;
        x.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum()
    };
    if cells == 1 || x.is_empty() {
        return one_cell(x);
    }
    let cuts = (1..=x.len()).map(|at| one_cell(&x[..at]) + least_error(&x[at..], cells - 1));
    cuts.fold(f64::INFINITY, f64::min)
}

#[test]
fn the_levels_of_the_normal_distribution_are_those_of_max() {
    // 20 000 numbers, which the search takes together in runs, and 2000, which it does not.
    for count in [20_000, 2000] {
        let place = |i| (f64::from(i) + 0.5) / f64::from(count);
        let grid: Vec<f64> = (0..count).map(|i| quantile(place(i))).collect();
        // Max, "Quantizing for minimum distortion", 1960, table I.
        let known: [&[f64]; 3] = [&[0.7980], &[0.4528, 1.510], &[0.2451, 0.7560, 1.344, 2.152]];
        for positive in known {
            let book = lloyd_max(&grid, 2 * positive.len());
            let (down, up) = book.levels().split_at(positive.len());
            for ((up, down), expected) in up.iter().zip(down.iter().rev()).zip(positive) {
                for level in [*up, -*down] {
                    assert!((f64::from(level) - expected).abs() < 0.005, "{book:?}");
                }
            }
        }
    }
}

#[test]
fn an_outlier_does_not_take_the_levels_of_the_others() {
    let mut x: Vec<f64> = (1..100).map(|i| quantile(f64::from(i) / 100.0)).collect();
    let alone = lloyd_max(&x, 15);
    x.push(-1e6);
    let levels = lloyd_max(&x, 16).levels().to_vec();
    assert_eq!(levels[0], -1e6);
    assert_eq!(levels[1..], *alone.levels());
}

#[test]
fn fewer_different_numbers_than_levels_are_all_exact() {
    let x = [0.0, -0.0, 0.0, 7.0, -2.0, 7.0];
    assert_eq!(lloyd_max(x, 4).levels(), [-2.0, 0.0, 7.0, 7.0]);
    assert_eq!(lloyd_max([5.0; 9], 3).levels(), [5.0; 3]);
    assert_eq!(lloyd_max(5.0, 2).levels(), [5.0; 2]);
    assert_eq!(error(&lloyd_max(x, 256), &[0.0, 7.0, -2.0]), 0.0);
}

#[test]
fn many_numbers_cost_hardly_more_in_runs() {
    // With 4096 different numbers the search is exact, with one more it works on runs.
    let numbers = |n: i32| (0..n).map(move |i| ((f64::from(i) * 0.618).fract() * 9.0).exp() as f32);
    let x: Vec<f32> = numbers(4096).collect();
    let more: Vec<f32> = numbers(4097).collect();
    let (exact, runs) = (lloyd_max(&x, 16), lloyd_max(&more, 16));
    let ratio = error(&runs, &x) / error(&exact, &x);
    assert!((0.999_999..1.000_1).contains(&ratio), "{ratio}"); // levels are rounded
}

#[test]
fn runs_keep_sparse_numbers_apart_and_dense_ones_fine() {
    let mut x: Vec<f64> = (0..5000).map(|i| (f64::from(i) + 0.5) / 5000.0).collect();
    x.extend([100.0, 140.0, 180.0]);
    let book = lloyd_max(&x, 5);
    for (level, expected) in book.levels().iter().zip([0.25, 0.75, 100.0, 140.0, 180.0]) {
        assert!((level - expected).abs() < 0.001, "{book:?}");
    }
}

#[test]
fn what_cannot_be_learned_says_so() {
    let message = |x: &[f32], levels| try_lloyd_max(x, levels).unwrap_err().to_string();
    assert_eq!(
        message(&[], 4),
        "the data cannot be empty: a codebook is learned from at least one number"
    );
    assert_eq!(
        message(&[1.0], 1),
        "the number of levels cannot be 1: a codebook has 2 to 256"
    );
    assert!(message(&[f32::NAN], 2).starts_with("element [0] is nan"));
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn no_other_codebook_has_less_error(x in numbers(1..13), levels in 2..5usize) {
        let mut x = x;
        x.sort_by(f32::total_cmp);
        let (learned, least) = (error(&lloyd_max(&x, levels), &x), least_error(&x, levels));
        prop_assert!((learned - least).abs() <= 1e-6 * (1.0 + least), "{learned} {least}");
    }

    #[test]
    fn more_levels_and_a_round_of_lloyds_iteration_gain_what_they_should(
        x in numbers(1..200),
        levels in 2..20usize,
    ) {
        let book = lloyd_max(&x, levels);
        let found = error(&book, &x);
        prop_assert!(error(&lloyd_max(&x, levels + 1), &x) <= found);
        // Levels are already the means of the numbers nearest to them.
        let codes = book.clone().absolute().quantize(&x).codes().to_vec();
        for (code, level) in book.levels().iter().enumerate() {
            let cell = x.iter().zip(&codes).filter(|(_, c)| **c == code as f64);
            let cell: Vec<f64> = cell.map(|(x, _)| f64::from(*x)).collect();
            if !cell.is_empty() {
                let mean = (cell.iter().sum::<f64>() / cell.len() as f64) as f32;
                prop_assert_eq!(mean, *level);
            }
        }
    }
}
