// The bit explorer of one format, drawn into the page and following the reader.
//
// Format, words and colours come from Rust in the root's attribute, so that this text is the same in
// every notebook. A page may hold several explorers and a front end may insert one again: nothing
// here is global, nothing has an id, and every style is inline.

// The attribute that carries the data, on the element that `mount` fills.
const DATA = "data-mantissa-explorer";

// An element with an inline style; children are elements or strings.
function make(tag, style, attributes, ...children) {
  const element = document.createElement(tag);
  Object.assign(element.style, style);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Shows a text in which ^{...} is raised.
function write(element, text) {
  const raised = { fontSize: "0.75em", verticalAlign: "super", lineHeight: "0" };
  const parts = text.split(/\^\{([^}]*)\}/);
  element.replaceChildren(
    ...parts.map((part, i) => (i % 2 ? make("span", raised, {}, part) : part)),
  );
}

// An element that the keyboard reaches, with a ring while it has the focus.
function reachable(element, { ink }) {
  const ring = (width, layer) => () => {
    element.style.boxShadow = `0 0 0 ${width}px ${ink}`;
    element.style.zIndex = layer;
  };
  element.addEventListener("focus", ring(2, 1));
  element.addEventListener("blur", ring(0, 0));
  Object.assign(element.style, { outline: "none", position: "relative" });
  return element;
}

// The parts of an explorer. Each takes what all of them share and gives its element and how it shows
// a code; `go(code, typing)` shows another code everywhere but in the input that is typed in.

// The bits in their fields: one tab stop, the arrow keys move, a click or the space bar flips.
function bitsPart({ format, fields, words, style, numbers, go, now }) {
  const { ink, paper, mono } = style;
  const cells = [];
  const captions = [];

  const cell = (field, i) => {
    const place = format.bits - 1 - cells.length;
    const weight = flat(weightOf(field, i));
    const label = fill(words.bit, { place, field: field.name }) + (weight && ", " + weight);
    const look = {
      width: "24px",
      height: "30px",
      padding: "0",
      margin: "0 -1px -1px 0",
      border: "1px solid " + paper,
      borderRadius: "4px",
      font: "15px/1 " + mono,
      cursor: "pointer",
    };
    const button = reachable(make("button", look, { type: "button", title: label }), style);
    button.tabIndex = cells.length ? -1 : 0;
    button.addEventListener("click", () => {
      enter(button);
      go(now() ^ (1n << BigInt(place)));
    });
    cells.push({ button, place, label, field });
    return button;
  };
  const enter = (button) => {
    for (const other of cells) other.button.tabIndex = other.button === button ? 0 : -1;
  };

  const reading = (field, code) => readingOf(field.part, format, numbers.decode(code));
  const { exponent_bits, mantissa_bits } = format.float || { exponent_bits: 0, mantissa_bits: 0 };
  const codes = Array.from(
    { length: 2 ** exponent_bits },
    (_, E) => BigInt(E) << BigInt(mantissa_bits),
  );
  const groups = fields.map((field) => {
    // As wide as its longest reading, so that the bits stay where they are.
    const longest = Math.max(...codes.map((code) => reading(field, code).length));
    const look = { font: "12px/20px " + mono, minWidth: longest + "ch", whiteSpace: "nowrap" };
    const caption = make("div", look, {});
    captions.push([caption, field]);
    const name = { fontSize: "12px", fontWeight: "600", whiteSpace: "nowrap", color: field.line };
    return make(
      "div",
      { minWidth: "0" },
      { role: "group", "aria-label": field.name },
      make("div", name, {}, field.name),
      make(
        "div",
        { display: "flex", flexWrap: "wrap", padding: "1px" },
        {},
        ...Array.from({ length: field.size }, (_, i) => cell(field, i)),
      ),
      caption,
    );
  });

  const row = { display: "flex", flexWrap: "wrap", gap: "4px 12px", margin: "8px 0 4px" };
  const element = make("div", row, {}, ...groups);
  element.addEventListener("keydown", (event) => {
    const at = cells.findIndex(({ button }) => button === event.target);
    const to = cells[at + ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] || NaN)];
    if (!to) return;
    event.preventDefault();
    enter(to.button);
    to.button.focus();
  });

  const show = (code) => {
    for (const { button, place, label, field } of cells) {
      const one = (code >> BigInt(place)) & 1n;
      button.textContent = one;
      button.setAttribute("aria-label", `${label}: ${one}`);
      Object.assign(button.style, {
        background: one ? field.line : field.fill,
        color: one ? paper : ink,
        fontWeight: one ? "700" : "400",
      });
    }
    for (const [caption, field] of captions) caption.textContent = reading(field, code);
  };
  return { element, show };
}

