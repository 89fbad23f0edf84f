import { describe, expect, it } from 'vitest';
import { fidelityPage, simplificationsOf } from './fidelity-page.ts';

describe('simplificationsOf', () => {
  it('reads header lines, over line ends, up to the next one or the end of the paragraph', () => {
    const source = `/**
 * A bridge (\`bridge fdb show\`).
 * Simplification: no STP: every port
 * forwards.
 * Simplification: no VLANs.
 *
 * Follows net/bridge.
 */
const text = 'Simplification: not a comment';
// Simplification: a note
// of two lines.
`;
    expect(simplificationsOf(source)).toEqual(['no STP: every port forwards.', 'no VLANs.', 'a note of two lines.']);
  });

  it('finds none where there is none', () => {
    expect(simplificationsOf('/** Plain. */\nexport const a = 1;\n')).toEqual([]);
  });
});

it('the page groups by layer, in the order of the layers', () => {
  const page = fidelityPage([
    { path: 'src/api/pod.ts', lines: ['no volumes.'] },
    { path: 'src/net/dev/bridge.ts', lines: ['no STP.', 'no VLANs.'] },
    { path: 'src/net/dev/veth.ts', lines: ['no XDP.'] },
  ]);
  expect(page.slice(page.indexOf('\n## '))).toBe(`
## The Linux network

\`src/net/dev/bridge.ts\`

- no STP.
- no VLANs.

\`src/net/dev/veth.ts\`

- no XDP.

## Kubernetes objects

\`src/api/pod.ts\`

- no volumes.
`);
});
