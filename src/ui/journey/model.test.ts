import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en/index.ts';
import { plain, type Translate } from '../chains/sentence.ts';
import { factOf } from './facts.ts';
import { KUBE_SEP, KUBE_SERVICES, KUBE_SVC, labReportTrace, OUTPUT, refOf } from './lab-report.fixture.ts';
import { buildJourney, type ExpandRun } from './model.ts';
import { whyOf } from './why.ts';

const expand: ExpandRun = ({ chain, from, count }) =>
  chain.rules.slice(from - 1, from - 1 + count).map((rule, i) => ({
    rule: refOf(chain, from + i),
    failed: { text: `--dport ${/--dport (\d+)/.exec(rule.text)?.[1] ?? ''}`, packet: '80', property: 'destination port' },
  }));

/** English, as i18next would fill it in. */
const say: Translate = (key, params) => {
  const found = key
    .split('.')
    .reduce<unknown>((node, name) => (typeof node === 'object' && node !== null ? Reflect.get(node, name) : undefined), en);
  if (typeof found !== 'string') throw new Error(`no text for ${key}`);
  return found.replace(/\{\{(\w+)(?:, \w+)?\}\}/g, (_, name: string) => String(params[name]));
};

const journey = buildJourney(labReportTrace(), 'request', expand);

it('says each step in a line', () => {
  expect(journey.steps.map((step) => `${step.index + 1}${'  '.repeat(step.depth)} ${plain(say, factOf(step))}`)).toEqual([
    '1 curl connects to 10.99.25.192:80',
    '2 routed: default, eth0, source 192.168.1.12',
    '3 OUTPUT',
    '4 raw: policy ACCEPT',
    '5 conntrack: a new connection',
    '6 KUBE-SERVICES',
    '7   http2: port 80 is not 6800',
    '8   http3: port 80 is not 6880',
    '9   KUBE-SVC-BKM3I2STRWDME2DT',
    '10     KUBE-SEP-EPWJSOP6CSOAPIGU',
    '11       source is not 10.244.1.2',
    '12       DNAT to 10.244.1.2:80',
    '13 KUBE-FIREWALL',
    '14   end of KUBE-FIREWALL, back to the caller',
    '15 filter: policy ACCEPT',
    '16 routed again: via 10.244.1.0 dev flannel.1',
    '17 POSTROUTING',
    '18 FLANNEL-POSTRTG',
    '19   MASQUERADE as 10.244.0.0',
    '20 conntrack: the entry is kept',
    '21 neighbour 10.244.1.0: 3a:00:00:00:00:02',
    '22 flannel.1 out',
    '23 fdb: that MAC lives at 192.168.1.8',
    '24 sealed: VXLAN vni 1, UDP 8472',
    '25 OUTPUT',
    '26 nat: policy ACCEPT',
    '27 eth0 out',
    '28 192.168.1.12 to 192.168.1.8, sealed',
    '29 eth0 in',
    '30 UDP 8472, vni 1: opened',
    '31 flannel.1 in',
    '32 ttl 64 becomes 63',
    '33 veth0463de47 out',
    '34 eth0 in',
    '35 delivered to nginx',
  ]);
});

it('groups by namespace and sums up each hook', () => {
  const outline = journey.groups.map(({ node, netns, kind, from, to, items }) => ({
    place: `${node} ${netns} ${kind} ${from + 1}-${to + 1}`,
    hooks: items.flatMap((item) =>
      item.kind === 'hook'
        ? [`${item.hook} ${item.tables.join(', ')} ${item.from + 1}-${item.to + 1} ${item.summary.kind} at ${item.notable + 1}`]
        : [],
    ),
  }));
  expect(outline).toEqual([
    {
      place: 'class root root 1-27',
      hooks: [
        'OUTPUT nat 3-12 nat at 12',
        'OUTPUT filter 13-15 nothing at 15',
        'POSTROUTING nat 17-20 nat at 19',
        'OUTPUT  25-26 empty at 26',
      ],
    },
    { place: 'underlay  wire 28-28', hooks: [] },
    { place: 'class2 root root 29-33', hooks: [] },
    { place: 'class2 default/two-containers pod 34-35', hooks: [] },
  ]);
});

