import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../api/types/endpointslice.ts';
import type { ServiceSpec } from '../../api/types/service.ts';
import { assertExists } from '../../lib/assert.ts';
import { endpointInfo } from './endpoint.ts';
import { endpoint, service, TERMINATING, UNREADY } from './fixtures.ts';
import { servicePortsOf } from './service-port.ts';
import { categorizeEndpoints } from './topology.ts';

const LOCAL_EXTERNAL = {
  type: 'NodePort',
  externalTrafficPolicy: 'Local',
  ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80, nodePort: 30000 }],
} as const;
const LOCAL_INTERNAL = { internalTrafficPolicy: 'Local' } as const;
const HINTS_ASKED = { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } };
interface HintOptions {
  readonly zone?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<ServiceSpec>;
}
const hints = (zone: string): Partial<Endpoint> => ({ hints: { forZones: [{ name: zone }] } });

/** Last octets of 10.0.0.x in each category, as `cluster | local | all`, `-` for none usable anywhere. */
function categories(
  spec: Partial<ServiceSpec>,
  endpoints: readonly Endpoint[],
  { zone = '', ...meta }: { zone?: string; annotations?: Readonly<Record<string, string>> } = {},
): string {
  const info = assertExists(servicePortsOf(service('web', spec, meta))[0], 'the Service is proxied');
  const infos = endpoints.map((given) => endpointInfo(given, given.addresses[0] ?? '', 80, 'here'));
  const { cluster, local, allReachable, hasAny } = categorizeEndpoints(infos, info, zone);
  const lists = [cluster, local, allReachable].map((list) => list.map(({ ip }) => ip.slice('10.0.0.'.length)).join(' '));
  return `${lists.join(' | ')}${hasAny ? '' : ' -'}`;
}

describe('categorizeEndpoints', () => {
  it.each([
    ['[KP8] none', {}, [], ' |  |  -'],
    ['[KP8] ready ones', {}, [endpoint('10.0.0.1', 'here'), endpoint('10.0.0.2')], '1 2 |  | 1 2'],
    ['[KP8] not the unready', {}, [endpoint('10.0.0.1'), endpoint('10.0.0.2', 'other', UNREADY)], '1 |  | 1'],
    [
      '[KP8] not the terminating beside a ready one',
      {},
      [endpoint('10.0.0.1'), endpoint('10.0.0.2', 'other', TERMINATING)],
      '1 |  | 1',
    ],
    [
      '[KP8] the terminating that serve when none is ready',
      {},
      [endpoint('10.0.0.1', 'other', UNREADY), endpoint('10.0.0.2', 'other', TERMINATING)],
      '2 |  | 2',
    ],
    ['[KP8] unready ones are none', {}, [endpoint('10.0.0.1', 'here', UNREADY)], ' |  |  -'],
    ['[KP7] unknown conditions are good ones', {}, [endpoint('10.0.0.1', 'here', { conditions: undefined })], '1 |  | 1'],
    ['[KP9] internal Local', LOCAL_INTERNAL, [endpoint('10.0.0.1', 'here'), endpoint('10.0.0.2')], ' | 1 | 1'],
    ['[KP9] internal Local, none here', LOCAL_INTERNAL, [endpoint('10.0.0.2')], ' |  | '],
    ['[KP9] external Local', LOCAL_EXTERNAL, [endpoint('10.0.0.1', 'here'), endpoint('10.0.0.2')], '1 2 | 1 | 1 2'],
    ['[KP9] external Local, none here', LOCAL_EXTERNAL, [endpoint('10.0.0.2')], '2 |  | 2'],
    [
      '[KP8] external Local falls back to its own terminating endpoint',
      LOCAL_EXTERNAL,
      [endpoint('10.0.0.1', 'here', TERMINATING), endpoint('10.0.0.2')],
      '2 | 1 | 1 2',
    ],
  ] as const)('%s', (_what, spec, endpoints, expected) => {
    expect(categories(spec, endpoints)).toBe(expected);
  });

  const zonedAs = (zone: string, node: string, last: number): Endpoint[] => [endpoint(`10.0.0.${last}`, node, hints(zone))];
  const zoned = [...zonedAs('a', 'here', 1), ...zonedAs('b', 'other', 2)];
  /** publishNotReadyAddresses keeps an endpoint ready to its end. */
  const TERMINATING_READY = endpoint('10.0.0.3', 'other', {
    ...hints('b'),
    conditions: { ready: true, serving: true, terminating: true },
  });
  const GOING = endpoint('10.0.0.1', 'other', { ...hints('a'), ...TERMINATING });
  it.each([
    ['used', zoned, { zone: 'a', ...HINTS_ASKED }, '1 |  | 1'],
    ['not asked for', zoned, { zone: 'a' }, '1 2 |  | 1 2'],
    ['on a node without zone', zoned, HINTS_ASKED, '1 2 |  | 1 2'],
    ['for other zones only', zoned, { zone: 'c', ...HINTS_ASKED }, '1 2 |  | 1 2'],
    ['missing on a ready endpoint', [...zoned, endpoint('10.0.0.3')], { zone: 'a', ...HINTS_ASKED }, '1 2 3 |  | 1 2 3'],
    [
      'missing on an unready endpoint',
      [...zoned, endpoint('10.0.0.3', 'other', UNREADY)],
      { zone: 'b', ...HINTS_ASKED },
      '2 |  | 2',
    ],
    ['that send policy Local elsewhere', zoned, { zone: 'b', ...HINTS_ASKED, spec: LOCAL_EXTERNAL }, '2 | 1 | 1 2'],
    ['on ready ones that terminate', [...zoned, TERMINATING_READY], { zone: 'b', ...HINTS_ASKED }, '2 3 |  | 2 3'],
    ['on none but terminating ones', [GOING], { zone: 'b', ...HINTS_ASKED }, '1 |  | 1'],
    ['switched off', zoned, { zone: 'a', annotations: { 'service.kubernetes.io/topology-mode': 'Disabled' } }, '1 2 |  | 1 2'],
  ] as const)('[KP10] hints %s', (_what, endpoints, { spec = {}, ...options }: HintOptions, expected) => {
    expect(categories(spec, endpoints, options)).toBe(expected);
  });

  it('[KP13] keeps each list in the order of all, so that draws follow addresses', () => {
    const three = [endpoint('10.0.0.1', 'here', hints('a')), ...zonedAs('b', 'here', 2), ...zonedAs('b', 'other', 3)];
    expect(categories(LOCAL_EXTERNAL, three, { zone: 'b', ...HINTS_ASKED })).toBe('2 3 | 1 2 | 1 2 3');
  });
});
