import assert from "node:assert/strict";
import { test } from "node:test";
import { courseOf, livingAt, stayingBytes } from "../../../cnncost/render/page/assets/script/memory/course.js";

// Weights of 100 bytes stand. The first layer makes 30 bytes (event 0); the second a buffer of 50 (1), which it frees
// (2), and its output of 10 (3), and then the first layer's output is freed (4).
const MEMORY = {
  events: 5,
  kinds: ["parameters", "activation"],
  called: ["parameters", "other activations"],
  phases: ["forward"],
  marks: { event: [0, 1], phase: [0, 0], layer: [0, 1] },
  tensors: {
    start: [-1, 0, 1, 3],
    end: [5, 4, 2, 5],
    size: [100, 30, 50, 10],
    kind: [0, 1, 1, 1],
    layer: [0, 0, 1, 1],
  },
};

test("each operation shows the most that lived while it ran", () => {
  assert.deepEqual(courseOf(MEMORY), [
    { event: 1, phase: 0, layer: 0, bytes: 130, parts: [100, 30] },
    { event: 2, phase: 0, layer: 1, bytes: 180, parts: [100, 80] },
  ]);
});

test("what stays are the weights, however large a layer's output is", () => {
  assert.deepEqual(stayingBytes(MEMORY), [100, 0]);
});

test("what lives at a moment, the largest first", () => {
  assert.deepEqual(livingAt(MEMORY, 0), [0]);
  assert.deepEqual(livingAt(MEMORY, 2), [0, 2, 1]);
  assert.deepEqual(livingAt(MEMORY, 5), [0, 3]);
});
