/**
 * `#bench=2000`: a generated cluster of that many Pods, 50 a node, in the place of the shipped scenarios. The bench measures the
 * page with it; anyone may.
 */
import { createCluster } from '../../cluster/cluster.ts';
import { generatedScenario } from '../../cluster/generated-scenario.ts';
import type { ScenarioSource } from '../store/store.ts';

const PODS_A_NODE = 50;
const SERVICES = 20;

/** Null when the address asks for no such cluster. */
export function benchSource(hash: string): ScenarioSource | null {
  const pods = Number(/^#bench=(\d{1,5})$/.exec(hash)?.[1]);
  if (Number.isNaN(pods)) return null;
  const spec = generatedScenario({ nodes: Math.max(2, Math.ceil(pods / PODS_A_NODE)), pods, services: SERVICES });
  const entry = { id: spec.id, title: { en: spec.title, 'zh-CN': spec.title } };
  const files = spec.manifests.map(({ file, text }) => ({ name: file, text, startText: text }));
  return { list: [entry], open: () => Promise.resolve({ entry, cluster: createCluster(spec), files }) };
}
