//! Affine quantization, drawn: rails from numbers to codes, the staircase of a scheme, what an
//! outlier does, and where the representable values lie.

mod code_rail;
mod levels;
mod outcome;
mod outlier;
mod rails;
mod schemes;
mod staircase;
mod target_grid;

pub use outlier::outlier_collapse;
pub use rails::rails;
pub use schemes::Affines;
pub use staircase::{Staircase, staircase};
pub use target_grid::{TargetGrid, target_grid};

use crate::dtype::DType;
use crate::quantized::{finite, unwrap};
use crate::render::theme::{FRACTION, Hue, INTEGER};
use crate::tensor::TensorData;
use crate::text::general;
use ndarray::ArrayD;

const WIDTH: f64 = 880.0;
/// Where axes begin and end.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 832.0;
/// More numbers than this are not drawn one by one.
const MOST: usize = 60;

/// The numbers that a picture shows, of which there is at least one.
#[track_caller]
fn numbers(x: impl TensorData, picture: &str) -> ArrayD<f32> {
    let x = unwrap(finite(x, picture));
    assert!(!x.is_empty(), "{picture} needs at least one number");
    x
}

/// The different ones of some numbers, in order.
fn distinct(numbers: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = numbers.into_iter().map(|x| x + 0.0).collect(); // -0 is 0
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

/// Of many numbers a sample, evenly spaced by rank, with the first and the last.
fn sample(numbers: &[f64]) -> Vec<f64> {
    match numbers.len() {
        ..=MOST => numbers.to_vec(),
        n => (0..MOST)
            .map(|i| numbers[i * (n - 1) / (MOST - 1)])
            .collect(),
    }
}

/// A number for a label.
fn short(x: f64) -> String {
    general(x, 6)
}

/// The colour of a dtype's codes.
fn hue(dtype: DType) -> Hue {
    match dtype {
        DType::Int(_) => INTEGER,
        DType::Float(_) => FRACTION,
    }
}
