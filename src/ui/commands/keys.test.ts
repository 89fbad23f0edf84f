import { describe, expect, it } from 'vitest';
import { isCharacterKey, keyText, matchesKey, type KeyPress } from './keys.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

describe('matchesKey', () => {
  it.each([
    ['mod+k', press('k', { ctrlKey: true }), true],
    ['mod+k', press('K', { metaKey: true }), true],
    ['mod+k', press('k'), false],
    ['mod+z', press('z', { ctrlKey: true, shiftKey: true }), false],
    ['mod+shift+z', press('Z', { ctrlKey: true, shiftKey: true }), true],
    ['?', press('?', { shiftKey: true }), true],
    ['1', press('1'), true],
    ['ArrowRight', press('ArrowRight', { shiftKey: true }), false],
    ['shift+ArrowRight', press('ArrowRight', { shiftKey: true }), true],
    ['s', press('s', { altKey: true }), false],
    [' ', press(' '), true],
  ])('%j against %o is %s', (spec, event, expected) => {
    expect(matchesKey(event, spec)).toBe(expected);
  });
});

describe('keyText', () => {
  it.each([
    ['mod+k', '⌘K', 'Ctrl K'],
    ['mod+shift+z', '⇧⌘Z', 'Ctrl Shift Z'],
    ['mod+Enter', '⌘↵', 'Ctrl ↵'],
    ['?', '?', '?'],
    [' ', 'Space', 'Space'],
  ])('%j', (spec, mac, other) => {
    expect([keyText(spec, true), keyText(spec, false)]).toEqual([mac, other]);
  });
});

it('tells keys that type from keys that do not', () => {
  expect(['s', '?', 'mod+k', ' ', 'ArrowLeft'].map(isCharacterKey)).toEqual([true, true, false, false, false]);
});
