import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isList, isRecord, type UnknownRecord } from '../../api/json.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { createCluster } from '../../cluster/cluster.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { assertExists } from '../../lib/assert.ts';
import { parsePlace, parseTarget } from '../place.ts';
import { openScenario } from '../scenario-folder.ts';
import { journeyJson, spreadJson } from './journey-json.ts';

const SCHEMA = JSON.parse(readFileSync(new URL('../../../docs/trace.schema.json', import.meta.url), 'utf8')) as UnknownRecord;
const ABOUT = { scenario: 'test', seed: 1 };

/** Where a value departs from a schema of the words this one uses; empty when it does not. */
function faults(value: unknown, schema: UnknownRecord, path: string): readonly string[] {
  if (typeof schema['$ref'] === 'string') return faults(value, definition(schema['$ref']), path);
  if (isList(schema['anyOf'])) return anyOf(value, schema['anyOf'] as readonly UnknownRecord[], path);
  if ('const' in schema)
    return value === schema['const'] ? [] : [`${path}: ${JSON.stringify(value)} is not ${JSON.stringify(schema['const'])}`];
  if (isList(schema['enum']))
    return schema['enum'].includes(value) ? [] : [`${path}: ${JSON.stringify(value)} is none of ${schema['enum'].join(', ')}`];
  const types = isList(schema['type']) ? schema['type'] : [schema['type']];
  if (!types.some((type) => isOfType(value, type))) return [`${path}: no ${types.join(' or ')}`];
  if (isList(value)) return value.flatMap((item, index) => faults(item, schema['items'] as UnknownRecord, `${path}[${index}]`));
  return isRecord(value) ? objectFaults(value, schema, path) : [];
}

function objectFaults(value: UnknownRecord, schema: UnknownRecord, path: string): readonly string[] {
  const properties = schema['properties'] as Readonly<Record<string, UnknownRecord>>;
  const missing = (schema['required'] as readonly string[]).filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => `${path}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const property = properties[name];
      if (property !== undefined) return member === undefined ? [] : faults(member, property, `${path}.${name}`);
      return schema['additionalProperties'] === false ? [`${path}.${name}: unknown`] : [];
    }),
  ];
}

/** The alternative told by its `kind` is the one meant, so that its own faults are reported. */
function anyOf(value: unknown, schemas: readonly UnknownRecord[], path: string): readonly string[] {
  const results = schemas.map((schema) => faults(value, schema, path));
  if (results.some((result) => result.length === 0)) return [];
  return assertExists(
    results
      .filter((result) => !result.some((fault) => fault.startsWith(`${path}.kind:`)))
      .sort((a, b) => a.length - b.length)[0] ?? results[0],
    'an empty anyOf',
  );
}

function definition(ref: string): UnknownRecord {
  const defs = SCHEMA['$defs'] as Readonly<Record<string, UnknownRecord>>;
  return assertExists(defs[ref.slice('#/$defs/'.length)], `no ${ref}`);
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return isList(value);
  if (type === 'object') return isRecord(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function cluster(name: string): ClusterApi {
  const scenario = openScenario(name);
  if (!scenario.ok) throw new Error(scenario.error);
  return createCluster(scenario.value.spec);
}

function probe(from: string, to: string, protocol: 'tcp' | 'udp' = 'tcp'): ProbeSpec {
  const place = parsePlace(from);
  const target = parseTarget(to);
  if (!place.ok || !target.ok) throw new Error(`${from} ${to}`);
  return { from: place.value, ...target.value, protocol };
}

/** What a reader of the file gets. */
function journey(clusterApi: ClusterApi, spec: ProbeSpec): UnknownRecord {
  const result = clusterApi.run({ kind: 'probe', probe: spec });
  if (!result.ok || result.probe === null) throw new Error('nothing was sent');
  return JSON.parse(JSON.stringify(journeyJson(result.probe, ABOUT))) as UnknownRecord;
}

describe('the JSON of a journey is what docs/trace.schema.json says:', () => {
  test.each([
    ['lab-report', 'node/class', 'svc/two-containers-service:80', 'tcp'],
    ['lab-report', 'pod/two-containers', 'svc/two-containers-service:80', 'tcp'],
    ['lab-report', 'node/class', 'svc/two-containers-service:81', 'tcp'],
    ['lab-report', 'external', 'svc/two-containers-service:80', 'tcp'],
    ['nodeport', 'external', 'node/class3:30080', 'tcp'],
    ['nodeport', 'external', 'node/class3:30081', 'tcp'],
    ['host-gw', 'pod/client', 'svc/web:80', 'tcp'],
    ['host-gw', 'pod/client', '10.244.0.99:80', 'tcp'],
    ['clusterip-two-nodes', 'pod/client', 'external:9999', 'udp'],
    ['clusterip-two-nodes', 'pod/client', 'node/class:9', 'udp'],
    ['dns-node-local', 'pod/client', 'front:80', 'tcp'],
  ] as const)('%s, %s to %s %s', (name, from, to, protocol) => {
    expect(faults(journey(cluster(name), probe(from, to, protocol)), definition('#/$defs/journey'), '$')).toEqual([]);
  });

  test('a rule that rejects', () => {
    const two = cluster('clusterip-two-nodes');
    two.run({ kind: 'iptables', node: 'class', args: '-I FORWARD 1 -p tcp -j REJECT' });
    const json = journey(two, probe('pod/client', 'svc/web:80'));
    expect([faults(json, definition('#/$defs/journey'), '$'), json['outcome']]).toEqual([[], 'refused']);
  });

  test('a spread', () => {
    const two = cluster('clusterip-two-nodes');
    const spec = probe('pod/client', 'svc/web:80');
    const json: unknown = JSON.parse(JSON.stringify(spreadJson(spec, two.spread(spec, 20), ABOUT)));
    expect(faults(json, definition('#/$defs/spread'), '$')).toEqual([]);
  });

  test('and the check of it can fail', () => {
    const json = journey(cluster('lab-report'), probe('node/class', 'svc/two-containers-service:80'));
    const trace = json['trace'] as UnknownRecord;
    const steps = trace['steps'] as readonly UnknownRecord[];
    const wrong = {
      ...json,
      seed: '1',
      trace: {
        ...trace,
        steps: [
          { ...steps[0], process: 5, extra: 1 },
          { ...steps[1], kind: 'teleport' },
        ],
      },
    };
    expect(faults(wrong, definition('#/$defs/journey'), '$').slice(0, 3)).toEqual([
      '$.seed: no integer',
      '$.trace.steps[0].process: no string',
      '$.trace.steps[0].extra: unknown',
    ]);
  });

  test('a run of unmatched rules names each with the match that failed', () => {
    const json = journey(cluster('lab-report'), probe('node/class', 'svc/two-containers-service:80'));
    const steps = (json['trace'] as UnknownRecord)['steps'] as readonly UnknownRecord[];
    const run = steps.find((step) => step['kind'] === 'nf.run' && step['chain'] === 'KUBE-SEP-EPWJSOP6CSOAPIGU');
    expect(run).toMatchObject({
      table: 'nat',
      from: 1,
      count: 1,
      rules: [
        {
          number: 1,
          text: '-A KUBE-SEP-EPWJSOP6CSOAPIGU -s 10.244.1.2/32 -m comment --comment "default/two-containers-service:http1" -j KUBE-MARK-MASQ',
          failed: { text: '-s 10.244.1.2/32', packet: '192.168.1.12', property: 'source' },
        },
      ],
    });
  });
});
