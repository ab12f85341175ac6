/** What a unit of a layer sees of the input, to scale. */

import { html, svg } from "../elements/dom.js";
import { fieldPictures } from "./field.js";
import { axesText, percentText, shapeText } from "../data/format.js";
import { PLOT_HEIGHT, PLOT_WIDTH, cursorPlot, stepsPath } from "../elements/plot.js";
import { coverage, spansOf } from "./span.js";
import { roundTicks } from "../elements/ticks.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("../data/network.js").Network} Network */
/** @typedef {import("../data/network.js").ReceptiveField} ReceptiveField */

/**
 * The view of receptive fields.
 * @param {State} state
 */
export function receptiveView(state) {
  const inputs = html("select", { onchange: () => choose(inputs.value) });
  const inputChoice = html("label", {}, html("span", {}, "Input"), inputs);
  const none = html("p", { class: "hint" }, "This input has no positions of which a unit could see some.");
  const sliders = html("div", { class: "sliders" });
  const drawing = html("div", { class: "pixels" });
  const facts = html("dl", { class: "field-facts", "aria-live": "polite" });
  const heading = html("h3", {});
  const plot = cursorPlot("Layer", describe, (place, chosen) => {
    show(place);
    if (chosen) state.change({ layer: place });
  });
  const growth = html(
    "div",
    { class: "growth" },
    html("h3", {}, "How the field grows, layer by layer: its largest extent"),
    plot.element,
  );
  const element = html(
    "div",
    { class: "receptive" },
    html("div", { class: "controls" }, inputChoice),
    none,
    html("div", { class: "field" }, drawing, html("div", {}, heading, facts, sliders)),
    growth,
  );
  /** @type {{ network: Network | null, layer: number | null }} what was drawn last */
  let drawn = { network: null, layer: null };
  let input = "";
  let known = false;
  let shown = 0;
  /** @type {number[]} the position of the unit along each axis */
  let unit = [];

  function update() {
    const { network, layer } = state;
    if (drawn.network !== network) {
      inputs.replaceChildren(...Object.keys(network.inputs).map((name) => html("option", {}, name)));
      inputChoice.hidden = inputs.options.length < 2;
      choose(inputs.value);
    }
    if (known && layer !== null && layer !== drawn.layer) show(layer);
    drawn = { network, layer };
  }

  /** @param {string} name of an input */
  function choose(name) {
    input = name;
    const fields = fieldsOfInput(state.network, input);
    const pixels = pixelsOf(state.network, input);
    known = pixels.length > 0 && fields.some((field) => field);
    element.classList.toggle("unknown", !known);
    none.hidden = known;
    if (known) {
      drawGrowth(fields, pixels);
      show(state.layer ?? telling(fields));
    }
  }

  /**
   * @param {(ReceptiveField | null)[]} fields
   * @param {number[]} pixels
   */
  function drawGrowth(fields, pixels) {
    const sizes = fields.map((field) => Math.max(0, ...(field?.size ?? [])));
    const ticks = roundTicks(Math.max(1, ...sizes), 4);
    const most = ticks[ticks.length - 1];
    const whole = Math.max(1, ...pixels);
    const heights = sizes.map((size) => size / most);
    const shapes = [
      svg("path", {
        class: "growing",
        d: stepsPath(
          heights,
          heights.map(() => 0),
        ),
      }),
    ];
    if (whole <= most) {
      shapes.push(svg("path", { class: "whole", d: `M0 ${PLOT_HEIGHT * (1 - whole / most)}H${PLOT_WIDTH}` }));
    }
    plot.draw(
      fields.length,
      ticks.map((size) => ({ at: size / most, text: String(size) })),
      shapes,
    );
  }

  /** @param {number} layer */
  function show(layer) {
    shown = layer;
    const { network } = state;
    const units = unitsOf(network, layer, pixelsOf(network, input).length);
    unit = units.map((count) => Math.floor((count - 1) / 2));
    plot.point(layer);
    heading.textContent = network.nameOf(layer);
    sliders.replaceChildren(...units.flatMap((count, axis) => (count > 1 ? [unitSlider(count, axis)] : [])));
    drawField();
  }

  /**
   * @param {number} count
   * @param {number} axis
   */
  function unitSlider(count, axis) {
    const name = axisName(axis, unit.length);
    const slider = html("input", { type: "range", min: 0, max: count - 1, value: unit[axis], oninput: moved });
    const said = html("output", {}, `${unit[axis]}`);
    function moved() {
      unit[axis] = Number(slider.value);
      said.textContent = slider.value;
      drawField();
    }
    return html("label", {}, html("span", {}, `${name} of the unit`), slider, said);
  }

  function drawField() {
    const pixels = pixelsOf(state.network, input);
    const field = fieldsOfInput(state.network, input)[shown];
    facts.replaceChildren(...factsOfField(field, pixels, unit));
    drawing.replaceChildren(...fieldPictures(field, pixels, unit, describe(shown)));
  }

  /** @param {number} layer */
  function describe(layer) {
    const field = fieldsOfInput(state.network, input)[layer];
    const name = state.network.nameOf(layer);
    if (!field) return `${name} reads nothing of it`;
    const pixels = pixelsOf(state.network, input);
    return `${name}: ${sizeText(field)} of ${shapeText(pixels)} ${stepsText(pixels)}`;
  }

  return { element, update };
}

