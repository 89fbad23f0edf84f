import { expect, it } from 'vitest';
import { sources } from './sources.ts';

it('every engine file says at its head what it models', () => {
  const bare = sources()
    .filter(({ path, isTest }) => !isTest && !path.startsWith('src/ui/'))
    .filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text))
    .map(({ path }) => path);
  expect(bare).toEqual([]);
});
