//! Cells of matrices, read back from pictures, and matrices to draw.
#![allow(dead_code, reason = "each test file uses a part of it")]

use mantissa::prelude::*;
use ndarray::Array2;
use roxmltree::Document;

/// Cells of one panel: the upper left corner, the size of one, and the colours in rows.
pub struct Cells {
    pub at: (f64, f64),
    pub size: (f64, f64),
    pub colours: Vec<Vec<String>>,
}

/// All panels, then the scales of colours below them.
pub fn cells(svg: &str, rows: usize, columns: usize) -> Vec<Cells> {
    let document = Document::parse(svg).unwrap();
    let groups = document.descendants().filter_map(|n| {
        let transform = n.attribute("transform")?;
        let numbers: Vec<f64> = transform
            .split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .filter_map(|part| part.parse().ok())
            .collect();
        let [x, y, width, height] = numbers[..] else {
            panic!("{transform}");
        };
        let mut colours = vec![vec!["#ffffff".to_owned(); columns]; rows];
        for path in n.children() {
            let d = path.attribute("d").unwrap();
            for run in d.split('M').skip(1) {
                let (place, length) = run.split_once('h').unwrap();
                let (column, row) = place.split_once(' ').unwrap();
                let [column, row, length] =
                    [column, row, length].map(|part| part.parse::<usize>().unwrap());
                if row < rows && column + length <= columns {
                    let stroke = path.attribute("stroke").unwrap();
                    colours[row][column..column + length].fill(stroke.to_owned());
                }
            }
        }
        Some(Cells {
            at: (x, y - height / 2.0),
            size: (width, height),
            colours,
        })
    });
    groups.collect()
}

/// A number as a cell shows it.
pub fn number(text: &str) -> f64 {
    match text {
        "≈0" => 0.0,
        _ => text.replace('−', "-").parse().unwrap(),
    }
}

/// Numbers around 0 that are the same everywhere.
pub fn noise(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// A matrix of them.
pub fn matrix(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| noise(i * columns + j))
}

pub fn panic_of(picture: impl FnOnce() -> Figure + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(picture).expect_err("a panic");
    *panic.downcast::<String>().expect("a message")
}

pub const W: [[f64; 3]; 3] = [
    [191.6, -13.5, 728.6],
    [92.14, 295.5, -184.0],
    [0.0, 684.6, 245.5],
];

/// Magnitudes of every size.
pub const MIXED: [[f64; 4]; 2] = [[1e-38, -3e38, 0.0, 123456.0], [1.0, 1e-20, 5e37, -7.0]];

/// Matrices of many shapes and sizes, each with schemes that divide it.
pub fn matrices_and_schemes() -> Vec<(Array2<f64>, Vec<Affine>)> {
    let int4 = || Affine::asymmetric(INT4);
    let schemes = |rows: usize, columns: usize| {
        let mut schemes = vec![int4(), int4().per_axis(0), int4().per_axis(1)];
        if columns.is_multiple_of(2) {
            schemes.push(int4().per_group(1, columns / 2));
        }
        if rows.is_multiple_of(2) {
            schemes.push(int4().per_block([2, columns]));
        }
        schemes
    };
    let small = [
        (1, 1),
        (2, 1),
        (1, 6),
        (3, 3),
        (4, 8),
        (8, 8),
        (5, 12),
        (64, 1),
        (1, 64),
    ];
    let large = [(16, 16), (64, 16), (16, 64), (32, 32)];
    let small = small.map(|size| [1.0, 1e-30, 3e37].map(|factor| (size, factor)));
    let all = small
        .concat()
        .into_iter()
        .chain(large.map(|size| (size, 1.0)));
    all.map(|((rows, columns), factor)| (matrix(rows, columns) * factor, schemes(rows, columns)))
        .collect()
}
