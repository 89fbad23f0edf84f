/** Open vSwitch's own door to the kernel: datapaths and their ports (net/openvswitch/datapath.c; `ovs-dpctl add-dp`, `add-if`). */
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../netns.ts';
import { Datapath, TunnelPort } from './datapath.ts';

type Done = Result<void, string>;

export function addDatapath(netns: Netns, spec: { readonly name: string; readonly mtu: number }, by: Provenance): Done {
  const free = netns.checkName(spec.name);
  if (!free.ok) return free;
  netns.register(new Datapath({ ...spec, netns, mac: netns.kernel.newMac(), madeBy: by }));
  return ok(undefined);
}

/** A VXLAN port for all remotes, up from the start. */
export function addTunnelPort(
  netns: Netns,
  datapath: string,
  spec: { readonly name: string; readonly dstport: number; readonly mtu: number },
  by: Provenance,
): Done {
  const free = netns.checkName(spec.name);
  if (!free.ok) return free;
  netns.register(new TunnelPort({ ...spec, netns, mac: netns.kernel.newMac(), madeBy: by }));
  const plugged = addDatapathPort(netns, datapath, spec.name);
  return plugged.ok ? netns.setLink(spec.name, { up: true }, by) : plugged;
}

/** Plugs a device into a datapath. */
export function addDatapathPort(netns: Netns, name: string, port: string): Done {
  const datapath = netns.link(name);
  const dev = netns.link(port);
  if (!(datapath instanceof Datapath)) return err(`Cannot find device "${name}"`);
  if (dev === undefined) return err(`Cannot find device "${port}"`);
  if (dev.master !== null) return err('RTNETLINK answers: Device or resource busy');
  datapath.addPort(dev);
  netns.touch();
  return ok(undefined);
}
