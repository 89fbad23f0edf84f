/** How each recording's cluster is made here, and what its rig had otherwise. */
import type { RecordedCluster } from './clusters.ts';
import type { Difference } from './difference.ts';
import { byIp, CARD, CARD_BELOW, CARD_BRIEF, NO_IPV6 } from './rig.ts';

export interface Golden extends RecordedCluster {
  /** The folder of the recording. */
  readonly network: string;
  readonly differences: readonly Difference[];
}

const LAN = { underlayCIDR: '192.168.0.0/24', external: { ip: '192.168.0.100', ports: [80], names: null } };
const TWO_NODES = [
  { name: 'n1', ip: '192.168.0.11', podCIDR: '10.244.0.0/24', vtepMac: '0a:f1:00:00:00:01' },
  { name: 'n2', ip: '192.168.0.12', podCIDR: '10.244.1.0/24', vtepMac: '0a:f1:00:00:00:02' },
];
const THREE_PODS = [
  ['a1', 'n1'],
  ['a2', 'n1'],
  ['b1', 'n2'],
] as const;

const FLANNEL: readonly Golden[] = [
  {
    network: 'flannel-vxlan',
    cluster: { ...LAN, cni: 'flannel-vxlan' },
    nodes: TWO_NODES,
    pods: THREE_PODS,
    differences: [NO_IPV6, CARD, CARD_BELOW, byIp('flannel')],
  },
  {
    network: 'flannel-host-gw',
    cluster: { ...LAN, cni: 'flannel-host-gw' },
    nodes: TWO_NODES,
    pods: THREE_PODS,
    differences: [NO_IPV6, CARD_BRIEF],
  },
];

const KINDNET: Golden = {
  network: 'kindnet',
  cluster: { cni: 'kindnet', underlayCIDR: '172.18.0.0/16', external: { ip: '172.18.0.1', ports: [80], names: null } },
  nodes: [
    { name: 'n1', ip: '172.18.0.2', podCIDR: '10.244.0.0/24' },
    { name: 'n2', ip: '172.18.0.3', podCIDR: '10.244.1.0/24' },
  ],
  pods: [
    ['p1', 'n1'],
    ['p2', 'n1'],
    ['p3', 'n1'],
    ['q1', 'n2'],
  ],
  differences: [NO_IPV6, CARD],
};

/** The recording's Linux bridge in place of Open vSwitch, and what else was made by hand. */
const WEAVE_RIG: readonly Difference[] = [
  byIp('vethwe'),
  byIp('eth0@'),
  {
    why: 'rig: a Linux bridge stands for the Open vSwitch datapath, and the devices were made in another order',
    recorded:
      /3: weave(:.*\n.*\n.*\n.*)\n4: (vethwe-datapath.*\n.*)\n5: (vethwe-bridge.*\n.*)\n6: datapath.*\n.*\n7: (vxlan-6784.*) mtu 1376(.*\n.*)\n/,
    simulated:
      '3: datapath: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1376 qdisc noqueue state UNKNOWN group default qlen 1000\n' +
      '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n5: weave$1\n7: $2\n8: $3\n9: $4 mtu 65535$5\n',
  },
  {
    why: 'rig: ports of the Open vSwitch datapath are no ports of a bridge',
    recorded: /^\d+: (vethwe-datapath|vxlan-6784).* master datapath .*\n/gm,
    simulated: '',
    of: /^bridge link/,
  },
  { why: 'rig: the order of devices', recorded: /^5: vethwe-bridge/m, simulated: '8: vethwe-bridge', of: /^bridge link/ },
  { why: 'rig: the order of devices', recorded: /^11: (vethwepl\w+@if)10/m, simulated: '13: $112' },
  { why: 'rig: the order of devices', recorded: /^9: (vethwepl\w+@if)8/m, simulated: '11: $110' },
  { why: 'rig: the order of devices', recorded: /^8: eth0@if9/m, simulated: '10: eth0@if11' },
  {
    why: 'rig: only the namespaces default and kube-system were made there',
    recorded: /^-A WEAVE-NPC-DEFAULT .* namespace: default" -j ACCEPT\n/m,
    simulated:
      '$&-A WEAVE-NPC-DEFAULT -m set --match-set weave-]B*(W?)t*z5O17G044[gUo#$$l dst -m comment --comment "DefaultAllow ingress isolation for namespace: kube-node-lease" -j ACCEPT\n' +
      '-A WEAVE-NPC-DEFAULT -m set --match-set weave-Rzff}h:=]JaaJl/G;(XJpGjZ[ dst -m comment --comment "DefaultAllow ingress isolation for namespace: kube-public" -j ACCEPT\n',
  },
  {
    why: 'rig: only the namespaces default and kube-system were made there',
    recorded: /^-A WEAVE-NPC-EGRESS-DEFAULT .* namespace: default" -j RETURN\n/m,
    simulated: ['sui%__gZ}{kX~oZgI_Ttqp=Dp kube-node-lease', '41s)5vQ^o/xWGz6a20N:~?#|E kube-public'].reduce((text, set) => {
      const [name = '', namespace = ''] = set.split(' ');
      const rule = `-A WEAVE-NPC-EGRESS-DEFAULT -m set --match-set weave-${name} src -m comment --comment "DefaultAllow egress isolation for namespace: ${namespace}" -j`;
      return `${text}${rule} WEAVE-NPC-EGRESS-ACCEPT\n${rule} RETURN\n`;
    }, '$&'),
  },
];

