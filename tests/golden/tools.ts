/** The printers by the command lines that recordings show. */
import { bridgeFdb } from '../../src/net/print/bridge-fdb.ts';
import { bridgeLink } from '../../src/net/print/bridge-link.ts';
import { ipAddress, ipAddressBrief } from '../../src/net/print/ip-address.ts';
import { ipLink, ipLinkBrief, ipLinkDetailed } from '../../src/net/print/ip-link.ts';
import { ipNeigh } from '../../src/net/print/ip-neigh.ts';
import { ipRoute, ipRouteAll, ipRule } from '../../src/net/print/ip-route.ts';
import { ipsetList } from '../../src/net/print/ipset-list.ts';
import { iptablesList, iptablesSave } from '../../src/net/print/iptables.ts';
import type { TableName } from '../../src/net/netfilter/hooks.ts';
import type { NetnsView } from '../../src/net/view.ts';

type Printer = (view: NetnsView, word: string) => string;

/** `WORD` stands for the one word that varies. */
const PRINTERS: readonly (readonly [command: string, print: Printer])[] = [
  ['ip addr', (view) => ipAddress(view)],
  ['ip addr show WORD', (view, dev) => ipAddress(view, { dev })],
  ['ip -br addr', (view) => ipAddressBrief(view)],
  ['ip link show', (view) => ipLink(view)],
  ['ip link show WORD', (view, dev) => ipLink(view, { dev })],
  ['ip -br link', (view) => ipLinkBrief(view)],
  ['ip -d link show', (view) => ipLinkDetailed(view)],
  ['ip -d link show WORD', (view, dev) => ipLinkDetailed(view, { dev })],
  ['ip route', (view) => ipRoute(view)],
  ['ip route show table all', (view) => ipRouteAll(view)],
  ['ip route show table WORD', (view, table) => ipRoute(view, table)],
  ['ip rule', () => ipRule()],
  ['ip neigh', (view) => ipNeigh(view)],
  ['ip neigh show dev WORD', (view, dev) => ipNeigh(view, { dev })],
  ['bridge link', (view) => bridgeLink(view)],
  ['bridge fdb show', (view) => bridgeFdb(view)],
  ['bridge fdb show dev WORD', (view, dev) => bridgeFdb(view, { dev })],
  ['iptables-save', (view) => iptablesSave(view, { date: DATE })],
  ['iptables-save -t WORD', (view, table) => iptablesSave(view, { date: DATE, table: table as TableName })],
  ['iptables -t nat -L -n -v', (view) => iptablesList(view, { table: 'nat', ...NUMERIC_VERBOSE })],
  ['ipset list', (view) => ipsetList(view)],
  ['ipset list WORD', (view, name) => ipsetList(view, { name })],
];

const DATE = 'Thu Jan  1 00:00:00 2026';
const NUMERIC_VERBOSE = { numeric: true, verbose: true, lineNumbers: false, exact: false };

/** What the command prints in the namespace. */
export function printed(view: NetnsView, command: string): string {
  const words = command.split(' ');
  for (const [pattern, print] of PRINTERS) {
    const expected = pattern.split(' ');
    const fits = expected.length === words.length && expected.every((word, i) => word === 'WORD' || word === words[i]);
    if (fits) return print(view, words[expected.indexOf('WORD')] ?? '');
  }
  throw new Error(`no printer for ${command}`);
}
