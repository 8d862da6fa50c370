//! Charts with two ordinary axes: the words around them, and a place for what is between them.
//!
//! plotters maps numbers to places and asks for the grid, the axes and the shapes; [`Pen`] writes
//! them like all other pictures. plotters counts in whole units, so a unit is a tenth of a pixel.

mod bins;
mod bits_vs_sqnr;
mod clip_curve;
mod error_histogram;
mod histograms;
mod labels;
mod levels;
mod pen;
mod scale;

pub use bits_vs_sqnr::bits_vs_sqnr;
pub use error_histogram::{ErrorHistogram, error_histogram};
pub use histograms::{Histograms, histograms};
pub use levels::{LevelHistogram, levels_on_histogram};

use super::figure::px;
use super::svg::{Font, text};
use super::theme::{Hue, MUTED, PAPER, RULE};
use super::{Figure, Lang};
use crate::quantized::{QuantError, array, to_f64};
use crate::tensor::TensorData;
use crate::text::{general, grouped};
use bins::Bins;
use maud::{Markup, PreEscaped, html};
use ndarray::ArrayD;
use pen::{Pen, colour, stroke, units};
use plotters::prelude::{
    Cartesian2d, ChartBuilder, ChartContext, Circle, Color, IntoDrawingArea, LabelAreaPosition,
    PathElement, Polygon,
};
use scale::Scale;
use std::ops::RangeInclusive;

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 430.0;
const MARGIN: f64 = 20.0;
const RIGHT: f64 = 852.0;
/// What lies between the axes, if the chart has one panel.
const TOP: f64 = 120.0;
const BOTTOM: f64 = 376.0;
/// What is written at marks above the panel: its baseline, and where their lines begin.
const ABOVE: f64 = TOP - 13.0;
const LINES: f64 = TOP - 8.0;

const SMALL: Font = Font::sans(12.0);
const MARK: Font = Font::sans(12.0).bold();

/// The words around a chart.
struct Words<'a> {
    title: &'a str,
    /// What the numbers say, on the next line.
    remark: &'a str,
    x: &'a str,
    y: &'a str,
    keys: Vec<(Key, String)>,
}

/// What a legend shows beside a name.
#[derive(Clone, Copy)]
enum Key {
    Area(Hue),
    Line(&'static str),
    Dashed(&'static str),
    Dot(Hue),
}

impl Words<'_> {
    /// The picture with these words and what its panels show.
    fn figure(&self, panels: Markup, words: String) -> Figure {
        let room = WIDTH - 2.0 * MARGIN;
        let (title, remark) = (Font::sans(19.0).bold(), Font::sans(13.0).fill(MUTED));
        let names = SMALL.fill(MUTED);
        let body = html! {
            (text(MARGIN, 32.0, title, &title.cut(self.title, room)))
            (text(MARGIN, 54.0, remark, &remark.cut(self.remark, room)))
            (self.legend())
            (text(MARGIN, HEIGHT - 14.0, names, &format!("↑ {}", self.y)))
            (text(RIGHT, HEIGHT - 14.0, names.end(), &format!("{} →", self.x)))
            (panels)
        };
        let label = format!("{}: {}", self.title, self.remark);
        Figure::new((WIDTH as u32, HEIGHT as u32), label, words, body)
    }

    fn legend(&self) -> Markup {
        let y = 80.0;
        let mut x = MARGIN;
        html! {
            @for (key, name) in &self.keys {
                (key.draw(x, y - 4.0))
                (text(x + 30.0, y, SMALL, name))
                @let () = x += 30.0 + SMALL.width(name) + 20.0;
            }
        }
    }
}

impl Key {
    fn draw(self, x: f64, y: f64) -> Markup {
        match self {
            Key::Area(hue) => html! {
                rect x=(px(x)) y=(px(y - 5.0)) width="24" height="10" fill=(hue.fill)
                    stroke=(hue.line) {}
            },
            Key::Line(stroke) => html! {
                line x1=(px(x)) y1=(px(y)) x2=(px(x + 24.0)) y2=(px(y)) stroke=(stroke)
                    stroke-width="2.5" {}
            },
            Key::Dashed(stroke) => dashed((x, y), (x + 24.0, y), stroke),
            Key::Dot(hue) => html! {
                circle cx=(px(x + 12.0)) cy=(px(y)) r="5" fill=(hue.fill) stroke=(hue.line)
                    stroke-width="1.5" {}
            },
        }
    }
}

/// A pair of axes with its place in the picture.
struct Panel {
    x: Scale,
    y: Scale,
    left: f64,
    top: f64,
    bottom: f64,
    /// Whether the numbers of x stand below it.
    numbered: bool,
}

impl Panel {
    /// The only panel of a chart.
    fn new(x: Scale, y: Scale) -> Panel {
        Panel {
            left: MARGIN + y.widest() + 10.0,
            x,
            y,
            top: TOP,
            bottom: BOTTOM,
            numbered: true,
        }
    }

    /// The pixel of a number of x.
    fn across(&self, x: f64) -> f64 {
        self.left + self.x.place(x) * (RIGHT - self.left)
    }

    /// The pixel of a number of y.
    fn down(&self, y: f64) -> f64 {
        self.bottom + self.y.place(y) * (self.top - self.bottom)
    }

