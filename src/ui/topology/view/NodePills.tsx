/** On a narrow screen one node fills the width; the others are pills at the edge. */
import type { ReactElement } from 'react';
import { Button } from 'react-aria-components/Button';
import { Icon } from '../../kit/Icon.tsx';
import type { Scene } from '../scene/scene-types.ts';
import styles from './Topology.module.css';

export interface NodePillsProps {
  readonly scene: Scene;
  readonly focus: string | null;
  readonly onFocus: (node: string) => void;
}

export function NodePills({ scene, focus, onFocus }: NodePillsProps): ReactElement {
  return (
    <div className={styles.pills}>
      {[...scene.nodeBoxes.keys()]
        .filter((node) => node !== focus)
        .map((node) => (
          <Button key={node} className={styles.pill ?? ''} onPress={() => onFocus(node)}>
            {node}
            <Icon name="chevronRight" size={14} />
          </Button>
        ))}
    </div>
  );
}
