/** The end that the journey shown came to, as it is listed among all ends. */
import type { OutcomeShare, ProbeResult } from '../../../cluster/cluster-api.ts';

/** The first rule's rewrite of the destination is what the engine tells ends apart by. */
export function takenShare({
  outcome,
  backend,
  trace,
}: ProbeResult): Pick<OutcomeShare, 'outcome' | 'backend' | 'destination'> {
  const rewrite = trace.steps.find((step) => step.kind === 'nat' && step.manip === 'destination' && step.rule !== null);
  const destination = rewrite?.kind === 'nat' ? `${rewrite.to.addr}:${rewrite.to.port}` : null;
  return { outcome, backend, destination };
}
