/**
 * `host-local`: gives out the addresses of one range and remembers them in files (containernetworking/plugins
 * plugins/ipam/host-local/backend/allocator, backend/disk). The files are in /var/lib/cni/networks/<network>/.
 *
 * Round robin: the search starts behind the last address given, so a freed one comes back only after the range was gone round.
 * Simplification: one range of one IPv4 subnet; a requested address (args, runtimeConfig ips) is not taken.
 */
import { broadcastAddress, cidrLength, cidrOf, networkAddress, type Cidr } from '../../../lib/cidr.ts';
import { ipAdd, ipFromU32, ipToU32, type IpAddr } from '../../../lib/ip.ts';
import { err, ok, type Result } from '../../../lib/result.ts';

export interface HostLocalConfig {
  /** The network, which names the folder. */
  readonly name: string;
  readonly subnet: Cidr;
  readonly rangeStart?: IpAddr;
  readonly rangeEnd?: IpAddr;
  /** The first address of the subnet when absent. */
  readonly gateway?: IpAddr;
}

/** Who holds an address: the two lines of its file. */
interface Holder {
  readonly containerId: string;
  readonly ifName: string;
}

/** What IPAM answers: the address with the subnet's length, and the gateway. */
export interface Allocation {
  readonly address: Cidr;
  readonly gateway: IpAddr;
}

export class HostLocal {
  readonly name: string;
  readonly subnet: Cidr;
  readonly gateway: IpAddr;
  readonly #start: IpAddr;
  readonly #end: IpAddr;
  #holders = new Map<IpAddr, Holder>();
  /** Addresses by `containerId ifName`: what GetByID reads from the files. */
  #byOwner = new Map<string, IpAddr>();
  #lastReserved: IpAddr | null = null;

  private constructor(config: HostLocalConfig) {
    this.name = config.name;
    this.subnet = config.subnet;
    this.gateway = config.gateway ?? ipAdd(networkAddress(config.subnet), 1);
    this.#start = config.rangeStart ?? ipAdd(networkAddress(config.subnet), 1);
    this.#end = config.rangeEnd ?? ipAdd(broadcastAddress(config.subnet), -1);
  }

  /** Checks the range (allocator/range.go Canonicalize). */
  static create(config: HostLocalConfig): Result<HostLocal, string> {
    const { subnet } = config;
    const network = networkAddress(subnet);
    const length = cidrLength(subnet);
    if (length > 30) return err(`Network ${network}/${length} too small to allocate from`);
    if (subnet !== cidrOf(network, length)) {
      return err(`Network has host bits set. For a subnet mask of length ${length} the network address is ${network}`);
    }
    return ok(new HostLocal(config));
  }

  /** The range as errors name it. */
  get rangeText(): string {
    return `${this.#start}-${this.#end}`;
  }

  /** Reserves the next free address. */
  allocate(containerId: string, ifName: string): Result<Allocation, string> {
    const held = this.#byOwner.get(ownerKey(containerId, ifName));
    if (held !== undefined)
      return err(
        `failed to allocate for range 0: ${held} has been allocated to ${containerId}, duplicate allocation is not allowed`,
      );
    const address = this.#nextFree();
    if (address === null)
      return err(`failed to allocate for range 0: no IP addresses available in range set: ${this.rangeText}`);
    this.#holders.set(address, { containerId, ifName });
    this.#byOwner.set(ownerKey(containerId, ifName), address);
    this.#lastReserved = address;
    return ok({ address: cidrOf(address, cidrLength(this.subnet)), gateway: this.gateway });
  }

  /** Gives the container's address back; one that holds none is no error (DEL is idempotent). */
  release(containerId: string, ifName: string): void {
    const key = ownerKey(containerId, ifName);
    const address = this.#byOwner.get(key);
    if (address === undefined) return;
    this.#byOwner.delete(key);
    this.#holders.delete(address);
  }

  /** The address a container holds, or null. */
  addressOf(containerId: string, ifName: string): IpAddr | null {
    return this.#byOwner.get(ownerKey(containerId, ifName)) ?? null;
  }

  /** The folder's files and what they hold, sorted as `ls` does. */
  files(): ReadonlyMap<string, string> {
    const files: [string, string][] = [...this.#holders].map(([address, { containerId, ifName }]) => [
      address,
      `${containerId}\r\n${ifName}`,
    ]);
    if (this.#lastReserved !== null) files.push(['last_reserved_ip.0', this.#lastReserved], ['lock', '']);
    return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** One time round the range, from behind the last address reserved (allocator.go RangeIter.Next). */
  #nextFree(): IpAddr | null {
    const first = ipToU32(this.#start);
    const size = ipToU32(this.#end) - first + 1;
    const last = this.#lastReserved === null ? -1 : ipToU32(this.#lastReserved) - first;
    const from = last >= 0 && last < size ? last + 1 : 0;
    for (let i = 0; i < size; i++) {
      const address = ipFromU32(first + ((from + i) % size));
      if (address !== this.gateway && !this.#holders.has(address)) return address;
    }
    return null;
  }
}

function ownerKey(containerId: string, ifName: string): string {
  return `${containerId} ${ifName}`;
}
