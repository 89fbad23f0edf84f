/** What a Pod asks for that is not simulated, told as events where the user looks: `kubectl describe pod`. */
import type { PodSpec } from '../../api/types/pod.ts';
import { podEvents, type PodEvent } from './events.ts';
import { portMappings } from './port-mappings.ts';

export function notSimulated(spec: PodSpec, runtime: { readonly mapsPorts: boolean }): readonly PodEvent[] {
  const hooks = spec.containers
    .filter(({ lifecycle }) => lifecycle?.preStop !== undefined || lifecycle?.postStart !== undefined)
    .map(({ name }) => podEvents.notSimulated(`Lifecycle hooks of container ${name} are not run`));
  const [unmapped] = runtime.mapsPorts ? [] : portMappings(spec);
  if (unmapped === undefined) return hooks;
  return [
    ...hooks,
    podEvents.notSimulated(`hostPort ${unmapped.hostPort} is not mapped: no plugin of this network maps ports`),
  ];
}
