/**
 * The vanilla store around a cluster. React reads it through context (`context.ts`); whatever changes it is in `actions.ts`.
 * Settings (theme, language, view) are kept by zustand's persist; work (files and log) is kept by `persistence.ts`.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { persist, type PersistStorage } from 'zustand/middleware';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { PageCluster } from './page-cluster.ts';
import type { AppState, Lang, Level, ManifestFile, Mode, ScenarioEntry, Theme, Zoom } from './state.ts';

/** What persist keeps of the state. */
export type Settings = Pick<AppState, 'theme' | 'lang' | 'zoom' | 'otherZoom' | 'level' | 'letterKeys'>;

export interface OpenedScenario {
  readonly entry: ScenarioEntry;
  readonly cluster: PageCluster;
  /** Where the cluster is opened, its own; until then what it will be. */
  readonly snapshot: ClusterSnapshot;
  /** The scenario's manifests, already applied. */
  readonly files: readonly ManifestFile[];
}

/** Where clusters come from: given by the page's entry, so that the store knows no scenario by name. */
export interface ScenarioSource {
  readonly list: readonly ScenarioEntry[];
  open(id: string): Promise<OpenedScenario>;
}

export interface AppStore extends StoreApi<AppState> {
  readonly source: ScenarioSource;
}

export interface StoreOptions {
  readonly opened: OpenedScenario;
  readonly source: ScenarioSource;
  /** Undefined: settings are not kept (tests). */
  readonly storage?: PersistStorage<Settings>;
  readonly theme?: Theme;
  readonly lang?: Lang;
}

const START_ZOOM: Zoom = 'node';
/** A journey is about kernels. */
const START_JOURNEY_ZOOM: Zoom = 'kernel';
const START_LEVEL: Level = 'ethernet';

/** What belongs to the opened scenario and goes with it. */
type OpenedState = Pick<
  AppState,
  | 'cluster'
  | 'waiting'
  | 'scenario'
  | 'snapshot'
  | 'log'
  | 'lastDiff'
  | 'mode'
  | 'selection'
  | 'highlight'
  | 'journey'
  | 'openHook'
  | 'files'
  | 'activeFile'
  | 'preview'
  | 'refusal'
  | 'editorTarget'
  | 'sendDraft'
  | 'dialog'
>;

function openedState({ entry, cluster, snapshot, files }: OpenedScenario): OpenedState {
  return {
    cluster,
    waiting: 0,
    scenario: entry,
    snapshot,
    log: [],
    lastDiff: null,
    mode: 'explore',
    selection: null,
    highlight: [],
    journey: null,
    openHook: null,
    files,
    activeFile: files[0]?.name ?? '',
    preview: null,
    refusal: null,
    editorTarget: null,
    sendDraft: null,
    dialog: null,
  };
}

function initialState({ opened, source, theme = 'light', lang = 'en' }: StoreOptions): AppState {
  return {
    ...openedState(opened),
    scenarios: source.list,
    zoom: START_ZOOM,
    otherZoom: START_JOURNEY_ZOOM,
    level: START_LEVEL,
    playback: { index: 0, playing: false, speed: 1, by: 'rule', filter: 'request', loop: false, breakpoints: [] },
    dockTab: 'chains',
    chains: { node: null, table: 'nat', chain: null, rule: null },
    sheet: 'half',
    sheetTab: 'manifests',
    rail: null,
    toasts: [],
    theme,
    lang,
    letterKeys: true,
  };
}

/** The store, following the cluster's snapshots, once it is opened, until another scenario is. */
export function createAppStore(options: StoreOptions): AppStore {
  const create = () => initialState(options);
  const store =
    options.storage === undefined
      ? createStore<AppState>()(create)
      : createStore<AppState>()(
          persist(create, {
            name: 'kubehop.settings',
            version: 1,
            storage: options.storage,
            partialize: settingsOf,
          }),
        );
  const app = Object.assign(store, { source: options.source });
  follow(app);
  return app;
}

/** What changes with the mode: each has a zoom of its own. */
export function inMode({ mode, zoom, otherZoom }: AppState, next: Mode): Pick<AppState, 'mode' | 'zoom' | 'otherZoom'> {
  return next === mode ? { mode, zoom, otherZoom } : { mode: next, zoom: otherZoom, otherZoom: zoom };
}

/** A page opens exploring, so the zooms are kept as they are there. */
function settingsOf(state: AppState): Settings {
  const { theme, lang, level, letterKeys } = state;
  const { zoom, otherZoom } = inMode(state, 'explore');
  return { theme, lang, zoom, otherZoom, level, letterKeys };
}

/** Puts a freshly opened scenario in the place of the present one. */
export function replaceCluster(store: AppStore, opened: OpenedScenario): void {
  store.setState((state) => ({ ...openedState(opened), ...inMode(state, 'explore') }));
}

function follow(store: StoreApi<AppState>): void {
  let cluster: PageCluster | null = null;
  let stop = (): void => undefined;
  const listen = (engine: ClusterApi): void => {
    stop = engine.subscribe((snapshot) => store.setState({ snapshot, log: [...engine.log] }));
  };
  const attach = (next: PageCluster): void => {
    if (next === cluster) return;
    stop();
    stop = () => undefined;
    cluster = next;
    if (next.engine !== null) listen(next.engine);
    else
      void next.opened.then(
        (engine) => {
          if (next !== cluster) return;
          // Equal to the picture, but the engine's own: what it shares with the snapshots to come is what does not change.
          store.setState({ snapshot: engine.snapshot(), log: [...engine.log] });
          listen(engine);
        },
        () => undefined,
      );
  };
  attach(store.getState().cluster);
  store.subscribe((state) => attach(state.cluster));
}
