import { expect, it } from 'vitest';
import { labReportTrace } from './lab-report.fixture.ts';
import { buildJourney } from './model.ts';
import { indexAt, labelsOf, spansOf, ticksOf, tickX } from './timeline.geom.ts';

const journey = buildJourney(labReportTrace(), 'request');

it('every step has a tick, and the tick is under its place', () => {
  const ticks = ticksOf(journey, 720);
  expect(ticks).toHaveLength(journey.steps.length);
  for (const { index, x } of ticks) expect(indexAt(x, journey.steps.length, 720)).toBe(index);
  expect([indexAt(-5, 10, 720), indexAt(9999, 10, 720), tickX(0, 1, 720)]).toEqual([0, 9, 360]);
});

it.each([300, 420, 720, 1600])('labels stay inside %i px and do not touch', (width) => {
  const boxes = labelsOf(journey, width)
    .map(({ x, anchor, key }) => {
      const room = key.slice('journey.mark.'.length).length * 6;
      return anchor === 'end' ? { from: x - room, to: x } : { from: x, to: x + room };
    })
    .sort((a, b) => a.from - b.from);
  expect(boxes.filter(({ from, to }, i) => from < -2 || to > width || (boxes[i + 1]?.from ?? Infinity) < to)).toEqual([]);
});

it.each([
  [720, ['dnat', 'masquerade', 'sealed', 'opened', 'ttl', 'delivered']],
  [420, ['dnat', 'masquerade', 'sealed', 'opened', 'ttl']],
  [200, ['dnat', 'masquerade']],
])('in %i px the more important names are kept', (width, expected) => {
  expect(labelsOf(journey, width).map((label) => label.key.replace('journey.mark.', ''))).toEqual(expected);
});

it('at full width it names what changed the packet', () => {
  expect(labelsOf(journey, 1600).map((label) => label.key.replace('journey.mark.', ''))).toEqual([
    'dnat',
    'masquerade',
    'sealed',
    'opened',
    'ttl',
    'delivered',
  ]);
});

it('spans follow the namespaces and fill the strip', () => {
  const spans = spansOf(journey, 720);
  expect(spans.map(({ group }) => group.netns)).toEqual(['root', '', 'root', 'default/two-containers']);
  expect(Math.round(spans.reduce((sum, span) => sum + span.width + 2, 0))).toBe(720);
});
