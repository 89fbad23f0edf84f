import { expect, it } from 'vitest';
import { describe } from '../inspector/describe.ts';
import { openScenario } from '../store/scenario.fixture.ts';
import { clusterEntries, entry, search, type Entry } from './entries.ts';

const snapshot = openScenario('lab-report').cluster.snapshot();
const entries = clusterEntries(snapshot);
const texts = (found: readonly Entry[]): readonly string[] => found.map(({ text }) => text);

it('every entry has an id of its own and leads to something', () => {
  const ids = new Set(entries.map(({ id }) => id));
  expect(ids.size).toBe(entries.length);
  expect(entries.filter(({ action }) => action.kind === 'select' && describe(snapshot, action.ref) === null)).toEqual([]);
});

it('finds a device by its address, a rule by its words, in any order and case', () => {
  expect(texts(search(entries, '10.244.1.2/24'))).toEqual(['2: eth0']);
  const rules = search(entries, 'DNAT 10.244.1.2:80 class2');
  expect(rules.map(({ node, about }) => [node, about])).toEqual([['class2', { kind: 'rule', number: 2, target: 'DNAT' }]]);
  expect(search(entries, 'class2 10.244.1.2:80 dnat')).toEqual(rules);
  expect(search(entries, 'no such thing')).toEqual([]);
});

it('names that begin with the first word come first, and no more than a page of them', () => {
  const plain = (text: string): Entry =>
    entry({ id: text, group: 'objects', text, about: { kind: 'plain', text: 'Pod' }, action: { kind: 'file', name: text } });
  expect(texts(search([plain('a web'), plain('web-1'), plain('Pod of web'), plain('WEB')], 'web'))).toEqual([
    'web-1',
    'WEB',
    'a web',
    'Pod of web',
  ]);
  expect(search(entries, 'kube')).toHaveLength(60);
});

it('without a word it offers what can be done', () => {
  const command = entry({
    id: 'apply',
    group: 'commands',
    text: 'Apply',
    about: { kind: 'plain', text: '' },
    action: { kind: 'command', id: 'apply' },
  });
  expect(search([...entries, command], '  ')).toEqual([command]);
});
