//! Cells of bits and formulas, read back from pictures.
#![allow(dead_code, reason = "each test file uses a part of it")]

use crate::picture::{Text, texts};

/// The digits in the cells, in reading order.
pub fn cells(svg: &str) -> Vec<Text> {
    let mut cells: Vec<Text> = texts(svg)
        .into_iter()
        .filter(|t| t.mono && t.anchor == "middle" && ["0", "1"].contains(&t.content.as_str()))
        .collect();
    cells.sort_by(|a, b| (a.y, a.x).partial_cmp(&(b.y, b.x)).unwrap());
    cells
}

/// What stands below a cell, nearest first.
pub fn below(svg: &str, cell: &Text) -> Vec<String> {
    let mut found: Vec<Text> = texts(svg)
        .into_iter()
        .filter(|t| (t.x - cell.x).abs() < 0.01 && t.y > cell.y && t.y < cell.y + 50.0 && !t.mono)
        .collect();
    found.sort_by(|a, b| a.y.partial_cmp(&b.y).unwrap());
    found.into_iter().map(|t| t.content).collect()
}

/// Evaluates `(-1)^1 × 2^(13 - 15) × 1.25`.
pub fn evaluate(product: &str) -> f64 {
    product.split(" × ").map(factor).product()
}

fn factor(text: &str) -> f64 {
    match text.split_once('^') {
        Some(("(-1)", sign)) => f64::powi(-1.0, sign.parse().unwrap()),
        Some(("2", power)) => {
            let inner = power.trim_matches(['(', ')']);
            let power: i32 = match (inner.split_once(" - "), inner.split_once(" + ")) {
                (Some((a, b)), _) => a.parse::<i32>().unwrap() - b.parse::<i32>().unwrap(),
                (_, Some((a, b))) => a.parse::<i32>().unwrap() + b.parse::<i32>().unwrap(),
                _ => inner.parse().unwrap(),
            };
            f64::powi(2.0, power)
        }
        _ => text.parse().unwrap(),
    }
}
