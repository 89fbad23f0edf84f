/**
 * The images of cluster DNS: CoreDNS, and NodeLocal DNSCache, which is a CoreDNS with work to do on its machine.
 */
import { IP_ANY, parseIp, type IpAddr } from '../../../lib/ip.ts';
import { DnsServer } from '../../dns/dns-server.ts';
import { corefileOf, NodeCache } from '../../dns/node-cache.ts';
import { pagesListener } from '../http.ts';
import { baseName } from '../script.ts';
import { server, type Listener, type Workload, type WorkloadContext } from '../workload.ts';
import { flagValue, type ImageBehaviour } from './image.ts';

const METRICS = '# TYPE coredns_build_info gauge\n';

/** CoreDNS: a socket for each port of its Corefile, and those of its health, readiness and metrics plugins. */
function coredns(argv: readonly string[], context: WorkloadContext): Workload {
  const { cluster } = context;
  const conf = flagValue(argv, 'conf') ?? 'Corefile';
  const dns = new DnsServer({ ...cluster, process: 'coredns', corefile: () => cluster.file(conf) });
  return server(
    'coredns',
    [
      ...dnsSockets(dns),
      pagesListener(context, IP_ANY, 8080, { '/health': 'OK' }),
      pagesListener(context, IP_ANY, 8181, { '/ready': 'OK' }),
      pagesListener(context, IP_ANY, 9153, { '/metrics': METRICS }),
    ],
    {
      work: {
        end: () => {
          dns.close();
        },
      },
      logs: [...zoneLogs(dns), 'CoreDNS-1.11.3'],
    },
  );
}

/** node-cache: CoreDNS where its Corefile binds it, and what it does for that on its machine. */
function nodeCache(argv: readonly string[], context: WorkloadContext): Workload {
  const { cluster, namespace, podName } = context;
  const addresses = addressesOf((flagValue(argv, 'localip') ?? '').split(','));
  // It reads the variable that a container has of each Service that was there before it.
  const upstream = cluster.api.get('Service', namespace, flagValue(argv, 'upstreamsvc') ?? 'kube-dns');
  const values = { local: addresses, clusterDNS: upstream?.spec.clusterIP ?? null };
  const corefile = (): string | null => {
    const template = cluster.file('/etc/coredns/Corefile.base');
    return template === null ? null : corefileOf(template, values);
  };
  const dns = new DnsServer({ ...cluster, process: 'node-cache', corefile });
  const machine = new NodeCache({ netns: cluster.netns, addresses, pod: `Pod ${namespace}/${podName}` });
  return server(
    'node-cache',
    [
      ...dnsSockets(dns),
      ...addresses.map((address) => pagesListener(context, address, 8080, { '/health': 'OK' })),
      ...[9253, 9353].map((port) => pagesListener(context, IP_ANY, port, { '/metrics': METRICS })),
    ],
    {
      work: {
        begin: () => {
          machine.begin();
        },
        serve: () => {
          machine.serve();
        },
        end: (how) => {
          dns.close();
          machine.end(how);
        },
      },
      logs: [...zoneLogs(dns), 'CoreDNS-1.10.0'],
    },
  );
}

/** Sockets for each port of the Corefile, at the addresses that its blocks bind or at all. */
function dnsSockets(dns: DnsServer): readonly Listener[] {
  const ends = dns.blocks().flatMap(({ port, directives }) => {
    const bound = directives.find(({ name }) => name === 'bind')?.args ?? [];
    const addresses = bound.length === 0 ? [IP_ANY] : addressesOf(bound);
    return addresses.map((addr) => ({ addr, port }));
  });
  const unique = new Map(
    (ends.length === 0 ? [{ addr: IP_ANY, port: 53 }] : ends).map((end) => [`${end.addr} ${end.port}`, end]),
  );
  return [...unique.values()].flatMap((end): readonly Listener[] => [
    { protocol: 'udp', ...end, handler: () => '', onDatagram: dns.onDatagram, checkpoint: () => dns.checkpoint() },
    { protocol: 'tcp', ...end, handler: () => '', onDatagram: dns.onDatagram },
  ]);
}

function addressesOf(words: readonly string[]): readonly IpAddr[] {
  return words.flatMap((word) => parseIp(word) ?? []);
}

function zoneLogs(dns: DnsServer): readonly string[] {
  return dns.blocks().flatMap(({ zones, port }) => zones.map((zone) => `${zone}.:${port}`));
}

export const DNS_IMAGES: readonly ImageBehaviour[] = [
  {
    names: ['registry.k8s.io/coredns/coredns', 'coredns/coredns'],
    entrypoint: ['/coredns'],
    cmd: [],
    sizeBytes: 18_182_961,
    program: (argv, context) => (baseName(argv[0] ?? '') === 'coredns' ? coredns(argv, context) : null),
  },
  {
    names: ['dns/k8s-dns-node-cache'],
    entrypoint: ['/node-cache'],
    cmd: [],
    sizeBytes: 35_100_000,
    program: (argv, context) => (baseName(argv[0] ?? '') === 'node-cache' ? nodeCache(argv, context) : null),
  },
];
