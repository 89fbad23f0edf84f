/** Netfilter of the namespace the packet is in: the hook diagram, and beneath it the table it is in, as three views. */
import { useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Say } from '../chains/Say.tsx';
import { sentence, type Sentence } from '../chains/sentence.ts';
import { IconButton } from '../kit/Button.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { openHookDiagram } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { AppState } from '../store/state.ts';
import type { NetfilterView, NetnsView } from '../store/views.ts';
import { AllRules } from './AllRules.tsx';
import { journeySnapshot } from './current.ts';
import { HookDiagram } from './HookDiagram.tsx';
import { anchorIn, hookPass, unmetPass, type HookPass } from './hook-pass.ts';
import type { JourneyModel, JourneyStep } from './model.ts';
import { chainOf, netnsOf } from './place.ts';
import { saveAll, saveLines } from './save-lines.ts';
import { SaveView } from './SaveView.tsx';
import { Shelf } from './Shelf.tsx';
import { useSize } from './useSize.ts';
import styles from './Stage.module.css';

type View = 'met' | 'all' | 'save';

export interface NetfilterStageProps {
  readonly journey: JourneyModel;
  readonly step: JourneyStep;
  /** A namespace opened on the map, shown in the place of the one the packet is in. */
  readonly open: AppState['openHook'];
}

export function NetfilterStage({ journey, step, open }: NetfilterStageProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const snapshot = useApp(journeySnapshot);
  const [view, setView] = useState<View>('met');
  const ref = useRef<HTMLDivElement>(null);
  const { height } = useSize(ref);
  const { node, netns: name } = open ?? step.at;
  const netns = useMemo(() => netnsOf(snapshot, node, name), [snapshot, node, name]);
  const pass = useMemo(() => passIn(journey, step, open), [journey, step, open]);
  const place = name === 'root' ? node : name.slice(name.indexOf('/') + 1);
  const close = (): void => openHookDiagram(store, null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (open === null || event.key !== 'Escape') return;
    event.preventDefault();
    close();
  };
  return (
    <div ref={ref} className={styles.stage} data-keys="stage" onKeyDown={onKeyDown}>
      <header className={styles.bar}>
        <h2>{t('journey.stage.netfilterIn', { place })}</h2>
        <p>
          <Say sentence={pass.hooks.length === 0 && open !== null ? sentence('journey.stage.notHere') : startSentence(pass)} />
        </p>
        <Segmented
          label={t('journey.stage.view')}
          value={view}
          options={(['met', 'all', 'save'] as const).map((id) => ({ id, label: t(`journey.stage.${id}`) }))}
          onChange={setView}
        />
        {open === null ? null : <IconButton icon="close" label={t('journey.stage.close')} shortcut="Esc" onPress={close} />}
      </header>
      <HookDiagram pass={pass} devices={devicesIn(netns)} room={height} />
      {pass.focus === null && open !== null ? (
        <WholeRuleset netns={netns} place={place} />
      ) : (
        <Beneath view={view} pass={pass} netns={netns} index={step.index} />
      )}
    </div>
  );
}

function passIn(journey: JourneyModel, step: JourneyStep, open: AppState['openHook']): HookPass {
  if (open === null) return hookPass(journey, step);
  const anchor = anchorIn(journey, open, step.index);
  return anchor === null ? unmetPass(open.node, open.netns) : hookPass(journey, anchor, step.index);
}

/** Where the packet never comes, all that is loaded. */
function WholeRuleset({ netns, place }: { readonly netns: NetnsView | null; readonly place: string }): ReactElement {
  const { t } = useTranslation();
  const lines = useMemo(() => (netns === null ? [] : saveAll(netns.netfilter)), [netns]);
  return lines.length === 0 ? (
    <p className={styles.empty}>{t('journey.stage.noRulesHere')}</p>
  ) : (
    <SaveView lines={lines} label={t('journey.stage.saved', { place })} />
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
  if (first === undefined) return sentence('journey.stage.noHooks');
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
  if (focus === null) {
    return <p className={styles.empty}>{t(pass.hooks.length === 0 ? 'journey.stage.savesNothing' : 'journey.stage.notYet')}</p>;
  }
  const label = t('journey.stage.shelf', { hook: focus.hook, table: focus.table });
  if (view === 'save') return <SavedTable netfilter={netns?.netfilter ?? null} focus={focus} index={index} label={label} />;
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

interface SavedTableProps {
  /** Null when the namespace is gone. */
  readonly netfilter: NetfilterView | null;
  readonly focus: NonNullable<HookPass['focus']>;
  readonly index: number;
  readonly label: string;
}

function SavedTable({ netfilter, focus, index, label }: SavedTableProps): ReactElement {
  const lines = useMemo(
    () => (netfilter === null ? [] : saveLines(netfilter, focus.table, focus.steps, index)),
    [netfilter, focus, index],
  );
  return <SaveView lines={lines} label={label} />;
}

/** nat that conntrack repeats without asking a rule. */
function isRemembered(steps: readonly JourneyStep[]): boolean {
  return steps.some(({ nat }) => nat !== null && nat.rule === null);
}
