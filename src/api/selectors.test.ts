import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLabelSelector, matchesFields, matchesSelector, parseFieldSelector, parseSelector } from './selectors.ts';

const LABELS = { app: 'web', tier: 'front', n: '5' };

describe('label selectors', () => {
  it.each<readonly [string, boolean]>([
    ['', true],
    ['app=web', true],
    ['app==web,tier=front', true],
    ['app=api', false],
    ['app!=api', true],
    ['missing!=x', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['missing notin (web)', true],
    ['app', true],
    ['missing', false],
    ['!missing', true],
    ['!app', false],
    ['n>4', true],
    ['n<5', false],
    ['app in (web),!missing,tier', true],
  ])('%s', (text, expected) => {
    const parsed = parseSelector(text);
    expect(parsed.ok && matchesSelector(parsed.value, LABELS)).toBe(expected);
  });

  it.each(['=', 'app in web', 'app in (a', 'app=web,', '(', 'a b'])('refuses %s', (text) => {
    expect(parseSelector(text).ok).toBe(false);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseSelector(text).ok === 'boolean'));
  });

  it('prints as kubectl does', () => {
    expect(
      formatLabelSelector({
        matchLabels: { b: '2', a: '1' },
        matchExpressions: [
          { key: 'c', operator: 'In', values: ['y', 'x'] },
          { key: 'd', operator: 'DoesNotExist' },
        ],
      }),
    ).toBe('a=1,b=2,c in (x,y),!d');
    expect(formatLabelSelector({})).toBe('<none>');
  });
});

describe('field selectors', () => {
  it.each<readonly [string, boolean]>([
    ['spec.nodeName=class', true],
    ['spec.nodeName!=class', false],
    ['status.phase==Running,spec.nodeName=class', true],
    ['metadata.name=', true],
  ])('%s', (text, expected) => {
    const parsed = parseFieldSelector(text);
    expect(parsed.ok && matchesFields(parsed.value, { spec: { nodeName: 'class' }, status: { phase: 'Running' } })).toBe(
      expected,
    );
  });
});