/**
 * @param {Network} network
 * @param {string} input
 */
function fieldsOfInput(network, input) {
  return network.receptiveFieldsIn[input] ?? network.receptiveFields;
}

/**
 * The extents of an input that fields have: those of a sample without its channels.
 * @param {Network} network
 * @param {string} input
 */
function pixelsOf(network, input) {
  return network.inputs[input].slice(2);
}

/**
 * How many units a layer has along each axis; one where it has no map.
 * @param {Network} network
 * @param {number} layer
 * @param {number} axes
 */
function unitsOf(network, layer, axes) {
  const extents = network.shapes[layer].slice(2);
  return extents.length === axes ? extents : Array.from({ length: axes }, () => 1);
}

/**
 * The layer that tells most at first: the last whose units do not see everything.
 * @param {(ReceptiveField | null)[]} fields
 */
function telling(fields) {
  const last = fields.findLastIndex((field) => field?.jump && field.start_padding && !field.is_global);
  return Math.max(last, 0);
}

/**
 * @param {number} axis
 * @param {number} axes
 */
function axisName(axis, axes) {
  return axes === 1 ? "Position" : ["Plane", "Row", "Column"][axis + 3 - axes];
}

/** @param {number[]} pixels */
function stepsText(pixels) {
  return pixels.length > 1 ? "pixels" : "positions";
}

/** @param {ReceptiveField} field */
function sizeText(field) {
  return `${field.is_bound ? "at most " : ""}${shapeText(field.size)}`;
}

/**
 * @param {ReceptiveField | null} field
 * @param {number[]} pixels
 * @param {number[]} unit
 */
function factsOfField(field, pixels, unit) {
  if (!field) {
    return [html("div", {}, html("dt", {}, "Receptive field"), html("dd", {}, "it reads nothing of this input"))];
  }
  const spans = spansOf(field, unit, pixels);
  const known = spans.every((span) => span.known);
  const steps = stepsText(pixels);
  /** @type {[string, string][]} */
  const facts = [
    ["Input", `${shapeText(pixels)} ${steps}`],
    ["Receptive field", `${sizeText(field)} ${steps}`],
    ["Jump", field.jump ? `${axesText(field.jump)} ${steps}` : "none: units see the same, or it is not known"],
    ["First unit", field.start_padding ? `${axesText(field.start_padding)} ${steps} before the border` : "not known"],
    ["Of the input", known ? percentText(coverage(spans, pixels), 1) : "not known"],
  ];
  if (field.is_global) facts.push(["Global", "some path reads the whole input"]);
  if (!field.aligned) facts.push(["Not aligned", "paths that meet have unlike centers or jumps"]);
  return facts.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value)));
}
