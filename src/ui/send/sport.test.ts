import { expect, it } from 'vitest';
import { curlText } from './curl.ts';
import { readSport } from './SportField.tsx';

it('a port from 1 to 65535 is one, nothing typed is any, all else is none', () => {
  expect(['', ' 5353 ', '65535', '0', '65536', '53a', '-1'].map(readSport)).toEqual([
    {},
    { sport: 5353 },
    { sport: 65_535 },
    null,
    null,
    null,
    null,
  ]);
});

it('as a command, nc is told the port', () => {
  const probe = {
    from: { kind: 'node', name: 'class' },
    to: { kind: 'address', address: '10.96.0.10' },
    port: 53,
    protocol: 'udp',
  } as const;
  expect(curlText({ ...probe, sport: 5353 }, null)).toBe('echo hello | nc -u -p 5353 -w 3 10.96.0.10 53');
  expect(curlText(probe, null)).toBe('echo hello | nc -u -w 3 10.96.0.10 53');
});
