import { describe, expect, it } from 'vitest';
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { kubeProxyConfig, type KubeProxyConfig } from './config.ts';
import { endpoint, node, service, slice, UNREADY } from './fixtures.ts';
import { createIptablesProxier, detachedNode, type IptablesProxier } from './iptables.ts';

const WEB = service('web');
const ONE = slice('web', [endpoint('10.244.0.2')]);
const TWO = slice('web', [endpoint('10.244.0.2'), endpoint('10.244.1.3')]);

function config(extra: Partial<KubeProxyConfig> = {}): KubeProxyConfig {
  return kubeProxyConfig({
    hostname: 'here',
    nodeIP: ip('192.168.1.12'),
    detectLocal: { mode: 'ClusterCIDR', cidr: cidr('10.244.0.0/16') },
    ...extra,
  });
}

function proxierWith(...slices: readonly ReturnType<typeof slice>[]): IptablesProxier {
  const proxier = createIptablesProxier(config());
  proxier.onServiceAdd(WEB);
  for (const each of slices) proxier.onEndpointSliceAdd(each);
  return proxier;
}

function named<T extends ReturnType<typeof slice>>(name: string, of: T): T {
  return { ...of, metadata: { ...of.metadata, name } };
}

/** Lines of a text that begin with any of the words. */
function linesOf(text: string, ...words: readonly string[]): string[] {
  return text.split('\n').filter((line) => words.some((word) => line.startsWith(word)));
}

