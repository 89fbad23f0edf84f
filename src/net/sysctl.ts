/**
 * The sysctls of a namespace that change behaviour, by their dotted names (net/ipv4/devinet.c for the `conf` ones).
 *
 * `net.ipv4.conf.DEV.X` exists for every device; how `all` and the device combine is the kernel's: some are or-ed, some and-ed, for
 * rp_filter the larger counts. Writing `net.ipv4.ip_forward` writes `forwarding` of all devices, as inet_forward_change does.
 * Simplification: only sysctls listed here exist; the others do not change what is modelled.
 */
import { err, ok, type Result } from '../lib/result.ts';
import { CONNTRACK_SYSCTLS } from './netfilter/conntrack-settings.ts';

/** Values of a new namespace (see reference recordings; br_netfilter loaded). */
const DEFAULTS: Readonly<Record<string, string>> = {
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.ipv4.icmp_ratelimit': '1000',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_forward': '0',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.route.min_pmtu': '552',
  'net.ipv4.route.mtu_expires': '600',
  'net.ipv4.tcp_retries2': '15',
  'net.ipv4.tcp_syn_retries': '6',
  'net.ipv4.tcp_synack_retries': '5',
  'net.netfilter.nf_conntrack_tcp_be_liberal': '0',
};

/** `net.ipv4.conf.*.X` and their defaults. */
const CONF: Readonly<Record<string, string>> = {
  accept_local: '0',
  arp_ignore: '0',
  arp_notify: '0',
  forwarding: '0',
  proxy_arp: '0',
  route_localnet: '0',
  rp_filter: '0',
  send_redirects: '1',
};

const CONF_NAME = /^net\.ipv4\.conf\.(.+)\.([a-z_]+)$/;

/** What exists without a device, with the value a new namespace has. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ...Object.entries(DEFAULTS),
  ...[...CONNTRACK_SYSCTLS].map(([name, value]) => [name, String(value)] as const),
]);

/** Settings of one device, or of `all` and `default`: those that differ from CONF. */
type DeviceConf = Map<string, string>;

export class SysctlTable {
  /** Plain settings that were written. */
  readonly #plain = new Map<string, string>();
  readonly #devices = new Map<string, DeviceConf>([
    ['all', new Map()],
    ['default', new Map()],
  ]);
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** A new device takes the `default` values. */
  addDevice(dev: string): void {
    this.#devices.set(dev, new Map(this.#devices.get('default')));
  }

  removeDevice(dev: string): void {
    this.#devices.delete(dev);
  }

  /** The value as `sysctl -n` prints it, or null when there is no such key. */
  get(name: string): string | null {
    const [dev, key] = confName(name);
    if (key === null) return this.#plain.get(name) ?? PLAIN.get(name) ?? null;
    return this.#devices.has(dev) && key in CONF ? this.#conf(dev, key) : null;
  }

  /** The value as a number; 0 for what does not exist. */
  number(name: string): number {
    return Number(this.#plain.get(name) ?? PLAIN.get(name) ?? this.get(name) ?? 0);
  }

  /** Writes a value; the error is what `sysctl -w` prints. */
  set(given: string, value: string): Result<void, string> {
    const name = plainName(given);
    if (this.get(name) === null) return err(`sysctl: cannot stat /proc/sys/${pathOf(given)}: No such file or directory`);
    const valid = /^\d+(\s+\d+)?$/.test(value) && (name !== 'net.ipv4.ip_local_port_range' || isPortRange(value));
    if (!valid) return err(`sysctl: setting key "${given}": Invalid argument`);
    const [dev, key] = confName(name);
    if (key === null) this.#plain.set(name, value);
    else this.#devices.get(dev)?.set(key, value);
    if (name === 'net.ipv4.ip_forward' || (dev === 'all' && key === 'forwarding')) this.#forwardAll(value);
    this.#onChange();
    return ok(undefined);
  }

  /** True when `all` or the device has it (IN_DEV_ORCONF). */
  orConf(key: string, dev: string): boolean {
    return this.#conf('all', key) !== '0' || this.#conf(dev, key) !== '0';
  }

  /** True when the device has it (IN_DEV_FORWARD reads the device's alone; `all` was copied to it). */
  andConf(key: string, dev: string): boolean {
    return this.#conf(dev, key) !== '0';
  }

  /** The larger of `all` and the device (IN_DEV_MAXCONF). */
  maxConf(key: string, dev: string): number {
    return Math.max(Number(this.#conf('all', key)), Number(this.#conf(dev, key)));
  }

  /** Every setting by name, as `sysctl -a` lists them. */
  entries(): ReadonlyMap<string, string> {
    const conf = [...this.#devices.keys()].flatMap((dev) =>
      Object.keys(CONF).map((key) => [`net.ipv4.conf.${dev}.${key}`, this.#conf(dev, key)] as const),
    );
    const plain = [...PLAIN.keys()].map((name) => [name, this.get(name) ?? ''] as const);
    return new Map([...plain, ...conf].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Equal for namespaces whose `entries` are equal: most Pods'. */
  signature(): string {
    const written = (values: ReadonlyMap<string, string>): string =>
      [...values].map(([key, value]) => `${key}=${value}`).join();
    const devices = [...this.#devices].map(([dev, conf]) => `${dev}(${written(conf)})`).join();
    return `${written(this.#plain)} ${devices}`;
  }

  #conf(dev: string, key: string): string {
    return this.#devices.get(dev)?.get(key) ?? CONF[key] ?? '0';
  }

  #forwardAll(value: string): void {
    this.#plain.set('net.ipv4.ip_forward', value);
    for (const conf of this.#devices.values()) conf.set('forwarding', value);
  }
}

/** Device and key of a `conf` name; key null for the others. */
function confName(name: string): readonly [dev: string, key: string | null] {
  const [, dev = '', key = null] = CONF_NAME.exec(name) ?? [];
  return [dev, key];
}

/** sysctl takes `net/ipv4/…` too, and writes a dot within a name as `/`: `net.ipv4.conf.flannel/1.rp_filter` (sysctl.8). */
function plainName(key: string): string {
  return key.replaceAll('/', '.');
}

/** The file sysctl looks for: with names parted by dots, dots and slashes change places. */
function pathOf(key: string): string {
  const slashed = key.indexOf('/') >= 0 && key.indexOf('/') < (key + '.').indexOf('.');
  return slashed ? key : key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}

/** Two ports, the first not above the second (ipv4_local_port_range). */
function isPortRange(value: string): boolean {
  const [low = 0, high = 0] = value.split(/\s+/).map(Number);
  return low >= 1 && low <= high && high <= 65535;
}
