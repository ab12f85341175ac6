import assert from "node:assert/strict";
import { test } from "node:test";
import { coverage, spansOf } from "../../../cnncost/render/page/assets/script/receptive_fields/span.js";

// Three 3x3 convolutions with padding 1, the second with stride 2: fields of 3, 5 and 9 pixels, 1, 2 and 2 apart.
const THIRD = { size: [9, 9], jump: [2, 2], start_padding: [4, 4] };

test("a unit's field begins its jump further on than that of its neighbour", () => {
  assert.deepEqual(spansOf(THIRD, [0, 3], [32, 32]), [
    { start: -4, size: 9, known: true },
    { start: 2, size: 9, known: true },
  ]);
});

test("what lies in the padding covers nothing", () => {
  assert.equal(coverage(spansOf(THIRD, [0, 3], [32, 32]), [32, 32]), (5 / 32) * (9 / 32));
  assert.equal(coverage([{ start: -5, size: 100, known: true }], [10]), 1);
});

test("a field whose place is not known is shown in the middle", () => {
  const field = { size: [16], jump: null, start_padding: null };
  assert.deepEqual(spansOf(field, [], [32]), [{ start: 8, size: 16, known: false }]);
});
