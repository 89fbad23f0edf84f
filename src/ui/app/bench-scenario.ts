/**
 * `#bench=2000`: a generated cluster of that many Pods, 50 a node, in the place of the shipped scenarios. The bench measures the
 * page with it; anyone may.
 */
import { createCluster } from '../../cluster/cluster.ts';
import { generatedScenario } from '../../cluster/generated-scenario.ts';
import { PageCluster } from '../store/page-cluster.ts';
import { startFiles } from '../store/files.ts';
import type { ScenarioSource } from '../store/store.ts';

const PODS_A_NODE = 50;
const SERVICES = 20;

export function benchSource(pods: number): ScenarioSource {
  const spec = generatedScenario({ nodes: Math.max(2, Math.ceil(pods / PODS_A_NODE)), pods, services: SERVICES });
  const entry = { id: spec.id, title: { en: spec.title, 'zh-CN': spec.title } };
  return {
    list: [entry],
    open: () => {
      const cluster = createCluster(spec);
      const files = startFiles(spec.manifests, []);
      return Promise.resolve({ entry, cluster: new PageCluster(cluster), snapshot: cluster.snapshot(), files });
    },
  };
}
