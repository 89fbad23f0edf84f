import { describe, expect, test } from 'vitest';
import { ip } from '../../lib/ip.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { lab, stepsOf, type LabNetns } from '../testing/lab.ts';
import { TraceRecorder } from '../trace/recorder.ts';
import { dnsAnswer, type DnsAnswer, type DnsQuestion } from '../wire/dns.ts';
import { dnsText } from '../wire/dns-text.ts';
import { gaiText, lookup, type Libc, type LookupEnd } from './lookup.ts';
import type { ResolvConf } from './resolv-conf.ts';

const SERVER = '192.168.1.2';
const CONF: ResolvConf = {
  nameservers: [SERVER],
  search: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  options: ['ndots:5'],
};
const WEB = 'web.default.svc.cluster.local';

/** Answers a question; null is silence. */
type Zone = (question: DnsQuestion) => DnsAnswer | null;

const zone: Zone = ({ name, type }) => {
  if (name !== WEB) return { rcode: 'NXDOMAIN' };
  return { answers: type === 'A' ? [{ name, type: 'A', address: ip('10.96.5.5'), ttl: 30 }] : [] };
};
const silence: Zone = () => null;
const failing: Zone = () => ({ rcode: 'SERVFAIL' });

function serve(machine: LabNetns, answer: Zone): void {
  machine.netns.listen({
    protocol: 'udp',
    addr: ip('0.0.0.0'),
    port: 53,
    process: 'named',
    handler: () => '',
    onDatagram: ({ payload, reply }) => {
      const answered = payload.kind === 'dns' ? answer(payload.question) : null;
      if (payload.kind === 'dns' && answered !== null) reply(dnsAnswer(payload, answered));
    },
  });
}

interface Done {
  readonly end: LookupEnd | null;
  /** `0 A? web.` per query: seconds since the start and what was asked. */
  readonly queries: readonly string[];
  readonly ports: readonly number[];
  readonly seconds: number;
}

function ask(
  name: string,
  options: { readonly libc?: Libc; readonly zone?: Zone | null; readonly conf?: Partial<ResolvConf> } = {},
): Done {
  const { a, b } = lab().machines({ a: '192.168.1.1/24', b: `${SERVER}/24` });
  a.ping(SERVER);
  b.ping('192.168.1.1');
  if (options.zone !== null) serve(b, options.zone ?? zone);
  const { sim } = a.lab;
  const recorder = new TraceRecorder('flow-1', sim.now);
  const ends: LookupEnd[] = [];
  const start = sim.now;
  const client = lookup(name, {
    netns: a.netns,
    resolver: {
      conf: { ...CONF, ...options.conf },
      hosts: [{ address: '127.0.0.1', names: ['localhost'] }],
      libc: options.libc ?? 'glibc',
    },
    process: 'curl',
    recorder,
    onEnd: (end) => void ends.push(end),
  });
  sim.run({ deadline: start + 100 * NS_PER_S, maxSteps: 10_000, until: () => ends.length > 0 });
  client.close();
  const seconds = (sim.now - start) / NS_PER_S;
  const sent = stepsOf(recorder.close(sim.now, 'timeout'), 'socket.send').filter(({ node }) => node === 'a');
  const udp = sent.flatMap(({ l3, t }) => (l3.kind === 'ipv4' && l3.l4.kind === 'udp' ? [{ l4: l3.l4, t }] : []));
  return {
    end: ends[0] ?? null,
    queries: udp.flatMap(({ l4, t }) =>
      l4.payload.kind === 'dns'
        ? [
            `${Math.round((t - start) / 1e8) / 10} ${dnsText(l4.payload)
              .replace(/^\d+\+ /, '')
              .replace(/ \(\d+\)$/, '')}`,
          ]
        : [],
    ),
    ports: udp.map(({ l4 }) => l4.sport),
    seconds: Math.round(seconds),
  };
}

const asked = ({ end }: Done): readonly string[] => end?.asked.map(({ name, result }) => `${name} ${result}`) ?? [];
const ended = ({ end }: Done): string => (end?.kind === 'found' ? end.addresses.join() : (end?.error ?? 'nothing'));

