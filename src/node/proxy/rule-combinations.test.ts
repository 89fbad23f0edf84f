import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../api/types/endpointslice.ts';
import type { Service } from '../../api/types/service.ts';
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { kubeProxyConfig } from './config.ts';
import { endpoint, service, slice, TERMINATING } from './fixtures.ts';
import { createIptablesProxier } from './iptables.ts';

/** A load balancer for Pods on the node alone, with every field that adds rules, and some in a family that adds none. */
const DNS = service(
  'dns',
  {
    type: 'LoadBalancer',
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: 'Local',
    internalTrafficPolicy: 'Local',
    externalIPs: ['198.51.100.7', 'fd00::7'],
    loadBalancerSourceRanges: [' 203.0.113.77/25', '0.0.0.0/0', 'fd00::/8'],
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    healthCheckNodePort: 32000,
    ports: [{ protocol: 'UDP', port: 53, targetPort: 'dns' }],
  },
  {
    status: {
      loadBalancer: {
        ingress: [
          { ip: '203.0.113.1' },
          { ip: '203.0.113.9', ipMode: 'Proxy' },
          { hostname: 'lb.example.org' },
          { ip: '203.0.113.2' },
        ],
      },
    },
  },
);

/** Rules made for a Service, `CHAIN matches -> target`, without comments, protocols and hashes. */
function rules(of: Service, endpoints: readonly Endpoint[], clusterCIDR: string | null = '10.244.0.0/16'): string[] {
  const detectLocal = clusterCIDR === null ? null : ({ mode: 'ClusterCIDR', cidr: cidr(clusterCIDR) } as const);
  const proxier = createIptablesProxier(kubeProxyConfig({ hostname: 'here', nodeIP: ip('192.168.1.12'), detectLocal }));
  proxier.onServiceAdd(of);
  const [port] = of.spec.ports ?? [];
  const ports = [{ name: port?.name ?? '', protocol: port?.protocol ?? 'TCP', port: 8080 }];
  proxier.onEndpointSliceAdd(slice(of.metadata.name, endpoints, { ports }));
  const lines = proxier.syncProxyRules().restoreText.split('\n');
  return lines.filter((line) => line.startsWith('-A') && line.includes(`default/${of.metadata.name}`)).map(brief);
}

