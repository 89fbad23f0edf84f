/**
 * Reads a scenario folder (`scenario.yaml` and the manifests beside it) into the data a cluster is made from.
 *
 * Pure: the texts come from a bundler in the browser and from the disk on the command line. All problems are reported at once, each
 * at its line and column; an untrusted folder can do no more than be refused.
 */
import {
  broadcastAddress,
  cidrAddress,
  cidrContains,
  cidrOverlaps,
  networkAddress,
  networkCidr,
  parseCidr,
  type Cidr,
} from '../lib/cidr.ts';
import { subnetsOf } from './subnets.ts';
import { parseIp, type IpAddr } from '../lib/ip.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Fault } from './faults/fault.ts';
import {
  CLUSTER_DEFAULTS,
  NODE_DEFAULTS,
  type ClusterSpec,
  type ExternalSpec,
  type ManifestSpec,
  ROUTER_DEFAULTS,
  type NodeSpec,
  type RouterSpec,
  type ScenarioSpec,
} from './scenario.ts';
import { SCENARIO_SHAPE } from './scenario-shape.ts';
import { readYaml, type ReadYaml, type ScenarioError } from './scenario-yaml.ts';

export type { ScenarioError } from './scenario-yaml.ts';

/** Text in both languages. */
export interface Words {
  readonly en: string;
  readonly 'zh-CN': string;
}

/** A scenario ready to run, and what an editor offers with it. */
export interface LoadedScenario {
  readonly spec: ScenarioSpec;
  readonly title: Words;
  readonly about: Words | null;
  /** Manifests that lie ready in the editor and are not applied. */
  readonly files: readonly ManifestSpec[];
}

export const SCENARIO_FILE = 'scenario.yaml';

/** Longer manifests are refused: an API server takes no request over 1.5 MiB. */
const MAX_MANIFEST_LENGTH = 1_500_000;

/** What the shape guarantees of the value read; what is left out is undefined. */
interface FileContent {
  readonly title: Words;
  readonly about?: Words;
  readonly cluster: Partial<Omit<ClusterSpec, 'nodes' | 'proxy' | 'external' | 'router'>> & {
    readonly nodes: readonly (Pick<NodeSpec, 'name' | 'ip'> & Partial<NodeSpec>)[];
    readonly router?: Pick<RouterSpec, 'addresses'> & Partial<RouterSpec>;
    readonly proxy?: Partial<ClusterSpec['proxy']>;
    readonly external?: (Pick<ExternalSpec, 'ip'> & Partial<ExternalSpec>) | null;
  };
  readonly apply?: readonly string[];
  readonly files?: readonly string[];
  readonly faults?: readonly (Fault & { readonly hidden?: boolean })[];
}

/** The scenario of a folder: texts by file name. `id` is the folder's name. */
export function loadScenario(id: string, files: ReadonlyMap<string, string>): Result<LoadedScenario, readonly ScenarioError[]> {
  const text = files.get(SCENARIO_FILE);
  if (text === undefined)
    return err([{ file: SCENARIO_FILE, line: 1, column: 1, field: null, message: 'there is no such file' }]);
  const { read, errors } = readYaml(SCENARIO_FILE, text, SCENARIO_SHAPE);
  if (errors.length > 0) return err(errors);
  const content = read.value as FileContent;
  const cluster = clusterOf(content.cluster);
  const problems = [
    ...clusterFaults(cluster, read),
    ...fileFaults(content, files, read),
    ...unknownMachines(content, cluster, read),
  ];
  if (problems.length > 0) return err(problems);
  const manifests = (names: readonly string[] = []): readonly ManifestSpec[] =>
    names.map((file) => ({ file, text: files.get(file) ?? '' }));
  return ok({
    spec: { id, title: content.title.en, cluster, manifests: manifests(content.apply), ...presets(content) },
    title: content.title,
    about: content.about ?? null,
    files: manifests(content.files),
  });
}

function presets({ faults = [] }: FileContent): Pick<ScenarioSpec, 'faults'> {
  if (faults.length === 0) return {};
  return { faults: faults.map(({ hidden = false, ...fault }) => ({ fault, hidden })) };
}

/** Faults on machines that the scenario does not have. What else a fault names is there only once the cluster runs. */
function unknownMachines({ faults = [] }: FileContent, cluster: ClusterSpec, { at }: ReadYaml): readonly ScenarioError[] {
  const names = [
    ...cluster.nodes.map(({ name }) => name),
    ...(cluster.router === null ? [] : [cluster.router.name]),
    ...(cluster.external === null ? [] : ['external']),
  ];
  return faults.flatMap((fault, index) => {
    const named = {
      ...('node' in fault ? { node: fault.node } : {}),
      ...('other' in fault ? { other: fault.other } : {}),
    };
    return Object.entries(named)
      .filter(([, name]) => !names.includes(name))
      .map(([field, name]) => at(`faults[${index}].${field}`, `there is no machine ${name}; there are ${names.join(', ')}`));
  });
}