const WEAVE: Golden = {
  network: 'weave',
  cluster: { cni: 'weave', underlayCIDR: '192.168.1.0/24', external: { ip: '192.168.1.1', ports: [80], names: null } },
  nodes: [
    { name: 'class', ip: '192.168.1.12', controlPlane: true },
    { name: 'class2', ip: '192.168.1.8' },
  ],
  aliases: { n1: 'class', n2: 'class2' },
  pods: [
    ['b1', 'class2'],
    ['b2', 'class2'],
  ],
  differences: [NO_IPV6, CARD, ...WEAVE_RIG],
};

const CALICO_LAN = {
  underlayCIDR: '172.16.0.0/24',
  clusterCIDR: '10.200.64.0/18',
  external: { ip: '172.16.0.1', ports: [80], names: null },
};

const CALICO_PODS: readonly Difference[] = [byIp('cali'), byIp('eth0@')];

const CALICO: readonly Golden[] = [
  {
    network: 'calico-none',
    cluster: { ...CALICO_LAN, cni: 'calico-bgp' },
    nodes: [
      { name: 'n1', ip: '172.16.0.124' },
      { name: 'n2', ip: '172.16.0.123' },
    ],
    pods: [
      ['a1', 'n1', '10.200.64.0'],
      ['a2', 'n1', '10.200.64.1'],
      ['b1', 'n2', '10.200.66.64'],
    ],
    differences: [
      NO_IPV6,
      CARD,
      ...CALICO_PODS,
      { why: 'rig: the MTU is one for VXLAN there, that of the underlay here', recorded: /mtu 1450/g, simulated: 'mtu 1500' },
      {
        why: "rig: a Pod's cable was laid from namespace to namespace there; the plugin makes both ends in the Pod and moves one out",
        recorded: /^(\d+: cali\w+@if)2/gm,
        simulated: '$13',
      },
      {
        why: "rig: so the Pod's own end has the number after the one moved out",
        recorded: /^2: (eth0@if\d+:.* mtu 1500 .*group default$)/gm,
        simulated: '3: $1',
      },
    ],
  },
  {
    network: 'calico-vxlan',
    cluster: { ...CALICO_LAN, cni: 'calico-vxlan' },
    nodes: [
      { name: 'n2', ip: '172.16.0.124' },
      { name: 'n1', ip: '172.16.0.123' },
    ],
    aliases: { n1: 'n2', n2: 'n1' },
    pods: [
      ['a1', 'n2'],
      ['a2', 'n2'],
      ['b1', 'n1'],
    ],
    differences: [
      NO_IPV6,
      CARD_BELOW,
      { why: 'rig: the tunnel was added to nodes that had Pods there', recorded: /^5: (?=vxlan)/gm, simulated: '3: ' },
      {
        why: 'rig: all addresses were given by hand there, the blackhole route as BIRD writes it; here IPAM gives them, Felix the route',
        recorded:
          /10\.200\.64\.0 dev (\S+) scope link\nblackhole 10\.200\.64\.0\/26 proto bird\n10\.200\.64\.1 dev (\S+) scope link\n10\.200\.66\.64\/26 via 10\.200\.66\.65 /,
        simulated:
          'blackhole 10.200.73.192/26 proto 80\n10.200.73.193 dev $1 scope link\n10.200.73.194 dev $2 scope link\n10.200.123.128/26 via 10.200.123.128 ',
      },
      { why: 'rig: and that of the tunnel', recorded: /10\.200\.64\.2(?=\/32)/, simulated: '10.200.73.192' },
      { why: "rig: and that of the other node's", recorded: /10\.200\.66\.65 lladdr/, simulated: '10.200.123.128 lladdr' },
    ],
  },
];

