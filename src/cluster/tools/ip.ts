/** `ip` (iproute2 ip/ip.c): picks the object, as the tool does by the first name that begins with the word. */
import type { Provenance } from '../../lib/provenance.ts';
import { err } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import { ipAddress } from './ip-address.ts';
import { ipLink } from './ip-link.ts';
import { ipNeigh } from './ip-neigh.ts';
import { ipRoute } from './ip-route.ts';
import { abbreviated, notSimulated, type ToolResult, type Words } from './words.ts';

/** In ip.c's order, which decides what an abbreviation means. */
const OBJECTS = [
  'address',
  'addrlabel',
  'maddress',
  'route',
  'rule',
  'neighbor',
  'neighbour',
  'link',
  'netns',
  'tunnel',
] as const;

export function ip(netns: Netns, words: Words, by: Provenance): ToolResult {
  words.accept('-4');
  const word = words.take();
  if (word === null) return err('Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }');
  const object = abbreviated(word, OBJECTS);
  switch (object) {
    case 'address':
      return ipAddress(netns, words, by);
    case 'link':
      return ipLink(netns, words, by);
    case 'neighbor':
    case 'neighbour':
      return ipNeigh(netns, words, by);
    case 'route':
      return ipRoute(netns, words, by);
    case 'addrlabel':
    case 'maddress':
    case 'rule':
    case 'netns':
    case 'tunnel':
      return notSimulated(`ip ${object}`);
    case null:
      return err(`Object "${word}" is unknown, try "ip help".`);
  }
}
