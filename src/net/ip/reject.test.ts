import { describe, expect, test } from 'vitest';
import { crossings, lab, type LabNetns } from '../testing/lab.ts';

/** Two Pods on a node's bridge; what goes from one to the other, or out, is rejected with a RST. */
function node(callIptables: 0 | 1): Readonly<Record<'host' | 'client' | 'server', LabNetns>> {
  const host = lab().island('host').bridge('cni0', { address: '10.0.0.1/24', mac: '0a:00:00:00:00:01' });
  host.sysctl('net.bridge.bridge-nf-call-iptables', callIptables).sysctl('net.ipv4.ip_forward', 1);
  const pod = (name: string, address: string): LabNetns => host.pod(name, { address, via: '10.0.0.1', master: 'cni0' });
  const client = pod('client', '10.0.0.11/24');
  const server = pod('server', '10.0.0.12/24').listen(80);
  return { host, client, server };
}

const resets = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.includes('RST'));

describe('REJECT --reject-with tcp-reset', () => {
  test('a bridged packet is answered out of its port, past OUTPUT', () => {
    const { host, client } = node(1);
    host.iptables('-A FORWARD -p tcp --dport 80 -j REJECT --reject-with tcp-reset').iptables('-A OUTPUT -p tcp -j DROP');
    const flow = client.tcp('10.0.0.12', 80, 1);
    expect([flow.outcome, resets(crossings(flow.trace))]).toEqual([
      'ECONNREFUSED',
      ['host veth-client out RST-ACK', 'client eth0 in RST-ACK'],
    ]);
  });

  test('so is one the bridge passed up to be routed or delivered', () => {
    const { host, client } = node(1);
    host.iptables('-A INPUT -p tcp --dport 9 -j REJECT --reject-with tcp-reset');
    const flow = client.tcp('10.0.0.1', 9, 1);
    expect([flow.outcome, resets(crossings(flow.trace))]).toEqual([
      'ECONNREFUSED',
      ['host veth-client out RST-ACK', 'client eth0 in RST-ACK'],
    ]);
  });

  test('its addresses are those of the rejected packet, so a client that dialled a translated one does not know it', () => {
    const { host, client } = node(1);
    host
      .iptables('-t nat -A PREROUTING -d 10.96.0.1 -p tcp -j DNAT --to-destination 10.0.0.12:80')
      .iptables('-A FORWARD -p tcp --dport 80 -j REJECT --reject-with tcp-reset');
    expect(client.tcp('10.96.0.1', 80, 0.5).outcome).toBe('silence');
  });

  test('without br_netfilter the RST is a packet of the host: through OUTPUT and the bridge', () => {
    const { host, client } = node(0);
    host.iptables('-A INPUT -p tcp --dport 9 -j REJECT --reject-with tcp-reset');
    const flow = client.tcp('10.0.0.1', 9, 1);
    expect([flow.outcome, resets(crossings(flow.trace))]).toEqual([
      'ECONNREFUSED',
      ['host cni0 out RST-ACK', 'host veth-client out RST-ACK', 'client eth0 in RST-ACK'],
    ]);
    host.iptables('-A OUTPUT -p tcp -j DROP');
    expect(client.tcp('10.0.0.1', 9, 0.5).outcome).toBe('silence');
  });
});
