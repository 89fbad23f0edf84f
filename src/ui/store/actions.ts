/**
 * What the user can do, as functions of the store. Components, shortcuts, the palette and drags all call these.
 * Cluster commands go through `runCommand`, which tells the user what happened and keeps a refused text's errors.
 */
import type { ClusterApi, CommandResult, ProbeResult } from '../../cluster/cluster-api.ts';
import type { Command, ProbeSpec } from '../../cluster/commands.ts';
import { madeByChain } from '../../cluster/made-by.ts';
import type { Ref, SourceRange } from '../../cluster/snapshot.ts';
import { DEFAULT_BITS_PER_SECOND, DEFAULT_SECONDS } from '../../cluster/throughput/limits.ts';
import { finishWithPauses } from '../../lib/steps.ts';
import { breather } from '../app/breather.ts';
import type {
  AppState,
  Breakpoint,
  DockTab,
  Dialog,
  Journey,
  Level,
  Mode,
  Playback,
  RailPanel,
  SheetStop,
  SheetTab,
  Toast,
  Zoom,
} from './state.ts';
import { inMode, replaceCluster, type AppStore } from './store.ts';
import { withEngine } from './with-engine.ts';

/** Selects a thing (null: nothing) and marks the manifest lines that made it. */
export function select(store: AppStore, selection: Ref | null): void {
  if (selection === null) store.setState({ selection, highlight: [] });
  else {
    store.setState({ selection, highlight: sourcesOf(store, selection) });
    reveal(store, 'inspector');
  }
}

/** Brings a panel into view where the present layout hides it: beside the rail in a journey, in the phone's sheet. */
function reveal(store: AppStore, panel: RailPanel): void {
  store.setState((state) => ({
    rail: state.mode === 'journey' ? panel : state.rail,
    sheetTab: panel,
    sheet: state.sheet === 'closed' ? 'half' : state.sheet,
  }));
}

function sourcesOf(store: AppStore, ref: Ref): readonly SourceRange[] {
  return madeByChain(store.getState().snapshot, ref).flatMap(({ source }) => (source === null ? [] : [source]));
}

/** What came of a command, to whoever gave it: at once, or when the engine is there. */
type OnResult = (result: CommandResult) => void;

/** Runs a command and keeps what it changed. Probes go through `send`. */
export function runCommand(store: AppStore, command: Command, onResult: OnResult = () => undefined): void {
  withEngine(store, (engine) => {
    const result = engine.run(command);
    if (result.ok) {
      const { selection } = store.getState();
      // What refused a text may be gone: its preview says whether it is.
      store.setState({
        snapshot: engine.snapshot(),
        log: [...engine.log],
        lastDiff: result.diff,
        preview: null,
        refusal: null,
      });
      if (selection !== null) store.setState({ highlight: sourcesOf(store, selection) });
    }
    onResult(result);
  });
}

/** Sends a packet and opens its journey. */
export function send(store: AppStore, probe: ProbeSpec, onResult: OnResult = () => undefined): void {
  withEngine(store, (engine) => onResult(sendNow(store, engine, probe)));
}

function sendNow(store: AppStore, engine: ClusterApi, probe: ProbeSpec): CommandResult {
  // Asked before the packet goes: what it leaves behind (affinity, conntrack) would narrow what it could have come to.
  const outcomes = engine.allOutcomes(probe);
  const result = engine.run({ kind: 'probe', probe });
  const snapshot = engine.snapshot();
  store.setState({ sendDraft: probe, snapshot, log: [...engine.log] });
  if (result.ok && result.probe !== null) {
    const state = store.getState();
    const { playback } = state;
    store.setState({
      ...inMode(state, 'journey'),
      journey: { result: result.probe, snapshot, outcomes, spread: null, throughput: null },
      openHook: null,
      dialog: null,
      // What was done before is no matter of the journey, whose map it would cover.
      toasts: state.toasts.filter(({ tone }) => tone !== 'done'),
      sheetTab: 'journey',
      playback: { ...playback, index: 0, playing: false, filter: firstFilter(result.probe) },
    });
  }
  return result;
}

/** A look-up is shown before the packet it was for. */
function firstFilter({ trace }: ProbeResult): Playback['filter'] {
  return trace.packets.some(({ role }) => role === 'dns') ? 'dns' : 'request';
}

/** Sends the journey's packet once more, into the cluster as it is now. */
export function sendAgain(store: AppStore): void {
  const { journey } = store.getState();
  if (journey === null) return;
  send(store, journey.result.spec, (result) => {
    if (result.ok) return;
    const detail = result.errors.map(({ message }) => message).join('\n');
    addToast(store, { tone: 'failed', title: { key: 'journey.past.refused', values: {} }, detail, action: null });
  });
}

/** Sends `count` fresh connections beside the journey shown, and keeps measured against expected. Only while the cluster is as it was. */
export function sendMany(store: AppStore, count: number): void {
  withEngine(store, (engine) => {
    const { journey } = store.getState();
    if (journey === null || isPast(store.getState())) return;
    store.setState({ journey: { ...journey, spread: engine.spread(journey.result.spec, count) } });
  });
}

/** Measures what gets through on the way of the journey shown, as iperf3 does. Only while the cluster is as it was. */
export function measureThroughput(store: AppStore): void {
  withEngine(store, () => {
    const { journey, cluster } = store.getState();
    if (journey === null || isPast(store.getState())) return;
    const { result } = journey;
    const keep = (throughput: Journey['throughput']): void => {
      const { journey: shown } = store.getState();
      if (shown?.result === result) store.setState({ journey: { ...shown, throughput } });
    };
    const asked = { probe: result.spec, seconds: DEFAULT_SECONDS, bitsPerSecond: DEFAULT_BITS_PER_SECOND };
    keep('measuring');
    cluster
      .occupy((engine) => finishWithPauses(engine.throughput(asked), breather()))
      .then(keep, (fault: unknown) => {
        keep(null);
        throw fault;
      });
  });
}

