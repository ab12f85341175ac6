/** The picture of an input, to scale, and of what a unit sees of it. */

import { svg } from "./dom.js";
import { spansOf } from "./span.js";
import { roundTicks } from "./ticks.js";

/** @typedef {import("./network.js").ReceptiveField} ReceptiveField */
/** @typedef {import("./span.js").Span} Span */

/**
 * The input, and on it what a unit and its neighbour see.
 * @param {ReceptiveField | null} field
 * @param {number[]} pixels
 * @param {number[]} unit
 * @param {string} label
 */
export function fieldPicture(field, pixels, unit, label) {
  const [height, width] = pixels.length > 1 ? pixels.slice(-2) : [Math.max(1, pixels[0] / 12), pixels[0]];
  const spans = field ? spansOf(field, unit, pixels) : [];
  const next = field
    ? spansOf(
        field,
        unit.map((place) => place + 1),
        pixels,
      )
    : [];
  const boxes = [spans, next].map((each) => boxOf(each, height));
  const margin = marginOf(boxes, width, height);
  const around = [-margin.x, -margin.y, width + 2 * margin.x, height + 2 * margin.y];
  const known = spans.every((span) => span.known);
  return svg(
    "svg",
    { viewBox: around.join(" "), role: "img", "aria-label": label },
    svg("rect", { class: "input", width, height }),
    gridLines(width, height),
    field?.jump && known && rectangle("neighbour", boxes[1]),
    field && rectangle(`seen ${known ? "" : "somewhere"}`, boxes[0]),
    field &&
      known &&
      svg("circle", { class: "middle", r: Math.max(around[2], around[3]) / 160, ...centerOf(boxes[0]) }),
  );
}

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/**
 * @param {Span[]} spans
 * @param {number} height of what is drawn, which is all that an input of one axis has
 * @returns {Box}
 */
function boxOf(spans, height) {
  const [down, along] =
    spans.length > 1 ? spans.slice(-2) : [{ start: 0, size: height }, spans[0] ?? { start: 0, size: 0 }];
  return { x: along.start, y: down.start, width: along.size, height: down.size };
}

/**
 * The room around the input, so that fields which reach into the padding are seen whole; up to half of it.
 * @param {Box[]} boxes
 * @param {number} width
 * @param {number} height
 */
function marginOf([box], width, height) {
  const over = (/** @type {number} */ start, /** @type {number} */ size, /** @type {number} */ extent) =>
    Math.min(Math.max(-start, start + size - extent, extent * 0.03), extent / 2) * 1.05;
  return { x: over(box.x, box.width, width), y: over(box.y, box.height, height) };
}

/** @param {Box} box */
function centerOf({ x, y, width, height }) {
  return { cx: x + width / 2, cy: y + height / 2 };
}

/**
 * @param {string} name
 * @param {Box} box
 */
function rectangle(name, { x, y, width, height }) {
  return svg("rect", { class: name, x, y, width, height });
}

/**
 * Lines over the input, so that distances can be read.
 * @param {number} width
 * @param {number} height
 */
function gridLines(width, height) {
  const ticks = roundTicks(Math.max(width, height), 8);
  const along = ticks.filter((tick) => tick > 0 && tick < width).map((x) => `M${x} 0V${height}`);
  const down = ticks.filter((tick) => tick > 0 && tick < height).map((y) => `M0 ${y}H${width}`);
  return svg("path", { class: "lines", d: [...along, ...down].join("") });
}
