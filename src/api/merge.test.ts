import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonEqual, shareStructure } from './json.ts';
import { fieldChanges, jsonMergePatch, strategicMergePatch, threeWayMerge } from './merge.ts';
import { parseQuantity } from './quantity.ts';

const json = fc.jsonValue({ maxDepth: 4 });

describe('patches', () => {
  it('merges by RFC 7386', () => {
    expect(jsonMergePatch({ a: 1, b: { c: 2, d: 3 }, e: [1] }, { a: null, b: { c: 4 }, e: [2, 3] })).toEqual({
      b: { c: 4, d: 3 },
      e: [2, 3],
    });
  });

  it('merges containers by name and Service ports by port', () => {
    const pod = {
      spec: {
        containers: [
          { name: 'a', image: 'x', env: [{ name: 'K', value: '1' }] },
          { name: 'b', image: 'y' },
        ],
      },
    };
    expect(strategicMergePatch('Pod', pod, { spec: { containers: [{ name: 'a', image: 'z' }] } })).toEqual({
      spec: {
        containers: [
          { name: 'a', image: 'z', env: [{ name: 'K', value: '1' }] },
          { name: 'b', image: 'y' },
        ],
      },
    });
    const current = {
      spec: {
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 81, protocol: 'TCP' },
        ],
      },
    };
    expect(
      threeWayMerge('Service', { spec: { ports: [{ port: 80 }, { port: 81 }] } }, { spec: { ports: [{ port: 80 }] } }, current),
    ).toEqual({
      spec: { ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] },
    });
  });

  it('removes only what an earlier apply had set', () => {
    expect(
      threeWayMerge('ConfigMap', { data: { a: '1', b: '2' } }, { data: { a: '3' } }, { data: { a: '1', b: '2', c: '4' } }),
    ).toEqual({ data: { a: '3', c: '4' } });
  });

  it('finds no change between equals and shares their structure', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copy = structuredClone(value);
        expect(fieldChanges(value, copy)).toEqual([]);
        expect(jsonEqual(value, copy)).toBe(true);
        expect(shareStructure(value, copy)).toBe(value);
      }),
    );
  });

  it('sharing never changes a value', () => {
    fc.assert(fc.property(json, json, (old, next) => jsonEqual(shareStructure(old, next), next)));
  });
});

describe('quantities', () => {
  it.each<readonly [string, number | null]>([
    ['1', 1000],
    ['100m', 100],
    ['0.5', 500],
    ['1.5Gi', 1.5 * 2 ** 30 * 1000],
    ['1e3', 1_000_000],
    ['128Mi', 134_217_728_000],
    ['1k', 1_000_000],
    ['', null],
    ['lots', null],
    ['1Gx', null],
  ])('%s', (text, expected) => {
    expect(parseQuantity(text)).toBe(expected);
  });
});
