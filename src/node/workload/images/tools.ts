/**
 * Images for looking around and for tests: shells and network tools, which serve nothing unless told to, and agnhost, which does what
 * its first argument says (kubernetes/test/images/agnhost).
 */
import { IP_ANY } from '../../../lib/ip.ts';
import { GO_NOT_FOUND, httpListener, textReply, type HttpReply, type HttpRequest } from '../http.ts';
import { baseName, toPort } from '../script.ts';
import { server, type Listener, type Workload, type WorkloadContext } from '../workload.ts';
import { flagValue, type ImageBehaviour } from './image.ts';

/** An image whose command is a shell or nothing that lasts. */
function shellImage(
  names: readonly string[],
  cmd: readonly string[],
  sizeBytes: number,
  entrypoint: readonly string[] = [],
): ImageBehaviour {
  return { names, entrypoint, cmd, sizeBytes, program: () => null };
}

function agnhost(argv: readonly string[], context: WorkloadContext): Workload | null {
  if (baseName(argv[0] ?? '') !== 'agnhost') return null;
  switch (argv[1]) {
    case 'netexec':
      return netexec(argv, context);
    case 'serve-hostname':
      return serveHostname(argv, context);
    case 'pause':
    case undefined:
      return server('agnhost', []);
    default:
      return null;
  }
}

function netexec(argv: readonly string[], context: WorkloadContext): Workload {
  const port = toPort(flagValue(argv, 'http-port') ?? undefined) ?? 8080;
  const udpPort = toPort(flagValue(argv, 'udp-port') ?? undefined) ?? 8081;
  const respond = ({ path, query, peer }: HttpRequest): HttpReply => {
    switch (path) {
      case '/':
        return textReply(`NOW: ${context.httpDate()}`);
      case '/clientip':
        return textReply(`${peer.addr}:${peer.port}`);
      case '/echo':
        return textReply(query.get('msg') ?? '');
      case '/healthz':
        return textReply('');
      case '/hostname':
      case '/hostName':
        return textReply(context.hostname);
      default:
        return GO_NOT_FOUND;
    }
  };
  const udp: Listener = {
    protocol: 'udp',
    addr: IP_ANY,
    port: udpPort,
    handler: ({ text, peer }) => {
      const command = text.trim();
      if (/^hostname$/i.test(command)) return context.hostname;
      if (command.startsWith('echo ')) return command.slice(5);
      return command === 'clientip' ? `${peer.addr}:${peer.port}` : '';
    },
  };
  return server('agnhost', [httpListener({ port, serverHeader: null, httpDate: context.httpDate, respond }), udp], {
    logs: [`Started HTTP server on port ${port}`, `Started UDP server on port ${udpPort}`],
  });
}

function serveHostname(argv: readonly string[], context: WorkloadContext): Workload {
  const port = toPort(flagValue(argv, 'port') ?? undefined) ?? 9376;
  const respond = (): HttpReply => textReply(context.hostname);
  return server('agnhost', [httpListener({ port, serverHeader: null, httpDate: context.httpDate, respond })]);
}

/** Servers that speak a protocol of their own: what they say to a line that is none of theirs. */
function lineServer(
  names: readonly string[],
  program: string,
  port: number,
  sizeBytes: number,
  answer: string,
): ImageBehaviour {
  return {
    names,
    entrypoint: ['docker-entrypoint.sh'],
    cmd: [program],
    sizeBytes,
    program: (argv) =>
      argv.some((word) => baseName(word) === program)
        ? server(program, [{ protocol: 'tcp', addr: IP_ANY, port, handler: () => answer }])
        : null,
  };
}

export const TOOL_IMAGES: readonly ImageBehaviour[] = [
  shellImage(['busybox', 'radial/busyboxplus'], ['sh'], 2_160_406),
  shellImage(['alpine'], ['/bin/sh'], 3_622_892),
  shellImage(['debian', 'ubuntu', 'centos', 'rockylinux', 'fedora'], ['bash'], 29_150_479),
  shellImage(['curlimages/curl', 'curl'], ['curl', '--help'], 8_911_520),
  shellImage(
    ['nicolaka/netshoot', 'netshoot', 'ikubernetes/admin-box', 'praqma/network-multitool', 'wbitt/network-multitool'],
    ['zsh'],
    187_465_213,
  ),
  shellImage(['e2e-test-images/jessie-dnsutils', 'jessie-dnsutils'], ['sleep', 'infinity'], 112_030_336),
  {
    names: ['e2e-test-images/agnhost', 'agnhost'],
    entrypoint: ['/agnhost'],
    cmd: ['pause'],
    sizeBytes: 50_800_312,
    program: agnhost,
  },
  { names: ['pause'], entrypoint: ['/pause'], cmd: [], sizeBytes: 322_014, program: () => null },
  lineServer(['redis', 'bitnami/redis', 'valkey/valkey'], 'redis-server', 6379, 41_210_377, '-ERR unknown command\r\n'),
  lineServer(['mysql', 'mariadb'], 'mysqld', 3306, 162_340_211, 'Bad handshake\n'),
  lineServer(['postgres'], 'postgres', 5432, 149_118_209, 'invalid length of startup packet\n'),
  lineServer(['memcached'], 'memcached', 11211, 30_118_902, 'ERROR\r\n'),
];
