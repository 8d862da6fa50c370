// Runs a slider's script on a page of two sliders and moves the first, without a browser: just the few
// things of a document that the script asks for.
const { readFileSync } = require("fs");

function element(tag) {
  const listeners = {};
  return {
    tag,
    attributes: {},
    children: [],
    setAttribute(name, value) {
      this.attributes[name] = String(value);
      if (name === "value") this.value = String(value);
    },
    getAttribute(name) {
      return this.attributes[name];
    },
    append(...children) {
      this.children.push(...children);
    },
    prepend(...children) {
      this.children.unshift(...children);
    },
    addEventListener(name, listener) {
      listeners[name] = listener;
    },
    dispatch(name, event) {
      listeners[name](event);
    },
  };
}

// What the page has of a slider: the element with the data, the picture and the note.
function slider(data) {
  const [root, image, note] = ["div", "img", "div"].map(element);
  root.setAttribute("data-mantissa-slider", data);
  note.remove = () => (root.noteless = true);
  root.querySelector = (what) => (what === "img" ? image : note);
  return { root, image };
}

const [script, data] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const [first, second] = [slider(data), slider(data)];
const run = (currentScript, found) => {
  const document = {
    createElement: element,
    currentScript,
    querySelectorAll: () => found.map(({ root }) => root),
  };
  new Function("document", script)(document);
};
run({ closest: () => first.root }, []);
run(null, [first, second]); // moved by a front end: the first one is drawn already

const said = ({ root, image }) => {
  const [row] = root.children;
  const [label, input, name] = row.children;
  const { min, max, step } = input.attributes;
  return [root.children.length, root.noteless, label, min, max, step, input.value, name.textContent,
    input.attributes["aria-valuetext"], image.alt, image.width, image.src].join("\t");
};
console.log(said(first));
const input = first.root.children[0].children[1];
input.value = "0";
input.dispatch("input");
console.log(said(first));
console.log(said(second));

// Which of some keys never reach the front end.
const row = first.root.children[0];
const kept = (event) => {
  let stopped = false;
  row.dispatch("keydown", { ...event, stopPropagation: () => (stopped = true) });
  return stopped;
};
const keys = ["ArrowLeft", "ArrowDown", "Home", "End", "PageUp", "PageDown", "s", "Enter", "Escape", "F1"];
console.log(keys.filter((key) => kept({ key })).join(" "));
console.log(["ctrlKey", "metaKey", "altKey", "shiftKey"].filter((mod) => kept({ key: "End", [mod]: true })).join(" "));
