// Answers the questions of render_explorer.rs with the functions of an explorer's own script.
//
//   node driver.js SCRIPT < QUESTIONS
//
// A question is a line: `F<tab>data of the explorer` chooses the format, `D<tab>code` decodes,
// `E<tab>number` encodes, `X<tab>code` explains, `R<tab>number` remarks on the rounding. Each but
// the first is answered by a line.
"use strict";
const { readFileSync } = require("node:fs");

const script = readFileSync(process.argv[2], "utf8");
const parts = "return { codec, formulaOf, readingOf, remark };";
const { codec, formulaOf, readingOf, remark } = new Function(
  "return " + script.trim().replace("mount(document.currentScript);", parts),
)();

const hex = (code) => (code === null ? "none" : "0x" + code.toString(16));

function decoded(numbers, code) {
  const value = numbers.decode(code);
  const fields = [value.field, value.fraction, value.exponent, value.hidden];
  const known = value.field === undefined ? "integer" : fields.join(" ");
  const next = [true, false].map((up) => hex(numbers.step(code, up)));
  return [hex(code), value.kind, value.negative, known, numbers.text(code), ...next].join("\t");
}

function encoded(numbers, text) {
  try {
    return hex(numbers.encode(text));
  } catch (refusal) {
    return "! " + refusal.message;
  }
}

function explained(data, numbers, code) {
  const value = numbers.decode(code);
  const readings = data.fields.map((field) => readingOf(field.part, data.format, value));
  return [...readings, ...formulaOf(data.format, data.words, value, code)].join(" | ");
}

let data = null;
let numbers = null;
const answers = [];
for (const line of readFileSync(0, "utf8").split("\n")) {
  const [question, ...rest] = line.split("\t");
  const what = rest.join("\t");
  if (question === "F") {
    data = JSON.parse(what);
    numbers = codec(data.format, data.words);
  } else if (question === "D") {
    answers.push(decoded(numbers, BigInt(what)));
  } else if (question === "E") {
    answers.push(encoded(numbers, what));
  } else if (question === "X") {
    answers.push(explained(data, numbers, BigInt(what)));
  } else if (question === "R") {
    answers.push(remark(numbers, data.words, numbers.encode(what), what));
  }
}
process.stdout.write(answers.join("\n") + "\n");
