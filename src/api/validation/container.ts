/**
 * Containers of a Pod (pkg/apis/core/validation/validation.go validateContainers, validateContainerPorts, validateProbe,
 * ValidateContainerResourceRequirements).
 */
import { duplicate, forbidden, invalid, notFound, notSupported, required, type FieldError } from '../field-error.ts';
import type { Draft } from '../json.ts';
import { parseQuantity } from '../quantity.ts';
import type { Container, ContainerPort, Probe } from '../types/container.ts';
import { duplicateName, duplicates, invalids, nonNegative } from './meta.ts';
import { isDns1123Label, isEnvVarName, isQualifiedName, isValidIp, isValidPortName, isValidPortNum } from './names.ts';
import { PROTOCOLS, validateTargetPort } from './service.ts';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const STANDARD_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];

export interface ContainerRules {
  /** Names of the Pod's volumes. */
  readonly volumes: ReadonlySet<string>;
  readonly hostNetwork: boolean;
  readonly init: boolean;
}

export function validateContainer(container: Draft<Container>, field: string, rules: ContainerRules): readonly FieldError[] {
  const name = container.name ?? '';
  const image = container.image ?? '';
  return [
    ...(name === '' ? [required(`${field}.name`)] : invalids(`${field}.name`, name, isDns1123Label(name))),
    ...(image === ''
      ? [required(`${field}.image`)]
      : image.trim() === image
        ? []
        : [invalid(`${field}.image`, image, 'must not have leading or trailing whitespace')]),
    ...(PULL_POLICIES.includes(container.imagePullPolicy ?? 'Always')
      ? []
      : [notSupported(`${field}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES)]),
    ...validatePorts(container.ports ?? [], `${field}.ports`, rules),
    ...(container.env ?? []).flatMap((env, i) => envErrors(`${field}.env[${i}].name`, env.name ?? '')),
    ...validateMounts(container, field, rules.volumes),
    ...validateResources(container, `${field}.resources`),
    ...validateProbes(container, field, rules),
  ];
}

function envErrors(field: string, name: string): readonly FieldError[] {
  return name === '' ? [required(field)] : invalids(field, name, isEnvVarName(name));
}

function validatePorts(
  ports: readonly Draft<ContainerPort>[],
  field: string,
  { hostNetwork }: ContainerRules,
): readonly FieldError[] {
  return [
    ...ports.flatMap((port, i) => validatePort(port, `${field}[${i}]`, hostNetwork)),
    ...duplicates(ports, (port) => port.name ?? null, duplicateName(field)),
  ];
}

function validatePort(port: Draft<ContainerPort>, field: string, hostNetwork: boolean): readonly FieldError[] {
  const number = port.containerPort ?? 0;
  const hostPort = port.hostPort ?? 0;
  return [
    ...(port.name === undefined ? [] : invalids(`${field}.name`, port.name, isValidPortName(port.name))),
    ...(number === 0
      ? [required(`${field}.containerPort`)]
      : invalids(`${field}.containerPort`, number, isValidPortNum(number))),
    ...(hostPort === 0 ? [] : invalids(`${field}.hostPort`, hostPort, isValidPortNum(hostPort))),
    ...(hostNetwork && hostPort !== number
      ? [invalid(`${field}.containerPort`, number, 'must match `hostPort` when `hostNetwork` is true')]
      : []),
    ...(PROTOCOLS.includes(port.protocol ?? 'TCP') ? [] : [notSupported(`${field}.protocol`, port.protocol, PROTOCOLS)]),
    ...(port.hostIP === undefined || port.hostIP === ''
      ? []
      : invalids(`${field}.hostIP`, port.hostIP, isValidIp(port.hostIP))),
  ];
}

/** Two containers may not ask for the same port of the node. */
export function hostPortConflicts(containers: readonly Draft<Container>[], field: string): readonly FieldError[] {
  const all = containers.flatMap((container, i) =>
    (container.ports ?? []).map((port, j) => ({ port, at: `${field}[${i}].ports[${j}].hostPort` })),
  );
  const keyOf = ({ port }: { readonly port: Draft<ContainerPort> }): string | null =>
    (port.hostPort ?? 0) === 0 ? null : `${port.protocol ?? 'TCP'}/${port.hostIP ?? ''}/${port.hostPort ?? 0}`;
  return duplicates(all, keyOf, (item) => duplicate(item.at, keyOf(item)));
}

function validateMounts(container: Draft<Container>, field: string, volumes: ReadonlySet<string>): readonly FieldError[] {
  const mounts = container.volumeMounts ?? [];
  return [
    ...mounts.flatMap(({ name = '', mountPath = '' }, i) => {
      const path = `${field}.volumeMounts[${i}]`;
      const missing = name === '' ? [required(`${path}.name`)] : volumes.has(name) ? [] : [notFound(`${path}.name`, name)];
      return mountPath === '' ? [...missing, required(`${path}.mountPath`)] : missing;
    }),
    ...duplicates(
      mounts,
      (mount) => mount.mountPath ?? null,
      (mount, i) => invalid(`${field}.volumeMounts[${i}].mountPath`, mount.mountPath, 'must be unique'),
    ),
  ];
}

function validateResources(container: Draft<Container>, field: string): readonly FieldError[] {
  const limits = container.resources?.limits ?? {};
  const requests = container.resources?.requests ?? {};
  const above = Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    if (limit === undefined || (parseQuantity(request ?? '') ?? 0) <= (parseQuantity(limit) ?? 0)) return [];
    return [
      {
        ...invalid(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`),
        at: `${field}.requests[${name}]`,
      },
    ];
  });
  return [...amountErrors(limits, `${field}.limits`), ...amountErrors(requests, `${field}.requests`), ...above];
}

