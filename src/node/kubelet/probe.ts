/**
 * Health checks of containers (pkg/kubelet/prober, pkg/probe): what one attempt finds, in the kubelet's words.
 *
 * Simplification: a check asks the process directly; the packets a kubelet sends for it do not exist, so no rule counts them and no
 * rule can stop them.
 * Simplification: exec knows `true`, `false`, `exit`, `cat`, `ls`, `test` and `[` on files that the container's start script makes; every other command succeeds.
 */
import type { Container, HttpGetAction, Probe } from '../../api/types/container.ts';
import type { IntOrString } from '../../api/types/meta.ts';
import { IP_ANY, parseIp, type IpAddr } from '../../lib/ip.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { commandText } from '../workload/resolve.ts';
import { httpBodyOf, httpStatusOf } from '../workload/http.ts';
import { baseName } from '../workload/script.ts';
import { fileExists, type Listener, type Workload } from '../workload/workload.ts';

/** What can be asked: the container, and all sockets of its Pod. */
export interface ProbeTarget {
  readonly container: Container;
  readonly workload: Workload;
  readonly sinceStartNs: number;
  readonly podIP: IpAddr;
  readonly nodeIP: IpAddr;
  readonly listeners: readonly Listener[];
}

/** One attempt; the error is what the Unhealthy event says after `probe failed: `. */
export function attemptProbe(probe: Probe, target: ProbeTarget): Result<void, string> {
  if (probe.httpGet !== undefined) return httpGet(probe.httpGet, target);
  if (probe.tcpSocket !== undefined) {
    const { host, port } = probe.tcpSocket;
    return tcpSocket(host, port, target);
  }
  if (probe.grpc !== undefined) {
    const reached = tcpSocket(undefined, probe.grpc.port, target);
    return reached.ok
      ? reached
      : err(`timeout: failed to connect service "${target.podIP}:${probe.grpc.port}" within 1s: context deadline exceeded`);
  }
  return probe.exec === undefined ? ok(undefined) : exec(probe.exec.command ?? [], target);
}

/** A port by number or by the container's name for it. */
function portNumber(port: IntOrString, container: Container): number | null {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : null);
}

function httpGet(action: HttpGetAction, target: ProbeTarget): Result<void, string> {
  const port = portNumber(action.port, target.container);
  if (port === null) return err(`couldn't find port: ${action.port} in container ${target.container.name}`);
  const host = action.host ?? target.podIP;
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const path = action.path ?? '/';
  const listener = listenerAt(host, port, target);
  if (listener === null)
    return err(`Get "${scheme}://${host}:${port}${path}": dial tcp ${host}:${port}: connect: connection refused`);
  const headers = (action.httpHeaders ?? []).map(({ name, value }) => `${name}: ${value}\r\n`).join('');
  const text = `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUser-Agent: kube-probe/1.30\r\nAccept: */*\r\n${headers}Connection: close\r\n\r\n`;
  const answer = listener.handler({ text, peer: { addr: target.nodeIP, port: 40_000 }, local: { addr: target.podIP, port } });
  const status = httpStatusOf(answer);
  // A server of TLS that was asked in plain HTTP answers 400; asked as HTTPS it would have been asked right.
  if (scheme === 'https' && /HTTPS server/.test(httpBodyOf(answer))) return ok(undefined);
  if (status === null)
    return err(
      `Get "${scheme}://${host}:${port}${path}": net/http: HTTP/1.x transport connection broken: malformed HTTP response ${JSON.stringify(answer.split(/\r?\n/)[0] ?? '')}`,
    );
  return status >= 200 && status < 400 ? ok(undefined) : err(`HTTP probe failed with statuscode: ${status}`);
}

function tcpSocket(host: string | undefined, port: IntOrString, target: ProbeTarget): Result<void, string> {
  const number = portNumber(port, target.container);
  if (number === null) return err(`couldn't find port: ${port} in container ${target.container.name}`);
  const address = host ?? target.podIP;
  return listenerAt(address, number, target) === null
    ? err(`dial tcp ${address}:${number}: connect: connection refused`)
    : ok(undefined);
}

/** The socket that a connection from the node to `host` would reach. */
function listenerAt(host: string, port: number, { listeners, podIP }: ProbeTarget): Listener | null {
  const address = parseIp(host) ?? podIP;
  return (
    listeners.find(
      (listener) =>
        listener.protocol === 'tcp' && listener.port === port && (listener.addr === IP_ANY || listener.addr === address),
    ) ?? null
  );
}

function exec(command: readonly string[], { workload, sinceStartNs }: ProbeTarget): Result<void, string> {
  const [program = '', ...args] = commandText(command);
  const paths = args.filter((word) => !word.startsWith('-') && word !== ']');
  const missing = paths.find((path) => path.startsWith('/') && !fileExists(workload, path, sinceStartNs));
  switch (baseName(program)) {
    case 'false':
      return err('');
    case 'exit':
      return (args[0] ?? '0') === '0' ? ok(undefined) : err('');
    case 'cat':
      return missing === undefined ? ok(undefined) : err(`cat: can't open '${missing}': No such file or directory\n`);
    case 'ls':
      return missing === undefined ? ok(undefined) : err(`ls: ${missing}: No such file or directory\n`);
    case 'test':
    case '[':
      return missing === undefined ? ok(undefined) : err('');
    default:
      return ok(undefined);
  }
}
