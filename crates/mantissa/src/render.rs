//! How values are drawn: the only part of the library that knows about HTML and SVG.
//!
//! Every type that a notebook shows implements [`Render`] here, in one file a picture; the rest of
//! the library never imports this module. [`notebook`] carries a rendering to the kernel,
//! [`figure`] is the SVG picture that most of them are, [`lang`] and `theme` are what they share.

mod affine;
mod bits;
mod byte_layout;
mod cards;
mod chart;
mod compare;
mod essence;
mod explorer;
pub mod figure;
mod grid;
mod heat;
pub mod lang;
mod mapping;
mod names;
pub mod notebook;
mod number_line;
mod packing;
mod range;
mod script;
mod slider;
mod svg;
pub(crate) mod theme;
mod tutorial;

pub use affine::{Affines, Staircase, TargetGrid, outlier_collapse, rails, staircase, target_grid};
pub use bits::bits;
pub use byte_layout::byte_layout;
pub use cards::memory_bars;
pub use chart::{
    ErrorHistogram, Histograms, LevelHistogram, bits_vs_sqnr, error_histogram, histograms,
    levels_on_histogram,
};
pub use compare::compare;
pub use essence::{essence, essence_in};
pub use explorer::{Explorer, explorer};
pub use figure::Figure;
pub use grid::grid;
pub use heat::{granularities, granularity_map, heat_maps};
pub use lang::Lang;
pub use maud::Markup;
pub use number_line::{Formats, NumberLine, number_line, number_lines, window};
pub use packing::packing;
pub use range::range_precision;
pub use slider::{Slider, slider};
pub use tutorial::{binary_storage, binary_storage_in};

/// A value that a notebook can show.
///
/// Both forms say the same: `html` where the front end shows it, `text` everywhere else (a
/// terminal, a diff, a screen reader). In an untrusted notebook JupyterLab keeps `<img>`, tables and
/// `style=` but drops `<svg>`, `<style>` and `<script>`, so pictures are images with an `alt`.
pub trait Render {
    /// The HTML form. Everything that a user supplied is escaped.
    fn html(&self) -> Markup;

    /// The text form.
    fn text(&self) -> String;
}

/// Gives types their `evcxr_display`, which the kernel calls on the last expression of a cell. An
/// inherent method wins over the trait for every `Debug` type.
macro_rules! displays {
    ($($shown:ty),* $(,)?) => {$(
        impl $shown {
            /// Shows this value in a notebook; the kernel calls it for a cell's last expression.
            pub fn evcxr_display(&self) {
                $crate::render::notebook::show_value(self);
            }
        }
    )*};
}
pub(crate) use displays;
