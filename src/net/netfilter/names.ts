/**
 * Names that iptables accepts for numbers: /etc/protocols, /etc/services, ICMP types, TCP flags (libxt_tcp, libxt_icmp).
 *
 * Simplification: /etc/services is cut to the names people type in class; any port may be given as a number.
 */

/** Protocol names by number, as `iptables-save` prints them. */
const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [2, 'igmp'],
  [3, 'ggp'],
  [4, 'ipencap'],
  [5, 'st'],
  [6, 'tcp'],
  [8, 'egp'],
  [9, 'igp'],
  [12, 'pup'],
  [17, 'udp'],
  [20, 'hmp'],
  [22, 'xns-idp'],
  [27, 'rdp'],
  [29, 'iso-tp4'],
  [33, 'dccp'],
  [36, 'xtp'],
  [37, 'ddp'],
  [38, 'idpr-cmtp'],
  [41, 'ipv6'],
  [43, 'ipv6-route'],
  [44, 'ipv6-frag'],
  [45, 'idrp'],
  [46, 'rsvp'],
  [47, 'gre'],
  [50, 'esp'],
  [51, 'ah'],
  [57, 'skip'],
  [58, 'ipv6-icmp'],
  [59, 'ipv6-nonxt'],
  [60, 'ipv6-opts'],
  [73, 'rspf'],
  [81, 'vmtp'],
  [88, 'eigrp'],
  [89, 'ospf'],
  [93, 'ax.25'],
  [94, 'ipip'],
  [97, 'etherip'],
  [98, 'encap'],
  [103, 'pim'],
  [108, 'ipcomp'],
  [112, 'vrrp'],
  [115, 'l2tp'],
  [124, 'isis'],
  [132, 'sctp'],
  [133, 'fc'],
  [135, 'mobility-header'],
  [136, 'udplite'],
  [137, 'mpls-in-ip'],
  [139, 'hip'],
]);

const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map(
  [...PROTOCOL_NAMES]
    .map(([number, name]) => [name, number] as const)
    .concat([
      ['all', 0],
      ['icmpv6', 58],
      ['mh', 135],
    ]),
);

/** Number of a protocol word (`tcp`, `6`, `all` = 0), or null. */
export function protocolNumber(word: string): number | null {
  switch (word) {
    case 'tcp':
      return 6;
    case 'udp':
      return 17;
  }
  if (/^\d+$/.test(word)) return Number(word) <= 255 ? Number(word) : null;
  return PROTOCOL_NUMBERS.get(word.toLowerCase()) ?? null;
}

/** Name of a protocol number, or the number itself where none is known. */
export function protocolName(number: number): string {
  return PROTOCOL_NAMES.get(number) ?? String(number);
}

const SERVICES: ReadonlyMap<string, number> = new Map([
  ['tcpmux', 1],
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['domain', 53],
  ['bootps', 67],
  ['bootpc', 68],
  ['tftp', 69],
  ['http', 80],
  ['kerberos', 88],
  ['pop3', 110],
  ['sunrpc', 111],
  ['ntp', 123],
  ['imap2', 143],
  ['snmp', 161],
  ['bgp', 179],
  ['ldap', 389],
  ['https', 443],
  ['syslog', 514],
  ['ldaps', 636],
  ['imaps', 993],
  ['pop3s', 995],
  ['openvpn', 1194],
  ['nfs', 2049],
  ['mysql', 3306],
  ['ms-wbt-server', 3389],
  ['postgresql', 5432],
  ['amqp', 5672],
  ['redis', 6379],
  ['http-alt', 8080],
]);

const SERVICE_NAMES: ReadonlyMap<number, string> = new Map([...SERVICES].map(([name, port]) => [port, name]));

/** Port of a number or service name, or null. */
export function portNumber(word: string): number | null {
  if (word.length > 0 && word.length <= 5) {
    let value = 0;
    let digits = true;
    for (let i = 0; i < word.length; i++) {
      const code = word.charCodeAt(i) - 48;
      if (code < 0 || code > 9) {
        digits = false;
        break;
      }
      value = value * 10 + code;
    }
    if (digits) return value <= 65535 ? value : null;
  }
  return SERVICES.get(word) ?? null;
}

/** Services /etc/services also has under udp. */
const UDP_SERVICES = new Set([
  'domain',
  'bootps',
  'bootpc',
  'tftp',
  'kerberos',
  'sunrpc',
  'ntp',
  'snmp',
  'ldap',
  'https',
  'ldaps',
  'openvpn',
  'nfs',
]);

/** Service name of a port as `iptables -L` shows it without -n. */
export function serviceName(port: number, protocol: 'tcp' | 'udp' | 'sctp'): string {
  const name = SERVICE_NAMES.get(port);
  return name === undefined || protocol === 'sctp' || (protocol === 'udp' && !UDP_SERVICES.has(name)) ? String(port) : name;
}

/** ICMP type and code range by name; `any` is type 255 (libxt_icmp). */
export const ICMP_TYPES: ReadonlyMap<string, readonly [type: number, code: number | null]> = new Map([
  ['any', [255, null]],
  ['echo-reply', [0, null]],
  ['pong', [0, null]],
  ['destination-unreachable', [3, null]],
  ['network-unreachable', [3, 0]],
  ['host-unreachable', [3, 1]],
  ['protocol-unreachable', [3, 2]],
  ['port-unreachable', [3, 3]],
  ['fragmentation-needed', [3, 4]],
  ['source-route-failed', [3, 5]],
  ['network-unknown', [3, 6]],
  ['host-unknown', [3, 7]],
  ['network-prohibited', [3, 9]],
  ['host-prohibited', [3, 10]],
  ['TOS-network-unreachable', [3, 11]],
  ['TOS-host-unreachable', [3, 12]],
  ['communication-prohibited', [3, 13]],
  ['host-precedence-violation', [3, 14]],
  ['precedence-cutoff', [3, 15]],
  ['source-quench', [4, null]],
  ['redirect', [5, null]],
  ['network-redirect', [5, 0]],
  ['host-redirect', [5, 1]],
  ['TOS-network-redirect', [5, 2]],
  ['TOS-host-redirect', [5, 3]],
  ['echo-request', [8, null]],
  ['ping', [8, null]],
  ['router-advertisement', [9, null]],
  ['router-solicitation', [10, null]],
  ['time-exceeded', [11, null]],
  ['ttl-exceeded', [11, null]],
  ['ttl-zero-during-transit', [11, 0]],
  ['ttl-zero-during-reassembly', [11, 1]],
  ['parameter-problem', [12, null]],
  ['ip-header-bad', [12, 0]],
  ['required-option-missing', [12, 1]],
  ['timestamp-request', [13, null]],
  ['timestamp-reply', [14, null]],
  ['address-mask-request', [17, null]],
  ['address-mask-reply', [18, null]],
]);

/** TCP flags in the order of their bits, as iptables prints them. */
export const TCP_FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const;

/** `FIN,SYN` of a bit mask; `NONE` for 0. */
export function tcpFlagWords(bits: number): string {
  if (bits === 0) return 'NONE';
  return TCP_FLAG_NAMES.filter((_, bit) => (bits >> bit) & 1).join(',');
}
