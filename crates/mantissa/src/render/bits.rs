//! The bit diagram of one value, and one value in several formats, aligned.
