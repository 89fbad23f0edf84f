/** The commands of the frame: manifests, session, view, settings. The map's and the journey's stand in their folders. */
import { NS_PER_S } from '../store/instant.ts';
import { addFile, applyFile, canApply, deleteFromCluster, downloadFile } from '../manifests/file-actions.ts';
import { exportScript } from '../manifests/export-script.ts';
import { hideFault, repairAll } from '../faults/fault-actions.ts';
import { activeFaults } from '../faults/faults-at.ts';
import { openDialog, openSend, redo, runCommand, setLevel, setMode, setZoom, showDockTab, undo } from '../store/actions.ts';
import type { AppState, DockTab, Lang, Level, Theme, Zoom } from '../store/state.ts';
import type { AppStore } from '../store/store.ts';
import type { Label } from '../i18n/label.ts';
import type { AppCommand, CommandScope } from './command.ts';

interface Definition {
  readonly id: string;
  readonly label: Label;
  readonly key?: string;
  readonly scope?: CommandScope;
  readonly enabled?: (state: AppState) => boolean;
  readonly run: (store: AppStore) => void;
}

function command({ id, label, key, scope = 'global', enabled = () => true, run }: Definition): AppCommand {
  return { id, label, key: key ?? null, scope, enabled, run };
}

const MANIFESTS: readonly AppCommand[] = [
  command({ id: 'apply', label: 'commands.apply', key: 'mod+Enter', enabled: canApply, run: applyFile }),
  command({ id: 'delete-manifest', label: 'commands.deleteManifest', enabled: canApply, run: deleteFromCluster }),
  command({ id: 'new-file', label: 'commands.newFile', run: (store) => addFile(store, '') }),
  command({ id: 'download', label: 'commands.download', enabled: (state) => state.files.length > 0, run: downloadFile }),
];

const SESSION: readonly AppCommand[] = [
  command({
    id: 'undo',
    label: 'commands.undo',
    key: 'mod+z',
    enabled: (state) => state.cluster.engine?.canUndo() === true,
    run: undo,
  }),
  command({
    id: 'redo',
    label: 'commands.redo',
    key: 'mod+shift+z',
    enabled: (state) => state.cluster.engine?.canRedo() === true,
    run: redo,
  }),
  command({
    id: 'advance-1',
    label: 'commands.advance1',
    run: (store) => runCommand(store, { kind: 'advance', ns: NS_PER_S }),
  }),
  command({
    id: 'advance-60',
    label: 'commands.advance60',
    run: (store) => runCommand(store, { kind: 'advance', ns: 60 * NS_PER_S }),
  }),
  command({
    id: 'zero',
    label: 'commands.zeroCounters',
    run: (store) => runCommand(store, { kind: 'zero-counters', node: null }),
  }),
  command({
    id: 'flush',
    label: 'commands.flushConntrack',
    run: (store) => runCommand(store, { kind: 'flush-conntrack', node: null }),
  }),
  command({ id: 'export-script', label: 'commands.exportScript', run: (store) => void exportScript(store) }),
];

const FAULTS: readonly AppCommand[] = [
  command({ id: 'faults', label: 'commands.faults', run: (store) => openDialog(store, 'faults') }),
  command({ id: 'hide-fault', label: 'commands.hideFault', run: hideFault }),
  command({
    id: 'repair-all',
    label: 'commands.repairAll',
    enabled: ({ snapshot }) => activeFaults(snapshot).some(({ fault }) => fault !== null),
    run: repairAll,
  }),
];

const ZOOMS: readonly { readonly zoom: Zoom; readonly key: string; readonly label: Label }[] = [
  { zoom: 'cluster', key: '1', label: 'commands.zoomCluster' },
  { zoom: 'node', key: '2', label: 'commands.zoomNode' },
  { zoom: 'kernel', key: '3', label: 'commands.zoomKernel' },
];

const LEVELS: readonly { readonly level: Level; readonly label: Label }[] = [
  { level: 'kubernetes', label: 'commands.levelKubernetes' },
  { level: 'ip', label: 'commands.levelIp' },
  { level: 'ethernet', label: 'commands.levelEthernet' },
  { level: 'netfilter', label: 'commands.levelNetfilter' },
];

const TABS: readonly { readonly tab: DockTab | 'changes'; readonly label: Label }[] = [
  { tab: 'changes', label: 'commands.showChanges' },
  { tab: 'chains', label: 'commands.showChains' },
  { tab: 'conntrack', label: 'commands.showConntrack' },
  { tab: 'events', label: 'commands.showEvents' },
];

const VIEW: readonly AppCommand[] = [
  command({ id: 'palette', label: 'commands.palette', key: 'mod+k', run: (store) => openDialog(store, 'palette') }),
  command({ id: 'keys', label: 'commands.keys', key: '?', run: (store) => openDialog(store, 'keys') }),
  command({ id: 'send', label: 'commands.send', key: 's', scope: 'stage', run: (store) => openSend(store) }),
  command({
    id: 'explore',
    label: 'commands.explore',
    enabled: (state) => state.mode !== 'explore',
    run: (store) => setMode(store, 'explore'),
  }),
  command({
    id: 'journey',
    label: 'commands.journey',
    enabled: (state) => state.mode !== 'journey' && state.journey !== null,
    run: (store) => setMode(store, 'journey'),
  }),
  ...ZOOMS.map(({ zoom, key, label }) =>
    command({ id: `zoom-${zoom}`, label, key, scope: 'stage', run: (store) => setZoom(store, zoom) }),
  ),
  ...LEVELS.map(({ level, label }) => command({ id: `level-${level}`, label, run: (store) => setLevel(store, level) })),
  ...TABS.map(({ tab, label }) => command({ id: `show-${tab}`, label, run: (store) => showDockTab(store, tab) })),
];

const THEMES: readonly { readonly theme: Theme; readonly label: Label }[] = [
  { theme: 'light', label: 'commands.themeLight' },
  { theme: 'dark', label: 'commands.themeDark' },
  { theme: 'projector', label: 'commands.themeProjector' },
];

const LANGUAGES: readonly { readonly lang: Lang; readonly label: Label }[] = [
  { lang: 'en', label: 'commands.english' },
  { lang: 'zh-CN', label: 'commands.chinese' },
];

const SETTINGS: readonly AppCommand[] = [
  ...THEMES.map(({ theme, label }) =>
    command({
      id: `theme-${theme}`,
      label,
      enabled: (state) => state.theme !== theme,
      run: (store) => store.setState({ theme }),
    }),
  ),
  ...LANGUAGES.map(({ lang, label }) =>
    command({ id: `lang-${lang}`, label, enabled: (state) => state.lang !== lang, run: (store) => store.setState({ lang }) }),
  ),
];

export const coreCommands: readonly AppCommand[] = [...MANIFESTS, ...SESSION, ...FAULTS, ...VIEW, ...SETTINGS];
