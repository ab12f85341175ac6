/** Round numbers along an axis. */

/**
 * Round numbers from 0 to a figure or a little beyond, as an axis shows them.
 *
 * @param {number} most
 * @param {number} count how many there should be, about
 * @param {number} base 1024 for bytes, so that they are round in KiB, MiB and GiB; 10 otherwise
 * @returns {number[]}
 */
export function roundTicks(most, count, base = 10) {
  if (!(most > 0)) return [0];
  const unit = base ** Math.floor(Math.log(most / count) / Math.log(base) + 1e-12);
  const steps = base === 10 ? [1, 2, 5, 10] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
  const step = unit * (steps.find((size) => size * unit * count >= most) ?? base);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, place) => place * step);
}

/**
 * Round numbers around figures, as an axis shows them that does not begin at 0.
 *
 * @param {number} least
 * @param {number} most
 * @param {number} count how many there should be, about
 * @returns {number[]} the first is at most `least`, and the last at least `most`
 */
export function rangeTicks(least, most, count) {
  const step = roundTicks(most - least || 1, count)[1];
  const first = Math.floor(least / step);
  return Array.from({ length: Math.ceil(most / step) - first + 1 }, (_, place) => (first + place) * step);
}

/**
 * Round numbers around positive figures on a logarithmic axis: 1, 2 and 5 times powers of ten.
 *
 * @param {number} least
 * @param {number} most
 * @returns {number[]} the first is at most `least`, and the last at least `most`
 */
export function logTicks(least, most) {
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const powers = Array.from({ length: high - low + 1 }, (_, place) => 10 ** (low + place));
  const all = powers.flatMap((power) => [power, 2 * power, 5 * power]);
  const first = all.findLastIndex((tick) => tick <= least);
  const last = all.findIndex((tick) => tick >= most);
  return all.slice(Math.max(first, 0), last < 0 ? all.length : last + 1);
}
