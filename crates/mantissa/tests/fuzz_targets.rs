//! The fuzz targets on random bytes, which are the same in every run; `fuzz/` runs them for longer.

#[path = "../fuzz/src/lib.rs"]
mod targets;

/// `inputs` inputs of up to `longest` bytes. One byte in four is one that formats treat specially.
fn inputs(seed: u64, inputs: usize, longest: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut state = seed;
    // Marsaglia's xorshift64.
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 8
    };
    (0..inputs).map(move |_| {
        let len = random() % longest;
        let mut byte = || match random() % 32 {
            special @ 0..8 => [0x00, 0xff, 0x7f, 0x80, 0x7c, 0xfc, 0x20, 0x3f][special as usize],
            _ => random() as u8,
        };
        (0..len).map(|_| byte()).collect()
    })
}

#[test]
fn any_bytes_are_blocks_or_an_error() {
    for data in inputs(1, 4000, 700) {
        targets::ggml_blocks(&data);
    }
}

#[test]
fn any_bytes_are_a_tensor_or_an_error() {
    for data in inputs(2, 4000, 200) {
        targets::packed_tensor(&data);
    }
}
