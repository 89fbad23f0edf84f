/** What can be done with the selected thing: send from it or to it, stop packets at it, break it, kill it, scale it, delete it. */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../kit/Button.tsx';
import { addToast, breakpointId, openSend, runCommand, select, toggleBreakpoint } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { captureText, type Tap } from '../../cluster/capture.ts';
import type { CommandResult } from '../../cluster/cluster-api.ts';
import { commandTitle } from '../../cluster/command-title.ts';
import type { Command } from '../../cluster/commands.ts';
import type { ContainerName } from '../../cluster/kill-container.ts';
import { saveCapture } from '../journey/capture-file.ts';
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import { BreakMenu } from '../faults/BreakMenu.tsx';
import { defaultProbe } from '../send/draft.ts';
import type { AppStore } from '../store/store.ts';
import type { Description } from './description.ts';
import styles from './Actions.module.css';

export interface ActionsProps {
  readonly description: Description;
  readonly selection: Ref;
}

export function Actions({ description, selection }: ActionsProps): ReactElement {
  const { breakpoint, from, to, killable, deletable, scalable, title } = description;
  return (
    <div className={styles.actions}>
      {from === null && to === null ? null : <SendButtons from={from} to={to} />}
      {breakpoint === null ? null : <BreakButton breakpoint={breakpoint} />}
      {breakpoint?.kind === 'device' ? (
        <CaptureButton node={breakpoint.node} netns={breakpoint.netns} dev={breakpoint.name} />
      ) : null}
      <BreakMenu selection={selection} thing={title} />
      {killable === null ? null : <Kill container={killable} ofPod={selection.kind === 'object'} />}
      {scalable === null ? null : <Scale {...scalable} />}
      {deletable === null ? null : <Delete key={deletable} object={deletable} />}
    </div>
  );
}

function SendButtons({ from, to }: Pick<Description, 'from' | 'to'>): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const open = (ends: Partial<Pick<Description, 'from' | 'to'>>): void => openSend(store, defaultProbe(store.getState(), ends));
  return (
    <>
      {from === null ? null : (
        <Button icon="send" onPress={() => open({ from })}>
          {t('inspector.sendFrom')}
        </Button>
      )}
      {to === null ? null : (
        <Button icon="send" onPress={() => open({ to })}>
          {t('inspector.sendTo')}
        </Button>
      )}
    </>
  );
}

function BreakButton({ breakpoint }: { readonly breakpoint: NonNullable<Description['breakpoint']> }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const id = breakpointId(breakpoint);
  const on = useApp((state) => state.playback.breakpoints.some((each) => breakpointId(each) === id));
  return (
    <Button icon="breakpoint" aria-pressed={on} onPress={() => toggleBreakpoint(store, breakpoint)}>
      {on ? t('inspector.breakOff') : t('inspector.breakOn')}
    </Button>
  );
}

/** What the device caught of the last packet; there is nothing to save where that did not pass. */
function CaptureButton({ node, netns, dev }: Tap): ReactElement | null {
  const { t } = useTranslation();
  const trace = useApp((state) => state.journey?.result.trace ?? null);
  const count = useMemo(
    () => (trace === null ? 0 : captureText(trace, { node, netns, dev }).length),
    [trace, node, netns, dev],
  );
  if (trace === null || count === 0) return null;
  return (
    <Button icon="download" onPress={() => saveCapture(trace, { node, netns, dev })}>
      {t('inspector.savePcap', { count })}
    </Button>
  );
}

type Done = Extract<CommandResult, { ok: true }>;

/** Runs a command on an object; what the API server refuses is told in its words. */
function runOn(store: AppStore, command: Command, onDone: (result: Done) => void = () => undefined): void {
  runCommand(store, command, (result) => {
    if (result.ok) {
      onDone(result);
      return;
    }
    addToast(store, {
      tone: 'failed',
      title: { key: 'inspector.refused', values: {} },
      detail: result.errors.map((error) => error.message).join('\n'),
      action: null,
    });
  });
}

/** Kills a container. What takes its place is another one: that is then selected. */
function Kill({ container, ofPod }: { readonly container: ContainerName; readonly ofPod: boolean }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const command: Command = { kind: 'kill-container', ...container };
  const pause = container.container === 'POD';
  const kill = (): void =>
    runOn(store, command, () => {
      addToast(store, {
        tone: 'done',
        title: { key: pause ? 'inspector.killedPause' : 'inspector.killed', values: {} },
        detail: commandTitle(command, store.getState().snapshot.runtime),
        action: 'whatChanged',
      });
      if (!ofPod) select(store, containerNow(store.getState().snapshot, container) ?? { kind: 'object', key: container.pod });
    });
  return (
    <Button tone="danger" onPress={kill}>
      {t(ofPod ? 'inspector.killPause' : 'inspector.kill')}
    </Button>
  );
}

/** The container of that name as it is now. */
function containerNow({ nodes }: ClusterSnapshot, { pod, container }: ContainerName): Ref | null {
  for (const { name, containers } of nodes) {
    const now = containers.find((each) => each.pod === pod && each.container === container);
    if (now !== undefined) return { kind: 'container', node: name, id: now.id };
  }
  return null;
}

function Scale({ object, replicas }: NonNullable<Description['scalable']>): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const scale = (to: number): void => runOn(store, { kind: 'scale', object, replicas: to });
  return (
    <div className={styles.scale} role="group" aria-label={t('inspector.scale')}>
      <span>{t('inspector.scale')}</span>
      <IconButton
        icon="remove"
        tone="plain"
        label={t('inspector.scaleDown')}
        isDisabled={replicas === 0}
        onPress={() => scale(replicas - 1)}
      />
      <b aria-live="polite">{replicas}</b>
      <IconButton icon="add" tone="plain" label={t('inspector.scaleUp')} onPress={() => scale(replicas + 1)} />
    </div>
  );
}

/** Deleting asks once: the second press does it. */
function Delete({ object }: { readonly object: string }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const [asked, setAsked] = useState(false);
  return (
    <Button
      tone="danger"
      onPress={() => {
        if (asked) runOn(store, { kind: 'delete', object });
        else setAsked(true);
      }}
      onBlur={() => setAsked(false)}
    >
      {asked ? t('inspector.deleteSure') : t('inspector.delete')}
    </Button>
  );
}
