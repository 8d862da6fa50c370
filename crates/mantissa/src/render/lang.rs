//! The language of labels.

/// The language in which pictures and cards are labelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese (simplified).
    Zh,
}

impl Lang {
    /// The language of this notebook: the environment variable `MANTISSA_LANG` (`zh`, `en`) if set,
    /// else the name of the working directory if it is one (a kernel runs in its notebook's
    /// folder), else English.
    ///
    /// It is looked up at every use, because a cell's statics do not outlive the cell.
    pub fn current() -> Lang {
        let set = std::env::var("MANTISSA_LANG").ok();
        let folder = || {
            let directory = std::env::current_dir().ok()?;
            Some(directory.file_name()?.to_str()?.to_owned())
        };
        match set.or_else(folder).as_deref() {
            Some(name) if name == "zh" || name.starts_with("zh_") || name.starts_with("zh-") => {
                Lang::Zh
            }
            _ => Lang::En,
        }
    }

    /// The one of two texts that is in this language.
    pub(crate) fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}
