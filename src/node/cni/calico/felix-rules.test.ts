import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { testHost, BY_TEST } from '../../../net/netfilter/lab.ts';
import { Netfilter } from '../../../net/netfilter/netfilter.ts';
import { felixRestoreText } from './felix-text.ts';
import { chainName } from './felix-chain.ts';
import { felixRules, SETS, type FelixTable } from './felix-rules.ts';

const RECORDED = JSON.parse(readFileSync(new URL('recorded/rules.json', import.meta.url), 'utf8')) as Readonly<
  Record<FelixTable, readonly string[]>
>;

const POD = { namespace: 'default', serviceAccount: 'default' };
const ENDPOINTS = ['cali0d7763386da', 'cali0761ccbeace', 'calic440f455693'].map((device) => ({ ...POD, device }));
const IPIP = { ipip: true, vxlan: false, natOutgoing: true, endpointToHost: 'RETURN' } as const;

function programmed(): Netfilter {
  const netfilter = new Netfilter(testHost());
  const sets = Object.values(SETS).map((name) => `create ${name} hash:net\n`);
  netfilter.ipset.restore(sets.join(''), { by: BY_TEST });
  const text = felixRestoreText(felixRules(IPIP, ENDPOINTS), netfilter.ruleset);
  const restored = netfilter.restore(text, { noflush: true, counters: false, by: BY_TEST });
  expect(restored.ok ? '' : restored.error.map((error) => error.text).join()).toBe('');
  return netfilter;
}

describe('Felix’s rules for three Pods with IPIP on', () => {
  test.each(['raw', 'mangle', 'filter', 'nat'] as const)('%s, rule by rule with their hashes', (table) => {
    const lines = programmed()
      .save(table, { counters: false })
      .split('\n')
      .filter((line) => /^[:-]/.test(line));
    const bare = (line: string): string => line.replace(/ \[\d+:\d+\]$/, '');
    expect(lines.map(bare)).toEqual(RECORDED[table].map(bare));
  });
});

test('writing them again changes nothing', () => {
  const netfilter = programmed();
  expect(felixRestoreText(felixRules(IPIP, ENDPOINTS), netfilter.ruleset)).toBe('');
});

test('a Pod that goes takes its chains with it', () => {
  const netfilter = programmed();
  const text = felixRestoreText(felixRules(IPIP, ENDPOINTS.slice(0, 1)), netfilter.ruleset);
  expect(netfilter.restore(text, { noflush: true, counters: false, by: BY_TEST }).ok).toBe(true);
  const names = [...netfilter.ruleset.filter.chains.keys()].filter((name) => /^cali-(fw|tw|from-wl|to-wl)/.test(name)).sort();
  expect(names).toEqual(['cali-from-wl-dispatch', 'cali-fw-cali0d7763386da', 'cali-to-wl-dispatch', 'cali-tw-cali0d7763386da']);
});

test('a jump that others were put before goes back to the top', () => {
  const netfilter = programmed();
  netfilter.command('-t nat -I POSTROUTING -j RETURN', BY_TEST);
  const text = felixRestoreText(felixRules(IPIP, ENDPOINTS), netfilter.ruleset);
  expect(netfilter.restore(text, { noflush: true, counters: false, by: BY_TEST }).ok).toBe(true);
  expect(netfilter.ruleset.nat.chains.get('POSTROUTING')?.rules.map((rule) => rule.target?.kind)).toEqual(['jump', 'RETURN']);
});

test('names that are too long end in a hash', () => {
  expect(chainName('cali-pri-', 'ksa.default.default')).toBe('cali-pri-ksa.default.default');
  expect(chainName('cali-pri-', 'ksa.kube-system.calico-node')).toMatch(/^cali-pri-_[-\w]{18}$/);
});
