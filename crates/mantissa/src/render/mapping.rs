//! A large set mapped onto a small one, drawn: two rails joined by lines, and the counts below.

mod counts;
mod picture;
mod rails;
mod single;
mod words;

use super::{Figure, Lang, Render, displays};
use crate::mapping::{Mapping, Preimage};
use maud::Markup;
use std::fmt;

impl Mapping {
    /// The picture, to save or to show inline.
    pub fn figure(&self) -> Figure {
        self.draw(None, Lang::current())
    }
}

impl Render for Mapping {
    fn html(&self) -> Markup {
        self.figure().html()
    }

    fn text(&self) -> String {
        self.words(Lang::current())
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Render for Preimage {
    fn html(&self) -> Markup {
        self.figure().html()
    }

    fn text(&self) -> String {
        self.words(Lang::current())
    }
}

displays!(Mapping, Preimage);
