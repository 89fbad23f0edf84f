/**
 * EndpointSlices and Endpoints (pkg/apis/discovery/validation, pkg/apis/core/validation ValidateEndpoints).
 */
import { invalid, notSupported, required, type FieldError } from '../field-error.ts';
import type { Draft } from '../json.ts';
import type { EndpointAddress, Endpoints } from '../types/endpoints.ts';
import type { EndpointSlice } from '../types/endpointslice.ts';
import { duplicateName, duplicates, invalids } from './meta.ts';
import { isDns1123Label, isDns1123Subdomain, isNonSpecialIp, isValidIp, isValidIpv4, isValidPortNum } from './names.ts';
import { PROTOCOLS } from './service.ts';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;

function tooMany(field: string, count: number, limit: number): FieldError {
  return { type: 'TooMany', field, badValue: String(count), detail: `must have at most ${limit} items` };
}

export function validateEndpointSlice(slice: Draft<EndpointSlice>): readonly FieldError[] {
  const { addressType, endpoints = [], ports = [] } = slice;
  const type =
    addressType === undefined
      ? [required('addressType')]
      : ADDRESS_TYPES.includes(addressType)
        ? []
        : [notSupported('addressType', addressType, ADDRESS_TYPES)];
  return [
    ...type,
    ...(endpoints.length > MAX_ENDPOINTS ? [tooMany('endpoints', endpoints.length, MAX_ENDPOINTS)] : []),
    ...endpoints.flatMap((endpoint, i) => [
      ...addressErrors(endpoint.addresses ?? [], `endpoints[${i}].addresses`, addressType),
      ...(endpoint.hostname === undefined
        ? []
        : invalids(`endpoints[${i}].hostname`, endpoint.hostname, isDns1123Label(endpoint.hostname))),
    ]),
    ...ports.flatMap((port, i) => portErrors(port, `ports[${i}]`)),
    ...duplicates(ports, (port) => port.name ?? '', duplicateName('ports')),
  ];
}

function addressErrors(addresses: readonly string[], field: string, type: string | undefined): readonly FieldError[] {
  if (addresses.length === 0) return [required(field, 'must contain at least 1 address')];
  if (addresses.length > MAX_ADDRESSES) return [tooMany(field, addresses.length, MAX_ADDRESSES)];
  return addresses.flatMap((address, i) => {
    const path = `${field}[${i}]`;
    if (type === 'FQDN') return invalids(path, address, isDns1123Subdomain(address));
    if (type === 'IPv4')
      return invalids(path, address, [
        ...isValidIpv4(address),
        ...(isValidIpv4(address).length === 0 ? isNonSpecialIp(address) : []),
      ]);
    return [];
  });
}

function portErrors(
  port: { readonly name?: string | undefined; readonly port?: number | undefined; readonly protocol?: string | undefined },
  field: string,
): readonly FieldError[] {
  const protocol = port.protocol ?? 'TCP';
  return [
    ...(port.name === undefined || port.name === '' ? [] : invalids(`${field}.name`, port.name, isDns1123Label(port.name))),
    ...(port.port === undefined ? [] : invalids(`${field}.port`, port.port, isValidPortNum(port.port))),
    ...(PROTOCOLS.includes(protocol) ? [] : [notSupported(`${field}.protocol`, protocol, PROTOCOLS)]),
  ];
}

export function validateEndpointSliceUpdate(next: Draft<EndpointSlice>, old: EndpointSlice): readonly FieldError[] {
  return next.addressType === old.addressType ? [] : [invalid('addressType', next.addressType, 'field is immutable')];
}

export function validateEndpoints(endpoints: Draft<Endpoints>): readonly FieldError[] {
  return (endpoints.subsets ?? []).flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, i) => {
    const field = `subsets[${i}]`;
    return [
      ...(addresses.length + notReadyAddresses.length === 0
        ? [required(field, 'must specify `addresses` or `notReadyAddresses`')]
        : []),
      ...addresses.flatMap((address, j) => endpointAddressErrors(address, `${field}.addresses[${j}]`)),
      ...notReadyAddresses.flatMap((address, j) => endpointAddressErrors(address, `${field}.notReadyAddresses[${j}]`)),
      ...ports.flatMap((port, j) => [
        ...((port.name ?? '') === '' && ports.length > 1 ? [required(`${field}.ports[${j}].name`)] : []),
        ...portErrors({ ...port, port: port.port ?? 0 }, `${field}.ports[${j}]`),
      ]),
    ];
  });
}

function endpointAddressErrors({ ip = '', hostname }: Draft<EndpointAddress>, field: string): readonly FieldError[] {
  const malformed = isValidIp(ip);
  return [
    ...invalids(`${field}.ip`, ip, malformed.length > 0 ? malformed : isNonSpecialIp(ip)),
    ...(hostname === undefined ? [] : invalids(`${field}.hostname`, hostname, isDns1123Label(hostname))),
  ];
}
