/**
 * Field types of the custom resources that are simulated, in the notation of `schema.generated.ts` (projectcalico/calico
 * libcalico-go/config/crd).
 */
export const CRD_TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  IPPool: { apiVersion: 's=crd.projectcalico.org/v1!', kind: 's=IPPool!', metadata: '@ObjectMeta', spec: '@IPPoolSpec' },
  IPPoolSpec: {
    allowedUses: '[]s=Workload|Tunnel',
    blockSize: 'i',
    cidr: 's!',
    disableBGPExport: 'b',
    disabled: 'b',
    ipip: 'a',
    ipipMode: 's=Always|CrossSubnet|Never',
    'nat-outgoing': 'b',
    natOutgoing: 'b',
    nodeSelector: 's',
    vxlanMode: 's=Always|CrossSubnet|Never',
  },
  BlockAffinity: {
    apiVersion: 's=crd.projectcalico.org/v1!',
    kind: 's=BlockAffinity!',
    metadata: '@ObjectMeta',
    spec: '@BlockAffinitySpec',
  },
  BlockAffinitySpec: { cidr: 's!', deleted: 's!', node: 's!', state: 's!', type: 's' },
  IPAMConfig: {
    apiVersion: 's=crd.projectcalico.org/v1!',
    kind: 's=IPAMConfig!',
    metadata: '@ObjectMeta',
    spec: '@IPAMConfigSpec',
  },
  IPAMConfigSpec: { autoAllocateBlocks: 'b!', maxBlocksPerHost: 'i', strictAffinity: 'b!' },
  IPAMBlock: {
    apiVersion: 's=crd.projectcalico.org/v1!',
    kind: 's=IPAMBlock!',
    metadata: '@ObjectMeta',
    spec: '@IPAMBlockSpec',
  },
  IPAMBlockSpec: {
    affinity: 's',
    allocations: '[]i!',
    attributes: '[]a!',
    cidr: 's!',
    deleted: 'b',
    strictAffinity: 'b!',
    unallocated: '[]i!',
  },
};
