/**
 * Who owns an address or a device, in the words of the recordings: `node:class/eth0`, `pod:web-a/eth0`, `veth(web-a)`.
 */
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { NetnsView } from '../../net/view.ts';

export interface Owners {
  /** `node:class`, `pod:web-a`, `external` of a machine's namespace. */
  at(node: string, netns: string): string;
  /** The device's name; `veth(POD)` for the node's end of a Pod's pair. */
  dev(node: string, netns: string, dev: string): string;
  /** Who has a link address; the address itself where nobody has. */
  mac(address: string): string;
}

export function ownersOf(snapshot: ClusterSnapshot): Owners {
  const devices = new Map<string, string>();
  const macs = new Map<string, string>();
  const places = new Map<string, string>();
  const add = (at: string, view: NetnsView): void => {
    places.set(`${view.node} ${view.name}`, at);
    for (const link of view.links) {
      const name =
        link.peer !== null && link.peer.netns !== 'root' && view.name === 'root'
          ? `veth(${podName(link.peer.netns)})`
          : link.name;
      devices.set(`${view.node} ${view.name} ${link.name}`, name);
      // An address that several devices have tells nobody: Calico gives one to every node end.
      if (link.kind !== 'loopback') macs.set(link.mac, macs.has(link.mac) ? link.mac : `${at}/${name}`);
    }
  };
  for (const node of snapshot.nodes) {
    add(`node:${node.name}`, node.root);
    for (const [name, view] of node.podNetns) add(`pod:${podName(name)}`, view);
  }
  for (const host of snapshot.hosts) add(host.name, host.root);
  return {
    at: (node, netns) => places.get(`${node} ${netns}`) ?? `${node} ${netns}`,
    dev: (node, netns, dev) => devices.get(`${node} ${netns} ${dev}`) ?? dev,
    mac: (address) => macs.get(address) ?? address,
  };
}

/** `web-a` of `default/web-a`; other namespaces keep theirs. */
function podName(netns: string): string {
  return netns.startsWith('default/') ? netns.slice('default/'.length) : netns;
}
