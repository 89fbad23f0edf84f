/**
 * A cluster as a shell script that builds it again on a real kernel: `export` of the command line, "Export as a shell script" of the
 * page.
 *
 * Pure and deterministic: the same snapshot gives the same text. Everything is read from the views that the tools print, so a device
 * or a rule is in the script by whatever plugin it was made. What a script cannot bring along is listed in its head.
 * Simplification: an exported script brings no connections, learned neighbours or forwarding entries, names, or answers of the
 * workloads: its servers say who they are and whom they saw.
 */
import { handedTo, comment, commandLine, isPlainLine, word } from './shell-text.ts';
import { deviceLines, hasDevice, pairLines, plugLines, portLines, queueLines, unbuiltLinks, upLines } from './links.ts';
import { exportedNetns, exportedPlaces, exportedServices, WIRE, wireNames, type ExportedNetns } from './places.ts';
import { CLIENT_PROGRAM, SERVER_PROGRAM, SYSCTL_PROGRAM } from './programs.ts';
import { SHELL_FUNCTIONS } from './shell-functions.ts';
import { fdbLines, freshSysctlLines, neighbourLines, routeLines, ruleLines, setLines, sysctlLines } from './state.ts';
import type { ClusterSnapshot } from '../snapshot.ts';

/** Kinds that are modules of their own: not every kernel has them. */
const OPTIONAL_KINDS = ['bridge', 'vxlan', 'dummy', 'ifb'] as const;

/** The script of the cluster as it is. */
export function clusterScript(snapshot: ClusterSnapshot): string {
  const all = exportedNetns(snapshot);
  return [
    ...head(snapshot),
    '',
    ...settings(all),
    SHELL_FUNCTIONS.trimEnd(),
    '',
    ...servers(all),
    '',
    ...lookups(snapshot),
    '',
    ...build(all, wireNames(snapshot)),
    '',
    ...printer('sysctl_program', SYSCTL_PROGRAM.trim().split('\n')),
    '',
    ...printer('server_program', SERVER_PROGRAM.trim().split('\n')),
    '',
    ...printer('client_program', CLIENT_PROGRAM.trim().split('\n')),
    '',
    'main "$@"',
    '',
  ].join('\n');
}

function head(snapshot: ClusterSnapshot): readonly string[] {
  const { title, nodes } = snapshot;
  return [
    '#!/usr/bin/env bash',
    '#',
    comment(`${title}: ${nodes.map(({ name }) => name).join(', ')}.`),
    ...HEAD.split('\n').map(comment),
    ...leftOut(snapshot).flatMap((text, index) => [...(index === 0 ? ['#', '# Left out:'] : []), comment(`  ${text}`)]),
    'set -euo pipefail',
  ];
}

const HEAD = `
Rebuilds this cluster's network on a real Linux kernel, as Kubehop simulated it: a network namespace for each machine and Pod, the
same devices, addresses, routes, neighbours, sysctls and iptables rules, and a small server wherever something listened.

  sudo bash THIS_FILE up                        builds it
  sudo bash THIS_FILE probe FROM TO PORT        sends a packet and says who answered, whom it saw, and with which TTL it arrived
  sudo bash THIS_FILE exec PLACE COMMAND...     runs a command there: exec node/NAME iptables-save -c
  sudo bash THIS_FILE places                    lists the places and Services that FROM and TO may name
  sudo bash THIS_FILE down                      removes it

Needs root, bash, iproute2, iptables, python3, and ipset where rules ask sets. Everything is in namespaces of its own; their names begin
with kubehop_, or with the word in KUBEHOP_PREFIX. Nothing of the host's network is read or changed, and there is no way out of the
namespaces. Where the kernel lacks a kind of device, KUBEHOP_STAND_INS=yes builds the rest: in the place of each such device is one that
leads nowhere.

Neighbours and forwarding entries that were learned are learned again. Connections and lists of session affinity begin empty.
No names are resolved.`;

/** What of the cluster a script cannot build. */
export function leftOut(snapshot: ClusterSnapshot): readonly string[] {
  return exportedNetns(snapshot).flatMap((netns) => [
    ...unbuiltLinks(netns),
    ...(ruleLines(netns.view).every(isPlainLine) ? [] : [`${netns.title}: rules that hold control characters`]),
  ]);
}

