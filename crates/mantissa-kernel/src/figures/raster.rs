//! Pictures as pixels.

use super::{KEYWORD, Picture, pictures};
use crate::project::Project;
use anyhow::{Context, Result, bail};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{FontResolver, Options, Tree};
use std::collections::BTreeSet;
use std::fs;
use std::sync::{Arc, Mutex};

/// Pixels for each unit of the SVG, for sharp text on dense screens.
const SCALE: f32 = 2.0;

/// Writes SVG and PNG of every picture.
pub(super) fn write(project: &Project) -> Result<bool> {
    let fonts = Fonts::load();
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

/// The fonts of this machine, and the characters that none of them has.
struct Fonts {
    options: Options<'static>,
    missing: Arc<Mutex<BTreeSet<char>>>,
}

impl Fonts {
    fn load() -> Fonts {
        let missing = Arc::<Mutex<BTreeSet<char>>>::default();
        let mut options = Options::default();
        options.fontdb_mut().load_system_fonts();
        let (fallback, seen) = (FontResolver::default_fallback_selector(), missing.clone());
        options.font_resolver.select_fallback = Box::new(move |character, used, fonts| {
            let found = fallback(character, used, fonts);
            if found.is_none()
                && let Ok(mut seen) = seen.lock()
            {
                seen.insert(character);
            }
            found
        });
        Fonts { options, missing }
    }

    fn draw(&self, picture: &Picture) -> Result<Vec<u8>> {
        let tree = Tree::from_str(picture.figure.svg(), &self.options)?;
        let missing: String = match self.missing.lock() {
            Ok(missing) => missing.iter().collect(),
            Err(_) => String::new(),
        };
        if !missing.is_empty() {
            bail!(
                "no font here has {missing}; for Chinese, install Noto Sans CJK (Debian, Ubuntu: \
                 apt install fonts-noto-cjk; Fedora: dnf install google-noto-sans-cjk-fonts)"
            );
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
