/**
 * What the application says in passing. A message that needs no answer leaves by itself, unless the pointer or focus is on it.
 * One that leads to what changed is only read out where that is on the screen already: it would but cover the map.
 */
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { closeToast, showDockTab } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { Message, Toast } from '../store/state.ts';
import { Waiting } from './Waiting.tsx';
import styles from './Toasts.module.css';

const STAYS_MS = 6000;

interface ToastsProps {
  readonly changesShown?: boolean;
}

export function Toasts({ changesShown = false }: ToastsProps): ReactElement {
  const { t } = useTranslation();
  const toasts = useApp((state) => state.toasts);
  return (
    <div className={styles.toasts} role="region" aria-label={t('app.toasts')} aria-live="polite">
      <Waiting className={styles.waiting} />
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} seen={changesShown && toast.action === 'whatChanged'} />
      ))}
    </div>
  );
}

function useMessage(): (message: Message) => string {
  const { t } = useTranslation();
  return (message) => (typeof message === 'string' ? message : t(message.key, message.values));
}

interface ToastCardProps {
  readonly toast: Toast;
  /** Its matter is on the screen. */
  readonly seen: boolean;
}

function ToastCard({ toast, seen }: ToastCardProps): ReactElement {
  const { t } = useTranslation();
  const say = useMessage();
  const store = useAppStore();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || toast.tone !== 'done') return;
    const timer = window.setTimeout(() => closeToast(store, toast.id), STAYS_MS);
    return () => window.clearTimeout(timer);
  }, [held, store, toast]);
  if (seen) {
    return (
      <p className={styles.seen}>
        {say(toast.title)} {say(toast.detail)}
      </p>
    );
  }
  return (
    <div
      className={styles.toast}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Mark tone={toast.tone} />
      <div className={styles.text}>
        <b className={toast.tone === 'failed' ? styles.failed : ''}>{say(toast.title)}</b>
        <span>{say(toast.detail)}</span>
      </div>
      {toast.action === null ? null : (
        <Button tone="quiet" onPress={() => showDockTab(store, 'changes')}>
          {t('app.toastChanged')}
        </Button>
      )}
      <IconButton icon="close" label={t('app.close')} onPress={() => closeToast(store, toast.id)} />
    </div>
  );
}

function Mark({ tone }: { readonly tone: Toast['tone'] }): ReactElement {
  if (tone === 'done') return <VerdictMark verdict="accept" size={16} />;
  if (tone === 'failed') return <VerdictMark verdict="drop" size={16} />;
  return (
    <span className={styles.warning}>
      <Icon name="warning" />
    </span>
  );
}
