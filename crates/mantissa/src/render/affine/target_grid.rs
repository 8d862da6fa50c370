//! Where the representable values of several targets lie on the axis of the data.

mod picture;

use super::schemes::{Affines, Fitted};
use super::{distinct, hue, numbers, short};
use crate::quantized::{array, to_f64, unwrap};
use crate::render::svg::table;
use crate::render::theme::{Hue, PLAIN};
use crate::render::{Figure, Lang, Render, displays, names};
use crate::tensor::TensorData;
use crate::text::general;
use maud::Markup;
use ndarray::ArrayD;
use std::fmt;

/// More targets than this, and the picture is too large for a notebook.
const MOST_TARGETS: usize = 6;
/// More values than this, and a comb has no teeth to see.
const MOST_VALUES: usize = 256;

/// The values that targets of quantization can represent, on the axis of the data: made by
/// [`target_grid`].
#[derive(Clone, PartialEq)]
pub struct TargetGrid {
    x: ArrayD<f32>,
    targets: Vec<Target>,
}

/// Where the values lie that a target can represent, and how dense: below the data a comb for each
/// target, a tooth at each value, under the density 1 / gap of the values. Targets are affine schemes,
/// fitted to the data or with given parameters, and plain lists of values, such as the levels of a
/// codebook times its scale. Each has the mean squared distance from the data to the nearest value.
///
/// Unlike [`number_lines`](crate::number_lines), which shows every code of a format at its own value,
/// this shows values after scale and zero point, with the numbers that they are for.
///
/// ```
/// use mantissa::prelude::*;
/// let x = [5.47, 3.08, -7.59, 0.0, -1.95, -4.57, 10.8];
/// let grid = target_grid(x)
///     .affine((Affine::symmetric(INT4), Affine::symmetric(FP4_E2M1FN)))
///     .levels("ternary", [-10.8, 0.0, 10.8]);
/// assert!(grid.text().contains("float4_e2m1fn symmetric: -10.8 -7.2 -5.4 -3.6"));
/// ```
///
/// # Panics
/// If there is no number, or NaN or infinity among them.
#[track_caller]
pub fn target_grid(x: impl TensorData) -> TargetGrid {
    TargetGrid {
        x: numbers(x, "target_grid"),
        targets: Vec::new(),
    }
}

impl TargetGrid {
    /// The same with these schemes.
    ///
    /// # Panics
    /// If a scheme cannot be fitted or has more than one scale; at more than 256 values, or more than
    /// 6 targets.
    #[track_caller]
    pub fn affine(mut self, schemes: impl Affines) -> TargetGrid {
        for scheme in Fitted::all(&schemes, &self.x, "target_grid") {
            let (parameters, hue) = (scheme.parameters(), hue(scheme.params.dtype()));
            let name = names::scheme(&scheme.name, Lang::current());
            self.add(name, parameters, scheme.levels.values, hue);
        }
        self
    }

