import { describe, expect, it } from 'vitest';
import { service } from './fixtures.ts';
import { externallyAccessible, servicePortsOf, usesClusterEndpoints, usesLocalEndpoints } from './service-port.ts';

describe('servicePortsOf', () => {
  it.each([
    ['headless', { clusterIP: 'None' }],
    ['ExternalName', { type: 'ExternalName', clusterIP: undefined, externalName: 'example.org' }],
    ['IPv6 alone', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'], ipFamilies: ['IPv6'] }],
    ['IPv6 alone and of old', { clusterIP: 'fd00::1' }],
    ['not yet allocated', { clusterIP: '' }],
  ] as const)('[KP1] leaves out a Service that is %s', (_what, spec) => {
    expect(servicePortsOf(service('web', spec))).toEqual([]);
  });

  it('[KP1] takes the IPv4 address of a dual-stack Service', () => {
    const both = { clusterIPs: ['fd00::1', '10.96.0.7'], ipFamilies: ['IPv6', 'IPv4'] } as const;
    const [info] = servicePortsOf(service('web', { clusterIP: 'fd00::1', ...both }));
    expect(info?.clusterIP).toBe('10.96.0.7');
  });

  it('[KP2] names ports by Service, port name and protocol', () => {
    const ports = [
      { name: 'dns', protocol: 'UDP', port: 53, targetPort: 53 },
      { name: 'dns', protocol: 'TCP', port: 53, targetPort: 53 },
      { protocol: 'TCP', port: 80, targetPort: 80 },
    ] as const;
    expect(servicePortsOf(service('dns', { ports })).map(({ key, name }) => [key, name])).toEqual([
      ['default/dns:dns/UDP', 'default/dns:dns'],
      ['default/dns:dns/TCP', 'default/dns:dns'],
      ['default/dns:/TCP', 'default/dns'],
    ]);
  });

  it('keeps what rules are made of', () => {
    const spec = {
      type: 'LoadBalancer',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30080 }],
      externalIPs: ['198.51.100.9', 'fd00::9'],
      externalTrafficPolicy: 'Local',
      internalTrafficPolicy: 'Local',
      healthCheckNodePort: 32000,
      loadBalancerSourceRanges: [' 192.0.2.77/24 ', 'fd00::/64'],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    } as const;
    const ingress = [{ ip: '203.0.113.1' }, { ip: '203.0.113.2', ipMode: 'Proxy' }, { hostname: 'lb.example.org' }] as const;
    const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' };
    expect(servicePortsOf(service('web', spec, { status: { loadBalancer: { ingress } }, annotations }))).toEqual([
      {
        key: 'default/web:http/TCP',
        service: 'default/web',
        name: 'default/web:http',
        protocol: 'TCP',
        clusterIP: '10.96.0.10',
        port: 80,
        nodePort: 30080,
        externalIPs: ['198.51.100.9'],
        // [KP3]
        loadBalancerVIPs: ['203.0.113.1'],
        loadBalancerSourceRanges: ['192.0.2.0/24'],
        sessionAffinity: 'ClientIP',
        stickyMaxAgeSeconds: 60,
        healthCheckNodePort: 32000,
        externalPolicyLocal: true,
        internalPolicyLocal: true,
        hintsAnnotation: 'Auto',
      },
    ]);
  });

  it('[KP4] ignores a healthCheckNodePort without external policy Local', () => {
    const [info] = servicePortsOf(
      service('web', { type: 'LoadBalancer', externalTrafficPolicy: 'Cluster', healthCheckNodePort: 32000 }),
    );
    expect(info?.healthCheckNodePort).toBe(0);
  });

  it.each([
    ['ClusterIP', {}, { external: false, cluster: true, local: false }],
    ['internal policy Local', { internalTrafficPolicy: 'Local' }, { external: false, cluster: false, local: true }],
    [
      'external policy Local',
      {
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        ports: [{ protocol: 'TCP', port: 80, targetPort: 80, nodePort: 30000 }],
      },
      { external: true, cluster: true, local: true },
    ],
    [
      'external policy Local with nothing external',
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      { external: false, cluster: true, local: false },
    ],
  ] as const)('[KP9] %s', (_what, spec, expected) => {
    const found = servicePortsOf(service('web', spec)).map((info) => ({
      external: externallyAccessible(info),
      cluster: usesClusterEndpoints(info),
      local: usesLocalEndpoints(info),
    }));
    expect(found).toEqual([expected]);
  });
});
