//! From a number to its pixel, in proportion or by its logarithm.

use super::axis::Axis;
use crate::value::Value;

pub(super) const LEFT: f64 = 48.0;
pub(super) const RIGHT: f64 = 832.0;
/// From zero to the smallest magnitude of a logarithmic line.
const GAP: f64 = 28.0;

/// The axis that all lines share.
pub(super) enum Scale {
    Linear(Axis),
    /// Of log2 |x|, to the right of `zero`, and, mirrored, to its left.
    Log {
        magnitudes: Axis,
        zero: f64,
        has_zero: bool,
    },
}

impl Scale {
    /// A scale that holds all these values.
    pub(super) fn new(values: &[Value], log: bool) -> Scale {
        let numbers = || values.iter().map(|value| value.to_f64());
        if !log {
            return Scale::Linear(Axis {
                low: numbers().fold(f64::INFINITY, f64::min),
                high: numbers().fold(f64::NEG_INFINITY, f64::max),
                left: LEFT,
                right: RIGHT,
            });
        }
        let logs = || numbers().filter(|x| *x != 0.0).map(|x| x.abs().log2());
        let has_zero = numbers().any(|x| x == 0.0);
        let negative = numbers().any(|x| x < 0.0);
        let zero = if negative { (LEFT + RIGHT) / 2.0 } else { LEFT };
        let gap = if negative || has_zero { GAP } else { 0.0 };
        let low = logs().fold(f64::INFINITY, f64::min);
        let high = logs().fold(f64::NEG_INFINITY, f64::max);
        let any = low <= high;
        Scale::Log {
            magnitudes: Axis {
                low: if any { low } else { 0.0 },
                high: if any { high } else { 0.0 },
                left: zero + gap,
                right: RIGHT,
            },
            zero,
            has_zero,
        }
    }

    pub(super) fn x(&self, number: f64) -> f64 {
        match self {
            Scale::Linear(axis) => axis.x(number),
            Scale::Log { zero, .. } if number == 0.0 => *zero,
            Scale::Log {
                magnitudes, zero, ..
            } => {
                let x = magnitudes.x(number.abs().log2());
                if number < 0.0 { 2.0 * zero - x } else { x }
            }
        }
    }

    /// Where the axis has labels, the most important first: pixel and text, as a formula.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Scale::Linear(axis) => {
                let ticks = axis.ticks(10).into_iter();
                ticks
                    .map(|tick| (axis.x(tick), crate::text::general(tick, 6)))
                    .collect()
            }
            Scale::Log {
                magnitudes,
                zero,
                has_zero,
            } => {
                let two_sided = *zero > LEFT;
                let (low, high) = (magnitudes.low.ceil() as i32, magnitudes.high.floor() as i32);
                let room = (high - low) / 8 + 1; // at least so many powers from label to label
                let mut powers: Vec<i32> = (low..=high).filter(|e| e % room == 0).collect();
                powers.sort_by_key(|exponent| exponent.abs());
                let mut ticks = Vec::new();
                if *has_zero {
                    ticks.push((*zero, "0".to_owned()));
                }
                for exponent in powers {
                    let x = magnitudes.x(f64::from(exponent));
                    ticks.push((x, format!("2^{{{exponent}}}")));
                    if two_sided {
                        ticks.push((2.0 * zero - x, format!("-2^{{{exponent}}}")));
                    }
                }
                ticks
            }
        }
    }
}
