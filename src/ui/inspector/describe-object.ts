/** Describes API objects as `kubectl get … -o wide` and `kubectl describe` show them. */
import type { ClusterSnapshot, NodeView, ObjectView, Ref } from '../../cluster/snapshot.ts';
import type { KubeObject, LinkView } from '../store/views.ts';
import { described, fact, facts, type Description, type Fact, type FactList, type Part } from './description.ts';
import { resolvConfList } from './describe-place.ts';
import { objectIcon } from './icons.ts';

type Kinded<K extends KubeObject['kind']> = Extract<KubeObject, { kind: K }>;

export function describeObject(snapshot: ClusterSnapshot, key: string): Description | null {
  const view = snapshot.objects.get(key);
  if (view === undefined) return null;
  const { object } = view;
  const base = described({
    icon: objectIcon(object.kind),
    kind: 'inspector.kind.object',
    kindText: object.kind,
    title: object.metadata.name,
    place:
      object.metadata.namespace === undefined
        ? []
        : [objectPart(snapshot, `Namespace ${object.metadata.namespace}`, object.metadata.namespace)],
    command: getCommand(object),
    deletable: object.kind === 'Event' || object.kind === 'Node' ? null : key,
  });
  return { ...base, ...particulars(snapshot, view, object) };
}

function particulars(snapshot: ClusterSnapshot, view: ObjectView, object: KubeObject): Partial<Description> {
  switch (object.kind) {
    case 'Pod':
      return pod(snapshot, view, object);
    case 'Service':
      return service(snapshot, object);
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
      return workload(snapshot, view, object);
    case 'DaemonSet':
      return {
        facts: facts(...metaFacts(snapshot, object)),
        lists: owned(snapshot, object),
        note: { key: 'inspector.note.daemonSet', values: {} },
      };
    case 'EndpointSlice':
      return slice(snapshot, object);
    case 'Endpoints':
      return { facts: facts(...metaFacts(snapshot, object)), note: { key: 'inspector.note.endpoints', values: {} } };
    case 'ConfigMap':
    case 'Namespace':
    case 'Node':
    case 'Event':
    case 'BlockAffinity':
    case 'IPAMBlock':
    case 'IPAMConfig':
    case 'IPPool':
      return { facts: facts(...metaFacts(snapshot, object)) };
    default:
      return { facts: facts(...metaFacts(snapshot, object)) };
  }
}

function pod(snapshot: ClusterSnapshot, view: ObjectView, object: Kinded<'Pod'>): Partial<Description> {
  const { namespace, name } = object.metadata;
  const nodeName = object.spec.nodeName;
  const node = snapshot.nodes.find((each) => each.name === nodeName) ?? null;
  const ready = object.status.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
  const own = node?.podNetns.has(`${namespace}/${name}`) === true;
  const place = { kind: 'pod', namespace, name } as const;
  return {
    kind: 'inspector.kind.pod',
    facts: facts(
      fact('phase', ready ? object.status.phase : `${object.status.phase}, not ready`),
      fact('podIP', object.status.podIP ?? ''),
      fact('node', nodeName === undefined ? 'not scheduled' : { text: nodeName, ref: { kind: 'node', node: nodeName } }),
      fact('netns', node === null ? null : netnsPart(node, own ? `${namespace}/${name}` : 'root', own)),
      ...(node === null ? [] : shaping(node, `${namespace}/${name}`)),
      ...metaFacts(snapshot, object),
    ),
    lists: [
      ...containers(node, view.key),
      ...selecting(snapshot, object),
      ...resolvConfList(node?.podEtc.get(`${namespace}/${name}`)),
    ],
    note: {
      key: own
        ? 'inspector.note.pod'
        : object.spec.hostNetwork === true
          ? 'inspector.note.hostNetwork'
          : 'inspector.note.podPending',
      values: {},
    },
    command: `kubectl get pod -n ${namespace} ${name} -o wide`,
    from: place,
    to: { kind: 'place', place },
    killable: hasPause(node, view.key) ? { pod: view.key, container: 'POD' } : null,
  };
}

