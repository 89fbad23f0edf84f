import { describe, expect, test } from 'vitest';
import { createCluster } from './cluster.ts';
import type { CommandResult } from './cluster-api.ts';
import { CLUSTER_DEFAULTS, NODE_DEFAULTS } from './scenario.ts';

const SERVICES = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: inside }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

function cluster(): ReturnType<typeof createCluster> {
  const node = { ...NODE_DEFAULTS, name: 'class', ip: '192.168.1.12', podCIDR: '10.244.0.0/24' };
  return createCluster({
    id: 'test',
    title: 'test',
    cluster: { ...CLUSTER_DEFAULTS, kubeSystem: false, nodes: [node] },
    manifests: [{ file: 'services.yaml', text: SERVICES }],
  });
}

const said = (result: CommandResult): readonly string[] =>
  result.ok ? result.messages : result.errors.map(({ message }) => message);

describe('a load balancer outside', () => {
  test('reports its addresses, and kube-proxy has rules for them', () => {
    const world = cluster();
    const rules = (): number =>
      [...(world.snapshot().nodes[0]?.root.netfilter.ruleset.filter.chains.values() ?? [])]
        .flatMap((chain) => chain.rules)
        .filter(({ text }) => text.includes('-d 192.168.1.240/32')).length;
    expect(rules()).toBe(0);
    expect(said(world.run({ kind: 'load-balancer', object: 'Service default/web', ips: ['192.168.1.240'] }))).toEqual([
      'service/web patched',
    ]);
    expect(rules()).toBe(1);
  });

  test('reports of nothing but a LoadBalancer', () => {
    const world = cluster();
    const refused = ['Service default/inside', 'Service default/none'].flatMap((object) =>
      said(world.run({ kind: 'load-balancer', object, ips: ['192.168.1.240'] })),
    );
    expect(refused).toEqual([
      'error: Service default/inside has no load balancer',
      'Error from server (NotFound): Service default/none not found',
    ]);
  });
});
