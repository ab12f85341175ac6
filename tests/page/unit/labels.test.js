import assert from "node:assert/strict";
import { test } from "node:test";
import { labelSides } from "../../../cnncost/render/page/assets/script/comparison/labels.js";

test("a name stands on the right, unless it would leave the picture", () => {
  const points = [
    { left: 0.5, up: 0.5, text: "resnet50" },
    { left: 1, up: 0.8, text: "vgg16" },
  ];
  assert.deepEqual(labelSides(points), ["right", "left"]);
});

test("names give way to points and to each other", () => {
  const points = [
    { left: 0.5, up: 0.5, text: "resnet50" },
    { left: 0.53, up: 0.5, text: "resnet101" },
  ];
  assert.deepEqual(labelSides(points), ["left", "right"]);
});

test("a name without any room stands on the right all the same", () => {
  assert.deepEqual(labelSides([{ left: 0.5, up: 0.5, text: "x".repeat(500) }]), ["right"]);
});
