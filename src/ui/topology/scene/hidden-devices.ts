/** Devices that a zoom has no room for: a chip that counts them, names them to a screen reader, and is where their packets are. */
import type { LinkView } from '../../store/views.ts';
import { centre } from './box.geom.ts';
import { linkId, type SceneBuilder } from './scene-builder.ts';
import type { Box } from './scene-types.ts';
import { rect, text } from './shapes.ts';

export const HIDDEN_CHIP_W = 23;

/** Stands at `box` for `links` of the root namespace of `node`; their packets come to it from the place `from`. */
export function addHiddenDevices(scene: SceneBuilder, node: string, links: readonly LinkView[], box: Box, from: string): void {
  const start = scene.anchorOf(from);
  if (links.length === 0 || start === undefined) return;
  const names = links.map((link) => link.name).join(', ');
  const at = centre(box);
  scene.add(
    {
      id: `hidden/${node}`,
      kind: 'device',
      parent: `netns/${node}`,
      box,
      shapes: [rect(box, 4, 'g-dev'), text(at.x, at.y + 4, `+${links.length}`, 's11 i2', 'middle')],
      ref: { kind: 'netns', node, netns: 'root' },
      label: scene.input.words.aria.device(scene.input.words.hiddenDevices(names), 'root'),
    },
    'addressed',
  );
  for (const link of links) {
    const id = linkId(node, 'root', link.name);
    scene.anchor(id, at, box);
    scene.link(from, id, [start.at, { x: start.at.x, y: at.y }, at], 'flow');
  }
}
