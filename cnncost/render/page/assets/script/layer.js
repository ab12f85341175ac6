/** The selected layer: what it reads, its figures, and the formulas that they come from. */

import { html } from "./elements/dom.js";
import { UNKNOWN, shapeText, wholeText } from "./data/format.js";

/** @typedef {import("./data/explanations.js").Explained} Explained */
/** @typedef {import("./data/explanations.js").Explanation} Explanation */
/** @typedef {import("./data/explanations.js").Amount} Amount */
/** @typedef {import("./data/network.js").Network} Network */
/** @typedef {import("./state.js").State} State */

const LETTER = /([A-Za-z][A-Za-z0-9]*)_([A-Za-z0-9]+)/g;

/**
 * The panel of the selected layer; it is not there while none is selected.
 * @param {State} state
 */
export function layerView(state) {
  const element = html("aside", { class: "layer-panel", "aria-label": "Selected layer", hidden: true });
  /** @type {Element | null} what was chosen before the panel came */
  let before = null;
  function close() {
    state.change({ layer: null });
    if (before instanceof HTMLElement && before.isConnected) {
      before.focus();
    }
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.layer !== null && !event.defaultPrevented) {
      close();
    }
  });
  function update() {
    const { layer } = state;
    document.body.classList.toggle("has-panel", layer !== null);
    element.hidden = layer === null;
    if (layer === null) {
      element.replaceChildren();
      return;
    }
    if (!element.contains(document.activeElement)) {
      before = document.activeElement;
    }
    element.replaceChildren(...contents(state, layer, close).filter((part) => part instanceof Node));
    element.scrollTop = 0;
  }
  return { element, update };
}

/**
 * @param {State} state
 * @param {number} layer
 * @param {() => void} close
 */
function contents(state, layer, close) {
  const { network } = state;
  const explanation = network.explanations?.of(network, layer);
  const inputs = network.edges.filter(([, to]) => to === layer).map(([from]) => from);
  const readers = network.edges.filter(([from]) => from === layer).map(([, to]) => to);
  return [
    html(
      "div",
      { class: "panel-head" },
      html("h2", {}, network.names[layer]),
      html("button", { type: "button", "aria-label": "Close", title: "Close", onclick: close }, "×"),
    ),
    html(
      "p",
      { class: "about" },
      html("strong", {}, network.types[layer]),
      " ",
      explanation && codeIn(explanation.about),
    ),
    links(state, "reads", inputs),
    links(state, "read by", readers),
    explanation && formulas(network, explanation),
  ];
}

/**
 * @param {State} state
 * @param {string} label
 * @param {number[]} layers
 */
function links(state, label, layers) {
  if (!layers.length) {
    return null;
  }
  const { network } = state;
  const items = [...new Set(layers)].map((layer) => {
    const name = network.nameOf(layer);
    const select = () => state.change({ layer });
    const attributes = { type: "button", class: "link", onclick: select };
    return layer < 0 ? html("span", {}, name) : html("button", attributes, name);
  });
  return html("p", { class: "links" }, html("span", { class: "quiet" }, label), items);
}

/**
 * @param {Network} network
 * @param {Explanation} explanation
 */
function formulas(network, { letters, figures, algorithms }) {
  const sizes = figures.filter(({ name, unit }) => unit === "positions" && name.endsWith("_o"));
  const others = figures.filter((figure) => !sizes.includes(figure));
  const there = others.filter(isThere);
  const zero = others.filter((figure) => !isThere(figure));
  return html(
    "div",
    {},
    html("h3", {}, "Formulas"),
    there.map((figure) => figurePart(network, figure)),
    zero.length > 0 &&
      html(
        "details",
        {},
        html("summary", {}, "Zero here"),
        zero.map((figure) => figurePart(network, figure)),
      ),
    algorithms.length > 0 && html("h3", {}, "By algorithm"),
    algorithms.map((algorithm) => algorithmPart(network, algorithm)),
    html("h3", {}, "Letters"),
    html(
      "dl",
      { class: "letters" },
      letters.map(({ letter, number, meaning }) => letterRow(letter, amount(number, ""), meaning)),
    ),
    sources(network, [...figures, ...algorithms.flatMap((algorithm) => algorithm.figures)]),
  );
}

