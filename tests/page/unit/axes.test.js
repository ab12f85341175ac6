import assert from "node:assert/strict";
import { test } from "node:test";
import { axesFor } from "../../../cnncost/render/page/assets/script/comparison/axes.js";

/**
 * @param {Record<string, number | null>} totals
 * @param {Record<string, number>} accuracies
 */
function network(totals, accuracies = {}) {
  const published = Object.entries(accuracies).map(([metric, percent]) => [metric, { percent }]);
  const figures = Object.fromEntries(Object.keys(totals).map((name) => [name, { title: name }]));
  return /** @type {any} */ ({ totals, figures, accuracies: Object.fromEntries(published), formatOf: () => String });
}

test("an axis is a figure that two networks have", () => {
  const networks = [network({ params: 7, buffers: 1, macs: 5 }), network({ params: 8, buffers: 0, macs: null })];
  assert.deepEqual(
    axesFor(networks).map(({ name }) => name),
    ["params"],
  );
});

test("published accuracies are axes on which more is better", () => {
  const networks = [network({}, { top: 70, box: 30 }), network({}, { top: 76 })];
  const [axis, ...others] = axesFor(networks);
  assert.deepEqual(others, []);
  assert.ok(axis.gains);
  assert.equal(axis.of(networks[1]), 76);
  assert.equal(axis.of(network({})), null);
});

test("costs lie on a logarithmic axis", () => {
  const [axis] = axesFor([network({ macs: 10 }), network({ macs: 1000 })]);
  const { ticks, at } = axis.scale([10, 1000]);
  assert.deepEqual([ticks[0], ticks.at(-1)], [10, 1000]);
  assert.ok(Math.abs(at(100) - 0.5) < 1e-12);
});
