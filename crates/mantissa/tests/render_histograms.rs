//! The numbers in the histograms, read back and computed once more in another way.

mod chart;
mod picture;

use chart::{
    BLUE_TINT, GREEN, INK, ORANGE, ORANGE_TINT, bell, bins, contents, good, lines_of, paths,
    x_axis, y_axis, y_axis_within,
};
use mantissa::prelude::*;
use picture::{lines, texts};

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
    let figure = histograms(&x, &y).figure();
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
fn pictures_with_the_same_axes_can_be_compared() {
    let x = bell(600, 1.0);
    let y = |end: f32| {
        Affine::symmetric(INT4)
            .fit_range(-end, end)
            .fake_quantize(&x)
    };
    let numbers = |figure: &Figure| -> Vec<_> {
        let axes = texts(figure.svg())
            .into_iter()
            .filter(|text| text.y > 100.0);
        axes.map(|text| (text.content, text.x, text.y)).collect()
    };
    let both = |end| {
        let pair = histograms(&x, y(end)).axes(-2.5..=2.5, 400.0).figure();
        let errors = error_histogram(&x, y(end)).axes(-1.0..=1.0, 400.0).figure();
        [pair, errors].map(|figure| {
            good(&figure);
            figure
        })
    };
    let [[wide, wide_errors], [narrow, narrow_errors]] = [2.0, 0.5].map(both);
    assert_eq!(numbers(&wide), numbers(&narrow));
    let outline = |figure| paths(figure, true, BLUE_TINT).remove(0);
    assert_eq!(outline(wide.svg()), outline(narrow.svg()));
    // RMSE and mean stand above the panel, and within it what lies outside.
    let below = |figure| numbers(figure).into_iter().filter(|text| text.2 > 145.0);
    assert!(below(&wide_errors).eq(below(&narrow_errors)));
    // What does not fit is counted, and no bar leaves the panel.
    let low = histograms(&x, y(0.5)).axes(-0.2..=0.2, 1.0).figure();
    good(&low);
    let outside = x.iter().filter(|x| x.abs() > 0.2).count();
    assert!(
        low.text().contains(&format!("{outside} beyond the axis")),
        "{low:?}"
    );
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

#[test]
fn many_numbers_make_a_small_picture() {
    let x = bell(100_000, 1.0);
    let y = Affine::symmetric(INT8).fake_quantize(&x);
    good(&histograms(&x, &y).figure());
    good(&error_histogram(&x, &y).figure());
    good(&levels_on_histogram(&x, [-1.0, 0.0, 1.0]).figure());
}
