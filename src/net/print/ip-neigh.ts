/**
 * `ip neigh show` (iproute2 6.1 ip/ipneigh.c print_neigh). Entries that ask nobody (NOARP) are shown only when asked for.
 *
 * Simplification: `ip neigh` lists neighbours in the order they were met, not in that of the kernel's hash table.
 */
import type { NetnsView } from '../view.ts';
import type { OfDevice } from './ip-link.ts';

/** `ip neigh`; asked for one device, the tool does not repeat it. */
export function ipNeigh({ neighbours }: NetnsView, { dev = null }: OfDevice = {}): string {
  return neighbours
    .filter((neigh) => neigh.state !== 'NOARP' && (dev === null || neigh.dev === dev))
    .map((neigh) => {
      const lladdr = neigh.lladdr === null ? '' : `lladdr ${neigh.lladdr} `;
      return `${neigh.addr} ${dev === null ? `dev ${neigh.dev} ` : ''}${lladdr}${neigh.state} \n`;
    })
    .join('');
}
