/**
 * getaddrinfo() of a process: a literal address, /etc/hosts, then DNS by the C library's own rules (nsswitch.conf `hosts: files dns`).
 *
 * The two libraries of container images differ in what they ask, in which order, and how long: `glibc.ts`, `musl.ts`.
 * Simplification: no nscd, no systemd-resolved, no cache in the client: every look-up asks.
 */
import { assertNever } from '../../lib/assert.ts';
import { parseIp, type IpAddr } from '../../lib/ip.ts';
import type { Netns } from '../netns.ts';
import type { TraceRecorder } from '../trace/recorder.ts';
import type { Rcode } from '../wire/dns.ts';
import { sortAddresses } from './address-order.ts';
import { GlibcLookup } from './glibc.ts';
import { MuslLookup } from './musl.ts';
import { hostsLookup, type HostsEntry, type ResolvConf } from './resolv-conf.ts';

/** Which C library a program was linked with. */
export type Libc = 'glibc' | 'musl';

/** getaddrinfo's error codes. */
export type GaiError = 'EAI_NONAME' | 'EAI_NODATA' | 'EAI_AGAIN' | 'EAI_FAIL';

/** The files a process finds in its mount namespace, and its library. */
export interface Resolver {
  readonly conf: ResolvConf;
  readonly hosts: readonly HostsEntry[];
  readonly libc: Libc;
}

/** A name that was asked for, and what came of it. */
export interface AskedName {
  readonly name: string;
  /** `answered`: with addresses; `no data`: the name exists without one; `refused`: nobody takes queries there. */
  readonly result: 'answered' | 'no data' | 'timeout' | 'refused' | Exclude<Rcode, 'NOERROR'>;
}

export type LookupEnd =
  | {
      readonly kind: 'found';
      readonly addresses: readonly IpAddr[];
      readonly source: 'literal' | 'hosts' | 'dns';
      readonly asked: readonly AskedName[];
    }
  | { readonly kind: 'failed'; readonly error: GaiError; readonly asked: readonly AskedName[] };

export interface LookupSpec {
  readonly netns: Netns;
  readonly resolver: Resolver;
  readonly process: string;
  readonly recorder: TraceRecorder | null;
  readonly onEnd: (end: LookupEnd) => void;
}

/** Looks `name` up; `onEnd` is called once, at once where nobody has to be asked. */
export function lookup(name: string, spec: LookupSpec): { close(): void } {
  const literal = parseIp(name);
  const listed = hostsLookup(spec.resolver.hosts, name).flatMap((text) => parseIp(text) ?? []);
  const known = literal === null ? listed : [literal];
  if (known.length > 0) {
    spec.onEnd({ kind: 'found', addresses: known, source: literal === null ? 'hosts' : 'literal', asked: [] });
    return { close: () => undefined };
  }
  const sorted: LookupSpec = {
    ...spec,
    onEnd: (end) =>
      spec.onEnd(
        end.kind === 'found' ? { ...end, addresses: sortAddresses(spec.netns, end.addresses, spec.resolver.libc) } : end,
      ),
  };
  const client = spec.resolver.libc === 'musl' ? new MuslLookup(name, sorted) : new GlibcLookup(name, sorted);
  client.start();
  return client;
}

/** gai_strerror() of the library. */
export function gaiText(error: GaiError, libc: Libc): string {
  const musl = libc === 'musl';
  switch (error) {
    case 'EAI_NONAME':
      return musl ? 'Name does not resolve' : 'Name or service not known';
    case 'EAI_NODATA':
      return musl ? 'Name has no usable address' : 'No address associated with hostname';
    case 'EAI_AGAIN':
      return musl ? 'Try again' : 'Temporary failure in name resolution';
    case 'EAI_FAIL':
      return musl ? 'Non-recoverable error' : 'Non-recoverable failure in name resolution';
    default:
      return assertNever(error);
  }
}
