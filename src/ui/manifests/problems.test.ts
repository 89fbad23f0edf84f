import { expect, it } from 'vitest';
import type { ManifestError } from '../../api/manifest-error.ts';
import { grouped, problemsOf } from './problems.ts';

const problem = (line: number, over: Partial<ManifestError> = {}): ManifestError => ({
  line,
  column: 1,
  endLine: line,
  endColumn: 2,
  severity: 'error',
  field: null,
  message: `m${line}`,
  heading: null,
  document: 0,
  ...over,
});
const file = { name: 'a.yaml', text: 'x', startText: null };
const result = { errors: [problem(9), problem(3)], warnings: [problem(1, { severity: 'warning' })], changes: [] };

it('lists errors before warnings, each in the order of the text', () => {
  const lines = problemsOf(file, { file: 'a.yaml', text: 'x', result }, null).map(({ line }) => line);
  expect(lines).toEqual([3, 9, 1]);
});

it('says nothing about a text the cluster has not seen', () => {
  expect(problemsOf(file, { file: 'a.yaml', text: 'older', result }, null)).toEqual([]);
  expect(problemsOf(file, { file: 'b.yaml', text: 'x', result }, null)).toEqual([]);
});

it('keeps what a refused command said until the text changes', () => {
  const refusal = { file: 'a.yaml', text: 'x', errors: [problem(5)] };
  expect(problemsOf(file, null, refusal)).toEqual([problem(5)]);
  expect(problemsOf({ ...file, text: 'y' }, null, refusal)).toEqual([]);
});

it('gathers problems of one object under its heading', () => {
  const a = problem(1, { heading: 'The Service "a" is invalid' });
  const b = problem(2, { heading: 'The Service "a" is invalid' });
  const c = problem(7, { heading: 'The Service "b" is invalid', document: 1 });
  expect(grouped([a, b, c])).toEqual([
    { heading: a.heading, problems: [a, b] },
    { heading: c.heading, problems: [c] },
  ]);
});
