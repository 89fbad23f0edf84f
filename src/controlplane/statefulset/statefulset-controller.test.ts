/** Pods in order: made upwards, taken away and replaced downwards, each when the one before is ready. */
import { describe, expect, it } from 'vitest';
import { applyManifests } from '../apply.ts';
import { decodeManifests } from '../../api/decode.ts';
import { assert } from '../../lib/assert.ts';
import { createLab, type Lab } from '../testlab.ts';

function stateful(spec = '', image = 'nginx:1.25'): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: main, image: "${image}"}]}
${spec}`;
}

function started(text: string): Lab {
  const lab = createLab();
  lab.node('node1');
  apply(lab, text);
  return lab;
}

function apply(lab: Lab, text: string): void {
  const { documents, problems } = decodeManifests(text, 'db.yaml');
  expect(problems).toEqual([]);
  const applied = applyManifests(lab.store, documents, { file: 'db.yaml' });
  assert(applied.ok, 'the manifest is accepted');
  lab.settle();
}

/** What was done to Pods, in order: `create db-0`. */
function deeds(lab: Lab): readonly string[] {
  return lab.events('db').map((event) => event.replace(/^\w+: (\w+) Pod (\S+) .*$/, '$1 $2'));
}

function scale(lab: Lab, replicas: number): void {
  const patched = lab.client.patch('StatefulSet', 'default', 'db', { spec: { replicas } });
  assert(patched.ok, 'scaled');
  lab.settle();
}

function image(lab: Lab, pod: string): string | undefined {
  return lab.get('Pod', pod).spec.containers[0]?.image;
}

describe('a StatefulSet', () => {
  it('numbers its Pods and gives each a name of its own under the Service', () => {
    const lab = started(stateful());
    expect(lab.names('Pod')).toEqual(['db-0', 'db-1', 'db-2']);
    const { metadata, spec } = lab.get('Pod', 'db-1');
    expect([spec.hostname, spec.subdomain]).toEqual(['db-1', 'db']);
    expect(metadata.labels).toMatchObject({
      app: 'db',
      'statefulset.kubernetes.io/pod-name': 'db-1',
      'apps.kubernetes.io/pod-index': '1',
      'controller-revision-hash': lab.get('StatefulSet', 'db').status.updateRevision,
    });
    expect(lab.get('StatefulSet', 'db').status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3 });
    expect(lab.events('db')).toContain('SuccessfulCreate: create Pod db-1 in StatefulSet db successful');
  });

  it('makes the next Pod only when the one before is ready, and waits for one that is so no more', () => {
    const lab = started(stateful());
    lab.setReady('db-1', false);
    scale(lab, 5);
    expect(lab.names('Pod')).toEqual(['db-0', 'db-1', 'db-2']);
    lab.setReady('db-1', true);
    lab.settle();
    expect(lab.names('Pod')).toEqual(['db-0', 'db-1', 'db-2', 'db-3', 'db-4']);
    expect(deeds(lab)).toEqual(['create db-0', 'create db-1', 'create db-2', 'create db-3', 'create db-4']);
  });

  it('takes the highest away first, one after the other', () => {
    const lab = started(stateful());
    scale(lab, 1);
    expect(lab.names('Pod')).toEqual(['db-0']);
    expect(deeds(lab).slice(3)).toEqual(['delete db-2', 'delete db-1']);
  });

  it('makes a Pod that was deleted again, by the same name', () => {
    const lab = started(stateful());
    const { uid } = lab.get('Pod', 'db-1').metadata;
    lab.client.delete('Pod', 'default', 'db-1');
    lab.settle();
    expect(lab.names('Pod')).toEqual(['db-0', 'db-1', 'db-2']);
    expect(lab.get('Pod', 'db-1').metadata.uid).not.toBe(uid);
  });

  it('starts where ordinals.start says', () => {
    const lab = started(stateful('  ordinals: {start: 5}\n'));
    expect(lab.names('Pod')).toEqual(['db-5', 'db-6', 'db-7']);
  });

  it('of podManagementPolicy Parallel waits for nobody', () => {
    const lab = started(stateful('  podManagementPolicy: Parallel\n'));
    lab.setReady('db-0', false);
    scale(lab, 5);
    expect(lab.names('Pod')).toEqual(['db-0', 'db-1', 'db-2', 'db-3', 'db-4']);
  });
});

describe('a new template', () => {
  it('replaces Pods from the highest to the lowest', () => {
    const lab = started(stateful());
    const before = lab.get('StatefulSet', 'db').status.currentRevision;
    apply(lab, stateful('', 'nginx:1.26'));
    expect(deeds(lab).filter((deed) => deed.startsWith('delete'))).toEqual(['delete db-2', 'delete db-1', 'delete db-0']);
    const { currentRevision, updateRevision, updatedReplicas } = lab.get('StatefulSet', 'db').status;
    expect([currentRevision === updateRevision, currentRevision === before, updatedReplicas]).toEqual([true, false, 3]);
  });

  it('leaves those below the partition as they are', () => {
    const partition = '  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}\n';
    const lab = started(stateful(partition));
    apply(lab, stateful(partition, 'nginx:1.26'));
    expect(['db-0', 'db-1', 'db-2'].map((pod) => image(lab, pod))).toEqual(['nginx:1.25', 'nginx:1.25', 'nginx:1.26']);
    expect(lab.get('StatefulSet', 'db').status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
  });

  it('of OnDelete comes with whoever deletes a Pod', () => {
    const onDelete = '  updateStrategy: {type: OnDelete}\n';
    const lab = started(stateful(onDelete));
    apply(lab, stateful(onDelete, 'nginx:1.26'));
    expect(deeds(lab)).toHaveLength(3);
    lab.client.delete('Pod', 'default', 'db-0');
    lab.settle();
    expect(['db-0', 'db-1'].map((pod) => image(lab, pod))).toEqual(['nginx:1.26', 'nginx:1.25']);
  });
});
