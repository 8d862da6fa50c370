//! An axis: where its numbers lie, its ticks, and what is written at them.

use super::SMALL;
use crate::render::number_line::axis::Axis;
use crate::text::grouped;
use plotters::coord::ranged1d::{
    KeyPointHint, KeyPointWeight, NoDefaultFormatting, Ranged, ValueFormatter,
};
use std::ops::Range;

/// How far a number may stick out at an end of an axis, in px.
const BESIDE: f64 = 26.0;

/// A linear or logarithmic axis from its lowest to its highest number.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    log: bool,
    /// Whether it runs from right to left, or from top to bottom.
    flipped: bool,
    ticks: Vec<f64>,
}

impl Scale {
    /// An axis of exactly this range, with at most about `count` round ticks.
    pub(super) fn linear(low: f64, high: f64, count: usize) -> Scale {
        let (low, high) = widened(low, high);
        Scale {
            ticks: axis(low, high).ticks(count),
            low,
            high,
            log: false,
            flipped: false,
        }
    }

    /// The same with as many ticks as have room on `px` pixels and a little at both ends.
    pub(super) fn across(low: f64, high: f64, px: f64) -> Scale {
        let scales = (2..=10).rev().map(|count| Scale::linear(low, high, count));
        let fits = |scale: &Scale| {
            let room = px / scale.ticks.len() as f64;
            scale.widest() + 14.0 <= room
        };
        let few = Scale::linear(low, high, 1);
        let mut scale = scales.into_iter().find(fits).unwrap_or(few);
        let all = scale.clone();
        scale.ticks.retain(|tick| {
            let from_end = (1.0 - all.place(*tick)).min(all.place(*tick)) * px;
            SMALL.width(&all.written(*tick)) / 2.0 <= from_end + BESIDE
        });
        scale
    }

    /// An axis of counts, from zero to some room above the highest.
    pub(super) fn counts(most: f64, ticks: usize) -> Scale {
        let mut scale = Scale::linear(0.0, 1.06 * most, ticks);
        scale.ticks.retain(|tick| tick.fract() == 0.0);
        scale
    }

    /// A logarithmic axis over whole powers of ten that holds `low` to `high`, both positive.
    pub(super) fn log(low: f64, high: f64) -> Scale {
        let first = low.log10().floor() as i32;
        let last = (high.log10().ceil() as i32).max(first + 1);
        let every = (last - first) as usize / 7 + 1;
        let power = |exponent: i32| format!("1e{exponent}").parse().expect("a number");
        Scale {
            low: power(first),
            high: power(last),
            log: true,
            flipped: false,
            ticks: (first..=last).step_by(every).map(power).collect(),
        }
    }

    /// The same the other way round, below another one with the same zero.
    pub(super) fn mirrored(mut self) -> Scale {
        self.flipped = true;
        self.ticks.retain(|tick| *tick != 0.0);
        self
    }

    pub(super) fn low(&self) -> f64 {
        self.low
    }

    pub(super) fn high(&self) -> f64 {
        self.high
    }

    /// Where a number lies: 0 at the beginning of the axis, 1 at its end.
    pub(super) fn place(&self, number: f64) -> f64 {
        let place = match self.log {
            true => axis(self.low.log10(), self.high.log10()).x(number.log10()),
            false => axis(self.low, self.high).x(number),
        };
        if self.flipped { 1.0 - place } else { place }
    }

    /// The width of the longest number written at it, in px.
    pub(super) fn widest(&self) -> f64 {
        let widths = self.ticks.iter().map(|x| SMALL.width(&self.written(*x)));
        widths.fold(0.0, f64::max)
    }

    /// A tick in words, as a formula; all of one axis look alike.
    fn written(&self, tick: f64) -> String {
        let most = exponent(self.low).max(exponent(self.high));
        let plain = match self.log {
            true => exponent(self.low) >= -3 && most <= 3,
            false => (-4..7).contains(&most),
        };
        if tick == 0.0 {
            return "0".to_owned();
        }
        if plain && tick.fract() == 0.0 {
            return grouped(tick as i64);
        }
        if plain {
            return tick.to_string();
        }
        let scientific = format!("{tick:e}");
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        match digits {
            "1" => format!("10^{{{exponent}}}"),
            "-1" => format!("-10^{{{exponent}}}"),
            _ => format!("{digits}×10^{{{exponent}}}"),
        }
    }
}

