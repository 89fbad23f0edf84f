import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, it } from 'vitest';
import { createI18n } from '../i18n/i18n.ts';
import { AppContext } from '../store/context.ts';
import { storeOf } from '../store/scenario.fixture.ts';
import { Banner } from './Banner.tsx';
import { labReportTrace } from './lab-report.fixture.ts';
import { buildJourney } from './model.ts';
import type { Trace } from '../../net/trace/trace.ts';

const store = storeOf('lab-report');

function said(trace: Trace): string {
  const banner = <Banner journey={buildJourney(trace, 'request', () => [])} />;
  const page = renderToStaticMarkup(
    <AppContext value={store}>
      <I18nextProvider i18n={createI18n()}>{banner}</I18nextProvider>
    </AppContext>,
  );
  return page
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

it('says nothing of an answer', () => {
  expect(said(labReportTrace())).toBe('');
});

it('says of a loop that it is one, by which limit it ended, and how much of it was not kept', () => {
  const trace = labReportTrace();
  const packets = trace.packets.map(
    (packet) => ({ ...packet, disposition: 'SIM_EVENT_LIMIT', reason: 'SIM_EVENT_LIMIT' }) as const,
  );
  expect(said({ ...trace, packets, outcome: 'loop', dropped: 12 })).toBe(
    'the packet loops: last seen in two-containers SIM_EVENT_LIMIT The packet went round until the step limit. 12 more steps were not kept. Show step 34',
  );
});
