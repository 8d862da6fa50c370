//! What a running cell and the kernel tell each other.

use crate::kernel::{PATIENCE, block_on, is_running, kernel};
use crate::root;
use jupyter_protocol::messaging::{InterruptRequest, JupyterMessageContent};
use serde_json::{Value, to_value};
use std::fs;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ASK: &str = "print!(\"who? \"); line.clear(); std::io::stdin().read_line(&mut line)?;";

#[test]
fn a_cell_asks_and_an_interrupt_ends_the_question() {
    block_on(async {
        let mut client = kernel().await?;
        client.execute("let mut line = String::new();").await?;
        let id = client.begin(ASK).await?;
        assert_eq!(client.question().await?.prompt, "");
        client.answer("Ada").await?;
        let heard = client.hear(&id).await?;
        assert_eq!((heard.text().as_str(), heard.error()), ("who? ", None));
        assert_eq!(client.execute("line").await?.text(), r#""Ada\n""#);

        let id = client.begin(ASK).await?;
        client.question().await?;
        client.control(InterruptRequest {}.into()).await?;
        let heard = client.hear(&id).await?;
        assert_eq!(heard.error(), Some(("interrupt", "the cell was stopped")));
        client.answer("too late").await?;
        assert_eq!(client.execute("line").await?.text(), r#""Ada\n""#);

        // The words of a question as the crate `evcxr_input` prints them, and one without words.
        let twice = format!("println!(\"EVCXR_INPUT_REQUEST:name: \");\n{ASK}\n{ASK}");
        let id = client.begin(&twice).await?;
        assert_eq!(client.question().await?.prompt, "name: ");
        client.answer("first").await?;
        assert_eq!(client.question().await?.prompt, "");
        client.answer("second\nLOAD_AND_RUN nothing f").await?;
        assert_eq!(client.hear(&id).await?.error(), None);
        assert_eq!(client.execute("line").await?.text(), r#""second\n""#);

        client.begin(ASK).await?;
        client.question().await?;
        client.end().await?;
        assert!(client.kernel().try_wait()?.is_some());
        Ok(())
    });
}

/// The displays among what was said: whether each is an update, by which name it goes, what it says.
fn displays(said: &[JupyterMessageContent]) -> Vec<(bool, String, String)> {
    let parts = |update, content: Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&content["transient"]["display_id"]);
        (update, id, text(&content["data"]["text/plain"]))
    };
    said.iter()
        .filter_map(|content| match content {
            JupyterMessageContent::DisplayData(shown) => Some(parts(false, to_value(shown).ok()?)),
            JupyterMessageContent::UpdateDisplayData(update) => {
                Some(parts(true, to_value(update).ok()?))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn what_is_shown_in_a_place_is_updated_there() {
    block_on(async {
        let mut client = kernel().await?;
        let library = root().join("crates/mantissa");
        let heard = client
            .execute(&format!(
                ":dep mantissa = {{ path = {library:?} }}\nuse mantissa::prelude::*;\n\
                 let mut place = Place::new(); place.show(\"one\"); place.show(\"two\"); show(\"more\");"
            ))
            .await?;
        let mut shown = displays(&heard.said);
        shown.retain(|(_, id, _)| !id.starts_with("waiting-"));
        let id = shown[0].1.clone();
        assert!(!id.is_empty());
        let expected = [
            (false, id.clone(), "one".to_owned()),
            (true, id.clone(), "two".to_owned()),
            (false, String::new(), "more".to_owned()),
        ];
        assert_eq!(shown, expected);
        let heard = client.execute("place.show(\"three\");").await?;
        assert_eq!(displays(&heard.said), [(true, id, "three".to_owned())]);
        client.end().await
    });
}

/// A crate that takes so many seconds to compile, and notes in a file which process does so.
pub(crate) fn slow(seconds: u64) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let build = format!(
        "fn main() {{\n    let id = std::process::id().to_string();\n    std::fs::write(\"id\", id).unwrap();\n    \
         std::thread::sleep(std::time::Duration::from_secs({seconds}));\n}}\n"
    );
    for (name, content) in [
        (
            "Cargo.toml",
            "[package]\nname = \"slow\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        ("build.rs", &build),
        ("src/lib.rs", "pub const ANSWER: i32 = 42;\n"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, content).expect("it is written");
    }
    folder
}

#[test]
fn a_cell_that_waits_for_a_crate_says_so_until_it_is_there() {
    let (quick, endless) = (slow(4), slow(600));
    block_on(async {
        let mut client = kernel().await?;
        let path = quick.path();
        let cell = format!(":dep slow = {{ path = {path:?} }}\nprintln!(\"{{}}\", slow::ANSWER);");
        let heard = client.execute(&cell).await?;
        let lines = displays(&heard.said);
        assert!(
            lines
                .iter()
                .any(|(.., text)| text.starts_with("Compiling slow v0.1.0 … ")),
            "{lines:?}"
        );
        assert!(lines.iter().any(|(update, ..)| *update), "{lines:?}");
        let last = &heard.said[heard.said.len() - 2..];
        assert!(
            matches!(last[0], JupyterMessageContent::ClearOutput(_)),
            "{last:?}"
        );
        assert_eq!((heard.text().as_str(), heard.error()), ("42\n", None));

        // Nothing of it goes on once it is stopped.
        let path = endless.path();
        let id = client
            .begin(&format!(":dep slow = {{ path = {path:?} }}\n1"))
            .await?;
        let start = Instant::now();
        let builder = loop {
            if let Ok(text) = fs::read_to_string(path.join("id"))
                && let Ok(id) = text.parse()
            {
                break id;
            }
            assert!(start.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        client.control(InterruptRequest {}.into()).await?;
        let heard = client.hear(&id).await?;
        assert_eq!(heard.error(), Some(("interrupt", "the cell was stopped")));
        while is_running(builder) {
            assert!(start.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(client.execute("2 + 2").await?.text(), "4");
        client.end().await
    });
}
