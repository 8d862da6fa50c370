//! Numbers counted in equal steps.

use super::scale::widened;
use crate::render::number_line::axis::Axis;
use crate::render::svg::table;
use crate::text::{general, grouped};

/// A histogram: how many numbers lie in each of some equal steps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bins {
    low: f64,
    width: f64,
    counts: Vec<u64>,
    below: u64,
    above: u64,
}

/// Rows of a histogram in words.
const ROWS: usize = 24;

impl Bins {
    /// `count` empty steps of a width.
    pub(super) fn new(low: f64, width: f64, count: usize) -> Bins {
        Bins {
            low,
            width,
            counts: vec![0; count],
            below: 0,
            above: 0,
        }
    }

    /// 40 to 102 empty steps of a round width that hold `low` to `high`.
    pub(super) fn round(low: f64, high: f64) -> Bins {
        let (low, high) = widened(low, high);
        let (left, right) = (0.0, 1.0);
        let axis = Axis {
            low,
            high,
            left,
            right,
        };
        let edges = axis.ticks(100);
        let (first, last) = (edges[0], edges[edges.len() - 1]);
        let steps = edges.len() - 1;
        let width = (last - first) / steps as f64;
        let (before, after) = (usize::from(first > low), usize::from(last < high));
        Bins::new(first - before as f64 * width, width, steps + before + after)
    }

    /// The same with these numbers counted.
    pub(super) fn count<'a>(mut self, numbers: impl IntoIterator<Item = &'a f64>) -> Bins {
        let last = self.counts.len() - 1;
        for x in numbers {
            let place = (x - self.low) / self.width;
            if place < -EDGE {
                self.below += 1;
            } else if place > self.counts.len() as f64 + EDGE {
                self.above += 1;
            } else {
                self.counts[(place as usize).min(last)] += 1;
            }
        }
        self
    }

    /// Where step `i` begins.
    pub(super) fn edge(&self, i: usize) -> f64 {
        self.low + i as f64 * self.width
    }

    /// The ends of all steps.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.low, self.edge(self.counts.len()))
    }

    pub(super) fn width(&self) -> f64 {
        self.width
    }

    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many numbers lie below and above all steps.
    pub(super) fn outside(&self) -> (u64, u64) {
        (self.below, self.above)
    }

    /// The largest count, at least 1.
    pub(super) fn peak(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0).max(1)
    }

    /// The corners of its outline, from the left end to the right.
    pub(super) fn outline(&self) -> Vec<(f64, f64)> {
        let mut corners = vec![(self.low, 0.0)];
        for (i, count) in self.counts.iter().enumerate() {
            let high = *count as f64;
            corners.extend([(self.edge(i), high), (self.edge(i + 1), high)]);
        }
        corners.push((self.range().1, 0.0));
        corners
    }

    /// The same in at most [`ROWS`] steps.
    fn merged(&self) -> Bins {
        let each = self.counts.len().div_ceil(ROWS);
        let counts = self.counts.chunks(each).map(|part| part.iter().sum());
        Bins {
            width: self.width * each as f64,
            counts: counts.collect(),
            ..self.clone()
        }
    }
}

/// Rounding may put the last edge this far, in steps, from the last number.
const EDGE: f64 = 1e-6;

/// Histograms over the same steps in words: from, to, and the count of each.
pub(super) fn words(heads: &[&str], histograms: &[&Bins]) -> String {
    let merged: Vec<Bins> = histograms.iter().map(|bins| bins.merged()).collect();
    let first = &merged[0];
    // What is zero but for rounding is zero.
    let edge = |i: usize| {
        let x = first.edge(i);
        let x = if x.abs() < 1e-9 * first.width { 0.0 } else { x };
        general(x, 4)
    };
    let mut rows = vec![heads.iter().map(|head| head.to_string()).collect()];
    rows.extend((0..first.counts.len()).map(|i| {
        let counts = merged.iter().map(|bins| grouped(bins.counts[i]));
        [edge(i), edge(i + 1)].into_iter().chain(counts).collect()
    }));
    table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_counted_once() {
        let x: Vec<f64> = (-1000..1001)
            .map(|i| (f64::from(i) + 0.5) / 700.0)
            .collect();
        let bins = Bins::round(x[0], x[2000]).count(&x);
        assert_eq!(bins.counts().iter().sum::<u64>(), 2001);
        assert_eq!((bins.range(), bins.counts().len()), ((-1.45, 1.45), 58));
        for (i, count) in bins.counts().iter().enumerate() {
            let inside = |x: &&f64| **x >= bins.edge(i) && **x < bins.edge(i + 1);
            assert_eq!(*count, x.iter().filter(inside).count() as u64, "{i}");
        }
        assert_eq!(bins.merged().counts().iter().sum::<u64>(), 2001);
        assert!(bins.merged().counts().len() <= ROWS);
    }

    #[test]
    fn what_lies_outside_is_counted_apart() {
        let bins = Bins::new(-1.0, 0.5, 4).count(&[-1.0, -2.0, 1.0, 1.0001, 9.0, 0.0]);
        assert_eq!(bins.counts(), [1, 0, 1, 1]);
        assert_eq!(bins.outside(), (1, 2));
        let corners = [(-1.0, 0.0), (-1.0, 1.0), (-0.5, 1.0), (-0.5, 0.0)];
        assert_eq!(bins.outline()[..4], corners);
    }

    #[test]
    fn steps_are_round_and_hold_the_ends() {
        for (low, high) in [(0.0, 0.0), (-3e38, 3e38), (1e-45, 4e-45), (7.0, 7.0 + 1e-6)] {
            let bins = Bins::round(low, high).count(&[low, high]);
            assert_eq!(bins.counts().iter().sum::<u64>(), 2, "{low} {high}");
            assert!((40..=102).contains(&bins.counts().len()), "{bins:?}");
        }
    }
}