/** Whether the cluster has changed since the journey's packet was sent. */
export function isPast({ journey, snapshot }: Pick<AppState, 'journey' | 'snapshot'>): boolean {
  return journey !== null && journey.snapshot !== snapshot;
}

/** Goes back before the last command; what was drawn of it goes too. */
export function undo(store: AppStore): void {
  withEngine(store, (engine) => {
    if (engine.undo()) afterReplay(store, engine);
  });
}

export function redo(store: AppStore): void {
  withEngine(store, (engine) => {
    if (engine.redo()) afterReplay(store, engine);
  });
}

function afterReplay(store: AppStore, engine: ClusterApi): void {
  const { selection } = store.getState();
  store.setState({ snapshot: engine.snapshot(), log: [...engine.log], lastDiff: null, preview: null });
  store.setState({ highlight: selection === null ? [] : sourcesOf(store, selection) });
}

/** Opens a scenario in the place of the present one; a failure is told and changes nothing. */
export async function openScenario(store: AppStore, id: string): Promise<void> {
  try {
    replaceCluster(store, await store.source.open(id));
  } catch (error) {
    addToast(store, {
      tone: 'failed',
      title: { key: 'app.loadFailed', values: {} },
      detail: error instanceof Error ? error.message : String(error),
      action: null,
    });
  }
}

/** Opens the send form, filled in as far as known (a drag gives both ends). */
export function openSend(store: AppStore, draft?: ProbeSpec): void {
  store.setState({ dialog: 'send', ...(draft === undefined ? {} : { sendDraft: draft }) });
}

export function setPlayback(store: AppStore, change: Partial<Playback>): void {
  store.setState((state) => ({ playback: { ...state.playback, ...change } }));
}

export function toggleBreakpoint(store: AppStore, breakpoint: Breakpoint): void {
  const { breakpoints } = store.getState().playback;
  const same = (other: Breakpoint): boolean => breakpointId(other) === breakpointId(breakpoint);
  setPlayback(store, {
    breakpoints: breakpoints.some(same) ? breakpoints.filter((other) => !same(other)) : [...breakpoints, breakpoint],
  });
}

/** A breakpoint as text: its identity, and what a list of breakpoints shows. */
export function breakpointId(breakpoint: Breakpoint): string {
  const place = breakpoint.node === '' ? '*' : breakpoint.node;
  switch (breakpoint.kind) {
    case 'hook':
      return `${place} ${breakpoint.hook}`;
    case 'device':
      return `${place} ${breakpoint.netns} ${breakpoint.name}`;
    case 'rule':
      return `${place} ${breakpoint.table} ${breakpoint.chain} ${breakpoint.number}`;
    case 'chain':
      return `${place} ${breakpoint.pattern}`;
  }
}

export function setMode(store: AppStore, mode: Mode): void {
  if (mode === 'journey' && store.getState().journey === null) openSend(store);
  else store.setState((state) => inMode(state, mode));
}

export function setZoom(store: AppStore, zoom: Zoom): void {
  store.setState({ zoom });
}

export function setLevel(store: AppStore, level: Level): void {
  store.setState({ level });
}

export function openHookDiagram(store: AppStore, place: { readonly node: string; readonly netns: string } | null): void {
  store.setState({ openHook: place });
}

export function openDialog(store: AppStore, dialog: Dialog | null): void {
  store.setState({ dialog });
}

export function showDockTab(store: AppStore, tab: DockTab | 'changes'): void {
  if (tab !== 'changes') store.setState({ dockTab: tab });
  reveal(store, tab);
}

export function showRail(store: AppStore, rail: RailPanel | null): void {
  store.setState(rail !== null && isDockTab(rail) ? { rail, dockTab: rail } : { rail });
}

export function showSheetTab(store: AppStore, sheetTab: SheetTab): void {
  store.setState(isDockTab(sheetTab) ? { sheetTab, dockTab: sheetTab } : { sheetTab });
}

export function isDockTab(tab: SheetTab): tab is DockTab {
  return tab === 'chains' || tab === 'conntrack' || tab === 'events';
}

export function setSheet(store: AppStore, sheet: SheetStop): void {
  store.setState({ sheet });
}

/** Opens a manifest at a range: where an error is, or the line that made a thing. */
export function showSource(store: AppStore, range: SourceRange): void {
  store.setState((state) => ({
    activeFile: state.files.some((file) => file.name === range.file) ? range.file : state.activeFile,
    editorTarget: { range, nonce: (state.editorTarget?.nonce ?? 0) + 1 },
  }));
  reveal(store, 'manifests');
}

/** Shows a chain (and a rule of it) in the dock's chain table. */
export function showChain(store: AppStore, at: { node: string; table: string; chain: string; rule: number | null }): void {
  const { node, table, chain, rule } = at;
  if (table !== 'raw' && table !== 'mangle' && table !== 'nat' && table !== 'filter') return;
  store.setState({ chains: { node, table, chain, rule } });
  showDockTab(store, 'chains');
}

export function addToast(store: AppStore, toast: Omit<Toast, 'id'>): void {
  store.setState((state) => {
    const id = 1 + Math.max(0, ...state.toasts.map((each) => each.id));
    // What was done since is what is told of being done.
    const kept = toast.tone === 'done' ? state.toasts.filter((each) => each.tone !== 'done') : state.toasts;
    return { toasts: [...kept.slice(-3), { ...toast, id }] };
  });
}

export function closeToast(store: AppStore, id: number): void {
  store.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}
