/** What the page says of every layer of the networks in the data on standard input, as JSON. */

import { readFileSync } from "node:fs";

import { networksOf } from "../../cnncost/render/page/assets/script/data/network.js";

const networks = networksOf(JSON.parse(readFileSync(0, "utf8")));
const explained = networks.map(
  (/** @type {import("../../cnncost/render/page/assets/script/data/network.js").Network} */ network) =>
    network.names.map((_, layer) => network.explanations?.of(network, layer)),
);
process.stdout.write(JSON.stringify(explained));
