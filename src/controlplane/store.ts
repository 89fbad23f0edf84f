/**
 * The API server's store: every object, its revisions, and the verbs that change it (apiserver registry/generic/registry
 * store.go). Defaulting, admission, allocation and validation happen here, in the API server's order and words.
 *
 * Objects are deep-frozen and replaced as a whole; parts that did not change keep their identity. A write that changes nothing
 * has no revision and no watch event. `kubectl get … -o yaml` shows what `get` returns, without managedFields.
 * Simplification: no authentication, quota or webhooks; one API version per kind; finalizers other than a Namespace's are honoured but nobody removes them.
 */
import { setDefaults } from '../api/defaults/defaults.ts';
import { required } from '../api/field-error.ts';
import { deepFreeze, draftOf, shareStructure, type Draft } from '../api/json.ts';
import { keyOf, KINDS, objectKey, type Kind, type KindMap, type KubeObject } from '../api/kinds.ts';
import {
  alreadyExists,
  conflict,
  forbiddenStatus,
  invalidStatus,
  modifiedConflict,
  notFoundStatus,
  type ApiStatus,
} from '../api/status.ts';
import { DEFAULT_EPOCH, formatTime } from '../api/time.ts';
import type { ObjectMeta } from '../api/types/meta.ts';
import { validateObject, validateObjectUpdate } from '../api/validation/validation.ts';
import type { ApiClient, DeleteOptions, ListOptions, ObjectInput, WatchEvent, WriteResult } from '../api/watch.ts';
import { assert } from '../lib/assert.ts';
import { cidr, type Cidr } from '../lib/cidr.ts';
import { err, ok } from '../lib/result.ts';
import { NS_PER_S, type Instant, type Sim } from '../sim/sim.ts';
import { fieldsOf, labelsOf } from './list-options.ts';
import { isFinalized, keepServerFields, merged, uidPrecondition, withGeneration } from './object-meta.ts';
import { gracePeriodOf, type Removal } from './deletion.ts';
import { IdentitySource } from './identity.ts';
import { NodeLeases } from './node-leases.ts';
import { Origins, type ManifestSource, type ObjectOrigin } from './origins.ts';
import { DEFAULT_NODE_PORTS, ServiceAllocator, type PortRange } from './service-allocator.ts';
import { prepareForCreate, prepareForUpdate } from './strategy.ts';
import { Tables } from './tables.ts';
import { WatchHub, type Watch } from './watch-hub.ts';

export interface StoreOptions {
  readonly sim: Sim;
  /** kube-apiserver --service-cluster-ip-range; 10.96.0.0/12 when absent. */
  readonly serviceCIDR?: Cidr;
  /** kube-apiserver --service-node-port-range; 30000-32767 when absent. */
  readonly nodePorts?: PortRange;
  /** Wall clock at virtual time 0, RFC 3339. */
  readonly epoch?: string;
}

/** Reads objects: the store's as they are, or a copy's as they were. */
export type ObjectReader = Pick<ApiClient, 'get' | 'list'>;

function read<K extends Kind>(tables: Tables, kind: K, namespace: string | null, name: string): KindMap[K] | null {
  return tables.of(kind).get(KINDS[kind].namespaced ? namespace : null, name);
}

function listed<K extends Kind>(tables: Tables, kind: K, options: ListOptions = {}): readonly KindMap[K][] {
  return tables.of(kind).list({
    namespace: KINDS[kind].namespaced ? (options.namespace ?? null) : null,
    labels: labelsOf(options),
    fields: fieldsOf(options),
    ownerUid: options.ownerUid ?? null,
  });
}

/** Namespaces every cluster has. */
const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

export class ApiStore {
  readonly sim: Sim;
  readonly epoch: string;
  readonly #tables: Tables;
  readonly #allocator: ServiceAllocator;
  readonly #identity: IdentitySource;
  readonly #hub: WatchHub;
  readonly #origins = new Origins();
  readonly #leases = new NodeLeases();
  #revision = 0;

