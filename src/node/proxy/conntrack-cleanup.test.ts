import { describe, expect, it } from 'vitest';
import type { ServicePort } from '../../api/types/service.ts';
import { ip } from '../../lib/ip.ts';
import { kubeProxyConfig } from './config.ts';
import { endpoint, service, slice, TERMINATING, UNREADY } from './fixtures.ts';
import { createIptablesProxier, type IptablesProxier } from './iptables.ts';

const DNS: ServicePort = { name: 'http', protocol: 'UDP', port: 53, targetPort: 53 };
const UDP_SLICE = { ports: [{ name: 'http', protocol: 'UDP', port: 53 }] } as const;
const none = slice('dns', [], UDP_SLICE);
const one = slice('dns', [endpoint('10.0.0.1')], UDP_SLICE);
const two = slice('dns', [endpoint('10.0.0.1'), endpoint('10.0.0.2')], UDP_SLICE);

function proxierWith(dns: Parameters<IptablesProxier['onServiceAdd']>[0], endpoints: typeof none): IptablesProxier {
  const proxier = createIptablesProxier(kubeProxyConfig({ hostname: 'here', nodeIP: ip('192.168.1.12') }));
  proxier.onServiceAdd(dns);
  proxier.onEndpointSliceAdd(endpoints);
  proxier.syncProxyRules();
  return proxier;
}

describe('[KP24] stale UDP connections', () => {
  const dns = service('dns', { ports: [DNS], externalIPs: ['198.51.100.9'] });

  it('of a deleted Service', () => {
    const proxier = proxierWith(dns, one);
    proxier.onServiceDelete(dns);
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([{ protocol: 'udp', origDst: '10.96.0.10' }]);
  });

  it('of a Service that gets its first endpoint', () => {
    const proxier = proxierWith(service('dns', { type: 'NodePort', ports: [{ ...DNS, nodePort: 30053 }] }), none);
    proxier.onEndpointSliceUpdate(none, one);
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([
      { protocol: 'udp', origDst: '10.96.0.10' },
      { protocol: 'udp', origDport: 30053 },
    ]);
  });

  it('of an endpoint that is gone', () => {
    const proxier = proxierWith(dns, two);
    proxier.onEndpointSliceUpdate(two, one);
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([
      { protocol: 'udp', origDst: '10.96.0.10', dstNat: '10.0.0.2' },
      { protocol: 'udp', origDst: '198.51.100.9', dstNat: '10.0.0.2' },
    ]);
  });

  it('of an endpoint that serves no more', () => {
    const proxier = proxierWith(dns, two);
    proxier.onEndpointSliceUpdate(two, slice('dns', [endpoint('10.0.0.1', 'other', UNREADY), endpoint('10.0.0.2')], UDP_SLICE));
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([
      { protocol: 'udp', origDst: '10.96.0.10', dstNat: '10.0.0.1' },
      { protocol: 'udp', origDst: '198.51.100.9', dstNat: '10.0.0.1' },
    ]);
  });

  it('but not of one that terminates and still serves, nor of one that never served', () => {
    const proxier = proxierWith(dns, two);
    const going = [endpoint('10.0.0.1', 'other', TERMINATING), endpoint('10.0.0.2'), endpoint('10.0.0.3', 'other', UNREADY)];
    proxier.onEndpointSliceUpdate(two, slice('dns', going, UDP_SLICE));
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([]);
    proxier.onEndpointSliceUpdate(two, slice('dns', going.slice(0, 2), UDP_SLICE));
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([]);
  });

  it('of a port dropped in one of several changes since the last sync', () => {
    const proxier = proxierWith(dns, one);
    const tcp = service('dns', { ports: [{ ...DNS, protocol: 'TCP' }] });
    const moved = service('dns', { ports: [{ ...DNS, protocol: 'TCP' }], clusterIP: '10.96.0.11' });
    proxier.onServiceUpdate(dns, tcp);
    proxier.onServiceUpdate(tcp, moved);
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([{ protocol: 'udp', origDst: '10.96.0.10' }]);
  });

  it('of every UDP Service when kube-proxy begins, since it can not know what was before', () => {
    const proxier = createIptablesProxier(kubeProxyConfig({ hostname: 'here', nodeIP: ip('192.168.1.12') }));
    proxier.onServiceAdd(service('dns', { ports: [DNS] }));
    proxier.onEndpointSliceAdd(one);
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([{ protocol: 'udp', origDst: '10.96.0.10' }]);
  });

  it('but not of an endpoint more', () => {
    const proxier = proxierWith(dns, one);
    proxier.onEndpointSliceUpdate(one, two);
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([]);
  });

  it('and never of TCP', () => {
    const web = service('dns');
    const proxier = proxierWith(web, slice('dns', [endpoint('10.0.0.1')]));
    proxier.onServiceDelete(web);
    proxier.onEndpointSliceDelete(slice('dns', []));
    expect(proxier.syncProxyRules().conntrackCleanup).toEqual([]);
  });
});
