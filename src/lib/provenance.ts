/**
 * Who made a piece of state, why, and for which API object. Every device, address, route, rule and entry carries one.
 */

/** The maker of a piece of state. */
export interface Provenance {
  /** The program, as an operator names it: `kernel`, `kube-proxy`, `flanneld`, `flannel` (the CNI plugin), `kubelet`, `user`. */
  readonly actor: string;
  /** What it was doing, in its own word: `cmdAdd`, `syncProxyRules`, `addInterface`, `iptables`. */
  readonly action: string;
  /** The API object it acted for, `Kind namespace/name` or `Kind name`; null when there is none. */
  readonly object: string | null;
  /** Which entry of the object, where it is known: `spec.ports[http]`, the entry of the list by its name. */
  readonly field?: string;
}

/** State the kernel makes of itself: loopback, connected routes, learned entries. */
export const BY_KERNEL: Provenance = { actor: 'kernel', action: 'kernel', object: null };
