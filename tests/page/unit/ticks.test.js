import assert from "node:assert/strict";
import { test } from "node:test";
import { logTicks, rangeTicks, roundTicks } from "../../../cnncost/render/page/assets/script/elements/ticks.js";

test("round numbers up to a figure", () => {
  assert.deepEqual(roundTicks(97, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(roundTicks(4, 4), [0, 1, 2, 3, 4]);
  assert.deepEqual(roundTicks(0, 4), [0]);
});

test("round numbers of bytes are round in binary units", () => {
  const MIB = 1024 ** 2;
  assert.deepEqual(roundTicks(488 * MIB, 4, 1024), [0, 128 * MIB, 256 * MIB, 384 * MIB, 512 * MIB]);
  assert.deepEqual(roundTicks(3 * 1024, 4, 1024), [0, 1024, 2048, 3072]);
});

test("a logarithmic axis goes from below the least to above the most", () => {
  assert.deepEqual(logTicks(3, 70), [2, 5, 10, 20, 50, 100]);
  assert.deepEqual(logTicks(100, 100), [100]);
  assert.deepEqual(logTicks(1_200_000, 60_000_000).slice(0, 2), [1_000_000, 2_000_000]);
});

test("an axis around figures that are far from 0", () => {
  assert.deepEqual(rangeTicks(69.8, 77.7, 5), [68, 70, 72, 74, 76, 78]);
  assert.deepEqual(rangeTicks(7, 7, 5), [7]);
});