function brief(line: string): string {
  return line
    .replace(/^-A /, '')
    .replace(/-m comment --comment (?:"[^"]*"|\S+) ?/, '')
    .replace(/-m (?:tcp|udp|sctp) -p (?:tcp|udp|sctp) /, '')
    .replaceAll(/(KUBE-(?:SVC|SVL|FW|EXT|SEP))-[A-Z2-7]{16}/g, '$1')
    .replace('-m addrtype ', '')
    .replace('-m statistic --mode random --probability', 'one in')
    .replace(/-m recent --name KUBE-SEP/, 'recent')
    .replace('-j ', '-> ')
    .trimEnd();
}

const LB_CAPTURE = ['KUBE-SERVICES -d 203.0.113.1 --dport 53 -> KUBE-FW', 'KUBE-SERVICES -d 203.0.113.2 --dport 53 -> KUBE-FW'];
const LB_FIREWALL = [
  'KUBE-PROXY-FIREWALL -d 203.0.113.1 --dport 53 -> DROP',
  'KUBE-PROXY-FIREWALL -d 203.0.113.2 --dport 53 -> DROP',
];
const SHORT_CIRCUIT = [
  'KUBE-EXT -s 10.244.0.0/16 -> KUBE-SVC',
  'KUBE-EXT --src-type LOCAL -> KUBE-MARK-MASQ',
  'KUBE-EXT --src-type LOCAL -> KUBE-SVC',
];
/** The network of every address holds the node: then the VIPs are sources too. */
const FW = [
  'KUBE-FW -s 203.0.113.0/25 -> KUBE-EXT',
  'KUBE-FW -s 0.0.0.0/0 -> KUBE-EXT',
  'KUBE-FW -s 203.0.113.1 -> KUBE-EXT',
  'KUBE-FW -s 203.0.113.2 -> KUBE-EXT',
  'KUBE-FW',
];
const sep = (address: string): string[] => [
  `KUBE-SEP -s ${address} -> KUBE-MARK-MASQ`,
  `KUBE-SEP recent --set -> DNAT --to-destination ${address}:8080`,
];

describe('a load balancer with everything at once', () => {
  it('[KP3] [KP9] has an endpoint here and one elsewhere', () => {
    expect(rules(DNS, [endpoint('10.244.0.2', 'here'), endpoint('10.244.1.3')])).toEqual([
      ...LB_FIREWALL,
      'KUBE-NODEPORTS --dport 32000 -> ACCEPT',
      'KUBE-SERVICES -d 10.96.0.10 --dport 53 -> KUBE-SVL',
      'KUBE-SERVICES -d 198.51.100.7 --dport 53 -> KUBE-EXT',
      ...LB_CAPTURE,
      'KUBE-SVL -d 10.96.0.10 --dport 53 ! -s 10.244.0.0/16 -> KUBE-MARK-MASQ',
      ...SHORT_CIRCUIT,
      // The jump on to KUBE-SVL is the one rule of KUBE-EXT without a comment that names the Service.
      ...FW,
      'KUBE-SVC recent --rcheck --seconds 60 --reap -> KUBE-SEP',
      'KUBE-SVC recent --rcheck --seconds 60 --reap -> KUBE-SEP',
      'KUBE-SVC one in 0.5000000000 -> KUBE-SEP',
      'KUBE-SVC -> KUBE-SEP',
      'KUBE-SVL recent --rcheck --seconds 60 --reap -> KUBE-SEP',
      'KUBE-SVL -> KUBE-SEP',
      ...sep('10.244.0.2'),
      ...sep('10.244.1.3'),
    ]);
  });

  it.each([
    ['elsewhere alone', [endpoint('10.244.1.3')]],
    ['at a node that is not told', [{ addresses: ['10.244.1.3'] }]],
  ])('[KP7] [KP14] has endpoints %s', (_where, endpoints) => {
    expect(rules(DNS, endpoints)).toEqual([
      'KUBE-SERVICES -d 10.96.0.10 --dport 53 -> DROP',
      ...LB_FIREWALL,
      'KUBE-EXTERNAL-SERVICES -d 198.51.100.7 --dport 53 -> DROP',
      'KUBE-EXTERNAL-SERVICES -d 203.0.113.1 --dport 53 -> DROP',
      'KUBE-EXTERNAL-SERVICES -d 203.0.113.2 --dport 53 -> DROP',
      'KUBE-NODEPORTS --dport 32000 -> ACCEPT',
      'KUBE-SERVICES -d 198.51.100.7 --dport 53 -> KUBE-EXT',
      ...LB_CAPTURE,
      ...SHORT_CIRCUIT,
      ...FW,
      'KUBE-SVC recent --rcheck --seconds 60 --reap -> KUBE-SEP',
      'KUBE-SVC -> KUBE-SEP',
      ...sep('10.244.1.3'),
    ]);
  });

  it('[KP14] has none', () => {
    expect(rules(DNS, [])).toEqual([
      'KUBE-SERVICES -d 10.96.0.10 --dport 53 -> REJECT',
      'KUBE-EXTERNAL-SERVICES -d 198.51.100.7 --dport 53 -> REJECT',
      'KUBE-EXTERNAL-SERVICES -d 203.0.113.1 --dport 53 -> REJECT',
      'KUBE-EXTERNAL-SERVICES -d 203.0.113.2 --dport 53 -> REJECT',
      'KUBE-NODEPORTS --dport 32000 -> ACCEPT',
    ]);
  });
});

describe('external policy Local', () => {
  const port = { name: 'http', protocol: 'SCTP', port: 80, targetPort: 8080 } as const;

  it('[KP8] [KP9] has a terminating endpoint here and a ready one elsewhere: KUBE-SVL drains, KUBE-SVC does not', () => {
    const web = service('web', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ ...port, nodePort: 30080 }] });
    expect(rules(web, [endpoint('10.244.0.2', 'here', TERMINATING), endpoint('10.244.1.3')], null)).toEqual([
      'KUBE-SERVICES -d 10.96.0.10 --dport 80 -> KUBE-SVC',
      'KUBE-NODEPORTS --dport 30080 -> KUBE-EXT',
      'KUBE-EXT --src-type LOCAL -> KUBE-MARK-MASQ',
      'KUBE-EXT --src-type LOCAL -> KUBE-SVC',
      'KUBE-SVC -> KUBE-SEP',
      'KUBE-SVL -> KUBE-SEP',
      'KUBE-SEP -s 10.244.0.2 -> KUBE-MARK-MASQ',
      'KUBE-SEP -> DNAT --to-destination 10.244.0.2:8080',
      'KUBE-SEP -s 10.244.1.3 -> KUBE-MARK-MASQ',
      'KUBE-SEP -> DNAT --to-destination 10.244.1.3:8080',
    ]);
  });

  it('[KP9] counts for a ClusterIP Service with externalIPs, and for nothing without', () => {
    const local = { externalTrafficPolicy: 'Local', ports: [port] } as const;
    expect(rules(service('web', { ...local, externalIPs: ['198.51.100.7'] }), [endpoint('10.244.1.3')])).toContain(
      'KUBE-EXTERNAL-SERVICES -d 198.51.100.7 --dport 80 -> DROP',
    );
    expect(rules(service('web', local), [endpoint('10.244.1.3')])).toEqual([
      'KUBE-SERVICES -d 10.96.0.10 --dport 80 -> KUBE-SVC',
      'KUBE-SVC -d 10.96.0.10 --dport 80 ! -s 10.244.0.0/16 -> KUBE-MARK-MASQ',
      'KUBE-SVC -> KUBE-SEP',
      'KUBE-SEP -s 10.244.1.3 -> KUBE-MARK-MASQ',
      'KUBE-SEP -> DNAT --to-destination 10.244.1.3:8080',
    ]);
  });
});

describe('internal policy Local', () => {
  it('[KP9] leaves external traffic to the cluster', () => {
    const ports = [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30080 }] as const;
    const web = service('web', { type: 'NodePort', internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Cluster', ports });
    expect(rules(web, [endpoint('10.244.1.3')])).toEqual([
      'KUBE-SERVICES -d 10.96.0.10 --dport 80 -> DROP',
      'KUBE-NODEPORTS --dport 30080 -> KUBE-EXT',
      'KUBE-EXT -> KUBE-MARK-MASQ',
      'KUBE-SVC -> KUBE-SEP',
      'KUBE-SEP -s 10.244.1.3 -> KUBE-MARK-MASQ',
      'KUBE-SEP -> DNAT --to-destination 10.244.1.3:8080',
    ]);
  });
});
