/** What stands in words beneath a chain on the shelf: how its probabilities share out, and what a rewrite leads to. */
import { ruleWords } from '../chains/rule-text.ts';
import { sentence, type Sentence } from '../chains/sentence.ts';
import type { JourneyStep } from './model.ts';
import type { ShelfChain } from './shelf.ts';
import type { Chain } from './trace-types.ts';
import { endpointsOf } from './why.ts';

/** By the shelf chain's id. */
export function shelfNotes(
  chains: readonly ShelfChain[],
  steps: readonly JourneyStep[],
  index: number,
  chainOf: (name: string) => Chain | null,
  nodeOf: (address: string) => string | null,
): ReadonlyMap<string, Sentence> {
  const notes = new Map<string, Sentence>();
  for (const chain of chains) {
    const note = shareNote(chainOf(chain.name)) ?? rewriteNote(chain, steps, index, nodeOf);
    if (note !== null) notes.set(chain.id, note);
  }
  return notes;
}

/** The probabilities of a Service's chain, as its rules spell them. */
function shareNote(chain: Chain | null): Sentence | null {
  const count = endpointsOf(chain);
  if (chain === null || count === 0 || !/^KUBE-(SVC|SVL)-/.test(chain.name)) return null;
  if (count === 1) return sentence('journey.stage.chance');
  const [first, second] = chain.rules.flatMap((rule) =>
    ruleWords(rule.text).matches.filter((match) => match.startsWith('--probability ')),
  );
  if (first === undefined) return null;
  return second === undefined
    ? sentence('journey.stage.chanceTwo', { first })
    : sentence('journey.stage.chanceMany', { count, first, second });
}

function rewriteNote(
  chain: ShelfChain,
  steps: readonly JourneyStep[],
  index: number,
  nodeOf: (address: string) => string | null,
): Sentence | null {
  const rewritten = steps.find(
    (step) => step.index <= index && step.at.chain === chain.name && step.nat?.manip === 'destination',
  );
  if (rewritten?.nat === undefined || rewritten.nat === null || rewritten.nat.hook !== 'OUTPUT') return null;
  const { from, to } = rewritten.nat;
  if (from.addr === to.addr) return null;
  const node = nodeOf(to.addr);
  return sentence(node === null || node === rewritten.at.node ? 'journey.stage.otherAddress' : 'journey.stage.elsewhere');
}
