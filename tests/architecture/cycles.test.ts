import { expect, it } from 'vitest';
import { type SourceFile, sources, targetOf } from './sources.ts';

/** The first ring of value imports met from `start`, each file by its path; null where there is none. */
function cycleFrom(start: string, graph: ReadonlyMap<string, readonly string[]>, done: Set<string>): string[] | null {
  const path: string[] = [];
  const visit = (file: string): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  return visit(start);
}

function valueImports(file: SourceFile): string[] {
  return file.imports.filter(({ typeOnly }) => !typeOnly).flatMap(({ specifier }) => targetOf(file, specifier) ?? []);
}

function firstCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  for (const file of graph.keys()) {
    const cycle = cycleFrom(file, graph, done);
    if (cycle !== null) return cycle;
  }
  return null;
}

it('no file of src needs, by way of others, itself at load time', () => {
  expect(firstCycle(new Map(sources().map((file) => [file.path, valueImports(file)])))).toBeNull();
});

it('a ring is found behind a tail', () => {
  const graph = { a: ['b'], b: ['c', 'd'], c: [], d: ['e'], e: ['b'] };
  expect(firstCycle(new Map(Object.entries(graph)))).toEqual(['b', 'd', 'e', 'b']);
});
