//! Who shares a scale: groups, colours and numbers, read back from the pictures.

mod heat;
mod picture;

use heat::{cells, contents, matrix, number};
use mantissa::prelude::*;
use picture::texts;

const W: [[f64; 3]; 3] = [
    [191.6, -13.5, 728.6],
    [92.14, 295.5, -184.0],
    [0.0, 684.6, 245.5],
];

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
