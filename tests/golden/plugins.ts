/** The recordings of one CNI plugin alone: a machine whose eth0 is a veth into a lan, and namespaces for Pods. */
import { assert, assertExists } from '../../src/lib/assert.ts';
import { cidr } from '../../src/lib/cidr.ts';
import { ip } from '../../src/lib/ip.ts';
import { ok, type Result } from '../../src/lib/result.ts';
import { createRng } from '../../src/lib/rng.ts';
import { Kernel } from '../../src/net/kernel.ts';
import { BY_TEST } from '../../src/net/testing/lab.ts';
import type { NetnsView } from '../../src/net/view.ts';
import { HostLocal } from '../../src/node/cni/host-local/host-local.ts';
import type { CniContext, CniPlugin, CniResult, PortMapping } from '../../src/node/cni/plugin.ts';
import { NS_PER_S, Sim } from '../../src/sim/sim.ts';

/** The containers' ids of the recordings, by Pod. */
const CONTAINER_IDS: Readonly<Record<string, string>> = {
  pod1: '5ea618a82d38c4b9d0322273f1b4b26ef5e41c032bad80686923e4a7b3fc8a57',
  pod2: '7279e37cebf9a9b8e62c8cb2027dc6fae0c8c275a9147ce051d1a7a8d901610c',
};

export class Rig {
  readonly kernel = new Kernel('n1', new Sim(createRng(1)), BY_TEST);

  constructor() {
    const { root } = this.kernel;
    const lan = this.kernel.addNetns('lan', BY_TEST);
    done(lan.addBridge({ name: 'br' }, BY_TEST));
    done(root.addVeth({ name: 'eth0', peer: { name: 'n1', netns: lan } }, BY_TEST));
    done(lan.setLink('n1', { up: true, master: 'br' }, BY_TEST));
    done(root.setLink('eth0', { up: true }, BY_TEST));
    done(root.addAddress('eth0', cidr('192.168.0.11/24'), {}, BY_TEST));
    done(root.addRoute({ dst: 'default', via: ip('192.168.0.100'), dev: 'eth0' }, BY_TEST));
  }

  /** A Pod's namespace, in which the plugin `loopback` has run unless it is told not to. */
  pod(
    name: string,
    {
      loopback = true,
      portMappings = [],
    }: { readonly loopback?: boolean; readonly portMappings?: readonly PortMapping[] } = {},
  ): CniContext {
    const netns = this.kernel.addNetns(name, BY_TEST);
    if (loopback) done(netns.setLink('lo', { up: true }, BY_TEST));
    const containerId = assertExists(CONTAINER_IDS[name], `no container of ${name}`);
    const bandwidth = { ingressRate: null, egressRate: null, burstBits: 0 };
    return { containerId, netns, ifName: 'eth0', portMappings, bandwidth, podNamespace: 'default', podName: name };
  }

  /** A second goes by: what was sent arrives. */
  wait(): void {
    const { sim } = this.kernel;
    sim.run({ deadline: sim.now + NS_PER_S, maxSteps: 1000 });
  }

  view(host: string): NetnsView {
    return assertExists(this.kernel.netns(host === 'n1' ? 'root' : host), `no namespace ${host}`).view();
  }
}

/** A plugin as the only one of a network's list. */
export function asNetwork(networkName: string, cmdAdd: (context: CniContext) => Result<CniResult, string>): CniPlugin {
  const nothing = (): void => undefined;
  return {
    networkName,
    ready: true,
    setupNode: nothing,
    teardownNode: nothing,
    onReadyChange: nothing,
    cmdAdd: (context) => ok(done(cmdAdd(context))),
    cmdDel: () => ok(undefined),
    cmdCheck: () => ok(undefined),
  };
}

export function hostLocal(name: string, subnet: string): HostLocal {
  const made = HostLocal.create({ name, subnet: cidr(subnet) });
  assert(made.ok, `no range ${subnet}`);
  return made.value;
}

/** What went through, or what was said. */
export function done<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }): T {
  assert(result.ok, result.ok ? '' : JSON.stringify(result.error));
  return result.value;
}
