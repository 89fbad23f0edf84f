import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../cluster/cluster-api.ts';
import type { Command } from '../../cluster/commands.ts';
import { fileStatus, freeName, nameFault } from './files.ts';
import type { ManifestFile } from './state.ts';

const file = (text: string, startText: string | null = null): ManifestFile => ({ name: 'web.yaml', text, startText });
const log = (...commands: Command[]): LogEntry[] => commands.map((command, index) => ({ index, command, at: 0 }));
const apply = (text: string): Command => ({ kind: 'apply', file: 'web.yaml', text });

describe('fileStatus', () => {
  it.each([
    ['never applied', file('a'), log(), 'new'],
    ['as the scenario applied it', file('a', 'a'), log(), 'applied'],
    ['typed over since the scenario applied it', file('b', 'a'), log(), 'edited'],
    ['as last applied', file('b', 'a'), log(apply('b')), 'applied'],
    ['another file was applied', file('a'), log({ kind: 'apply', file: 'other.yaml', text: 'a' }), 'new'],
    ['deleted after apply', file('a'), log(apply('a'), { kind: 'delete-manifest', file: 'web.yaml', text: 'a' }), 'deleted'],
    [
      'applied again after it was deleted',
      file('a'),
      log({ kind: 'delete-manifest', file: 'web.yaml', text: 'a' }, apply('a')),
      'applied',
    ],
  ])('%s', (_name, manifest, entries, expected) => {
    expect(fileStatus(manifest, entries)).toBe(expected);
  });
});

it('finds a free name', () => {
  const files = ['a.yaml', 'a-2.yaml', 'b'].map((name) => ({ name, text: '', startText: null }));
  expect(['c.yaml', 'a.yaml', 'b'].map((name) => freeName(name, files))).toEqual(['c.yaml', 'a-3.yaml', 'b-2']);
});

it('says why a name will not do', () => {
  const files = ['a.yaml', 'b.yaml'].map((name) => ({ name, text: '', startText: null }));
  expect(['', 'x/y', 'b.yaml', 'a.yaml', 'c.yaml'].map((name) => nameFault(name, 'a.yaml', files))).toEqual([
    'empty',
    'slash',
    'taken',
    null,
    null,
  ]);
});
