//! The numbers and colours of the heat maps, read back from the pictures.

mod heat;
mod picture;

use heat::{Cells, MIXED, W, cells, matrices_and_schemes, matrix, noise, number, panic_of};
use mantissa::prelude::*;
use ndarray::{Array1, Array2, ArrayD, IxDyn};
use picture::{
    Text, all_keep_to_the_contract, contents, hostile, keeps_to_the_contract, lines,
    passes_in_chinese, rects, texts,
};

const BLUE: [i32; 3] = [0x00, 0x72, 0xb2];
const ORANGE: [i32; 3] = [0xa8, 0x47, 0x00];
const GREEN: [i32; 3] = [0x00, 0x79, 0x5a];
const PURPLE: [i32; 3] = [0xa8, 0x32, 0x79];
const SLATE: [i32; 3] = [0x5f, 0x6b, 0x7a];

/// White moved twelfths of the way to a colour.
fn mixed(full: [i32; 3], twelfths: i32) -> String {
    let [red, green, blue] = full.map(|channel| 255 + (channel - 255) * twelfths / 12);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The colour of a number on a scale around 0.
fn diverging(x: f64, most: f64, [below, above]: [[i32; 3]; 2]) -> String {
    let level = (x / most * 12.0).round() as i32;
    mixed(if level < 0 { below } else { above }, level.abs())
}

/// The texts in the cells of a panel, in rows.
fn numbers(svg: &str, panel: &Cells) -> Vec<Vec<String>> {
    let all = texts(svg);
    let of = |row: usize, column: usize| {
        let left = panel.at.0 + column as f64 * panel.size.0;
        let top = panel.at.1 + row as f64 * panel.size.1;
        let inside = |text: &&Text| {
            let middle = text.x - left;
            text.anchor == "middle"
                && middle > 0.0
                && middle < panel.size.0
                && text.y > top
                && text.y < top + panel.size.1
        };
        let found: Vec<&Text> = all.iter().filter(inside).collect();
        assert_eq!(
            found.len(),
            1,
            "[{row}, {column}] of {:?}: {found:?}",
            panel.at
        );
        found[0].content.clone()
    };
    let row = |row| {
        (0..panel.colours[0].len())
            .map(|column| of(row, column))
            .collect()
    };
    (0..panel.colours.len()).map(row).collect()
}

fn flat(rows: Vec<Vec<String>>) -> Vec<String> {
    rows.into_iter().flatten().collect()
}

#[test]
fn the_cells_hold_the_librarys_numbers() {
    let q = Affine::asymmetric(INT8).per_axis(0).quantize(W);
    let svg = heat_maps(W, &q).svg().to_owned();
    let panels = cells(&svg, 3, 3);
    let y: Vec<f64> = q.dequantize().iter().map(|y| f64::from(*y)).collect();
    let x: Vec<f64> = W.iter().flatten().map(|x| f64::from(*x as f32)).collect();
    let e: Vec<f64> = y.iter().zip(&x).map(|(y, x)| y - x).collect();
    let original = flat(numbers(&svg, &panels[0]));
    assert_eq!(
        original,
        [
            "191.6", "−13.5", "728.6", "92.14", "295.5", "−184", "0", "684.6", "245.5"
        ]
    );
    let codes: Vec<f64> = flat(numbers(&svg, &panels[1]))
        .iter()
        .map(|t| number(t))
        .collect();
    assert_eq!(codes, q.codes().to_vec());
    for (text, y) in flat(numbers(&svg, &panels[2])).iter().zip(&y) {
        assert!((number(text) - y).abs() <= 5e-4 * y.abs(), "{text} for {y}");
    }
    for (text, e) in flat(numbers(&svg, &panels[3])).iter().zip(&e) {
        assert!((number(text) - e).abs() <= 5.1e-4, "{text} for {e}");
    }
}

#[test]
fn original_and_dequantized_share_their_colours() {
    let steps = AffineParams::tensor(INT8, 150.0, 0); // 728.6 becomes 750
    let columns = Affine::asymmetric(INT8).per_axis(1);
    for q in [steps.quantize(W), columns.quantize(W)] {
        let figure = heat_maps(W, &q);
        let panels = cells(figure.svg(), 3, 3);
        let y = q.dequantize();
        let x = Array2::from(W.to_vec()).into_dyn().mapv(|x| x as f32);
        let largest = |a: &ArrayD<f32>| a.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let most = f64::from(largest(&x).max(largest(&y)));
        let e = y.mapv(f64::from) - x.mapv(f64::from);
        let worst = e.iter().fold(0.0f64, |most, e| most.max(e.abs()));
        let codes = q.codes().to_vec();
        let low = codes.iter().copied().fold(f64::INFINITY, f64::min);
        let high = codes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for i in 0..3 {
            for j in 0..3 {
                let drawn = |panel: usize| panels[panel].colours[i][j].clone();
                assert_eq!(drawn(0), diverging(x[[i, j]].into(), most, [BLUE, ORANGE]));
                assert_eq!(drawn(2), diverging(y[[i, j]].into(), most, [BLUE, ORANGE]));
                assert_eq!(drawn(3), diverging(e[[i, j]], worst, [PURPLE, GREEN]));
                let part = (codes[i * 3 + j] - low) / (high - low) * 12.0;
                assert_eq!(drawn(1), mixed(SLATE, part.round() as i32));
            }
        }
        // What the colours mean, in numbers.
        let shown = contents(figure.svg());
        for end in [low, high] {
            let end = end.to_string().replace('-', "−");
            assert!(shown.contains(&end), "{end} in {shown:?}");
        }
        let ends = shown.iter().filter(|text| {
            text.parse::<f64>()
                .is_ok_and(|x| x == (most * 10.0).round() / 10.0)
        });
        assert!(ends.count() >= 1, "{most} in {shown:?}");
    }
}

#[test]
fn errors_are_written_and_the_largest_is_framed() {
    let q = AffineParams::tensor(INT8, 3.5, -70).quantize(W);
    let figure = heat_maps(W, &q);
    let errors = errors(W, q.dequantize());
    assert_eq!(
        (
            format!("{:.2}", errors.mse),
            format!("{:.1}", errors.max_abs)
        ),
        ("170.88".into(), "39.1".into())
    );
    let wanted = "shape [3, 3], 12.444 bits per weight; mean squared error 170.88, largest error 39.1 at [0, 2]";
    assert!(contents(figure.svg()).contains(&wanted.to_owned()));
    assert!(figure.text().contains(wanted), "{}", figure.text());
    let frame = rects(figure.svg());
    let error = &cells(figure.svg(), 3, 3)[3];
    assert_eq!(frame.len(), 1);
    assert_eq!(
        (frame[0].x, frame[0].y),
        (error.at.0 + 2.0 * error.size.0, error.at.1)
    );
    // Nothing is lost: no frame, no place.
    let exact = heat_maps(
        [1.0, 127.0],
        &Affine::symmetric(INT8).quantize([1.0, 127.0]),
    );
    assert_eq!(rects(exact.svg()).len(), 0);
    assert!(
        exact.text().contains("largest error 0\n"),
        "{}",
        exact.text()
    );
}

#[test]
fn scales_stand_beside_their_rows_or_below_their_columns() {
    let rows = Affine::asymmetric(INT8).per_axis(0).quantize(W);
    let svg = heat_maps(W, &rows).svg().to_owned();
    let codes = &cells(&svg, 3, 3)[1];
    for (row, (s, z)) in rows
        .params()
        .scales()
        .iter()
        .zip(rows.params().zero_points())
        .enumerate()
    {
        let middle = codes.at.1 + (row as f64 + 0.5) * codes.size.1;
        let label = texts(&svg)
            .into_iter()
            .find(|text| text.content.starts_with("s=") && (text.y - middle).abs() < 6.0);
        let label = label.unwrap();
        assert!(label.x > codes.at.0 + 3.0 * codes.size.0);
        let (scale, zero_point) = label.content[2..].split_once(" z=").unwrap();
        assert!(
            (number(scale) / f64::from(*s) - 1.0).abs() < 1e-3,
            "{scale} for {s}"
        );
        assert_eq!(number(zero_point), f64::from(*z));
    }
    let columns = Affine::symmetric(INT8).per_axis(1).quantize(W);
    let svg = heat_maps(W, &columns).svg().to_owned();
    let codes = &cells(&svg, 3, 3)[1];
    for (column, s) in columns.params().scales().iter().enumerate() {
        let middle = codes.at.0 + (column as f64 + 0.5) * codes.size.0;
        let below = codes.at.1 + 3.0 * codes.size.1;
        let label = texts(&svg).into_iter().find(|text| {
            text.content.starts_with("s=") && (text.x - middle).abs() < 0.01 && text.y > below
        });
        let scale = number(&label.unwrap().content[2..]);
        assert!(
            (scale / f64::from(*s) - 1.0).abs() < 1e-3,
            "{scale} for {s}"
        );
    }
    // Numbers in the cells come first.
    let x = matrix(8, 8);
    let groups = Affine::symmetric(INT4).per_group(1, 2).quantize(&x);
    let svg = heat_maps(&x, &groups).svg().to_owned();
    assert_eq!(numbers(&svg, &cells(&svg, 8, 8)[0]).len(), 8);
    assert!(!contents(&svg).iter().any(|text| text.starts_with("s=")));
}

#[test]
fn a_vector_is_one_row_and_a_number_one_cell() {
    let x = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
    let q = Affine::symmetric(INT8).quantize(x);
    let svg = heat_maps(x, &q).svg().to_owned();
    let panels = cells(&svg, 1, 7);
    let codes = flat(numbers(&svg, &panels[1]));
    assert_eq!(codes, ["64", "36", "−89", "0", "−23", "−54", "127"]);
    // The same element stands in one column of all panels.
    assert!(panels[..4].iter().all(|panel| panel.at.0 == panels[0].at.0));
    let one = heat_maps(0.3, &Affine::symmetric(INT8).quantize(0.3));
    assert!(one.text().contains("\n127\n"), "{}", one.text());
}

#[test]
fn large_matrices_have_colours_without_numbers() {
    let x = matrix(32, 32);
    let q = Affine::symmetric(INT4).per_axis(0).quantize(&x);
    let figure = heat_maps(&x, &q);
    let panels = cells(figure.svg(), 32, 32);
    let most = x.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let y = q.dequantize();
    let most = y.iter().fold(most, |most, y| most.max(f64::from(y.abs())));
    for (i, row) in panels[2].colours.iter().enumerate() {
        for (j, colour) in row.iter().enumerate() {
            assert_eq!(
                *colour,
                diverging(y[[i, j]].into(), most, [BLUE, ORANGE]),
                "[{i}, {j}]"
            );
        }
    }
    assert!(figure.text().contains("original: -"), "{}", figure.text());
    assert!(figure.text().len() < 4000);
}

/// A tensor without codes or scales.
#[derive(Debug)]
struct Bare;

impl Quantized for Bare {
    fn dequantize(&self) -> ArrayD<f32> {
        ArrayD::from_elem(IxDyn(&[2, 2]), 0.5)
    }

    fn summary(&self) -> Summary {
        Summary {
            scheme: "bare".into(),
            dtype: "nothing".into(),
            shape: vec![2, 2],
            granularity: "tensor".into(),
            code_bits: 1.0,
            code_bytes: 1,
            parameters: vec![],
        }
    }
}

#[test]
fn without_codes_there_are_three_panels() {
    let figure = heat_maps([[0.0, 1.0], [0.5, -1.0]], &Bare);
    assert_eq!(cells(figure.svg(), 2, 2).len(), 3 + 2); // and two scales of colours
    assert!(!figure.text().contains("codes"), "{}", figure.text());
    assert!(
        figure.text().contains("granularity: tensor\n"),
        "{}",
        figure.text()
    );
    keeps_to_the_contract(figure.svg());
    assert_eq!(
        panic_of(|| granularity_map(&Bare)),
        "the scheme of a granularity cannot be bare: it has no scales, so nothing shares one"
    );
}

#[test]
fn what_cannot_be_drawn_says_what_can() {
    let int8 = Affine::symmetric(INT8);
    let large = matrix(128, 64);
    let q = int8.quantize(&large);
    let limit =
        "it takes a matrix or a vector of 1 to 64 rows and columns and at most 1024 elements";
    assert!(panic_of(|| heat_maps(&large, &q)).contains(limit));
    let deep = int8.quantize([[[1.0]]]);
    assert!(panic_of(|| heat_maps([[[1.0]]], &deep)).contains(limit));
    let empty = int8.quantize(Vec::<f32>::new());
    assert!(panic_of(|| heat_maps(Vec::<f32>::new(), &empty)).contains(limit));
    let other = int8.quantize([1.0, 2.0]);
    assert!(panic_of(|| heat_maps([1.0], &other)).contains("the shape of the original, [1]"));
    assert!(panic_of(|| heat_maps([1.0, f64::NAN], &other)).contains("element [1] is nan"));
    assert!(panic_of(|| heat_maps([1.0, 1e300], &other)).contains("element [1] is inf"));
}

fn pictures() -> Vec<Figure> {
    let mut pictures = Vec::new();
    for (x, schemes) in matrices_and_schemes() {
        let quantized = schemes.iter().map(|scheme| scheme.quantize(&x));
        pictures.extend(quantized.map(|q| heat_maps(&x, &q)));
    }
    let long = hostile(5, 2, true, Specials::IEEE);
    let q = Affine::symmetric(long).per_axis(0).quantize(W);
    let vector = Array1::from_iter((0..64).map(noise));
    let int16 = Affine::symmetric(INT16);
    let int8 = Affine::symmetric(INT8);
    pictures.extend([
        heat_maps(W, &q),
        heat_maps(MIXED, &int16.quantize(MIXED)),
        heat_maps(&vector, &int16.per_group(0, 8).quantize(&vector)),
        heat_maps([[0.0; 3]; 2], &int8.quantize([[0.0; 3]; 2])),
        heat_maps([[7.0; 3]; 2], &int8.quantize([[7.0; 3]; 2])),
    ]);
    pictures
}

#[test]
fn pictures_keep_to_the_contract() {
    all_keep_to_the_contract(pictures);
}

#[test]
fn in_chinese_too() {
    if Lang::current() == Lang::En {
        passes_in_chinese("labels_in_chinese");
    }
}

#[test]
fn labels_in_chinese() {
    if Lang::current() == Lang::Zh {
        let q = Affine::symmetric(INT8).per_group(1, 3).quantize(W);
        let maps = heat_maps(W, &q);
        for label in [
            "原始值",
            "反量化值",
            "编码，int8",
            "粒度：沿轴 1 每 3 个一组；s = 2.3268 ... 5.737",
        ] {
            assert!(contents(maps.svg()).contains(&label.to_owned()), "{label}");
            assert!(maps.text().contains(label), "{label}");
        }
    }
}

#[test]
fn the_same_picture_every_time() {
    let picture = || heat_maps(W, &Affine::symmetric(INT8).per_axis(1).quantize(W));
    assert_eq!(picture(), picture());
    insta::assert_snapshot!("heat_maps", lines(picture().svg()));
    insta::assert_snapshot!("heat_maps_text", picture().text());
}
