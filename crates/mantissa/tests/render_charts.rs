//! The numbers in the charts, read back and computed once more in another way.

mod chart;
mod picture;

use chart::{
    BLUE, BLUE_TINT, INK, MUTED, ORANGE, PINK, bell, contents, dots, good, lines_of, paths, x_axis,
    y_axis,
};
use mantissa::prelude::*;
use picture::passes_in_chinese;

#[test]
fn a_clip_curve_has_all_its_points() {
    let mut x = bell(1000, 1.0);
    x.push(9.0);
    let curve = clip_curve(&x, &Affine::symmetric(INT4));
    let figure = curve.figure();
    good(&figure);
    let svg = figure.svg();
    let (across, up) = (x_axis(svg), y_axis(svg).log());
    let near = |(x, y): (f64, f64), threshold: f32, error: f64| {
        let far = (across.number(x) - f64::from(threshold)).abs();
        assert!(far < 0.11 * across.pixel(), "{threshold}");
        let off = (up.number(y) / error).ln().abs();
        assert!(off < 0.11 * up.pixel(), "{} is not {error}", up.number(y));
    };
    let total = paths(svg, false, INK);
    assert_eq!(total[0].len(), 100);
    for (at, point) in total[0].iter().zip(curve.points()) {
        near(*at, point.threshold, point.mse());
    }
    // The parts, as far as they are above the axis.
    for (colour, part) in [
        (PINK, (|p| p.clipping) as fn(&ClipPoint) -> f64),
        (BLUE, |p| p.rounding),
    ] {
        let runs = paths(svg, false, colour);
        let drawn: Vec<(f64, f64)> = runs
            .concat()
            .into_iter()
            .filter(|(_, y)| *y < 375.9)
            .collect();
        let low = up.number(376.0);
        let points = curve.points().iter().filter(|p| part(p) > 1.001 * low);
        let points: Vec<&ClipPoint> = points.collect();
        assert!(
            points.len() > 80 && drawn.len() == points.len(),
            "{}",
            drawn.len()
        );
        for (at, point) in drawn.iter().zip(points) {
            near(*at, point.threshold, part(point));
        }
    }
    let best = curve.best();
    near(dots(svg, ORANGE)[0], best.threshold, best.mse());
    let line = lines_of(svg, ORANGE)[0][0].0;
    assert!((across.number(line) - f64::from(best.threshold)).abs() < 0.11 * across.pixel());
    assert!(
        contents(&figure)
            .iter()
            .any(|text| text.starts_with("best "))
    );
    let row = format!("\n{:>3}", (100.0 * best.fraction).round());
    assert!(figure.text().contains(&row), "{row} in {}", figure.text());
    assert_eq!(
        (curve.text(), format!("{curve:?}")),
        (figure.text(), figure.text())
    );
    insta::assert_snapshot!("clip_curve_text", figure.text());
}

fn schemes() -> Vec<(&'static str, f64, f64)> {
    vec![
        ("Q8_0", 8.5, 44.8),
        ("Q4_0", 4.5, 20.1),
        ("Q4_1", 5.0, 22.3),
        ("MXFP4", 4.25, 18.6),
        ("NF4", 4.5, 20.9),
        ("MXFP8 E4M3", 8.25, 31.4),
        ("Q6_K", 6.5625, 33.6),
        ("Q2_K", 2.625, 9.5),
    ]
}

#[test]
fn bits_and_sqnr_stand_at_their_numbers() {
    let figure = bits_vs_sqnr(schemes());
    good(&figure);
    let svg = figure.svg();
    let (across, up) = (x_axis(svg), y_axis(svg));
    let points = |pixels: &[(f64, f64)]| -> Vec<(f64, f64)> {
        pixels
            .iter()
            .map(|(x, y)| (across.number(*x), up.number(*y)))
            .collect()
    };
    let near = |drawn: &[(f64, f64)], expected: &[(f64, f64)]| {
        assert_eq!(drawn.len(), expected.len());
        for ((bits, db), (b, d)) in drawn.iter().zip(expected) {
            assert!((bits - b).abs() < 0.11 * across.pixel(), "{bits} {b}");
            assert!((db - d).abs() < 0.11 * up.pixel(), "{db} {d}");
        }
    };
    let best = [
        (2.625, 9.5),
        (4.25, 18.6),
        (4.5, 20.9),
        (5.0, 22.3),
        (6.5625, 33.6),
        (8.5, 44.8),
    ];
    near(&points(&dots(svg, BLUE_TINT)), &best);
    near(&points(&paths(svg, false, BLUE)[0]), &best);
    near(&points(&dots(svg, "#e8ebef")), &[(4.5, 20.1), (8.25, 31.4)]);
    // The long muted line has 20 log10(2) dB a bit and passes through (0, 0).
    let line = paths(svg, false, MUTED)
        .into_iter()
        .find(|line| line[0].0 != line[1].0 && line[0].1 != line[1].1);
    for (bits, db) in points(&line.unwrap()) {
        let a_bit = 20.0 * 2_f64.log10();
        assert!(
            (db - a_bit * bits).abs() < 0.11 * (up.pixel() + a_bit * across.pixel()),
            "{bits} {db}"
        );
    }
    let shown = contents(&figure);
    let text = figure.text();
    for (name, bits, db) in schemes() {
        assert!(shown.contains(&name.to_owned()), "{name} in {shown:?}");
        let row = text.lines().skip(2).find(|row| row.contains(name)).unwrap();
        let numbers: Vec<f64> = row
            .split_whitespace()
            .rev()
            .filter_map(|n| n.parse().ok())
            .collect();
        assert!(
            (numbers[2] - bits).abs() < 1e-3 && numbers[1] == db,
            "{row}"
        );
    }
    insta::assert_snapshot!("bits_vs_sqnr_text", text);
}

