/**
 * Parses the words of one rule, after `-A CHAIN`, into matches and a target (xshared.c do_parse, nft-shared.c).
 *
 * An address list (`-s a,b`) makes one rule for each pair, sources outermost. An option that no loaded extension knows loads
 * the match of the rule's protocol (`-p tcp --dport 80` means `-m tcp`).
 * Simplification: abbreviated long options and short options glued to their value (`-jACCEPT`) are refused.
 */
import type { TableName } from './hooks.ts';
import type { AddressMask, Match } from './match.ts';
import { finishMatch, openMatch, type MatchDraft, type NextWord } from './match-draft.ts';
import { readMatchOption } from './match-parse.ts';
import { printMatch } from './match-print.ts';
import { protocolNumber } from './names.ts';
import { addressMask, interfaceName, Refusal } from './parse-values.ts';
import type { Target } from './target.ts';
import { finishTarget, openTarget, readTargetOption, type TargetDraft } from './target-parse.ts';
import { printTarget } from './target-print.ts';
import { owned } from './words.ts';
import { checkByKernel, checkByTool } from './rule-check.ts';

/** What a rule says, without its chain. */
export interface RuleSpec {
  readonly matches: readonly Match[];
  readonly target: Target | null;
  /** The words after `-A CHAIN`, as iptables-save prints them, with a leading blank. */
  readonly tail: string;
  /** The whole line, where the chain is known and the rule is shared by many tables. */
  readonly text?: string;
}

export interface ParsedRule {
  readonly specs: readonly RuleSpec[];
  /** `-c packets bytes`, null when not given. */
  readonly counters: { readonly packets: number; readonly bytes: number } | null;
}

/** Where the rule will stand: some options are refused in some base chains. */
export interface RulePlace {
  readonly table: TableName;
  readonly chain: string;
  /** True for PREROUTING … POSTROUTING. */
  readonly base: boolean;
}

const IMPLICIT: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

class RuleReader {
  readonly #words: readonly string[];
  #at: number;
  #invert = false;
  #sources: readonly AddressMask[] | null = null;
  #destinations: readonly AddressMask[] | null = null;
  #in: { name: string; invert: boolean } | null = null;
  #out: { name: string; invert: boolean } | null = null;
  #protocol: { protocol: number; invert: boolean } | null = null;
  #fragment: { invert: boolean } | null = null;
  readonly #drafts: MatchDraft[] = [];
  #target: TargetDraft | null = null;
  #counters: ParsedRule['counters'] = null;
  readonly #next: NextWord = (option) => this.#value(option);

  constructor(words: readonly string[], from: number) {
    this.#words = words;
    this.#at = from;
  }

