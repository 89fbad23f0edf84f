/** The outline beside the map: out of sight until the keyboard reaches it or its button is pressed. */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components/Button';
import { Tree, TreeItem as AriaTreeItem, TreeItemContent } from 'react-aria-components/Tree';
import { Icon } from '../../kit/Icon.tsx';
import { openHookDiagram, select } from '../../store/actions.ts';
import { useApp, useAppStore } from '../../store/context.ts';
import { refKey } from '../scene/ref-key.ts';
import type { World } from '../scene/world.ts';
import { treeItems, type TreeItem } from './tree-items.ts';
import { useSceneWords } from './words.ts';
import styles from './Topology.module.css';

export function MapTree({ world, shown }: { readonly world: World; readonly shown: boolean }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const words = useSceneWords();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(['nodes']));
  const selection = useApp((state) => state.selection);
  const items = useMemo(
    () =>
      treeItems(world, words, { nodes: t('topology.nodes'), services: t('topology.services'), outside: t('topology.outside') }),
    [world, words, t],
  );
  const byId = useMemo(() => index(items, open), [items, open]);
  const chosen =
    selection === null ? null : [...byId.values()].find(({ ref }) => ref !== null && refKey(ref) === refKey(selection));
  return (
    <div className={`${styles.outline} ${shown ? styles.outlineShown : ''}`}>
      <Tree
        aria-label={t('topology.outline')}
        className={styles.tree ?? ''}
        selectionMode="single"
        selectionBehavior="replace"
        selectedKeys={chosen === undefined || chosen === null ? [] : [chosen.id]}
        onSelectionChange={(keys) => {
          const item = byId.get(keys === 'all' ? '' : String([...keys][0] ?? ''));
          if (item?.ref !== null && item?.ref !== undefined) select(store, item.ref);
        }}
        onAction={(key) => {
          const ref = byId.get(String(key))?.ref;
          if (ref?.kind === 'netns') openHookDiagram(store, { node: ref.node, netns: ref.netns });
        }}
        expandedKeys={[...open]}
        onExpandedChange={(keys) => setOpen(new Set([...keys].map(String)))}
      >
        {items.map((item) => (
          <Branch key={item.id} item={item} open={open} />
        ))}
      </Tree>
    </div>
  );
}

/** The items that are open to view, by id. */
function index(items: readonly TreeItem[], open: ReadonlySet<string>): ReadonlyMap<string, TreeItem> {
  const byId = new Map<string, TreeItem>();
  const visit = (item: TreeItem): void => {
    byId.set(item.id, item);
    if (open.has(item.id)) item.children().forEach(visit);
  };
  items.forEach(visit);
  return byId;
}

function Branch({ item, open }: { readonly item: TreeItem; readonly open: ReadonlySet<string> }): ReactElement {
  const children = item.children();
  return (
    <AriaTreeItem id={item.id} textValue={item.text} className={styles.branch ?? ''}>
      <TreeItemContent>
        {children.length === 0 ? (
          <span className={styles.twig} />
        ) : (
          <Button slot="chevron" className={styles.twig ?? ''}>
            <Icon name={open.has(item.id) ? 'chevronDown' : 'chevronRight'} size={12} />
          </Button>
        )}
        <span>{item.text}</span>
      </TreeItemContent>
      {children.map((child) =>
        open.has(item.id) ? (
          <Branch key={child.id} item={child} open={open} />
        ) : (
          <AriaTreeItem key={child.id} id={child.id} textValue={child.text}>
            <TreeItemContent>{child.text}</TreeItemContent>
          </AriaTreeItem>
        ),
      )}
    </AriaTreeItem>
  );
}
