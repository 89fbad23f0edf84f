import { expect, test } from 'vitest';
import { openScenario, scenarioNames } from '../../src/cli/scenario-folder.ts';
import { assert } from '../../src/lib/assert.ts';
import { createCluster, openCluster } from '../../src/cluster/cluster.ts';
import type { Command } from '../../src/cluster/commands.ts';
import { pictureText, readPicture } from '../../src/cluster/scenario-picture.ts';
import type { ScenarioSpec } from '../../src/cluster/scenario.ts';

function specOf(name: string): ScenarioSpec {
  const loaded = openScenario(name);
  assert(loaded.ok, `scenario ${name} cannot be read`);
  return loaded.value.spec;
}

const PROBE: Command = {
  kind: 'probe',
  probe: {
    from: { kind: 'node', name: 'class' },
    to: { kind: 'svc', namespace: 'default', name: 'kubernetes' },
    port: 443,
    protocol: 'tcp',
  },
};

test.each(scenarioNames())('%s: opened with pauses, and read from its picture, it is the same cluster', async (name) => {
  const spec = specOf(name);
  let pauses = 0;
  const gradually = await openCluster(spec, () => (++pauses % 7 === 0 ? Promise.resolve() : null));
  expect(pauses).toBeGreaterThan(20);
  const atOnce = createCluster(spec);
  const snapshot = atOnce.snapshot();
  expect(gradually.snapshot()).toStrictEqual(snapshot);
  const read = readPicture(pictureText({ manifests: spec.manifests, files: [], snapshot }));
  expect(read).toStrictEqual({ manifests: spec.manifests, files: [], snapshot });
  expect(gradually.run(PROBE)).toStrictEqual(atOnce.run(PROBE));
});
