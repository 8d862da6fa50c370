//! Matrices number by number in colour: what quantization does to each, and who shares a scale.

mod bar;
mod board;
mod colour;
mod edge;
mod granularity;
mod labels;
mod layout;
mod maps;
mod matrix;

pub use granularity::{granularities, granularity_map};
pub use maps::heat_maps;
