/**
 * The printers to the last blank, as `cat -A` showed the tools' lines of a node with flannel (iproute2 6.1.0). Whole nodes are compared in
 * tests/golden.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { assert } from '../../lib/assert.ts';
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { mac } from '../../lib/mac.ts';
import { createRng } from '../../lib/rng.ts';
import { Sim } from '../../sim/sim.ts';
import { Kernel } from '../kernel.ts';
import { BY_TEST } from '../testing/lab.ts';
import { bridgeFdb } from './bridge-fdb.ts';
import { bridgeLink } from './bridge-link.ts';
import { ipAddress, ipAddressBrief } from './ip-address.ts';
import { ipLink, ipLinkBrief } from './ip-link.ts';
import { ipNeigh } from './ip-neigh.ts';
import { ipRoute, ipRouteAll } from './ip-route.ts';

const kernel = new Kernel('n1', new Sim(createRng(1)), BY_TEST);
const { root } = kernel;
const pod = kernel.addNetns('a1', BY_TEST);

function done(result: { readonly ok: boolean }): void {
  assert(result.ok, 'the rig stands');
}

beforeAll(() => {
  const lan = kernel.addNetns('lan', BY_TEST);
  done(lan.addBridge({ name: 'br' }, BY_TEST));
  done(root.addVeth({ name: 'eth0', mac: mac('02:00:c0:a8:00:0b'), peer: { name: 'p1', netns: lan } }, BY_TEST));
  done(root.setLink('eth0', { up: true }, BY_TEST));
  done(lan.setLink('p1', { up: true }, BY_TEST));
  done(root.addAddress('eth0', cidr('192.168.0.11/24'), {}, BY_TEST));
  done(
    root.addVxlan(
      {
        name: 'flannel.1',
        id: 1,
        local: ip('192.168.0.11'),
        dev: 'eth0',
        dstport: 8472,
        learning: false,
        mac: mac('0a:f1:00:00:00:01'),
      },
      BY_TEST,
    ),
  );
  done(root.addAddress('flannel.1', cidr('10.244.0.0/32'), {}, BY_TEST));
  done(root.setLink('flannel.1', { up: true }, BY_TEST));
  done(root.addBridge({ name: 'cni0', mtu: 1450, mac: mac('d2:da:2f:e1:8e:1a') }, BY_TEST));
  done(root.setLink('cni0', { up: true }, BY_TEST));
  done(root.addAddress('cni0', cidr('10.244.0.1/24'), { broadcast: ip('10.244.0.255') }, BY_TEST));
  const ends = { mac: mac('5a:5b:de:0e:b4:2c'), mtu: 1450, qlen: 0 };
  const peer = { name: 'veth0463de47', netns: root, mac: mac('c2:7a:e3:5a:72:b3') };
  done(pod.addVeth({ name: 'eth0', ...ends, peer }, BY_TEST));
  done(root.setLink('veth0463de47', { up: true, master: 'cni0' }, BY_TEST));
  done(pod.setLink('eth0', { up: true }, BY_TEST));
  done(pod.addAddress('eth0', cidr('10.244.0.2/24'), { broadcast: ip('10.244.0.255') }, BY_TEST));
  done(root.addRoute({ dst: 'default', via: ip('192.168.0.100'), dev: 'eth0' }, BY_TEST));
  done(root.addRoute({ dst: cidr('10.244.1.0/24'), via: ip('10.244.1.0'), dev: 'flannel.1', onlink: true }, BY_TEST));
  const lladdr = mac('0a:f1:00:00:00:02');
  done(root.addNeigh({ dev: 'flannel.1', addr: ip('10.244.1.0'), lladdr, state: 'PERMANENT' }, BY_TEST));
  done(root.addFdb({ dev: 'flannel.1', mac: lladdr, dst: ip('192.168.0.12') }, BY_TEST));
});

const lines = (text: string): string => text.replace(/^\n/, '').replace(/\$$/gm, '');

describe('as the tools print it, with the end of each line shown as $', () => {
  test('ip addr show flannel.1', () => {
    expect(ipAddress(root.view(), { dev: 'flannel.1' })).toBe(
      lines(`
3: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default qlen 1000$
    link/ether 0a:f1:00:00:00:01 brd ff:ff:ff:ff:ff:ff$
    inet 10.244.0.0/32 scope global flannel.1$
       valid_lft forever preferred_lft forever$
`),
    );
  });

  test('ip addr show eth0 in the Pod: a device without a queue', () => {
    expect(ipAddress(pod.view(), { dev: 'eth0' })).toBe(
      lines(`
2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP group default $
    link/ether 5a:5b:de:0e:b4:2c brd ff:ff:ff:ff:ff:ff link-netnsid 0$
    inet 10.244.0.2/24 brd 10.244.0.255 scope global eth0$
       valid_lft forever preferred_lft forever$
`),
    );
  });

  test('ip link show: a loopback device that was never up has no qdisc', () => {
    expect(ipLink(pod.view(), { dev: 'lo' })).toBe(
      lines(`
1: lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN mode DEFAULT group default qlen 1000$
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00$
`),
    );
  });

  test('ip -br addr, ip -br link', () => {
    expect(ipAddressBrief(root.view())).toBe(
      lines(`
lo               UNKNOWN        127.0.0.1/8 $
eth0@if3         UP             192.168.0.11/24 $
flannel.1        UNKNOWN        10.244.0.0/32 $
cni0             UP             10.244.0.1/24 $
veth0463de47@if2 UP             $
`),
    );
    expect(ipLinkBrief(root.view(), { dev: 'veth0463de47' })).toBe(
      'veth0463de47@if2 UP             c2:7a:e3:5a:72:b3 <BROADCAST,MULTICAST,UP,LOWER_UP> \n',
    );
  });

  test('ip route', () => {
    expect(ipRoute(root.view())).toBe(
      lines(`
default via 192.168.0.100 dev eth0 $
10.244.0.0/24 dev cni0 proto kernel scope link src 10.244.0.1 $
10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink $
192.168.0.0/24 dev eth0 proto kernel scope link src 192.168.0.11 $
`),
    );
  });

  test('ip route show table all: the loopback prefix is local and has a broadcast address', () => {
    expect(ipRouteAll(pod.view())).not.toContain('127.');
    expect(ipRouteAll(root.view())).toContain(
      lines(`
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 $
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 $
broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1 $
`),
    );
  });

  test('ip neigh, of all devices and of one', () => {
    expect(ipNeigh(root.view())).toBe('10.244.1.0 dev flannel.1 lladdr 0a:f1:00:00:00:02 PERMANENT \n');
    expect(ipNeigh(root.view(), { dev: 'flannel.1' })).toBe('10.244.1.0 lladdr 0a:f1:00:00:00:02 PERMANENT \n');
    expect(ipNeigh(root.view(), { dev: 'cni0' })).toBe('');
  });

  test('bridge link: the number of the other end is looked up here', () => {
    expect(bridgeLink(root.view())).toBe(
      '5: veth0463de47@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 master cni0 state forwarding priority 32 cost 2 \n',
    );
  });

  test('bridge fdb show dev flannel.1, and br cni0', () => {
    expect(bridgeFdb(root.view(), { dev: 'flannel.1' })).toBe('0a:f1:00:00:00:02 dst 192.168.0.12 self permanent\n');
    expect(bridgeFdb(root.view(), { br: 'cni0' })).toBe(
      lines(`
01:00:5e:00:00:6a dev cni0 self permanent$
01:00:5e:00:00:01 dev cni0 self permanent$
d2:da:2f:e1:8e:1a dev cni0 master cni0 permanent$
c2:7a:e3:5a:72:b3 dev veth0463de47 master cni0 permanent$
01:00:5e:00:00:01 dev veth0463de47 self permanent$
`),
    );
  });
});

test('namespaces are numbered as cables are laid, the lowest free number first', () => {
  const kernel2 = new Kernel('n2', new Sim(createRng(1)), BY_TEST);
  const ids = (): readonly (number | null | undefined)[] => kernel2.root.view().links.map(({ peer }) => peer?.netnsid);
  const lay = (name: string): void => {
    const netns = kernel2.addNetns(name, BY_TEST);
    done(netns.addVeth({ name: 'eth0', peer: { name: `to-${name}`, netns: kernel2.root } }, BY_TEST));
  };
  for (const name of ['a', 'b', 'c']) lay(name);
  expect(ids()).toEqual([undefined, 0, 1, 2]);
  kernel2.deleteNetns('b', BY_TEST);
  lay('d');
  expect(ids()).toEqual([undefined, 0, 2, 1]);
});
