//! Questions to the explorer's script and the answers that the library expects.

use mantissa::prelude::*;
use std::fmt::Write as _;
use std::fs::File;
use std::process::{Command, Stdio};

pub fn html(explorer: &Explorer) -> String {
    explorer.html().into_string()
}

/// The text between two marks.
pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).expect(from);
    rest.split_once(to).expect(to).0
}

pub fn script(explorer: &Explorer) -> String {
    between(&html(explorer), "<script>", "</script>").to_owned()
}

/// The JSON in the attribute.
pub fn data(explorer: &Explorer) -> String {
    let html = html(explorer);
    let escaped = between(&html, "data-mantissa-explorer=\"", "\"");
    let unescaped = escaped.replace("&lt;", "<").replace("&gt;", ">");
    unescaped.replace("&quot;", "\"").replace("&amp;", "&")
}

pub fn custom(
    name: &str,
    e: u32,
    m: u32,
    bias: i32,
    signed: bool,
    specials: Specials,
) -> FloatFormat {
    FloatFormat::new(name, e, m, bias, signed, specials).expect(name)
}

/// Formats that no constant has: P3109, and every mix of special values.
pub fn unusual() -> Vec<FloatFormat> {
    let mut formats = Vec::new();
    for (k, p) in [(3, 1), (4, 2), (6, 3), (8, 1), (8, 3), (8, 7), (12, 5)] {
        for signedness in [Signedness::Signed, Signedness::Unsigned] {
            for domain in [Domain::Finite, Domain::Extended] {
                formats.extend(FloatFormat::p3109(k, p, signedness, domain));
            }
        }
    }
    for nan in [
        Nan::Absent,
        Nan::TopExponent,
        Nan::AllOnes,
        Nan::NegativeZero,
    ] {
        for (infinity, zero) in [(false, false), (false, true), (true, false), (true, true)] {
            let specials = Specials {
                nan,
                infinity,
                zero,
            };
            for (e, m, bias) in [(3, 0, 3), (2, 3, -2), (4, 2, 9)] {
                for signed in [true, false] {
                    formats.extend(FloatFormat::new("mine", e, m, bias, signed, specials));
                }
            }
        }
    }
    assert!(formats.len() > 70, "{} formats", formats.len());
    formats
}

pub fn every_format() -> Vec<DType> {
    let unusual = unusual().into_iter().map(DType::Float);
    dtypes().chain(unusual).collect()
}

/// Questions for the script, and the answers that the library expects.
#[derive(Default)]
pub struct Exam {
    questions: String,
    answers: Vec<(String, String)>,
}

impl Exam {
    pub fn format(&mut self, dtype: DType) {
        writeln!(self.questions, "F\t{}", data(&explorer(dtype))).unwrap();
    }

    pub fn decode(&mut self, value: Value) {
        writeln!(self.questions, "D\t{:#x}", value.code()).unwrap();
        let kind = match value.class() {
            Class::Zero => "zero",
            Class::Subnormal => "subnormal",
            Class::Normal => "normal",
            Class::Infinite => "infinite",
            Class::Nan => "nan",
        };
        let fields = match value.dtype() {
            DType::Int(_) => "integer".to_owned(),
            DType::Float(_) => format!(
                "{} {} {} {}",
                value.exponent_field(),
                value.fraction(),
                value.exponent(),
                value.hidden_bit()
            ),
        };
        let code = |value: Option<Value>| match value {
            Some(value) => format!("{:#x}", value.code()),
            None => "none".to_owned(),
        };
        let answer = format!(
            "{:#x}\t{kind}\t{}\t{fields}\t{}\t{}\t{}",
            value.code(),
            value.negative(),
            value.decimal(),
            code(value.next_up()),
            code(value.next_down())
        );
        let question = format!("{} {:#x}", value.dtype(), value.code());
        self.answers.push((question, answer));
    }

    /// `text` should give what the library's codec gives for `x`.
    pub fn encode(&mut self, dtype: DType, text: &str, x: f64) {
        let answer = match dtype.encode(x, Rounding::TiesToEven, Overflow::Format) {
            Ok(code) => format!("{code:#x}"),
            Err(EncodeError::OutOfRange { min, max, .. }) => {
                format!("! {text} does not fit {dtype}, which holds {min} to {max}")
            }
            Err(EncodeError::NotFinite { .. }) => {
                format!("! {text} is not a number that the integer format {dtype} can hold")
            }
            Err(EncodeError::Negative { .. }) => {
                let DType::Float(format) = dtype else {
                    panic!("an integer out of range is OutOfRange")
                };
                let exact = |x| FP64.nearest(x).decimal();
                let (min, max) = (exact(format.min()), exact(format.max()));
                format!("! {text} is below zero and {dtype} is unsigned: it holds {min} to {max}")
            }
            Err(error) => format!("! {error}"),
        };
        self.ask(dtype, text, answer);
    }

    pub fn ask(&mut self, dtype: DType, text: &str, answer: String) {
        self.question("E", dtype, text, answer);
    }

    pub fn question(&mut self, kind: &str, dtype: DType, text: &str, answer: String) {
        writeln!(self.questions, "{kind}\t{text}").unwrap();
        self.answers
            .push((format!("{kind} of {text} in {dtype}"), answer));
    }

    /// Runs node, if there is one, and compares.
    pub fn grade(self, name: &str) {
        let script_file = format!("{}/{name}.js", env!("CARGO_TARGET_TMPDIR"));
        let questions_file = format!("{}/{name}.txt", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&script_file, script(&explorer(FP16))).unwrap();
        std::fs::write(&questions_file, &self.questions).unwrap();
        let output = Command::new("node")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/explorer/driver.js"
            ))
            .arg(script_file)
            .stdin(File::open(questions_file).unwrap())
            .stderr(Stdio::inherit())
            .output();
        let output = match output {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                println!("skipped: the explorer's script needs node, which is not installed");
                return;
            }
            other => other.unwrap(),
        };
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<&str> = text.lines().collect();
        assert_eq!(answers.len(), self.answers.len());
        for ((question, expected), answer) in self.answers.iter().zip(answers) {
            assert_eq!(answer, expected, "{question}");
        }
    }
}

/// Codes that look random and are the same in every run.
pub fn some_codes(bits: u32, count: u64) -> impl Iterator<Item = u64> {
    (1..=count).map(move |n| {
        // Weyl's sequence, scrambled.
        let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (z ^ z >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> (64 - bits)
    })
}

/// Some codes of a format, all if there are few.
pub fn codes(dtype: DType, count: u64) -> Vec<u64> {
    let highest = u64::MAX >> (64 - dtype.bits());
    if highest < 4096 {
        return (0..=highest).collect();
    }
    let half = highest / 2;
    let ends = [
        0,
        1,
        2,
        half - 1,
        half,
        half + 1,
        half + 2,
        highest - 1,
        highest,
    ];
    ends.into_iter()
        .chain(some_codes(dtype.bits(), count))
        .collect()
}
