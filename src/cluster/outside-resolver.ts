/**
 * The resolver outside the cluster, which nodes and CoreDNS ask for names that are not the cluster's. It knows the names the scenario gives
 * it and answers for everything else that there is no such name.
 *
 * Simplification: one server knows the whole outside; its zones, delegations and time to live are not modelled.
 */
import { parseIp } from '../lib/ip.ts';
import type { Datagram } from '../net/socket/sockets.ts';
import { dnsAnswer, type DnsAnswer, type DnsQuestion, type DnsRecord } from '../net/wire/dns.ts';

/** Names without the last dot, each with an address or with another name that it stands for. */
export type OutsideNames = Readonly<Record<string, string>>;

const TTL_SECONDS = 300;
const MAX_ALIASES = 8;

/** What the root says of names that do not exist. */
const ROOT_AUTHORITY: DnsRecord = {
  name: '',
  type: 'SOA',
  mname: 'a.root-servers.net',
  rname: 'nstld.verisign-grs.com',
  serial: 2_026_010_100,
  refresh: 1_800,
  retry: 900,
  expire: 604_800,
  minimum: 86_400,
  ttl: 86_400,
};

/** Names that a scenario without its own has outside: `example.com` is the host outside itself. */
export function defaultOutsideNames(externalIp: string): OutsideNames {
  return { 'example.com': externalIp, 'www.example.com': 'example.com' };
}

/** Answers DNS from `names`. */
export function outsideResolver(names: OutsideNames): (datagram: Datagram) => void {
  return ({ payload, protocol, reply }) => {
    if (payload.kind === 'dns' && !payload.response) reply(dnsAnswer(payload, answerOf(names, payload.question), protocol));
  };
}

function answerOf(names: OutsideNames, { name, type }: DnsQuestion): DnsAnswer {
  const base = { ra: true, compressed: true };
  const answers: DnsRecord[] = [];
  let at = name;
  for (let step = 0; step <= MAX_ALIASES; step++) {
    const value = Object.hasOwn(names, at) ? names[at] : undefined;
    const address = value === undefined ? null : parseIp(value);
    if (value === undefined) return { ...base, answers, rcode: 'NXDOMAIN', authority: [ROOT_AUTHORITY] };
    if (address !== null) {
      if (type === 'A') answers.push({ name: at, type: 'A', address, ttl: TTL_SECONDS });
      return { ...base, answers, authority: answers.length === 0 ? [ROOT_AUTHORITY] : [] };
    }
    answers.push({ name: at, type: 'CNAME', target: value, ttl: TTL_SECONDS });
    at = value;
  }
  return { ra: true, rcode: 'SERVFAIL' };
}
