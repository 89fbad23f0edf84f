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
        iperf: null,
        capture: null,
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
      '--bytes',
      '1472',
      '--sport',
      '5353',
      '--json',
      '--all',
    ]);
    expect(options.ok && options.value).toMatchObject({
      probe: { protocol: 'udp', bytes: 1472, sport: 5353 },
      apply: ['a.yaml', 'b.yaml'],
      seed: 7,
      count: 1000,
      all: true,
      json: true,
    });
  });

  test('a capture is a place and a device, and may go to a file', () => {
    const options = parseOptions([...MINIMAL, '--capture', 'pod/web/a:eth0', '--write', 'a.pcap']);
    expect(options.ok && options.value).toMatchObject({
      capture: { place: { kind: 'pod', namespace: 'web', name: 'a' }, dev: 'eth0', file: 'a.pcap' },
    });
  });

  test.each([
    [['--iperf'], { seconds: 10, bitsPerSecond: 1_048_576 }],
    [['--iperf', '3', '--seed', '7'], { seconds: 3, bitsPerSecond: 1_048_576 }],
    [['--iperf', '--protocol', 'udp', '--bitrate', '2.5M'], { seconds: 10, bitsPerSecond: 2_500_000 }],
  ] as const)('%j is a measurement', (argv, iperf) => {
    const options = parseOptions([...MINIMAL, ...argv]);
    expect(options.ok && options.value).toMatchObject({ iperf });
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
    [['--scenario', 'x', '--from', 'external', '--to', 'we+b:80'], '--to: "we+b" is no target'],
    [[...MINIMAL, '--bytes', '70000'], '--bytes must be a whole number from 0 to 65507, not "70000"'],
    [[...MINIMAL, '--protocol', 'udp', '--sport', '0'], '--sport must be a whole number from 1 to 65535, not "0"'],
    [[...MINIMAL, '--sport', '5353'], '--sport is for --protocol udp'],
    [[...MINIMAL, '--write', 'a.pcap'], '--write goes with --capture'],
    [[...MINIMAL, '--capture', 'eth0'], '--capture "eth0": it must be PLACE:DEV'],
    [[...MINIMAL, '--capture', 'class:eth0'], '--capture: "class" is no place'],
    [[...MINIMAL, '--capture', 'node/class:eth0', '--count', '2'], '--capture and --count do not go together'],
    [[...MINIMAL, '--iperf', '0'], '--iperf must be a whole number from 1 to 60, not "0"'],
    [[...MINIMAL, '--iperf', '--json'], '--iperf and --json do not go together'],
    [[...MINIMAL, '--iperf', '--bitrate', '2M'], '--bitrate is for --protocol udp'],
    [[...MINIMAL, '--bitrate', '2M'], '--bitrate goes with --iperf'],
    [
      [...MINIMAL, '--iperf', '--protocol', 'udp', '--bitrate', '5'],
      '--bitrate must be bits a second from 1K to 100G, not "5"',
    ],
    [['--from'], "Option '--from <value>' argument missing"],
  ] as const)('%j is wrong use', (argv, error) => {
    expect(errorOf(...argv)).toContain(error);
  });
});