describe.each(['glibc', 'musl'] as const)('%s', (libc) => {
  test('asks A and AAAA of the first domain from one socket', () => {
    const done = ask('web', { libc });
    expect([ended(done), done.queries, new Set(done.ports).size]).toEqual([
      '10.96.5.5',
      ['0 A? web.default.svc.cluster.local.', '0 AAAA? web.default.svc.cluster.local.'],
      1,
    ]);
  });

  test('goes through the search list and then tries the name as it is', () => {
    const done = ask('nope', { libc });
    expect([ended(done), asked(done), new Set(done.ports).size]).toEqual([
      'EAI_NONAME',
      [
        'nope.default.svc.cluster.local NXDOMAIN',
        'nope.svc.cluster.local NXDOMAIN',
        'nope.cluster.local NXDOMAIN',
        'nope NXDOMAIN',
      ],
      4,
    ]);
  });

  test('a name with fewer dots than ndots is tried with the list first, even when it is whole', () => {
    expect(asked(ask(WEB, { libc }))).toEqual([
      `${WEB}.default.svc.cluster.local NXDOMAIN`,
      `${WEB}.svc.cluster.local NXDOMAIN`,
      `${WEB}.cluster.local NXDOMAIN`,
      `${WEB} answered`,
    ]);
  });

  test('a dot at the end means the name as it is', () => {
    expect([asked(ask(`${WEB}.`, { libc })), asked(ask('web.', { libc }))]).toEqual([[`${WEB} answered`], ['web NXDOMAIN']]);
  });

  test('/etc/hosts comes first, and an address is no name', () => {
    expect([ask('localhost', { libc }), ask('10.1.2.3', { libc })].map((done) => [ended(done), done.queries])).toEqual([
      ['127.0.0.1', []],
      ['10.1.2.3', []],
    ]);
  });

  test('dots enough: the name as it is comes first', () => {
    const done = ask(WEB, { libc, conf: { options: ['ndots:2'] } });
    expect(asked(done)).toEqual([`${WEB} answered`]);
  });
});

describe('what the libraries do differently', () => {
  test('with enough dots glibc goes on to the search list, musl does not', () => {
    const of = (libc: Libc): number => asked(ask('a.b.c', { libc, conf: { options: ['ndots:2'] } })).length;
    expect([of('glibc'), of('musl')]).toEqual([4, 1]);
  });

  test('silence: glibc asks twice, five seconds each, the first name and the name as it is', () => {
    const done = ask('web', { zone: silence });
    expect([
      ended(done),
      done.seconds,
      done.queries.filter((query) => query.includes(' A?')),
      new Set(done.ports).size,
    ]).toEqual([
      'EAI_AGAIN',
      20,
      ['0 A? web.default.svc.cluster.local.', '5 A? web.default.svc.cluster.local.', '10 A? web.', '15 A? web.'],
      2,
    ]);
  });

  test('silence: musl asks twice within five seconds and gives up', () => {
    const done = ask('web', { libc: 'musl', zone: silence });
    expect([ended(done), done.seconds, done.queries.filter((query) => query.includes(' A?'))]).toEqual([
      'EAI_AGAIN',
      5,
      ['0 A? web.default.svc.cluster.local.', '2.5 A? web.default.svc.cluster.local.'],
    ]);
  });

  test('a closed port: glibc tries once more from another socket and gives up at once, musl waits', () => {
    const done = ask('web', { zone: null });
    expect([ended(done), asked(done), done.queries.length, new Set(done.ports).size, done.seconds]).toEqual([
      'EAI_AGAIN',
      ['web.default.svc.cluster.local refused'],
      // The ICMP error about the first question comes before the second is sent or after: the pair is asked twice.
      4,
      2,
      0,
    ]);
    expect(ask('web', { libc: 'musl', zone: null }).seconds).toBe(5);
  });

  test('SERVFAIL: glibc asks each name twice and goes on through the list, musl asks the first one again and again', () => {
    const glibc = ask('web', { zone: failing });
    const musl = ask('web', { libc: 'musl', zone: failing });
    expect([ended(glibc), asked(glibc).length, glibc.queries.length, new Set(glibc.ports).size]).toEqual([
      'EAI_AGAIN',
      4,
      16,
      4,
    ]);
    expect([ended(musl), asked(musl), musl.queries.length, musl.seconds]).toEqual([
      'EAI_AGAIN',
      ['web.default.svc.cluster.local SERVFAIL'],
      12,
      5,
    ]);
  });

  test('a name without addresses: glibc goes on, musl gives up', () => {
    const empty: Zone = ({ name }) => (name === WEB ? {} : { rcode: 'NXDOMAIN' });
    const of = (libc: Libc): readonly unknown[] => {
      const done = ask('web', { libc, zone: empty });
      return [ended(done), asked(done).length];
    };
    expect([of('glibc'), of('musl')]).toEqual([
      ['EAI_NODATA', 4],
      ['EAI_NODATA', 1],
    ]);
  });

  test('their words for it', () => {
    expect((['glibc', 'musl'] as const).map((libc) => gaiText('EAI_NONAME', libc))).toEqual([
      'Name or service not known',
      'Name does not resolve',
    ]);
  });
});

describe('several nameservers', () => {
  const two = { nameservers: ['192.168.1.9', SERVER] };

  test('glibc turns to the second when the first is silent', () => {
    const done = ask('web', { conf: two });
    expect([ended(done), done.seconds]).toEqual(['10.96.5.5', 5]);
  });

  test('musl asks both at once', () => {
    const done = ask('web', { libc: 'musl', conf: two });
    expect([ended(done), done.seconds]).toEqual(['10.96.5.5', 0]);
  });
});
