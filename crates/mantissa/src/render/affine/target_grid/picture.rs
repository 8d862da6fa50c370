//! The data above, a comb for each target below, on one axis.

use super::{Target, TargetGrid};
use crate::render::affine::{LEFT, MOST, RIGHT, WIDTH, distinct, short};
use crate::render::figure::px1;
use crate::render::number_line::axis::{Axis, fitting};
use crate::render::svg::{Font, line, text};
use crate::render::theme::{EXPONENT, LOST, MUTED, PAPER, PLAIN, RULE};
use crate::render::{Figure, Lang};
use crate::text::{general, grouped};
use maud::{Markup, html};

/// The histogram's height and its base.
const HIGH: f64 = 74.0;
const BASE: f64 = 164.0;
/// Width of its bars.
const BAR: f64 = 14.0;
/// One target's part of the height, and its comb within it.
const ROW: f64 = 96.0;
const COMB: f64 = 64.0;
const TOOTH: f64 = 14.0;
/// Height of the largest density.
const DENSE: f64 = 30.0;
const SMALL: Font = Font::sans(12.0);

impl TargetGrid {
    pub(super) fn draw(&self, lang: Lang) -> Figure {
        let axis = self.axis();
        let bottom = BASE + 12.0 + ROW * self.targets.len() as f64;
        let density = Density::new(&self.targets);
        let title = self.title(lang);
        let mut remark = lang
            .pick(
                "each tooth is a value; the area above the teeth is their density, 1 / gap",
                "每个齿是一个可表示的值；齿上方的面积是它们的密度，即 1 / 间隔",
            )
            .to_owned();
        if density.log {
            remark += lang.pick(" (log scale)", "（对数刻度）");
        }
        let body = html! {
            (grid(&axis, bottom))
            (text(20.0, 32.0, Font::sans(19.0).bold(), &title))
            (text(20.0, 54.0, Font::sans(13.0).fill(MUTED), &remark))
            (self.data(&axis))
            @for (i, target) in self.targets.iter().enumerate() {
                (self.row(BASE + 12.0 + ROW * i as f64, target, &axis, &density, lang))
            }
        };
        let names: Vec<&str> = self
            .targets
            .iter()
            .map(|target| target.name.as_str())
            .collect();
        let label = format!("{title}: {}", names.join("; "));
        let size = (WIDTH as u32, (bottom + 30.0) as u32);
        Figure::new(size, label, self.words(lang), body)
    }

    /// The axis that holds the data and all values.
    fn axis(&self) -> Axis {
        let data = self.x.iter().map(|x| f64::from(*x));
        let ends = self.targets.iter().map(Target::range);
        let all = || {
            data.clone()
                .chain(ends.clone().flat_map(|(low, high)| [low, high]))
        };
        Axis {
            low: all().fold(f64::INFINITY, f64::min),
            high: all().fold(f64::NEG_INFINITY, f64::max),
            left: LEFT,
            right: RIGHT,
        }
    }

    /// Few numbers as dots, many as a histogram.
    fn data(&self, axis: &Axis) -> Markup {
        html! {
            @if self.x.len() <= MOST {
                (self.dots(axis))
            } @else {
                (self.histogram(axis))
            }
            (line((LEFT, BASE), (RIGHT, BASE), PLAIN.line))
        }
    }

    fn dots(&self, axis: &Axis) -> Markup {
        let numbers = distinct(self.x.iter().map(|x| f64::from(*x)));
        let dot = |x: &f64| format!("M{} {}v{}", px1(axis.x(*x)), px1(BASE), px1(-0.4 * HIGH));
        let ordered = [numbers[0], numbers[numbers.len() - 1]]
            .into_iter()
            .chain(numbers.clone());
        let labels = ordered.map(|x| (axis.x(x), short(x)));
        html! {
            path d=(numbers.iter().map(dot).collect::<String>()) stroke=(EXPONENT.line)
                stroke-width="3" {}
            @for label in fitting(labels, SMALL, (8.0, WIDTH - 8.0)) {
                (plate(label.x, BASE - 0.4 * HIGH - 6.0, &label.text))
            }
        }
    }