/** Where what goes to the Pod waits, and what comes from it: read off the devices, not the annotations. */
function shaping({ name: node, root }: NodeView, pod: string): readonly Fact[] {
  const cable = root.links.find(({ peer }) => peer?.node === node && peer.netns === pod);
  const ifb = root.links.find(({ name }) => name === cable?.redirect);
  const at = (link: LinkView): Part => ({ text: link.name, ref: { kind: 'link', node, netns: 'root', name: link.name } });
  const queueFact = (label: string, link: LinkView | undefined): readonly Fact[] => {
    if (link === undefined || link.qdisc === null) return [];
    return [fact(label, `${link.qdisc} dev `, at(link))];
  };
  return [...queueFact('ingress', cable), ...queueFact('egress', ifb)];
}

function hasPause(node: NodeView | null, key: string): boolean {
  return (node?.containers ?? []).some(
    ({ pod: of, container, state }) => of === key && container === 'POD' && state === 'running',
  );
}

function netnsPart(node: NodeView, netns: string, own: boolean): Part {
  return { text: own ? `its own on ${node.name}` : `root of ${node.name}`, ref: { kind: 'netns', node: node.name, netns } };
}

function containers(node: NodeView | null, key: string): readonly FactList[] {
  const rows = (node?.containers ?? [])
    .filter((container) => container.pod === key)
    .map((container): readonly Part[] => [
      {
        text: container.container === 'POD' ? 'pause' : container.container,
        ref: { kind: 'container', node: node?.name ?? '', id: container.id },
      },
      ` ${container.image}, ${container.state}`,
    ]);
  return rows.length === 0 ? [] : [{ title: 'inspector.containers', rows }];
}

/** True when a Service's selector picks the labels; an empty selector picks nothing. */
function selects(
  selector: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const pairs = Object.entries(selector ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value);
}

function selecting(snapshot: ClusterSnapshot, object: Kinded<'Pod'>): readonly FactList[] {
  const rows = [...snapshot.objects.values()].flatMap(({ key, object: other }) =>
    other.kind === 'Service' &&
    other.metadata.namespace === object.metadata.namespace &&
    selects(other.spec.selector, object.metadata.labels)
      ? [[objectPart(snapshot, key, other.metadata.name)]]
      : [],
  );
  return rows.length === 0 ? [] : [{ title: 'inspector.services', rows }];
}

function service(snapshot: ClusterSnapshot, object: Kinded<'Service'>): Partial<Description> {
  const { spec, metadata } = object;
  const endpoints = endpointRows(snapshot, metadata.namespace, metadata.name);
  const ports = (spec.ports ?? []).map(
    (port) =>
      `${port.name === undefined ? '' : `${port.name} `}${port.port}${port.nodePort === undefined ? '' : `:${port.nodePort}`}/${port.protocol} → ${port.targetPort}`,
  );
  return {
    kind: 'inspector.kind.service',
    facts: facts(
      fact('type', spec.type),
      fact('clusterIP', spec.clusterIP ?? ''),
      fact('externalName', spec.externalName ?? ''),
      ...ports.map((text) => fact('port', text)),
      fact('selector', labelText(spec.selector)),
      fact('externalIPs', (spec.externalIPs ?? []).join(', ')),
      fact('affinity', spec.sessionAffinity === 'None' ? '' : spec.sessionAffinity),
      fact(
        'policy',
        [
          spec.externalTrafficPolicy === undefined ? '' : `external ${spec.externalTrafficPolicy}`,
          spec.internalTrafficPolicy === undefined ? '' : `internal ${spec.internalTrafficPolicy}`,
        ]
          .filter(Boolean)
          .join(', '),
      ),
      ...metaFacts(snapshot, object),
    ),
    lists: [{ title: 'inspector.endpoints', rows: endpoints.length === 0 ? [['none']] : endpoints }],
    note:
      endpoints.length === 0 && spec.type !== 'ExternalName'
        ? { key: 'inspector.note.serviceEmpty', values: { selector: labelText(spec.selector) } }
        : { key: 'inspector.note.service', values: {} },
    command: `iptables-save -t nat | grep '${metadata.namespace}/${metadata.name}'`,
    to: { kind: 'svc', namespace: metadata.namespace, name: metadata.name },
  };
}

