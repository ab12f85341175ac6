/** The totals of the selected network, a card each. */

import { html } from "./elements/dom.js";
import { shapeText, wholeText } from "./data/format.js";

/** @typedef {import("./state.js").State} State */

const FIRST = ["params", "macs", "flops", "backward_flops", "activation_bytes", "kept_bytes", "peak_bytes"];

/**
 * The view of the totals.
 * @param {State} state
 */
export function cardsView(state) {
  const element = html("div", { class: "overview" });
  function update() {
    element.replaceChildren(...overview(state));
  }
  return { element, update };
}

/** @param {State} state */
function overview(state) {
  const { network } = state;
  const usual = FIRST.filter((figure) => network.totals[figure] !== 0);
  const others = Object.keys(network.totals).filter((figure) => !usual.includes(figure));
  const inputs = Object.entries(network.inputs).map(([name, shape]) => `${name} ${shapeText(shape.slice(1))}`);
  const facts = [...inputs, ...network.conditions, `${wholeText(network.size)} layers`];
  const cards = usual.map((figure) => card(network, figure));
  return [
    html(
      "p",
      { class: "facts" },
      facts.map((fact) => html("span", {}, fact)),
    ),
    network.source ? html("p", { class: "source" }, network.source) : "",
    html("dl", { class: "cards" }, cards),
    html("details", { class: "more" }, html("summary", {}, "All figures"), moreFigures(network, others)),
    ...network.warnings.map((warning) => html("p", { class: "warning", role: "note" }, warning)),
  ];
}

/**
 * @param {import("./data/network.js").Network} network
 * @param {string} figure
 */
function card(network, figure) {
  const { title, about } = network.figures[figure];
  return html(
    "div",
    { class: "card", "data-figure": figure },
    html("dt", { title: about }, title),
    html("dd", {}, network.totalText(figure), html("small", {}, exactTotal(network, figure))),
  );
}

/**
 * @param {import("./data/network.js").Network} network
 * @param {string[]} figures
 */
function moreFigures(network, figures) {
  const rows = figures.map((figure) => {
    const { title, about } = network.figures[figure];
    return html(
      "div",
      { "data-figure": figure },
      html("dt", { title: about }, title),
      html("dd", {}, network.totalText(figure)),
    );
  });
  return html("dl", { class: "figures" }, rows);
}

/**
 * @param {import("./data/network.js").Network} network
 * @param {string} figure
 */
function exactTotal(network, figure) {
  const value = network.totals[figure];
  if (value === null) {
    return "not all of it is known";
  }
  return network.figures[figure].kind === "bytes" ? `${wholeText(value)} B` : wholeText(value);
}
