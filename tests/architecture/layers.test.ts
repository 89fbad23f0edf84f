import { describe, expect, it } from 'vitest';
import { fault } from './layers.ts';
import { sourceFile, sources } from './sources.ts';

const files = sources();

describe('layers', () => {
  it('every import of src is one its layer may make', () => {
    const faults = files.flatMap((file) =>
      file.imports.flatMap((imported) => {
        const why = fault(file, imported);
        return why === null ? [] : [`${file.path}:${imported.line} ${why}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it.each([
    ['src/net/dev/veth.ts', "import { assert } from '../../lib/assert.ts'", null],
    ['src/net/dev/veth.ts', "import type { Pod } from '../../api/pod.ts'", 'net may not import src/api/pod.ts'],
    ['src/net/dev/veth.ts', "import { readFileSync } from 'node:fs'", 'net may not import the package node:fs'],
    ['src/net/dev/veth.test.ts', "import { readFileSync } from 'node:fs'", null],
    ['src/net/dev/veth.ts', "import { select } from 'd3-selection'", 'net may not import the package d3-selection'],
    ['src/net/dev/veth.ts', "import { mac } from './mac'", './mac lacks its extension'],
    ['src/net/dev/veth.ts', "import { lab } from '../../../tests/lab.ts'", '../../../tests/lab.ts leaves src'],
    ['src/controlplane/store.ts', "import { kernel } from '../net/kernel.ts'", 'controlplane may not import src/net/kernel.ts'],
    ['src/ui/App.tsx', "import type { Trace } from '../net/trace/trace.ts'", null],
    ['src/ui/App.tsx', "import { close } from '../net/trace/trace.ts'", 'ui may import only types of src/net/trace/trace.ts'],
    [
      'src/ui/App.tsx',
      "import { type Trace } from '../net/trace/trace.ts'",
      'ui may import only types of src/net/trace/trace.ts',
    ],
    ['src/ui/App.tsx', "import { Kernel } from '../net/kernel.ts'", 'ui may import only types of src/net/kernel.ts'],
    ['src/ui/App.tsx', "const p = import('../node/kubelet.ts')", 'ui may not import src/node/kubelet.ts'],
    ['src/ui/App.tsx', "export { x } from '../sim/sim.ts'", 'ui may not import src/sim/sim.ts'],
    ['src/ui/App.tsx', "import { zoom } from 'd3-zoom'", null],
    ['src/ui/App.tsx', "import * as d3 from 'd3'", 'ui may not import the package d3'],
    ['src/cli/sim.ts', "import { App } from '../ui/App.tsx'", 'cli may not import src/ui/App.tsx'],
    ['src/cli/bench.ts', "import { findChromium } from '../../scripts/chromium.ts'", null],
    ['src/extra/a.ts', "import { a } from './b.ts'", 'src/extra is not a layer'],
  ])('%s: %s', (path, text, expected) => {
    const file = sourceFile(path, text);
    expect(file.imports.map((imported) => fault(file, imported))).toEqual([expected]);
  });
});
