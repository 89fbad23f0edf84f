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

export class SysctlTable {
  #values = new Map<string, string>([
    ...Object.entries(DEFAULTS),
    ...[...CONNTRACK_SYSCTLS].map(([name, value]) => [name, String(value)] as const),
  ]);
  readonly #hasDevice: (name: string) => boolean;
  readonly #onChange: () => void;

  constructor(hooks: { readonly hasDevice: (name: string) => boolean; readonly onChange: () => void }) {
    this.#hasDevice = hooks.hasDevice;
    this.#onChange = hooks.onChange;
    for (const [key, value] of Object.entries(CONF)) {
      this.#values.set(`net.ipv4.conf.all.${key}`, value);
      this.#values.set(`net.ipv4.conf.default.${key}`, value);
    }
  }

  /** A new device takes the `default` values. */
  addDevice(dev: string): void {
    for (const key of Object.keys(CONF)) this.#values.set(`net.ipv4.conf.${dev}.${key}`, this.#conf('default', key));
  }

  removeDevice(dev: string): void {
    for (const key of Object.keys(CONF)) this.#values.delete(`net.ipv4.conf.${dev}.${key}`);
  }

  /** The value as `sysctl -n` prints it, or null when there is no such key. */
  get(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  /** The value as a number; 0 for what does not exist. */
  number(name: string): number {
    return Number(this.#values.get(name) ?? 0);
  }

  /** Writes a value; the error is what `sysctl -w` prints. */
  set(key: string, value: string): Result<void, string> {
    const name = plainName(key);
    if (!this.#values.has(name)) return err(`sysctl: cannot stat /proc/sys/${pathOf(key)}: No such file or directory`);
    if (!/^\d+(\s+\d+)?$/.test(value)) return err(`sysctl: setting key "${key}": Invalid argument`);
    if (name === 'net.ipv4.ip_local_port_range' && !isPortRange(value))
      return err(`sysctl: setting key "${key}": Invalid argument`);
    this.#values.set(name, value);
    if (name === 'net.ipv4.ip_forward') this.#forwardAll(value);
    const conf = CONF_NAME.exec(name);
    if (conf?.[1] === 'all' && conf[2] === 'forwarding') this.#forwardAll(value);
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

  entries(): ReadonlyMap<string, string> {
    return new Map([...this.#values].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #conf(dev: string, key: string): string {
    return this.#values.get(`net.ipv4.conf.${dev}.${key}`) ?? '0';
  }

  #forwardAll(value: string): void {
    this.#values.set('net.ipv4.ip_forward', value);
    for (const name of this.#values.keys()) {
      const conf = CONF_NAME.exec(name);
      if (conf?.[2] === 'forwarding' && (conf[1] === 'all' || conf[1] === 'default' || this.#hasDevice(conf[1] ?? '')))
        this.#values.set(name, value);
    }
  }
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
