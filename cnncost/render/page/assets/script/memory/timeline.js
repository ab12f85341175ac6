/** The memory of a step in its course, and what lives at the cursor. */

import { courseOf, livingAt, memoryOf, stayingBytes } from "./course.js";
import { html, svg } from "../elements/dom.js";
import { bytesText, percentText } from "../data/format.js";
import { cursorPlot, stepsPath } from "../elements/plot.js";
import { roundTicks } from "../elements/ticks.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {import("./course.js").Memory} Memory */
/** @typedef {import("./course.js").Moment} Moment */
/**
 * @typedef {object} Course
 * @property {Memory} memory
 * @property {Moment[]} moments
 * @property {number[]} kinds the places of kinds, from the lowest of the picture to the highest
 * @property {number} peak the place of the highest moment
 */

const COLUMNS = 1500;
const LISTED = 12;

const MODES = { train: "training", infer: "inference" };

/** @type {WeakMap<object, Course>} worked out once for a step */
const COURSES = new WeakMap();

/**
 * The view of memory in time.
 * @param {State} state
 */
export function timelineView(state) {
  const modes = html("select", { onchange: () => draw(state.network.steps[modes.selectedIndex]) });
  const facts = html("p", { class: "facts" });
  const phases = html("div", { class: "phases", "aria-hidden": "true" });
  const plot = cursorPlot("Operation of the step", describe, (place, chosen) => {
    show(place);
    const { layer } = course.moments[place];
    if (chosen && layer >= 0) state.change({ layer });
  });
  const heading = html("h3", { "aria-live": "polite" });
  const kinds = html("tbody", {});
  const tensors = html("tbody", {});
  const element = html(
    "div",
    { class: "timeline" },
    html("div", { class: "controls" }, html("label", {}, html("span", {}, "Step of"), modes)),
    facts,
    plot.element,
    phases,
    html(
      "div",
      { class: "living" },
      html("div", {}, heading, listedTable("What lives there", ["What lives", "Memory", "Share"], kinds)),
      html(
        "div",
        {},
        html("h3", {}, "The largest there"),
        listedTable("The largest tensors", ["Of", "What", "Memory"], tensors),
      ),
    ),
  );
  /** @type {Network | null} */
  let drawn = null;
  /** @type {Course} */
  let course;

  /** @param {number} place */
  function describe(place) {
    const moment = course.moments[place];
    return `${placeText(state.network, course.memory, moment)}: ${bytesText(moment.bytes)}`;
  }

  function update() {
    if (drawn === state.network) return;
    drawn = state.network;
    element.hidden = !drawn.steps.length;
    modes.replaceChildren(...drawn.steps.map(({ mode }) => html("option", {}, MODES[/** @type {"train"} */ (mode)])));
    if (drawn.steps.length) draw(drawn.steps[0]);
  }

  /** @param {any} step */
  function draw(step) {
    course = courseFor(step);
    const { memory, moments, peak } = course;
    const ticks = roundTicks(moments[peak].bytes, 4, 1024);
    const most = ticks[ticks.length - 1];
    facts.replaceChildren(...factsOf(step).map((fact) => html("span", {}, fact)));
    phases.replaceChildren(...phaseBands(course));
    const labels = ticks.map((bytes) => ({ at: bytes / most, text: bytesText(bytes) }));
    plot.draw(moments.length, labels, areasOf(memory, highestMoments(moments, COLUMNS), course.kinds, most));
    show(peak);
  }

  /** @param {number} place */
  function show(place) {
    const { memory, moments } = course;
    const moment = moments[place];
    plot.point(place);
    heading.textContent = describe(place);
    const { parts, bytes } = moment;
    const present = memory.kinds.map((_, kind) => kind).filter((kind) => parts[kind]);
    present.sort((one, other) => parts[other] - parts[one]);
    kinds.replaceChildren(...present.map((kind) => kindRow(memory, kind, parts[kind], bytes)));
    const largest = livingAt(memory, moment.event).slice(0, LISTED);
    tensors.replaceChildren(...largest.map((tensor) => tensorRow(state, memory, tensor)));
  }

  return { element, update };
}

/**
 * The course of a step.
 * @param {any} step
 * @returns {Course}
 */
function courseFor(step) {
  const known = COURSES.get(step);
  if (known) return known;
  const memory = memoryOf(step);
  const moments = courseOf(memory);
  const least = memory.kinds.map((_, kind) => Math.min(...moments.map(({ parts }) => parts[kind])));
  const stays = stayingBytes(memory);
  const kinds = memory.kinds
    .map((_, kind) => kind)
    .sort((one, other) => stays[other] - stays[one] || least[other] - least[one]);
  const peak = moments.reduce((most, { bytes }, place) => (bytes > moments[most].bytes ? place : most), 0);
  const found = { memory, moments, kinds, peak };
  COURSES.set(step, found);
  return found;
}

