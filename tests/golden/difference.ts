/** What a recording has otherwise than the simulator, said one by one: a difference that is not there any more fails its test. */
import { readFileSync } from 'node:fs';
import { assert } from '../../src/lib/assert.ts';
import type { Printed } from './recording.ts';

export interface Difference {
  /** The words of docs/fidelity.md that say it is not modelled; or, for what the recording's rig has unlike a real node, `rig: …`. */
  readonly why: string;
  /** What is looked for in each output of the recording, and what the simulator prints in its place. */
  readonly recorded: RegExp;
  readonly simulated: string;
  /** Only in what these commands print. */
  readonly of?: RegExp;
}

/** The recording as the simulator prints it. */
export function withDifferences(recording: readonly Printed[], differences: readonly Difference[]): readonly Printed[] {
  return differences.reduce(apply, recording);
}

function apply(recording: readonly Printed[], { why, recorded, simulated, of = /^/ }: Difference): readonly Printed[] {
  let found = 0;
  const changed = recording.map((printed) => {
    if (!of.test(printed.command)) return printed;
    const text = printed.text.replace(recorded, simulated);
    if (text !== printed.text) found++;
    return { ...printed, text };
  });
  assert(found > 0, `the recording no longer differs: ${why}`);
  return changed;
}

/** Reasons that docs/fidelity.md does not give. */
export function unexplained(differences: readonly Difference[]): readonly string[] {
  const fidelity = readFileSync(new URL('../../docs/fidelity.md', import.meta.url), 'utf8').replace(/\s+/g, ' ');
  return differences.flatMap(({ why }) => (why.startsWith('rig: ') || fidelity.includes(why) ? [] : [why]));
}