#[test]
fn names_that_are_many_do_not_overlap() {
    let rows = (0..40).map(|i| {
        let (bits, noise) = (2.0 + f64::from(i % 8), f64::from(i % 5));
        (
            format!("scheme {i} of many"),
            bits,
            5.8 * bits - 2.0 - noise,
        )
    });
    let figure = bits_vs_sqnr(rows.collect::<Vec<_>>());
    good(&figure);
    let same =
        bits_vs_sqnr((0..40).map(|i| (format!("a rather long name of a scheme {i}"), 4.0, 20.0)));
    good(&same);
    let shown = contents(&same)
        .iter()
        .filter(|t| t.starts_with("a rather"))
        .count();
    assert!(shown >= 10, "{shown}");
    assert!(
        same.text()
            .contains(&format!("no room for {} of the names", 40 - shown))
    );
    assert!(same.text().contains("a rather long name of a scheme 39"));
}

#[test]
fn hostile_charts_keep_to_the_contract() {
    let nasty = "<b>\"& as long as they go: 30 and then much longer than anyone would write it";
    for rows in [
        vec![
            (nasty, 32.0, f64::INFINITY),
            ("", 16.0, 55.6),
            ("名字很长的量化方案", 1.58, -3.0),
        ],
        vec![(nasty, 4.0, f64::INFINITY)],
        vec![("a\nb", 1e-3, -9999.0), (nasty, 1024.0, 9999.0)],
    ] {
        good(&bits_vs_sqnr(rows));
    }
    let numbers: [&[f64]; 8] = [
        &[0.0],
        &[-3.0, -3.0],
        &[1e-45, 3e-45],
        &[3.4e38, -3.4e38],
        &[1e-300, 0.0],
        &[1e6, 1e6 + 1e-3],
        &[0.0, 0.0, 0.0, 1e9],
        &[-1.0, 1.0],
    ];
    for x in numbers {
        for y in numbers {
            good(&histograms(x, y).figure());
            good(
                &levels_on_histogram(x, y.iter().copied())
                    .thresholds()
                    .figure(),
            );
            if x.len() == y.len() {
                good(&error_histogram(x, y).figure());
                for step in [1e-45, 1.0, 3.4e38] {
                    good(&error_histogram(x, y).step(step).figure());
                }
            }
        }
        if x != [3.4e38, -3.4e38] {
            good(&clip_curve(x, &Affine::symmetric(INT8)).figure());
            good(&clip_curve(x, &Affine::asymmetric(INT2)).figure());
        }
    }
    let levels = (-128..=127).map(f64::from);
    good(
        &levels_on_histogram(bell(3000, 90.0), levels)
            .thresholds()
            .figure(),
    );
}

/// The message of a panic.
fn refusal(draw: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(draw).expect_err("this is refused");
    *panic.downcast::<String>().expect("a message")
}

#[test]
fn what_cannot_be_drawn_says_what_can() {
    let said = |draw: fn(), words: &str| {
        let message = refusal(draw);
        assert!(message.contains(words), "{words} in {message}");
    };
    said(
        || drop(error_histogram([1.0], [1.0, 2.0])),
        "it takes the shape of the original, [1]",
    );
    said(
        || drop(error_histogram([0.0; 0], [0.0; 0])),
        "it takes at least one number to draw",
    );
    said(
        || drop(histograms([1.0, f64::NAN], [1.0])),
        "element [1] is nan",
    );
    said(
        || drop(histograms([1.0], [f64::INFINITY])),
        "element [0] is inf",
    );
    said(
        || drop(histograms([1e300], [1.0])),
        "a number cannot be 1e+300",
    );
    said(
        || drop(error_histogram([1.0], [2.0]).step(0.0)),
        "the step cannot be 0",
    );
    said(
        || drop(error_histogram([1.0], [2.0]).step(f64::NAN)),
        "the step cannot be NaN",
    );
    said(
        || drop(levels_on_histogram([1.0], [f64::NAN])),
        "a level cannot be NaN",
    );
    said(
        || drop(levels_on_histogram([1.0], [0.0; 0])),
        "the number of levels cannot be 0",
    );
    said(
        || drop(levels_on_histogram([1.0], 0..257)),
        "draws 1 to 256 different levels",
    );
    said(
        || drop(bits_vs_sqnr([("a", 0.0, 1.0)])),
        "the bits of a cannot be 0",
    );
    said(
        || drop(bits_vs_sqnr([("a", 4.0, f64::NAN)])),
        "the SQNR of a cannot be NaN",
    );
    said(
        || drop(bits_vs_sqnr([("", 1.0, 1.0); 0])),
        "draws 1 to 40 rows",
    );
    said(
        || drop(bits_vs_sqnr([("", 1.0, 1.0); 41])),
        "the number of rows cannot be 41",
    );
}

#[test]
fn charts_keep_to_the_contract_in_chinese() {
    passes_in_chinese("hostile_charts_keep_to_the_contract");
}
