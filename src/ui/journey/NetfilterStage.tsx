/** Netfilter of the namespace the packet is in: the hook diagram, and beneath it the table it is in, as three views. */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Say } from '../chains/Say.tsx';
import { sentence, type Sentence } from '../chains/sentence.ts';
import { Segmented } from '../kit/Segmented.tsx';
import { useApp } from '../store/context.ts';
import type { NetnsView } from '../store/views.ts';
import { AllRules } from './AllRules.tsx';
import { HookDiagram } from './HookDiagram.tsx';
import { hookPass, type HookPass } from './hook-pass.ts';
import type { JourneyModel, JourneyStep } from './model.ts';
import { chainOf, netnsOf } from './place.ts';
import { SaveView } from './SaveView.tsx';
import { Shelf } from './Shelf.tsx';
import styles from './Stage.module.css';

type View = 'met' | 'all' | 'save';

export function NetfilterStage({
  journey,
  step,
}: {
  readonly journey: JourneyModel;
  readonly step: JourneyStep;
}): ReactElement {
  const { t } = useTranslation();
  const snapshot = useApp((state) => state.snapshot);
  const [view, setView] = useState<View>('met');
  const netns = useMemo(() => netnsOf(snapshot, step.at.node, step.at.netns), [snapshot, step]);
  const pass = useMemo(() => hookPass(journey, step), [journey, step]);
  const isRoot = step.at.netns === 'root';
  return (
    <div className={styles.stage} data-keys="stage">
      <header className={styles.bar}>
        <h3>
          {t('journey.stage.netfilterIn', {
            place: isRoot ? step.at.node : step.at.netns.slice(step.at.netns.indexOf('/') + 1),
          })}
        </h3>
        <p>
          <Say sentence={startSentence(pass)} />
        </p>
        <Segmented
          label={t('journey.stage.view')}
          value={view}
          options={(['met', 'all', 'save'] as const).map((id) => ({ id, label: t(`journey.stage.${id}`) }))}
          onChange={setView}
        />
      </header>
      <HookDiagram pass={pass} devices={devicesIn(netns)} />
      <Beneath view={view} pass={pass} netns={netns} index={step.index} />
    </div>
  );
}

/** What packets can come in by: everything but loopback and the ends of Pods' pairs, which would be many. */
function devicesIn(netns: NetnsView | null): readonly string[] {
  return (
    netns?.links
      .filter(({ kind }) => kind !== 'loopback' && (kind !== 'veth' || netns.name !== 'root'))
      .map(({ name }) => name) ?? []
  );
}

function startSentence({ hooks, via, iif }: HookPass): Sentence {
  const [first] = hooks;
  if (first === undefined) return sentence('journey.stage.notYet');
  switch (first) {
    case 'OUTPUT':
      return sentence('journey.stage.startsOutput');
    case 'PREROUTING':
      return via === 'bridge'
        ? sentence('journey.stage.startsBridge')
        : sentence('journey.stage.startsPrerouting', { dev: iif ?? '' });
    case 'FORWARD':
      return sentence(via === 'bridge' ? 'journey.stage.startsBridge' : 'journey.stage.startsForward');
    case 'INPUT':
      return sentence('journey.stage.startsInput');
    case 'POSTROUTING':
      return sentence(via === 'bridge' ? 'journey.stage.startsBridge' : 'journey.stage.startsPostrouting');
  }
}

interface BeneathProps {
  readonly view: View;
  readonly pass: HookPass;
  readonly netns: NetnsView | null;
  readonly index: number;
}

function Beneath({ view, pass, netns, index }: BeneathProps): ReactElement {
  const { t } = useTranslation();
  const { focus } = pass;
  const lookup = useMemo(() => (name: string) => (focus === null ? null : chainOf(netns, focus.table, name)), [netns, focus]);
  if (focus === null) return <p className={styles.empty}>{t('journey.stage.notYet')}</p>;
  const label = t('journey.stage.shelf', { hook: focus.hook, table: focus.table });
  if (view === 'save')
    return <SaveView table={netns?.netfilter.ruleset[focus.table] ?? null} steps={focus.steps} index={index} label={label} />;
  const empty = focus.steps.every(({ step }) => step.kind !== 'nf.rule' && step.kind !== 'nf.run');
  if (empty)
    return (
      <p className={styles.empty}>
        {t(isRemembered(focus.steps) ? 'journey.stage.known' : 'journey.stage.noRules', {
          hook: focus.hook,
          table: focus.table,
        })}
      </p>
    );
  if (view === 'all') return <AllRules label={label} steps={focus.steps} index={index} chainOf={lookup} />;
  return <Shelf label={label} steps={focus.steps} index={index} chainOf={lookup} />;
}

/** nat that conntrack repeats without asking a rule. */
function isRemembered(steps: readonly JourneyStep[]): boolean {
  return steps.some(({ nat }) => nat !== null && nat.rule === null);
}
