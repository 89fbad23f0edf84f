/** Every key of the catalogue is said somewhere, every language says all of them, and placeholders agree. */
import { describe, expect, it } from 'vitest';
import { en } from './en/index.ts';
import { zhCN } from './zh-CN/index.ts';

type Catalogue = { readonly [key: string]: string | Catalogue };

function flat(catalogue: Catalogue, prefix = ''): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(catalogue)) {
    if (typeof value === 'string') all.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) all.set(inner, text);
  }
  return all;
}

const PLURAL = /_(one|other)$/;
const english = flat(en);
const chinese = flat(zhCN);

/** The text of all source files of the interface. */
const SOURCES: Readonly<Record<string, string>> = import.meta.glob('../**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Catalogues and tests say no key to anybody. */
function isSource(path: string): boolean {
  return !/(^\.\/(en|zh-CN)\/|\.test\.tsx?$)/.test(path);
}

/** Keys written out, and the beginnings of keys that are put together: `app.sheet.${stop}`. */
function said(): (key: string) => boolean {
  const text = Object.entries(SOURCES)
    .filter(([path]) => isSource(path))
    .map(([, source]) => source)
    .join('\n');
  const whole = new Set([...text.matchAll(/['"`]([a-zA-Z]+(?:\.[\w -]+)+)['"`]/g)].map(([, key]) => key));
  const begun = [...text.matchAll(/`([a-zA-Z]+\.(?:[\w.-]+\.)?[\w-]*)\$\{/g)]
    .map(([, start]) => start ?? '')
    .filter((start) => start.includes('.'));
  return (key) => whole.has(key) || begun.some((start) => key.startsWith(start));
}

describe('catalogue', () => {
  it('has no key that nothing says', () => {
    const isSaid = said();
    const unused = [...new Set([...english.keys()].map((key) => key.replace(PLURAL, '')))].filter((key) => !isSaid(key));
    expect(unused).toEqual([]);
  });

  it('says everything in Chinese', () => {
    const wanted = [...english.keys()].filter((key) => !key.endsWith('_one'));
    expect([...chinese.keys()].sort()).toEqual(wanted.sort());
  });

  it('has straight apostrophes in English: where a Chinese face stands in, curly ones are as wide as a letter', () => {
    expect([...english.values()].filter((text) => text.includes('\u2019'))).toEqual([]);
  });

  it('puts the same values into both languages', () => {
    const holes = (text: string): string =>
      [...new Set([...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name))].sort().join(' ');
    const differing = [...chinese].filter(([key, text]) => holes(text) !== holes(english.get(key) ?? '')).map(([key]) => key);
    expect(differing).toEqual([]);
  });
});
