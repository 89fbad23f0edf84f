import { expect, it } from 'vitest';
import { matchesPattern } from './pattern.ts';

it.each([
  ['KUBE-SEP-*', 'KUBE-SEP-ABC', true],
  ['kube-sep-*', 'KUBE-SEP-ABC', true],
  ['KUBE-SEP-*', 'XKUBE-SEP-ABC', false],
  ['OUTPUT', 'OUTPUT', true],
  ['OUT', 'OUTPUT', false],
  ['*', 'ANY', true],
  ['A.C', 'ABC', false],
  ['(', '(', true],
])('%s means %s: %s', (pattern, name, expected) => {
  expect(matchesPattern(pattern, name)).toBe(expected);
});
