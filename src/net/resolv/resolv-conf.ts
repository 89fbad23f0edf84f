/**
 * /etc/resolv.conf and /etc/hosts as a resolver reads them (resolv.conf(5), hosts(5)).
 */

export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  /** Words as written: `ndots:5`, `timeout:2`, `rotate`. */
  readonly options: readonly string[];
}

export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/** Most nameservers a resolver asks (MAXNS). */
const MAX_NAMESERVERS = 3;
const LOCAL_RESOLVER = '127.0.0.1';
const DEFAULT_NDOTS = 1;
const MAX_NDOTS = 15;
const DEFAULT_TIMEOUT_S = 5;
const MAX_TIMEOUT_S = 30;
const DEFAULT_ATTEMPTS = 2;
const MAX_ATTEMPTS = 5;

/** The file's text, its lines in the order Docker writes them (containerd puts `search` first); a line without words is left out. */
export function resolvConfText({ nameservers, search, options }: ResolvConf): string {
  return [
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The text of /etc/hosts. */
export function hostsText(entries: readonly HostsEntry[]): string {
  return entries.map(({ address, names }) => `${address}\t${names.join('\t')}\n`).join('');
}

/** Whom a resolver asks: the listed servers, or one on this host where none is. */
export function serversOf({ nameservers }: ResolvConf): readonly string[] {
  return nameservers.length === 0 ? [LOCAL_RESOLVER] : nameservers.slice(0, MAX_NAMESERVERS);
}

/** How many dots make a name one to be asked as it is first. */
export function ndotsOf(conf: ResolvConf): number {
  return option(conf, 'ndots', { otherwise: DEFAULT_NDOTS, max: MAX_NDOTS });
}

/** Seconds until a query is given up. */
export function timeoutOf(conf: ResolvConf): number {
  return Math.max(1, option(conf, 'timeout', { otherwise: DEFAULT_TIMEOUT_S, max: MAX_TIMEOUT_S }));
}

export function attemptsOf(conf: ResolvConf): number {
  return Math.max(1, option(conf, 'attempts', { otherwise: DEFAULT_ATTEMPTS, max: MAX_ATTEMPTS }));
}

function option({ options }: ResolvConf, name: string, { otherwise, max }: { otherwise: number; max: number }): number {
  const word = options.findLast((each) => each.startsWith(`${name}:`));
  const value = word === undefined ? NaN : Number.parseInt(word.slice(name.length + 1), 10);
  return Number.isNaN(value) || value < 0 ? otherwise : Math.min(value, max);
}

/** The addresses /etc/hosts has for a name. */
export function hostsLookup(entries: readonly HostsEntry[], name: string): readonly string[] {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  return entries.filter(({ names }) => names.some((each) => each.toLowerCase() === wanted)).map(({ address }) => address);
}
