import assert from "node:assert/strict";
import { test } from "node:test";
import { filterOf } from "../../../cnncost/render/page/assets/script/table/filter.js";

const COLUMNS = { macs: [2_000_000, 0, 1_000], activation_bytes: [1_048_576, 1_048_575, 4] };
const NETWORK = /** @type {import("../../../cnncost/render/page/assets/script/data/network.js").Network} */ (
  /** @type {unknown} */ ({
    names: ["stem.conv", "stem.relu", "head"],
    types: ["conv", "relu", "linear"],
    layerFigures: ["macs", "activation_bytes"],
    figures: { macs: { heading: "MACs", kind: "count" }, activation_bytes: { heading: "activations", kind: "bytes" } },
    magnitude: (/** @type {"macs" | "activation_bytes"} */ figure, /** @type {number} */ layer) =>
      COLUMNS[figure][layer],
  })
);

/** @param {string} text */
function passing(text) {
  const { passes, problems } = filterOf(NETWORK, text);
  assert.deepEqual(problems, []);
  return [0, 1, 2].filter(passes);
}

test("words and limits are let through together", () => {
  assert.deepEqual(passing("stem"), [0, 1]);
  assert.deepEqual(passing("STEM macs>1K"), [0]);
  assert.deepEqual(passing("macs>=1k"), [0, 2]);
  assert.deepEqual(passing("macs<1K"), [1]);
  assert.deepEqual(passing("macs=0"), [1]);
  assert.deepEqual(passing("activation_bytes>=1MiB"), [0]);
  assert.deepEqual(passing("activation_bytes>=1MB"), [0, 1]);
});

test("figures are also called as above their columns", () => {
  assert.deepEqual(passing("MACs>1K"), [0]);
  assert.deepEqual(passing("activations<=4"), [2]);
});

for (const [text, problem] of [
  ["mac>1G", "`mac` is no figure; there are macs, activation_bytes"],
  [">1G", "a limit needs a figure before it; there are macs, activation_bytes"],
  ["macs>=1MB", "`macs` is a count, not bytes: write `macs>1M`"],
  ["macs>1b", "`macs` is a count, not bytes: write `macs>1M`"],
  ["macs>1X", "`X` is no unit: write `macs>1M`"],
  ["macs>", "`macs` needs a number: write `macs>1M`"],
  ["macs>1.2.3", "`1.2.3` is no number: write `macs>1M`"],
  ["macs==1", "`=1` is no number: write `macs>1M`"],
  ["activation_bytes>many", "`many` is no number: write `activation_bytes>1MiB`"],
]) {
  test(`what is not understood is said: ${text}`, () => {
    const { passes, problems } = filterOf(NETWORK, `stem ${text}`);
    assert.deepEqual(problems, [problem]);
    assert.deepEqual([0, 1, 2].filter(passes), [0, 1]);
  });
}
