/** Finds what a fault names, and writes the command lines that change it. */
import { err, ok, type Result } from '../../lib/result.ts';
import type { NetDevice } from '../../net/dev/device.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import type { Command } from '../commands.ts';
import type { Ref } from '../snapshot.ts';
import { hostsOf } from '../machines.ts';
import type { World } from '../world.ts';

export interface NetnsName {
  readonly node: string;
  readonly netns?: string;
}

export interface DeviceName extends NetnsName {
  readonly dev: string;
}

/** A node's kernel, the router's or the outside host's. */
export function kernelOf({ machines }: World, name: string): Kernel | undefined {
  return machines.nodes.get(name) ?? hostsOf(machines).find((host) => host.name === name);
}

export function findNetns(world: World, { node, netns = 'root' }: NetnsName): Result<Netns, string> {
  const kernel = kernelOf(world, node);
  if (kernel === undefined) return err(`nodes "${node}" not found`);
  const found = kernel.netns(netns);
  return found === undefined ? err(`Cannot open network namespace "${netns}": No such file or directory`) : ok(found);
}

export function findDevice(world: World, name: DeviceName): Result<NetDevice, string> {
  const netns = findNetns(world, name);
  if (!netns.ok) return netns;
  const dev = netns.value.link(name.dev);
  return dev === undefined ? err(`Cannot find device "${name.dev}"`) : ok(dev);
}

/** The device as it is now, null when it is gone. */
export function deviceNow(world: World, name: DeviceName): NetDevice | null {
  const found = findDevice(world, name);
  return found.ok ? found.value : null;
}

/** A command line in that namespace. */
export function line({ node, netns = 'root' }: NetnsName, text: string): Command {
  return { kind: 'tool', node, netns, line: text };
}

export function linkRef({ node, netns = 'root', dev }: DeviceName): Ref {
  return { kind: 'link', node, netns, name: dev };
}

export function netnsRef({ node, netns = 'root' }: NetnsName): Ref {
  return { kind: 'netns', node, netns };
}

/** Nodes by name with their root namespaces. */
export function rootsOf({ machines }: World): readonly { readonly node: string; readonly root: Netns }[] {
  return [...machines.nodes].map(([node, { root }]) => ({ node, root }));
}
