/** What a rule is for, and why it did not match: the sentences under a rule on the shelf. */
import type { FailedMatch } from '../../net/trace/trace.ts';
import { readFailed } from './failed.ts';
import { commentedService, ruleWords } from './rule-text.ts';
import { sentence, type Sentence } from './sentence.ts';

/** Under a rule that did not match: what it is for, then the packet's own value. */
export function failedNotes(chain: string, text: string, failed: FailedMatch): readonly Sentence[] {
  const reading = readFailed(failed);
  const note = purpose(chain, text);
  const said = sentence(`chains.failed.${reading.kind}`, { packet: reading.packet, property: reading.property });
  return note === null ? [said] : [note, said];
}

/** kube-proxy's rules are known by chain and target, which are the same in every cluster. */
function purpose(chain: string, text: string): Sentence | null {
  const { target, comment } = ruleWords(text);
  if (target === 'KUBE-MARK-MASQ')
    return sentence(chain.startsWith('KUBE-SEP-') ? 'chains.note.hairpin' : 'chains.note.outsiders');
  if (chain === 'KUBE-POSTROUTING' && target === 'RETURN') return sentence('chains.note.unmarked');
  if (target === 'KUBE-NODEPORTS') return sentence('chains.note.nodePorts');
  if (chain === 'KUBE-FIREWALL') return sentence('chains.note.localnet');
  const service = commentedService(comment);
  if (service === null || chain !== 'KUBE-SERVICES') return null;
  return sentence('chains.note.port', { port: service.port ?? service.service });
}
