/**
 * A list of two plugins (CNI spec, section 3 "Execution of Network Configurations"): the second is given what the first made, and a
 * list is undone from its end.
 */
import type { Result } from '../../lib/result.ts';
import type { PluginFailure } from '../runtime/words.ts';
import type { CniContext, CniPlugin, CniResult } from './plugin.ts';

/** A plugin that connects nothing itself and changes what is connected. */
export interface MetaPlugin {
  cmdAdd(context: CniContext, previous: CniResult): Result<CniResult, PluginFailure>;
  cmdDel(context: CniContext): void;
  /** Absent: it checks nothing of its own. */
  cmdCheck?(context: CniContext): Result<void, PluginFailure>;
  /** Gives Pods ports of the machine. */
  readonly mapsPorts?: true;
}

export function chained(plugin: CniPlugin, meta: MetaPlugin): CniPlugin {
  return {
    ...(plugin.mapsPorts === true || meta.mapsPorts === true ? { mapsPorts: true } : {}),
    get networkName() {
      return plugin.networkName;
    },
    get ready() {
      return plugin.ready;
    },
    get daemonProblem() {
      return plugin.daemonProblem ?? null;
    },
    setupNode: () => {
      plugin.setupNode();
    },
    teardownNode: () => {
      plugin.teardownNode();
    },
    onReadyChange: (listener) => {
      plugin.onReadyChange(listener);
    },
    cmdAdd: (context) => {
      const added = plugin.cmdAdd(context);
      return added.ok ? meta.cmdAdd(context, added.value) : added;
    },
    cmdDel: (context) => {
      meta.cmdDel(context);
      return plugin.cmdDel(context);
    },
    cmdCheck: (context) => {
      const checked = plugin.cmdCheck(context);
      return checked.ok && meta.cmdCheck !== undefined ? meta.cmdCheck(context) : checked;
    },
  };
}
