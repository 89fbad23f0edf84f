/**
 * A UDP client that keeps its port (a resolver, syslog, SIP), and a back end that is gone. Each datagram keeps the conntrack entry alive, a
 * packet of a known flow asks no rule, so the client is sent to the address of a Pod that was deleted.
 *
 * kube-proxy deletes such entries when an endpoint goes (pkg/proxy/conntrack cleanup.go CleanStaleEntries); so what makes them stay is
 * that it did not run on the client's node when the Pod was deleted. Started again, it deletes them; `conntrack -D` does, too.
 */
import { assertExists } from '../../lib/assert.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Conn } from '../../net/netfilter/conntrack-types.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Command, ProbeSpec } from '../commands.ts';
import type { World } from '../world.ts';
import type { Fault, FaultKind } from './fault.ts';
import { KEPT_PORT } from './kept-port.ts';
import { kernelOf, line } from './place.ts';

type StaleConntrack = Extract<Fault, { kind: 'stale-conntrack' }>;

/** Of whom a random fault may choose: who sends the calls it is measured by. */
const MOST_CLIENTS = 3;

export const staleConntrack: FaultKind<StaleConntrack> = {
  plan(world, fault) {
    const call = callOf(world, fault);
    if (!call.ok) return call;
    const { client, node, probe } = call.value;
    if (world.nodes.every(({ name, on, agents }) => name !== node || !on || !agents.runs('kube-proxy')))
      return err(`kube-proxy does not run on ${node}`);
    const flow = chosenFlow(world, node, fault, call.value);
    if (flow === null) return err(`${fault.service} does not answer port ${fault.sport} of ${fault.pod}`);
    const backend = podOf(world, flow.reply.src);
    if (backend === null) return err(`${flow.reply.src} is no Pod’s own address`);
    const { name, namespace, ownerReferences = [] } = backend.metadata;
    if (!ownerReferences.some(({ controller }) => controller === true))
      return err(`${namespace}/${name} would not come back: no controller made it`);
    const isStopped = (): boolean =>
      world.nodes.some((each) => each.name === node && each.on && !each.agents.runs('kube-proxy'));
    const repair = (): readonly Command[] => {
      // Old rules name the one that is gone as long as kube-proxy has not written them anew.
      if (isStopped() && isNamed(world, node, flow.reply.src))
        return [{ kind: 'agent', node, agent: 'kube-proxy', running: true }];
      const left = flowsOf(world, node, fault.sport, call.value).some(({ reply }) => reply.src === flow.reply.src);
      const of = `--orig-src ${client} --orig-port-src ${fault.sport} --reply-src ${flow.reply.src}`;
      return left && podOf(world, flow.reply.src) === null ? [line({ node }, `conntrack -D -p udp ${of}`)] : [];
    };
    return ok({
      inject: [
        { kind: 'probe', probe },
        { kind: 'agent', node, agent: 'kube-proxy', running: false },
        { kind: 'delete', object: `Pod ${namespace}/${name}` },
      ],
      repair,
      at: [
        { kind: 'object', key: `Pod ${fault.pod}` },
        { kind: 'object', key: `Service ${fault.service}` },
        { kind: 'node', node },
      ],
    });
  },
  /** Some of the user's own Pods as clients of every UDP Service of the user's. */
  candidates(world) {
    const services = world.store
      .list('Service')
      .filter(({ metadata, spec }) => !isSystem(metadata) && (spec.ports ?? []).some(({ protocol }) => protocol === 'UDP'));
    const clients = world.store.list('Pod').filter(({ metadata, spec, status }) => {
      return !isSystem(metadata) && spec.hostNetwork !== true && status.podIP !== undefined;
    });
    return clients.slice(0, MOST_CLIENTS).flatMap((pod) =>
      services.map((service): StaleConntrack => {
        return { kind: 'stale-conntrack', pod: keyOf(pod), service: keyOf(service), sport: KEPT_PORT };
      }),
    );
  },
};

interface Call {
  /** The client's address. */
  readonly client: string;
  readonly node: string;
  readonly clusterIP: string;
  readonly port: number;
  readonly probe: ProbeSpec;
}

function callOf(world: World, { pod, service, sport }: StaleConntrack): Result<Call, string> {
  const [from, to] = [placeOf(pod), placeOf(service)];
  const client = world.store.get('Pod', from.namespace, from.name);
  if (client === null) return err(`pods "${from.name}" not found`);
  const { podIP } = client.status;
  const node = client.spec.nodeName;
  if (podIP === undefined || node === undefined || client.spec.hostNetwork === true)
    return err(`${pod} has no network namespace of its own`);
  const called = world.store.get('Service', to.namespace, to.name);
  if (called === null) return err(`services "${to.name}" not found`);
  const { clusterIP = '', ports = [] } = called.spec;
  const port = ports.find(({ protocol }) => protocol === 'UDP')?.port;
  if (port === undefined) return err(`${service} has no port for UDP`);
  const probe: ProbeSpec = { from: { kind: 'pod', ...from }, to: { kind: 'svc', ...to }, port, protocol: 'udp', sport };
  return ok({ client: podIP, node, clusterIP, port, probe });
}

/** The entry that the call makes or finds, null where nobody answers it: it is rehearsed, and rolled back. */
function chosenFlow(world: World, node: string, { sport }: StaleConntrack, call: Call): Conn | null {
  const flows: Conn[] = [];
  const result = world.rehearsal(call.probe, () => {
    flows.push(...flowsOf(world, node, sport, call));
  })?.();
  return result?.outcome === 'reply' ? (flows[0] ?? null) : null;
}

/** Entries on the client's node of the call from that port. */
function flowsOf(world: World, node: string, sport: number, { client, clusterIP, port }: Call): readonly Conn[] {
  const { root } = assertExists(kernelOf(world, node), `node ${node}`);
  return root.netfilter.conntrack
    .list()
    .filter(
      ({ original, dstNat }) =>
        dstNat &&
        original.protocol === 'udp' &&
        original.src === client &&
        original.sport === sport &&
        original.dst === clusterIP &&
        original.dport === port,
    );
}

/** Whose own address it is, null when nobody's. */
function podOf(world: World, address: string): Pod | null {
  return world.store.list('Pod').find(({ spec, status }) => spec.hostNetwork !== true && status.podIP === address) ?? null;
}

function isNamed(world: World, node: string, address: string): boolean {
  const { nat } = assertExists(kernelOf(world, node), `node ${node}`).root.netfilter.ruleset;
  return [...nat.chains.values()].some(({ rules }) => rules.some(({ text }) => text.includes(`--to-destination ${address}:`)));
}

function isSystem({ namespace }: { readonly namespace: string }): boolean {
  return /^(kube-|local-path-storage$)/.test(namespace);
}

function placeOf(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

function keyOf({ metadata }: { readonly metadata: { readonly namespace: string; readonly name: string } }): string {
  return `${metadata.namespace}/${metadata.name}`;
}
