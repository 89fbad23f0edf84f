/** How possible ends are named and ordered in lists and charts. */
import type { AllOutcomes } from '../../cluster/cluster-api.ts';
import { sentence, type Sentence } from '../chains/sentence.ts';
import { shortPodName } from '../topology/scene/text.geom.ts';

export type Share = AllOutcomes['shares'][number];

/** Identity of an end among the others of the same probe. */
export function shareKey({ outcome, backend, backendSaw, destination }: Share): string {
  return [outcome, backend, backendSaw?.ip, destination].join(' ');
}

/** Whether all ends are equally likely. */
export function isEqual(shares: readonly Share[]): boolean {
  const [first, ...rest] = shares;
  return (
    first !== undefined && rest.length > 0 && rest.every((share) => Math.abs(share.probability - first.probability) < 1e-6)
  );
}

/** `33.3%`, `100%`, `0.05%`: three figures at most. */
export function percent(probability: number, lang: string): string {
  return new Intl.NumberFormat(lang, { style: 'percent', maximumSignificantDigits: 3 }).format(probability);
}

/** A name longer than this was generated; replicas differ in its end. */
const LONG = 20;

/** As the map calls a Pod: `…-4kx2p`. */
export function shortBackend(name: string): string {
  return shortPodName(name, name.length > LONG);
}

/** The end with its Pod's name as the map has it. */
export function inShort(share: Share): Share {
  return share.backend === null ? share : { ...share, backend: shortBackend(share.backend) };
}

/** `…-4kx2p replies`: one of several in a list, its Pod's name as the map has it. */
export function shareInShort(share: Share): Sentence {
  const { outcome, backend } = inShort(share);
  return outcome === 'reply' && backend !== null ? sentence('journey.outcome.replyShort', { backend }) : shareSentence(share);
}

/** `reply from web-a`, or errno's words. */
export function shareSentence({ outcome, backend }: Share): Sentence {
  if (outcome !== 'reply') return sentence(`journey.outcome.${outcome}`);
  return backend === null ? sentence('journey.outcome.replyNobody') : sentence('journey.outcome.reply', { backend });
}
