/**
 * Resource amounts: `100m`, `1.5`, `128Mi`, `1e3` (apimachinery api/resource Quantity).
 *
 * Simplification: values are doubles in thousandths, exact up to 9 PB; the canonical form of a quantity is not restored.
 */

const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Thousandths of the unit (millicores, thousandths of a byte), rounded up; null when `text` is no quantity. */
export function parseQuantity(text: string): number | null {
  const match = QUANTITY.exec(text);
  if (match?.[1] === undefined) return null;
  const scale = match[2] === undefined ? (SUFFIX[match[3] ?? ''] ?? 1) : Number(`1${match[2]}`);
  return Math.ceil(Number((Number(match[1]) * scale * 1000).toPrecision(15)));
}
