/** The chain of causes of the selected thing, outermost first; YAML lines and made things are links. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { madeByChain } from '../../cluster/made-by.ts';
import type { MadeByStep, Ref } from '../../cluster/snapshot.ts';
import { TextButton } from '../kit/Button.tsx';
import { Icon, type IconName } from '../kit/Icon.tsx';
import { select, showSource } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import styles from './MadeBy.module.css';

export function MadeBy({ selection }: { readonly selection: Ref }): ReactElement | null {
  const { t } = useTranslation();
  const snapshot = useApp((state) => state.snapshot);
  const steps = useMemo(() => madeByChain(snapshot, selection), [selection, snapshot]);
  if (steps.length === 0) return null;
  return (
    <section>
      <h3>{t('inspector.madeBy')}</h3>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <Step key={index} step={step} last={index === steps.length - 1} />
        ))}
      </ol>
    </section>
  );
}

function iconOf(step: MadeByStep, last: boolean): IconName {
  if (step.source !== null) return 'file';
  if (last) return 'add';
  if (step.actor === 'scheduler') return 'map';
  return step.actor === 'kubelet' ? 'netns' : 'layers';
}

/** What a step did, in words; an action without a sentence of its own is said as its maker calls it. */
function useDeed(): (step: MadeByStep) => string {
  const { t } = useTranslation();
  return ({ action, object, node, source }) => {
    const values = { object: object ?? '', node: node ?? '' };
    switch (action) {
      case 'apply':
        return source === null ? (object ?? '') : t('inspector.deed.apply', values);
      case 'create':
        return t('inspector.deed.create', values);
      case 'bind':
        return t('inspector.deed.bind', values);
      case 'sandbox':
        return t('inspector.deed.sandbox', values);
      case 'cmdAdd':
        return t('inspector.deed.cmdAdd', values);
      case 'syncProxyRules':
        return object === null ? t('inspector.deed.syncAll', values) : t('inspector.deed.sync', values);
      case 'kernel':
        return t('inspector.deed.kernel', values);
      default:
        return [action, object].filter(Boolean).join(' ');
    }
  };
}

function Step({ step, last }: { readonly step: MadeByStep; readonly last: boolean }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const deed = useDeed()(step);
  const { source, ref } = step;
  return (
    <li className={last ? styles.last : ''}>
      <span className={styles.icon}>
        <Icon name={iconOf(step, last)} size={14} />
      </span>
      <div>
        <b>
          {source === null ? (
            [step.actor, step.node].filter(Boolean).join(', ')
          ) : (
            <TextButton onPress={() => showSource(store, source)}>
              {t('inspector.sourceLine', { file: source.file, line: source.line })}
            </TextButton>
          )}
        </b>
        {ref === null || last ? <span>{deed}</span> : <TextButton onPress={() => select(store, ref)}>{deed}</TextButton>}
      </div>
    </li>
  );
}
