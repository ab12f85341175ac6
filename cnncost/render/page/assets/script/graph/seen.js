/** What of the graph is in view: nothing else is in the page. */

/** @typedef {{ left: number, right: number, top: number, bottom: number }} View in the scene's units */

/** Labels are no wider than this, and no higher. */
const LABEL = { width: 400, height: 20 };

/**
 * @param {import("./scene.js").Plate} plate
 * @param {View} view
 */
export function plateIsSeen({ x, y, width, height }, view) {
  return x < view.right && x + width > view.left && y < view.bottom && y + height > view.top;
}

/**
 * @param {import("./scene.js").Line} line
 * @param {View} view
 */
export function lineIsSeen({ points }, view) {
  if (points[0][1] > view.bottom || points[points.length - 1][1] < view.top) {
    return false;
  }
  const across = points.map(([x]) => x);
  return Math.min(...across) < view.right && Math.max(...across) > view.left;
}

/**
 * @param {import("./scene.js").ShapeLabel} label
 * @param {View} view
 */
export function labelIsSeen({ x, y }, view) {
  return x - LABEL.width < view.right && x + LABEL.width > view.left && y - LABEL.height < view.bottom && y > view.top;
}
