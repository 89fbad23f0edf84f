/**
 * Machines switched off and on. Off: agents and Pods end without a word, the kernel is gone with all it knew, the card is dead on the wire.
 * On: it boots as it did the first time, its agents start, and the kubelet makes the Pods that are still bound to it anew.
 *
 * Simplification: Pods that come back count no restart.
 */
import { err, ok, type Result } from '../lib/result.ts';
import { darkMachine, rebootMachine } from './machines.ts';
import { startNode, touchUp, type WorldNode } from './nodes.ts';
import type { World } from './world.ts';

export function setPower(world: World, name: string, on: boolean): Result<void, string> {
  const node = world.nodes.find((each) => each.name === name);
  if (node === undefined) return err(`nodes "${name}" not found`);
  if (node.on === on) return err(`${name} is ${on ? 'on' : 'off'} already`);
  return on ? switchOn(world, node) : switchOff(world, node);
}

function switchOff(world: World, node: WorldNode): Result<void, string> {
  node.agents.stop();
  const kernel = darkMachine(world.spec.cluster, world.machines, node.spec);
  world.replaceNode({ ...node, kernel, on: false });
  world.apiServer.powerOff(node.spec);
  return ok(undefined);
}

function switchOn(world: World, node: WorldNode): Result<void, string> {
  rebootMachine(world.spec.cluster, world.machines, node.spec);
  world.apiServer.powerOn(node.spec);
  const started = startNode(world, node.spec);
  world.replaceNode(started);
  world.apiServer.review();
  world.settle();
  touchUp(started);
  return ok(undefined);
}