function settings(all: readonly ExportedNetns[]): readonly string[] {
  const bridges = all.some(({ view }) => view.links.some(({ kind }) => kind === 'bridge'));
  return [
    comment('The wire between the machines has a namespace of its own.'),
    `WIRE=${WIRE}`,
    'NAMESPACES=(',
    `  "$WIRE"`,
    ...all.map(({ name }) => `  ${word(name)}`),
    ')',
    `TUNL0=${all.some((netns) => hasDevice(netns, 'ipip')) ? 'yes' : 'no'}`,
    `BRIDGES=${bridges ? 'yes' : 'no'}`,
    `SETS=${all.some(({ view }) => view.netfilter.sets.size > 0) ? 'yes' : 'no'}`,
    '',
    comment("A namespace nobody has touched: PATH below /proc/sys and value, for a new one takes the host's settings instead."),
    ...printer('fresh_sysctls', freshSysctlLines()),
  ];
}

function servers(all: readonly ExportedNetns[]): readonly string[] {
  const rows = all.flatMap(({ name, answersAs, view }) =>
    view.sockets
      .filter(({ state }) => state === 'LISTEN' || state === 'UNCONN')
      .map(({ protocol, local, port }) => [name, answersAs, protocol, local, String(port)]),
  );
  return [comment('Who listens: namespace, name, protocol, address, port.'), ...printer('servers', aligned(rows))];
}

function lookups(snapshot: ClusterSnapshot): readonly string[] {
  const places = exportedPlaces(snapshot);
  const targets = [...places, ...exportedServices(snapshot)];
  const cases = (entries: readonly (readonly [string, string])[]): readonly string[] => [
    '  case $1 in',
    ...entries.map(([text, value]) => `    ${word(text)}) echo ${word(value)} ;;`),
  ];
  return [
    'netns_of() { # PLACE',
    ...cases(places.map(({ text, netns }) => [text, netns])),
    `    *) die "no place $1: '$0 places' lists them" 2 ;;`,
    '  esac',
    '}',
    '',
    'address_of() { # PLACE_OR_SERVICE',
    ...cases(targets.map(({ text, address }) => [text, address])),
    `    *) die "no target $1: an address, or what '$0 places' lists" 2 ;;`,
    '  esac',
    '}',
    '',
    ...printer('places', aligned(targets.map(({ text, address }) => [text, address]))),
    '',
    'usage() {',
    `  printf 'usage: bash %s up | probe FROM TO PORT [tcp|udp|icmp [SECONDS]] | exec PLACE COMMAND... | places | down\\n' "$0"`,
    '}',
  ];
}

/** Columns as wide as their widest word. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row.map((text, column) => (column === row.length - 1 ? text : text.padEnd(width(column)))).join(' '),
  );
}

function build(all: readonly ExportedNetns[], wires: readonly string[]): readonly string[] {
  const kinds = OPTIONAL_KINDS.filter((kind) => all.some((netns) => hasDevice(netns, kind)));
  return [
    'build() {',
    ...kinds.map((kind) => commandLine('need_kind', kind)),
    ...titled(
      'the wire',
      handedTo('ip_lines "$WIRE"', [
        'link set lo up',
        ...wires.flatMap((wire) => [`link add ${wire} type bridge mcast_snooping 0`, `link set ${wire} up`]),
      ]),
    ),
    ...titled(
      'cards and their cables: namespace, device, index, link address, MTU, port, wire',
      handedTo('plugs', plugLines(all)),
    ),
    ...titled('veth pairs: namespace, device, index, link address, MTU of each end', handedTo('pairs', pairLines(all))),
    ...titled('other devices: namespace, device, index, link address, MTU, kind', all.flatMap(deviceLines)),
    ...titled('settings: namespace, path, value', handedTo('set_sysctls', all.flatMap(settingLines))),
    ...all.flatMap(netnsLines),
    '}',
  ];
}

function netnsLines(netns: ExportedNetns): readonly string[] {
  const { name, title, view } = netns;
  const call = (command: string, lines: readonly string[]): readonly string[] => handedTo(commandLine(command, name), lines);
  return titled(title, [
    ...call('restore_sets', setLines(view)),
    ...call('restore_rules', ruleLines(view)),
    ...call('ip_lines', [...portLines(netns), ...upLines(netns), ...routeLines(view), ...neighbourLines(view)]),
    ...call('bridge_lines', fdbLines(view)),
    ...call('tc_lines', queueLines(netns)),
  ]);
}

function settingLines({ name, view }: ExportedNetns): readonly string[] {
  return sysctlLines(view).map((line) => `${name} ${line}`);
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', comment(`--- ${title} ${'-'.repeat(Math.max(3, 122 - title.length))}`), ...lines];
}

/** A function that prints these lines. */
function printer(name: string, lines: readonly string[]): readonly string[] {
  return [`${name}() {`, ...(lines.length === 0 ? ['  :'] : handedTo('  cat', lines)), '}'];
}
