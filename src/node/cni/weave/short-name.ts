/** Names of weave-npc's IP sets (weave npc/shortname.go): the sha1 of what the set is for, in base 85, least significant digit first. */
import { sha1 } from '../../../lib/sha1.ts';

const SYMBOLS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789(){}[]+=_$%^!*|/?.;:@#~';

/** `weave-` and the short name; 31 characters at most. */
export function ipsetName(what: string): string {
  const base = BigInt(SYMBOLS.length);
  let value = BigInt(`0x${sha1(what)}`);
  let name = 'weave-';
  while (value > 0n) {
    name += SYMBOLS.charAt(Number(value % base));
    value /= base;
  }
  return name;
}
