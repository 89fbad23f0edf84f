import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kind, KindMap, KubeObject } from '../../api/kinds.ts';
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Service } from '../../api/types/service.ts';
import type { ApiClient, WatchEvent } from '../../api/watch.ts';
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { createRng } from '../../lib/rng.ts';
import { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { NS_PER_S, Sim } from '../../sim/sim.ts';
import { kubeProxyConfig } from './config.ts';
import { endpoint, service, slice, TERMINATING, UNREADY } from './fixtures.ts';
import { KubeProxy } from './kube-proxy.ts';
import { NetnsIptablesPort } from './netns-port.ts';
import type { SyncSummary } from './proxier.ts';

const TESTER = { actor: 'user', action: 'test', object: null };

/** The part of an API server that kube-proxy sees: lists and watches, delivered as events of the simulation. */
class Api implements Pick<ApiClient, 'list' | 'watch'> {
  readonly #sim: Sim;
  readonly #objects = new Map<string, KubeObject>();
  readonly #handlers = new Map<Kind, ((event: WatchEvent) => void)[]>();

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  list<K extends Kind>(kind: K): readonly KindMap[K][] {
    return [...this.#objects.values()].filter((object): object is KindMap[K] => object.kind === kind);
  }

  watch<K extends Kind>(kind: K, handler: (event: WatchEvent<KindMap[K]>) => void): () => void {
    const handlers = this.#handlers.get(kind) ?? [];
    this.#handlers.set(kind, handlers);
    const wrapped = (event: WatchEvent): void => handler(event as WatchEvent<KindMap[K]>);
    handlers.push(wrapped);
    for (const object of this.list(kind)) this.#deliver(wrapped, { type: 'ADDED', object, old: null });
    return () => handlers.splice(handlers.indexOf(wrapped), 1);
  }

  put(object: Service | EndpointSlice): void {
    const key = `${object.kind} ${object.metadata.name}`;
    const old = this.#objects.get(key) ?? null;
    this.#objects.set(key, object);
    this.#tell({ type: old === null ? 'ADDED' : 'MODIFIED', object, old });
  }

  delete(kind: 'Service' | 'EndpointSlice', name: string): void {
    const object = this.#objects.get(`${kind} ${name}`);
    if (object === undefined) return;
    this.#objects.delete(`${kind} ${name}`);
    this.#tell({ type: 'DELETED', object, old: object });
  }

  #tell(event: WatchEvent): void {
    for (const handler of this.#handlers.get(event.object.kind) ?? []) this.#deliver(handler, event);
  }

  #deliver(handler: (event: WatchEvent) => void, event: WatchEvent): void {
    this.#sim.after(0, 'watch', () => handler(event));
  }
}

interface Lab {
  readonly sim: Sim;
  readonly api: Api;
  readonly root: Netns;
  readonly syncs: (SyncSummary & { readonly at: number })[];
  readonly errors: string[];
  /** Starts kube-proxy, and returns it. */
  readonly start: () => KubeProxy;
  /** Lets virtual time pass, in seconds. */
  readonly wait: (seconds: number) => void;
  readonly save: () => string;
}

function lab(): Lab {
  const sim = new Sim(createRng(1));
  const { root } = new Kernel('here', sim, TESTER);
  const api = new Api(sim);
  const syncs: Lab['syncs'] = [];
  const errors: string[] = [];
  const config = kubeProxyConfig({
    hostname: 'here',
    nodeIP: ip('192.168.1.12'),
    detectLocal: { mode: 'ClusterCIDR', cidr: cidr('10.244.0.0/16') },
  });
  return {
    sim,
    api,
    root,
    syncs,
    errors,
    start() {
      const port = new NetnsIptablesPort(root);
      const onSync = (summary: SyncSummary): void => void syncs.push({ ...summary, at: sim.now / NS_PER_S });
      const proxy = new KubeProxy({ api, sim, port, config, onSync, onError: (message) => errors.push(message) });
      proxy.start();
      return proxy;
    },
    wait(seconds) {
      sim.run({ deadline: sim.now + seconds * NS_PER_S, maxSteps: 100_000 });
    },
    save: () => root.netfilter.save(null, { counters: false }),
  };
}

const WEB = service('web');
const WEB_SLICE = slice('web', [endpoint('10.244.0.2')]);

describe('kube-proxy on a node', () => {
  it('[KP25] writes first when it has seen all that existed, then two in a row, then one per second', () => {
    const { api, wait, syncs, start } = lab();
    api.put(WEB);
    api.put(WEB_SLICE);
    start();
    wait(10);
    for (const last of [3, 4, 5, 6]) {
      api.put(slice('web', [endpoint(`10.244.0.${last}`)]));
      wait(0.125);
    }
    wait(10);
    expect(syncs).toEqual([
      { at: 0, full: true, services: 1, endpoints: 1 },
      { at: 10, full: false, services: 1, endpoints: 1 },
      { at: 10.125, full: false, services: 1, endpoints: 1 },
      { at: 11.125, full: false, services: 1, endpoints: 1 },
    ]);
  });

  it('[KP25] writes its frame in an empty cluster', () => {
    const { wait, syncs, start, save } = lab();
    start();
    wait(1);
    expect(syncs).toEqual([{ at: 0, full: true, services: 0, endpoints: 0 }]);
    expect(save()).toContain(':KUBE-PROXY-CANARY - [0:0]');
  });

  it('[KP16] [KP23] sets route_localnet and puts jumps in kube-proxy’s order in front of what is there', () => {
    const { wait, start, root } = lab();
    root.netfilter.command('-A FORWARD -j ACCEPT', TESTER);
    start();
    wait(1);
    expect(root.sysctl.get('net.ipv4.conf.all.route_localnet')).toBe('1');
    const forward = root.netfilter.ruleset.filter.chains.get('FORWARD')?.rules.map(({ text }) => / -j (\S+)/.exec(text)?.[1]);
    expect(forward).toEqual(['KUBE-PROXY-FIREWALL', 'KUBE-FORWARD', 'KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'ACCEPT']);
  });

  it('[KP28] sets the limits of connection tracking once, and only what differs', () => {
    const { wait, start, root, errors } = lab();
    const limits = (): readonly (string | null)[] =>
      ['max', 'tcp_timeout_established', 'tcp_timeout_close_wait', 'tcp_timeout_time_wait'].map((name) =>
        root.sysctl.get(`net.netfilter.nf_conntrack_${name}`),
      );
    expect(limits()).toEqual(['262144', '432000', '60', '120']);
    start();
    expect(limits()).toEqual(['131072', '86400', '3600', '120']);
    root.sysctl.set('net.netfilter.nf_conntrack_max', '7');
    wait(100);
    expect(limits()).toEqual(['7', '86400', '3600', '120']);
    expect(errors).toEqual([]);
  });

  it('[KP18] makes rules that know their Service', () => {
    const { api, wait, start, root } = lab();
    api.put(WEB);
    api.put(WEB_SLICE);
    start();
    wait(1);
    const makers = [...root.netfilter.ruleset.nat.chains.values()].flatMap((chain) => chain.rules.map(({ madeBy }) => madeBy));
    const objects = new Set(makers.map(({ actor, action, object }) => `${actor} ${action} ${object ?? '-'}`));
    expect([...objects].sort()).toEqual(['kube-proxy syncProxyRules -', 'kube-proxy syncProxyRules Service default/web']);
  });

  it('[KP22] changes nothing when started again, and removes what is stale', () => {
    const { api, wait, start, root, save } = lab();
    api.put(WEB);
    api.put(WEB_SLICE);
    const first = start();
    wait(1);
    first.stop();
    const before = save();
    root.netfilter.command('-t nat -N KUBE-SVC-AAAAAAAAAAAAAAAA', TESTER);
    start();
    wait(1);
    expect(save()).toBe(before);
  });

  it('[KP26] notices a flush within syncPeriod and writes everything anew', () => {
    const { api, wait, start, root, save, syncs } = lab();
    api.put(WEB);
    api.put(WEB_SLICE);
    start();
    wait(1);
    const before = save();
    for (const table of ['mangle', 'nat', 'filter']) {
      root.netfilter.command(`-t ${table} -F`, TESTER);
      root.netfilter.command(`-t ${table} -X`, TESTER);
    }
    wait(28);
    expect(syncs).toHaveLength(1);
    wait(2);
    expect(save()).toBe(before);
    expect(syncs.map(({ at, full }) => [at, full])).toEqual([
      [0, true],
      [30, true],
    ]);
  });

  it('[KP26] waits a while for a flush that has not reached all tables', () => {
    const { wait, start, root, syncs } = lab();
    start();
    wait(1);
    root.netfilter.command('-t mangle -X KUBE-PROXY-CANARY', TESTER);
    wait(33.9);
    expect(syncs).toHaveLength(1);
    wait(0.2);
    expect(syncs.map(({ at }) => at)).toEqual([0, 35]);
  });

  it('[KP20] [KP27] tells a refusal and tries again after syncPeriod, with everything', () => {
    const { api, wait, start, root, errors, syncs } = lab();
    start();
    wait(1);
    // A rule of somebody else refers to the chain, so its deletion is refused.
    api.put(WEB);
    api.put(WEB_SLICE);
    wait(1);
    root.netfilter.command('-t nat -A OUTPUT -j KUBE-SVC-CDGGSHYLG3RE2FKL', TESTER);
    api.delete('Service', 'web');
    wait(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^iptables-restore.*KUBE-SVC-CDGGSHYLG3RE2FKL/s);
    root.netfilter.command('-t nat -D OUTPUT -j KUBE-SVC-CDGGSHYLG3RE2FKL', TESTER);
    wait(31);
    expect(errors).toHaveLength(1);
    expect(syncs.map(({ full }) => full)).toEqual([true, false, true]);
    expect(root.netfilter.ruleset.nat.chains.has('KUBE-SVC-CDGGSHYLG3RE2FKL')).toBe(false);
  });

  it('[KP5] treats a Service given to another proxy as deleted', () => {
    const { api, wait, start, save } = lab();
    api.put(WEB);
    api.put(WEB_SLICE);
    start();
    wait(1);
    const before = save();
    api.put(service('web', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'mine' } }));
    wait(2);
    expect(save()).not.toContain('default/web');
    api.put(WEB);
    wait(2);
    expect(save()).toBe(before);
  });

  it('does nothing once stopped', () => {
    const { api, sim, wait, start, save } = lab();
    const proxy = start();
    wait(1);
    proxy.stop();
    const before = save();
    api.put(WEB);
    wait(100);
    expect(save()).toBe(before);
    expect(sim.nextEventAt()).toBeNull();
  });
});

const octet = fc.integer({ min: 2, max: 9 });
const somewhere = fc.constantFrom('here', 'other');
const anEndpoint = fc
  .tuple(octet, somewhere, fc.constantFrom({}, TERMINATING, UNREADY))
  .map(([last, nodeName, conditions]) => endpoint(`10.244.0.${last}`, nodeName, conditions));
const name = fc.constantFrom('a', 'b');
const policy = fc.constantFrom('Cluster', 'Local');

const aService = fc
  .record({
    name,
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
    internalTrafficPolicy: policy,
    externalTrafficPolicy: policy,
    sessionAffinity: fc.constantFrom('None', 'ClientIP'),
    protocol: fc.constantFrom('TCP', 'UDP'),
    ranges: fc.constantFrom([], ['192.168.1.0/24'], ['203.0.113.0/24']),
    external: fc.boolean(),
  })
  .map(({ name: of, type, protocol, ranges, external, ...spec }) => {
    const index = 'ab'.indexOf(of);
    const port = { name: 'http', protocol, port: 80, targetPort: 8080 } as const;
    const nodePort = type === 'ClusterIP' ? {} : { nodePort: 30000 + index };
    return service(
      of,
      {
        ...spec,
        type,
        clusterIP: `10.96.0.${index + 1}`,
        ports: [{ ...port, ...nodePort }],
        loadBalancerSourceRanges: ranges,
        externalIPs: external ? ['198.51.100.7'] : [],
      },
      { status: type === 'LoadBalancer' ? { loadBalancer: { ingress: [{ ip: `203.0.113.${index + 1}` }] } } : {} },
    );
  });

const aSlice = fc
  .tuple(
    name,
    fc.constantFrom('1', '2'),
    fc.subarray(['TCP', 'UDP'] as const, { minLength: 1 }),
    fc.array(anEndpoint, { maxLength: 4 }),
  )
  .map(([of, which, protocols, endpoints]) => {
    const made = slice(of, endpoints, { ports: protocols.map((protocol) => ({ name: 'http', protocol, port: 8080 })) });
    return { ...made, metadata: { ...made.metadata, name: `${of}-${which}` } };
  });

type Act =
  | { readonly put: Service | EndpointSlice }
  | { readonly delete: readonly ['Service' | 'EndpointSlice', string] }
  | { readonly wait: number };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    aService.map((put) => ({ put })),
    aSlice.map((put) => ({ put })),
    name.map((of) => ({ delete: ['Service', of] as const })),
    fc.tuple(name, fc.constantFrom('1', '2')).map(([of, which]) => ({ delete: ['EndpointSlice', `${of}-${which}`] as const })),
    fc.constantFrom(0.25, 3).map((wait) => ({ wait })),
    fc.constant({ wait: 3 }),
  ),
  { minLength: 10, maxLength: 40 },
);

