import assert from "node:assert/strict";
import { test } from "node:test";
import { stepsPath } from "../../../cnncost/render/page/assets/script/elements/plot.js";

test("steps go up and down over their width, and back along what they stand on", () => {
  assert.equal(stepsPath([0.5, 1], [0, 0.25]), "M0 100V50H500V0H1000V75H500V100H0Z");
});
