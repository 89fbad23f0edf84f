/**
 * A command as a line of text: what the log, "what changed" and the undo button call it.
 */
import { assertNever } from '../lib/assert.ts';
import type { RuntimeName } from '../node/runtime/words.ts';
import { NS_PER_S } from '../sim/sim.ts';
import type { Command, Place, ProbeSpec, Target } from './commands.ts';
import type { Fault } from './faults/fault.ts';
import { killLine } from './kill-container.ts';
import { loadBalancerStatus } from './load-balancer.ts';

/** The line a person would have typed, where there is one. */
export function commandTitle(command: Command, runtime: RuntimeName = 'docker'): string {
  switch (command.kind) {
    case 'apply':
      return `kubectl apply -f ${command.file}`;
    case 'delete-manifest':
      return `kubectl delete -f ${command.file}`;
    case 'delete':
      return `kubectl delete ${command.object}`;
    case 'scale':
      return `kubectl scale ${command.object} --replicas=${command.replicas}`;
    case 'load-balancer':
      return `kubectl patch ${command.object} --subresource=status -p '${JSON.stringify({ status: loadBalancerStatus(command.ips) })}'`;
    case 'probe':
      return probeTitle(command.probe);
    case 'sysctl':
      return `sysctl -w ${command.name}=${command.value}`;
    case 'tool':
      return command.line;
    case 'power':
      return `${command.on ? 'power on' : 'poweroff'} ${command.node}`;
    case 'agent':
      return `systemctl ${command.running ? 'start' : 'stop'} ${command.agent === 'cni' ? 'the network daemon' : command.agent} on ${command.node}`;
    case 'kill-container':
      return killLine(command, runtime);
    case 'fault':
      return command.hidden === true ? HIDDEN_FAULT : faultTitle(command.fault);
    case 'random-fault':
      return HIDDEN_FAULT;
    case 'repair':
      return `repair fault ${command.id}`;
    case 'reveal':
      return `reveal fault ${command.id}`;
    case 'iptables':
      return `iptables ${command.args}`;
    case 'advance':
      return `sleep ${command.ns / NS_PER_S}`;
    case 'flush-conntrack':
      return 'conntrack -F';
    case 'zero-counters':
      return 'iptables -Z';
    default:
      return assertNever(command);
  }
}

/** What is said of a fault that is for others to find. */
export const HIDDEN_FAULT = 'a hidden fault';

/** `fault link-down: class2 cni0`. */
export function faultTitle({ kind, ...fields }: Fault): string {
  return `fault ${kind}: ${Object.values(fields).join(' ')}`;
}

/** `node/class to svc/web:80`; `pod/a to pod/b, 1,472 bytes`; `pod/a to svc/dns:53, from port 5353`. */
export function probeTitle(probe: ProbeSpec): string {
  const size = probe.bytes === undefined ? '' : `, ${probe.bytes.toLocaleString('en')} bytes`;
  const sport = probe.sport === undefined ? '' : `, from port ${probe.sport}`;
  return `${placeText(probe.from)} to ${targetText(probe.to)}${probe.protocol === 'icmp' ? '' : `:${probe.port}`}${sport}${size}`;
}

/** `node/class`, `pod/web`, `pod/ns/web`, `external`, `netns/class/by-hand`. */
export function placeText(place: Place): string {
  switch (place.kind) {
    case 'node':
      return `node/${place.name}`;
    case 'pod':
      return place.namespace === 'default' ? `pod/${place.name}` : `pod/${place.namespace}/${place.name}`;
    case 'external':
      return 'external';
    case 'netns':
      return `netns/${place.node}/${place.name}`;
    default:
      return assertNever(place);
  }
}

/** As a place, `svc/web`, or the address itself. */
export function targetText(target: Target): string {
  switch (target.kind) {
    case 'place':
      return placeText(target.place);
    case 'svc':
      return target.namespace === 'default' ? `svc/${target.name}` : `svc/${target.namespace}/${target.name}`;
    case 'address':
      return target.address;
    case 'name':
      return target.name;
    default:
      return assertNever(target);
  }
}