fn axis(low: f64, high: f64) -> Axis {
    Axis {
        low,
        high,
        left: 0.0,
        right: 1.0,
    }
}

/// The power of ten of a number's first digit; that of zero is small.
fn exponent(x: f64) -> i32 {
    match x {
        0.0 => i32::MIN,
        _ => x.abs().log10().floor() as i32,
    }
}

/// A range that is wide enough to be drawn: numbers that are all equal stand in the middle.
pub(super) fn widened(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if high - low > size * 1e-12 && high - low > 1e-60 {
        return (low, high);
    }
    let half = if size > 1e-60 { size / 2.0 } else { 1.0 };
    (low - half, high + half)
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, number: &f64, (from, to): (i32, i32)) -> i32 {
        let (from, to) = (f64::from(from), f64::from(to));
        (from + self.place(*number) * (to - from)).round() as i32
    }

    fn key_points<H: KeyPointHint>(&self, hint: H) -> Vec<f64> {
        match hint.weight() {
            KeyPointWeight::Bold => self.ticks.clone(),
            KeyPointWeight::Any => Vec::new(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, tick: &f64) -> String {
        self.written(*tick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(scale: &Scale) -> Vec<String> {
        scale.ticks.iter().map(|x| scale.written(*x)).collect()
    }

    #[test]
    fn ticks_of_one_axis_look_alike() {
        assert_eq!(
            written(&Scale::linear(-0.00005, 0.0001, 4)),
            ["-0.00005", "0", "0.00005", "0.0001"]
        );
        assert_eq!(
            written(&Scale::linear(0.0, 1e-5, 2)),
            ["0", "5×10^{-6}", "10^{-5}"]
        );
        assert_eq!(
            written(&Scale::linear(0.0, 20000.0, 2)),
            ["0", "10\u{2009}000", "20\u{2009}000"]
        );
        assert_eq!(written(&Scale::counts(2.0, 5)), ["0", "1", "2"]);
        assert_eq!(written(&Scale::linear(-1e9, 0.0, 1))[0], "-10^{9}");
        assert_eq!(written(&Scale::log(0.02, 0.5)), ["0.01", "0.1", "1"]);
        assert_eq!(
            written(&Scale::log(2e-9, 5e-6)),
            ["10^{-9}", "10^{-8}", "10^{-7}", "10^{-6}", "10^{-5}"]
        );
    }

    #[test]
    fn a_logarithmic_axis_has_equal_factors_in_equal_steps() {
        let scale = Scale::log(0.002, 7.0);
        assert_eq!((scale.low(), scale.high()), (0.001, 10.0));
        assert!((scale.place(0.1) - 0.5).abs() < 1e-12);
        assert!((scale.mirrored().place(0.01) - 0.75).abs() < 1e-12);
        assert_eq!(Scale::log(1.0, 1.0).high(), 10.0);
        assert_eq!(Scale::log(1e-40, 1e40).ticks.len(), 7);
    }

    #[test]
    fn numbers_that_are_all_equal_have_a_range() {
        assert_eq!(widened(0.0, 0.0), (-1.0, 1.0));
        assert_eq!(widened(3.0, 3.0), (1.5, 4.5));
        assert_eq!(widened(-1e-45, 1e-45), (-1e-45, 1e-45));
        assert_eq!(widened(0.0, 1e-300), (-1.0, 1.0));
    }

    #[test]
    fn long_numbers_have_room() {
        for (low, high) in [(1e6, 1e6 + 1e-3), (-1e38, 1e38), (0.0, 1.0), (1e-45, 3e-45)] {
            let scale = Scale::across(low, high, 400.0);
            let needed = (scale.widest() + 14.0) * (scale.ticks.len() - 1) as f64;
            assert!(needed < 400.0 || scale.ticks.len() == 1, "{scale:?}");
            assert!(!scale.ticks.is_empty());
            let last = scale.ticks[scale.ticks.len() - 1];
            let half = SMALL.width(&scale.written(last)) / 2.0;
            assert!(400.0 * scale.place(last) + half <= 426.0);
        }
    }
}
