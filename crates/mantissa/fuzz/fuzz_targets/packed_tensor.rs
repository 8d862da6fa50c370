#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mantissa_fuzz::packed_tensor(data));
