//! What plotters draws with: SVG without styles, ids or fonts of its own.

use super::SMALL;
use crate::render::figure::px;
use crate::render::svg::formula;
use crate::render::theme::MUTED;
use maud::{Markup, html};
use plotters::prelude::{Color, DrawingBackend, RGBColor, ShapeStyle};
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind,
};
use std::convert::Infallible;
use std::fmt::Write as _;

/// plotters' units in a pixel.
pub(super) const UNIT: f64 = 10.0;

/// A length in units.
pub(super) fn units(px: f64) -> i32 {
    (px * UNIT).round() as i32
}

/// A colour of the theme.
pub(super) fn colour(hex: &str) -> RGBColor {
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour is #rrggbb");
    RGBColor(part(1), part(3), part(5))
}

/// A line `width` px wide.
pub(super) fn stroke(hex: &str, width: f64) -> ShapeStyle {
    Color::stroke_width(&colour(hex), units(width) as u32)
}

/// Writes SVG elements to the end of a string.
pub(super) struct Pen<'a> {
    size: (u32, u32),
    svg: &'a mut String,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Pen<'a> {
    /// A pen for a picture of this size in px.
    pub(super) fn new((width, height): (f64, f64), svg: &'a mut String) -> Pen<'a> {
        let size = (units(width) as u32, units(height) as u32);
        Pen { size, svg }
    }

    fn write(&mut self, element: Markup) -> Drawn {
        self.svg.push_str(&element.into_string());
        Ok(())
    }

    /// An area or a line along some points.
    fn path(&mut self, d: String, look: &impl BackendStyle, fill: bool) -> Drawn {
        let hue = hex(look.color());
        self.write(html! {
            @if fill {
                path d=(d + "z") fill=(hue) {}
            } @else {
                path d=(d) fill="none" stroke=(hue) stroke-width=(px(look.stroke_width() as f64 / UNIT)) {}
            }
        })
    }
}

impl DrawingBackend for Pen<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        let back = (!fill).then_some((left, top));
        self.path(data(corners.into_iter().chain(back)), style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.path(data(path), style, false)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.path(data(corners), style, true)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let hue = hex(style.color());
        let (x, y, r) = (at(x), at(y), px(radius as f64 / UNIT));
        self.write(html! {
            @if fill {
                circle cx=(x) cy=(y) r=(r) fill=(hue) {}
            } @else {
                circle cx=(x) cy=(y) r=(r) fill="none" stroke=(hue)
                    stroke-width=(px(style.stroke_width() as f64 / UNIT)) {}
            }
        })
    }

    /// plotters writes only the axes' numbers, and where they stand needs no font.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let font = SMALL.fill(MUTED);
        let font = match style.anchor().h_pos {
            HPos::Left => font,
            HPos::Center => font.middle(),
            HPos::Right => font.end(),
        };
        let down = match style.anchor().v_pos {
            VPos::Top => 10.0,
            VPos::Center => 4.0,
            VPos::Bottom => 0.0,
        };
        let (x, y) = (f64::from(x) / UNIT, f64::from(y) / UNIT);
        self.write(formula(x, y + down, font, text))
    }
}

/// The `d` of a path: straight lines, most of them along an axis.
fn data(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut d = String::new();
    let mut last = None;
    for (x, y) in points {
        let done = match last {
            None => write!(d, "M{} {}", at(x), at(y)),
            Some(same) if same == (x, y) => Ok(()),
            Some((_, same)) if same == y => write!(d, "H{}", at(x)),
            Some((same, _)) if same == x => write!(d, "V{}", at(y)),
            Some(_) => write!(d, "L{} {}", at(x), at(y)),
        };
        done.expect("a string takes everything");
        last = Some((x, y));
    }
    d
}

fn at(units: i32) -> String {
    px(f64::from(units) / UNIT)
}

fn hex(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_short() {
        let d = data([(0, 5), (100, 5), (100, 5), (100, 25), (113, 0)]);
        assert_eq!(d, "M0 0.5H10V2.5L11.3 0");
    }

    #[test]
    fn colours_are_the_themes() {
        assert_eq!(hex(colour(MUTED).to_backend_color()), MUTED);
    }

    #[test]
    fn a_pen_has_no_style_of_its_own() {
        let mut svg = String::new();
        let mut pen = Pen::new((10.0, 10.0), &mut svg);
        pen.draw_rect((0, 0), (20, 10), &stroke(MUTED, 2.0), false)
            .unwrap();
        pen.draw_pixel((3, 4), colour(MUTED).to_backend_color())
            .unwrap();
        assert_eq!(
            svg,
            "<path d=\"M0 0H2V1H0V0\" fill=\"none\" stroke=\"#5f6b7a\" stroke-width=\"2\"></path>\
             <path d=\"M0.3 0.4H0.4V0.5H0.3z\" fill=\"#5f6b7a\"></path>"
        );
    }
}
