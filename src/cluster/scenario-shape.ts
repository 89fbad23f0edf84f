/**
 * The form of `scenario.yaml` as data: what fields there are, of what type, and what each means.
 *
 * One description serves the reader (`scenario-file.ts`), which reports every departure from it at its line and column, and the
 * editor's JSON schema (`scenarios/scenario.schema.json`), which a test keeps equal to `jsonSchemaOf(SCENARIO_SHAPE)`.
 */
import { RUNTIMES } from '../node/runtime/words.ts';
import { ADDONS } from '../node/static/kube-system.ts';
import { NETWORK_NAMES } from '../node/cni/networks.ts';
import { FAULT_SHAPE } from './faults/shapes.ts';

/** Text that must be more than text. */
export type TextFormat = 'ipv4' | 'cidr' | 'interface address' | 'mac' | 'node name' | 'file name' | 'taint' | 'sysctl';

export type Shape =
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, FieldShape>> }
  /** An object whose other fields depend on the value of one. */
  | {
      readonly kind: 'tagged';
      readonly tag: string;
      readonly cases: Readonly<Record<string, Readonly<Record<string, FieldShape>>>>;
    }
  | { readonly kind: 'map'; readonly value: Shape }
  | { readonly kind: 'list'; readonly item: Shape; readonly min: number; readonly max: number }
  | { readonly kind: 'text'; readonly format: TextFormat | null; readonly max: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** A number or text, kept as text: sysctl values. */
  | { readonly kind: 'scalar' }
  | { readonly kind: 'nullable'; readonly of: Shape };

export interface FieldShape {
  readonly shape: Shape;
  readonly required: boolean;
  readonly about: string;
}

/** The pattern a text format has, and how an error names it. */
export const FORMATS: Readonly<Record<TextFormat, { readonly pattern: string; readonly what: string }>> = {
  ipv4: { pattern: '^(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}$', what: 'an IPv4 address such as 192.168.1.12' },
  cidr: {
    pattern: '^(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}/(0|[1-9]|[12]\\d|3[0-2])$',
    what: 'an IPv4 range such as 10.244.0.0/16',
  },
  'interface address': {
    pattern: '^(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}/([1-9]|[12]\\d|30)$',
    what: 'an IPv4 address with its prefix length such as 192.168.1.1/24',
  },
  mac: { pattern: '^([0-9a-f]{2}:){5}[0-9a-f]{2}$', what: 'a link address in lower case such as 3a:00:00:00:00:01' },
  'node name': {
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    what: 'a node name: lower-case letters, digits, "-" and "."',
  },
  'file name': { pattern: '^[A-Za-z0-9][-_.A-Za-z0-9]*\\.ya?ml$', what: 'the name of a .yaml file beside scenario.yaml' },
  taint: {
    pattern: '^[^=:\\s]+(=[^=:\\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$',
    what: 'a taint as kubectl writes it: key=value:NoSchedule',
  },
  sysctl: { pattern: '^[a-z0-9_]+(\\.[-A-Za-z0-9_]+)+$', what: 'a sysctl by its dotted name' },
};

const text = (format: TextFormat | null, max = 200): Shape => ({ kind: 'text', format, max });
const required = (shape: Shape, about: string): FieldShape => ({ shape, required: true, about });
const optional = (shape: Shape, about: string): FieldShape => ({ shape, required: false, about });
const object = (fields: Readonly<Record<string, FieldShape>>): Shape => ({ kind: 'object', fields });
const list = (item: Shape, max: number, min = 0): Shape => ({ kind: 'list', item, min, max });
const nullable = (of: Shape): Shape => ({ kind: 'nullable', of });
const BOOLEAN: Shape = { kind: 'boolean' };
const PORT: Shape = { kind: 'integer', min: 1, max: 65535 };

const words = (about: string): Shape =>
  object({
    en: required(text(null, 500), `${about}, in English`),
    'zh-CN': required(text(null, 500), `${about}, in Simplified Chinese`),
  });

const NODE = object({
  name: required(text('node name', 63), 'Host name, and name of the Node object'),
  ip: required(text('ipv4'), 'Address of eth0; it must lie in underlayCIDR, or in one of the subnets of the router'),
  podCIDR: optional(
    text('cidr'),
    "The Pods' range of this node; left out, the controller manager gives it the next /24 of clusterCIDR. Two nodes may be given the same one, which breaks what it breaks on real ones",
  ),
  controlPlane: optional(BOOLEAN, 'Runs the control plane'),
  taints: optional(list(text('taint'), 20), 'Taints as kubectl writes them: key=value:NoSchedule'),
  labels: optional({ kind: 'map', value: text(null, 63) }, 'Labels of the Node object'),
  sysctls: optional({ kind: 'map', value: { kind: 'scalar' } }, 'Written after the node was set up, by dotted name'),
  iptables: optional(list(text(null, 1000), 100), 'iptables command lines run last, without the word iptables'),
  kubeProxy: optional(BOOLEAN, 'false: no kube-proxy runs here'),
  vtepMac: optional(text('mac'), 'Link address of flannel.1; left out, a random one'),
});

const PROXY = object({
  mode: optional({ kind: 'choice', values: ['iptables', 'none'] }, 'kube-proxy --proxy-mode; none: no kube-proxy anywhere'),
  clusterCIDR: optional(
    { kind: 'text', format: null, max: 40 },
    "kube-proxy --cluster-cidr; '' is no detector of local traffic; left out, the cluster's",
  ),
  masqueradeAll: optional(BOOLEAN, 'kube-proxy --masquerade-all'),
  nodePortAddresses: optional(text(null), 'kube-proxy --nodeport-addresses; left out, its default'),
});

/** At most so many subnets: each is a line of its own on the map. */
const MAX_SUBNETS = 8;

const ROUTER = object({
  name: optional(text('node name', 63), 'Host name; left out, router'),
  addresses: required(
    list(text('interface address'), MAX_SUBNETS, 2),
    'Its address in each subnet, with the prefix length: eth0, eth1, …; it is the default gateway of every machine there',
  ),
  routes: optional(
    list(
      object({
        dst: required(text('cidr'), 'Range'),
        via: required(text('ipv4'), 'Next hop in one of its subnets'),
      }),
      200,
    ),
    "What it knows beyond its subnets, such as the Pods' ranges of a network without tunnels",
  ),
});

const EXTERNAL = object({
  ip: required(text('ipv4'), 'Address on the underlay'),
  ports: optional(list(PORT, 100), 'TCP and UDP ports it answers on; left out, 9999'),
  names: optional(
    { kind: 'map', value: text(null, 253) },
    'Names its resolver knows, each with an address or another name; left out, example.com and www.example.com, which are itself',
  ),
});

/** At most so many nodes: beyond, nothing can be seen any more. */
export const MAX_NODES = 200;

const CLUSTER = object({
  cni: optional({ kind: 'choice', values: NETWORK_NAMES }, 'The container network; left out, flannel-vxlan'),
  hairpin: optional(BOOLEAN, 'false: bridge ports without hairpin mode'),
  networkPolicy: optional(
    BOOLEAN,
    'false: the network writes none of the rules it enforces policies with, only those that masquerade',
  ),
  clusterCIDR: optional(text('cidr'), "All Pods' range; left out, 10.244.0.0/16"),
  serviceCIDR: optional(text('cidr'), 'Range of ClusterIPs; left out, 10.96.0.0/12'),
  underlayCIDR: optional(
    text('cidr'),
    "The segment nodes and the outside host are plugged into; left out, 192.168.1.0/24, or the router's first subnet",
  ),
  router: optional(ROUTER, 'A machine that forwards between subnets; left out, there is but the one of underlayCIDR'),
  nodes: required(list(NODE, MAX_NODES, 1), 'The machines'),
  external: optional(
    nullable(EXTERNAL),
    "The host outside, every node's default gateway where there is no router; null: there is none",
  ),
  runtime: optional({ kind: 'choice', values: RUNTIMES }, "What runs the nodes' containers; left out, docker"),
  dockerBridge: optional(
    BOOLEAN,
    'true, with docker: dockerd has made its bridge docker0 and its rules; left out, it was started with --bridge=none --iptables=false',
  ),
  nodeLocalDNS: optional(BOOLEAN, 'true: NodeLocal DNSCache on every node, at 169.254.25.10, which Pods then ask'),
  addons: optional(list({ kind: 'choice', values: ADDONS }, 10), 'What the installer puts in beside the network and DNS'),
  proxy: optional(PROXY, "kube-proxy's flags"),
  kubeSystem: optional(BOOLEAN, 'false: none of the kube-system Pods exist'),
  neighbours: optional(
    { kind: 'choice', values: ['learned', 'permanent'] },
    'permanent: link addresses are known beforehand, no ARP is seen',
  ),
  seed: optional({ kind: 'integer', min: 0, max: 4294967295 }, 'Where all chance of the session comes from; left out, 1'),
});

/** A scenario file. */
export const SCENARIO_SHAPE = object({
  title: required(words('The name people read'), 'The name people read'),
  about: optional(words('One or two sentences on what is to be seen'), 'One or two sentences on what is to be seen'),
  cluster: required(CLUSTER, 'The machines and their network'),
  apply: optional(list(text('file name', 100), 100), 'Manifest files applied in this order before the user arrives'),
  files: optional(list(text('file name', 100), 100), 'Manifest files that lie ready in the editor and are not applied'),
  faults: optional(list(FAULT_SHAPE, 50), 'What is broken when the user arrives, in the order it is broken'),
});

type Schema = Readonly<Record<string, unknown>>;

/** The JSON schema (draft 2020-12) of a shape. */
export function jsonSchemaOf(shape: Shape): Schema {
  switch (shape.kind) {
    case 'object': {
      const entries = Object.entries(shape.fields);
      return {
        type: 'object',
        additionalProperties: false,
        required: entries.filter(([, field]) => field.required).map(([name]) => name),
        properties: Object.fromEntries(
          entries.map(([name, field]) => [name, { description: field.about, ...jsonSchemaOf(field.shape) }]),
        ),
      };
    }
    case 'tagged':
      return {
        oneOf: Object.entries(shape.cases).map(([name, fields]) => {
          const inner = jsonSchemaOf(object(fields));
          const tag = { [shape.tag]: { const: name } };
          return {
            ...inner,
            required: [shape.tag, ...(inner.required as readonly string[])],
            properties: { ...tag, ...(inner.properties as Schema) },
          };
        }),
      };
    case 'map':
      return { type: 'object', additionalProperties: jsonSchemaOf(shape.value) };
    case 'list':
      return { type: 'array', minItems: shape.min, maxItems: shape.max, items: jsonSchemaOf(shape.item) };
    case 'text':
      return {
        type: 'string',
        maxLength: shape.max,
        ...(shape.format === null ? {} : { pattern: FORMATS[shape.format].pattern }),
      };
    case 'integer':
      return { type: 'integer', minimum: shape.min, maximum: shape.max };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { enum: shape.values };
    case 'scalar':
      return { type: ['string', 'integer'] };
    case 'nullable':
      return { anyOf: [jsonSchemaOf(shape.of), { type: 'null' }] };
  }
}