    /// Grid, axes, their numbers, and the shapes between them.
    fn draw(&self, shapes: impl FnOnce(&Shapes)) -> Markup {
        let mut svg = String::new();
        let numbers = if self.numbered { 24.0 } else { 0.0 };
        let root = Pen::new((WIDTH, HEIGHT), &mut svg).into_drawing_area();
        // plotters leaves out the last unit of each axis.
        let chart = ChartBuilder::on(&root)
            .margin_top(units(self.top))
            .margin_right(units(WIDTH - RIGHT) - 1)
            .margin_bottom(units(HEIGHT - self.bottom - numbers) - 1)
            .set_label_area_size(LabelAreaPosition::Left, units(self.left))
            .set_label_area_size(LabelAreaPosition::Bottom, units(numbers))
            .build_cartesian_2d(self.x.clone(), self.y.clone());
        let mut chart = chart.expect(WRITES);
        let mut mesh = chart.configure_mesh();
        mesh.bold_line_style(stroke(RULE, 0.8))
            .axis_style(stroke(MUTED, 1.0))
            .set_all_tick_mark_size(units(3.0));
        mesh.draw().expect(WRITES);
        shapes(&Shapes(chart));
        drop(root);
        PreEscaped(svg)
    }
}

/// Why plotters cannot fail here.
const WRITES: &str = "a pen writes everything into a string";

/// What a panel draws with; points are numbers on its axes.
struct Shapes<'a>(ChartContext<'a, Pen<'a>, Cartesian2d<Scale, Scale>>);

impl Shapes<'_> {
    /// An area within these corners.
    fn area(&self, corners: Vec<(f64, f64)>, fill: &str) {
        let shape = Polygon::new(corners, colour(fill));
        self.0.plotting_area().draw(&shape).expect(WRITES);
    }

    /// Straight lines from point to point, `width` px wide.
    fn line(&self, points: Vec<(f64, f64)>, hue: &str, width: f64) {
        let shape = PathElement::new(points, stroke(hue, width));
        self.0.plotting_area().draw(&shape).expect(WRITES);
    }

    /// A dot of a radius in px.
    fn dot(&self, at: (f64, f64), radius: f64, fill: &str, line: &str) {
        let (fill, line) = (colour(fill).filled(), stroke(line, 1.5));
        for style in [fill, line] {
            let shape = Circle::new(at, units(radius), style);
            self.0.plotting_area().draw(&shape).expect(WRITES);
        }
    }

    /// A histogram: its area, what is drawn `within` it, and a line along its top.
    fn bins(&self, bins: &Bins, hue: Hue, within: impl FnOnce()) {
        self.area(bins.outline(), hue.fill);
        within();
        self.line(bins.outline(), hue.line, 1.2);
    }
}

/// A dashed line, 1.5 px wide.
fn dashed((x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str) -> Markup {
    html! {
        line x1=(px(x1)) y1=(px(y1)) x2=(px(x2)) y2=(px(y2)) stroke=(stroke) stroke-width="1.5"
            stroke-dasharray="5 3" {}
    }
}

/// `1 number`, `1 000 numbers`; `1 000 个数`.
fn counted(count: usize, lang: Lang) -> String {
    let grouped = grouped(count);
    match lang {
        Lang::En if count == 1 => "1 number".to_owned(),
        Lang::En => format!("{grouped} numbers"),
        Lang::Zh => format!("{grouped} 个数"),
    }
}

/// A text on the paper's colour, so that no line runs through it.
fn plate(x: f64, y: f64, font: Font, content: &str) -> Markup {
    let width = font.width(content) + 6.0;
    html! {
        rect x=(px(x - 3.0)) y=(px(y - 12.0)) width=(px(width)) height="16" rx="3" fill=(PAPER)
            fill-opacity="0.85" {}
        (text(x, y, font, content))
    }
}

/// Axes that pictures share, so that they can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axes {
    low: f64,
    high: f64,
    /// The count that the axis of counts has room for.
    most: f64,
}

impl Axes {
    #[track_caller]
    fn new(range: RangeInclusive<f64>, most: f64) -> Axes {
        let (low, high) = range.into_inner();
        let inside = |x: f64| x.abs() <= LARGEST;
        assert!(
            inside(low) && inside(high) && low < high && most > 0.0 && inside(most),
            "axes have a range from one number to a larger one and room for a count above 0, not \
             {low}..={high} and {most}"
        );
        Axes { low, high, most }
    }

    /// Empty bins over the range; 0 is in the middle of one if it is in the middle of the range.
    fn bins(self) -> Bins {
        const COUNT: usize = 201;
        Bins::new(self.low, (self.high - self.low) / COUNT as f64, COUNT)
    }
}

/// The numbers of `x`, all finite, at least one.
fn numbers(x: impl TensorData) -> Result<ArrayD<f64>, QuantError> {
    let x = array(x, to_f64)?;
    if x.is_empty() {
        return Err(QuantError::shape(
            "the data",
            x.shape(),
            "at least one number to draw",
        ));
    }
    for (index, &value) in x.indexed_iter() {
        if !value.is_finite() {
            return Err(QuantError::not_finite(&index, value, "a histogram"));
        }
        if value.abs() > LARGEST {
            let right = "a histogram holds numbers of float32's range, up to 3.4e+38 either way";
            return Err(QuantError::argument("a number", general(value, 6), right));
        }
    }
    Ok(x)
}

/// The largest number in a chart: the squares of float32 numbers do not overflow.
const LARGEST: f64 = f32::MAX as f64;
