import { expect, it } from 'vitest';
import type { ChangeItem } from '../../cluster/snapshot.ts';
import { changeTable } from './changes-model.ts';

const item = (op: ChangeItem['op'], what: string, text: string): ChangeItem => ({ op, what, text, ref: null });

it('puts actors down and nodes across, and counts what each did', () => {
  const kubelet = [item('added', 'container', 'pause'), item('added', 'container', 'nginx')];
  const proxy = [item('added', 'chain', 'KUBE-SVC-A'), item('added', 'rule', 'a'), item('removed', 'rule', 'b')];
  const api = [item('added', 'Service', 'Service default/web')];
  const table = changeTable({
    command: 'apply web.yaml',
    groups: [
      { actor: 'API server', node: null, items: api },
      { actor: 'controllers', node: null, items: [] },
      { actor: 'kubelet', node: 'class2', items: kubelet },
      { actor: 'kube-proxy', node: 'class', items: proxy },
      { actor: 'kube-proxy', node: 'class2', items: proxy },
    ],
  });
  const proxyCounts = [
    { op: 'added', what: 'chain', count: 1 },
    { op: 'added', what: 'rule', count: 1 },
    { op: 'removed', what: 'rule', count: 1 },
  ];
  expect(table).toEqual({
    control: [{ actor: 'API server', node: null, items: api, counts: [{ op: 'added', what: 'Service', count: 1 }] }],
    nodes: ['class', 'class2'],
    rows: [
      {
        actor: 'kubelet',
        cells: [
          null,
          { actor: 'kubelet', node: 'class2', items: kubelet, counts: [{ op: 'added', what: 'container', count: 2 }] },
        ],
      },
      {
        actor: 'kube-proxy',
        cells: [
          { actor: 'kube-proxy', node: 'class', items: proxy, counts: proxyCounts },
          { actor: 'kube-proxy', node: 'class2', items: proxy, counts: proxyCounts },
        ],
      },
    ],
  });
});
