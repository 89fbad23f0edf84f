/**
 * The images of kube-system: what each component listens on with kubeadm's flags, and what it says to a stranger. The components
 * themselves are simulated elsewhere; these sockets are there because a real node has them (`ss -tlnp`).
 *
 * Simplification: TLS is not modelled; the servers that want it answer plain HTTP as Go's do: with a 400.
 * Simplification: CoreDNS' TCP port takes connections and closes them without an answer: DNS here is UDP alone.
 */
import { IP_ANY, IP_LOOPBACK, type IpAddr } from '../../../lib/ip.ts';
import { GO_NOT_FOUND, httpListener, textReply, type HttpReply } from '../http.ts';
import { baseName } from '../script.ts';
import { NS_PER_MS } from '../../../sim/sim.ts';
import { DnsServer } from '../../dns/dns-server.ts';
import { server, type Listener, type Workload, type WorkloadContext } from '../workload.ts';
import { flagValue, type ImageBehaviour } from './image.ts';

function tls(addr: IpAddr, port: number): Listener {
  return {
    protocol: 'tcp',
    addr,
    port,
    handler: () => 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
  };
}

function plain(context: WorkloadContext, addr: IpAddr, port: number, paths: Readonly<Record<string, string>>): Listener {
  const respond = ({ path }: { readonly path: string }): HttpReply => {
    const body = paths[path];
    return body === undefined ? GO_NOT_FOUND : textReply(body);
  };
  return httpListener({ port, addr, serverHeader: null, httpDate: context.httpDate, respond });
}

/** What an init container runs: does its work and ends well. */
function finished(process: string): Workload {
  return server(process, [], { exit: { afterNs: 200 * NS_PER_MS, code: 0 } });
}

/** CoreDNS: a socket for each port of its Corefile, and those of its health, readiness and metrics plugins. */
function coredns(argv: readonly string[], context: WorkloadContext): Workload {
  const { cluster } = context;
  const conf = flagValue(argv, 'conf') ?? 'Corefile';
  const corefile = (): string | null => cluster.file(conf);
  const dns = new DnsServer({ ...cluster, process: 'coredns', corefile });
  const ports = [...new Set(dns.blocks().map(({ port }) => port))];
  const sockets = (ports.length === 0 ? [53] : ports).flatMap((port): readonly Listener[] => [
    { protocol: 'udp', addr: IP_ANY, port, handler: () => '', onDatagram: dns.onDatagram, checkpoint: () => dns.checkpoint() },
    { protocol: 'tcp', addr: IP_ANY, port, handler: () => '' },
  ]);
  return server(
    'coredns',
    [
      ...sockets,
      plain(context, IP_ANY, 8080, { '/health': 'OK' }),
      plain(context, IP_ANY, 8181, { '/ready': 'OK' }),
      plain(context, IP_ANY, 9153, { '/metrics': '# TYPE coredns_build_info gauge\n' }),
    ],
    { logs: [...dns.blocks().flatMap(({ zones, port }) => zones.map((zone) => `${zone}.:${port}`)), 'CoreDNS-1.11.3'] },
  );
}

function component(
  name: string,
  sizeBytes: number,
  listeners: (context: WorkloadContext) => readonly Listener[],
): ImageBehaviour {
  return {
    names: [`registry.k8s.io/${name}`, name],
    entrypoint: [],
    cmd: [name],
    sizeBytes,
    program: (argv, context) => (baseName(argv[0] ?? '') === name ? server(name, listeners(context)) : null),
  };
}