  read(place: RulePlace): ParsedRule {
    while (this.#at < this.#words.length) this.#readWord(this.#words[this.#at++] ?? '');
    if (this.#invert) throw new Refusal('nothing appropriate following !');
    checkByTool(place, { in: this.#in !== null, out: this.#out !== null, target: this.#target?.kind ?? null });
    const protocol = this.#protocol !== null && !this.#protocol.invert ? this.#protocol.protocol : null;
    const extensions = this.#drafts.map(finishMatch);
    const target = this.#target === null ? null : finishTarget(this.#target, protocol);
    checkByKernel(place, extensions, target, protocol);
    return { specs: this.#specs(extensions, target), counters: this.#counters };
  }

  #specs(extensions: readonly Match[], target: Target | null): RuleSpec[] {
    const specs: RuleSpec[] = [];
    for (const source of this.#sources ?? [null]) {
      for (const destination of this.#destinations ?? [null]) {
        const matches = this.#header(source, destination);
        for (const match of extensions) matches.push(match);
        specs.push({ matches, target, tail: printTail(matches, target) });
      }
    }
    return specs;
  }

  #header(source: AddressMask | null, destination: AddressMask | null): Match[] {
    const matches: Match[] = [];
    if ((source?.invert === true && source.mask === 0) || (destination?.invert === true && destination.mask === 0)) {
      throw new Refusal('Invalid argument', 'kernel');
    }
    if (source !== null && source.mask !== 0)
      matches.push({ kind: 'source', addr: source.addr, mask: source.mask, invert: source.invert });
    if (destination !== null && destination.mask !== 0) {
      matches.push({ kind: 'destination', addr: destination.addr, mask: destination.mask, invert: destination.invert });
    }
    if (this.#in !== null && this.#in.name !== '+') matches.push({ kind: 'in', name: this.#in.name, invert: this.#in.invert });
    if (this.#out !== null && this.#out.name !== '+')
      matches.push({ kind: 'out', name: this.#out.name, invert: this.#out.invert });
    if (this.#protocol !== null && this.#protocol.protocol !== 0) {
      matches.push({ kind: 'protocol', protocol: this.#protocol.protocol, invert: this.#protocol.invert });
    }
    if (this.#fragment !== null) matches.push({ kind: 'fragment', invert: this.#fragment.invert });
    return matches;
  }

  #value(option: string): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new Refusal(`option "${option}" requires an argument`);
    return word;
  }

  #once(given: unknown, option: string): void {
    if (given !== null) throw new Refusal(`multiple ${option} flags not allowed`);
  }

  #noInvert(option: string): void {
    if (this.#invert) throw new Refusal(`cannot have ! before ${option}`);
  }

  #addresses(option: string): readonly AddressMask[] {
    const word = this.#value(option);
    if (!word.includes(',')) return [addressMask(word, this.#invert)];
    const list = word.split(',');
    if (list.length > 1 && this.#invert) throw new Refusal('! not allowed with multiple source or destination IP addresses');
    return list.map((item) => addressMask(item, this.#invert));
  }

  #readWord(word: string): void {
    if (word === '!') {
      if (this.#invert) throw new Refusal('multiple consecutive ! not allowed');
      this.#invert = true;
      return;
    }
    if (word.charCodeAt(0) !== 45 || word.length < 2) throw new Refusal(`Bad argument \`${word}'`, 'bad-argument');
    if (!this.#readGeneral(word)) this.#readExtension(word);
    this.#invert = false;
  }

  #readGeneral(option: string): boolean {
    switch (option) {
      case '-m':
      case '--match':
        this.#noInvert('-m');
        this.#drafts.push(openMatch(this.#value(option)));
        return true;
      case '-j':
      case '--jump':
        this.#noInvert('-j');
        this.#once(this.#target, '-j');
        this.#target = openTarget(this.#value(option));
        return true;
      case '-g':
      case '--goto':
        this.#noInvert('-g');
        this.#once(this.#target, '-g');
        this.#target = { kind: 'goto', chain: owned(this.#value(option)) };
        return true;
      case '-s':
      case '--src':
      case '--source':
        this.#once(this.#sources, '-s');
        this.#sources = this.#addresses(option);
        return true;
      case '-d':
      case '--dst':
      case '--destination':
        this.#once(this.#destinations, '-d');
        this.#destinations = this.#addresses(option);
        return true;
      case '-p':
      case '--protocol':
      case '--proto':
        this.#once(this.#protocol, '-p');
        this.#readProtocol(this.#value(option));
        return true;
      case '-i':
      case '--in-interface':
        this.#once(this.#in, '-i');
        this.#in = { name: interfaceName(this.#value(option)), invert: this.#invert };
        return true;
      case '-o':
      case '--out-interface':
        this.#once(this.#out, '-o');
        this.#out = { name: interfaceName(this.#value(option)), invert: this.#invert };
        return true;
      case '-f':
      case '--fragment':
        this.#fragment = { invert: this.#invert };
        return true;
      case '-c':
      case '--set-counters':
        this.#readCounters(option);
        return true;
      case '-4':
      case '--ipv4':
      case '-v':
      case '--verbose':
        return true;
      default:
        return false;
    }
  }

  #readProtocol(word: string): void {
    const protocol = protocolNumber(word);
    if (protocol === null) throw new Refusal(`unknown protocol "${word.toLowerCase()}" specified`);
    if (protocol === 0 && this.#invert) throw new Refusal('rule would never match protocol');
    this.#protocol = { protocol, invert: this.#invert };
  }

  #readCounters(option: string): void {
    const packets = Number(this.#value(option));
    const bytes = Number(this.#value(option));
    if (!Number.isSafeInteger(packets) || !Number.isSafeInteger(bytes)) throw new Refusal('-c packet counter not numeric');
    this.#counters = { packets, bytes };
  }

  #readExtension(word: string): void {
    let option = word;
    const equals = word.indexOf('=');
    let next = this.#next;
    if (equals > 0 && word.startsWith('--')) {
      option = word.slice(0, equals);
      next = () => word.slice(equals + 1);
    }
    for (let i = this.#drafts.length - 1; i >= 0; i--) {
      const draft = this.#drafts[i];
      if (draft !== undefined && readMatchOption(draft, option, this.#invert, next)) return;
    }
    if (this.#target !== null && readTargetOption(this.#target, option, next)) return;
    const implicit = this.#protocol === null || this.#protocol.invert ? undefined : IMPLICIT.get(this.#protocol.protocol);
    if (implicit !== undefined && !this.#drafts.some((draft) => draft.kind === implicit)) {
      const draft = openMatch(implicit);
      if (readMatchOption(draft, option, this.#invert, next)) {
        this.#drafts.push(draft);
        return;
      }
    }
    throw new Refusal(`unknown option "${option}"`);
  }
}

/** The words of a rule after its chain, as `iptables-save` prints them. */
export function printTail(matches: readonly Match[], target: Target | null): string {
  let tail = '';
  for (const match of matches) tail += printMatch(match);
  return tail + printTarget(target);
}

/** Parses `words` from index `from`; throws Refusal. */
export function parseRule(words: readonly string[], from: number, place: RulePlace): ParsedRule {
  return new RuleReader(words, from).read(place);
}
