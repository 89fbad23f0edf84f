import { describe, expect, it } from 'vitest';
import { decodeManifests } from '../api/decode.ts';
import { manifestErrorsOf } from '../api/locate.ts';
import { kubectlErrorText } from '../api/status.ts';
import { assertExists } from '../lib/assert.ts';
import { applyManifests, type ApplyResult } from './apply.ts';
import { createLab, type Lab } from './testlab.ts';

function apply(lab: Lab, text: string, dryRun = false): ApplyResult {
  const { documents, problems } = decodeManifests(text, 'test.yaml');
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return applyManifests(lab.store, documents, { file: 'test.yaml', dryRun });
}

/** What kubectl would print. */
function output(result: ApplyResult): readonly string[] {
  return result.ok ? result.value.map(({ message }) => message) : result.error.map(({ status }) => kubectlErrorText(status));
}

const POD = `apiVersion: v1
kind: Pod
metadata: {name: p, labels: {app: p}}
spec:
  containers:
  - {name: c, image: nginx, ports: [{containerPort: 80}]}
`;

function service(spec: string, name = 'web'): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

describe('apply', () => {
  it('creates, leaves unchanged, configures, and removes what left the manifest', () => {
    const lab = createLab();
    const first = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {a: x, b: "2"}}\ndata: {k: v, l: w}\n`;
    expect(output(apply(lab, first))).toEqual(['configmap/c created']);
    const before = lab.get('ConfigMap', 'c');
    expect(output(apply(lab, first))).toEqual(['configmap/c unchanged']);
    expect(lab.get('ConfigMap', 'c')).toBe(before);
    lab.client.patch('ConfigMap', 'default', 'c', { data: { other: 'kept' } });
    expect(output(apply(lab, first.replace(', b: "2"', '').replace(', l: w', '')))).toEqual(['configmap/c configured']);
    expect(lab.get('ConfigMap', 'c').data).toEqual({ k: 'v', other: 'kept' });
    expect(lab.get('ConfigMap', 'c').metadata.labels).toEqual({ a: 'x' });
  });

  it('predicts exactly what it will do, and changes nothing while predicting', () => {
    const lab = createLab();
    lab.settle();
    const revision = lab.store.revision;
    const text = service('{selector: {app: p}, ports: [{port: 80}], type: NodePort}');
    const predicted = apply(lab, text, true);
    expect(lab.store.revision).toBe(revision);
    expect(lab.store.get('Service', 'default', 'web')).toBe(null);
    expect(lab.sim.busy).toBe(false);
    const done = apply(lab, text);
    expect(done).toEqual(predicted);
  });

  it('writes nothing when one document is refused', () => {
    const lab = createLab();
    const result = apply(lab, `${POD}---\n${service('{ports: [{port: 0, targetPort: 80}]}')}`);
    expect(output(result)).toEqual([
      'The Service "web" is invalid: spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ]);
    expect(lab.names('Pod')).toEqual([]);
  });

  it('reports every problem at its line', () => {
    const lab = createLab();
    const text = `apiVersion: v1
kind: Service
metadata: {name: two-containers-service}
spec:
  type: NodePort
  ports:
  - {name: http1, port: 80, nodePort: 40000}
  - {name: http2, port: 68000}
`;
    const { documents } = decodeManifests(text, 'f.yaml');
    const result = applyManifests(lab.store, documents, { file: 'f.yaml' });
    const [failure] = result.ok ? [] : result.error;
    const errors = manifestErrorsOf(assertExists(documents[0], 'document'), assertExists(failure, 'failure').status);
    expect(errors.map(({ line, column, endColumn, message }) => [line, column, endColumn, message])).toEqual([
      [
        7,
        39,
        44,
        'spec.ports[0].nodePort: Invalid value: 40000: provided port is not in the valid range. The range of valid ports is 30000-32767',
      ],
      [8, 25, 30, 'spec.ports[1].port: Invalid value: 68000: must be between 1 and 65535, inclusive'],
    ]);
    expect(errors[0]?.heading).toBe('The Service "two-containers-service" is invalid');
  });

  it('allocates addresses, honours chosen ones and refuses taken or foreign ones', () => {
    const lab = createLab();
    expect(
      output(apply(lab, service('{clusterIP: 10.99.25.192, ports: [{port: 80, nodePort: 30080}], type: NodePort}', 'a'))),
    ).toEqual(['service/a created']);
    expect(output(apply(lab, service('{clusterIP: 10.99.25.192, ports: [{port: 80}]}', 'b')))).toEqual([
      'The Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"10.99.25.192"}: failed to allocate IP 10.99.25.192: provided IP is already allocated',
    ]);
    expect(output(apply(lab, service('{clusterIP: 10.1.2.3, ports: [{port: 80}]}', 'b')))).toEqual([
      'The Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"10.1.2.3"}: failed to allocate IP 10.1.2.3: the provided IP (10.1.2.3) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
    ]);
    expect(output(apply(lab, service('{type: NodePort, ports: [{port: 80, nodePort: 30080}]}', 'b')))).toEqual([
      'The Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    ]);
    lab.client.delete('Service', 'default', 'a');
    expect(
      output(apply(lab, service('{type: NodePort, clusterIP: 10.99.25.192, ports: [{port: 80, nodePort: 30080}]}', 'b'))),
    ).toEqual(['service/b created']);
    expect(
      output(apply(lab, service('{type: NodePort, clusterIP: 10.99.25.193, ports: [{port: 80, nodePort: 30080}]}', 'b'))),
    ).toEqual([
      'The Service "b" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.99.25.193"}: may not change once set',
    ]);
  });

  it('keeps allocated values over updates and drops those of another type', () => {
    const lab = createLab();
    apply(lab, service('{type: NodePort, ports: [{name: a, port: 80}, {name: b, port: 81}]}'));
    const before = lab.get('Service', 'web').spec;
    apply(lab, service('{type: NodePort, ports: [{name: a, port: 90}, {name: b, port: 81}]}'));
    const after = lab.get('Service', 'web').spec;
    expect(after.ports?.map(({ port, targetPort, nodePort }) => [port, targetPort, nodePort])).toEqual([
      [90, 90, before.ports?.[0]?.nodePort],
      [81, 81, before.ports?.[1]?.nodePort],
    ]);
    expect(after.clusterIP).toBe(before.clusterIP);
    apply(lab, service('{type: ClusterIP, ports: [{name: a, port: 90}, {name: b, port: 81}]}'));
    const last = lab.get('Service', 'web').spec;
    expect([last.ports?.map(({ nodePort }) => nodePort), last.externalTrafficPolicy, last.clusterIP]).toEqual([
      [undefined, undefined],
      undefined,
      before.clusterIP,
    ]);
  });

  it('refuses changes of what is immutable, pointing at the field that changed', () => {
    const lab = createLab();
    apply(lab, POD);
    expect(output(apply(lab, POD.replace('image: nginx', 'image: nginx:1.15')))).toEqual(['pod/p configured']);
    const { documents } = decodeManifests(POD.replace('containerPort: 80', 'containerPort: 81'), 'f');
    const result = applyManifests(lab.store, documents, { file: 'f' });
    const [failure] = result.ok ? [] : result.error;
    const [error] = manifestErrorsOf(assertExists(documents[0], 'document'), assertExists(failure, 'failure').status);
    expect([error?.line, error?.field, error?.message.split('\n')[0]]).toEqual([
      6,
      'spec',
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ]);
  });

  it('knows which line made an object, and who', () => {
    const lab = createLab();
    apply(lab, `${POD}---\n${service('{selector: {app: p}, ports: [{port: 80}]}')}`);
    const origin = lab.store.origin('Service default/web');
    expect([
      origin?.createdBy,
      origin?.source?.file,
      origin?.source?.range.line,
      origin?.source?.fields.get('spec.ports[0].port')?.line,
    ]).toEqual(['kubectl', 'test.yaml', 8, 11]);
  });
});

describe('delete', () => {
  it('lets a scheduled Pod finish, removes an unscheduled one at once', () => {
    const lab = createLab();
    apply(lab, POD);
    lab.client.delete('Pod', 'default', 'p');
    expect(lab.names('Pod')).toEqual([]);
    lab.node('class');
    apply(lab, POD);
    lab.settle();
    lab.client.delete('Pod', 'default', 'p');
    expect(lab.get('Pod', 'p').metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    lab.settle();
    expect(lab.names('Pod')).toEqual([]);
  });
});

describe('store', () => {
  it('refuses with the API server’s words', () => {
    const lab = createLab();
    apply(lab, POD);
    const text = (result: { readonly ok: boolean; readonly error?: { readonly message: string } }): string =>
      result.error?.message ?? 'ok';
    const pod = lab.get('Pod', 'p');
    expect(text(lab.client.create('Pod', pod))).toBe('pods "p" already exists');
    expect(text(lab.client.delete('Deployment', 'default', 'x'))).toBe('deployments.apps "x" not found');
    expect(text(lab.client.delete('Namespace', null, 'default'))).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    );
    expect(text(lab.client.update('Pod', { ...pod, metadata: { ...pod.metadata, resourceVersion: '1' } }))).toBe(
      'Operation cannot be fulfilled on pods "p": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('restores everything at a checkpoint', () => {
    const lab = createLab();
    lab.node('class');
    apply(lab, POD);
    lab.settle();
    const before = [...lab.store.objects()];
    const restore = lab.plane.checkpoint();
    apply(lab, service('{selector: {app: p}, ports: [{port: 80}]}'));
    lab.client.delete('Pod', 'default', 'p', { gracePeriodSeconds: 0 });
    restore();
    expect([...lab.store.objects()]).toEqual(before);
    expect(
      lab.store.list('Pod', { namespace: 'default', labelSelector: 'app=p' }).map(({ metadata }) => metadata.name),
    ).toEqual(['p']);
  });

  it('gives the same objects for the same seed and commands', () => {
    const run = (): string => {
      const lab = createLab(7);
      lab.node('class');
      apply(lab, `${POD}---\n${service('{selector: {app: p}, ports: [{port: 80}]}')}`);
      lab.settle();
      return JSON.stringify([...lab.store.objects()]);
    };
    expect(run()).toBe(run());
  });
});
