import type { send as english } from '../en/send.ts';
import type { Translated } from '../translated.ts';

export const send: Translated<typeof english> = {
  title: '发送数据包',
  from: '从',
  to: '到',
  port: '端口',
  protocol: '协议',
  size: '数据（字节）',
  sizeSmall: '普通的小请求',
  badSize: '0 到 {{count, number}} 之间的字节数。',
  stopAt: '停在',
  chainsMatch_other: '{{node}} 上有 {{count}} 条链匹配',
  kind: { service: 'Service', node: '节点', pod: 'Pod', external: '集群外' },
  badTarget: '既不是这个集群里的名字，也不是 IPv4 地址。',
  badPort: '端口是 1 到 65535 之间的数字。',
  nowhere: '集群里还没有可以发包的起点。',
  headless: 'Headless Service 没有地址：DNS 返回的是它各个 Pod 的地址，请直接发给其中一个 Pod。',
  externalName: 'ExternalName：DNS 返回的是另一个域名，与本集群的任何规则无关。',
  pending: '这个目标还没有地址。',
  sentence: '{{from}} 向 <m>{{to}}</m> 发送 <b>{{what}}</b>。',
  sentenceRule: '第一条可能匹配的规则是 <m>{{chain}}</m> 的第 {{number}} 条。',
  sentenceNoRule: '{{node}} 的 <m>{{hook}}</m> 中没有 nat 规则提到这个地址：按原样路由。',
  sentenceOutside: '没有节点拥有这个地址，选择路由之前集群里没有规则会看到它。',
  send: '发送',
  sendMany: '发送 {{count, number}} 次',
  asCurl: '等价命令',
};
