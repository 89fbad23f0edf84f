/**
 * Command lines with what iproute2 6.1 and a kernel answered to them, run in a namespace of two plugs: `k0` with 10.1.0.1/24, and `k1`.
 */
import { expect, test } from 'vitest';
import { BY_TEST, lab } from '../../net/testing/lab.ts';
import type { Netns } from '../../net/netns.ts';
import { HandServers } from './hand-servers.ts';
import { runTool } from './run.ts';

const SERVERS = new HandServers(() => 'Thu, 01 Jan 1970 00:00:00 GMT');

function plugs(): Netns {
  const island = lab().island('a');
  const { netns } = island;
  netns.addVeth({ name: 'k0', peer: { name: 'k1', netns } }, BY_TEST);
  island.up('k1').up('k0', '10.1.0.1/24');
  netns.addVxlan({ name: 'vx', id: 1, local: '10.1.0.1' as never, dev: 'k0', dstport: 8472, learning: false }, BY_TEST);
  return netns;
}

/** Lines one after another in the same namespace; each with the first line of what it printed. */
function answers(...lines: readonly string[]): readonly string[] {
  const netns = plugs();
  return lines.map((line) => {
    const run = runTool(netns, line, 'user', SERVERS);
    return run.ok ? run.value : run.error;
  });
}

const RECORDED: readonly (readonly [line: string, answer: string])[] = [
  ['ip link set nope down', 'Cannot find device "nope"'],
  ['ip link set k0 foo', 'Error: either "dev" is duplicate, or "foo" is a garbage.'],
  ['ip link foo', 'Command "foo" is unknown, try "ip link help".'],
  ['ip foo', 'Object "foo" is unknown, try "ip help".'],
  ['ip link set', 'Not enough information: "dev" argument is required.'],
  ['ip link set k0', ''],
  ['ip link set k0 mtu 60', 'Error: mtu less than device minimum.'],
  ['ip link set k0 mtu 70000', 'Error: mtu greater than device maximum.'],
  ['ip link set k0 mtu abc', 'Error: argument "abc" is wrong: Invalid "mtu" value'],
  ['ip link set vx mtu 1500', 'RTNETLINK answers: Invalid argument'],
  ['ip link set k0 master zzz', 'Error: argument "zzz" is wrong: Device does not exist'],
  ['ip link add k0 type veth', 'RTNETLINK answers: File exists'],
  ['ip link add c1 type foo', 'Error: Unknown device type.'],
  ['ip link del zz', 'Cannot find device "zz"'],
  ['ip route foo', 'Command "foo" is unknown, try "ip route help".'],
  ['ip route del 10.9.0.0/16', 'RTNETLINK answers: No such process'],
  ['ip route add 10.9.0.1/16 dev k0', 'Error: Invalid prefix for given prefix length.'],
  ['ip route add 10.8.0.0/16 via 10.77.0.1', 'Error: Nexthop has invalid gateway.'],
  ['ip route add 10.8.0.0/16 via 127.0.0.1 dev lo onlink', 'Error: Nexthop has invalid gateway.'],
  ['ip route add 10.9.0.0/16 via 10.1.0.3 dev zz', 'Cannot find device "zz"'],
  ['ip route add 10.9.0.0/16 foo', 'Error: either "to" is duplicate, or "foo" is a garbage.'],
  ['ip route add 10.9.0.0/33 dev k0', 'Error: any valid prefix is expected rather than "10.9.0.0/33".'],
  ['ip route add 10.9.0.0/16 via', 'Command line is not complete. Try option "help"'],
  ['ip route add blackhole 10.44.0.0/16', ''],
  ['ip neigh del 10.1.0.6 dev k0', 'RTNETLINK answers: No such file or directory'],
  ['ip neigh add 10.1.0.5 dev k0', 'Error: No link layer address given.'],
  ['ip neigh add 10.1.0.5 lladdr zz dev k0', '"zz" is invalid lladdr.'],
  ['ip neigh add 10.1.0.5 lladdr 02:00:00:00:00:05', 'Device and destination are required arguments.'],
  ['ip addr add 10.1.0.300/24 dev k0', 'Error: any valid prefix is expected rather than "10.1.0.300/24".'],
  ['ip addr add 10.1.0.3/24', 'Not enough information: "dev" argument is required.'],
  ['bridge fdb add 02:00:00:00:00:01 dev zz dst 10.0.0.1', 'Cannot find device "zz"'],
  ['bridge fdb del 02:00:00:00:00:01 dev vx', 'RTNETLINK answers: No such file or directory'],
  ['bridge fdb add zz dev vx', 'Invalid mac address zz'],
  ['bridge fdb add', 'Device and address are required arguments.'],
  ['bridge fdb add 02:00:00:00:00:01 dev vx dst zz', 'Error: any valid address is expected rather than "zz".'],
  ['bridge foo', 'Object "foo" is unknown, try "bridge help".'],
  ['bridge link set dev k0 hairpin on', 'RTNETLINK answers: Operation not supported'],
  ['bridge link set dev zz hairpin on', 'Cannot find bridge device "zz"'],
  ['bridge link set hairpin on', 'Device is a required argument.'],
  ['tc qdisc change dev k0 root netem delay 10ms', 'Error: Qdisc not found. To create specify NLM_F_CREATE flag.'],
  ['tc qdisc del dev k0 root', 'Error: Cannot delete qdisc with handle of zero.'],
  ['tc qdisc add dev zz root netem loss 1%', 'Cannot find device "zz"'],
  ['tc qdisc add dev k0 root netem loss abc', 'Unknown loss parameter: abc'],
  ['tc qdisc add dev k0 root netem loss 101%', 'Illegal "loss percent"'],
  ['tc qdisc add dev k0 root netem delay abc', 'Illegal "latency"'],
  ['tc qdisc add dev k0 root foo', 'Error: Specified qdisc kind is unknown.'],
  ['tc qdisc add dev k0 netem loss 1%', 'Error: Handle cannot be zero.'],
  ['tc qdisc add dev k0 root netem foo 3', 'What is "foo"?'],
  ['tc qdisc replace root netem delay 1ms', 'RTNETLINK answers: No such device'],
  ['tc qdisc foo', 'Command "foo" is unknown, try "tc qdisc help".'],
  ['tc foo', 'Object "foo" is unknown, try "tc help".'],
];

