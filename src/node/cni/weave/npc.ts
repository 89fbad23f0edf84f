/**
 * `weave-npc`, Weave Net's policy controller on one node (weave prog/weave-npc/main.go, npc/controller.go, npc/namespace.go): an IP set
 * per namespace and direction with the Pods that no policy selects, which the rules let through.
 *
 * Simplification: NetworkPolicy does not exist, so every Pod stays in the default-allow sets of its namespace; the set of all Pods of a
 * namespace, which only policies ask, is not kept.
 */
import type { Pod } from '../../../api/types/pod.ts';
import type { ApiClient } from '../../../api/watch.ts';
import type { Provenance } from '../../../lib/provenance.ts';
import type { Netns } from '../../../net/netns.ts';
import { defaultAllowSets, namespaceRules, npcRules } from './rules.ts';

export class WeaveNpc {
  readonly #root: Netns;
  readonly #api: ApiClient;
  readonly #node: string;
  readonly #namespaces = new Set<string>();
  /** Address by Pod, as it stands in the sets. */
  readonly #pods = new Map<string, string>();
  #stops: readonly (() => void)[] = [];

  constructor({ root, api, nodeName }: { readonly root: Netns; readonly api: ApiClient; readonly nodeName: string }) {
    this.#root = root;
    this.#api = api;
    this.#node = nodeName;
  }

  start(): void {
    this.#forget();
    this.#restore(npcRules(), 'createBaseRules');
    for (const { metadata } of this.#api.list('Namespace')) this.#addNamespace(metadata.name);
    for (const pod of this.#api.list('Pod')) this.#putPod(pod, { gone: false });
    this.#stops = [
      this.#api.watch('Namespace', ({ type, object }) => {
        if (type !== 'DELETED') this.#addNamespace(object.metadata.name);
      }),
      this.#api.watch('Pod', ({ type, object }) => {
        this.#putPod(object, { gone: type === 'DELETED' });
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** What an earlier one left is emptied, to be filled anew. */
  #forget(): void {
    for (const name of this.#namespaces)
      this.#ipset(
        Object.values(defaultAllowSets(name)).map((set) => `flush ${set}`),
        name,
      );
    this.#namespaces.clear();
    this.#pods.clear();
  }

  #addNamespace(name: string): void {
    if (this.#namespaces.has(name)) return;
    this.#namespaces.add(name);
    const { ingress, egress } = defaultAllowSets(name);
    this.#ipset([`create ${ingress} hash:ip comment`, `create ${egress} hash:ip comment`], name);
    this.#restore(['*filter', ...namespaceRules(name), 'COMMIT', ''].join('\n'), 'addNamespace');
  }

  #putPod({ metadata, spec, status }: Pod, { gone }: { readonly gone: boolean }): void {
    const { namespace, name } = metadata;
    const key = `${namespace}/${name}`;
    const { phase, podIP } = status;
    const over = gone || phase === 'Succeeded' || phase === 'Failed';
    const address = over || spec.hostNetwork === true ? undefined : podIP;
    const before = this.#pods.get(key);
    if (before === address) return;
    this.#addNamespace(namespace);
    const sets = Object.values(defaultAllowSets(namespace));
    if (before !== undefined)
      this.#ipset(
        sets.map((set) => `del ${set} ${before}`),
        key,
      );
    if (address !== undefined)
      this.#ipset(
        sets.map((set) => `add ${set} ${address} comment "namespace: ${namespace}, pod: ${name}"`),
        key,
      );
    if (address === undefined) this.#pods.delete(key);
    else this.#pods.set(key, address);
  }

  /** `-exist`: two Pods may have had the same address one after the other. */
  #ipset(lines: readonly string[], object: string): void {
    const by: Provenance = {
      actor: 'weave-npc',
      action: 'ipset',
      object: object.includes('/') ? `Pod ${object}` : `Namespace ${object}`,
    };
    this.#root.netfilter.ipset.restore(`${lines.join('\n')}\n`, { by, exist: true });
  }

  #restore(text: string, action: string): void {
    const by: Provenance = { actor: 'weave-npc', action, object: `Node ${this.#node}` };
    this.#root.netfilter.restore(text, { noflush: true, counters: false, by });
  }
}
