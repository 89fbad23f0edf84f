/**
 * What a Pod asks of its resolver: limits of libc that the API server enforces (pkg/apis/core/validation/validation.go
 * validatePodDNSConfig).
 */
import { invalid, required, type FieldError } from '../field-error.ts';
import type { Draft } from '../json.ts';
import type { PodSpec } from '../types/pod.ts';
import { invalids } from './meta.ts';
import { isDns1123Subdomain, isValidIp } from './names.ts';

/** Limits on DNS parameters, derived from glibc's (validation.go MaxDNSNameservers and the like). */
const MAX_NAMESERVERS = 3;
const MAX_SEARCH_PATHS = 32;
const MAX_SEARCH_LIST_CHARS = 2048;

export function validateDnsConfig({ dnsConfig, dnsPolicy }: Draft<PodSpec>, field: string): readonly FieldError[] {
  if (dnsConfig === undefined)
    return dnsPolicy === 'None' ? [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')] : [];
  const { nameservers = [], options = [], searches = [] } = dnsConfig;
  if (dnsPolicy === 'None' && nameservers.length === 0)
    return [required(`${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  const tooMany = (list: 'nameservers' | 'searches', value: readonly string[], detail: string, isSo: boolean) =>
    isSo ? [invalid(`${field}.${list}`, value, `must not have more than ${detail}`)] : [];
  return [
    ...tooMany('nameservers', nameservers, `${MAX_NAMESERVERS} nameservers`, nameservers.length > MAX_NAMESERVERS),
    ...nameservers.flatMap((address, i) => invalids(`${field}.nameservers[${i}]`, address, isValidIp(address))),
    ...tooMany('searches', searches, `${MAX_SEARCH_PATHS} search paths`, searches.length > MAX_SEARCH_PATHS),
    ...tooMany(
      'searches',
      searches,
      `${MAX_SEARCH_LIST_CHARS} characters (including spaces) in the search list`,
      searches.join(' ').length > MAX_SEARCH_LIST_CHARS,
    ),
    ...searches.flatMap((search, i) => {
      const name = search.replace(/\.$/, '');
      return invalids(`${field}.searches[${i}]`, name, isDns1123Subdomain(name));
    }),
    ...options.flatMap(({ name = '' }, i) => (name === '' ? [required(`${field}.options[${i}]`, 'must not be empty')] : [])),
  ];
}
