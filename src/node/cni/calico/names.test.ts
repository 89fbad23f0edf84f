import { describe, expect, test } from 'vitest';
import { cidr } from '../../../lib/cidr.ts';
import { blocksFor, vtepMac, workloadDevice } from './names.ts';
import { selects } from './selector.ts';

/** First block index for pools of 4, 16, 64, 256, 1024 and 4096 blocks, by node name, with its tunnel's MAC; made with the steps of Calico's sources. */
const VECTORS: readonly (readonly [node: string, mac: string, ...index: readonly number[]])[] = [
  ['k8s-master1', '66:04:84:48:ab:6a', 2, 4, 4, 126, 638, 2686],
  ['k8s-worker1', '66:f6:d4:e3:e7:b2', 1, 9, 9, 114, 777, 626],
  ['k8s-worker2', '66:80:85:df:2b:56', 0, 1, 1, 218, 504, 3329],
  ['k8s-worker3', '66:ff:d8:e9:89:19', 3, 12, 19, 198, 403, 3916],
  ['worker-2', '66:e2:6c:ca:0c:ad', 3, 3, 35, 35, 535, 3619],
  ['class', '66:8d:76:7b:f5:b7', 3, 14, 22, 87, 991, 991],
  ['class2', '66:8b:7d:8b:67:be', 3, 5, 37, 243, 853, 4093],
  ['a', '66:86:f7:e4:37:fa', 3, 6, 38, 148, 294, 2537],
  ['node-c', '66:1a:b9:f1:6e:af', 1, 15, 28, 28, 399, 2695],
];

const POOLS = [4, 16, 64, 256, 1024, 4096].map((count) => ({
  cidr: cidr(`10.0.0.0/${26 - Math.log2(count)}`),
  blockSize: 26,
}));

test.each(VECTORS.map(([node, mac, ...index]) => ({ node, mac, index })))(
  '$node looks where Calico would',
  ({ node, mac, index }) => {
    const address = (at: number): string => `10.${Math.floor(at / 1024)}.${Math.floor(at / 4) % 256}.${(at % 4) * 64}/26`;
    expect(POOLS.map((pool): unknown => blocksFor(pool, node).next().value)).toEqual(index.map(address));
    expect(vtepMac(node)).toBe(mac);
  },
);

test('then the next, round the pool', () => {
  const blocks = [...blocksFor({ cidr: cidr('10.200.64.0/24'), blockSize: 26 }, 'k8s-worker3')];
  expect(blocks).toEqual(['10.200.64.192/26', '10.200.64.0/26', '10.200.64.64/26', '10.200.64.128/26']);
});

test('a Pod’s device is named by its namespace and name', () => {
  expect([workloadDevice('test', 'demoapp'), workloadDevice('default', 'nginx')]).toEqual([
    'caliba972496738',
    'calic440f455693',
  ]);
});

describe('selectors', () => {
  const labels = { rack: '1', 'kubernetes.io/hostname': 'worker1' };
  test.each([
    ['all()', true],
    ['!all()', false],
    ['', true],
    ['has(rack)', true],
    ["rack == '1'", true],
    ['rack == "2"', false],
    ["rack != '2' && kubernetes.io/hostname == 'worker1'", true],
    ["rack in {'2', '1'}", true],
    ["rack not in {'2', '1'} || !has(zone)", true],
    ["!(rack == '1' || has(zone))", false],
    ['rack ==', false],
    ['§', false],
  ])('%s: %s', (selector, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});
