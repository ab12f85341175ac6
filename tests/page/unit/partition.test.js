import assert from "node:assert/strict";
import { test } from "node:test";
import { partition, pathTo, sumOf } from "../../../cnncost/render/page/assets/script/partition.js";

const STAGE = { name: "stage", label: "stage", children: [1, 2] };
const NETWORK = { name: "", label: "net", children: [0, STAGE, 3] };
const VALUES = [10, 20, 30, 40];

test("a block is as wide as its layers together", () => {
  assert.equal(sumOf(STAGE, VALUES), 50);
  assert.equal(sumOf(3, VALUES), 40);
  assert.deepEqual(
    partition(NETWORK, VALUES).map(({ node, depth, start, width, value, parent }) => [
      typeof node === "number" ? node : node.name,
      depth,
      start,
      width,
      value,
      parent,
    ]),
    [
      ["", 0, 0, 1, 100, -1],
      [0, 1, 0, 0.1, 10, 0],
      ["stage", 1, 0.1, 0.5, 50, 0],
      [3, 1, 0.6, 0.4, 40, 0],
      [1, 2, 0.1, 0.2, 20, 2],
      [2, 2, 0.30000000000000004, 0.3, 30, 2],
    ],
  );
});

test("what is too narrow is left out, and leaves its place empty", () => {
  const cells = partition(NETWORK, VALUES, 0.25);
  assert.deepEqual(cells.map(({ node }) => (typeof node === "number" ? node : node.name)), ["", "stage", 3, 2]);
  assert.equal(cells[3]?.start, 0.30000000000000004);
});

test("a network in which nothing costs anything is its root alone", () => {
  assert.deepEqual(partition(NETWORK, [0, 0, 0, 0]), [
    { node: NETWORK, depth: 0, start: 0, width: 1, value: 0, parent: -1 },
  ]);
});

test("the path to a block", () => {
  assert.deepEqual(pathTo(NETWORK, "stage"), [NETWORK, STAGE]);
  assert.deepEqual(pathTo(NETWORK, ""), [NETWORK]);
  assert.deepEqual(pathTo(NETWORK, "elsewhere"), []);
});
