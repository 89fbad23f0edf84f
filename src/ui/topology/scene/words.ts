/** The words of the map that are not names: given by the catalogue, so that the scene is pure and speaks both languages. */
export interface SceneWords {
  readonly bridge: string;
  readonly mtu: (bytes: number) => string;
  readonly holdsNamespace: string;
  readonly podsFolded: (count: number) => string;
  readonly pods: (count: number) => string;
  readonly veths: (count: number) => string;
  readonly rootNamespace: string;
  readonly hostPods: (count: number) => string;
  readonly underlay: string;
  readonly controlPlane: string;
  readonly noDevice: string;
  /** On a datapath. */
  readonly standIn: string;
  readonly rulesOnEveryNode: string;
  /** Of a Service without an address of its own. */
  readonly nameOnly: string;
  readonly natRules: (count: number) => string;
  readonly nodeNotReady: string;
  readonly nodeOff: string;
  /** Of a node whose agents do not reach the API server. */
  readonly nodeWithoutApi: string;
  readonly pendingPods: (count: number) => string;
  readonly localProcess: string;
  readonly others: string;
  /** Of a network namespace. */
  readonly byHand: string;
  /** Devices that one chip stands for. */
  readonly hiddenDevices: (names: string) => string;
  readonly moreServices: (count: number) => string;
  /** For screen readers. */
  readonly aria: {
    readonly node: (name: string, ip: string) => string;
    readonly pod: (name: string, ip: string, trouble: string | null) => string;
    readonly fold: (name: string, count: number) => string;
    readonly container: (name: string, image: string) => string;
    readonly device: (name: string, place: string) => string;
    readonly netfilter: (node: string, rules: number) => string;
    readonly hook: (hook: string, node: string) => string;
    readonly service: (name: string, ip: string, endpoints: number) => string;
    readonly host: (name: string, ip: string) => string;
    readonly netns: (node: string) => string;
  };
}
