//! `cargo lab figures`: the tutorial's pictures, as the library draws them, in `img/`.
//!
//! The SVG is the picture. The PNG is for readers whose viewer shows no SVG; its pixels depend on the
//! fonts of the machine, so it carries the SVG's hash, by which anyone can tell that it is up to date
//! without drawing it again.

use crate::project::Project;
use anyhow::Result;
use mantissa::{Figure, Lang};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;

#[cfg(feature = "png")]
mod raster;

/// The text chunk of a PNG that holds the hash.
const KEYWORD: &str = "svg-sha256";

/// How the library draws a picture in a language.
type Draw = fn(Lang) -> Figure;

/// A picture, and the name of its files without the ending.
struct Picture {
    name: String,
    figure: Figure,
}

/// The tutorial's pictures in both languages; Chinese is the tutorial's own, so it has the plain name.
fn pictures() -> Vec<Picture> {
    let drawn: [(&str, Draw); 2] = [
        ("1_binary_data_storage", mantissa::binary_storage_in),
        ("1_essence", mantissa::essence_in),
    ];
    let languages = [(Lang::Zh, ""), (Lang::En, ".en")];
    drawn
        .into_iter()
        .flat_map(|(name, draw)| {
            languages.map(|(language, ending)| Picture {
                name: format!("{name}{ending}"),
                figure: draw(language),
            })
        })
        .collect()
}

impl Picture {
    fn path(&self, project: &Project, ending: &str) -> PathBuf {
        project.images().join(format!("{}.{ending}", self.name))
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.figure.svg()))
    }
}

/// Whether the files are what the library draws; says which are not.
pub fn check(project: &Project) -> Result<bool> {
    let mut good = true;
    for picture in pictures() {
        let (svg, png) = (picture.path(project, "svg"), picture.path(project, "png"));
        let drawn = fs::read_to_string(&svg).unwrap_or_default();
        let hash = fs::read(&png)
            .ok()
            .and_then(|png| text_chunk(&png, KEYWORD));
        for (path, same) in [
            (svg, drawn == picture.figure.svg()),
            (png, hash == Some(picture.hash())),
        ] {
            if !same {
                let wrong = if path.exists() {
                    "is stale"
                } else {
                    "is missing"
                };
                eprintln!("error: {} {wrong}", project.display(&path));
                good = false;
            }
        }
    }
    if !good {
        eprintln!("`cargo lab figures` brings them up to date");
    }
    Ok(good)
}

/// Writes the files. Without the feature `png`, has cargo run the same command with it.
pub fn write(project: &Project) -> Result<bool> {
    #[cfg(feature = "png")]
    let written = raster::write(project);
    #[cfg(not(feature = "png"))]
    let written = with_png(project);
    written
}

#[cfg(not(feature = "png"))]
fn with_png(project: &Project) -> Result<bool> {
    use anyhow::Context;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = std::process::Command::new(cargo)
        .args(["run", "--package", "mantissa-kernel", "--features", "png"])
        .args(["--", "figures"])
        .current_dir(project.root())
        .status()
        .context("cannot run cargo")?;
    Ok(status.success())
}

/// The value of a text chunk of a PNG.
fn text_chunk(png: &[u8], keyword: &str) -> Option<String> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    // A chunk is its length, its type, its data, and a checksum.
    while let Some((head, tail)) = rest.split_at_checked(8) {
        let length = u32::from_be_bytes(head[..4].try_into().ok()?) as usize;
        let data = tail.get(..length)?;
        if let (b"tEXt", Some(value)) = (&head[4..], data.strip_prefix(keyword.as_bytes())) {
            let value = value.strip_prefix(b"\0")?;
            return String::from_utf8(value.to_vec()).ok();
        }
        rest = tail.get(length + 4..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_chunk_is_found_among_others() {
        let chunk = |kind: &[u8], data: &[u8]| {
            let length = (data.len() as u32).to_be_bytes();
            [&length, kind, data, b"\0\0\0\0"].concat()
        };
        let png = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(b"IHDR", &[0; 13]),
            chunk(b"tEXt", b"other\0value"),
            chunk(b"tEXt", b"key\0found"),
        ]
        .concat();
        assert_eq!(text_chunk(&png, "key"), Some("found".into()));
        assert_eq!(text_chunk(&png, "none"), None);
        assert_eq!(text_chunk(&png[..50], "key"), None);
        assert_eq!(text_chunk(b"no PNG", "key"), None);
    }
}