it('a rewrite is one step with its rule, and knows the header before it', () => {
  const dnat = journey.steps[11];
  expect([
    dnat?.step.kind,
    dnat?.nat?.to.addr,
    dnat?.before?.l3.kind === 'ipv4' ? dnat.before.l3.dst : null,
    dnat?.after.l3.kind === 'ipv4' ? dnat.after.l3.dst : null,
  ]).toEqual(['nf.rule', '10.244.1.2', '10.99.25.192', '10.244.1.2']);
  expect(dnat?.calledFrom).toEqual(refOf(KUBE_SVC, 1));
});

it('stops by hop at devices, sockets and the wire, by hook at what decided', () => {
  expect(journey.stops.hop.map((i) => i + 1)).toEqual([1, 22, 27, 28, 29, 31, 33, 34, 35]);
  expect(journey.stops.hook.map((i) => i + 1)).toEqual([
    1, 2, 12, 15, 16, 19, 21, 22, 23, 24, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
  ]);
  expect(journey.stops.rule).toHaveLength(35);
});

it('a long or unexpanded run stays one step', () => {
  const whole = buildJourney(labReportTrace(), 'request');
  expect(whole.steps).toHaveLength(34);
  expect(plain(say, { ...factOf(whole.steps[6] ?? raise()), key: 'journey.fact.run_other' })).toBe(
    '2 rules of KUBE-SERVICES, none matches',
  );
});

it('explains the endpoint and the rewrite by the rules that were there', () => {
  const chains = new Map([KUBE_SEP, KUBE_SERVICES, KUBE_SVC, OUTPUT].map((chain) => [chain.name, chain]));
  const why = (number: number): string =>
    plain(
      say,
      whyOf(journey.steps[number - 1] ?? raise(), (_, chain) => chains.get(chain) ?? null),
    );
  expect([6, 9, 10, 12].map(why)).toEqual([
    'Every packet this machine makes is first compared with the address of every Service.',
    'Address and port are those of default/two-containers-service, so the rules of that Service decide.',
    'There is one ready endpoint, so no chance is involved.',
    'The ClusterIP is replaced by its one endpoint.',
  ]);
});

describe('filters', () => {
  it('reply takes what came back first', () => {
    expect(buildJourney(labReportTrace(), 'reply').steps.map((step) => step.packet.label)).toEqual(['SYN-ACK']);
  });
  it('all takes everything, arp nothing here', () => {
    expect([
      buildJourney(labReportTrace(), 'all', expand).steps.length,
      buildJourney(labReportTrace(), 'arp').steps.length,
    ]).toEqual([36, 0]);
  });
  it('a retransmission is another attempt, with the packets that carry it', () => {
    const trace = labReportTrace();
    const again = {
      id: 4,
      parentId: 1,
      relation: 'retransmission',
      role: 'request',
      label: 'SYN',
      disposition: 'LOST',
      reason: null,
    } as const;
    const outer = { ...again, id: 5, parentId: 4, relation: 'encapsulates' } as const;
    const first = trace.steps[0] ?? raise();
    const steps = [...trace.steps, { ...first, seq: 90, packetId: 4 }, { ...first, seq: 91, packetId: 5 }];
    const twice = buildJourney({ ...trace, packets: [...trace.packets, again, outer], steps }, 'request');
    expect([twice.attempts, twice.steps.at(-1)?.attempt, twice.steps.at(-2)?.attempt, twice.groups.at(-1)?.attempt]).toEqual([
      2, 2, 2, 2,
    ]);
  });
});

function raise(): never {
  throw new Error('no such step');
}
