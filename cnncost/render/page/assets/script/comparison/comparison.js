/** Several networks side by side: ratios, and which of them no other one beats. */

import { html } from "../elements/dom.js";
import { wholeText } from "../data/format.js";
import { frontierView } from "./scatter.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../data/network.js").Network} Network */

/**
 * The view of all networks of the page.
 * @param {State} state
 */
export function comparisonView(state) {
  let baseline = 0;
  const choice = html("select", { onchange: () => compareWith(choice.selectedIndex) });
  choice.append(...state.networks.map((network) => html("option", {}, network.title)));
  const head = html("tr", {});
  const body = html("tbody", {});
  const frontier = frontierView(state);
  const element = html(
    "div",
    { class: "comparison" },
    html("div", { class: "controls" }, html("label", {}, html("span", {}, "Ratios to"), choice)),
    html(
      "div",
      { class: "scroller", tabindex: 0, role: "region", "aria-label": "Figures of the networks" },
      html(
        "table",
        { class: "compared" },
        html("caption", { class: "hidden" }, "Figures of the networks"),
        html("thead", {}, head),
        body,
      ),
    ),
    frontier.element,
  );

  /** @param {number} place */
  function compareWith(place) {
    baseline = place;
    update();
  }

  function update() {
    head.replaceChildren(
      html("th", { scope: "col" }, "Figure"),
      ...state.networks.map((network, place) => networkHead(state, network, place)),
    );
    body.replaceChildren(
      ...comparedFigures(state.networks).map((figure) => figureRow(state.networks, baseline, figure)),
    );
    frontier.update();
  }

  return { element, update };
}

/**
 * The figures that tell the networks apart, in their order.
 * @param {Network[]} networks
 */
export function comparedFigures(networks) {
  const names = new Set(networks.flatMap((network) => Object.keys(network.totals)));
  return [...names].filter((name) => networks.some((network) => network.totals[name]));
}

/**
 * @param {State} state
 * @param {Network} network
 * @param {number} place
 */
function networkHead(state, network, place) {
  const pressed = String(place === state.selected);
  const choose = () => state.change({ selected: place });
  return html(
    "th",
    { scope: "col" },
    html("button", { type: "button", "aria-pressed": pressed, onclick: choose }, network.title),
  );
}

/**
 * @param {Network[]} networks
 * @param {number} baseline
 * @param {string} figure
 */
function figureRow(networks, baseline, figure) {
  const owner = networks.find((network) => figure in network.figures);
  const most = Math.max(...networks.map((network) => totalOf(network, figure)));
  const base = totalOf(networks[baseline], figure);
  const cells = networks.map((network, place) => {
    const value = totalOf(network, figure);
    const exact = network.totals[figure];
    return html(
      "td",
      {
        style: `--part:${most ? value / most : 0}`,
        title: exact === null || exact === undefined ? "" : wholeText(exact),
      },
      html("span", {}, figure in network.totals ? network.totalText(figure) : "–"),
      html("small", {}, place === baseline ? "" : ratioText(exact === null ? NaN : value, base)),
      html("i", { "aria-hidden": "true" }),
    );
  });
  const { title, about } = /** @type {Network} */ (owner).figures[figure];
  return html("tr", { "data-figure": figure }, html("th", { scope: "row", title: about }, title), cells);
}

/**
 * @param {Network} network
 * @param {string} figure
 */
function totalOf(network, figure) {
  return Number(network.totals[figure] ?? network.atLeast[figure] ?? 0);
}

/**
 * How often one figure is another, `0.300×`; nothing where there is no such number.
 * @param {number} value
 * @param {number} base
 */
export function ratioText(value, base) {
  if (!base || Number.isNaN(value)) {
    return "";
  }
  const ratio = value / base;
  return `${ratio >= 1000 ? wholeText(Math.round(ratio)) : ratio.toPrecision(3)}×`;
}
