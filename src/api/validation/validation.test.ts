import { describe, expect, it } from 'vitest';
import { decodeManifests } from '../decode.ts';
import { setDefaults } from '../defaults/defaults.ts';
import { fieldErrorText } from '../field-error.ts';
import { draftOf, type Draft } from '../json.ts';
import type { Kind, KindMap } from '../kinds.ts';
import { validateObject, validateObjectUpdate } from './validation.ts';

/** Problems of an object given as flow YAML without apiVersion, kind and (by default) metadata. */
function problems(kind: Kind, apiVersion: string, body: string, name = 'x'): readonly string[] {
  return validateObject(kind, parsed(kind, apiVersion, body, name)).map(fieldErrorText);
}

function parsed<K extends Kind>(kind: K, apiVersion: string, body: string, name = 'x'): KindMap[K] {
  const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: "${name}", namespace: default}\n${body}\n`;
  const { documents, problems: syntax } = decodeManifests(text, 'f');
  expect(syntax.filter(({ severity }) => severity === 'error')).toEqual([]);
  const draft = draftOf(documents[0]?.object) as unknown as Draft<KindMap[K]>;
  setDefaults(kind, draft);
  return draft as unknown as KindMap[K];
}

const LABEL_HELP =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS_1035_HELP =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

describe('Service', () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['spec: {ports: [{port: 80}]}', []],
    ['spec: {}', ['spec.ports: Required value']],
    ['spec: {clusterIP: None}', []],
    [
      'spec: {ports: [{port: 68000, targetPort: 80}]}',
      ['spec.ports[0].port: Invalid value: 68000: must be between 1 and 65535, inclusive'],
    ],
    [
      'spec: {ports: [{port: 80, targetPort: 0x11170}]}',
      ['spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
    [
      'spec: {ports: [{port: 80, targetPort: This_Is_Long_Port}]}',
      [
        'spec.ports[0].targetPort: Invalid value: "This_Is_Long_Port": must be no more than 15 characters',
        'spec.ports[0].targetPort: Invalid value: "This_Is_Long_Port": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      ],
    ],
    [
      'spec: {ports: [{port: 80, protocol: HTTP}]}',
      ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    ['spec: {ports: [{port: 80}, {port: 81}]}', ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value']],
    ['spec: {ports: [{name: a, port: 80}, {name: a, port: 81}]}', ['spec.ports[1].name: Duplicate value: "a"']],
    [
      'spec: {ports: [{name: a, port: 80}, {name: b, port: 80}]}',
      [
        'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
      ],
    ],
    ['spec: {ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}', []],
    ['spec: {ports: [{name: A, port: 80}]}', [`spec.ports[0].name: Invalid value: "A": ${LABEL_HELP}`]],
    [
      'spec: {ports: [{port: 80, nodePort: 30080}]}',
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      'spec: {type: Cluster, ports: [{port: 80}]}',
      ['spec.type: Unsupported value: "Cluster": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
    ],
    [
      'spec: {type: NodePort, clusterIP: None, ports: [{port: 80}]}',
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    [
      'spec: {clusterIP: 10.96.0.300, ports: [{port: 80}]}',
      ['spec.clusterIPs[0]: Invalid value: "10.96.0.300": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    ['spec: {type: ExternalName}', ['spec.externalName: Required value']],
    ['spec: {type: ExternalName, externalName: example.com}', []],
    [
      'spec: {sessionAffinity: Cookie, ports: [{port: 80}]}',
      ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
    ],
    [
      'spec: {sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 90000}}, ports: [{port: 80}]}',
      ['spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0 and less than 86400'],
    ],
    [
      'spec: {externalTrafficPolicy: Local, ports: [{port: 80}]}',
      ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ],
    [
      'spec: {internalTrafficPolicy: Node, ports: [{port: 80}]}',
      ['spec.internalTrafficPolicy: Unsupported value: "Node": supported values: "Cluster", "Local"'],
    ],
    [
      'spec: {externalIPs: [127.0.0.1, 1.2.3], ports: [{port: 80}]}',
      [
        'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        'spec.externalIPs[1]: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      'spec: {loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]}',
      ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [
      'spec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0], ports: [{port: 80}]}',
      [
        'spec.LoadBalancerSourceRanges: Invalid value: "[10.0.0.0]": must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ',
      ],
    ],
    [
      'spec: {type: NodePort, healthCheckNodePort: 30000, ports: [{port: 80}]}',
      [
        "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ],
    ],
    [
      'spec: {selector: {app: "a b"}, ports: [{port: 80}]}',
      [
        "spec.selector: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
  ];
  it.each(rows)('%s', (body, expected) => {
    expect(problems('Service', 'v1', body)).toEqual(expected);
  });

  it('is named by a DNS-1035 label', () => {
    expect(problems('Service', 'v1', 'spec: {ports: [{port: 80}]}', '1web')).toEqual([
      `metadata.name: Invalid value: "1web": ${DNS_1035_HELP}`,
    ]);
  });
});

describe('Pod', () => {
  const c = '{name: c, image: nginx';
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [`spec: {containers: [${c}}]}`, []],
    ['spec: {containers: []}', ['spec.containers: Required value']],
    ['spec: {containers: [{name: c}]}', ['spec.containers[0].image: Required value']],
    ['spec: {containers: [{image: nginx}]}', ['spec.containers[0].name: Required value']],
    [`spec: {containers: [${c}}, ${c}}]}`, ['spec.containers[1].name: Duplicate value: "c"']],
    [`spec: {containers: [${c}, ports: [{containerPort: 0}]}]}`, ['spec.containers[0].ports[0].containerPort: Required value']],
    [
      `spec: {containers: [${c}, ports: [{containerPort: 80, protocol: tcp}]}]}`,
      ['spec.containers[0].ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      `spec: {containers: [${c}, ports: [{name: a, containerPort: 80}, {name: a, containerPort: 81}]}]}`,
      ['spec.containers[0].ports[1].name: Duplicate value: "a"'],
    ],
    [
      `spec: {containers: [${c}, ports: [{containerPort: 80, hostPort: 80}]}, {name: d, image: x, ports: [{containerPort: 81, hostPort: 80}]}]}`,
      ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
    ],
    [
      `spec: {hostNetwork: true, containers: [${c}, ports: [{containerPort: 80, hostPort: 81}]}]}`,
      ['spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true'],
    ],
    [
      `spec: {containers: [${c}, volumeMounts: [{name: v, mountPath: /x}]}]}`,
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      `spec: {containers: [${c}, resources: {requests: {cpu: 500m}, limits: {cpu: 200m}}}]}`,
      ['spec.containers[0].resources.requests: Invalid value: "500m": must be less than or equal to cpu limit of 200m'],
    ],
    [
      `spec: {containers: [${c}, readinessProbe: {}}]}`,
      ['spec.containers[0].readinessProbe: Required value: must specify a handler type'],
    ],
    [
      `spec: {containers: [${c}, livenessProbe: {successThreshold: 2, tcpSocket: {port: 80}}}]}`,
      ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      `spec: {restartPolicy: Sometimes, containers: [${c}}]}`,
      ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
    ],
    [
      `spec: {tolerations: [{key: k, operator: Exists, value: v}], containers: [${c}}]}`,
      [
        'spec.tolerations[0].operator: Invalid value: core.Toleration{Key:"k", Operator:"Exists", Value:"v", Effect:"", TolerationSeconds:(*int64)(nil)}: value must be empty when `operator` is \'Exists\'',
      ],
    ],
  ];
  it.each(rows)('%s', (body, expected) => {
    expect(problems('Pod', 'v1', body)).toEqual(expected);
  });
});

describe('Deployment', () => {
  const template = 'template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: nginx}]}}';
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [`spec: {selector: {matchLabels: {app: x}}, ${template}}`, []],
    [`spec: {${template}}`, ['spec.selector: Required value']],
    [
      `spec: {selector: {}, ${template}}`,
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment',
      ],
    ],
    [
      `spec: {selector: {matchLabels: {app: other}}, ${template}}`,
      [
        'spec.template.metadata.labels: Invalid value: map[string]string{"app":"x"}: `selector` does not match template `labels`',
      ],
    ],
    [
      `spec: {replicas: -1, selector: {matchLabels: {app: x}}, ${template}}`,
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      `spec: {strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, selector: {matchLabels: {app: x}}, ${template}}`,
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      `spec: {strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, selector: {matchLabels: {app: x}}, ${template}}`,
      [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
      ],
    ],
  ];
  it.each(rows)('%s', (body, expected) => {
    expect(problems('Deployment', 'apps/v1', body)).toEqual(expected);
  });

  it('never changes its selector', () => {
    const make = (app: string) =>
      parsed('Deployment', 'apps/v1', `spec: {selector: {matchLabels: {app: ${app}}}, ${template}}`);
    expect(validateObjectUpdate('Deployment', make('other'), make('x')).map(fieldErrorText)).toEqual([
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"other"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    ]);
  });
});

describe('others', () => {
  it.each<readonly [Kind, string, string, readonly string[]]>([
    [
      'EndpointSlice',
      'discovery.k8s.io/v1',
      'addressType: IPv4\nendpoints: [{addresses: [10.0.0.x]}]',
      ['endpoints[0].addresses[0]: Invalid value: "10.0.0.x": must be a valid IPv4 address'],
    ],
    [
      'EndpointSlice',
      'discovery.k8s.io/v1',
      'addressType: IPv4\nendpoints: [{addresses: []}]',
      ['endpoints[0].addresses: Required value: must contain at least 1 address'],
    ],
    [
      'Endpoints',
      'v1',
      'subsets: [{ports: [{port: 80}]}]',
      ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
    ],
    [
      'Endpoints',
      'v1',
      'subsets: [{addresses: [{ip: 127.0.0.1}], ports: [{port: 80}]}]',
      ['subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [
      'ConfigMap',
      'v1',
      'data: {"a b": c}',
      [
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    [
      'Node',
      'v1',
      'spec: {taints: [{key: k, effect: Never}]}',
      ['spec.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
    ],
  ])('%s %s %s', (kind, apiVersion, body, expected) => {
    expect(problems(kind, apiVersion, body)).toEqual(expected);
  });
});

describe('a Pod’s dnsConfig', () => {
  const of = (dns: string): readonly string[] => problems('Pod', 'v1', `spec: {containers: [{name: c, image: i}], ${dns}}`);
  const many = Array.from({ length: 33 }, (_, i) => `d${i}`);
  const long = Array.from({ length: 10 }, () => Array.from({ length: 4 }, () => 'a'.repeat(60)).join('.'));
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      'dnsPolicy: None, dnsConfig: {nameservers: [10.96.0.10], searches: [a.example., b], options: [{name: ndots, value: "2"}]}',
      [],
    ],
    ['dnsPolicy: ClusterFirst, dnsConfig: {options: [{name: edns0}]}', []],
    ['dnsPolicy: None', ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None']],
    [
      'dnsPolicy: None, dnsConfig: {searches: [a]}',
      ['spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
    ],
    [
      'dnsConfig: {nameservers: [1.1.1.1, 2.2.2.2, 3.3.3.3, 4.4.4.4]}',
      [
        'spec.dnsConfig.nameservers: Invalid value: []string{"1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4"}: must not have more than 3 nameservers',
      ],
    ],
    [
      'dnsConfig: {nameservers: [1.2.3.c]}',
      [
        'spec.dnsConfig.nameservers[0]: Invalid value: "1.2.3.c": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    ['dnsConfig: {options: [{value: "2"}]}', ['spec.dnsConfig.options[0]: Required value: must not be empty']],
  ];
  it.each(rows)('%s', (dns, expected) => {
    expect(of(dns)).toEqual(expected);
  });

  it('has no more search paths than libc reads, and none that is no name', () => {
    const details = (searches: readonly string[]): readonly string[] =>
      of(`dnsConfig: {searches: [${searches.join(', ')}]}`).map((problem) => problem.slice(problem.lastIndexOf(': ') + 2));
    expect(details(many.slice(1))).toEqual([]);
    expect(details(many)).toEqual(['must not have more than 32 search paths']);
    expect(details(long)).toEqual(['must not have more than 2048 characters (including spaces) in the search list']);
    expect(of('dnsConfig: {searches: [Up.example]}')).toEqual([
      expect.stringMatching(
        /^spec\.dnsConfig\.searches\[0\]: Invalid value: "Up\.example": a lowercase RFC 1123 subdomain must consist of/,
      ),
    ]);
  });
});
