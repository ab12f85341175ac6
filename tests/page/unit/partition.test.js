import assert from "node:assert/strict";
import { test } from "node:test";
import { partition } from "../../../cnncost/render/page/assets/script/blocks/partition.js";

const STAGE = { label: "stage", children: [1, 2] };
const NETWORK = /** @type {any} */ ({ label: "net", children: [0, STAGE, 3] });
const VALUES = [10, 20, 30, 40];

/** @param {any} item */
function labelOf(item) {
  return typeof item === "number" ? item : item.label;
}

test("a block is as wide as its layers together", () => {
  const cells = partition(NETWORK, (layer) => VALUES[layer]);
  assert.deepEqual(
    cells.map(({ item, depth, start, width, value, parent }) => [
      labelOf(item),
      depth,
      start,
      width,
      value,
      parent && labelOf(parent.item),
    ]),
    [
      ["net", 0, 0, 1, 100, null],
      [0, 1, 0, 0.1, 10, "net"],
      ["stage", 1, 0.1, 0.5, 50, "net"],
      [3, 1, 0.6, 0.4, 40, "net"],
      [1, 2, 0.1, 0.2, 20, "stage"],
      [2, 2, 0.30000000000000004, 0.3, 30, "stage"],
    ],
  );
});

test("what is too narrow is left out, and leaves its place empty", () => {
  const cells = partition(NETWORK, (layer) => VALUES[layer], 0.25);
  assert.deepEqual(
    cells.map(({ item }) => labelOf(item)),
    ["net", "stage", 3, 2],
  );
  assert.equal(cells[3].start, 0.30000000000000004);
});

test("a network in which nothing costs anything is its root alone", () => {
  const root = { item: NETWORK, depth: 0, start: 0, width: 1, value: 0, parent: null };
  assert.deepEqual(
    partition(NETWORK, () => 0),
    [root],
  );
});
