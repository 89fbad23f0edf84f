/**
 * The judge is judged: a recording passes as it is, and every small untruth put into it is found and told at its place.
 * (All recordings are checked by `npm run conformance`.)
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Hop, PacketFile, RecordedPath } from '../../src/cli/conformance/packet-file.ts';
import { checkPacketFile } from '../../src/cli/conformance/packets.ts';

type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
type File = Writable<PacketFile>;

function recording(name: string): File {
  return JSON.parse(readFileSync(new URL(`packets/${name}.json`, import.meta.url), 'utf8')) as File;
}

/** The first probe of the lab report, from the node to the ClusterIP, with one path of seven hops each way. */
function labReport(change: (path: Writable<RecordedPath>, file: File) => void = () => undefined): readonly string[] {
  const file = recording('lab-report-two-containers');
  file.probes = file.probes.slice(0, 1);
  const path = file.probes[0]?.paths[0];
  if (path === undefined) throw new Error('the recording has no path');
  change(path, file);
  return checkPacketFile(file);
}

const hop = (path: Writable<RecordedPath>, way: 'request' | 'reply', index: number): Writable<Hop> => {
  const found = path[way]?.[index];
  if (found === undefined) throw new Error(`no ${way} hop ${index}`);
  return found;
};

describe('a recording that is true', () => {
  test('passes, and says nothing', () => {
    expect(labReport()).toEqual([]);
  });

  test('passes whatever port the client had', () => {
    expect(labReport((path) => path.reply?.forEach((each) => (each.dport = 50_001)))).toEqual([]);
  });

  test('need not hold every combination of draws under a key it knows', () => {
    const file = recording('ip-forward-off');
    file.probes = file.probes.slice(3, 4);
    file.probes[0]?.paths.splice(1);
    expect(checkPacketFile(file as never)).toEqual([]);
  });
});

const UNTRUE: readonly (readonly [name: string, change: Parameters<typeof labReport>[0], lines: readonly string[]])[] = [
  [
    'a ttl',
    (path) => (hop(path, 'request', 4).ttl = 62),
    [
      'request hop 5 (expected 7 hops, found 7)',
      'node:class2    cni0         out  10.244.0.0 > 10.244.1.2:80 ttl 62',
      'node:class2    cni0         out  10.244.0.0 > 10.244.1.2:80 ttl 63',
    ],
  ],
  [
    'a source address',
    (path) => (hop(path, 'request', 0).src = '192.168.1.12'),
    ['request hop 1 (', '192.168.1.12 > 10.244.1.2:80'],
  ],
  ['a destination port', (path) => (hop(path, 'request', 0).dport = 6800), ['request hop 1 (']],
  [
    'who has a link address',
    (path) => (hop(path, 'request', 6).dmac = 'pod:client/eth0'),
    ['request hop 7 (', 'node:class2/cni0 > pod:client/eth0'],
  ],
  ['a device', (path) => (hop(path, 'reply', 1).dev = 'veth(client)'), ['reply hop 2 (']],
  ['a direction', (path) => (hop(path, 'reply', 6).dir = 'out'), ['reply hop 7 (']],
  [
    'an outer address',
    (path) => Object.assign(hop(path, 'request', 1).vxlan ?? {}, { outer_dst: '192.168.1.9' }),
    ['vxlan 1 192.168.1.12 > 192.168.1.9'],
  ],
  ['an outer ttl', (path) => Object.assign(hop(path, 'request', 1).vxlan ?? {}, { outer_ttl: 63 }), ['request hop 2 (']],
  [
    'an inner link address',
    (path) => Object.assign(hop(path, 'request', 2).vxlan ?? {}, { inner_dmac: 'node:class/flannel.1' }),
    ['request hop 3 ('],
  ],
  ['a tunnel that was not there', (path) => delete hop(path, 'request', 1).vxlan, ['request hop 2 (']],
  [
    'a hop too many',
    (path) => path.request?.push(hop(path, 'request', 6)),
    ['request hop 8 (expected 8 hops, found 7)', 'nothing: the request has 7 hops'],
  ],
  ['a hop too few', (path) => path.reply?.pop(), ['reply hop 7 (expected 6 hops, found 7)', 'nothing: the reply has 6 hops']],
  [
    'a rule that was not hit',
    (path) => path.rulesHit?.['class']?.push('nat -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000'),
    ['expected, not hit  class nat -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000'],
  ],
  [
    'a rule left out',
    (path) => path.rulesHit?.['class2']?.splice(0, 1),
    ['hit, not expected  class2 nat -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES'],
  ],
  [
    'the outcome',
    (path) => (path.outcome = 'refused'),
    ['never taken in', 'never recorded, but reached: reply from two-containers'],
  ],
  ['the back end', (path) => (path.backend = 'client'), ['never recorded, but reached: reply from two-containers']],
  [
    'the client the back end saw',
    (path) => (path.backendSaw = { ip: '192.168.1.12', who: 'node:class/eth0' }),
    ['never recorded, but reached: reply from two-containers, which saw 10.244.0.0 (node:class/flannel.1)'],
  ],
  [
    'the address dialled',
    (_, file) => Object.assign(file.probes[0] ?? {}, { address: '10.99.25.193:80' }),
    ['address dialled', '10.99.25.192:80'],
  ],
  [
    'a Pod’s address',
    (_, file) => Object.assign(file.cluster.pods[1] ?? {}, { ip: '10.244.0.9' }),
    ['Pod client', 'expected  10.244.0.9', 'found     10.244.0.2'],
  ],
];