describe('the restore text', () => {
  it('[KP12] of one Service with two endpoints', () => {
    expect(proxierWith(TWO).syncProxyRules().restoreText).toBe(`*filter
:KUBE-SERVICES - [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-FIREWALL - [0:0]
-A KUBE-FIREWALL -m comment --comment "block incoming localnet connections" -d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x00004000/0x00004000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-SEP-QA4PSDNF5R2OJOPA - [0:0]
:KUBE-SEP-2AZ33KU3V5PGPQZH - [0:0]
:KUBE-SVC-CDGGSHYLG3RE2FKL - [0:0]
-A KUBE-POSTROUTING -m mark ! --mark 0x00004000/0x00004000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x00004000
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-MARK-MASQ -j MARK --or-mark 0x00004000
-A KUBE-SERVICES -m comment --comment "default/web:http cluster IP" -m tcp -p tcp -d 10.96.0.10 --dport 80 -j KUBE-SVC-CDGGSHYLG3RE2FKL
-A KUBE-SVC-CDGGSHYLG3RE2FKL -m comment --comment "default/web:http cluster IP" -m tcp -p tcp -d 10.96.0.10 --dport 80 ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ
-A KUBE-SVC-CDGGSHYLG3RE2FKL -m comment --comment "default/web:http -> 10.244.0.2:8080" -m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-QA4PSDNF5R2OJOPA
-A KUBE-SVC-CDGGSHYLG3RE2FKL -m comment --comment "default/web:http -> 10.244.1.3:8080" -j KUBE-SEP-2AZ33KU3V5PGPQZH
-A KUBE-SEP-QA4PSDNF5R2OJOPA -m comment --comment default/web:http -s 10.244.0.2 -j KUBE-MARK-MASQ
-A KUBE-SEP-QA4PSDNF5R2OJOPA -m comment --comment default/web:http -m tcp -p tcp -j DNAT --to-destination 10.244.0.2:8080
-A KUBE-SEP-2AZ33KU3V5PGPQZH -m comment --comment default/web:http -s 10.244.1.3 -j KUBE-MARK-MASQ
-A KUBE-SEP-2AZ33KU3V5PGPQZH -m comment --comment default/web:http -m tcp -p tcp -j DNAT --to-destination 10.244.1.3:8080
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
`);
  });

  it('[KP14] rejects a Service without endpoints and makes it no chains', () => {
    const { restoreText } = proxierWith().syncProxyRules();
    expect(linesOf(restoreText, '-A KUBE-SERVICES')).toEqual([
      '-A KUBE-SERVICES -m comment --comment "default/web:http has no endpoints" -m tcp -p tcp -d 10.96.0.10 --dport 80 -j REJECT',
      '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    ]);
    expect(linesOf(restoreText, ':KUBE-SVC', ':KUBE-SEP')).toEqual([]);
  });

  it.each([
    ['its last slice is deleted', (proxier: IptablesProxier) => proxier.onEndpointSliceDelete(TWO)],
    ['its last slice is emptied', (proxier: IptablesProxier) => proxier.onEndpointSliceUpdate(TWO, slice('web', []))],
  ])('[KP14] rejects a Service again after %s', (_what, act) => {
    const proxier = proxierWith(TWO);
    proxier.syncProxyRules();
    expect(act(proxier)).toBe(true);
    const { restoreText, endpoints } = proxier.syncProxyRules();
    expect(linesOf(restoreText, '-A KUBE-SERVICES')[0]).toContain('default/web:http has no endpoints');
    expect(endpoints).toBe(0);
  });

  it('[KP6] merges slices, keeps an address once and sorts as text', () => {
    const more = slice('web', [endpoint('10.244.0.10'), endpoint('10.244.0.2', 'here')]);
    const proxier = proxierWith(TWO, { ...more, metadata: { ...more.metadata, name: 'web-2' } });
    const targets = linesOf(proxier.syncProxyRules().restoreText, '-A KUBE-SVC').map((line) => /-> ([\d.:]+)/.exec(line)?.[1]);
    expect(targets).toEqual([undefined, '10.244.0.10:8080', '10.244.0.2:8080', '10.244.1.3:8080']);
  });

  it('[KP6] takes a local endpoint before one elsewhere, whichever slice names it', () => {
    const here = [endpoint('10.244.0.2', 'here')];
    const elsewhere = [endpoint('10.244.0.2', 'elsewhere')];
    for (const [first, second] of [
      [here, elsewhere],
      [elsewhere, here],
    ] as const) {
      const proxier = createIptablesProxier(config());
      proxier.onServiceAdd(service('web', { internalTrafficPolicy: 'Local' }));
      proxier.onEndpointSliceAdd(named('web-1', slice('web', first)));
      proxier.onEndpointSliceAdd(named('web-2', slice('web', second)));
      expect(linesOf(proxier.syncProxyRules().restoreText, ':KUBE-SVL')).toHaveLength(1);
    }
  });

  it('[KP6] [KP22] asks the first slice by name where slices contradict each other, not the first written', () => {
    const ready = slice('web', [endpoint('10.244.0.2')]);
    const unready = slice('web', [endpoint('10.244.0.2', 'other', UNREADY)]);
    const proxier = proxierWith(named('web-2', slice('web', [])));
    proxier.syncProxyRules();
    proxier.onEndpointSliceAdd(named('web-1', unready));
    proxier.syncProxyRules();
    proxier.onEndpointSliceUpdate(named('web-2', slice('web', [])), named('web-2', ready));
    expect(linesOf(proxier.syncProxyRules().restoreText, ':KUBE-SEP')).toEqual([]);
    expect(
      linesOf(proxierWith(named('web-2', ready), named('web-1', unready)).syncProxyRules().restoreText, ':KUBE-SEP'),
    ).toEqual([]);
    expect(
      linesOf(proxierWith(named('web-2', unready), named('web-1', ready)).syncProxyRules().restoreText, ':KUBE-SEP'),
    ).toEqual([':KUBE-SEP-QA4PSDNF5R2OJOPA - [0:0]']);
  });

  it('[KP6] ignores ports without a name or number, FQDN slices and IPv6 addresses', () => {
    const ports = [
      { protocol: 'TCP', port: 8080 },
      { name: 'http', protocol: 'TCP' },
    ] as const;
    const fqdn = { ...slice('web', [endpoint('web.example.org')]), addressType: 'FQDN' } as const;
    const six = { ...slice('web', [endpoint('fd00::2')]), addressType: 'IPv6' } as const;
    const proxier = proxierWith(
      named('web-1', slice('web', [endpoint('10.244.0.2')], { ports })),
      named('web-2', fqdn),
      named('web-3', six),
      named('web-4', slice('web', [endpoint('10.244.0.9')], { ports: undefined })),
    );
    expect(proxier.syncProxyRules().endpoints).toBe(0);
  });

  it('[KP13] draws one in n', () => {
    const many = slice(
      'web',
      Array.from({ length: 4 }, (_, i) => endpoint(`10.244.0.${i + 2}`)),
    );
    const draws = linesOf(proxierWith(many).syncProxyRules().restoreText, '-A KUBE-SVC').map(
      (line) => /--probability (\S+)/.exec(line)?.[1],
    );
    expect(draws).toEqual([undefined, '0.2500000000', '0.3333333333', '0.5000000000', undefined]);
  });

  it('[KP15] leaves comments out above 1,000 endpoints', () => {
    const many = (count: number): string => {
      const endpoints = Array.from({ length: count }, (_, i) => endpoint(`10.244.${i >> 8}.${i & 255}`));
      return proxierWith(slice('web', endpoints)).syncProxyRules().restoreText;
    };
    expect(linesOf(many(1000), '-A KUBE-SEP').every((line) => line.includes('--comment'))).toBe(true);
    const large = many(1001);
    expect(linesOf(large, '-A KUBE-SEP').some((line) => line.includes('--comment'))).toBe(false);
    expect(linesOf(large, '-A KUBE-SERVICES').every((line) => line.includes('--comment'))).toBe(true);
  });

  it('[KP15] counts every port’s endpoints of every Service there is, usable or not', () => {
    const many = (owner: string, count: number): ReturnType<typeof slice> =>
      slice(
        owner,
        Array.from({ length: count }, (_, i) => endpoint(`10.244.${i >> 8}.${i & 255}`, 'other', UNREADY)),
        { ports: ['http', 'admin'].map((name, i) => ({ name, protocol: 'TCP', port: 8080 + i })) },
      );
    const ports = ['http', 'admin'].map((name, i) => ({ name, protocol: 'TCP', port: 80 + i, targetPort: 8080 }) as const);
    const proxier = proxierWith(ONE);
    const small = service('small', { ports, clusterIP: '10.96.0.11' });
    proxier.onServiceAdd(small);
    proxier.onEndpointSliceAdd(many('small', 500));
    proxier.onEndpointSliceAdd(many('nobody', 5000));
    expect(proxier.syncProxyRules()).toMatchObject({ services: 2, endpoints: 1001 });
    proxier.forceFullSync();
    expect(linesOf(proxier.syncProxyRules().restoreText, '-A KUBE-SEP').some((line) => line.includes('--comment'))).toBe(false);
    proxier.onServiceDelete(small);
    proxier.forceFullSync();
    const after = proxier.syncProxyRules();
    expect(after.endpoints).toBe(1);
    expect(linesOf(after.restoreText, '-A KUBE-SEP').every((line) => line.includes('--comment'))).toBe(true);
  });

  it.each([
    ['everywhere', {}, true, ['-m addrtype --dst-type LOCAL']],
    ['everywhere but on localhost', { localhostNodePorts: false }, false, ['-m addrtype --dst-type LOCAL ! -d 127.0.0.0/8']],
    ['on one network', { nodePortAddresses: [cidr('192.168.1.0/24')] }, false, ['-d 192.168.1.12']],
    [
      'on localhost too',
      { nodePortAddresses: [cidr('192.168.1.0/24'), cidr('127.0.0.0/8')] },
      true,
      ['-d 192.168.1.12', '-d 127.0.0.1'],
    ],
    ['on localhost, against the flag', { nodePortAddresses: [cidr('127.0.0.0/8')], localhostNodePorts: false }, false, []],
  ] as const)('[KP16] [KP17] NodePorts answer %s', (_what, extra, localnet, destinations) => {
    const { restoreText } = createIptablesProxier(config(extra)).syncProxyRules();
    const from =
      '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain"';
    expect(linesOf(restoreText, '-A KUBE-SERVICES')).toEqual(destinations.map((match) => `${from} ${match} -j KUBE-NODEPORTS`));
    expect(restoreText.includes('KUBE-FIREWALL')).toBe(localnet);
  });

  it('lets INVALID packets pass when conntrack is liberal', () => {
    const liberal = { ...detachedNode(config()), conntrackTcpLiberal: () => true };
    expect(createIptablesProxier(config(), liberal).syncProxyRules().restoreText).not.toContain('INVALID');
  });

  it.each([
    [{ mode: 'BridgeInterface', bridgeInterface: 'cni0' }, '! -i cni0'],
    [{ mode: 'InterfaceNamePrefix', interfaceNamePrefix: 'veth' }, '! -i veth+'],
    [{ mode: 'NodeCIDR', cidr: cidr('10.244.0.0/24') }, '! -s 10.244.0.0/24'],
  ] as const)('tells Pods by $mode', (detectLocal, match) => {
    const proxier = createIptablesProxier(config({ detectLocal }));
    proxier.onServiceAdd(WEB);
    proxier.onEndpointSliceAdd(ONE);
    expect(linesOf(proxier.syncProxyRules().restoreText, '-A KUBE-SVC')[0]).toContain(`--dport 80 ${match} -j KUBE-MARK-MASQ`);
  });
});

describe('syncing', () => {
  it('[KP19] writes only the own chains of what changed', () => {
    const proxier = proxierWith(ONE);
    const api = service('api', { clusterIP: '10.96.0.11' });
    proxier.onServiceAdd(api);
    proxier.onEndpointSliceAdd(slice('api', [endpoint('10.244.0.9')]));
    expect(proxier.syncProxyRules().full).toBe(true);
    proxier.onEndpointSliceUpdate(ONE, TWO);
    const { full, restoreText } = proxier.syncProxyRules();
    expect(full).toBe(false);
    expect(linesOf(restoreText, '-A KUBE-SERVICES')).toHaveLength(3);
    expect(linesOf(restoreText, ':KUBE-SVC')).toEqual([':KUBE-SVC-CDGGSHYLG3RE2FKL - [0:0]']);
    expect(linesOf(restoreText, ':KUBE-SEP')).toHaveLength(2);
  });

  it('[KP19] sees no change in one that was taken back', () => {
    const proxier = proxierWith(ONE);
    proxier.syncProxyRules();
    const moved = service('web', { clusterIP: '10.96.0.99' });
    expect(proxier.onServiceUpdate(WEB, moved)).toBe(true);
    expect(proxier.onServiceUpdate(moved, WEB)).toBe(false);
    expect(proxier.onEndpointSliceUpdate(ONE, { ...ONE, metadata: { ...ONE.metadata, resourceVersion: '2' } })).toBe(false);
    expect(linesOf(proxier.syncProxyRules().restoreText, ':KUBE-SVC')).toEqual([]);
  });

  it('[KP19] adds up the changes of a Service between two syncs', () => {
    const proxier = proxierWith(ONE);
    proxier.syncProxyRules();
    const moved = service('web', { clusterIP: '10.96.0.98' });
    const again = service('web', { clusterIP: '10.96.0.99' });
    proxier.onServiceUpdate(WEB, moved);
    proxier.onServiceUpdate(moved, again);
    // Back to where the last sync left it, though not to what the last change started from.
    expect(proxier.onServiceUpdate(again, WEB)).toBe(false);
    proxier.onServiceAdd(service('short', { clusterIP: '10.96.0.97' }));
    expect(proxier.onServiceDelete(service('short', { clusterIP: '10.96.0.97' }))).toBe(false);
    expect(linesOf(proxier.syncProxyRules().restoreText, ':KUBE-SVC')).toEqual([]);
  });

  it('[KP19] sees no change in conditions that are spelt out, nor in another order', () => {
    const terse = { ...TWO, endpoints: TWO.endpoints.map(({ conditions: _, ...rest }) => rest).reverse() };
    const proxier = proxierWith(TWO);
    proxier.syncProxyRules();
    expect(proxier.onEndpointSliceUpdate(TWO, terse)).toBe(false);
  });

  it('[KP5] leaves alone what belongs to no Service', () => {
    const orphan = { ...ONE, metadata: { ...ONE.metadata, labels: {} } };
    expect(createIptablesProxier(config()).onEndpointSliceAdd(orphan)).toBe(false);
  });

  it('[KP20] writes everything after its own Node got other labels', () => {
    const proxier = proxierWith(ONE);
    proxier.syncProxyRules();
    expect(proxier.onNodeAdd(node('elsewhere', { a: 'b' }))).toBe(false);
    expect(proxier.onNodeAdd(node('here'))).toBe(false);
    expect(proxier.syncProxyRules().full).toBe(false);
    expect(proxier.onNodeUpdate(node('here'), node('here', { 'topology.kubernetes.io/zone': 'a' }))).toBe(true);
    const again = proxier.syncProxyRules();
    expect(again.full).toBe(true);
    expect(linesOf(again.restoreText, ':KUBE-SVC')).toHaveLength(1);
    expect(proxier.onNodeDelete(node('here'))).toBe(true);
  });

  it('[KP21] deletes the chains of endpoints and Services that are gone', () => {
    const proxier = proxierWith(TWO);
    proxier.syncProxyRules();
    proxier.onEndpointSliceUpdate(TWO, ONE);
    const fewer = proxier.syncProxyRules();
    expect(fewer.deletedChains).toEqual(['KUBE-SEP-2AZ33KU3V5PGPQZH']);
    expect(linesOf(fewer.restoreText, '-X', ':KUBE-SEP-2AZ')).toEqual([
      ':KUBE-SEP-2AZ33KU3V5PGPQZH - [0:0]',
      '-X KUBE-SEP-2AZ33KU3V5PGPQZH',
    ]);
    proxier.onServiceDelete(WEB);
    expect(proxier.syncProxyRules().deletedChains).toEqual(['KUBE-SEP-QA4PSDNF5R2OJOPA', 'KUBE-SVC-CDGGSHYLG3RE2FKL']);
    expect(proxier.syncProxyRules().deletedChains).toEqual([]);
  });

  it('[KP21] in a large cluster deletes them once per syncPeriod', () => {
    let now = 0;
    const proxier = createIptablesProxier(config(), { ...detachedNode(config()), now: () => now });
    const big = slice(
      'big',
      Array.from({ length: 1001 }, (_, i) => endpoint(`10.245.${i >> 8}.${i & 255}`)),
    );
    proxier.onServiceAdd(service('big', { clusterIP: '10.96.0.12' }));
    proxier.onEndpointSliceAdd(big);
    proxier.onServiceAdd(WEB);
    proxier.onEndpointSliceAdd(ONE);
    proxier.syncProxyRules();
    proxier.onServiceDelete(WEB);
    now = 30 * NS_PER_S;
    expect(proxier.syncProxyRules().deletedChains).toEqual([]);
    now += 1;
    expect(proxier.syncProxyRules().deletedChains).toEqual(['KUBE-SEP-QA4PSDNF5R2OJOPA', 'KUBE-SVC-CDGGSHYLG3RE2FKL']);
  });

  it('[KP18] knows for whom a rule was written', () => {
    const proxier = proxierWith(ONE);
    const { provenanceOf, restoreText } = proxier.syncProxyRules();
    const objects = linesOf(restoreText, '-A').map((line) => provenanceOf(line.split(' ')[1] ?? '', line).object);
    expect(objects.filter((object) => object !== null)).toEqual(Array.from({ length: 5 }, () => 'Service default/web'));
    expect(objects.slice(-1)).toEqual([null]);
  });

  it('[KP4] counts ready local endpoints for health checks', () => {
    const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32000 } as const;
    const proxier = createIptablesProxier(config());
    proxier.onServiceAdd(service('web', spec));
    proxier.onEndpointSliceAdd(slice('web', [endpoint('10.244.0.2', 'here'), endpoint('10.244.1.3')]));
    const checks = [{ service: 'default/web', port: 32000, localEndpoints: 1 }];
    expect(proxier.syncProxyRules().healthChecks).toEqual({ addresses: ['0.0.0.0'], checks });
  });
});
