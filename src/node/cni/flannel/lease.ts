/**
 * What flannel nodes tell each other, in annotations of their Node objects (flannel pkg/subnet/kube/annotations.go, kube.go).
 * Seen with `kubectl describe node`.
 */
import type { Node } from '../../../api/types/node.ts';
import { parseCidr, type Cidr } from '../../../lib/cidr.ts';
import { parseIp, type IpAddr } from '../../../lib/ip.ts';
import { parseMac, type Mac } from '../../../lib/mac.ts';

const PREFIX = 'flannel.alpha.coreos.com';
export const ANNOTATION_BACKEND_DATA = `${PREFIX}/backend-data`;
export const ANNOTATION_BACKEND_TYPE = `${PREFIX}/backend-type`;
export const ANNOTATION_KUBE_SUBNET_MANAGER = `${PREFIX}/kube-subnet-manager`;
export const ANNOTATION_PUBLIC_IP = `${PREFIX}/public-ip`;

export type BackendType = 'vxlan' | 'host-gw';

/** A node's part of the network, as its annotations and spec.podCIDR say. */
export interface Lease {
  readonly node: string;
  /** spec.podCIDR: the node's Pods. */
  readonly subnet: Cidr;
  readonly publicIP: IpAddr;
  readonly backendType: string;
  /** The address of the node's flannel.1; null where the backend has none. */
  readonly vtepMAC: Mac | null;
}

/** The lease of a Node, or null while it is incomplete (no podCIDR yet, flanneld not started). */
export function leaseOf(node: Node): Lease | null {
  const annotations = node.metadata.annotations ?? {};
  if (annotations[ANNOTATION_KUBE_SUBNET_MANAGER] !== 'true') return null;
  const subnet = parseCidr(node.spec.podCIDR ?? '');
  const publicIP = parseIp(annotations[ANNOTATION_PUBLIC_IP] ?? '');
  if (subnet === null || publicIP === null) return null;
  const backendType = annotations[ANNOTATION_BACKEND_TYPE] ?? '';
  return { node: node.metadata.name, subnet, publicIP, backendType, vtepMAC: vtepMACOf(node) };
}

/** The VTEP MAC in `backend-data`: flanneld takes it up again after a restart, so other nodes' entries stay right. */
export function vtepMACOf(node: Node): Mac | null {
  const found = /"VtepMAC"\s*:\s*"([0-9a-f:]+)"/.exec(node.metadata.annotations?.[ANNOTATION_BACKEND_DATA] ?? '');
  return found?.[1] === undefined ? null : parseMac(found[1]);
}

/** The annotations flanneld writes on its own Node. */
export function annotationsOf(lease: Lease): Readonly<Record<string, string>> {
  return {
    [ANNOTATION_BACKEND_DATA]: lease.vtepMAC === null ? 'null' : JSON.stringify({ VNI: 1, VtepMAC: lease.vtepMAC }),
    [ANNOTATION_BACKEND_TYPE]: lease.backendType,
    [ANNOTATION_KUBE_SUBNET_MANAGER]: 'true',
    [ANNOTATION_PUBLIC_IP]: lease.publicIP,
  };
}

export function sameLease(a: Lease, b: Lease): boolean {
  return a.subnet === b.subnet && a.publicIP === b.publicIP && a.backendType === b.backendType && a.vtepMAC === b.vtepMAC;
}