// The hexadecimal, the decimal, and below them what there is to say about what was typed.
function inputsPart({ format, words, style, numbers, hex, go, now, step }) {
  const { ink, muted, paper, lost, mono } = style;
  const note = { minHeight: "22px", margin: "4px 0", fontSize: "13px", overflowWrap: "anywhere" };
  const message = make("div", note, { role: "status" });
  const say = (what, colour) => {
    if (message.textContent !== what) message.textContent = what;
    message.style.color = colour;
  };

  const field = (name, flex, read, written, praise) => {
    const look = {
      boxSizing: "border-box",
      width: "100%",
      height: "32px",
      margin: "0",
      padding: "4px 8px",
      border: "1px solid " + muted,
      borderRadius: "4px",
      color: ink,
      background: paper,
      font: "14px/1.3 " + mono,
    };
    const plain = { type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off" };
    const input = reachable(make("input", look, plain), style);
    input.addEventListener("input", () => {
      try {
        go(read(input.value), input);
        say(praise(input.value), muted);
      } catch (refusal) {
        input.setAttribute("aria-invalid", "true");
        input.style.borderColor = lost;
        say(refusal.message, lost);
      }
    });
    input.addEventListener("keydown", (event) => {
      const up = { ArrowUp: true, ArrowDown: false }[event.key];
      if (up === undefined) return;
      event.preventDefault();
      step(up);
    });
    const title = make("span", { display: "block", fontSize: "12px", color: muted }, {}, name);
    const label = make("label", { display: "block", flex, minWidth: "0" }, {}, title, input);
    return { input, label, written };
  };

  const readHex = (typed) => {
    const digits = /^(?:0x)?([0-9a-f]+)$/i.exec(typed.normalize("NFKC").replace(/[\s_]/g, ""));
    const value = typed.trim();
    if (!digits) throw new Error(fill(words.not_hex, { value }));
    const code = BigInt("0x" + digits[1]);
    if (code >> BigInt(format.bits)) {
      throw new Error(fill(words.too_wide, { value, bits: format.bits, format: format.name }));
    }
    return code;
  };
  const writeDecimal = (code) => {
    const decimal = numbers.text(code);
    return isLong(decimal) ? Number(decimal) : decimal;
  };
  const fields = [
    field(words.hexadecimal, "1 1 140px", readHex, hex, () => words.hint),
    field(words.decimal, "3 1 220px", numbers.encode, writeDecimal, (typed) =>
      remark(numbers, words, now(), typed),
    ),
  ];

  const row = { display: "flex", flexWrap: "wrap", gap: "8px 14px" };
  const element = make(
    "div",
    {},
    {},
    make("div", row, {}, ...fields.map(({ label }) => label)),
    message,
  );
  const show = (code, typing) => {
    for (const { input, written } of fields) {
      input.removeAttribute("aria-invalid");
      input.style.borderColor = muted;
      if (input !== typing) input.value = written(code);
    }
    if (!typing) say(words.hint, muted);
  };
  return { element, show };
}

// The two neighbours, which are buttons.
function neighboursPart({ words, style, numbers, hex, step }) {
  const { ink, muted, shade, mono, sans } = style;
  const buttons = [false, true].map((up) => {
    const look = {
      boxSizing: "border-box",
      flex: "1 1 220px",
      minWidth: "0",
      minHeight: "48px",
      margin: "0",
      padding: "4px 10px",
      border: "1px solid " + muted,
      borderRadius: "4px",
      background: shade,
      font: "13px/1.4 " + mono,
      textAlign: up ? "right" : "left",
      overflowWrap: "anywhere",
    };
    const title = up ? words.next + " \u25b6" : "\u25c0 " + words.previous;
    const name = { display: "block", font: "12px/1.4 " + sans, color: muted };
    const value = make("span", { display: "block" }, {});
    const button = make("button", look, { type: "button" }, make("span", name, {}, title), value);
    button.addEventListener("click", () => step(up));
    return { button: reachable(button, style), value, up };
  });
  const row = { display: "flex", flexWrap: "wrap", gap: "8px 14px" };
  const element = make("div", row, {}, ...buttons.map(({ button }) => button));
  const show = (code) => {
    for (const { button, value, up } of buttons) {
      const beside = numbers.step(code, up);
      const none = beside === null;
      // Not `disabled`, which would take the focus away.
      button.setAttribute("aria-disabled", none);
      Object.assign(button.style, {
        cursor: none ? "default" : "pointer",
        color: none ? muted : ink,
      });
      value.textContent = none ? words.none : `${short(numbers.text(beside))} (${hex(beside)})`;
    }
  };
  return { element, show };
}

// What the code means: the exact value, its class, the formula, the ulp.
function meaningPart({ format, words, style, numbers }) {
  const { muted, mono } = style;
  const element = make(
    "div",
    {
      display: "grid",
      gridTemplateColumns: "max-content minmax(0,1fr)",
      gap: "6px 14px",
      marginTop: "10px",
    },
    {},
  );
  const line = (name, look, attributes = {}) => {
    const value = make("div", { overflowWrap: "anywhere", ...look }, attributes);
    const title = { fontSize: "13px", lineHeight: "22px", color: muted };
    element.append(make("div", title, {}, name), value);
    return value;
  };
  const formulas = { font: "14px/22px " + mono };
  const digits = { font: "600 16px/22px " + mono, maxHeight: "132px", overflowY: "auto" };
  const exact = line(words.value, digits, { "aria-live": "polite" });
  const kind = format.float && line(words.class, { lineHeight: "22px" });
  const formula = line(words.formula, formulas);
  const ulp = line(words.ulp, formulas);

  const show = (code) => {
    const value = numbers.decode(code);
    exact.textContent = numbers.text(code);
    if (kind) kind.textContent = words["class_" + value.kind];
    const rows = formulaOf(format, words, value, code).map((text) => {
      const row = make("div", {}, {});
      write(row, text);
      return row;
    });
    formula.replaceChildren(...rows);
    write(ulp, ulpOf(format, value));
  };
  return { element, show };
}

// The element that shows the explorer of one format.
function panel({ format, fields, code: start, words, style }) {
  const { ink, muted, rule, paper, mono, sans } = style;
  const numbers = codec(format, words);
  const digits = Math.ceil(format.bits / 4);
  let code = BigInt(start);
  const go = (next, typing) => {
    code = next;
    for (const part of parts) part.show(code, typing);
  };
  const shared = {
    format,
    fields,
    words,
    style,
    numbers,
    hex: (code) => "0x" + code.toString(16).padStart(digits, "0"),
    go,
    now: () => code,
    step: (up) => {
      const next = numbers.step(code, up);
      if (next !== null) go(next);
    },
  };
  const parts = [bitsPart, inputsPart, neighboursPart, meaningPart].map((part) => part(shared));
  go(code);

  const title = make("span", { font: "700 16px/1.4 " + mono }, {}, format.name);
  const look = { marginLeft: "12px", fontSize: "13px", color: muted };
  const heading = make("div", {}, {}, title, make("span", look, {}, words.summary));
  const element = make(
    "div",
    {
      boxSizing: "border-box",
      maxWidth: "880px",
      margin: "4px 0",
      padding: "12px 14px",
      border: "1px solid " + rule,
      borderRadius: "8px",
      color: ink,
      background: paper,
      colorScheme: "light",
      font: "14px/1.5 " + sans,
      textAlign: "left",
    },
    { role: "group", "aria-label": words.label },
    heading,
    ...parts.map((part) => part.element),
  );
  // Letters, arrows and the like typed here are no commands of the front end; Ctrl+S still saves.
  element.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  return element;
}

// Draws every explorer that belongs to a script and is not drawn yet, in place of the still picture:
// the one around the script or, where a front end has moved the script, those near it.
function mount(script) {
  const around = script && script.closest(`[${DATA}]`);
  const near = (script && script.parentNode) || document;
  for (const root of around ? [around] : near.querySelectorAll(`[${DATA}]`)) {
    if (root.mounted) continue;
    const drawn = panel(JSON.parse(root.getAttribute(DATA)));
    root.firstElementChild.replaceWith(drawn);
    root.mounted = true;
  }
}
