/**
 * One step in full: the fact, why, what it changed, what it read, who made that, and the command that shows it on a real node.
 */
import { useMemo, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ruleWords } from '../chains/rule-text.ts';
import { Say } from '../chains/Say.tsx';
import { IconButton } from '../kit/Button.tsx';
import { RealCommand } from '../kit/RealCommand.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { breakpointId, toggleBreakpoint } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { breakpointOf } from './commands.ts';
import { journeySnapshot } from './current.ts';
import { HeaderTable } from './HeaderTable.tsx';
import { MadeBy } from './MadeBy.tsx';
import type { JourneyStep } from './model.ts';
import { chainOf, netnsOf, physicalLink } from './place.ts';
import { realCommand } from './real-command.ts';
import { stateRead } from './state-read.ts';
import { verdictOf } from './verdict.ts';
import { whyOf } from './why.ts';
import styles from './StepDetail.module.css';

export function StepDetail({ step }: { readonly step: JourneyStep }): ReactElement {
  const { t } = useTranslation();
  const snapshot = useApp(journeySnapshot);
  const netns = useMemo(() => netnsOf(snapshot, step.at.node, step.at.netns), [snapshot, step]);
  const command = realCommand(step, physicalLink(netns));
  return (
    <section className={styles.detail} aria-label={t('journey.detail.label')}>
      <header className={styles.head}>
        <VerdictMark verdict={verdictOf(step)} size={16} />
        <b>{t('journey.detail.step', { number: step.index + 1 })}</b>
        <code>{nameOf(step)}</code>
        <RulePlace step={step} />
        <BreakHere step={step} />
      </header>
      <p className={styles.why}>
        <Say sentence={whyOf(step, (table, chain) => chainOf(netns, table, chain))} />
      </p>
      <HeaderTable step={step} />
      <dl className={styles.facts}>
        {step.nat !== null && step.nat.rule !== null ? (
          <Fact name={t('journey.detail.remembered')}>{t('journey.detail.rememberedBoth')}</Fact>
        ) : null}
        {stateRead(step).map(({ name, lines }) => (
          <Fact key={name} name={t(name)}>
            {lines.map((line) => (
              <code key={line}>{line}</code>
            ))}
          </Fact>
        ))}
        <Counter step={step} />
        <MadeBy step={step} />
      </dl>
      {command === null ? null : <RealCommand text={command} />}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The step's word as the tools have it: the target, the hook, the device. */
function nameOf({ step, expanded, at, nat }: JourneyStep): string {
  if (expanded !== null) return expanded.rule.chain;
  switch (step.kind) {
    case 'nf.rule':
      return nat === null && !step.matched ? step.rule.chain : (ruleWords(step.rule.text).target ?? step.rule.chain);
    case 'nf.run':
      return step.chain.name;
    case 'nf.end':
      return step.chain;
    case 'nf.hook':
      return step.hook;
    case 'drop':
      return step.reason;
    case 'dev.rx':
    case 'dev.tx':
    case 'qdisc':
      return step.dev.name;
    case 'wire':
      return step.segment;
    default:
      return at.device ?? at.hook ?? '';
  }
}

/** `rule 2 of 2`: where in its chain. */
function RulePlace({ step: { step, expanded, at } }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const snapshot = useApp(journeySnapshot);
  const rule = expanded?.rule ?? (step.kind === 'nf.rule' ? step.rule : null);
  if (rule === null) return null;
  const count = chainOf(netnsOf(snapshot, at.node, at.netns), rule.table, rule.chain)?.rules.length;
  return (
    <span className={styles.place}>
      {count === undefined || count < rule.number
        ? `${rule.table} ${rule.chain} ${rule.number}`
        : t('chains.ruleOf', { number: rule.number, count })}
    </span>
  );
}

function BreakHere({ step }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const breakpoint = breakpointOf(step);
  const isSet = useApp(
    (state) =>
      breakpoint !== null && state.playback.breakpoints.some((each) => breakpointId(each) === breakpointId(breakpoint)),
  );
  if (breakpoint === null) return null;
  return (
    <span className={isSet ? styles.breakSet : styles.break}>
      <IconButton
        icon="breakpoint"
        shortcut="B"
        label={t(isSet ? 'journey.detail.breakGone' : 'journey.detail.breakHere')}
        onPress={() => toggleBreakpoint(store, breakpoint)}
      />
    </span>
  );
}

/** The rule's counter after this packet. */
function Counter({ step: { step } }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  if (step.kind !== 'nf.rule' || !step.matched) return null;
  return <Fact name={t('journey.detail.counter')}>{t('chains.packets', { count: step.packets })}</Fact>;
}
