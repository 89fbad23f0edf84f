/**
 * kube-proxy's sync on one node: from objects to restore text, 10 endpoints a Service.
 *
 * Budgets are what the real kube-proxy takes for the same on a 2-core machine.
 */
import type { EndpointSlice } from '../../api/types/endpointslice.ts';
import type { Service } from '../../api/types/service.ts';
import { cidr } from '../../lib/cidr.ts';
import { ip, ipAdd } from '../../lib/ip.ts';
import { kubeProxyConfig } from '../../node/proxy/config.ts';
import { createIptablesProxier, type IptablesProxier } from '../../node/proxy/iptables.ts';
import { timeOf, type Budget } from './measure.ts';

const ENDPOINTS = 10;
const FULL_SYNCS = [
  { services: 1_000, budget: 62 },
  { services: 5_000, budget: 283 },
  { services: 10_000, budget: 524 },
] as const;

export function proxyBudgets(): readonly Budget[] {
  const full = FULL_SYNCS.map(({ services, budget }): Budget => ({
    name: `sync-${services}x${ENDPOINTS}`,
    unit: 'ms',
    budget,
    measure: () => fullSync(services),
  }));
  const one = {
    name: `sync-one-endpoint-1000x${ENDPOINTS}`,
    unit: 'ms',
    budget: 5,
    measure: () => oneEndpoint(1_000),
  } as const;
  return [...full, one];
}

interface Objects {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
}

/** From nothing but objects to the whole text. */
function fullSync(count: number): number {
  const objects = objectsOf(count);
  return timeOf({ runs: 7, warmUps: 2, prepare: newProxier, run: (proxier) => void synced(proxier, objects) });
}

/** One endpoint goes, then comes again, in a proxy that has synced all. */
function oneEndpoint(count: number): number {
  const objects = objectsOf(count);
  const proxier = newProxier();
  synced(proxier, objects);
  const whole = objects.slices[count >> 1];
  if (whole === undefined) return Number.NaN;
  let before: EndpointSlice = whole;
  let after: EndpointSlice = { ...whole, endpoints: whole.endpoints.slice(1) };
  return timeOf({
    runs: 51,
    warmUps: 10,
    prepare: () => proxier,
    run: () => {
      proxier.onEndpointSliceUpdate(before, after);
      lastOf(proxier);
      [before, after] = [after, before];
    },
  });
}

function newProxier(): IptablesProxier {
  const detectLocal = { mode: 'ClusterCIDR', cidr: cidr('10.244.0.0/16') } as const;
  return createIptablesProxier(kubeProxyConfig({ hostname: 'node-0', nodeIP: ip('192.168.1.10'), detectLocal }));
}

function synced(proxier: IptablesProxier, { services, slices }: Objects): number {
  for (const service of services) proxier.onServiceAdd(service);
  for (const slice of slices) proxier.onEndpointSliceAdd(slice);
  return lastOf(proxier);
}

/** Reading the last character makes sure that the text was put together. */
function lastOf(proxier: IptablesProxier): number {
  const { restoreText } = proxier.syncProxyRules();
  return restoreText.charCodeAt(restoreText.length - 1);
}

function objectsOf(count: number): Objects {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return { services: numbers.map(serviceOf), slices: numbers.map(sliceOf) };
}

function serviceOf(index: number): Service {
  const clusterIP = ipAdd(ip('10.96.0.10'), index);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `service-${index}`,
      namespace: 'default',
      uid: `s-${index}`,
      resourceVersion: '1',
      creationTimestamp: '2024-01-01T00:00:00Z',
    },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      selector: { app: `app-${index}` },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
    },
    status: { loadBalancer: {} },
  };
}

function sliceOf(index: number): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `service-${index}-1`,
      namespace: 'default',
      uid: `e-${index}`,
      resourceVersion: '1',
      creationTimestamp: '2024-01-01T00:00:00Z',
      labels: { 'kubernetes.io/service-name': `service-${index}` },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: Array.from({ length: ENDPOINTS }, (_, endpoint) => ({
      addresses: [ipAdd(ip('10.128.0.2'), index * ENDPOINTS + endpoint)],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${endpoint % 4}`,
    })),
  };
}
