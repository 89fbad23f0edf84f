/**
 * The one boundary for faults of our own. The user's manifests outlive it: they are in the store and in the browser's storage,
 * and can be downloaded here whatever broke. What fails before there is an application is shown by the entry, on the same screen.
 */
import { Component, useCallback, type ErrorInfo, type ReactElement, type ReactNode } from 'react';
import { useAppStore } from '../store/context.ts';
import { asError, drawFailure } from './failure-screen.ts';

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
    return { error: asError(thrown) };
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

function ErrorScreen({ error, where }: State & { readonly error: Error }): ReactElement {
  const store = useAppStore();
  const draw = useCallback(
    (main: HTMLElement | null) => {
      const { lang, files } = store.getState();
      if (main !== null) drawFailure(main, { error, where, lang, files });
    },
    [store, error, where],
  );
  return <main ref={draw} />;
}
