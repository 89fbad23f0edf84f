import { describe, expect, it } from 'vitest';
import { fieldsAt, typeOf, valuesAt } from './fields.ts';

const place = (kind: string | null, ...path: string[]) => ({ kind, apiVersion: null, path });

describe('typeOf', () => {
  it.each([
    [place('Service', 'spec', 'ports'), 'ServicePort'],
    [place('Deployment', 'spec', 'template', 'spec', 'containers', 'ports'), 'ContainerPort'],
    [place('Deployment', 'spec', 'nosuch'), null],
    [place('Widget', 'spec'), null],
    [place(null), null],
  ])('%o is %s', (at, expected) => {
    expect(typeOf(at)).toBe(expected);
  });
});

it('offers the fields of a list item', () => {
  const names = fieldsAt(place('Service', 'spec', 'ports')).map(({ name, shape }) => `${name} ${shape}`);
  expect(names).toEqual([
    'appProtocol value',
    'name value',
    'nodePort value',
    'port value',
    'protocol value',
    'targetPort value',
  ]);
});

it('offers the root fields before the kind is known', () => {
  expect(fieldsAt(place(null)).map(({ name }) => name)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
});

it('offers the values a field may take', () => {
  expect(valuesAt(place('Deployment'), 'apiVersion')).toEqual(['apps/v1']);
  expect(valuesAt(place('Pod', 'spec'), 'hostNetwork')).toEqual(['true', 'false']);
  expect(valuesAt(place('Service', 'spec'), 'clusterIP')).toEqual([]);
});
