/** A small cluster for tests of faults: two nodes, a server on each, a client on the first, Services over both, over the near one, over the client itself. */
import { assert } from '../../lib/assert.ts';
import type { ClusterApi, CommandResult, ProbeResult } from '../cluster-api.ts';
import { createCluster } from '../cluster.ts';
import type { Command, Place, ProbeSpec } from '../commands.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS, type ClusterSpec, type PresetFault } from '../scenario.ts';
import type { FaultView } from '../snapshot.ts';
import type { Fault } from './fault.ts';

function pod(name: string, node: string): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name.replace(/-.*/, '')}, name: ${name} } }
spec:
  nodeName: ${node}
  containers: [{ name: main, image: nginx:1.25, ports: [{ containerPort: 80 }] }]
`;
}

function service(name: string, selector: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { ${selector} }, ports: [{ port: 80 }] }
`;
}

const MANIFEST = [
  pod('client', 'class'),
  pod('web-near', 'class'),
  pod('web-far', 'class2'),
  service('web', 'app: web'),
  service('near-service', 'name: web-near'),
  service('self', 'name: client'),
].join('---\n');

const SERVICES: ReadonlySet<string> = new Set(['web', 'near-service', 'self']);

export interface FaultLab {
  readonly cluster: ClusterApi;
  readonly run: (command: Command) => CommandResult;
  readonly break: (fault: Fault) => void;
  readonly call: (to: string, options?: Partial<ProbeSpec>) => ProbeResult;
  readonly faults: () => readonly FaultView[];
  /** Address of a Pod. */
  readonly ip: (pod: string) => string;
}

export function faultLab(
  options: { readonly cluster?: Partial<ClusterSpec>; readonly faults?: readonly PresetFault[] } = {},
): FaultLab {
  const nodes = [
    { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', podCIDR: '10.244.0.0/24', controlPlane: true },
    { ...NODE_DEFAULTS, name: 'class2', ip: '192.168.1.8', podCIDR: '10.244.1.0/24' },
  ];
  const cluster = createCluster({
    id: 'faults',
    title: 'faults',
    cluster: { ...CLUSTER_DEFAULTS, nodes, ...options.cluster },
    manifests: [{ file: 'all.yaml', text: MANIFEST }],
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  const must = (command: Command): Extract<CommandResult, { ok: true }> => {
    const result = cluster.run(command);
    assert(result.ok, result.ok ? '' : result.errors.map(({ message }) => message).join());
    return result;
  };
  const client: Place = { kind: 'pod', namespace: 'default', name: 'client' };
  return {
    cluster,
    run: (command) => cluster.run(command),
    break: (fault) => void must({ kind: 'fault', fault }),
    call(to, spec = {}) {
      const target = SERVICES.has(to) ? ({ kind: 'svc', namespace: 'default', name: to } as const) : null;
      const address = /^\d/.test(to) ? ({ kind: 'address', address: to } as const) : null;
      const place = { kind: 'place', place: { kind: 'pod', namespace: 'default', name: to } } as const;
      const probe: ProbeSpec = { from: client, to: target ?? address ?? place, port: 80, protocol: 'tcp', ...spec };
      const { probe: result } = must({ kind: 'probe', probe });
      assert(result !== null, 'a probe has a result');
      return result;
    },
    faults: () => cluster.snapshot().faults,
    ip(name) {
      const object = cluster.snapshot().objects.get(`Pod default/${name}`)?.object;
      assert(object?.kind === 'Pod' && object.status.podIP !== undefined, name);
      return object.status.podIP;
    },
  };
}

/** The reasons packets ended for, each once. */
export function reasons({ trace }: ProbeResult): readonly string[] {
  return [...new Set(trace.packets.flatMap(({ reason }) => reason ?? []))];
}
