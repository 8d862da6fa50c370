// Above the still picture a slider over all of them; they are in the attribute of its element.
const DATA = "data-mantissa-slider";

// The keys that move a slider; all others are the front end's, such as Ctrl+S.
const MOVES = /^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/;

// An element with attributes, among them an inline style.
function make(tag, attributes) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function mount(root) {
  if (root.mounted) return;
  root.mounted = true;
  const { label, start, frames, ink, sans } = JSON.parse(root.getAttribute(DATA));
  const image = root.querySelector("img");
  root.querySelector("[data-note]").remove();

  const style = `display:flex;align-items:center;gap:12px;padding:8px 20px 0;color:${ink};font:14px/1.5 ${sans}`;
  const row = make("label", { style });
  const ends = { type: "range", min: 0, max: frames.length - 1, step: 1, value: start };
  const input = make("input", { ...ends, style: "flex:1;max-width:420px;margin:0" });
  const name = make("output", { style: "font-weight:bold" });
  row.append(label, input, name);
  root.prepend(row);

  const show = () => {
    const [title, alt, width, source] = frames[input.value];
    Object.assign(image, { alt, width, src: source });
    name.textContent = title;
    input.setAttribute("aria-valuetext", title);
  };
  input.addEventListener("input", show);
  row.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (MOVES.test(event.key) && !modified) event.stopPropagation();
  });
  show();
}

// The slider around this script or, where a front end has moved the script, every one there is.
const script = document.currentScript;
const around = script && script.closest(`[${DATA}]`);
for (const root of around ? [around] : document.querySelectorAll(`[${DATA}]`)) mount(root);