describe('one untruth in a recording is found:', () => {
  test.each(UNTRUE)('%s', (_name, change, lines) => {
    const found = labReport(change).join('\n');
    for (const line of lines) expect(found).toContain(line);
  });

  test('a path that cannot be reached beside one that can', () => {
    const file = recording('clusterip-two-nodes');
    file.probes = file.probes.slice(4, 5);
    const [first] = file.probes[0]?.paths ?? [];
    if (first === undefined) throw new Error('no path');
    file.probes[0]?.paths.push({ ...first, backend: 'web-b' });
    expect(checkPacketFile(file as never).join('\n')).toContain('never taken in 61 tries: reply from web-b');
  });

  test('a back end that answers and was not recorded', () => {
    const file = recording('clusterip-two-nodes');
    file.probes = file.probes.slice(0, 1);
    file.probes[0]?.paths.splice(1);
    expect(checkPacketFile(file as never)).toEqual([
      '  probe 1: pod/client to svc/web:80 tcp',
      '     never recorded, but reached: reply from web-b, which saw 10.244.0.2 (pod:client)',
    ]);
  });

  test('one back end, where the Service has no affinity', () => {
    const file = recording('local-and-affinity');
    file.probes = file.probes.slice(4);
    Object.assign(file.cluster.services[1]?.['spec'] ?? {}, { sessionAffinity: 'None', sessionAffinityConfig: undefined });
    expect(checkPacketFile(file as never).join('\n')).toContain('one back end for all tries');
  });

  test('the outcome alone, where only it was compared', () => {
    const file = recording('no-backend');
    file.probes = file.probes.slice(8, 9);
    for (const path of file.probes[0]?.paths ?? []) path.outcome = 'timeout';
    expect(checkPacketFile(file as never).slice(1)).toEqual([
      '     outcome',
      '       expected  timeout',
      '       found     no route to host',
    ]);
  });
});

describe('what is not supported has failed:', () => {
  test.each([
    ['nftables', (file: File) => (file.proxyMode = 'nftables'), 'proxy mode nftables is not supported yet'],
    ['another CNI', (file: File) => (file.cluster.cni = 'cilium'), 'CNI cilium is not supported yet'],
    ['an unknown option', (file: File) => (file.options = { mtu: 9000 }), 'option mtu is not supported yet'],
    [
      'a comparison',
      (file: File) => Object.assign(file.probes[0] ?? {}, { compare: 'rough' }),
      'comparison "rough" is not supported yet',
    ],
    [
      'a protocol',
      (file: File) => Object.assign(file.probes[0] ?? {}, { protocol: 'sctp' }),
      'protocol sctp is not supported yet',
    ],
  ])('%s', (_name, change, line) => {
    expect(labReport((_path, file) => void change(file)).join('\n')).toContain(line);
  });

  test('a file without its fields', () => {
    expect(checkPacketFile({ title: 'x', cluster: { nodes: [{}] }, probes: 1 })).toEqual([
      'not a packet file: proxyMode is missing or no string',
      'not a packet file: clusterCIDR is missing or no string',
      'not a packet file: cni is missing or no string',
      'not a packet file: nodes[0].name is missing or no string',
      'not a packet file: nodes[0].ip is missing or no string',
      'not a packet file: nodes[0].podCIDR is missing or no string',
      'not a packet file: pods is missing or no list',
      'not a packet file: services is missing or no list',
      'not a packet file: probes is missing or no list',
    ]);
  });
});