function slice(snapshot: ClusterSnapshot, object: Kinded<'EndpointSlice'>): Partial<Description> {
  const rows = object.endpoints.map((endpoint) => endpointRow(snapshot, object, endpoint));
  return {
    facts: facts(
      fact(
        'ports',
        (object.ports ?? [])
          .map((port) => `${port.name ?? ''} ${port.port ?? '*'}/${port.protocol ?? 'TCP'}`.trim())
          .join(', '),
      ),
      ...metaFacts(snapshot, object),
    ),
    lists: [{ title: 'inspector.endpoints', rows }],
    note: { key: 'inspector.note.slice', values: {} },
  };
}

function endpointRow(
  snapshot: ClusterSnapshot,
  object: Kinded<'EndpointSlice'>,
  endpoint: Kinded<'EndpointSlice'>['endpoints'][number],
): readonly Part[] {
  const state =
    endpoint.conditions?.ready === false ? (endpoint.conditions.terminating === true ? ', terminating' : ', not ready') : '';
  const address = endpoint.addresses.join(', ');
  const pod = endpoint.targetRef?.kind === 'Pod' ? (endpoint.targetRef.name ?? '') : '';
  if (pod === '') return [`${address}${state}`];
  return [objectPart(snapshot, `Pod ${object.metadata.namespace}/${pod}`, pod), ` ${address}${state}`];
}

function endpointRows(snapshot: ClusterSnapshot, namespace: string, name: string): readonly (readonly Part[])[] {
  return [...snapshot.objects.values()].flatMap(({ object }) =>
    object.kind === 'EndpointSlice' &&
    object.metadata.namespace === namespace &&
    object.metadata.labels?.['kubernetes.io/service-name'] === name
      ? object.endpoints.map((endpoint) => endpointRow(snapshot, object, endpoint))
      : [],
  );
}

const WORKLOAD_NOTES = {
  Deployment: 'inspector.note.deployment',
  ReplicaSet: 'inspector.note.replicaSet',
  StatefulSet: 'inspector.note.statefulSet',
} as const;

function workload(
  snapshot: ClusterSnapshot,
  view: ObjectView,
  object: Kinded<'Deployment' | 'ReplicaSet' | 'StatefulSet'>,
): Partial<Description> {
  const { replicas } = object.spec;
  const ready = object.status.readyReplicas ?? 0;
  const managed = object.metadata.ownerReferences?.some((owner) => owner.controller === true) === true;
  return {
    facts: facts(fact('replicas', `${replicas}, ready ${ready}`), ...metaFacts(snapshot, object)),
    lists: owned(snapshot, object),
    note: { key: WORKLOAD_NOTES[object.kind], values: {} },
    scalable: managed ? null : { object: view.key, replicas },
  };
}

/** What an object controls, by owner reference. */
function owned(snapshot: ClusterSnapshot, owner: KubeObject): readonly FactList[] {
  const rows = [...snapshot.objects.values()].flatMap(({ key, object }) =>
    object.metadata.ownerReferences?.some((each) => each.uid === owner.metadata.uid) === true
      ? [[objectPart(snapshot, key, key)]]
      : [],
  );
  return rows.length === 0 ? [] : [{ title: 'inspector.owns', rows }];
}

function metaFacts(snapshot: ClusterSnapshot, object: KubeObject): readonly Fact[] {
  const { metadata } = object;
  const owner = metadata.ownerReferences?.find((each) => each.controller === true);
  const key = owner === undefined ? '' : `${owner.kind} ${metadata.namespace ?? ''}/${owner.name}`;
  return [
    fact('labels', labelText(metadata.labels)),
    fact('controlled by', owner === undefined ? null : objectPart(snapshot, key, `${owner.kind}/${owner.name}`)),
    fact('created', metadata.creationTimestamp),
    fact('deleting', metadata.deletionTimestamp ?? ''),
  ];
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** A link to an object that exists, else its plain name. */
function objectPart(snapshot: ClusterSnapshot, key: string, text: string): Part {
  const ref: Ref = { kind: 'object', key };
  return snapshot.objects.has(key) ? { text, ref } : text;
}

function getCommand({ kind, metadata }: KubeObject): string {
  const namespace = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`;
  return `kubectl get ${kind.toLowerCase()}${namespace} ${metadata.name} -o yaml`;
}
