/**
 * `ip address show`, plain and with `-br` (iproute2 6.1 ip/ipaddress.c print_addrinfo, print_addrinfo_brief).
 */
import { networkCidr } from '../../lib/cidr.ts';
import type { AddressView, LinkView, NetnsView } from '../view.ts';
import { briefHead, linkHeading, linkLayer, ofDevice, type OfDevice } from './ip-link.ts';

/** `ip addr`. */
export function ipAddress({ links }: NetnsView, { dev = null }: OfDevice = {}): string {
  return ofDevice(links, dev)
    .map((link) => `${linkHeading(link, { mode: false })}${linkLayer(link)}\n${addressLines(link)}`)
    .join('');
}

/** `ip -br addr`. */
export function ipAddressBrief({ links }: NetnsView, { dev = null }: OfDevice = {}): string {
  return ofDevice(links, dev)
    .map((link) => `${briefHead(link)}${link.addresses.map(({ address }) => `${address} `).join('')}\n`)
    .join('');
}

function addressLines({ name, addresses }: LinkView): string {
  return addresses
    .map((entry, index) => {
      const { address, broadcast, scope } = entry;
      const words = ['inet', address, ...(broadcast === null ? [] : ['brd', broadcast]), 'scope', scope];
      if (isSecondary(entry, addresses.slice(0, index))) words.push('secondary');
      return `    ${words.join(' ')} ${name}\n       valid_lft forever preferred_lft forever\n`;
    })
    .join('');
}

/** A further address of a prefix the device has one of already (net/ipv4/devinet.c __inet_insert_ifa). */
function isSecondary({ address }: AddressView, earlier: readonly AddressView[]): boolean {
  return earlier.some((other) => networkCidr(other.address) === networkCidr(address));
}
