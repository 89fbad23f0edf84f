import { expect, it } from 'vitest';
import type { Command } from '../../cluster/commands.ts';
import { runCommand } from './actions.ts';
import { restoreSession } from './persistence.ts';
import { storeOf } from './scenario.fixture.ts';
import type { AppStore } from './store.ts';

const SCALE: Command = {
  kind: 'apply',
  file: 'web.yaml',
  text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: nginx, image: nginx}]}\n',
};
const DROP: Command = { kind: 'iptables', node: 'class', args: '-A INPUT -s 10.244.0.9 -j DROP' };
const REFUSED: Command = { kind: 'iptables', node: 'nowhere', args: '-L' };

const files = [{ name: 'web.yaml', text: 'half typed', startText: null }];
const savedWith = (commands: readonly Command[]): Parameters<typeof restoreSession>[1] => ({
  version: 1,
  scenario: 'lab-report',
  files,
  activeFile: 'web.yaml',
  commands,
});

/** What two equal worlds agree in. */
function worldOf(store: AppStore): unknown {
  const { snapshot, log } = store.getState();
  return { nodes: snapshot.nodes, objects: snapshot.objects, now: snapshot.now, log };
}

it('a session comes back as the same world, with the files as typed', () => {
  const before = storeOf('lab-report');
  for (const command of [SCALE, DROP]) runCommand(before, command, (result) => expect(result.ok).toBe(true));
  const after = storeOf('lab-report');
  const commands = before.getState().log.map(({ command }) => command);
  expect(restoreSession(after, savedWith(commands))).toBe(2);
  expect(worldOf(after)).toEqual(worldOf(before));
  expect([after.getState().files, after.getState().activeFile]).toEqual([files, 'web.yaml']);
});

it('replay ends at the first command that is refused', () => {
  const store = storeOf('lab-report');
  expect(restoreSession(store, savedWith([DROP, REFUSED, SCALE]))).toBe(1);
  expect(store.getState().log.map(({ command }) => command)).toEqual([DROP]);
});