/** One line per error, as a compiler prints them. */
export function scenarioErrorText({ file, line, column, field, message }: ScenarioError): string {
  return `${file}:${line}:${column}: ${field === null ? '' : `${field}: `}${message}`;
}

function clusterOf({ nodes, router, proxy, external, ...given }: FileContent['cluster']): ClusterSpec {
  const clusterCIDR = given.clusterCIDR ?? CLUSTER_DEFAULTS.clusterCIDR;
  const first = parseCidr(router?.addresses[0] ?? '');
  return {
    ...CLUSTER_DEFAULTS,
    ...(first === null ? {} : { underlayCIDR: networkCidr(first) }),
    ...given,
    clusterCIDR,
    router: router === undefined ? null : { ...ROUTER_DEFAULTS, ...router },
    nodes: nodes.map((node) => ({ ...NODE_DEFAULTS, ...node })),
    external: externalOf(external),
    proxy: { ...CLUSTER_DEFAULTS.proxy, clusterCIDR, ...proxy },
  };
}

function externalOf(external: FileContent['cluster']['external']): ClusterSpec['external'] {
  if (external === undefined) return CLUSTER_DEFAULTS.external;
  return external === null ? null : { ports: [9999], names: null, ...external };
}

function clusterFaults(cluster: ClusterSpec, { at }: ReadYaml): readonly ScenarioError[] {
  const ranges = rangesOf(cluster);
  const faults = ranges.flatMap(({ field, text, value }) => {
    if (value === null) return [at(field, `${JSON.stringify(text)} is not an IPv4 range`)];
    const network = networkCidr(value);
    return network === value ? [] : [at(field, `${value} has host bits set; the range is ${network}`)];
  });
  if (faults.length > 0) return faults;
  return [...overlapFaults(ranges, at), ...podRangeFaults(cluster, at), ...hostFaults(cluster, at), ...dnsFaults(cluster, at)];
}

/** The cache is Pods of kube-system, and forwards to others of them. */
function dnsFaults({ kubeSystem, nodeLocalDNS }: ClusterSpec, at: At): readonly ScenarioError[] {
  return nodeLocalDNS && !kubeSystem ? [at('cluster.nodeLocalDNS', 'needs kubeSystem')] : [];
}

interface Range {
  readonly field: string;
  readonly text: string;
  readonly value: Cidr | null;
}

function rangesOf(cluster: ClusterSpec): readonly Range[] {
  const range = (field: string, text: string): Range => ({ field, text, value: parseCidr(text) });
  return [
    range('cluster.clusterCIDR', cluster.clusterCIDR),
    range('cluster.serviceCIDR', cluster.serviceCIDR),
    range('cluster.underlayCIDR', cluster.underlayCIDR),
    ...furtherSubnets(cluster),
    ...(['', cluster.clusterCIDR].includes(cluster.proxy.clusterCIDR)
      ? []
      : [range('cluster.proxy.clusterCIDR', cluster.proxy.clusterCIDR)]),
    ...cluster.nodes.flatMap((node, index) =>
      node.podCIDR === null ? [] : [range(`cluster.nodes[${index}].podCIDR`, node.podCIDR)],
    ),
  ];
}

/** The router's subnets after the first, which is underlayCIDR. */
function furtherSubnets({ router }: ClusterSpec): readonly Range[] {
  return (router?.addresses ?? []).slice(1).map((text, index) => {
    const address = parseCidr(text);
    return { field: `cluster.router.addresses[${index + 1}]`, text, value: address === null ? null : networkCidr(address) };
  });
}

type At = ReadYaml['at'];

/** The range of two nodes given to both: a mistake that is made, and to be looked at. */
function isTwice(range: Range, other: Range): boolean {
  return range.field.endsWith('.podCIDR') && range.value === other.value;
}

/** Pods, Services, the subnets of the underlay: no two may share an address; nor two nodes' Pods, unless both were given the same range. */
function overlapFaults(ranges: readonly Range[], at: At): readonly ScenarioError[] {
  const named = (field: string): boolean => (field.endsWith('CIDR') || field.includes('router')) && !field.includes('proxy');
  const top = ranges.filter(({ field }) => named(field) && !field.includes('nodes'));
  const pods = ranges.filter(({ field }) => field.includes('nodes'));
  return [top, pods].flatMap((group) =>
    group.flatMap((range, index) =>
      group
        .slice(0, index)
        .flatMap((other) =>
          range.value !== null && other.value !== null && cidrOverlaps(range.value, other.value) && !isTwice(range, other)
            ? [at(range.field, `${range.value} overlaps ${other.value} of ${other.field}`)]
            : [],
        ),
    ),
  );
}

