//! Pictures as pixels.

use super::{KEYWORD, Picture, pictures};
use crate::project::Project;
use anyhow::{Context, Result, bail};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{FontResolver, Options, Tree};
use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex};

/// Pixels for each unit of the SVG, for sharp text on dense screens.
const SCALE: f32 = 2.0;

/// What to do about missing characters: the labels are English and Chinese.
const ADVICE: &str = "install Noto Sans CJK (Debian, Ubuntu: apt install fonts-noto-cjk; Fedora: dnf \
                      install google-noto-sans-cjk-fonts)";

/// Writes SVG and PNG of every picture.
pub(super) fn write(project: &Project) -> Result<bool> {
    let mut installed = Database::new();
    installed.load_system_fonts();
    let fonts = Fonts::new(installed);
    fs::create_dir_all(project.images())?;
    for picture in pictures() {
        let png = fonts
            .draw(&picture)
            .with_context(|| format!("cannot draw {}", picture.name))?;
        let (svg_path, png_path) = (picture.path(project, "svg"), picture.path(project, "png"));
        fs::write(&svg_path, picture.figure.svg())?;
        fs::write(&png_path, png)?;
        println!("{}", project.display(&svg_path));
        println!("{}", project.display(&png_path));
    }
    Ok(true)
}

/// Fonts to draw with, and what could not be drawn with them.
struct Fonts {
    options: Options<'static>,
    missing: Arc<Mutex<BTreeSet<String>>>,
}

impl Fonts {
    fn new(fonts: Database) -> Fonts {
        let missing = Arc::<Mutex<BTreeSet<String>>>::default();
        let mut options = Options {
            fontdb: Arc::new(fonts),
            ..Options::default()
        };
        // The renderer leaves text out if no family matches, and boxes for unknown characters.
        let note = |missing: &Mutex<BTreeSet<String>>, what: String| {
            if let Ok(mut missing) = missing.lock() {
                missing.insert(what);
            }
        };
        let (select, seen) = (FontResolver::default_font_selector(), missing.clone());
        options.font_resolver.select_font = Box::new(move |font, fonts| {
            let found = select(font, fonts);
            if found.is_none() {
                note(&seen, "a sans-serif and a monospaced family".to_owned());
            }
            found
        });
        let (select, seen) = (FontResolver::default_fallback_selector(), missing.clone());
        options.font_resolver.select_fallback = Box::new(move |character, used, fonts| {
            let found = select(character, used, fonts);
            if found.is_none() {
                note(&seen, character.to_string());
            }
            found
        });
        Fonts { options, missing }
    }

    fn draw(&self, picture: &Picture) -> Result<Vec<u8>> {
        let tree = Tree::from_str(picture.figure.svg(), &self.options)?;
        if let Ok(missing) = self.missing.lock()
            && !missing.is_empty()
        {
            let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
            bail!("the fonts here lack {}; {ADVICE}", missing.join(" "));
        }
        let size = tree.size();
        let pixels = |length: f32| (length * SCALE).ceil() as u32;
        let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height()))
            .context("the picture has no size")?;
        resvg::render(
            &tree,
            Transform::from_scale(SCALE, SCALE),
            &mut pixmap.as_mut(),
        );
        encode(&pixmap, &picture.hash())
    }
}

/// The PNG, with the hash in it.
fn encode(pixmap: &Pixmap, hash: &str) -> Result<Vec<u8>> {
    let pixels: Vec<u8> = pixmap
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let color = pixel.demultiply();
            [color.red(), color.green(), color.blue(), color.alpha()]
        })
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.add_text_chunk(KEYWORD.to_owned(), hash.to_owned())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_cannot_be_drawn_is_an_error() {
        let mut latin = Database::new();
        latin.load_fonts_dir("/usr/share/fonts/truetype/dejavu");
        for fonts in [Database::new(), latin] {
            match Fonts::new(fonts).draw(&pictures()[0]) {
                Ok(_) => panic!("drawn without Chinese fonts"),
                Err(error) => assert!(error.to_string().contains("lack"), "{error}"),
            }
        }
    }
}
