// What the explorer says about a code: readings of the fields, the formula, the rounding error.
//
// Texts only; a raised part is written ^{...}.

const MINUS = "\u2212";
const TIMES = " \u00d7 ";

// The same without raising, for tooltips.
const flat = (text) => text.replace(/\^\{([^}]*)\}/g, "^$1");
const signed = (n) => String(n).replace("-", MINUS);
const power = (exponent) => `2^{${signed(exponent)}}`;
const product = (...factors) => factors.filter((factor) => factor !== "").join(TIMES);
// E - bias with the numbers put in.
const unbiased = (field, bias) => (bias < 0 ? `${field} + ${-bias}` : `${field} ${MINUS} ${bias}`);
// All digits if they are few.
const isLong = (decimal) => decimal.length > 26;
const short = (decimal) => (isLong(decimal) ? "\u2248 " + Number(decimal) : decimal);

// What a field of a decoded value says, below its bits, in the letters of the formula.
function readingOf(part, { float }, value) {
  if (!float) return "";
  if (part === "sign") return `s = ${value.negative ? 1 : 0}`;
  if (part === "fraction") return `f = ${value.fraction}`;
  const { kind, field, effective, exponent } = value;
  if (kind === "nan" || kind === "infinite") return `E = ${field}`;
  return `E = ${field}, ${unbiased(effective, float.bias)} = ${signed(exponent)}`;
}

// What the i-th bit of a field weighs; a sign has no weight.
function weightOf({ part, top }, i) {
  return part === "sign" ? "" : (part === "top" ? MINUS : "") + power(top - i);
}

// The formula: in letters, with the numbers put in, and one step worked out.
function formulaOf({ bits, signed: hasSign, float }, words, value, code) {
  if (!float) {
    const places = Array.from({ length: bits }, (_, i) => bits - 1 - i);
    const set = places.filter((place) => (code >> BigInt(place)) & 1n);
    const term = (place) => (hasSign && place === bits - 1 ? MINUS : "") + power(place);
    return [set.map(term).join(" + ") || "0"];
  }
  if (value.kind === "nan") return [words["nan_" + float.nan]];
  if (value.kind === "infinite") return [words.infinite_at];
  const { mantissa_bits: m, bias } = float;
  const negative = value.negative ? 1 : 0;
  const letter = value.field === value.effective ? "E" : "1";
  // Without a fraction field the hidden bit stands alone.
  const significand = (f) => (m > 0 ? `(${value.hidden} + ${f})` : value.hidden ? "" : "0");
  const digits = m > 0 ? exactDecimal(false, value.significand, -m) : significand("");
  return [
    product(
      hasSign ? `(${MINUS}1)^{s}` : "",
      `2^{${letter} ${MINUS} ${words.bias}}`,
      significand(`f/2^{${m}}`),
    ),
    "= " +
      product(
        hasSign ? `(${MINUS}1)^{${negative}}` : "",
        `2^{${unbiased(value.effective, bias)}}`,
        significand(`${value.fraction}/${2 ** m}`),
      ),
    "= " + (negative ? MINUS : "") + product(power(value.exponent), digits),
  ];
}

// What to say about a decimal that became the value of `code`.
function remark({ text, error }, words, code, input) {
  const apart = error(code, input);
  if (apart && apart.same) return words.hint;
  if (apart && apart.exact) return words.exact;
  if (!apart || apart.thousandths > 500n) return fill(words.by_rule, { result: text(code) });
  const ulps = apart.thousandths ? Number(apart.thousandths) / 1000 : "< 0.001";
  return fill(apart.above ? words.above : words.below, { ulps });
}

// The gap to the next magnitude.
function ulpOf({ float }, { kind, power: place }) {
  if (!float) return "1";
  if (kind === "nan" || kind === "infinite") return "\u2013";
  const decimal = exactDecimal(false, 1n, place);
  return power(place) + (isLong(decimal) ? " " : " = ") + short(decimal);
}
