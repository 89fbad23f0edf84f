/**
 * Everything the interface remembers, as one readonly value. The engine's part is `cluster` and what was read from it
 * (`snapshot`, `log`, `lastDiff`, `journey`); the rest is where the user looks.
 */
import type { ManifestError } from '../../api/manifest-error.ts';
import type { AllOutcomes, ApplyPreview, LogEntry, ProbeResult, Spread } from '../../cluster/cluster-api.ts';
import type { ProbeSpec } from '../../cluster/commands.ts';
import type { ClusterSnapshot, Ref, SourceRange, WorldDiff } from '../../cluster/snapshot.ts';
import type { Label } from '../i18n/label.ts';
import type { Throughput } from '../../cluster/throughput/throughput.ts';
import type { PageCluster } from './page-cluster.ts';
import type { HookName } from './views.ts';

export type Mode = 'explore' | 'journey';
export type Zoom = 'cluster' | 'node' | 'kernel';
export type Level = 'kubernetes' | 'ip' | 'ethernet' | 'netfilter';
export type Theme = 'light' | 'dark' | 'projector';
export type Lang = 'en' | 'zh-CN';
export type DockTab = 'chains' | 'conntrack' | 'events';

/** Where a journey stops while it plays. Empty `node` means any node. */
export type Breakpoint =
  | { readonly kind: 'hook'; readonly node: string; readonly hook: HookName }
  | { readonly kind: 'device'; readonly node: string; readonly netns: string; readonly name: string }
  | { readonly kind: 'rule'; readonly node: string; readonly table: string; readonly chain: string; readonly number: number }
  /** A chain name, or a pattern with `*`: `KUBE-SEP-*`. */
  | { readonly kind: 'chain'; readonly node: string; readonly pattern: string };

/** A manifest as the user typed it. */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
  /** What the scenario had applied under this name before the log began; null when it had not. */
  readonly startText: string | null;
}

/** A packet that was sent, with the cluster as it was then: what is said of it must not change with later commands. */
export interface Journey {
  readonly result: ProbeResult;
  /** Right after the probe: the rules that were loaded, and counters that include it. */
  readonly snapshot: ClusterSnapshot;
  readonly outcomes: AllOutcomes | null;
  readonly spread: Spread | null;
  /** What iperf3 measured on the packet's way; null until it was asked for. */
  readonly throughput: Throughput | 'measuring' | null;
}

export interface Playback {
  readonly index: number;
  readonly playing: boolean;
  readonly speed: 0.5 | 1 | 2 | 4;
  readonly by: 'hop' | 'hook' | 'rule';
  readonly filter: 'dns' | 'request' | 'reply' | 'arp' | 'all';
  readonly loop: boolean;
  readonly breakpoints: readonly Breakpoint[];
}

/** What Apply would do with the active file; `text` is the version it was asked about. */
export interface Preview {
  readonly file: string;
  readonly text: string;
  readonly result: ApplyPreview;
}

/** A command the cluster refused, kept until the file changes. */
export interface Refusal {
  readonly file: string;
  readonly text: string;
  readonly errors: readonly ManifestError[];
}

/** A sentence of the catalogue with its values, or words that a tool or the cluster said. */
export type Message = string | { readonly key: Label; readonly values: Readonly<Record<string, string | number>> };

export interface Toast {
  readonly id: number;
  readonly tone: 'done' | 'warning' | 'failed';
  readonly title: Message;
  readonly detail: Message;
  readonly action: 'whatChanged' | null;
}

/** The chain table shown in the dock; null fields mean the first there is. */
export interface ChainsView {
  readonly node: string | null;
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly chain: string | null;
  /** 1-based number of a rule to point out. */
  readonly rule: number | null;
}

/** A scenario that can be opened. */
export interface ScenarioEntry {
  readonly id: string;
  readonly title: Readonly<Record<Lang, string>>;
}

/** A place in a file the editor should show; `nonce` tells two equal requests apart. */
export interface EditorTarget {
  readonly range: SourceRange;
  readonly nonce: number;
}

/** The dialogs there are; one at a time. */
export type Dialog = 'send' | 'palette' | 'keys' | 'faults';

/** What the column beside the rail shows in a journey; null: only the rail. */
export type RailPanel = 'manifests' | 'inspector' | 'changes' | DockTab;

/** What the phone's sheet shows. */
export type SheetTab = 'journey' | 'stage' | RailPanel;

/** Under 900 px the dock and the inspector share a sheet with three stops. */
export type SheetStop = 'closed' | 'half' | 'full';

export interface AppState {
  readonly cluster: PageCluster;
  /** Commands that wait for the engine to have opened the cluster. */
  readonly waiting: number;
  readonly scenario: ScenarioEntry;
  readonly scenarios: readonly ScenarioEntry[];
  readonly snapshot: ClusterSnapshot;
  readonly log: readonly LogEntry[];
  readonly lastDiff: WorldDiff | null;

  readonly mode: Mode;
  readonly zoom: Zoom;
  /** The zoom of the mode that is not shown; it comes back with it. */
  readonly otherZoom: Zoom;
  readonly level: Level;
  readonly selection: Ref | null;
  /** The manifest lines that made the selection. */
  readonly highlight: readonly SourceRange[];
  readonly journey: Journey | null;
  readonly playback: Playback;
  readonly openHook: { readonly node: string; readonly netns: string } | null;

  readonly files: readonly ManifestFile[];
  readonly activeFile: string;
  readonly preview: Preview | null;
  readonly refusal: Refusal | null;
  readonly editorTarget: EditorTarget | null;

  readonly dockTab: DockTab;
  readonly chains: ChainsView;
  readonly dialog: Dialog | null;
  /** What the send form starts with; kept between openings. */
  readonly sendDraft: ProbeSpec | null;
  readonly sheet: SheetStop;
  readonly sheetTab: SheetTab;
  readonly rail: RailPanel | null;
  readonly toasts: readonly Toast[];

  readonly theme: Theme;
  readonly lang: Lang;
  /** Single-letter keys can be switched off (WCAG 2.1.4). */
  readonly letterKeys: boolean;
}
