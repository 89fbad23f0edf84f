/**
 * What can be seen of one connection both in the simulator and on a real kernel: how it ended, who answered and whom it saw, the TTL at
 * both ends, and the rules whose counters moved.
 */
export interface Observation extends End {
  /** `class nat KUBE-SERVICES 3`: machine, table, chain and the rule's number in it; sorted. */
  readonly rules: readonly string[];
  /** The opening and what answered it, at every device in order; null where they are not compared. */
  readonly hops: readonly string[] | null;
}

/** What the two ends of a connection can tell. */
export interface End {
  readonly outcome: string;
  /** Null when nobody answered. */
  readonly backend: string | null;
  /** The client's address as the back end saw it. */
  readonly saw: string | null;
  /** With which TTL the request reached the back end. */
  readonly requestTtl: string | null;
  /** With which TTL the answer, or an error in its place, reached the client. */
  readonly replyTtl: string | null;
}

export function endText({ outcome, backend, saw, requestTtl, replyTtl }: End): string {
  const by = backend === null ? '' : ` from ${backend}, which saw ${saw ?? '?'} with ttl ${requestTtl ?? '?'}`;
  return `${outcome}${by}${replyTtl === null ? '' : `, answered with ttl ${replyTtl}`}`;
}

/** The whole observation as one text: two are the same when it is. */
export function observationText(observation: Observation): string {
  return [endText(observation), ...observation.rules, ...(observation.hops ?? [])].join('\n');
}
