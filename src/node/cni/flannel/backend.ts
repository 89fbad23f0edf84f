/**
 * What a flannel backend does with the kernel (flannel pkg/backend/manager.go Network): once for the node, then for every lease of
 * another node that comes or goes.
 */
import type { Mac } from '../../../lib/mac.ts';
import type { Result } from '../../../lib/result.ts';
import type { BackendType, Lease } from './lease.ts';

export interface FlannelBackend {
  readonly type: BackendType;
  /** Makes the node's own devices; yields what is announced to the others. */
  register(own: OwnSubnet): Result<Registered, string>;
  addLease(lease: Lease): Result<void, string>;
  removeLease(lease: Lease): void;
}

export interface OwnSubnet {
  readonly lease: Lease;
  /** The MAC the Node's annotation asks for; null for a random one. */
  readonly vtepMAC: Mac | null;
}

export interface Registered {
  readonly vtepMAC: Mac | null;
  /** FLANNEL_MTU: what Pods may send. */
  readonly mtu: number;
}
