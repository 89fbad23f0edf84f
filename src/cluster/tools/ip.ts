/** `ip` (iproute2 ip/ip.c): picks the object, as the tool does by the first name that begins with the word. */
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import { ipAddress } from './ip-address.ts';
import { ipLink } from './ip-link.ts';
import { ipNetns, namedNetns, type RunIn } from './ip-netns.ts';
import { ipNeigh } from './ip-neigh.ts';
import { ipRoute } from './ip-route.ts';
import { abbreviated, INCOMPLETE, notSimulated, type ToolResult, type Words } from './words.ts';

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

export function ip(here: Netns, words: Words, by: Provenance, runIn: RunIn): ToolResult {
  const netns = optionsOf(here, words);
  return netns.ok ? object(netns.value, words, by, runIn) : netns;
}

/** `-n NAME` chooses the namespace. */
function optionsOf(netns: Netns, words: Words): Result<Netns, string> {
  for (;;) {
    if (words.accept('-4')) continue;
    if (!words.accept('-n') && !words.accept('-netns')) return ok(netns);
    const name = words.take();
    const named = name === null ? INCOMPLETE : namedNetns(netns.kernel, name);
    if (!named.ok) return named;
    netns = named.value;
  }
}

function object(netns: Netns, words: Words, by: Provenance, runIn: RunIn): ToolResult {
  const word = words.take();
  if (word === null) return err('Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }');
  const found = abbreviated(word, OBJECTS);
  switch (found) {
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
    case 'tunnel':
      return notSimulated(`ip ${found}`);
    case 'netns':
      return ipNetns(netns, words, by, runIn);
    case null:
      return err(`Object "${word}" is unknown, try "ip help".`);
  }
}
