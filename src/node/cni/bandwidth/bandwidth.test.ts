/**
 * What the plugin asks the kernel for, and what `tc` says of it: the numbers were recorded from the real plugin and a real tc, 32-bit
 * arithmetic and all.
 */
import { expect, test } from 'vitest';
import { tbfText } from '../../../net/dev/tbf.ts';
import { tbfOf } from './bandwidth.ts';

test.each([
  [1_000_000, 2 ** 31 - 1, 'tbf rate 1Mbit burst 27917286b lat 1.92e+03s'],
  [1_000_000, 2 ** 32 - 1, 'tbf rate 1Mbit burst 21474835b lat 4.12e+03s'],
  [1_000_000, 8_000_000, 'tbf rate 1Mbit burst 1000000b lat 25ms'],
])('%d bit/s with a burst of %d bits', (rate, burst, line) => {
  expect(tbfText(tbfOf(rate, burst))).toBe(line);
});

test.each([
  [{ rateBytes: 187_500, burst: 2_097_152, limitBytes: 3_000_000 }, 'tbf rate 1500Kbit burst 2Mb lat 4.82s'],
  [{ rateBytes: 154_320, burst: 2048, limitBytes: 9000 }, 'tbf rate 1234Kbit burst 2Kb lat 45ms'],
  [{ rateBytes: 1000, burst: 3000, limitBytes: 4000 }, 'tbf rate 8Kbit burst 3000b lat 1s'],
  [{ rateBytes: 124_999, burst: 5000, limitBytes: 5000 }, 'tbf rate 999992bit burst 4999b lat 0us'],
])('tc’s units: %o', ({ burst, ...spec }, line) => {
  const bufferTicks = Math.floor(((burst * 1e6) / spec.rateBytes) * 15.625);
  expect(tbfText({ ...spec, bufferTicks })).toBe(line);
});