test.each(RECORDED)('%s', (line, answer) => {
  expect(answers(line)).toEqual([answer]);
});

test.each([
  ['ip route add 10.9.0.0/16 via 10.1.0.9', 'RTNETLINK answers: File exists'],
  ['ip neigh add 10.1.0.5 lladdr 02:00:00:00:00:05 dev k0', 'RTNETLINK answers: File exists'],
  ['bridge fdb add 02:00:00:00:00:01 dev vx dst 10.0.0.1', 'RTNETLINK answers: File exists'],
  ['tc qdisc add dev k0 root netem loss 30%', 'Error: Exclusivity flag on, cannot modify.'],
])('%s, twice', (line, answer) => {
  expect(answers(line, line)).toEqual(['', answer]);
});

test.each([
  ['ip route show', 'ip route show: not simulated'],
  ['ip link add x type vxlan', 'ip link add type vxlan: not simulated'],
  ['tc qdisc add dev k0 root htb', 'tc qdisc htb: not simulated'],
  ['tc qdisc add dev k0 root netem delay 10ms 2ms', 'netem jitter: not simulated'],
  ['ifconfig eth0 down', 'ifconfig: not simulated'],
])('what is not simulated is said: %s', (line, answer) => {
  expect(answers(line)).toEqual([answer]);
});

test('a route in the place of another', () => {
  const netns = plugs();
  for (const line of ['ip route add 10.9.0.0/16 via 10.1.0.9', 'ip r replace 10.9.0.0/16 via 10.1.0.7'])
    runTool(netns, line, 'user', SERVERS);
  expect(netns.fib.routes().flatMap(({ table, text }) => (table === 'main' ? [text] : []))).toEqual([
    '10.1.0.0/24 dev k0 proto kernel scope link src 10.1.0.1',
    '10.9.0.0/16 via 10.1.0.7 dev k0',
  ]);
});

