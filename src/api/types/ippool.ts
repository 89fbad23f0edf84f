/**
 * IPPool, IPAMBlock, BlockAffinity and IPAMConfig (crd.projectcalico.org/v1): Calico's ranges, the blocks its nodes take of them, which
 * node holds which block, and how addresses are given out: `kubectl get ippools`, `kubectl get blockaffinities`.
 *
 * The API server knows them by their CustomResourceDefinitions alone: types and required fields are checked, meaning is not (calicoctl
 * would). What a pool leaves out, Calico reads as its default (`libcalico-go/lib/clientv3/ippool.go convertIpPoolFromStorage`).
 */
import type { ObjectMeta } from './meta.ts';

export interface IPPoolSpec {
  readonly cidr: string;
  /** Prefix length of the blocks nodes take; 26 when absent. */
  readonly blockSize?: number;
  /** `Always`, `CrossSubnet` or `Never`, as are all three when absent: `Never`. */
  readonly ipipMode?: string;
  readonly vxlanMode?: string;
  /** Pods' traffic to what is in no pool leaves with the node's address. */
  readonly natOutgoing?: boolean;
  /** Calico's selector language; `all()` when absent. */
  readonly nodeSelector?: string;
  /** `Workload`, `Tunnel`; both when absent. */
  readonly allowedUses?: readonly string[];
  readonly disabled?: boolean;
  readonly disableBGPExport?: boolean;
}

export interface IPPool {
  readonly apiVersion: 'crd.projectcalico.org/v1';
  readonly kind: 'IPPool';
  readonly metadata: ObjectMeta;
  readonly spec: IPPoolSpec;
}

/** Who has an address of a block. */
export interface AllocationAttribute {
  readonly handle_id: string;
  readonly secondary?: Readonly<Record<string, string>>;
}

export interface IPAMBlockSpec {
  readonly cidr: string;
  /** `host:NODE`; absent when no node owns it any more. */
  readonly affinity?: string;
  /** By ordinal: index into `attributes`; null where free. */
  readonly allocations: readonly (number | null)[];
  readonly attributes: readonly AllocationAttribute[];
  readonly strictAffinity: boolean;
  /** Free ordinals in the order they are given out. */
  readonly unallocated: readonly number[];
  readonly deleted?: boolean;
}

export interface IPAMBlock {
  readonly apiVersion: 'crd.projectcalico.org/v1';
  readonly kind: 'IPAMBlock';
  readonly metadata: ObjectMeta;
  readonly spec: IPAMBlockSpec;
}

export interface BlockAffinity {
  readonly apiVersion: 'crd.projectcalico.org/v1';
  readonly kind: 'BlockAffinity';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly cidr: string;
    readonly node: string;
    /** `pending` until the block is made for it. */
    readonly state: string;
    readonly type?: string;
    /** Text: older releases read it so. */
    readonly deleted: string;
  };
}

/** The one called `default` counts. */
export interface IPAMConfig {
  readonly apiVersion: 'crd.projectcalico.org/v1';
  readonly kind: 'IPAMConfig';
  readonly metadata: ObjectMeta;
  readonly spec: {
    /** No address is borrowed from another node's block. */
    readonly strictAffinity: boolean;
    readonly autoAllocateBlocks: boolean;
    /** 0 and absent: 20. */
    readonly maxBlocksPerHost?: number;
  };
}
