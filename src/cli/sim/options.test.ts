import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.ts';

const MINIMAL = ['--scenario', 'lab-report', '--from', 'node/class', '--to', 'svc/web:80'];
const errorOf = (...argv: readonly string[]): string => {
  const options = parseOptions(argv);
  return options.ok ? 'no error' : options.error;
};

describe('the command line of sim', () => {
  test('needs scenario, from and to, and asks for one TCP packet', () => {
    expect(parseOptions(MINIMAL)).toEqual({
      ok: true,
      value: {
        scenario: 'lab-report',
        probe: {
          from: { kind: 'node', name: 'class' },
          to: { kind: 'svc', namespace: 'default', name: 'web' },
          port: 80,
          protocol: 'tcp',
        },
        apply: [],
        seed: null,
        count: null,
        all: false,
        json: false,
      },
    });
  });

  test('takes everything else', () => {
    const options = parseOptions([
      ...MINIMAL,
      '--protocol',
      'udp',
      '--apply',
      'a.yaml',
      '--apply=b.yaml',
      '--seed',
      '7',
      '--count',
      '1000',
      '--json',
      '--all',
    ]);
    expect(options.ok && options.value).toMatchObject({
      probe: { protocol: 'udp' },
      apply: ['a.yaml', 'b.yaml'],
      seed: 7,
      count: 1000,
      all: true,
      json: true,
    });
  });

  test('help wins over what is missing', () => {
    expect(parseOptions(['--help'])).toEqual({ ok: true, value: 'help' });
  });

  test.each([
    [['--scenario', 'x', '--from', 'external'], '--to is missing'],
    [[], '--scenario is missing'],
    [[...MINIMAL, '--protocol', 'sctp'], '--protocol must be tcp or udp, not "sctp"'],
    [[...MINIMAL, '--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [[...MINIMAL, '--seed', '4294967296'], '--seed must be a whole number from 0 to 4294967295, not "4294967296"'],
    [[...MINIMAL, '--count', '0'], '--count must be a whole number from 1 to 100000, not "0"'],
    [[...MINIMAL, '--count', '1e3'], '--count must be a whole number from 1 to 100000, not "1e3"'],
    [[...MINIMAL, '--frm', 'x'], "Unknown option '--frm'"],
    [[...MINIMAL, 'stray'], "Unexpected argument 'stray'"],
    [['--scenario', 'x', '--from', 'class', '--to', 'svc/web:80'], '--from: "class" is no place'],
    [['--scenario', 'x', '--from', 'external', '--to', 'web:80'], '--to: "web" is no target'],
    [['--from'], "Option '--from <value>' argument missing"],
  ] as const)('%j is wrong use', (argv, error) => {
    expect(errorOf(...argv)).toContain(error);
  });
});
