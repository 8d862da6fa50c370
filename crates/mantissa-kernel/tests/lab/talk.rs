//! What a running cell and the kernel tell each other.

use crate::kernel::{block_on, kernel};
use jupyter_protocol::messaging::InterruptRequest;

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
