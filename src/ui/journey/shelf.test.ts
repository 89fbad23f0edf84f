import { describe, expect, it } from 'vitest';
import { assertExists } from '../../lib/assert.ts';
import { hookDiagram, leastWidth, segmentStates } from './hook-diagram.geom.ts';
import { hookPass } from './hook-pass.ts';
import { KUBE_SEP, KUBE_SERVICES, KUBE_SVC, labReportTrace, OUTPUT } from './lab-report.fixture.ts';
import { buildJourney } from './model.ts';
import { shelfChains, type ShelfChain } from './shelf.ts';

const journey = buildJourney(labReportTrace(), 'request');
const loaded = new Map([KUBE_SEP, KUBE_SERVICES, KUBE_SVC, OUTPUT].map((chain) => [chain.name, chain]));
const DNAT = journey.steps.findIndex((step) => step.nat !== null);

function passAt(index: number): ReturnType<typeof hookPass> {
  return hookPass(journey, assertExists(journey.steps[index], 'no such step'));
}

function told(chains: readonly ShelfChain[]): readonly string[] {
  return chains.map(({ name, depth, from, rows }) => {
    const fates = rows.map((row) =>
      row.kind === 'rule'
        ? `${row.rule.number} ${row.state}`
        : `${row.from}+${row.count} ${row.step === null ? 'more' : 'run'}`,
    );
    return `${depth} ${name} from ${from?.number ?? '-'}: ${fates.join(', ')}`;
  });
}

describe('shelf', () => {
  const shelf = (index: number): readonly string[] =>
    told(shelfChains(passAt(index).focus?.steps ?? [], index, (name) => loaded.get(name) ?? null));
  it('at the rewrite shows every chain entered, what was tried, and what was not reached', () => {
    expect(shelf(DNAT)).toEqual([
      '0 OUTPUT from -: 1 hit',
      '1 KUBE-SERVICES from 1: 1+2 run, 3 hit, 4 notReached',
      '2 KUBE-SVC-BKM3I2STRWDME2DT from 3: 1 hit',
      '3 KUBE-SEP-EPWJSOP6CSOAPIGU from 1: 1 failed, 2 now',
    ]);
  });
  it('before it shows only the chains already entered', () => {
    expect(shelf(DNAT - 3)).toEqual(['0 OUTPUT from -: 1 hit', '1 KUBE-SERVICES from 1: 1+2 run, 3 now, 4 notReached']);
  });
});

describe('hook pass', () => {
  it('knows what is met, where it stands and what is ahead', () => {
    const pass = passAt(DNAT);
    expect([...pass.states]).toEqual([
      ['OUTPUT', 'current'],
      ['POSTROUTING', 'next'],
    ]);
    expect([
      pass.tables.get('OUTPUT nat'),
      pass.tables.get('OUTPUT raw'),
      pass.tables.get('OUTPUT filter'),
      pass.process,
      pass.oif,
    ]).toEqual(['current', 'met', 'next', 'curl', 'flannel.1']);
    expect([...segmentStates(pass)]).toEqual([
      ['process OUTPUT', 'travelled'],
      ['OUTPUT again', 'next'],
      ['again POSTROUTING', 'next'],
      ['POSTROUTING out', 'next'],
    ]);
  });
  it('the outside of the tunnel makes a passage of its own', () => {
    const outer = journey.steps.findIndex((step) => step.packet.id === 2);
    expect([...passAt(outer).states.keys()]).toEqual(['OUTPUT']);
  });
});

it.each([300, 848, 1008, 2000])('the diagram at %i px keeps its parts apart', (width) => {
  const drawing = hookDiagram(width);
  const row = [...drawing.hooks.filter(({ hook }) => hook !== 'FORWARD'), drawing.process].toSorted((a, b) => a.x - b.x);
  for (const [i, box] of row.entries()) {
    const next = row[i + 1];
    if (next !== undefined) expect(next.x - (box.x + box.width)).toBeGreaterThan(8);
  }
  expect(drawing.width).toBe(Math.max(width, leastWidth()));
});
