import { expect, it } from 'vitest';
import { fitDiagram, hookDiagram, leastWidth } from './hook-diagram.geom.ts';
import { foldedChain, foldedColumns } from './shelf-fit.ts';
import type { RuleRow, ShelfChain } from './shelf.ts';

function ruleIn(chain: string, number: number, text: string, state: RuleRow['state']): RuleRow {
  const rule = { table: 'nat', chain, number, text } as const;
  return { kind: 'rule', rule, state, now: state === 'now', failed: null, step: null, matched: null };
}

function chainOf(name: string, depth: number, rules: readonly string[], isCurrent = false): ShelfChain {
  const rows = rules.map((text, i) => ruleIn(name, i + 1, text, isCurrent && i === rules.length - 1 ? 'now' : 'failed'));
  return { id: name, name, depth, rows, count: rows.length, from: null };
}

const columns = [
  [chainOf('OUTPUT', 0, ['-j KUBE-SERVICES'])],
  [chainOf('KUBE-SERVICES', 1, ['-d 10.99.25.192/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-BKM3I2STRWDME2DT'])],
  [chainOf('KUBE-SVC-BKM3I2STRWDME2DT', 2, ['-j KUBE-SEP-EPWJSOP6CSOAPIGU'])],
  [chainOf('KUBE-SEP-EPWJSOP6CSOAPIGU', 3, ['-p tcp -j DNAT --to-destination 10.244.1.2:80'], true)],
];

it.each([
  [1008, 0],
  [740, 2],
  [520, 3],
  [200, 3],
])('at %i px, %i columns stand one above another', (width, folded) => {
  expect(foldedColumns(columns, width)).toBe(folded);
});

it('never folds the chain the packet is in', () => {
  const early = [[chainOf('OUTPUT', 0, ['-j KUBE-SERVICES'], true)], ...columns.slice(1, 3)];
  expect(foldedColumns(early, 200)).toBe(0);
});

it('keeps of a folded chain the last rule it met', () => {
  const chain = chainOf('KUBE-SERVICES', 1, ['-p udp -j ACCEPT', '-p tcp -j ACCEPT']);
  expect(foldedChain(chain).rows).toEqual(chain.rows.slice(-1));
});

const high = { height: 600 };

it('draws all hooks open where they fit, folds what is not met where they do not, and stays within the panel', () => {
  expect(fitDiagram({ width: 1008, ...high }, 1, ['OUTPUT', 'POSTROUTING'])).toEqual({ folded: new Set(), scale: 1 });
  const narrow = fitDiagram({ width: 720, ...high }, 1.4, ['OUTPUT', 'POSTROUTING']);
  expect([...narrow.folded]).toEqual(['PREROUTING', 'INPUT', 'FORWARD']);
  expect(hookDiagram(720 / narrow.scale, narrow.folded).width * narrow.scale).toBeLessThanOrEqual(720);
  expect(narrow.scale).toBeGreaterThan(1);
  expect(fitDiagram({ width: 300, ...high }, 1, []).folded.size).toBe(0);
});

it('leaves a low panel room for the rules', () => {
  expect(fitDiagram({ width: 2000, height: 260 }, 1.4, ['OUTPUT']).scale).toBe(1);
  expect(leastWidth(new Set(['PREROUTING', 'INPUT']))).toBeLessThan(leastWidth());
});
