/** Rules as the real kube-proxy v1.30 wrote them, file by file: objects in, iptables-save out. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkKubeProxyFile, type KubeProxyFile } from '../../src/cli/conformance/kube-proxy.ts';

const folder = new URL('kube-proxy/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

function read(file: string): KubeProxyFile {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as KubeProxyFile;
}

describe('kube-proxy rule files', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThanOrEqual(41);
  });

  it.each(files)('%s', (file) => {
    expect(checkKubeProxyFile(read(file))).toEqual([]);
  });
});

describe('the comparison', () => {
  const file = read('nodeport-cluster.json');
  const changed = (nat: readonly string[]): KubeProxyFile => ({ ...file, expect: { ...file.expect, nat } });

  it('tells a rule that differs, expected beside found', () => {
    const nat = file.expect.nat.map((line) => line.replace('--random-fully', '--random'));
    expect(checkKubeProxyFile(changed(nat))).toEqual([
      'nat KUBE-POSTROUTING rule 3:\n' +
        '  expected -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random\n' +
        '  found    -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ]);
  });

  it('tells chains and rules too many and too few', () => {
    const nat = file.expect.nat.filter((line) => !line.includes('KUBE-NODEPORTS'));
    const differences = checkKubeProxyFile(changed([...nat, ':MINE - [0:0]', '-A MINE -j ACCEPT']));
    expect(differences.map((text) => text.split('\n')[0])).toEqual([
      'nat: expected chain :MINE -, found none',
      'nat: found chain :KUBE-NODEPORTS -, expected none',
      'nat KUBE-SERVICES:',
      'nat MINE rule 1:',
      'nat KUBE-NODEPORTS:',
    ]);
    expect(differences[3]).toBe('nat MINE rule 1:\n  expected -A MINE -j ACCEPT\n  found    no rule');
  });

  it('lets the order of rules in chains filled from a map be', () => {
    const services = file.expect.nat.filter((line) => line.startsWith('-A KUBE-SERVICES'));
    const rest = file.expect.nat.filter((line) => !line.startsWith('-A KUBE-SERVICES'));
    expect(checkKubeProxyFile(changed([...rest, ...services.reverse()]))).toEqual([]);
  });

  it('gives kube-proxy what its informers ask for and its family uses', () => {
    const [web, ...slices] = file.objects;
    const labels = { 'service.kubernetes.io/service-proxy-name': 'mine' };
    const others = { ...web, metadata: { ...web?.metadata, name: 'others', labels } };
    const empty = { ...slices[0], metadata: { ...slices[0]?.metadata, name: 'empty' }, endpoints: null };
    const config = { ...file.config, clusterCIDR: `fd00::/56,${file.config.clusterCIDR}`, nodePortAddresses: 'fd00::/64' };
    expect(checkKubeProxyFile({ ...file, config, objects: [web, others, ...slices, empty] })).toEqual([]);
  });

  it.each([
    [null, 'not a kube-proxy rule file: name, config, objects, expect.nat and expect.filter are needed'],
    [{ ...file, proxyMode: 'ipvs' }, 'proxy mode ipvs is not simulated'],
    [{ ...file, config: { ...file.config, nodeIP: '300.1.1.1' } }, /^config is not valid: /],
  ])('refuses what it cannot check: %#', (json, expected) => {
    expect(checkKubeProxyFile(json)).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
  });
});
