//! Scales of colours over numbers.

use crate::render::theme::{Hue, INK, PAPER};

/// Steps of colour from paper to the strongest.
pub(super) const LEVELS: i32 = 12;

/// Colours for the numbers from `low` to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    /// The strongest colour below zero, if zero is the paper's; else the lowest number is.
    below: Option<&'static str>,
    above: &'static str,
}

impl Scale {
    /// Paper at 0, and a colour on either side, to the same magnitude.
    pub(super) fn around_zero(largest: f64, below: Hue, above: Hue) -> Scale {
        Scale {
            low: -largest,
            high: largest,
            below: Some(below.line),
            above: above.line,
        }
    }

    /// Paper at the lowest number.
    pub(super) fn rising((low, high): (f64, f64), hue: Hue) -> Scale {
        Scale {
            low,
            high,
            below: None,
            above: hue.line,
        }
    }

    /// The levels that the scale has, in order.
    pub(super) fn levels(&self) -> std::ops::RangeInclusive<i32> {
        match self.below {
            _ if self.low >= self.high => 0..=0,
            Some(_) => -LEVELS..=LEVELS,
            None => 0..=LEVELS,
        }
    }

    /// The level of a number of the scale.
    pub(super) fn level(&self, x: f64) -> i32 {
        let part = match self.below {
            _ if self.low >= self.high => 0.0,
            Some(_) => x / self.high,
            // Halves, so that the width of the widest scale is no infinity.
            None => (x / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0),
        };
        (part * f64::from(LEVELS)).round() as i32
    }

    /// The colour of a level.
    pub(super) fn colour(&self, level: i32) -> String {
        let full = if level < 0 {
            self.below.unwrap_or(self.above)
        } else {
            self.above
        };
        let (paper, full) = (channels(PAPER), channels(full));
        let mixed = std::array::from_fn::<i32, 3, _>(|i| {
            paper[i] + (full[i] - paper[i]) * level.abs() / LEVELS
        });
        let [red, green, blue] = mixed;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// The colour of text on a level: whichever has more contrast.
    pub(super) fn ink(&self, level: i32) -> &'static str {
        let ground = luminance(&self.colour(level));
        let contrast = |text: &str| {
            let text = luminance(text);
            (ground.max(text) + 0.05) / (ground.min(text) + 0.05)
        };
        if contrast(PAPER) > contrast(INK) {
            PAPER
        } else {
            INK
        }
    }
}

/// Red, green and blue of `#rrggbb`.
fn channels(colour: &str) -> [i32; 3] {
    std::array::from_fn(|i| {
        let digits = &colour[2 * i + 1..2 * i + 3];
        i32::from_str_radix(digits, 16).expect("the theme's colours have six digits")
    })
}

/// Relative luminance, 0 to 1, with squares for sRGB's power of 2.4.
fn luminance(colour: &str) -> f64 {
    let [red, green, blue] = channels(colour).map(|channel| (f64::from(channel) / 255.0).powi(2));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::theme::{EXPONENT, FRACTION, LOST, PLAIN, SIGN};

    #[test]
    fn the_ends_and_the_middle() {
        let scale = Scale::around_zero(2.0, EXPONENT, SIGN);
        assert_eq!(
            [-2.0, -0.01, 0.0, 1.0, 2.0].map(|x| scale.level(x)),
            [-LEVELS, 0, 0, LEVELS / 2, LEVELS]
        );
        assert_eq!(scale.colour(-LEVELS), EXPONENT.line);
        assert_eq!(scale.colour(0), PAPER);
        assert_eq!(scale.colour(LEVELS), SIGN.line);
        let widest = Scale::rising((f64::MIN, f64::MAX), PLAIN);
        assert_eq!(
            [f64::MIN, 0.0, f64::MAX].map(|x| widest.level(x)),
            [0, LEVELS / 2, LEVELS]
        );
        assert_eq!(Scale::around_zero(0.0, EXPONENT, SIGN).level(0.0), 0);
        assert_eq!(Scale::rising((5.0, 5.0), PLAIN).level(5.0), 0);
    }

    #[test]
    fn text_can_be_read_on_every_level() {
        for scale in [
            Scale::around_zero(1.0, EXPONENT, SIGN),
            Scale::around_zero(1.0, LOST, FRACTION),
            Scale::rising((0.0, 1.0), PLAIN),
        ] {
            for level in scale.levels() {
                let (ground, text) = (luminance(&scale.colour(level)), luminance(scale.ink(level)));
                let contrast = (ground.max(text) + 0.05) / (ground.min(text) + 0.05);
                assert!(contrast > 3.5, "{contrast} on {}", scale.colour(level));
            }
        }
    }
}