function amountErrors(list: Readonly<Record<string, string | undefined>>, field: string): readonly FieldError[] {
  return Object.entries(list).flatMap(([name, amount]) => {
    const path = `${field}[${name}]`;
    const known = STANDARD_RESOURCES.includes(name) || name.startsWith('hugepages-') || name.includes('/');
    return [
      ...invalids(path, name, isQualifiedName(name)),
      ...(known ? [] : [invalid(path, name, 'must be a standard resource for containers')]),
      ...((parseQuantity(amount ?? '') ?? 0) < 0 ? [invalid(path, amount, 'must be greater than or equal to 0')] : []),
    ];
  });
}

function validateProbes(container: Draft<Container>, field: string, { init }: ContainerRules): readonly FieldError[] {
  const probes = [
    { probe: container.livenessProbe, path: `${field}.livenessProbe`, once: true },
    { probe: container.readinessProbe, path: `${field}.readinessProbe`, once: false },
    { probe: container.startupProbe, path: `${field}.startupProbe`, once: true },
  ];
  return probes.flatMap(({ probe, path, once }) => {
    if (probe === undefined) return [];
    if (init && container.restartPolicy !== 'Always')
      return [forbidden(path, 'may not be set for init containers without restartPolicy=Always')];
    const errors = validateProbe(probe, path);
    return once && probe.successThreshold !== 1
      ? [...errors, invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1')]
      : errors;
  });
}

function validateProbe(probe: Draft<Probe>, field: string): readonly FieldError[] {
  const handlers = (['exec', 'httpGet', 'tcpSocket', 'grpc'] as const).filter((handler) => probe[handler] !== undefined);
  const counts = (
    ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const
  ).flatMap((key) => nonNegative(`${field}.${key}`, probe[key]));
  const surplus = handlers
    .slice(1)
    .map((handler) => forbidden(`${field}.${handler}`, 'may not specify more than 1 handler type'));
  return [
    ...(handlers.length === 0 ? [required(field, 'must specify a handler type')] : surplus),
    ...(probe.exec !== undefined && (probe.exec.command ?? []).length === 0 ? [required(`${field}.exec.command`)] : []),
    ...portOf(probe.httpGet, `${field}.httpGet.port`),
    ...portOf(probe.tcpSocket, `${field}.tcpSocket.port`),
    ...(probe.grpc === undefined
      ? []
      : invalids(`${field}.grpc.port`, probe.grpc.port ?? 0, isValidPortNum(probe.grpc.port ?? 0))),
    ...counts,
  ];
}

function portOf(action: { readonly port?: number | string | undefined } | undefined, field: string): readonly FieldError[] {
  return action === undefined ? [] : validateTargetPort(field, action.port ?? 0);
}
