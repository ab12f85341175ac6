/** What a unit of a layer sees of an input. */

/**
 * What a unit sees along one axis.
 *
 * @typedef {object} Span
 * @property {number} start the first pixel; negative where the field begins in the padding
 * @property {number} size
 * @property {boolean} known whether the place is known, and not only the size
 */

/**
 * What a unit sees of the input along each axis. Where the place of a field is not known it is shown in the middle.
 *
 * @param {Pick<import("../data/network.js").ReceptiveField, "size" | "jump" | "start_padding">} field
 * @param {readonly number[]} unit the unit's position along each axis of its map
 * @param {readonly number[]} pixels extents of the input
 * @returns {Span[]}
 */
export function spansOf({ size, jump, start_padding: padding }, unit, pixels) {
  return size.map((extent, axis) => {
    const before = padding?.[axis];
    if (before === undefined) return { start: (pixels[axis] - extent) / 2, size: extent, known: false };
    return { start: (unit[axis] ?? 0) * (jump?.[axis] ?? 0) - before, size: extent, known: true };
  });
}

/**
 * How much of the input a field covers, from 0 to 1: what lies in the padding does not count.
 *
 * @param {readonly Span[]} spans
 * @param {readonly number[]} pixels
 */
export function coverage(spans, pixels) {
  return spans.reduce((share, { start, size }, axis) => {
    const extent = pixels[axis];
    const seen = Math.min(start + size, extent) - Math.max(start, 0);
    return (share * Math.max(seen, 0)) / extent;
  }, 1);
}