/** Rules of each chain; in those filled in no order of their own, sorted. */
function ruleset(saved: string): Readonly<Record<string, readonly string[]>> {
  const chains: Record<string, string[]> = {};
  for (const section of saved.split('COMMIT')) {
    const [table = ''] = section.trim().split('\n');
    for (const line of section.trim().split('\n').slice(1)) {
      const chain = `${table} ${line.startsWith(':') ? (line.slice(1).split(' ')[0] ?? '') : (line.split(' ')[1] ?? '')}`;
      (chains[chain] ??= []).push(line);
    }
  }
  const unordered = /KUBE-(SERVICES|NODEPORTS|EXTERNAL-SERVICES|PROXY-FIREWALL)$/;
  return Object.fromEntries(
    Object.entries(chains).map(([chain, lines]) => [chain, unordered.test(chain) ? lines.sort() : lines]),
  );
}

describe('[KP22] whatever happened', () => {
  it('the rules are those of a proxy that saw only the end', () => {
    fc.assert(
      fc.property(acts, (sequence) => {
        const { api, wait, start, save, errors, syncs } = lab();
        start();
        for (const act of sequence) {
          if ('put' in act) api.put(act.put);
          else if ('delete' in act) api.delete(...act.delete);
          else wait(act.wait);
        }
        wait(5);
        const fresh = lab();
        for (const kind of ['Service', 'EndpointSlice'] as const) for (const object of api.list(kind)) fresh.api.put(object);
        fresh.start();
        fresh.wait(5);
        expect(errors).toEqual([]);
        expect(ruleset(save())).toEqual(ruleset(fresh.save()));
        const counts = [syncs, fresh.syncs].map((all) => ({ ...all.at(-1), at: 0, full: true }));
        expect(counts[0]).toEqual(counts[1]);
        // And once more over its own rules.
        start();
        wait(5);
        expect(ruleset(save())).toEqual(ruleset(fresh.save()));
      }),
      { numRuns: 150 },
    );
  });
});
