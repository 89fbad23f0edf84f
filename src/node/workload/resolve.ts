/**
 * From a container's spec to what its process does: the image's entrypoint and command as Kubernetes combines them with `command` and
 * `args`, then the program by its name, then, for what nobody knows, a server on the container's ports.
 */
import type { EnvVar } from '../../api/types/container.ts';
import { IP_ANY } from '../../lib/ip.ts';
import { httpListener, textReply } from './http.ts';
import type { ImageBehaviour } from './images/image.ts';
import { knownImage } from './images/table.ts';
import { baseName, isBareShell, runScript, shellScriptOf, stepOf, wordsOf, type ScriptRun } from './script.ts';
import { server, type Listener, type Workload, type WorkloadContext } from './workload.ts';

/** The process' words: `command` replaces the entrypoint and the image's command, `args` only the latter. */
export function argvOf(image: ImageBehaviour | null, context: WorkloadContext): readonly string[] {
  const { command = [], args = [] } = context.container;
  const expand = (word: string): string =>
    word.replace(/\$\((\w+)\)/g, (whole, name: string) => context.env.get(name) ?? whole);
  if (command.length > 0) return [...command, ...args].map(expand);
  return [...(image?.entrypoint ?? []), ...(args.length > 0 ? args.map(expand) : (image?.cmd ?? []))];
}

/** What the container does once started. */
export function resolveWorkload(context: WorkloadContext): Workload {
  const image = knownImage(context.image);
  const argv = argvOf(image, context);
  if (argv.length === 0) return image === null ? anyServer(context) : ended('sh', 0);
  return image?.program(argv, context) ?? programOf(argv, image, context);
}

function programOf(argv: readonly string[], image: ImageBehaviour | null, context: WorkloadContext): Workload {
  if (isBareShell(argv)) return ended(baseName(argv[0] ?? ''), 0);
  const script = shellScriptOf(argv);
  // A program that is not run by a shell is a script of one command.
  const run = script === null ? runWords(argv) : runScript(script);
  if (run.unknown !== null) {
    const known = image?.program(run.unknown, context) ?? null;
    return known === null
      ? { ...anyServer(context), files: run.files, logs: run.output }
      : { ...known, files: run.files, logs: [...run.output, ...known.logs] };
  }
  return scripted(argv, run, context);
}

function runWords(argv: readonly string[]): ScriptRun {
  const step = stepOf(argv);
  const base = { files: [], output: [], listens: [], unknown: null, endsAfterNs: 0, exitCode: 0 };
  switch (step.kind) {
    case 'sleep':
      return { ...base, endsAfterNs: step.ns };
    case 'exit':
      return { ...base, exitCode: step.code };
    case 'fail':
      return { ...base, exitCode: step.code, output: step.message === '' ? [] : [step.message] };
    case 'listen':
      return { ...base, listens: [step], endsAfterNs: null };
    case 'print':
      return { ...base, output: [step.text] };
    case 'unknown':
      return { ...base, unknown: step.argv, endsAfterNs: null };
    default:
      return base;
  }
}

function scripted(argv: readonly string[], run: ScriptRun, context: WorkloadContext): Workload {
  const process = baseName(run.listens[0]?.program ?? argv[0] ?? 'sh');
  const listeners = run.listens.map(({ protocol, port }) => ownListener(protocol, port, context));
  return server(process, listeners, {
    files: run.files,
    logs: run.output,
    exit: run.endsAfterNs === null ? null : { afterNs: run.endsAfterNs, code: run.exitCode },
    // Process 1 has no default action for SIGTERM: a shell or sleep goes on until it is killed.
    sigtermExitCode: null,
  });
}

function ended(process: string, code: number): Workload {
  return server(process, [], { exit: { afterNs: 0, code } });
}

/** A server nobody described: all containerPorts, answering who it is and whom it saw. */
function anyServer(context: WorkloadContext): Workload {
  const ports = (context.container.ports ?? []).filter(({ protocol }) => protocol !== 'SCTP');
  const unique = new Map(ports.map((port) => [`${port.protocol} ${port.containerPort}`, port]));
  return server(
    context.container.name,
    [...unique.values()].map(({ protocol, containerPort }) =>
      ownListener(protocol === 'UDP' ? 'udp' : 'tcp', containerPort, context),
    ),
  );
}

function ownListener(protocol: 'tcp' | 'udp', port: number, { hostname, httpDate }: WorkloadContext): Listener {
  const body = (client: string): string => `Hostname: ${hostname}\nClientIP: ${client}\n`;
  if (protocol === 'udp') return { protocol, addr: IP_ANY, port, handler: ({ peer }) => body(peer.addr) };
  return httpListener({ port, serverHeader: null, httpDate, respond: ({ peer }) => textReply(body(peer.addr)) });
}

/** Values a container's environment can refer to (the downward API). */
export interface EnvSources {
  readonly podName: string;
  readonly namespace: string;
  readonly podIP: string;
  readonly nodeName: string;
  readonly nodeIP: string;
  readonly serviceAccountName: string;
}

/**
 * The environment from `env`.
 * Simplification: configMapKeyRef, secretKeyRef and resourceFieldRef are empty, envFrom and the variables of Services are not set.
 */
export function environmentOf(env: readonly EnvVar[], sources: EnvSources): ReadonlyMap<string, string> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': sources.podName,
    'metadata.namespace': sources.namespace,
    'status.podIP': sources.podIP,
    'status.podIPs': sources.podIP,
    'spec.nodeName': sources.nodeName,
    'status.hostIP': sources.nodeIP,
    'spec.serviceAccountName': sources.serviceAccountName,
  };
  const values = new Map<string, string>();
  for (const { name, value, valueFrom } of env) {
    const fieldRef: unknown = valueFrom?.['fieldRef'];
    const path = typeof fieldRef === 'object' && fieldRef !== null && 'fieldPath' in fieldRef ? String(fieldRef.fieldPath) : '';
    values.set(name, value?.replace(/\$\((\w+)\)/g, (whole, key: string) => values.get(key) ?? whole) ?? fields[path] ?? '');
  }
  return values;
}

/** The words of an exec probe's command, a script's if it is one. */
export function commandText(command: readonly string[]): readonly string[] {
  const script = shellScriptOf(command);
  return script === null ? command : wordsOf(script);
}
