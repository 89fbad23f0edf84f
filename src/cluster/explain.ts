/**
 * Pure readers of traces and snapshots for those who may not import the layers below.
 */
export { expandRun } from '../net/netfilter/expand.ts';
export { frameBytes, ipv4Bytes, l3Bytes, tcpHeaderBytes } from '../net/wire/size.ts';
export { packetLabel } from '../net/wire/label.ts';
export { addressOwner } from './owners.ts';
