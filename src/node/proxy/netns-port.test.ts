import { describe, expect, it } from 'vitest';
import { cidr } from '../../lib/cidr.ts';
import { ip, IP_ANY } from '../../lib/ip.ts';
import { createRng } from '../../lib/rng.ts';
import { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { NS_PER_S, Sim } from '../../sim/sim.ts';
import { kubeProxyConfig, type KubeProxyConfig } from './config.ts';
import { endpoint, service, slice } from './fixtures.ts';
import { IptablesMode } from './iptables-mode.ts';
import { NetnsIptablesPort } from './netns-port.ts';

const TESTER = { actor: 'user', action: 'test', object: null };
const NODE_IP = ip('192.168.1.12');

/** A node with one device, kube-proxy on it, and a client and servers in its own namespace. */
function nodeLab(extra: Partial<KubeProxyConfig> = {}): {
  root: Netns;
  proxy: IptablesMode;
  ask: (protocol: 'tcp' | 'udp', dst: string, port: number) => string;
} {
  const sim = new Sim(createRng(1));
  const { root } = new Kernel('here', sim, TESTER);
  root.addDummy({ name: 'eth0' }, TESTER);
  root.setLink('eth0', { up: true }, TESTER);
  root.addAddress('eth0', cidr('192.168.1.12/24'), {}, TESTER);
  root.addRoute({ dst: 'default', dev: 'eth0' }, TESTER);
  const proxy = new IptablesMode(
    kubeProxyConfig({ hostname: 'here', nodeIP: NODE_IP, ...extra }),
    new NetnsIptablesPort(root),
    () => sim.now,
  );
  const ask = (protocol: 'tcp' | 'udp', dst: string, port: number): string => {
    let heard = 'nothing';
    const onEvent = (event: { kind: string; text?: string; errno?: string }): void => {
      if (event.kind !== 'closed') heard = event.text ?? event.errno ?? '';
    };
    const spec = { dst: ip(dst), port, process: 'curl', text: 'hello', recorder: null, onEvent };
    if (protocol === 'tcp') root.sockets.connectTcp(spec);
    else root.sockets.sendUdp(spec);
    sim.run({ deadline: sim.now + NS_PER_S, maxSteps: 10_000 });
    return heard;
  };
  return { root, proxy, ask };
}

describe('the doors to a node', () => {
  const dns = service('dns', { ports: [{ name: 'http', protocol: 'UDP', port: 53, targetPort: 5353 }] });
  const ports = [{ name: 'http', protocol: 'UDP', port: 5353 }] as const;
  const served = slice('dns', [endpoint('192.168.1.12', 'here')], { ports });

  it('[KP24] a removed endpoint takes its UDP connections with it, and no others', () => {
    const { root, proxy, ask } = nodeLab();
    root.sockets.listen({ protocol: 'udp', addr: IP_ANY, port: 5353, process: 'dns', handler: () => 'answer' });
    proxy.onServiceAdd(dns);
    proxy.onEndpointSliceAdd(served);
    expect(proxy.sync()).toEqual({ ok: true, value: { full: true, services: 1, endpoints: 1 } });
    expect(ask('udp', '10.96.0.10', 53)).toBe('answer');
    expect(ask('udp', '192.168.1.12', 5353)).toBe('answer');
    const destinations = (): string[] =>
      root.netfilter.conntrack.view().map((entry) => `${entry.original.dst}:${entry.original.dport}`);
    expect(destinations().sort()).toEqual(['10.96.0.10:53', '192.168.1.12:5353']);
    proxy.onEndpointSliceDelete(served);
    proxy.sync();
    expect(destinations()).toEqual(['192.168.1.12:5353']);
  });

  it('[KP4] healthCheckNodePorts answer by local endpoints, and close with their Service', () => {
    const { proxy, ask } = nodeLab();
    const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32000 } as const;
    const web = service('web', spec);
    const local = slice('web', [endpoint('10.244.0.2', 'here')]);
    proxy.onServiceAdd(web);
    proxy.onEndpointSliceAdd(local);
    proxy.sync();
    expect(ask('tcp', '192.168.1.12', 32000)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n' +
        'X-Load-Balancing-Endpoint-Weight: 1\r\nContent-Length: 114\r\n\r\n' +
        '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "web"\n\t},\n' +
        '\t"localEndpoints": 1,\n\t"serviceProxyHealthy": true\n}',
    );
    proxy.onEndpointSliceUpdate(local, slice('web', [endpoint('10.244.1.2')]));
    proxy.sync();
    expect(ask('tcp', '192.168.1.12', 32000)).toContain('HTTP/1.1 503 Service Unavailable');
    proxy.onServiceDelete(web);
    proxy.sync();
    expect(ask('tcp', '192.168.1.12', 32000)).toBe('ECONNREFUSED');
  });

  it('[KP4] [KP16] healthCheckNodePorts answer where NodePorts do', () => {
    const { proxy, ask } = nodeLab({ nodePortAddresses: [cidr('192.168.1.0/24')] });
    proxy.onServiceAdd(service('web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32000 }));
    proxy.sync();
    expect(ask('tcp', '192.168.1.12', 32000)).toContain('HTTP/1.1 503 Service Unavailable');
    expect(ask('tcp', '127.0.0.1', 32000)).toBe('ECONNREFUSED');
  });

  it('[KP14] a ClusterIP without endpoints refuses', () => {
    const { proxy, ask } = nodeLab();
    proxy.onServiceAdd(service('web'));
    proxy.sync();
    expect(ask('tcp', '10.96.0.10', 80)).toBe('ECONNREFUSED');
  });
});
