//! The numbers in the charts, read back and computed once more in another way.

mod chart;
mod picture;

use chart::{
    BLUE, BLUE_TINT, GREEN, INK, MUTED, ORANGE, ORANGE_TINT, PINK, bins, dots, lines_of, paths,
    x_axis, y_axis, y_axis_within,
};
use mantissa::prelude::*;
use picture::{keeps_to_the_contract, lines, passes_in_chinese, texts, texts_do_not_overlap};

/// Numbers that look normal, the same in every run: sums of four even ones.
fn bell(count: u64, scale: f64) -> Vec<f64> {
    let even = |n: u64| {
        let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ z >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (z >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let number = |n: u64| (0..4).map(|i| even(4 * n + i + 1)).sum::<f64>();
    (0..count).map(|n| scale * number(n)).collect()
}

fn good(figure: &Figure) {
    keeps_to_the_contract(figure.svg());
    texts_do_not_overlap(figure.svg());
}

fn contents(figure: &Figure) -> Vec<String> {
    texts(figure.svg())
        .into_iter()
        .map(|text| text.content)
        .collect()
}

/// The histogram of a colour, its bins with their counts rounded to whole numbers.
fn drawn(figure: &Figure, tint: &str) -> Vec<(f64, f64, f64)> {
    let (x, y) = (x_axis(figure.svg()), y_axis(figure.svg()));
    let outline = &paths(figure.svg(), true, tint)[0];
    whole(bins(outline, &x, &y), y.pixel())
}

/// Counts that are whole but for a pixel's tenth.
fn whole(bins: Vec<(f64, f64, f64)>, pixel: f64) -> Vec<(f64, f64, f64)> {
    let round = |(from, to, count): (f64, f64, f64)| {
        assert!(
            (count - count.round()).abs() < 0.11 * pixel + 1e-9,
            "{count}"
        );
        (from, to, count.round())
    };
    bins.into_iter().map(round).collect()
}

/// How many numbers lie within each bin; one at an edge may be drawn in either.
fn counts_agree(bins: &[(f64, f64, f64)], numbers: &[f64]) {
    let pixel = 0.06 * (bins[0].1 - bins[0].0);
    for (from, to, count) in bins {
        let within = |reach: f64| {
            let inside = |e: &&f64| **e >= from - reach && **e <= to + reach;
            numbers.iter().filter(inside).count() as f64
        };
        let (least, most) = (within(-pixel), within(pixel));
        assert!(
            (least..=most).contains(count),
            "{from} to {to}: {count}, not {least} to {most}"
        );
    }
}

#[test]
fn an_error_histogram_counts_the_errors() {
    let x = bell(600, 1.0);
    let y = Affine::symmetric(INT4).fake_quantize(&x);
    let errors: Vec<f64> = x.iter().zip(&y).map(|(x, y)| f64::from(*y) - x).collect();
    let figure = error_histogram(&x, &y).figure();
    good(&figure);
    let bins = drawn(&figure, BLUE_TINT);
    assert_eq!(bins.iter().map(|(_, _, n)| n).sum::<f64>(), 600.0);
    counts_agree(&bins, &errors);
}

#[test]
fn mean_and_rmse_of_the_errors_are_marked() {
    let x = bell(500, 1.0);
    let y: Vec<f64> = x.iter().map(|x| (x * 4.0).floor() / 4.0).collect();
    let errors: Vec<f64> = x.iter().zip(&y).map(|(x, y)| y - x).collect();
    let mean = errors.iter().sum::<f64>() / 500.0;
    let mse = errors.iter().map(|e| e * e).sum::<f64>() / 500.0;
    let figure = error_histogram(&x, &y).figure();
    good(&figure);
    let axis = x_axis(figure.svg());
    let at = |colour: &str| -> Vec<f64> {
        let lines = lines_of(figure.svg(), colour);
        lines.iter().map(|[(x, _), _]| axis.number(*x)).collect()
    };
    let near = |a: f64, b: f64| assert!((a - b).abs() < 0.11 * axis.pixel(), "{a} {b}");
    near(at(INK)[0], mean);
    let sides = at(ORANGE);
    near(sides[0], -mse.sqrt());
    near(sides[1], mse.sqrt());
    assert!(
        contents(&figure).contains(&format!("RMSE {:.3}", mse.sqrt())),
        "{:?}",
        contents(&figure)
    );
    assert!(
        figure
            .text()
            .contains(&format!("MSE {mse:.7}").trim_end_matches('0').to_owned())
    );
}

#[test]
fn the_expectation_is_uniform_over_a_step() {
    let x = bell(2000, 1.0);
    let q = Affine::symmetric(INT6).quantize(&x);
    let step = q.params().scale();
    let figure = error_histogram(&x, q.dequantize()).step(step).figure();
    good(&figure);
    let (across, up) = (x_axis(figure.svg()), y_axis(figure.svg()));
    let bins = drawn(&figure, BLUE_TINT);
    let line = &paths(figure.svg(), false, GREEN)[0];
    assert_eq!(line.len(), 4);
    let (half, width) = (f64::from(step) / 2.0, bins[0].1 - bins[0].0);
    assert!((across.number(line[0].0) + half).abs() < 0.11 * across.pixel());
    assert!((across.number(line[3].0) - half).abs() < 0.11 * across.pixel());
    let expected = 2000.0 * width / f64::from(step);
    assert!(
        (up.number(line[1].1) / expected - 1.0).abs() < 0.02,
        "{expected}"
    );
    let text = figure.text();
    let (_, said) = text.split_once("MSE s²/12 = ").unwrap();
    let said: f64 = said.lines().next().unwrap().parse().unwrap();
    let mse = f64::from(step).powi(2) / 12.0;
    assert!((said / mse - 1.0).abs() < 1e-5, "{said} {mse}");
    // A step is 40 bins, so half a step is an edge.
    assert!((f64::from(step) / width - 40.0).abs() < 0.3);
    insta::assert_snapshot!("error_histogram_text", text);
}

#[test]
fn clipped_errors_are_counted_at_the_ends() {
    let mut x = bell(300, 0.4);
    x.extend([3.0, 4.0, -5.0]);
    let q = Affine::symmetric(INT8)
        .clip(Clip::Range(-1.0, 1.0))
        .quantize(&x);
    let figure = error_histogram(&x, q.dequantize())
        .step(q.params().scale())
        .figure();
    good(&figure);
    let shown = contents(&figure);
    for words in ["← 2 below, down to -3", "1 above, up to 4 →"] {
        assert!(shown.contains(&words.to_owned()), "{words} in {shown:?}");
    }
    assert!(
        figure
            .text()
            .contains("\n2 below, down to -3\n1 above, up to 4\n")
    );
    let bins = drawn(&figure, BLUE_TINT);
    assert_eq!(bins.iter().map(|(_, _, n)| n).sum::<f64>(), 300.0);
}

#[test]
fn histograms_stand_back_to_back_over_the_same_bins() {
    let x = bell(800, 1.0);
    let q = Affine::symmetric(INT4).quantize(&x);
    let y: Vec<f64> = q.dequantize().iter().map(|y| f64::from(*y)).collect();
    let figure = histograms(&x, &y);
    good(&figure);
    let svg = figure.svg();
    let across = x_axis(svg);
    let middle = 248.0; // the common zero
    let (up, down) = (
        y_axis_within(svg, 0.0, middle + 5.0),
        y_axis_within(svg, middle + 5.0, 420.0),
    );
    let above = whole(
        bins(&paths(svg, true, BLUE_TINT)[0], &across, &up),
        up.pixel(),
    );
    let below = &paths(svg, true, ORANGE_TINT)[0];
    assert_eq!(below[0].1, middle);
    // Below, zero has no number of its own: it is the one above.
    let zero = down.number(middle);
    assert!(zero.abs() < 0.11 * down.pixel(), "{zero}");
    let below = whole(bins(below, &across, &down), down.pixel());
    counts_agree(&above, &x);
    for counts in [&above, &below] {
        assert_eq!(counts.iter().map(|(_, _, n)| n).sum::<f64>(), 800.0);
    }
    // Every value that is left stands in the middle of a bin; all other bins are holes.
    let scale = f64::from(q.params().scale());
    let full = below.iter().filter(|(_, _, n)| *n > 0.0);
    let mut levels = 0;
    for (from, to, count) in full {
        let level = ((from + to) / 2.0 / scale).round() * scale;
        assert!(
            ((from + to) / 2.0 - level).abs() < 0.2 * across.pixel(),
            "{from} {to}"
        );
        let equal = y.iter().filter(|y| (*y - level).abs() < 1e-6).count();
        assert_eq!(equal as f64, *count, "{level}");
        levels += 1;
    }
    assert!(levels < 16, "{levels} levels");
    let holes = format!(
        "{} are empty",
        below.iter().filter(|(_, _, n)| *n == 0.0).count()
    );
    assert!(
        figure.text().contains(&holes),
        "{holes} in {}",
        figure.text()
    );
    insta::assert_snapshot!("histograms", lines(svg));
}

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

#[test]
fn levels_and_thresholds_stand_at_their_numbers() {
    let x = bell(700, 0.5);
    let levels = [0.9, -1.0, -0.2, 0.0, -0.0, 0.15, 0.35, -0.5];
    let picture = levels_on_histogram(&x, levels).thresholds();
    let figure = picture.figure();
    good(&figure);
    let axis = x_axis(figure.svg());
    let mut sorted = vec![-1.0, -0.5, -0.2, 0.0, 0.15, 0.35, 0.9];
    let at: Vec<f64> = paths(figure.svg(), false, ORANGE)
        .iter()
        .map(|ends| axis.number(ends[0].0))
        .collect();
    assert_eq!(at.len(), 7);
    for (drawn, level) in at.iter().zip(&sorted) {
        assert!(
            (drawn - level).abs() < 0.11 * axis.pixel(),
            "{drawn} {level}"
        );
    }
    let middles: Vec<f64> = lines_of(figure.svg(), GREEN)
        .iter()
        .map(|[(x, _), _]| axis.number(*x))
        .collect();
    let expected = [-0.75, -0.35, -0.1, 0.075, 0.25, 0.625];
    assert_eq!(middles.len(), 6);
    for (drawn, middle) in middles.iter().zip(expected) {
        assert!(
            (drawn - middle).abs() < 0.11 * axis.pixel(),
            "{drawn} {middle}"
        );
    }
    counts_agree(&drawn(&figure, BLUE_TINT), &x);
    // The nearest level of every number, by trying all of them.
    let nearest = |x: &f64| {
        let far = |a: &f64, b: &f64| (a - x).abs().total_cmp(&(b - x).abs());
        sorted.iter().copied().min_by(far).unwrap()
    };
    let taken: Vec<f64> = x.iter().map(nearest).collect();
    let mse = x
        .iter()
        .zip(&taken)
        .map(|(x, l)| (x - l).powi(2))
        .sum::<f64>()
        / 700.0;
    assert!(
        figure.text().contains(&format!("MSE {mse:.8}")[..12]),
        "{mse} {}",
        figure.text()
    );
    let text = figure.text();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for level in sorted.drain(..) {
        let count = taken.iter().filter(|l| **l == level).count();
        let row = rows.iter().skip(3).find(|row| row[0] == level.to_string());
        assert_eq!(row.unwrap()[1], count.to_string(), "{level}");
    }
    insta::assert_snapshot!("levels_text", figure.text());
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
            good(&histograms(x, y));
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

#[test]
fn many_numbers_make_a_small_picture() {
    let x = bell(100_000, 1.0);
    let y = Affine::symmetric(INT8).fake_quantize(&x);
    good(&histograms(&x, &y));
    good(&error_histogram(&x, &y).figure());
    good(&levels_on_histogram(&x, [-1.0, 0.0, 1.0]).figure());
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
