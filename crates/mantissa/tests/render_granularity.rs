//! Who shares a scale: groups, colours and numbers, read back from the pictures.

mod heat;
mod picture;

use heat::{MIXED, W, cells, matrices_and_schemes, matrix, noise, number, panic_of};
use mantissa::prelude::*;
use ndarray::Array1;
use picture::{all_keep_to_the_contract, contents, hostile, lines, passes_in_chinese, texts};

#[test]
fn each_group_has_its_colour_and_its_scale() {
    let x = matrix(4, 4);
    let int8 = Affine::symmetric(INT8);
    let schemes = [
        int8.clone(),
        int8.clone().per_axis(0),
        int8.clone().per_axis(1),
        int8.clone().per_group(1, 2),
        int8.per_block([2, 2]),
    ];
    for scheme in schemes {
        let q = scheme.quantize(&x);
        let groups = q.scale_groups().unwrap();
        let figure = granularity_map(&q);
        let panel = &cells(figure.svg(), 4, 4)[0];
        let colour = |i: usize, j: usize| panel.colours[i][j].as_str();
        for i in 0..4 {
            for j in 0..4 {
                for (k, l) in [(i + 1, j), (i, j + 1)] {
                    if k < 4 && l < 4 {
                        let same = groups.of[[i, j]] == groups.of[[k, l]];
                        assert_eq!(same, colour(i, j) == colour(k, l), "{scheme:?} at {i}, {j}");
                    }
                }
            }
        }
        // The label of each group is in its first cell.
        for (group, s) in q.params().scales().iter().enumerate() {
            let first = groups.of.iter().position(|g| *g == group).unwrap();
            let left = panel.at.0 + (first % 4) as f64 * panel.size.0;
            let top = panel.at.1 + (first / 4) as f64 * panel.size.1;
            let label = texts(figure.svg()).into_iter().find(|text| {
                text.content.starts_with("s=")
                    && (0.0..panel.size.0).contains(&(text.x - left))
                    && (0.0..panel.size.1).contains(&(text.y - top))
            });
            let scale = number(&label.expect("a label").content[2..]);
            assert!(
                (scale / f64::from(*s) - 1.0).abs() < 1e-3,
                "{scale} for {s}"
            );
        }
        assert!(
            figure
                .text()
                .contains(&format!("{} bits per weight", general(q.bits_per_weight())))
        );
    }
}

/// Five significant digits where that is a plain decimal.
fn general(x: f64) -> String {
    let places = if x < 10.0 { 4 } else { 3 };
    let text = format!("{x:.places$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[test]
fn more_groups_than_colours_are_told_apart() {
    let q = Affine::symmetric(INT8)
        .per_block([1, 1])
        .quantize(matrix(4, 10));
    let panel = &cells(granularity_map(&q).svg(), 4, 10)[0].colours;
    for i in 0..4 {
        for j in 0..10 {
            assert!(i == 3 || panel[i][j] != panel[i + 1][j], "[{i}, {j}]");
            assert!(j == 9 || panel[i][j] != panel[i][j + 1], "[{i}, {j}]");
        }
    }
}

#[test]
fn granularities_side_by_side_have_their_bits_and_errors() {
    let int8 = Affine::symmetric(INT8);
    let schemes = [
        int8.clone(),
        int8.clone().per_axis(0),
        int8.clone().per_axis(1),
    ];
    let figure = granularities(W, schemes.clone());
    let shown = contents(figure.svg());
    for (scheme, mse) in schemes.iter().zip(["2.5092", "1.8084", "1.0781"]) {
        let q = scheme.quantize(W);
        assert!(shown.contains(&format!("MSE {mse}")), "{shown:?}");
        assert!(shown.contains(&q.summary().granularity));
        assert!(shown.contains(&format!("{} bits per weight", general(q.bits_per_weight()))));
        assert!(shown.contains(&format!(
            "9 × int8 + {} × float32",
            q.params().scales().len()
        )));
    }
    let panels = cells(figure.svg(), 3, 3);
    assert_eq!(panels.len(), 3);
    // Schemes that differ in more than the granularity are told apart.
    let clipped = int8.clone().clip(Clip::Range(-300.0, 300.0));
    let shown = contents(granularities(W, [int8, clipped]).svg());
    assert!(shown.contains(&"int8 symmetric".to_owned()), "{shown:?}");
    assert!(
        shown.contains(&"int8 symmetric, clipped to -300 to 300".to_owned()),
        "{shown:?}"
    );
}

#[test]
fn what_cannot_be_drawn_says_what_can() {
    let large = matrix(128, 64);
    let int8 = || Affine::symmetric(INT8);
    let limit =
        "it takes a matrix or a vector of 1 to 64 rows and columns and at most 1024 elements";
    let q = int8().quantize(&large);
    assert!(panic_of(|| granularity_map(&q)).contains("has shape [128, 64]"));
    assert!(panic_of(|| granularities(&large, [int8()])).contains(limit));
    let none: [Affine; 0] = [];
    assert!(panic_of(|| granularities([1.0], none)).contains("1 to 8 schemes, not 0"));
    let wrong = [Affine::symmetric(INT8).per_axis(2)];
    assert!(panic_of(|| granularities(W, wrong)).contains("there is no axis 2"));
}

fn pictures() -> Vec<Figure> {
    let mut pictures = Vec::new();
    for (x, schemes) in matrices_and_schemes() {
        let quantized = schemes.iter().map(|scheme| scheme.quantize(&x));
        pictures.extend(quantized.map(|q| granularity_map(&q)));
        pictures.push(granularities(&x, schemes));
    }
    let long = Affine::symmetric(hostile(5, 2, true, Specials::IEEE));
    let vector = Array1::from_iter((0..64).map(noise));
    let int16 = || Affine::symmetric(INT16);
    pictures.extend([
        granularity_map(&long.clone().per_axis(0).quantize(W)),
        granularities(W, vec![long; 8]),
        granularities(MIXED, [int16().per_group(1, 2), int16()]),
        granularity_map(&int16().per_group(0, 4).quantize(&vector)),
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
        let map = granularities(W, [Affine::symmetric(INT8).per_block([3, 1])]);
        for label in ["3 × 1 的块", "每个权重 18.667 位", "MSE 1.0781"] {
            assert!(contents(map.svg()).contains(&label.to_owned()), "{label}");
        }
    }
}

#[test]
fn snapshots() {
    let blocks = granularity_map(&Affine::asymmetric(UINT4).per_block([3, 1]).quantize(W));
    insta::assert_snapshot!("granularity_map", lines(blocks.svg()));
    insta::assert_snapshot!("granularity_map_text", blocks.text());
}
