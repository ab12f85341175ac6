/** Which networks no other one beats. */

/**
 * The points that no other point beats: none is as good in both costs and better in one (a Pareto front).
 *
 * @param {readonly { x: number, y: number }[]} points two costs each, of which less is better
 * @returns {number[]} their places, by rising x
 */
export function paretoFront(points) {
  const order = points.map((_, place) => place);
  order.sort((one, other) => points[one].x - points[other].x || points[one].y - points[other].y);
  /** @type {number[]} */
  const front = [];
  let least = { x: NaN, y: Infinity };
  for (const place of order) {
    const { x, y } = points[place];
    if (y < least.y || (y === least.y && x === least.x)) {
      front.push(place);
      least = { x, y };
    }
  }
  return front;
}
