//! What a running cell and the kernel tell each other.

use crate::kernel::{block_on, kernel};
use crate::root;
use jupyter_protocol::messaging::{InterruptRequest, JupyterMessageContent};
use serde_json::{Value, to_value};

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
        let shown = displays(&heard.said);
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
