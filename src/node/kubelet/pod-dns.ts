/**
 * What the kubelet writes into a Pod's /etc/resolv.conf and /etc/hosts (pkg/kubelet/network/dns/dns.go GetPodDNS,
 * pkg/kubelet/kubelet_pods.go managedHostsFileContent). One pair of files for all containers of a Pod.
 */
import type { Pod, PodSpec } from '../../api/types/pod.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { HostsEntry, ResolvConf } from '../../net/resolv/resolv-conf.ts';

/** The two files by which a process finds addresses of names. */
export interface EtcFiles {
  readonly resolvConf: ResolvConf;
  readonly hosts: readonly HostsEntry[];
}

/** The kubelet's side: clusterDNS and clusterDomain of its configuration, and the machine's own files. */
export interface KubeletDns {
  readonly clusterDNS: readonly IpAddr[];
  readonly clusterDomain: string;
  readonly machine: EtcFiles;
}

/** A machine's own /etc/hosts. */
export function machineHosts(name: string, address: string): readonly HostsEntry[] {
  return [
    { address: '127.0.0.1', names: ['localhost'] },
    { address, names: [name] },
  ];
}

const CLUSTER_OPTIONS = ['ndots:5'];
/** Limits of api validation: MaxDNSNameservers, MaxDNSSearchPaths, MaxDNSSearchListChars. */
const MAX_NAMESERVERS = 3;
const MAX_SEARCH_PATHS = 32;
const MAX_SEARCH_CHARS = 2_048;

/** The Pod's resolver configuration, and what the kubelet has to say about what it left out. */
export function podDns(pod: Pod, dns: KubeletDns): { readonly conf: ResolvConf; readonly warnings: readonly string[] } {
  const { dnsConfig } = pod.spec;
  const base = baseConf(pod, dns);
  const wanted: ResolvConf = {
    nameservers: unique([...base.nameservers, ...(dnsConfig?.nameservers ?? [])]),
    search: unique([...base.search, ...(dnsConfig?.searches ?? [])]),
    options: mergedOptions(base.options, dnsConfig?.options ?? []),
  };
  return fitted(wanted);
}

function baseConf({ metadata, spec }: Pod, { clusterDNS, clusterDomain, machine }: KubeletDns): ResolvConf {
  switch (policyOf(spec)) {
    case 'None':
      return { nameservers: [], search: [], options: [] };
    case 'Cluster':
      if (clusterDNS.length === 0) return machine.resolvConf;
      return {
        nameservers: clusterDNS,
        search: [
          `${metadata.namespace}.svc.${clusterDomain}`,
          `svc.${clusterDomain}`,
          clusterDomain,
          ...machine.resolvConf.search,
        ],
        options: CLUSTER_OPTIONS,
      };
    case 'Host':
      return machine.resolvConf;
  }
}

/** getPodDNSType: a Pod on the host's network has the host's names unless it asks for more. */
function policyOf({ dnsPolicy, hostNetwork }: PodSpec): 'None' | 'Cluster' | 'Host' {
  if (dnsPolicy === 'None') return 'None';
  if (dnsPolicy === 'ClusterFirstWithHostNet') return 'Cluster';
  return dnsPolicy === 'ClusterFirst' && hostNetwork !== true ? 'Cluster' : 'Host';
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}

/** An option of the Pod's replaces the one of the same name. */
function mergedOptions(
  base: readonly string[],
  own: readonly { readonly name?: string; readonly value?: string }[],
): readonly string[] {
  const merged = new Map(base.map((word) => [word.split(':')[0] ?? '', word]));
  for (const { name = '', value } of own) merged.set(name, value === undefined ? name : `${name}:${value}`);
  return [...merged.values()];
}

function fitted(conf: ResolvConf): { readonly conf: ResolvConf; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const nameservers = conf.nameservers.slice(0, MAX_NAMESERVERS);
  if (nameservers.length < conf.nameservers.length)
    warnings.push(
      `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${nameservers.join(' ')}`,
    );
  let search = conf.search.slice(0, MAX_SEARCH_PATHS);
  while (search.join(' ').length > MAX_SEARCH_CHARS) search = search.slice(0, -1);
  if (search.length < conf.search.length)
    warnings.push(
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${search.join(' ')}`,
    );
  return { conf: { ...conf, nameservers, search }, warnings };
}

/** `hostname` of the Pod: its own word for it, else its name, cut to a label's length (GeneratePodHostNameAndDomain). */
export function podHostname({ metadata, spec }: Pod): string {
  const hostname = spec.hostname === undefined || spec.hostname === '' ? metadata.name : spec.hostname;
  return hostname.slice(0, 63).replace(/[-.]+$/, '');
}

/** The Pod's /etc/hosts; on the host's network the machine's and the Pod's aliases. */
export function podHosts(pod: Pod, podIP: IpAddr, { clusterDomain, machine }: KubeletDns): readonly HostsEntry[] {
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip, hostnames = [] }) => ({ address: ip, names: hostnames }));
  if (pod.spec.hostNetwork === true) return [...machine.hosts, ...aliases];
  const { subdomain } = pod.spec;
  const hostname = podHostname(pod);
  const domain =
    subdomain === undefined || subdomain === ''
      ? []
      : [`${hostname}.${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}`];
  return [
    { address: '127.0.0.1', names: ['localhost'] },
    { address: '::1', names: ['localhost', 'ip6-localhost', 'ip6-loopback'] },
    { address: 'fe00::0', names: ['ip6-localnet'] },
    { address: 'fe00::0', names: ['ip6-mcastprefix'] },
    { address: 'fe00::1', names: ['ip6-allnodes'] },
    { address: 'fe00::2', names: ['ip6-allrouters'] },
    { address: podIP, names: [...domain, hostname] },
    ...aliases,
  ];
}