test('the other plug without carrier, routes gone with the device, the connected one back with it', () => {
  const netns = plugs();
  const state = (): unknown => ({
    k1: netns.view().links.find(({ name }) => name === 'k1')?.flags,
    routes: netns.fib.routes().flatMap(({ table, text }) => (table === 'main' ? [text] : [])),
  });
  runTool(netns, 'ip route add default via 10.1.0.9', 'user', SERVERS);
  runTool(netns, 'ip link set dev k0 down', 'user', SERVERS);
  expect(state()).toEqual({ k1: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'], routes: [] });
  runTool(netns, 'ip link set dev k0 up', 'user', SERVERS);
  expect(state()).toEqual({
    k1: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    routes: ['10.1.0.0/24 dev k0 proto kernel scope link src 10.1.0.1'],
  });
});

test('netem as tc prints it', () => {
  const netns = plugs();
  const qdisc = (line: string): string | null | undefined => {
    runTool(netns, line, 'user', SERVERS);
    return netns.view().links.find(({ name }) => name === 'k0')?.qdisc;
  };
  expect([
    qdisc('tc qdisc add dev k0 root netem loss 30% delay 50ms'),
    qdisc('tc qdisc change dev k0 root netem delay 1500'),
    qdisc('tc qdisc replace dev k0 root handle 1: netem loss random 0.5%'),
    qdisc('tc qdisc del dev k0 root'),
  ]).toEqual(['netem delay 50ms loss 30%', 'netem delay 1.5ms', 'netem loss 0.5%', null]);
});

const SAYS = 'conntrack v1.4.7 (conntrack-tools): ';
const HELP = "Try `conntrack -h' or 'conntrack --help' for more information.";

/** As conntrack-tools 1.4.7 answered in a namespace of its own, its table empty. */
test.each([
  ['conntrack -D -p udp --sport 5353', `${SAYS}0 flow entries have been deleted.`],
  ['conntrack -D', `${SAYS}0 flow entries have been deleted.`],
  ['conntrack -F', `${SAYS}connection tracking table has been emptied.`],
  ['conntrack -D --sport 53', `${SAYS}unknown option \`--sport'\n${HELP}`],
  ['conntrack -D -p icmp --sport 7', `${SAYS}unknown option \`--sport'\n${HELP}`],
  ['conntrack -D -p foo', `${SAYS}\`foo' unsupported protocol\n${HELP}`],
  ['conntrack -D -p udp --sport', `${SAYS}option \`--sport' requires an argument\n${HELP}`],
  ['conntrack -D -s foo', `${SAYS}Invalid IP address \`foo'\n${HELP}`],
  ['conntrack -D foo', `${SAYS}unknown type \`foo'\n${HELP}`],
  ['conntrack -D -p udp --bogus 3', `${SAYS}unknown option \`--bogus'\n${HELP}`],
  ['conntrack -L', 'conntrack -L: not simulated'],
])('%s', (line, answer) => {
  expect(answers(line)).toEqual([answer]);
});

test('the route of an address goes behind what leads there already, and in its place with `replace` (kernel 6.18)', () => {
  const netns = plugs();
  const routes = (): readonly string[] =>
    netns.fib.routes().flatMap(({ dst, table, text }) => (table === 'main' && dst === '10.9.0.0/24' ? [text] : []));
  const run = (line: string): unknown => runTool(netns, line, 'user', SERVERS).ok;
  const [via, own] = ['10.9.0.0/24 via 10.1.0.9 dev k0', '10.9.0.0/24 dev k1 proto kernel scope link src 10.9.0.1'];
  expect([run(`ip route add ${via}`), run('ip addr add 10.9.0.1/24 dev k1'), routes()]).toEqual([true, true, [via, own]]);
  expect([run(`ip route del ${via}`), routes()]).toEqual([true, [own]]);
  expect([run(`ip route add ${via}`), run(`ip route replace ${via}`), routes()]).toEqual([false, true, [via]]);
});
