/** Networks as points of two figures, and the frontier of those that no other one beats. */

import { axesFor } from "./axes.js";
import { html, svg } from "../elements/dom.js";
import { paretoFront } from "./frontier.js";
import { labelSides } from "./labels.js";
import { PLOT_HEIGHT, PLOT_WIDTH } from "../elements/plot.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("./axes.js").Axis} Axis */
/** @typedef {import("./axes.js").Scale} Scale */
/** @typedef {{ place: number, values: number[], left: number, up: number, text: string }} Point */

/**
 * The picture of the networks by two figures, which can be chosen.
 * @param {State} state
 */
export function frontierView(state) {
  const axes = axesFor(state.networks);
  const [across, upwards] = ["Across", "Upwards"].map((label) => {
    const options = axes.map(({ title }) => html("option", {}, title));
    const select = html("select", { onchange: () => draw() }, options);
    return { select, element: html("label", {}, html("span", {}, label), select) };
  });
  upwards.select.selectedIndex = Math.max(
    axes.findIndex(({ gains }) => gains),
    1,
  );
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
  element.hidden = axes.length < 2;

  function draw() {
    const chosen = [axes[across.select.selectedIndex], axes[upwards.select.selectedIndex]];
    const { points, scales } = pointsOf(state, chosen);
    const front = frontOf(points, chosen);
    const sides = labelSides(points);
    picture.replaceChildren(
      ...gridOf(scales[0], "left", chosen[0].format),
      ...gridOf(scales[1], "bottom", chosen[1].format),
      html("div", { class: "axis across", "aria-hidden": "true" }, chosen[0].title),
      html("div", { class: "axis upwards", "aria-hidden": "true" }, chosen[1].title),
      frontPicture(front, chosen),
      ...points.map((point, place) => pointButton(state, point, chosen, sides[place], front.includes(point))),
    );
    summary.textContent = summaryOf(front, chosen, state.networks.length - points.length);
  }

  return { element, update: () => element.hidden || draw() };
}

/**
 * The networks that have both figures, in their places.
 * @param {State} state
 * @param {Axis[]} axes
 */
function pointsOf(state, axes) {
  const known = state.networks.flatMap((network, place) => {
    const values = axes.map((axis) => axis.of(network));
    return values.includes(null) ? [] : [{ place, values: /** @type {number[]} */ (values), text: network.title }];
  });
  const scales = axes.map((axis, side) => axis.scale(known.map(({ values }) => values[side])));
  const points = known.map((point) => ({
    ...point,
    left: scales[0].at(point.values[0]),
    up: scales[1].at(point.values[1]),
  }));
  return { points, scales };
}

/**
 * The points that no other one beats, from left to right.
 * @param {Point[]} points
 * @param {Axis[]} axes
 */
function frontOf(points, axes) {
  const [x, y] = axes.map((axis, side) => points.map(({ values }) => (axis.gains ? -values[side] : values[side])));
  const front = paretoFront(points.map((_, place) => ({ x: x[place], y: y[place] })));
  return front.map((place) => points[place]).sort((one, other) => one.left - other.left);
}

/**
 * @param {Scale} scale
 * @param {"left" | "bottom"} side
 * @param {(value: number) => string} format
 */
function gridOf({ ticks, at }, side, format) {
  return ticks.map((tick) => {
    const style = `${side}:${100 * at(tick)}%`;
    return html("div", { class: `tick ${side}`, style, "aria-hidden": "true" }, html("span", {}, format(tick)));
  });
}

/**
 * The frontier as steps around what is beaten.
 * @param {Point[]} front from left to right
 * @param {Axis[]} axes
 */
function frontPicture(front, [across, upwards]) {
  const worst = upwards.gains ? PLOT_HEIGHT : 0;
  const steps = front.map(({ left, up }, place) => {
    const [x, y] = [PLOT_WIDTH * left, PLOT_HEIGHT * (1 - up)];
    if (place) {
      return across.gains ? `V${y}H${x}` : `H${x}V${y}`;
    }
    return across.gains ? `M0 ${y}H${x}` : `M${x} ${worst}V${y}`;
  });
  const end = across.gains ? `V${worst}` : `H${PLOT_WIDTH}`;
  return svg(
    "svg",
    { viewBox: `0 0 ${PLOT_WIDTH} ${PLOT_HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    front.length > 0 && svg("path", { class: "front", d: `${steps.join("")}${end}` }),
  );
}

/**
 * @param {State} state
 * @param {Point} point
 * @param {Axis[]} axes
 * @param {string} side of the point, on which its name stands
 * @param {boolean} onFront
 */
function pointButton(state, { place, values, left, up, text }, axes, side, onFront) {
  const said = axes.map(({ title, format }, axis) => `${format(values[axis])} ${title}`).join(", ");
  return html(
    "button",
    {
      type: "button",
      class: `point ${side}${onFront ? " front" : ""}`,
      style: `left:${100 * left}%;bottom:${100 * up}%`,
      title: `${text}: ${said}`,
      "aria-label": `${text}: ${said}${onFront ? ", on the frontier" : ""}`,
      "aria-pressed": String(place === state.selected),
      onclick: () => state.change({ selected: place }),
    },
    html("i", {}),
    html("span", {}, text),
  );
}

/**
 * @param {Point[]} front
 * @param {Axis[]} axes
 * @param {number} missing how many networks have not both figures
 */
function summaryOf(front, axes, missing) {
  const [x, y] = axes.map(({ title, better }) => `${better} ${title}`);
  const names = front.map(({ text }) => text).join(", ");
  const others = missing ? ` Not both are known of ${missing}.` : "";
  return `On the frontier, where no other network has ${x} and ${y}: ${names}.${others}`;
}