/**
 * The areas of the picture, one for each kind, the one on the other.
 * @param {Memory} memory
 * @param {Moment[]} columns
 * @param {number[]} order of the kinds, from the lowest
 * @param {number} most the bytes at the top
 */
function areasOf(memory, columns, order, most) {
  let floors = columns.map(() => 0);
  return order.map((kind) => {
    const heights = columns.map((moment, place) => floors[place] + moment.parts[kind] / most);
    const path = svg("path", { class: `kind ${classOf(memory.kinds[kind])}`, d: stepsPath(heights, floors) });
    floors = heights;
    return path;
  });
}

/**
 * As many moments as there is room for: the highest of those that share a column.
 * @param {Moment[]} moments
 * @param {number} most
 */
function highestMoments(moments, most) {
  const wide = Math.ceil(moments.length / most);
  return Array.from({ length: Math.ceil(moments.length / wide) }, (_, column) =>
    moments.slice(column * wide, (column + 1) * wide).reduce((high, each) => (each.bytes > high.bytes ? each : high)),
  );
}

/** @param {any} step */
function factsOf(step) {
  const bound = step.lower_bound ? "at least " : "";
  const facts = [
    `peak ${bound}${bytesText(step.peak_bytes)}, ${step.peak_place}`,
    step.mode === "train" && `kept for backward ${bytesText(step.kept_bytes)}`,
    `between two steps ${bytesText(step.steady_bytes)}`,
    step.reserved_bytes !== null && `reserved by the allocator's rules ${bytesText(step.reserved_bytes)}`,
    step.device,
    step.verdict,
  ];
  return facts.filter(Boolean);
}

/** @param {Course} course */
function phaseBands({ memory, moments }) {
  /** @type {{ phase: number, count: number }[]} */
  const bands = [];
  for (const { phase } of moments) {
    if (bands.at(-1)?.phase !== phase) bands.push({ phase, count: 0 });
    bands[bands.length - 1].count += 1;
  }
  return bands.map(({ phase, count }) =>
    html("div", { style: `flex-grow:${count}` }, html("span", {}, memory.phases[phase])),
  );
}

/**
 * @param {Network} network
 * @param {Memory} memory
 * @param {Moment} moment
 */
function placeText(network, memory, { phase, layer }) {
  const what = memory.phases[phase];
  if (layer >= 0) return `${what} of ${network.nameOf(layer)}`;
  return what === "backward" ? "backward of the loss" : what;
}

/**
 * @param {Memory} memory
 * @param {number} kind
 * @param {number} bytes
 * @param {number} whole
 */
function kindRow(memory, kind, bytes, whole) {
  return html(
    "tr",
    {},
    html(
      "th",
      { scope: "row" },
      html("i", { class: `swatch ${classOf(memory.kinds[kind])}`, "aria-hidden": "true" }),
      memory.called[kind],
    ),
    html("td", { class: "number" }, bytesText(bytes)),
    html("td", { class: "number" }, percentText(bytes, whole)),
  );
}

/**
 * @param {State} state
 * @param {Memory} memory
 * @param {number} tensor
 */
function tensorRow(state, memory, tensor) {
  const layer = memory.tensors.layer[tensor];
  const kind = memory.tensors.kind[tensor];
  const name = layer < 0 ? "–" : state.network.nameOf(layer);
  return html(
    "tr",
    {},
    html(
      "th",
      { scope: "row" },
      layer < 0
        ? name
        : html("button", { type: "button", class: "link", onclick: () => state.change({ layer }) }, name),
    ),
    html(
      "td",
      {},
      html("i", { class: `swatch ${classOf(memory.kinds[kind])}`, "aria-hidden": "true" }),
      memory.called[kind],
    ),
    html("td", { class: "number" }, bytesText(memory.tensors.size[tensor])),
  );
}

/** @param {string} kind */
function classOf(kind) {
  return `kind-${kind.replaceAll(" ", "-")}`;
}

/**
 * @param {string} caption
 * @param {string[]} headings
 * @param {HTMLElement} body
 */
function listedTable(caption, headings, body) {
  const numbers = ["Memory", "Share"];
  const head = headings.map((heading) =>
    html("th", { scope: "col", class: numbers.includes(heading) && "number" }, heading),
  );
  return html(
    "table",
    { class: "listed" },
    html("caption", { class: "hidden" }, caption),
    html("thead", {}, html("tr", {}, head)),
    body,
  );
}