    /// The same with a list of values, in any order, as they lie on the axis of the data.
    ///
    /// # Panics
    /// If there are not 2 to 256 different finite values; at more than 6 targets.
    #[track_caller]
    pub fn levels(mut self, name: impl Into<String>, values: impl TensorData) -> TargetGrid {
        let name = name.into();
        let values = unwrap(array(values, to_f64));
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            panic!("the values of {name} are finite numbers, not {value}");
        }
        self.add(name, String::new(), values, PLAIN);
        self
    }

    #[track_caller]
    fn add(
        &mut self,
        name: String,
        parameters: String,
        values: impl IntoIterator<Item = f64>,
        hue: Hue,
    ) {
        let values = distinct(values);
        assert!(
            (2..=MOST_VALUES).contains(&values.len()),
            "target_grid draws 2 to {MOST_VALUES} values, and {name} has {}",
            values.len()
        );
        assert!(
            self.targets.len() < MOST_TARGETS,
            "target_grid draws at most {MOST_TARGETS} targets"
        );
        let mut target = Target {
            name,
            parameters,
            values,
            hue,
            clipped: 0,
            mse: 0.0,
        };
        target.measure(&self.x);
        self.targets.push(target);
    }

    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(Lang::current())
    }

    fn title(&self, lang: Lang) -> String {
        let count = self.x.len();
        match lang {
            Lang::En if count == 1 => "1 number and the values that can represent it".to_owned(),
            Lang::En => format!("{count} numbers and the values that can represent them"),
            Lang::Zh => format!("{count} 个数与可以表示它们的值"),
        }
    }

    /// The text form: the numbers that describe each target, and the values of the small ones.
    fn words(&self, lang: Lang) -> String {
        let heading = match lang {
            Lang::En => [
                "target",
                "values",
                "from",
                "to",
                "least gap",
                "largest gap",
                "clipped",
                "MSE",
            ],
            Lang::Zh => [
                "目标",
                "值的个数",
                "从",
                "到",
                "最小间隔",
                "最大间隔",
                "截断",
                "MSE",
            ],
        };
        let row = |target: &Target| {
            let (low, high) = target.range();
            let (least, largest) = target.gap_range();
            let mut row = vec![target.name.clone(), target.values.len().to_string()];
            row.extend([low, high, least, largest].map(short));
            row.extend([target.clipped.to_string(), general(target.mse, 4)]);
            row
        };
        let mut rows = vec![heading.map(String::from).to_vec()];
        rows.extend(self.targets.iter().map(row));
        let mut lines = vec![self.title(lang), table(&rows)];
        for target in self
            .targets
            .iter()
            .filter(|target| target.values.len() <= 32)
        {
            let values: Vec<String> = target.values.iter().map(|x| short(*x)).collect();
            lines.push(format!("{}: {}", target.name, values.join(" ")));
        }
        lines.join("\n")
    }
}

/// The values of one target in order, and how far the data is from them.
#[derive(Clone, PartialEq)]
struct Target {
    name: String,
    parameters: String,
    values: Vec<f64>,
    hue: Hue,
    /// How many numbers lie more than half a gap beyond the ends.
    clipped: usize,
    mse: f64,
}

impl Target {
    fn measure(&mut self, x: &ArrayD<f32>) {
        let (low, high) = self.reach();
        let numbers = || x.iter().map(|x| f64::from(*x));
        let beyond = |x: &f64| {
            let slack = x.abs() * f64::from(f32::EPSILON); // what float32 rounds away
            *x < low - slack || *x > high + slack
        };
        let squares = numbers().map(|x| (self.nearest(x) - x).powi(2));
        self.mse = squares.sum::<f64>() / x.len() as f64;
        self.clipped = numbers().filter(beyond).count();
    }

    fn nearest(&self, x: f64) -> f64 {
        let above = self.values.partition_point(|value| *value < x);
        let below = self.values[above.saturating_sub(1)];
        let above = self.values[above.min(self.values.len() - 1)];
        if above - x < x - below { above } else { below }
    }

    fn range(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    /// The ends of the range and half a gap more.
    fn reach(&self) -> (f64, f64) {
        let (low, high) = self.range();
        let gaps: Vec<f64> = self.gaps().collect();
        (low - gaps[0] / 2.0, high + gaps[gaps.len() - 1] / 2.0)
    }

    fn gaps(&self) -> impl Iterator<Item = f64> {
        self.values.windows(2).map(|pair| pair[1] - pair[0])
    }

    fn gap_range(&self) -> (f64, f64) {
        let least = self.gaps().fold(f64::INFINITY, f64::min);
        (least, self.gaps().fold(0.0, f64::max))
    }
}

impl Render for TargetGrid {
    fn html(&self) -> Markup {
        self.figure().html()
    }

    fn text(&self) -> String {
        self.words(Lang::current())
    }
}

impl fmt::Debug for TargetGrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

displays!(TargetGrid);
