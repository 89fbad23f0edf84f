/**
 * Pure readers of traces and snapshots for those who may not import the layers below.
 */
export { expandRun } from '../net/netfilter/expand.ts';
export { ruleExtra } from '../net/netfilter/list.ts';
export { frameBytes, l3Bytes, tcpHeaderBytes } from '../net/wire/size.ts';
export { dnsMessageOf } from '../net/wire/packet.ts';
export { dnsText, dnsWords } from '../net/wire/dns-text.ts';
