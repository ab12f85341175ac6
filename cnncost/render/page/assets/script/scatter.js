/** Networks as points of two figures, and the frontier of those that no other one beats. */

import { html, svg } from "./dom.js";
import { paretoFront } from "./frontier.js";
import { labelSides } from "./labels.js";
import { PLOT_HEIGHT, PLOT_WIDTH } from "./plot.js";
import { logTicks } from "./ticks.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./network.js").Network} Network */
/** @typedef {{ ticks: number[], at: (value: number) => number }} Scale the place of a value, from 0 to 1 */
/** @typedef {{ place: number, x: number, y: number, left: number, up: number, text: string }} Point */

const FIRST_AXES = ["macs", "params"];

/**
 * The picture of the networks by two figures, which can be chosen.
 * @param {State} state
 */
export function frontierView(state) {
  const { networks } = state;
  const figures = sharedFigures(networks);
  const [across, upwards] = ["Across", "Upwards"].map((label, place) => {
    const options = figures.map((name) => html("option", { value: name }, networks[0].figures[name].title));
    const select = html("select", { onchange: () => draw() }, options);
    select.selectedIndex = place;
    return { select, element: html("label", {}, html("span", {}, label), select) };
  });
  const picture = html("div", { class: "points" });
  const summary = html("p", { class: "hint", "aria-live": "polite" });
  const element = html(
    "div",
    { class: "frontier" },
    html("h3", {}, "Frontier"),
    html("div", { class: "controls" }, across.element, upwards.element),
    picture,
    summary,
  );
  element.hidden = figures.length < 2;

  function draw() {
    const [x, y] = [across.select.value, upwards.select.value];
    const [scaleX, scaleY] = [x, y].map((figure) => scaleOf(networks.map((network) => Number(network.totals[figure]))));
    const points = networks.map((network, place) => {
      const [a, b] = [Number(network.totals[x]), Number(network.totals[y])];
      return { place, x: a, y: b, left: scaleX.at(a), up: scaleY.at(b), text: network.title };
    });
    const front = paretoFront(points).map((place) => points[place]);
    const sides = labelSides(points);
    picture.replaceChildren(
      ...gridOf(scaleX, "left", networks[0].formatOf(x)),
      ...gridOf(scaleY, "bottom", networks[0].formatOf(y)),
      frontPicture(front),
      ...points.map((point) =>
        pointButton(state, point, [x, y], `${sides[point.place]} ${front.includes(point) ? "front" : ""}`),
      ),
    );
    const names = front.map((point) => point.text).join(", ");
    const titles = [x, y].map((figure) => networks[0].figures[figure].title);
    summary.textContent = `No other network has less of ${titles[0]} and of ${titles[1]}: ${names}.`;
  }

  return { element, update: () => element.hidden || draw() };
}

/**
 * The figures that all networks have, and that are not zero: a logarithmic axis can show them.
 * @param {Network[]} networks
 */
function sharedFigures(networks) {
  const names = Object.keys(networks[0].totals).filter((name) => networks.every((network) => network.totals[name]));
  return [...FIRST_AXES.filter((name) => names.includes(name)), ...names.filter((name) => !FIRST_AXES.includes(name))];
}

/**
 * @param {number[]} values
 * @returns {Scale}
 */
function scaleOf(values) {
  const ticks = logTicks(Math.min(...values), Math.max(...values));
  const [least, most] = [Math.log(ticks[0]), Math.log(ticks[ticks.length - 1])];
  return { ticks, at: (value) => (most > least ? (Math.log(value) - least) / (most - least) : 0.5) };
}

/**
 * @param {Scale} scale
 * @param {"left" | "bottom"} side
 * @param {(value: number) => string} format
 */
function gridOf({ ticks, at }, side, format) {
  return ticks.map((tick) =>
    html(
      "div",
      { class: `tick ${side}`, style: `${side}:${100 * at(tick)}%`, "aria-hidden": "true" },
      html("span", {}, format(tick)),
    ),
  );
}

/**
 * The frontier as steps: what lies above it is beaten.
 * @param {Point[]} front by rising x
 */
function frontPicture(front) {
  const steps = front.map(({ left, up }, place) => {
    const [x, y] = [PLOT_WIDTH * left, PLOT_HEIGHT * (1 - up)];
    return place ? `H${x}V${y}` : `M${x} 0V${y}`;
  });
  return svg(
    "svg",
    { viewBox: `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "front", d: `${steps.join("")}H${PLOT_WIDTH}` }),
  );
}

/**
 * @param {State} state
 * @param {Point} point
 * @param {string[]} figures
 * @param {string} looks
 */
function pointButton(state, { place, left, up, text }, figures, looks) {
  const network = state.networks[place];
  const values = figures.map((figure) => `${network.totalText(figure)} ${network.figures[figure].title}`).join(", ");
  const front = looks.includes("front") ? ", on the frontier" : "";
  return html(
    "button",
    {
      type: "button",
      class: `point ${looks}`,
      style: `left:${100 * left}%;bottom:${100 * up}%`,
      title: `${text}: ${values}`,
      "aria-label": `${text}: ${values}${front}`,
      "aria-pressed": String(place === state.selected),
      onclick: () => state.change({ selected: place }),
    },
    html("i", {}),
    html("span", {}, text),
  );
}
