import assert from "node:assert/strict";
import { test } from "node:test";
import { paretoFront } from "../../../cnncost/render/page/assets/script/comparison/frontier.js";

/** @param {[number, number][]} points */
function front(points) {
  return paretoFront(points.map(([x, y]) => ({ x, y })));
}

test("what another beats in both costs is not on the front", () => {
  assert.deepEqual(
    front([
      [1, 9],
      [2, 9],
      [3, 5],
      [4, 7],
      [5, 1],
    ]),
    [0, 2, 4],
  );
});

test("what is as good in one cost and worse in the other is not on the front", () => {
  assert.deepEqual(
    front([
      [1, 5],
      [2, 5],
      [1, 6],
    ]),
    [0],
  );
});

test("equal networks are both on the front", () => {
  assert.deepEqual(
    front([
      [2, 3],
      [2, 3],
      [1, 4],
    ]),
    [2, 0, 1],
  );
});

test("no networks, no front", () => {
  assert.deepEqual(front([]), []);
});
