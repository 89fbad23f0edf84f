import { describe, expect, it } from 'vitest';
import { decodeManifests, MAX_MANIFEST_CHARS } from './decode.ts';

/** `line:column severity message` of every problem. */
function problems(text: string): readonly string[] {
  return decodeManifests(text, 'f.yaml').problems.map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity} ${message}`,
  );
}

const HEAD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n';

describe('decodeManifests', () => {
  it('reads several documents and Lists, empty ones skipped', () => {
    const text =
      '---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: Namespace, metadata: {name: ns}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: ns}\n';
    expect(
      decodeManifests(text, 'f').documents.map(({ kind, namespace, name, range }) => [kind, namespace, name, range.line]),
    ).toEqual([
      ['ConfigMap', 'default', 'a', 7],
      ['Namespace', null, 'ns', 8],
      ['Deployment', 'ns', 'd', 10],
    ]);
  });

  it.each<readonly [string, string, readonly string[]]>([
    ['unknown field', `${HEAD}spec: {foo: 1}\n`, ['4:8 error strict decoding error: unknown field "spec.foo"']],
    [
      'unknown field in a list',
      `${HEAD}spec:\n  containers:\n  - {name: c, imag: x}\n`,
      ['6:15 error strict decoding error: unknown field "spec.containers[0].imag"'],
    ],
    [
      'text for a number',
      `${HEAD}spec: {terminationGracePeriodSeconds: "1"}\n`,
      [
        '4:39 error json: cannot unmarshal string into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64',
      ],
    ],
    [
      'number for text',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {port: 80}\n',
      ['4:14 error json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ],
    [
      'yes is a boolean',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {on: yes}\n',
      ['4:12 error json: cannot unmarshal bool into Go struct field ConfigMap.data of type string'],
    ],
    [
      'list for a map',
      `${HEAD}spec: []\n`,
      ['4:7 error json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
    ],
    [
      'fraction for a port',
      'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 1.5}]}\n',
      ['4:23 error json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32'],
    ],
    [
      'quantity',
      `${HEAD}spec: {containers: [{name: c, resources: {requests: {cpu: lots}}}]}\n`,
      ["4:59 error quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ],
    [
      'unknown kind',
      'apiVersion: v1\nkind: Foo\nmetadata: {name: x}\n',
      [
        '2:7 error resource mapping not found for name: "x" namespace: "" from "f.yaml": no matches for kind "Foo" in version "v1"\nensure CRDs are installed first',
      ],
    ],
    [
      'kind of another version',
      'apiVersion: v1\nkind: Deployment\nmetadata: {name: x}\n',
      [
        '1:13 error resource mapping not found for name: "x" namespace: "" from "f.yaml": no matches for kind "Deployment" in version "v1"\nensure CRDs are installed first',
      ],
    ],
    [
      'kind not simulated',
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x}\n',
      ['2:7 warning Ingress is not simulated yet: this object is left out'],
    ],
    [
      'field not simulated',
      `${HEAD}spec:\n  volumes:\n  - {name: v, hostPath: {path: /}}\n`,
      ['6:5 warning spec.volumes[0] is not simulated: accepted, it changes nothing here'],
    ],
    [
      'no kind',
      'metadata: {name: x}\n',
      ['1:1 error error validating "f.yaml": error validating data: [apiVersion not set, kind not set]'],
    ],
    ['no name', 'apiVersion: v1\nkind: Pod\n', ['1:1 error error: resource name may not be empty']],
    [
      'tab',
      'kind: Pod\nspec:\n\tfoo: 1\n',
      [
        '3:1 error error converting YAML to JSON: yaml: line 3: found character that cannot start any token (a tab: YAML is indented by spaces)',
      ],
    ],
    [
      'duplicate key',
      `${HEAD}kind: Pod\n`,
      ['4:1 error error converting YAML to JSON: yaml: unmarshal errors: line 4: key "kind" already set in map'],
    ],
    ['plain text', 'hello\n', ['1:1 error json: cannot unmarshal string into Go value of type map[string]interface {}']],
    ['alias to itself', 'a: &a {b: *a}\n', ['1:7 error error converting YAML to JSON: yaml: exceeded max depth of 200']],
    ['deep flow', `a: ${'['.repeat(100_000)}`, ['1:1 error yaml: line 1: exceeded max depth of 400']],
    ['deep block', `${'- '.repeat(50_000)}a`, ['1:1 error yaml: line 1: exceeded max depth of 400']],
    [
      'too long',
      'a: b\n'.repeat(MAX_MANIFEST_CHARS),
      ['1:1 error Request entity too large: this text has 5.0 MB, at most 1 MB is read'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('reports all problems of all documents at once', () => {
    const text = `${HEAD}spec: {foo: 1, bar: 2}\n---\napiVersion: v1\nkind: Nope\nmetadata: {name: x}\n---\na: [\n`;
    expect(problems(text).map((line) => line.split(' ')[0])).toEqual(['4:8', '4:16', '7:7', '11:1']);
  });

  it('stops alias bombs', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(problems(lines.join('\n')).map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([
      'error error converting YAML to JSON: yaml: document contains excessive aliasing',
    ]);
  });

  it('expands anchors and merge keys', () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  labels: &l {a: x}\n  annotations:\n    <<: *l\n    b: z\n';
    expect(decodeManifests(text, 'f').documents[0]?.object.metadata).toEqual({
      name: 'c',
      labels: { a: 'x' },
      annotations: { a: 'x', b: 'z' },
    });
  });

  it('lists at most 200 problems and says how many more there are', () => {
    const found = problems(`kind: Pod\n${'a: b\n'.repeat(1000)}`);
    expect([found.length, found.at(-1)]).toEqual([201, '202:1 error and 799 more problems']);
  });
});