/** Whether a figure is more than a zero that nothing is to be said of. @param {Explained} figure */
function isThere({ value }) {
  return value !== 0;
}

/**
 * @param {string} letter
 * @param {string} number
 * @param {string} meaning
 */
function letterRow(letter, number, meaning) {
  const about = html("dd", { class: "quiet" }, meaning);
  return html("div", {}, html("dt", {}, typeset(letter)), html("dd", {}, number), about);
}

/**
 * One figure: its name and value, the formula in letters and in numbers, and what it does not say.
 * @param {Network} network
 * @param {Explained} figure
 */
function figurePart(network, { name, value, unit, formula, substituted, note, source }) {
  const said = [null, String(value)];
  const title = titleOf(network, name);
  const shown = amount(value, unit === title ? "" : unit);
  return html(
    "div",
    { class: "formula", "data-figure": name, title: source },
    html("div", { class: "formula-head" }, html("span", {}, title), html("span", { class: "value" }, shown)),
    formula !== null && !said.includes(formula) && html("p", { class: "math" }, typeset(formula)),
    ![...said, formula].includes(substituted) && html("p", { class: "math quiet" }, `= ${substituted}`),
    note !== "" && html("p", { class: "quiet" }, codeIn(note)),
  );
}

/**
 * @param {Network} network
 * @param {import("./data/explanations.js").Algorithm} algorithm
 */
function algorithmPart(network, { title, refusal, figures }) {
  return html(
    "details",
    { class: "algorithm" },
    html("summary", {}, title, refusal !== null && html("span", { class: "quiet" }, " does not apply")),
    refusal !== null && html("p", { class: "quiet" }, refusal),
    figures.map((figure) => figurePart(network, figure)),
  );
}

/**
 * Who published the formulas.
 * @param {Network} network
 * @param {Explained[]} figures
 */
function sources(network, figures) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const { source, name } of figures.filter((figure) => figure.source !== "")) {
    found.set(source, [...(found.get(source) ?? []), titleOf(network, name)]);
  }
  const items = [...found].map(([source, names]) =>
    html("li", {}, source, html("span", { class: "quiet" }, ` ${[...new Set(names)].join(", ")}`)),
  );
  return html("details", { class: "sources" }, html("summary", {}, "Sources"), html("ul", {}, items));
}

/**
 * @param {Network} network
 * @param {string} name
 */
function titleOf(network, name) {
  return network.explanations?.called[name] ?? network.figures[name]?.title ?? name.replaceAll("_", " ");
}

/**
 * A value with its unit, written out.
 * @param {Amount} value
 * @param {string} unit
 */
function amount(value, unit) {
  if (value === null) {
    return UNKNOWN;
  }
  return `${Array.isArray(value) ? shapeText(value) : writtenOut(value)} ${unit}`.trim();
}

/** @param {number | string} value */
function writtenOut(value) {
  return Number.isInteger(Number(value)) ? wholeText(BigInt(value)) : String(value);
}

/**
 * A sentence whose names stand between backticks.
 * @param {string} text
 */
function codeIn(text) {
  return text.split("`").map((part, place) => (place % 2 ? html("code", {}, part) : part));
}

/**
 * A formula with its letters' indices below the line.
 * @param {string} text
 */
function typeset(text) {
  /** @type {(string | HTMLElement)[]} */
  const parts = [];
  let end = 0;
  for (const { 0: whole, 1: letter, 2: index, index: start } of text.matchAll(LETTER)) {
    parts.push(text.slice(end, start), letter, html("sub", {}, index));
    end = start + whole.length;
  }
  return [...parts, text.slice(end)];
}