export const KUBERNETES_IMAGES: readonly ImageBehaviour[] = [
  component('kube-apiserver', 32_765_640, () => [tls(IP_ANY, 6443)]),
  component('kube-controller-manager', 31_143_296, () => [tls(IP_LOOPBACK, 10257)]),
  component('kube-scheduler', 19_328_121, () => [tls(IP_LOOPBACK, 10259)]),
  component('kube-proxy', 28_368_865, (context) => [
    plain(context, IP_LOOPBACK, 10249, { '/proxyMode': 'iptables', '/healthz': 'ok' }),
    plain(context, IP_ANY, 10256, {
      '/healthz': '{"lastUpdated": "","currentTime": ""}',
      '/livez': '{"lastUpdated": "","currentTime": ""}',
    }),
  ]),
  component('etcd', 57_236_178, (context) => [
    tls(IP_LOOPBACK, 2379),
    tls(context.nodeIP, 2379),
    tls(context.nodeIP, 2380),
    plain(context, IP_LOOPBACK, 2381, { '/health': '{"health":"true","reason":""}' }),
  ]),
  {
    names: ['registry.k8s.io/coredns/coredns', 'coredns/coredns'],
    entrypoint: ['/coredns'],
    cmd: [],
    sizeBytes: 18_182_961,
    program: (argv, context) => (baseName(argv[0] ?? '') === 'coredns' ? coredns(argv, context) : null),
  },
  {
    names: ['flannel/flannel', 'flannel-io/flannel'],
    entrypoint: ['/opt/bin/flanneld'],
    cmd: [],
    sizeBytes: 31_430_001,
    program: (argv) => (baseName(argv[0] ?? '') === 'flanneld' ? server('flanneld', []) : null),
  },
  {
    names: ['kindest/kindnetd'],
    entrypoint: ['/bin/kindnetd'],
    cmd: [],
    sizeBytes: 28_205_243,
    program: (argv) => (baseName(argv[0] ?? '') === 'kindnetd' ? server('kindnetd', []) : null),
  },
  {
    names: ['kindest/local-path-provisioner'],
    entrypoint: ['local-path-provisioner'],
    cmd: [],
    sizeBytes: 17_240_502,
    program: (argv) => (baseName(argv[0] ?? '') === 'local-path-provisioner' ? server('local-path-provisioner', []) : null),
  },
  {
    names: ['weaveworks/weave-kube'],
    entrypoint: ['/home/weave/launch.sh'],
    cmd: [],
    sizeBytes: 34_257_120,
    program: (argv, context) => {
      if (argv[0] === '/home/weave/init.sh') return server('init.sh', [], { exit: { afterNs: 0, code: 0 } });
      if (argv[0] !== '/home/weave/launch.sh') return null;
      return server('weaver', [plain(context, IP_LOOPBACK, 6784, { '/status': 'Version: 2.8.1' })]);
    },
  },
  {
    names: ['weaveworks/weave-npc'],
    entrypoint: ['/usr/bin/launch.sh'],
    cmd: [],
    sizeBytes: 14_643_140,
    program: (argv) => (baseName(argv[0] ?? '') === 'launch.sh' ? server('weave-npc', []) : null),
  },
  {
    names: ['calico/node'],
    entrypoint: [],
    cmd: ['start_runit'],
    sizeBytes: 77_380_233,
    program: (argv, context) => {
      if (argv[0] === 'start_runit')
        return server('calico-node', [plain(context, IP_LOOPBACK, 9099, { '/liveness': '', '/readiness': '' })]);
      // `calico-node -init`, an init container's work.
      return baseName(argv[0] ?? '') === 'calico-node' ? finished('calico-node') : null;
    },
  },
  {
    names: ['calico/cni'],
    entrypoint: [],
    cmd: ['/opt/cni/bin/install'],
    sizeBytes: 82_125_477,
    program: (argv) => (['calico-ipam', 'install'].includes(baseName(argv[0] ?? '')) ? finished('install') : null),
  },
  {
    names: ['calico/kube-controllers'],
    entrypoint: ['/usr/bin/kube-controllers'],
    cmd: [],
    sizeBytes: 56_361_853,
    program: (argv) => (baseName(argv[0] ?? '') === 'kube-controllers' ? server('kube-controllers', []) : null),
  },
  {
    names: ['flannel/flannel-cni-plugin', 'flannel-io/flannel-cni-plugin'],
    entrypoint: [],
    cmd: [],
    sizeBytes: 4_705_233,
    program: () => null,
  },
];
