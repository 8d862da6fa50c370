#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mantissa_fuzz::ggml_blocks(data));
