/**
 * DNS messages as tcpdump prints them (print-domain.c domain_print, ns_rprint): `1234+ A? web.default.svc.cluster.local. (47)`,
 * `1234*- 1/0/0 A 10.96.0.20 (92)`, `1234 NXDomain*- 0/1/0 (141)`.
 */
import type { DnsMessage, DnsRecord, Rcode } from './dns.ts';

const RCODES: Readonly<Record<Rcode, string>> = {
  NOERROR: '',
  FORMERR: ' FormErr',
  SERVFAIL: ' ServFail',
  NXDOMAIN: ' NXDomain',
  NOTIMP: ' NotImp',
  REFUSED: ' Refused',
};

/** The line behind the addresses. */
export function dnsText(message: DnsMessage): string {
  const { id, flags, rcode, question, answers, authority, additional, bytes } = message;
  if (!message.response) return `${id}${flags.rd ? '+' : ''} ${question.type}? ${question.name}. (${bytes})`;
  const signs = `${flags.aa ? '*' : ''}${flags.ra ? '' : '-'}${flags.tc ? '|' : ''}`;
  const counts = `${answers.length}/${authority.length}/${additional.length}`;
  const records = answers.map((record) => ` ${recordText(record)}`).join(',');
  return `${id}${RCODES[rcode]}${signs} ${counts}${records} (${bytes})`;
}

/** `A 10.96.0.20`, `CNAME example.com.`, `SRV web-0.web.default.svc.cluster.local.:80 0 50`. */
export function recordText(record: DnsRecord): string {
  switch (record.type) {
    case 'A':
      return `A ${record.address}`;
    case 'CNAME':
    case 'PTR':
    case 'NS':
      return `${record.type} ${record.target}.`;
    case 'SRV':
      return `SRV ${record.target}.:${record.port} ${record.priority} ${record.weight}`;
    case 'SOA':
      return 'SOA';
    case 'TXT':
      return `TXT "${record.text}"`;
  }
}

/** A message in few words: `A? web.default.svc.cluster.local`, `A 10.96.0.20`, `NXDOMAIN`, `no data`. */
export function dnsWords({ response, rcode, question, answers }: DnsMessage): string {
  if (!response) return `${question.type}? ${question.name}`;
  if (rcode !== 'NOERROR') return rcode;
  const last = answers.at(-1);
  return last === undefined ? `no ${question.type}` : recordText(last).replace(/\.$/, '');
}
