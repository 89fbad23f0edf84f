/**
 * What CNI plugins alone leave on a machine and in its Pods, against recordings of the real plugins.
 */
import { describe, expect, test } from 'vitest';
import { cidr } from '../../src/lib/cidr.ts';
import { BridgePlugin } from '../../src/node/cni/bridge/bridge.ts';
import { withPortmap } from '../../src/node/cni/portmap/portmap.ts';
import { PtpPlugin } from '../../src/node/cni/ptp/ptp.ts';
import { unexplained, withDifferences, type Difference } from './difference.ts';
import { normalised } from './normalise.ts';
import { asNetwork, done, hostLocal, Rig } from './plugins.ts';
import { readRecording, recordingText } from './recording.ts';
import { NO_IPV6 } from './rig.ts';
import { printed } from './tools.ts';

interface PluginGolden {
  readonly network: string;
  readonly make: (rig: Rig) => void;
  readonly differences: readonly Difference[];
}

const DEFAULT = cidr('0.0.0.0/0');

const NO_IPV6_BRIEF: Difference = {
  why: NO_IPV6.why,
  recorded: / (?:::1\/128|fe80::\S+)$/gm,
  simulated: '',
  of: /^ip -br addr/,
};

const NO_IPV6_ROUTES: Difference = {
  why: NO_IPV6.why,
  recorded: /^(?:local |multicast )?(?:fe80::|ff00::|::1 ).*\n/gm,
  simulated: '',
  of: /^ip route/,
};

const NO_IPV6_GROUPS: Difference = { why: '`bridge fdb` lists no IPv6 groups', recorded: /^33:33:.*\n/gm, simulated: '' };

const GOLDENS: readonly PluginGolden[] = [
  {
    network: 'bridge-plugin',
    make: (rig) => {
      const plugin = new BridgePlugin(rig.kernel, 'bridge');
      const conf = {
        bridge: 'cbr0',
        mtu: 1500,
        isGateway: true,
        isDefaultGateway: false,
        hairpinMode: true,
        ipMasq: true,
        promiscMode: false,
        ipam: hostLocal('kubenet', '10.244.1.0/24'),
        routes: [DEFAULT],
      };
      for (const pod of ['pod1', 'pod2']) done(plugin.cmdAdd(conf, rig.pod(pod)));
    },
    differences: [NO_IPV6, NO_IPV6_BRIEF, NO_IPV6_ROUTES, NO_IPV6_GROUPS],
  },
  {
    network: 'bridge-plugin-variants',
    make: (rig) => {
      const plugin = new BridgePlugin(rig.kernel, 'bridge');
      const conf = {
        bridge: 'cbr0',
        mtu: 1460,
        isGateway: true,
        isDefaultGateway: true,
        hairpinMode: false,
        ipMasq: false,
        promiscMode: true,
        ipam: hostLocal('kubenet', '10.244.1.0/29'),
        routes: [],
      };
      done(plugin.cmdAdd(conf, rig.pod('pod1', { loopback: false })));
    },
    differences: [NO_IPV6],
  },
  {
    network: 'ptp-plugin',
    make: (rig) => {
      const plugin = new PtpPlugin(rig.kernel);
      const conf = { mtu: 1500, ipMasq: true, ipam: hostLocal('ptpnet', '10.244.0.0/24'), routes: [DEFAULT] };
      for (const pod of ['pod1', 'pod2']) done(plugin.cmdAdd(conf, rig.pod(pod)));
    },
    differences: [NO_IPV6, NO_IPV6_BRIEF],
  },
  {
    network: 'portmap-plugin',
    make: (rig) => {
      const plugin = new BridgePlugin(rig.kernel, 'bridge');
      const conf = {
        bridge: 'cni0',
        mtu: 1500,
        isGateway: true,
        isDefaultGateway: false,
        hairpinMode: true,
        ipMasq: true,
        promiscMode: false,
        ipam: hostLocal('mynet', '10.244.1.0/24'),
        routes: [DEFAULT],
      };
      const portMappings = [
        { hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '' },
        { hostPort: 5353, containerPort: 53, protocol: 'udp', hostIP: '' },
        { hostPort: 9443, containerPort: 443, protocol: 'tcp', hostIP: '192.168.0.11' },
      ] as const;
      const pod = rig.pod('pod1', { portMappings });
      done(
        withPortmap(
          asNetwork('mynet', (context) => plugin.cmdAdd(conf, context)),
          rig.kernel,
        ).cmdAdd(pod),
      );
      done(plugin.cmdAdd(conf, rig.pod('pod2')));
    },
    differences: [],
  },
];

describe.each(GOLDENS)('$network', ({ network, make, differences }) => {
  test('the machine and its Pods print what was recorded', () => {
    const rig = new Rig();
    make(rig);
    rig.wait();
    const recording = readRecording(network);
    const ours = recording.map(({ host, command }) => ({ host, command, text: printed(rig.view(host), command) }));
    const theirs = withDifferences(recording, differences);
    expect(recordingText(normalised(ours))).toBe(recordingText(normalised(theirs)));
  });

  test('every difference is said to be one', () => {
    expect(unexplained(differences)).toEqual([]);
  });
});

describe('ipMasq', () => {
  const nat = (rig: Rig): string => printed(rig.view('n1'), 'iptables-save');

  test.each(['bridge', 'ptp'] as const)('%s: DEL takes the Pod’s chain and the jump to it away, and may come twice', (type) => {
    const rig = new Rig();
    const ipam = hostLocal('net', '10.244.0.0/24');
    const bridge = new BridgePlugin(rig.kernel, 'bridge');
    const ptp = new PtpPlugin(rig.kernel);
    const conf = { mtu: 1500, ipMasq: true, ipam, routes: [DEFAULT] };
    const switched = {
      ...conf,
      bridge: 'cbr0',
      isGateway: true,
      isDefaultGateway: false,
      hairpinMode: true,
      promiscMode: false,
    };
    const [pod1, pod2] = [rig.pod('pod1'), rig.pod('pod2')];
    const add = (pod: typeof pod1): unknown => done(type === 'ptp' ? ptp.cmdAdd(conf, pod) : bridge.cmdAdd(switched, pod));
    const del = (pod: typeof pod1): unknown => done(type === 'ptp' ? ptp.cmdDel(conf, pod) : bridge.cmdDel(switched, pod));
    add(pod1);
    const one = nat(rig);
    add(pod2);
    expect(nat(rig)).not.toBe(one);
    del(pod2);
    del(pod2);
    expect(nat(rig)).toBe(one);
    del(pod1);
    expect(nat(rig)).not.toMatch(/CNI-/);
  });
});
