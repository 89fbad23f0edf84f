/**
 * What a container does, as far as a network sees it: where it listens, what it answers, when it ends, how it takes SIGTERM.
 *
 * Simplification: a workload has no memory, files beyond those its start script touches, or CPU; it answers every request at once
 * and sends no traffic of its own.
 */
import type { Container } from '../../api/types/container.ts';
import type { IpAddr } from '../../lib/ip.ts';
import type { Netns } from '../../net/netns.ts';
import type { ResolvConf } from '../../net/resolv/resolv-conf.ts';
import type { ListenSpec, ServerRequest } from '../../net/socket/sockets.ts';
import type { ApiReader } from '../dns/kubernetes-zone.ts';
import type { ImageRef } from '../runtime/image.ts';

/** Where and for whom a container runs: what its process can learn from its environment. */
export interface WorkloadContext {
  readonly container: Container;
  readonly image: ImageRef;
  /** What `hostname` prints: the Pod's name, on hostNetwork the node's. */
  readonly hostname: string;
  readonly podName: string;
  readonly namespace: string;
  /** The Pod's address; the node's with hostNetwork. */
  readonly podIP: IpAddr;
  readonly nodeName: string;
  readonly nodeIP: IpAddr;
  readonly env: ReadonlyMap<string, string>;
  /** Now, as an HTTP Date header has it. */
  readonly httpDate: () => string;
  readonly cluster: ClusterAccess;
}

/** What programs that are part of the cluster work with. */
export interface ClusterAccess {
  /** The API, with a service account that may read. */
  readonly api: ApiReader;
  /** False for a process that started while the API server was not to be reached, until it is. */
  readonly synced: () => boolean;
  /** The namespace the process is in: where it sends from. */
  readonly netns: Netns;
  readonly resolvConf: ResolvConf;
  /** The text of a mounted file, as it is now; null where nothing is mounted. */
  readonly file: (path: string) => string | null;
}

/** A socket the process opens at its start. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp';
  /** 0.0.0.0 takes every address of the namespace. */
  readonly addr: IpAddr;
  readonly port: number;
  readonly handler: (request: ServerRequest) => string;
  /** As in `ListenSpec`. */
  readonly onDatagram?: ListenSpec['onDatagram'];
  readonly checkpoint?: ListenSpec['checkpoint'];
}

/** A file that appears or goes, `atNs` after the start: what exec probes look for. */
export interface FileChange {
  readonly atNs: number;
  readonly path: string;
  readonly exists: boolean;
}

/** What a process does beside answering at its sockets, along its life. */
export interface ProcessWork {
  /** Before its sockets open. */
  readonly begin?: () => void;
  /** They are open. */
  readonly serve?: () => void;
  /** `crash`: it was killed, or ended by itself, and could clear nothing away. */
  readonly end: (how: 'SIGTERM' | 'crash') => void;
}

/** The process ends by itself. */
export interface ProcessExit {
  readonly afterNs: number;
  readonly code: number;
}

export interface Workload {
  /** Program name as `ss -p` shows it. */
  readonly process: string;
  readonly listeners: readonly Listener[];
  /** Null: runs until it is stopped. */
  readonly exit: ProcessExit | null;
  /**
   * Exit code after SIGTERM; null when the process does not heed it and has to be killed after the grace period, as a shell or
   * `sleep` that is process 1 of its container.
   */
  readonly sigtermExitCode: number | null;
  readonly files: readonly FileChange[];
  readonly work?: ProcessWork;
  /** Lines written at the start. */
  readonly logs: readonly string[];
  /** What it logs when a port is taken. */
  readonly bindError: (listener: Listener) => string;
}

/** A process that serves until it is told to stop. */
export function server(process: string, listeners: readonly Listener[], extra: Partial<Workload> = {}): Workload {
  return {
    process,
    listeners,
    exit: null,
    sigtermExitCode: 0,
    files: [],
    logs: [],
    bindError: ({ addr, port }) => `listen tcp ${addr}:${port}: bind: address already in use`,
    ...extra,
  };
}

/** True when the file is there `sinceStartNs` after the start. */
export function fileExists(workload: Workload, path: string, sinceStartNs: number): boolean {
  const changes = workload.files.filter((change) => change.path === path && change.atNs <= sinceStartNs);
  return changes.at(-1)?.exists ?? false;
}
