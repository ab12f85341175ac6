/** What networks can be compared by: what they cost, and what they are published to be good for. */

import { logTicks, rangeTicks } from "../elements/ticks.js";

/** @typedef {import("../data/network.js").Network} Network */
/**
 * @typedef {object} Axis
 * @property {string} name
 * @property {string} title
 * @property {boolean} gains whether more is better, and not less
 * @property {string} better what a better network has of it: more, less, or fewer of what is counted
 * @property {(network: Network) => number | null} of what a network has; `null` where that is not known
 * @property {(value: number) => string} format
 * @property {(values: number[]) => Scale} scale
 */
/** @typedef {{ ticks: number[], at: (value: number) => number }} Scale round numbers, and places from 0 to 1 */

const FIRST_COSTS = ["macs", "params", "flops", "peak_bytes"];

/**
 * The costs that at least two networks have, on logarithmic axes, and the accuracies that are published of two.
 * @param {Network[]} networks
 * @returns {Axis[]} the most usual ones first
 */
export function axesFor(networks) {
  const figures = [...new Set(networks.flatMap((network) => Object.keys(network.totals)))];
  const others = figures.filter((name) => !FIRST_COSTS.includes(name));
  const costs = [...FIRST_COSTS.filter((name) => figures.includes(name)), ...others].map((name) =>
    cost(networks, name),
  );
  const metrics = new Set(networks.flatMap((network) => Object.keys(network.accuracies)));
  return [...costs, ...[...metrics].map(accuracy)].filter((axis) => networks.filter(axis.of).length > 1);
}

/**
 * @param {Network[]} networks
 * @param {string} name
 * @returns {Axis}
 */
function cost(networks, name) {
  const known = /** @type {Network} */ (networks.find((network) => name in network.totals));
  return {
    name,
    title: known.figures[name].title,
    gains: false,
    better: known.figures[name].kind === "count" ? "fewer" : "less",
    of: (network) => (network.totals[name] ? Number(network.totals[name]) : null),
    format: known.formatOf(name),
    scale: (values) => scaleWith(logTicks(Math.min(...values), Math.max(...values)), Math.log),
  };
}

/**
 * @param {string} metric
 * @returns {Axis}
 */
function accuracy(metric) {
  return {
    name: `accuracy: ${metric}`,
    title: `${metric}, published`,
    gains: true,
    better: "more",
    of: (network) => network.accuracies[metric]?.percent ?? null,
    format: (percent) => `${percent} %`,
    scale: (values) => scaleWith(rangeTicks(Math.min(...values), Math.max(...values), 5), Number),
  };
}

/**
 * @param {number[]} ticks
 * @param {(value: number) => number} change what is spread evenly
 * @returns {Scale}
 */
function scaleWith(ticks, change) {
  const [least, most] = [change(ticks[0]), change(ticks[ticks.length - 1])];
  return { ticks, at: (value) => (most > least ? (change(value) - least) / (most - least) : 0.5) };
}
