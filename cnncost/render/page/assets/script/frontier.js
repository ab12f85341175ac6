/**
 * A network as a point: two costs, of which less is better.
 *
 * @typedef {object} CostPoint
 * @property {number} x
 * @property {number} y
 */

/**
 * The points that no other point beats: none is as good in both costs and better in one (a Pareto front).
 *
 * @param {readonly CostPoint[]} points
 * @returns {number[]} their places, by rising x
 */
export function paretoFront(points) {
  const order = points.map((_, place) => place).sort((one, other) => compared(points, one, other));
  /** @type {number[]} */
  const front = [];
  let least = Infinity;
  let widest = NaN;
  for (const place of order) {
    const { x, y } = /** @type {CostPoint} */ (points[place]);
    if (y < least || (y === least && x === widest)) front.push(place);
    if (y < least) [least, widest] = [y, x];
  }
  return front;
}

/**
 * @param {readonly CostPoint[]} points
 * @param {number} one
 * @param {number} other
 */
function compared(points, one, other) {
  const [a, b] = [/** @type {CostPoint} */ (points[one]), /** @type {CostPoint} */ (points[other])];
  return a.x - b.x || a.y - b.y;
}
