/** The picture of an input, to scale, and of what a unit sees of it. */

import { svg } from "../elements/dom.js";
import { spansOf } from "./span.js";
import { roundTicks } from "../elements/ticks.js";

/** @typedef {import("../data/network.js").ReceptiveField} ReceptiveField */
/** @typedef {import("./span.js").Span} Span */

/**
 * The input, and on it what a unit and its neighbour see: a map, or a strip where there is one axis. Three axes are a
 * map of the last two, and a strip of the first.
 * @param {ReceptiveField | null} field
 * @param {number[]} pixels
 * @param {number[]} unit
 * @param {string} label
 */
export function fieldPictures(field, pixels, unit, label) {
  const seen = field ? spansOf(field, unit, pixels) : [];
  const after = unit.map((place) => place + 1);
  const next = field?.jump ? spansOf(field, after, pixels) : [];
  const picture = (/** @type {number} */ first, /** @type {number} */ end) => {
    const [spans, neighbour] = [seen, next].map((each) => each.slice(first, end));
    return axesPicture(pixels.slice(first, end), spans, neighbour, label);
  };
  return pixels.length > 2 ? [picture(1, 3), picture(0, 1)] : [picture(0, 2)];
}

/**
 * @param {number[]} pixels along one axis, or two
 * @param {Span[]} seen
 * @param {Span[]} next what the neighbour sees
 * @param {string} label
 */
function axesPicture(pixels, seen, next, label) {
  const [height, width] = pixels.length > 1 ? pixels : [pixels[0] / 12, pixels[0]];
  const [box, neighbour] = [seen, next].map((spans) => (spans.length ? boxOf(spans, height) : null));
  const margin = marginOf(box, width, height);
  const around = [-margin.x, -margin.y, width + 2 * margin.x, height + 2 * margin.y];
  const known = seen.every((span) => span.known);
  const radius = Math.max(around[2], around[3]) / 160;
  return svg(
    "svg",
    { viewBox: around.join(" "), role: "img", "aria-label": label },
    svg("rect", { class: "input", width, height }),
    gridLines(width, height),
    neighbour && known && rectangle("neighbour", neighbour),
    box && rectangle(`seen ${known ? "" : "somewhere"}`, box),
    box && known && svg("circle", { class: "middle", r: radius, ...centerOf(box) }),
  );
}

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/**
 * @param {Span[]} spans
 * @param {number} height of what is drawn, all of which is seen where there is one axis
 * @returns {Box}
 */
function boxOf(spans, height) {
  const [down, along] = spans.length > 1 ? spans : [{ start: 0, size: height }, spans[0]];
  return { x: along.start, y: down.start, width: along.size, height: down.size };
}

/**
 * The room around the input, so that fields which reach into the padding are seen whole; up to half of it.
 * @param {Box | null} box
 * @param {number} width
 * @param {number} height
 */
function marginOf(box, width, height) {
  const { x, y, width: wide, height: high } = box ?? { x: 0, y: 0, width, height };
  return { x: roomFor(x, wide, width), y: roomFor(y, high, height) };
}

/**
 * @param {number} start
 * @param {number} size
 * @param {number} extent
 */
function roomFor(start, size, extent) {
  return 1.05 * Math.min(Math.max(-start, start + size - extent, extent * 0.03), extent / 2);
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