function podRangeFaults(cluster: ClusterSpec, at: At): readonly ScenarioError[] {
  const all = parseCidr(cluster.clusterCIDR);
  return cluster.nodes.flatMap(({ podCIDR }, index) => {
    const range = podCIDR === null ? null : parseCidr(podCIDR);
    if (range === null || all === null) return [];
    const inside = cidrContains(all, networkAddress(range)) && cidrContains(all, broadcastAddress(range));
    return inside ? [] : [at(`cluster.nodes[${index}].podCIDR`, `${range} is not inside clusterCIDR ${all}`)];
  });
}

/** Names and addresses of the machines. */
function hostFaults(cluster: ClusterSpec, at: At): readonly ScenarioError[] {
  const names = new Map<string, string>();
  const addresses = new Map<IpAddr, string>();
  const faults: ScenarioError[] = [];
  const checkAddress = (field: string, text: string): void => {
    const fault = addressFault(cluster, text);
    const addr = parseIp(text);
    const taken = addr === null ? undefined : addresses.get(addr);
    if (fault !== null) faults.push(at(field, fault));
    else if (taken !== undefined) faults.push(at(field, `${text} is the address of ${taken} already`));
    else if (addr !== null) addresses.set(addr, field);
  };
  for (const [index, node] of cluster.nodes.entries()) {
    const field = `cluster.nodes[${index}]`;
    const taken = names.get(node.name);
    if (taken !== undefined) faults.push(at(`${field}.name`, `${taken} is called ${node.name} already`));
    else if (node.name === 'external') faults.push(at(`${field}.name`, 'external is the name of the host outside'));
    else names.set(node.name, field);
    checkAddress(`${field}.ip`, node.ip);
  }
  if (cluster.external !== null) checkAddress('cluster.external.ip', cluster.external.ip);
  if (cluster.router === null) return faults;
  const { name, addresses: own, routes } = cluster.router;
  const taken = name === 'external' ? 'the host outside' : names.get(name);
  if (taken !== undefined) faults.push(at('cluster.router.name', `${taken} is called ${name} already`));
  for (const [index, text] of own.entries()) {
    const address = parseCidr(text);
    const field = `cluster.router.addresses[${index}]`;
    checkAddress(field, address === null ? text : cidrAddress(address));
    if (index === 0 && address !== null && networkCidr(address) !== cluster.underlayCIDR)
      faults.push(at(field, `its subnet ${networkCidr(address)} is not underlayCIDR ${cluster.underlayCIDR}`));
  }
  for (const [index, route] of routes.entries())
    faults.push(...routeFaults(cluster, route, at, `cluster.router.routes[${index}]`));
  return faults;
}

/** A router takes no route with host bits, and none whose next hop is beyond a next hop. */
function routeFaults(
  cluster: ClusterSpec,
  { dst, via }: RouterSpec['routes'][number],
  at: At,
  field: string,
): readonly ScenarioError[] {
  const range = parseCidr(dst);
  const fault = addressFault(cluster, via);
  return [
    ...(range !== null && networkCidr(range) === range
      ? []
      : [at(`${field}.dst`, `${JSON.stringify(dst)} is not an IPv4 range`)]),
    ...(fault === null ? [] : [at(`${field}.via`, fault)]),
  ];
}

function addressFault(cluster: ClusterSpec, text: string): string | null {
  const addr = parseIp(text);
  if (addr === null) return `${JSON.stringify(text)} is not an IPv4 address`;
  const subnets = subnetsOf(cluster);
  const underlay = subnets.find((subnet) => cidrContains(subnet.cidr, addr))?.cidr;
  if (underlay === undefined) {
    const [only, ...others] = subnets.map(({ cidr }) => cidr);
    return others.length === 0
      ? `${addr} is not in underlayCIDR ${only}`
      : `${addr} is in none of the subnets ${[only, ...others].join(', ')}`;
  }
  if (addr === networkAddress(underlay) || addr === broadcastAddress(underlay))
    return `${addr} cannot be a host of ${underlay}`;
  return null;
}

function fileFaults(content: FileContent, files: ReadonlyMap<string, string>, { at }: ReadYaml): readonly ScenarioError[] {
  const named = (['apply', 'files'] as const).flatMap((list) =>
    (content[list] ?? []).map((file, index) => ({ file, field: `${list}[${index}]` })),
  );
  return named.flatMap(({ file, field }, index) => {
    const text = files.get(file);
    if (file === SCENARIO_FILE) return [at(field, `${file} is no manifest`)];
    if (named.findIndex((other) => other.file === file) !== index) return [at(field, `${file} is named twice`)];
    if (text === undefined) return [at(field, `there is no file ${file}`)];
    return text.length > MAX_MANIFEST_LENGTH ? [at(field, `${file} is longer than ${MAX_MANIFEST_LENGTH} characters`)] : [];
  });
}
