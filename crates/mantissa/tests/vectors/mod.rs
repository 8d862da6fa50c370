//! Golden vectors, read from `tests/golden`.
#![allow(dead_code, reason = "each test file uses a part of it")]

use safetensors::SafeTensors;
use std::path::Path;

/// The bytes of a file of golden vectors.
pub fn golden(file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tensors of one file.
pub struct Vectors(Vec<u8>);

impl Vectors {
    pub fn read(file: &str) -> Vectors {
        Vectors(golden(file))
    }

    /// Every name, sorted.
    pub fn names(&self) -> Vec<String> {
        let tensors = self.tensors();
        let mut names: Vec<String> = tensors.names().iter().map(|n| n.to_string()).collect();
        names.sort();
        names
    }

    pub fn shape(&self, name: &str) -> Vec<usize> {
        self.tensors().tensor(name).unwrap().shape().to_vec()
    }

    pub fn u8s(&self, name: &str) -> Vec<u8> {
        let tensors = self.tensors();
        let tensor = tensors.tensor(name);
        tensor
            .unwrap_or_else(|e| panic!("{name}: {e}"))
            .data()
            .to_vec()
    }

    pub fn i16s(&self, name: &str) -> Vec<i16> {
        chunks(&self.u8s(name)).map(i16::from_le_bytes).collect()
    }

    pub fn i32s(&self, name: &str) -> Vec<i32> {
        chunks(&self.u8s(name)).map(i32::from_le_bytes).collect()
    }

    pub fn f32s(&self, name: &str) -> Vec<f32> {
        chunks(&self.u8s(name)).map(f32::from_le_bytes).collect()
    }

    pub fn f64s(&self, name: &str) -> Vec<f64> {
        chunks(&self.u8s(name)).map(f64::from_le_bytes).collect()
    }

    fn tensors(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.0).unwrap()
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    let (chunks, rest) = bytes.as_chunks::<N>();
    assert!(rest.is_empty());
    chunks.iter().copied()
}

/// The same number: NaN equals NaN, and the sign of zero counts.
pub fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}