    fn histogram(&self, axis: &Axis) -> Markup {
        let bins = ((RIGHT - LEFT) / BAR) as usize;
        let mut counts = vec![0_u64; bins];
        for x in &self.x {
            let place = (axis.x(f64::from(*x)) - LEFT) / BAR;
            counts[(place as usize).min(bins - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(1);
        let height = |count: u64| count as f64 / most as f64 * HIGH;
        let bars = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let bars = bars.map(|(i, count)| {
            let x = LEFT + BAR * i as f64 + 0.5;
            let high = px1(height(*count));
            format!("M{} {BASE}v-{high}h{}v{high}z", px1(x), px1(BAR - 1.0))
        });
        let highest = counts.iter().position(|count| *count == most).unwrap_or(0);
        html! {
            path d=(bars.collect::<String>()) fill=(EXPONENT.line) {}
            (plate(LEFT + BAR * (highest as f64 + 0.5), BASE - HIGH - 5.0, &grouped(most)))
        }
    }

    /// One target: its name and what describes it, the density of its values, and the values.
    fn row(&self, y: f64, target: &Target, axis: &Axis, density: &Density, lang: Lang) -> Markup {
        let name = Font::sans(14.0).bold().fill(target.hue.line);
        let shown = name.cut(&target.name, 220.0);
        let (muted, right) = (Font::sans(13.0).fill(MUTED), Font::sans(13.0).end());
        let mse = format!("MSE {}", general(target.mse, 4));
        let clipped = match lang {
            Lang::En => format!("{} clipped", target.clipped),
            Lang::Zh => format!("{} 个被截断", target.clipped),
        };
        let from = 20.0 + name.width(&shown) + 10.0;
        let to = WIDTH - 20.0 - right.width(&mse) - 16.0;
        let room = match target.clipped {
            0 => to - from,
            _ => to - right.bold().width(&clipped) - 16.0 - from,
        };
        // So long a row of digits may be wider than it is counted.
        let remark = muted.cut(&target.remark(lang), 0.9 * room);
        html! {
            // Behind the words, so that no grid line runs through them.
            rect x="0" y=(px1(y + 2.0)) width=(px1(WIDTH)) height="22" fill=(PAPER) {}
            (text(20.0, y + 18.0, name, &shown))
            (text(from, y + 18.0, muted, &remark))
            (text(WIDTH - 20.0, y + 18.0, right, &mse))
            @if target.clipped > 0 {
                (text(to, y + 18.0, right.bold().fill(LOST.line), &clipped))
            }
            path d=(density.area(target, axis, y + COMB)) fill=(target.hue.fill)
                stroke=(target.hue.line) stroke-width="0.8" {}
            (self.comb(y + COMB, target, axis))
        }
    }

    /// A tooth at each value; where data lies beyond them, a line.
    fn comb(&self, y: f64, target: &Target, axis: &Axis) -> Markup {
        let mut teeth: Vec<String> = target.values.iter().map(|x| px1(axis.x(*x))).collect();
        teeth.dedup();
        let teeth = teeth.iter().map(|x| format!("M{x} {}v{TOOTH}", px1(y)));
        let (low, high) = target.range();
        let data = || self.x.iter().map(|x| f64::from(*x));
        let ends = [
            (data().fold(low, f64::min), low),
            (high, data().fold(high, f64::max)),
        ];
        html! {
            (line((axis.x(low), y), (axis.x(high), y), target.hue.line))
            @for (from, to) in ends.into_iter().filter(|(from, to)| from < to) {
                (line((axis.x(from), y), (axis.x(to), y), LOST.line))
            }
            path d=(teeth.collect::<String>()) stroke=(target.hue.line) stroke-width="1.4" {}
            @if target.values.contains(&0.0) {
                circle cx=(px1(axis.x(0.0))) cy=(px1(y + TOOTH + 3.0)) r="3" fill=(PAPER)
                    stroke=(target.hue.line) stroke-width="1.5" {}
            }
        }
    }
}

impl Target {
    /// `s = 1.8, z = 0: 15 values, -10.8 ... 10.8, gaps 0.9 ... 3.6`.
    fn remark(&self, lang: Lang) -> String {
        let (low, high) = self.range();
        let (least, largest) = self.gap_range();
        let [low, high] = [low, high].map(short);
        let [least, largest] = [least, largest].map(|gap| general(gap, 3));
        let gaps = match least == largest {
            true => largest,
            false => format!("{least} ... {largest}"),
        };
        let count = self.values.len();
        let values = match lang {
            Lang::En => format!("{count} values, {low} ... {high}, gaps {gaps}"),
            Lang::Zh => format!("{count} 个值，{low} ... {high}，间隔 {gaps}"),
        };
        match self.parameters.as_str() {
            "" => values,
            parameters => format!("{parameters};  {values}"),
        }
    }
}

/// How high densities are drawn: linear, or logarithmic if they differ too much.
struct Density {
    least: f64,
    most: f64,
    log: bool,
}

impl Density {
    fn new(targets: &[Target]) -> Density {
        let densities = || targets.iter().flat_map(Target::gaps).map(|gap| 1.0 / gap);
        let least = densities().fold(f64::INFINITY, f64::min);
        let most = densities().fold(0.0, f64::max);
        Density {
            least,
            most,
            log: most > 64.0 * least,
        }
    }

    fn height(&self, gap: f64) -> f64 {
        let part = match self.log {
            false => 1.0 / gap / self.most,
            // The least is a tenth of the height.
            true => 0.1 - 0.9 * (gap * self.least).ln() / (self.most / self.least).ln(),
        };
        part * DENSE
    }

    /// The area under 1 / gap, from the first to the last value.
    fn area(&self, target: &Target, axis: &Axis, base: f64) -> String {
        let mut path = format!("M{} {}", px1(axis.x(target.values[0])), px1(base));
        let mut last = String::new();
        for (gap, to) in target.gaps().zip(&target.values[1..]) {
            let y = px1(base - self.height(gap));
            // Equal steps are one line, as are those between the same pixels.
            if y != last {
                path += &format!("V{y}");
                last = y;
            }
            path += &format!("H{}", px1(axis.x(*to)));
        }
        path + &format!("V{}z", px1(base))
    }
}

/// Round numbers below, each with a light line through all rows.
fn grid(axis: &Axis, bottom: f64) -> Markup {
    let ticks = axis.ticks(10).into_iter().map(|x| (axis.x(x), short(x)));
    html! {
        @for label in fitting(ticks, SMALL, (8.0, WIDTH - 8.0)) {
            line x1=(px1(label.at)) y1=(px1(BASE - HIGH)) x2=(px1(label.at)) y2=(px1(bottom))
                stroke=(RULE) {}
            (text(label.x, bottom + 16.0, SMALL.fill(MUTED).middle(), &label.text))
        }
        (line((LEFT, bottom), (RIGHT, bottom), PLAIN.line))
    }
}

/// A label on a white ground.
fn plate(x: f64, y: f64, words: &str) -> Markup {
    let width = SMALL.width(words) + 2.0;
    html! {
        rect x=(px1(x - width / 2.0)) y=(px1(y - 11.0)) width=(px1(width)) height="14" fill=(PAPER) {}
        (text(x, y, SMALL.middle(), words))
    }
}