  constructor(options: StoreOptions) {
    this.sim = options.sim;
    this.epoch = options.epoch ?? DEFAULT_EPOCH;
    this.#allocator = new ServiceAllocator({
      serviceCIDR: options.serviceCIDR ?? cidr('10.96.0.0/12'),
      nodePorts: options.nodePorts ?? DEFAULT_NODE_PORTS,
    });
    this.#tables = new Tables(this.#allocator);
    this.#identity = new IdentitySource(options.sim.rng);
    this.#hub = new WatchHub(options.sim);
    for (const name of SYSTEM_NAMESPACES) {
      const made = this.create('kube-apiserver', 'Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      assert(made.ok, `namespace ${name}`);
    }
  }

  get serviceCIDR(): Cidr {
    return this.#allocator.serviceCIDR;
  }

  get nodePorts(): PortRange {
    return this.#allocator.nodePorts;
  }

  /** The revision of the last write. */
  get revision(): number {
    return this.#revision;
  }

  /** Now as API time. */
  timestamp(): string {
    return formatTime(this.epoch, this.sim.now);
  }

  get<K extends Kind>(kind: K, namespace: string | null, name: string): KindMap[K] | null {
    return read(this.#tables, kind, namespace, name);
  }

  list<K extends Kind>(kind: K, options: ListOptions = {}): readonly KindMap[K][] {
    return listed(this.#tables, kind, options);
  }

  /** Every object of every kind, each kind in the order of creation. */
  objects(): IterableIterator<KubeObject> {
    return this.#tables.every();
  }

  /** The object `Kind namespace/name` or `Kind name`, or null. */
  byKey(key: string): KubeObject | null {
    const [kind, name] = key.split(' ');
    if (kind === undefined || name === undefined || !(kind in KINDS)) return null;
    const slash = name.indexOf('/');
    return this.get(kind as Kind, slash < 0 ? null : name.slice(0, slash), name.slice(slash + 1));
  }

  /** Who made the object and which manifest line it comes from; null for unknown keys. */
  origin(key: string): ObjectOrigin | null {
    return this.#origins.get(key);
  }

  /** Notes that the object was applied from a manifest. */
  recordSource(key: string, source: ManifestSource): void {
    this.#origins.applied(key, source);
  }

  /** Tells what exists, if `admits`, and what changes from now on while it does. */
  watch<K extends Kind>(
    by: string,
    kind: K,
    handler: (event: WatchEvent<KindMap[K]>) => void,
    admits: () => boolean = () => true,
  ): Watch<KindMap[K]> {
    return this.#hub.watch(by, kind, admits() ? this.#tables.of(kind).all() : [], handler, admits);
  }

  /** Everything as it is now, to be read later. */
  copy(): ObjectReader {
    const tables = this.#tables.copy();
    return {
      get: (kind, namespace, name) => read(tables, kind, namespace, name),
      list: (kind, options) => listed(tables, kind, options),
    };
  }

  create<K extends Kind>(by: string, kind: K, input: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]> {
    const draft = draftOf(input) as unknown as Draft<KindMap[K]>;
    const meta: Draft<ObjectMeta> = (draft.metadata ??= {});
    const refused = this.#admitName(kind, meta);
    if (refused !== null) return err(refused);
    const name = meta.name ?? '';
    this.#newMeta(kind, meta);
    setDefaults(kind, draft);
    const allocation = prepareForCreate(kind, draft, { allocator: this.#allocator, identity: this.#identity });
    const errors = merged(validateObject(kind, draft as unknown as KindMap[K]), allocation);
    if (errors.length > 0) return err(invalidStatus(kind, name, errors));
    const object = this.#commit(kind, draft as unknown as KindMap[K], null);
    this.#origins.created(keyOf(object), by);
    return ok(object);
  }

  /** Namespace checks, generateName and the clash with an existing object. */
  #admitName(kind: Kind, meta: Draft<ObjectMeta>): ApiStatus | null {
    if (KINDS[kind].namespaced) meta.namespace ??= 'default';
    else delete meta.namespace;
    const { namespace } = meta;
    if ((meta.name ?? '') === '' && (meta.generateName ?? '') !== '') {
      meta.name = this.#identity.generateName(`${kind} ${namespace ?? ''}`, meta.generateName ?? '');
    }
    const name = meta.name ?? '';
    if (name === '') return invalidStatus(kind, '', [required('metadata.name', 'name or generateName is required')]);
    if (namespace !== undefined) {
      const home = this.get('Namespace', null, namespace);
      if (home === null) return notFoundStatus('Namespace', namespace);
      if (home.metadata.deletionTimestamp !== undefined) {
        return forbiddenStatus(
          kind,
          name,
          `unable to create new content in namespace ${namespace} because it is being terminated`,
        );
      }
    }
    return this.get(kind, namespace ?? null, name) === null ? null : alreadyExists(kind, name);
  }

  #newMeta(kind: Kind, meta: Draft<ObjectMeta>): void {
    delete meta.deletionTimestamp;
    delete meta.deletionGracePeriodSeconds;
    delete meta.generation;
    meta.uid = this.#identity.uid(objectKey(kind, meta.namespace ?? null, meta.name ?? ''));
    meta.creationTimestamp = this.timestamp();
    if (KINDS[kind].hasGeneration) meta.generation = 1;
  }

  /** Replaces all but status. */
  update<K extends Kind>(by: string, kind: K, input: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]> {
    const found = this.#forUpdate(kind, input);
    if (!found.ok) return found;
    const old = found.value;
    const draft = draftOf(input) as unknown as Draft<KindMap[K]>;
    keepServerFields(draft, old);
    if ('status' in old) Object.assign(draft, { status: draftOf(old.status) });
    setDefaults(kind, draft);
    const allocation = prepareForUpdate(kind, draft, old, { allocator: this.#allocator, identity: this.#identity });
    const next = draft as unknown as KindMap[K];
    const errors = merged([...validateObject(kind, next), ...validateObjectUpdate(kind, next, old)], allocation);
    if (errors.length > 0) return err(invalidStatus(kind, old.metadata.name, errors));
    return ok(this.#replace(by, kind, next, old));
  }

  /** Replaces status alone. */
  updateStatus<K extends Kind>(kind: K, input: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]> {
    const found = this.#forUpdate(kind, input);
    if (!found.ok) return found;
    assert(KINDS[kind].hasStatus && 'status' in input, `${kind} has no status`);
    // A Deployment's revision is written with its status, so that it does not count as a change of what is wanted.
    const { annotations } = kind === 'Deployment' ? input.metadata : found.value.metadata;
    const metadata = { ...found.value.metadata, annotations };
    return ok(
      this.#write(
        null,
        kind,
        shareStructure(found.value, { ...found.value, metadata, status: draftOf(input.status) }),
        found.value,
      ),
    );
  }

  #forUpdate<K extends Kind>(kind: K, input: ObjectInput<KindMap[K]>): WriteResult<KindMap[K]> {
    const meta: Draft<ObjectMeta> = input.metadata as Draft<ObjectMeta>;
    const name = meta.name ?? '';
    const old = this.get(kind, meta.namespace ?? 'default', name);
    if (old === null) return err(notFoundStatus(kind, name));
    if (meta.uid !== undefined && meta.uid !== old.metadata.uid)
      return err(conflict(kind, name, uidPrecondition(meta.uid, old.metadata.uid)));
    if (meta.resourceVersion !== undefined && meta.resourceVersion !== old.metadata.resourceVersion)
      return err(modifiedConflict(kind, name));
    return ok(old);
  }

  #replace<K extends Kind>(by: string, kind: K, next: KindMap[K], old: KindMap[K]): KindMap[K] {
    const shared = shareStructure(old, next);
    return this.#write(by, kind, shared === old ? old : withGeneration(kind, shared, old), old);
  }

  /** `by` null: a report on the object, which does not make its writer an author. */
  #write<K extends Kind>(by: string | null, kind: K, next: KindMap[K], old: KindMap[K]): KindMap[K] {
    if (next === old) return old;
    const written = this.#commit(kind, next, old);
    if (by !== null) this.#origins.changed(keyOf(written), by);
    if (isFinalized(written)) this.#remove(kind, written);
    return written;
  }

  /** The Pod's binding subresource: assigns it to a node, once. */
  bind(by: string, namespace: string, podName: string, nodeName: string): WriteResult<KindMap['Pod']> {
    const pod = this.get('Pod', namespace, podName);
    if (pod === null) return err(notFoundStatus('Pod', podName));
    if (pod.metadata.deletionTimestamp !== undefined)
      return err(conflict('Pod', podName, `pod ${podName} is being deleted, cannot be assigned to a host`));
    const assigned = pod.spec.nodeName ?? '';
    if (assigned !== '') return err(conflict('Pod', podName, `pod ${podName} is already assigned to node "${assigned}"`));
    const scheduled = { type: 'PodScheduled', status: 'True' as const, lastTransitionTime: this.timestamp() };
    const conditions = [...(pod.status.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled'), scheduled];
    return ok(
      this.#replace(by, 'Pod', { ...pod, spec: { ...pod.spec, nodeName }, status: { ...pod.status, conditions } }, pod),
    );
  }

  delete<K extends Kind>(
    by: string,
    kind: K,
    namespace: string | null,
    name: string,
    options: DeleteOptions = {},
  ): WriteResult<KindMap[K]> {
    const object = this.get(kind, namespace, name);
    if (object === null) return err(notFoundStatus(kind, name));
    if (options.uid !== undefined && options.uid !== object.metadata.uid) {
      return err(conflict(kind, name, uidPrecondition(options.uid, object.metadata.uid)));
    }
    const removal = gracePeriodOf(object, options);
    if ('refused' in removal) return err(forbiddenStatus(kind, name, removal.refused));
    if (options.propagationPolicy === 'Orphan') this.#orphanDependents(by, object);
    return ok(this.#delete(by, kind, object, removal));
  }

  #delete<K extends Kind>(by: string, kind: K, object: KindMap[K], removal: Removal): KindMap[K] {
    if (removal.seconds === null) return object;
    if (removal.seconds === 0 && !removal.waits) {
      this.#remove(kind, object);
      return object;
    }
    const metadata = {
      ...object.metadata,
      deletionTimestamp: formatTime(this.epoch, this.sim.now + removal.seconds * NS_PER_S),
      deletionGracePeriodSeconds: removal.seconds,
      ...(object.metadata.generation === undefined ? {} : { generation: object.metadata.generation + 1 }),
    };
    const phase = kind === 'Namespace' ? { status: { phase: 'Terminating' } } : {};
    return this.#replace(by, kind, { ...object, metadata, ...phase }, object);
  }

  /** The Namespace's finalize subresource: its content is gone, so it goes too. */
  finalizeNamespace(name: string): void {
    const namespace = this.get('Namespace', null, name);
    if (namespace?.metadata.deletionTimestamp !== undefined) this.#remove('Namespace', namespace);
  }

  #orphanDependents(by: string, owner: KubeObject): void {
    for (const object of [...this.objects()]) {
      const kept = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
      if (kept.length === (object.metadata.ownerReferences ?? []).length) continue;
      const { ownerReferences: _, ...metadata } = object.metadata;
      const orphan = {
        ...object,
        metadata: kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept },
      } as KubeObject;
      this.#replace(by, object.kind, orphan, object);
    }
  }

  #commit<K extends Kind>(kind: K, object: KindMap[K], old: KindMap[K] | null): KindMap[K] {
    const resourceVersion = String(++this.#revision);
    const written = deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion } });
    this.#tables.put(kind, written);
    this.#hub.notify({ type: old === null ? 'ADDED' : 'MODIFIED', object: written, old });
    return written;
  }

  #remove<K extends Kind>(kind: K, object: KindMap[K]): void {
    this.#revision++;
    this.#tables.remove(kind, object);
    this.#origins.removed(keyOf(object));
    this.#hub.notify({ type: 'DELETED', object, old: object });
  }

  /** Runs `work` and takes back everything it wrote; nobody is told. */
  dryRun<T>(work: () => T): T {
    const restore = this.checkpoint();
    const result = this.#hub.muted(work);
    restore();
    return result;
  }

  renewLease(node: string): void {
    this.#leases.renew(node, this.sim.now);
  }

  leaseRenewedAt(node: string): Instant | null {
    return this.#leases.renewedAt(node);
  }

  /** Takes the store's state; the returned function puts it back. Deliveries under way belong to the clock. */
  checkpoint(): () => void {
    const revision = this.#revision;
    const restores = [this.#tables, this.#identity, this.#origins, this.#leases, this.#hub].map((part) => part.checkpoint());
    return () => {
      this.#revision = revision;
      for (const restore of restores) restore();
    };
  }
}
