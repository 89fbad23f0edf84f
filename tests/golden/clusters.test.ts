/**
 * Whole nodes and Pods of each network against what tools printed on real kernels: the same commands, compared as whole texts.
 */
import { describe, expect, test } from 'vitest';
import { snapshotOf, viewOf } from './clusters.ts';
import { unexplained, withDifferences } from './difference.ts';
import { normalised } from './normalise.ts';
import { GOLDENS } from './recorded-clusters.ts';
import { readRecording, recordingText } from './recording.ts';
import { printed } from './tools.ts';

describe.each(GOLDENS)('$network', (golden) => {
  test('nodes and Pods print what was recorded', () => {
    const recording = readRecording(golden.network);
    const snapshot = snapshotOf(golden);
    const ours = recording.map(({ host, command }) => ({
      host,
      command,
      text: printed(viewOf(snapshot, golden.aliases?.[host] ?? host), command),
    }));
    const theirs = withDifferences(recording, golden.differences);
    expect(recordingText(normalised(ours))).toBe(recordingText(normalised(theirs)));
  });

  test('every difference is said to be one', () => {
    expect(unexplained(golden.differences)).toEqual([]);
  });
});
