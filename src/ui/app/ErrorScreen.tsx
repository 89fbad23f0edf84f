/**
 * The one boundary for faults of our own. The user's manifests outlive it: they are in the store and in the browser's storage,
 * and can be downloaded here whatever broke.
 */
import { Component, type ErrorInfo, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../kit/Button.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { download } from '../manifests/file-actions.ts';
import { forgetSession } from '../store/persistence.ts';
import { useAppStore } from '../store/context.ts';
import styles from './ErrorScreen.module.css';

interface Props {
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | null;
  readonly where: string;
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, where: '' };

  static getDerivedStateFromError(thrown: unknown): Partial<State> {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override componentDidCatch(_error: Error, info: ErrorInfo): void {
    this.setState({ where: info.componentStack ?? '' });
  }

  override componentDidMount(): void {
    window.addEventListener('error', this.#onError);
    window.addEventListener('unhandledrejection', this.#onRejection);
  }

  override componentWillUnmount(): void {
    window.removeEventListener('error', this.#onError);
    window.removeEventListener('unhandledrejection', this.#onRejection);
  }

  readonly #onError = (event: ErrorEvent): void => {
    // A broken invariant in an event handler is as fatal as one while drawing; the browser's own notices are not.
    if (event.error instanceof Error) this.setState({ error: event.error });
  };

  readonly #onRejection = (event: PromiseRejectionEvent): void => {
    if (event.reason instanceof Error && event.reason.name === 'InvariantError') this.setState({ error: event.reason });
  };

  override render(): ReactNode {
    const { error, where } = this.state;
    return error === null ? this.props.children : <ErrorScreen error={error} where={where} />;
  }
}

function ErrorScreen({ error, where }: { readonly error: Error; readonly where: string }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const save = (): void => {
    for (const file of store.getState().files) download(file.name, file.text);
  };
  const fresh = (): void => {
    void forgetSession().then(() => window.location.reload());
  };
  return (
    <main className={styles.screen} role="alert">
      <VerdictMark verdict="drop" size={28} />
      <h1>{t('app.errorTitle')}</h1>
      <p>{t('app.errorText')}</p>
      <div className={styles.buttons}>
        <Button tone="primary" icon="download" onPress={save}>
          {t('app.errorDownload')}
        </Button>
        <Button onPress={() => window.location.reload()}>{t('app.errorReload')}</Button>
        <Button onPress={fresh}>{t('app.errorFresh')}</Button>
      </div>
      <pre tabIndex={0}>{`${error.name}: ${error.message}\n${error.stack ?? ''}${where}`}</pre>
    </main>
  );
}
