import { describe, expect, test } from 'vitest';
import { cidr } from '../../../lib/cidr.ts';
import { dnatRules, entryRules, SHARED_RULES, type HostPorts } from './rules.ts';

const ID = '5ea618a82d38c4b9d0322273f1b4b26ef5e41c032bad80686923e4a7b3fc8a57';

/** The Pod that portmap 1.1.1 was given when its rules were recorded. */
const RECORDED: HostPorts = {
  network: 'mynet',
  containerId: ID,
  address: cidr('10.244.1.2/24'),
  mappings: [
    { hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '' },
    { hostPort: 5353, containerPort: 53, protocol: 'udp', hostIP: '' },
    { hostPort: 9443, containerPort: 443, protocol: 'tcp', hostIP: '192.168.0.11' },
  ],
};

describe('the rules of portmap are those that iptables-save showed of the plugin:', () => {
  test('what all Pods share', () => {
    expect(SHARED_RULES.map(({ rule }) => rule).sort()).toEqual(
      [
        '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
        '-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
        '-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
        '-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE',
        '-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000',
      ].sort(),
    );
  });

  test('the jumps to a Pod, a protocol each', () => {
    const comment = `-m comment --comment "dnat name: \\"mynet\\" id: \\"${ID}\\""`;
    expect(entryRules(RECORDED)).toEqual([
      `-A CNI-HOSTPORT-DNAT -p tcp ${comment} -m multiport --dports 8080,9443 -j CNI-DN-a126096618622b303c2d9`,
      `-A CNI-HOSTPORT-DNAT -p udp ${comment} -m multiport --dports 5353 -j CNI-DN-a126096618622b303c2d9`,
    ]);
  });

  test('a Pod’s own chain', () => {
    expect(dnatRules(RECORDED).map((rule) => rule.replace('-A CNI-DN-a126096618622b303c2d9 ', ''))).toEqual([
      '-s 10.244.1.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK',
      '-s 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK',
      '-p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.244.1.2:80',
      '-s 10.244.1.0/24 -p udp -m udp --dport 5353 -j CNI-HOSTPORT-SETMARK',
      '-s 127.0.0.1/32 -p udp -m udp --dport 5353 -j CNI-HOSTPORT-SETMARK',
      '-p udp -m udp --dport 5353 -j DNAT --to-destination 10.244.1.2:53',
      '-s 10.244.1.0/24 -d 192.168.0.11/32 -p tcp -m tcp --dport 9443 -j CNI-HOSTPORT-SETMARK',
      '-s 127.0.0.1/32 -d 192.168.0.11/32 -p tcp -m tcp --dport 9443 -j CNI-HOSTPORT-SETMARK',
      '-d 192.168.0.11/32 -p tcp -m tcp --dport 9443 -j DNAT --to-destination 10.244.1.2:443',
    ]);
  });

  test('sixteen ports need two jumps: multiport takes fifteen', () => {
    const mappings = Array.from({ length: 16 }, (_, i) => ({
      hostPort: 8000 + i,
      containerPort: 80 + i,
      protocol: 'tcp' as const,
      hostIP: '',
    }));
    expect(entryRules({ ...RECORDED, mappings }).map((rule) => /--dports (\S+)/.exec(rule)?.[1]?.split(',').length)).toEqual([
      15, 1,
    ]);
  });
});
