/**
 * The images of kube-system: what each component listens on with kubeadm's flags, and what it says to a stranger. The components
 * themselves are simulated elsewhere; these sockets are there because a real node has them (`ss -tlnp`).
 *
 * Simplification: TLS is not modelled; the servers that want it answer plain HTTP as Go's do: with a 400.
 */
import { IP_ANY, IP_LOOPBACK, type IpAddr } from '../../../lib/ip.ts';
import { pagesListener } from '../http.ts';
import { baseName } from '../script.ts';
import { NS_PER_MS } from '../../../sim/sim.ts';
import { server, type Listener, type Workload, type WorkloadContext } from '../workload.ts';
import { DNS_IMAGES } from './dns.ts';
import type { ImageBehaviour } from './image.ts';

function tls(addr: IpAddr, port: number): Listener {
  return {
    protocol: 'tcp',
    addr,
    port,
    handler: () => 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
  };
}

/** What an init container runs: does its work and ends well. */
function finished(process: string): Workload {
  return server(process, [], { exit: { afterNs: 200 * NS_PER_MS, code: 0 } });
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
    pagesListener(context, IP_LOOPBACK, 10249, { '/proxyMode': 'iptables', '/healthz': 'ok' }),
    pagesListener(context, IP_ANY, 10256, {
      '/healthz': '{"lastUpdated": "","currentTime": ""}',
      '/livez': '{"lastUpdated": "","currentTime": ""}',
    }),
  ]),
  component('etcd', 57_236_178, (context) => [
    tls(IP_LOOPBACK, 2379),
    tls(context.nodeIP, 2379),
    tls(context.nodeIP, 2380),
    pagesListener(context, IP_LOOPBACK, 2381, { '/health': '{"health":"true","reason":""}' }),
  ]),
  ...DNS_IMAGES,
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
      return server('weaver', [pagesListener(context, IP_LOOPBACK, 6784, { '/status': 'Version: 2.8.1' })]);
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
        return server('calico-node', [pagesListener(context, IP_LOOPBACK, 9099, { '/liveness': '', '/readiness': '' })]);
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