const IPIP: Golden = {
  network: 'calico-ipip',
  cluster: { ...CALICO_LAN, clusterCIDR: '10.233.64.0/18', cni: 'calico-ipip' },
  nodes: [
    { name: 'n1', ip: '172.16.0.124' },
    { name: 'n2', ip: '172.16.0.125' },
    { name: 'n3', ip: '172.16.0.126' },
    { name: 'n4', ip: '172.16.0.127' },
  ],
  pods: [
    ['web-0', 'n1'],
    ['web-1', 'n1'],
    ['nginx', 'n1'],
  ],
  differences: [
    {
      why: "rig: Felix's own DefaultEndpointToHostAction there, that of Calico's manifest here",
      recorded: /cali:sO1YJiY1b553biDi(.*) -j RETURN/,
      simulated: 'cali:nSZbcOoG1xPONxb8$1 -j ACCEPT',
    },
  ],
};

const NODEPORT: Golden = {
  network: 'nodeport',
  cluster: {
    ...LAN,
    cni: 'flannel-vxlan',
    proxy: { mode: 'iptables', clusterCIDR: '10.244.0.0/16', masqueradeAll: false, nodePortAddresses: null },
  },
  nodes: TWO_NODES,
  pods: [['b1', 'n2']],
  manifests:
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, clusterIP: 10.96.0.100, selector: {app: b1}, ' +
    'ports: [{port: 80, nodePort: 30080}]}\n',
  differences: [
    {
      why: 'rig: no kube-proxy ran there, so it left no chain to see a flush by',
      recorded: /^# Generated by (.*)\n\*filter/,
      simulated:
        '# Generated by $1\n*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n' +
        ':POSTROUTING ACCEPT [0:0]\n:KUBE-PROXY-CANARY - [0:0]\nCOMMIT\n# Completed on DATE\n$&',
    },
    { why: 'rig: nor in filter', recorded: /^:KUBE-PROXY-FIREWALL/m, simulated: ':KUBE-PROXY-CANARY - [0:0]\n$&' },
    { why: 'rig: nor in nat', recorded: /^:KUBE-POSTROUTING .*\n/m, simulated: '$&:KUBE-PROXY-CANARY - [0:0]\n' },
    {
      why: 'rig: rules were written in one go there; kube-proxy puts the jumps to KUBE-FIREWALL first, after its others',
      recorded: /^((?:-A (INPUT|OUTPUT) .*\n)+?)(-A \2 -j KUBE-FIREWALL\n)/gm,
      simulated: '$3$1',
    },
  ],
};

export const GOLDENS: readonly Golden[] = [...FLANNEL, KINDNET, WEAVE, ...CALICO, IPIP, NODEPORT];
