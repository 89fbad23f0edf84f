/**
 * Two nodes with one range of Pods. A Node's podCIDR is set once: so the machine is switched off, its Node deleted, registered by hand with
 * the range of another (a copied manifest does it), and the machine switched on. Its Pods come back with addresses that others have.
 *
 * What the networks' daemons do with it outlives it: the plain bridge's route to the other node takes the place of the own one, kindnetd never
 * takes a route away, flanneld forgets the way to both. So the repair gives the range back, then the other nodes their routes, and starts their daemons again.
 */
import type { Node } from '../../api/types/node.ts';
import { err, ok } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import type { RouteView } from '../../net/trace/trace.ts';
import type { Command } from '../commands.ts';
import type { WorldNode } from '../nodes.ts';
import type { World } from '../world.ts';
import type { Fault, FaultKind } from './fault.ts';
import { missingRoutes, routesWhere } from './lost-state.ts';
import { usesNodeRange } from './node-range.ts';
import { line } from './place.ts';

type OverlappingPodCidr = Extract<Fault, { kind: 'overlapping-pod-cidr' }>;

export const overlappingPodCidr: FaultKind<OverlappingPodCidr> = {
  plan(world, { node, other }) {
    const { cni } = world.spec.cluster;
    if (!usesNodeRange(cni)) return err(`${cni} does not give Pods their addresses from a Node’s podCIDR`);
    const machine = world.nodes.find(({ name }) => name === node);
    const before = world.store.get('Node', null, node);
    if (machine === undefined || before === null) return err(`nodes "${node}" not found`);
    const theirs = rangeOf(world, other);
    if (theirs === null) return err(`nodes "${other}" not found, or without podCIDR`);
    const own = before.spec.podCIDR ?? '';
    if (own === '') return err(`${node} has no podCIDR`);
    if (own === theirs) return err(`${node} has the podCIDR of ${other} already`);
    if (machine.spec.controlPlane) return err(`${node} runs the API server, which its Node is registered with`);
    if (!machine.on) return err(`${node} is off`);
    const routes = new Map(othersOf(world, node).map(({ name, kernel }) => [name, toRange(kernel.root, theirs)]));
    const repair = (): readonly Command[] => {
      const isTheirs = rangeOf(world, node) === theirs;
      const changed = othersOf(world, node).map(({ name, kernel }) =>
        waysBack(name, kernel.root, theirs, routes.get(name) ?? []),
      );
      return [
        ...changed.flatMap(({ wrong }) => wrong),
        ...(isTheirs ? registerAgain(before, own) : []),
        ...changed.flatMap(({ missing }) => missing),
        ...(isTheirs ? othersOf(world, node).flatMap(({ name, agents }) => (agents.runs('cni') ? daemonAgain(name) : [])) : []),
      ];
    };
    return ok({
      inject: registerAgain(before, theirs),
      repair,
      at: [
        { kind: 'node', node },
        { kind: 'node', node: other },
      ],
    });
  },
  candidates(world) {
    const { nodes, spec } = world;
    if (!usesNodeRange(spec.cluster.cni)) return [];
    return nodes
      .filter(({ on, spec: { controlPlane } }) => on && !controlPlane)
      .flatMap(({ name: node }) =>
        nodes
          .filter(({ name: other }) => other !== node && rangeOf(world, other) !== rangeOf(world, node))
          .map(({ name: other }) => ({ kind: 'overlapping-pod-cidr', node, other }) as const),
      );
  },
};

function rangeOf(world: World, node: string): string | null {
  return world.store.get('Node', null, node)?.spec.podCIDR ?? null;
}

function othersOf(world: World, node: string): readonly WorldNode[] {
  return world.nodes.filter(({ name, on }) => name !== node && on);
}

function toRange(root: Netns, range: string): readonly RouteView[] {
  return routesWhere(root, ({ dst }) => dst === range);
}

/** The routes to a range that were not there before, and those that were. */
function waysBack(
  node: string,
  root: Netns,
  range: string,
  before: readonly RouteView[],
): { readonly wrong: readonly Command[]; readonly missing: readonly Command[] } {
  const known = new Set(before.map(({ text }) => text));
  const wrong = toRange(root, range).filter(({ text }) => !known.has(text));
  return {
    wrong: wrong.map(({ text }) => line({ node }, `ip route del ${text}`)),
    missing: missingRoutes(root, before).map((text) => line({ node }, text)),
  };
}

function daemonAgain(node: string): readonly Command[] {
  return [false, true].map((running) => ({ kind: 'agent', node, agent: 'cni', running }) as const);
}

function registerAgain({ metadata: { name, labels }, spec: { taints } }: Node, podCIDR: string): readonly Command[] {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { podCIDR, podCIDRs: [podCIDR], ...(taints === undefined ? {} : { taints }) },
  };
  return [
    { kind: 'power', node: name, on: false },
    { kind: 'delete', object: `Node ${name}` },
    { kind: 'apply', file: `${name}.yaml`, text: JSON.stringify(node, null, 2) },
    { kind: 'power', node: name, on: true },
  ];
}
