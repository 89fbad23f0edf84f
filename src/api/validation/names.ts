/**
 * Formats of names, labels, ports and addresses, and what the API server says when they are wrong (apimachinery
 * util/validation/validation.go). Each function returns the details of all problems; none means valid.
 *
 * Simplification: IPv6 addresses are recognised by form alone.
 */
import { parseCidr } from '../../lib/cidr.ts';
import { ipToU32, parseIp } from '../../lib/ip.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const ENV_NAME = '[-._a-zA-Z][-._a-zA-Z0-9]*';

function matches(text: string, pattern: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

function regexMessage(message: string, pattern: string, ...examples: readonly string[]): string {
  return `${message} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${pattern}')`;
}

function maxLength(text: string, limit: number): readonly string[] {
  return text.length > limit ? [`must be no more than ${limit} characters`] : [];
}

export function isDns1123Label(text: string): readonly string[] {
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...maxLength(text, 63), ...(matches(text, LABEL) ? [] : [regexMessage(message, LABEL, 'my-name', '123-abc')])];
}

export function isDns1123Subdomain(text: string): readonly string[] {
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...maxLength(text, 253), ...(matches(text, SUBDOMAIN) ? [] : [regexMessage(message, SUBDOMAIN, 'example.com')])];
}

export function isDns1035Label(text: string): readonly string[] {
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [
    ...maxLength(text, 63),
    ...(matches(text, LABEL_1035) ? [] : [regexMessage(message, LABEL_1035, 'my-name', 'abc-123')]),
  ];
}

/** A label or annotation key: an optional DNS prefix and a name. */
export function isQualifiedName(text: string): readonly string[] {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (parts.length > 2) {
    const message =
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    return [
      `${regexMessage(message, QUALIFIED, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...isDns1123Subdomain(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else problems.push(...maxLength(name, 63).map((problem) => `name part ${problem}`));
  if (!matches(name, QUALIFIED)) {
    const message =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    problems.push(regexMessage(message, QUALIFIED, 'MyName', 'my.name', '123-abc'));
  }
  return problems;
}

export function isLabelValue(text: string): readonly string[] {
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [
    ...maxLength(text, 63),
    ...(matches(text, LABEL_VALUE) ? [] : [regexMessage(message, LABEL_VALUE, 'MyValue', 'my_value', '12345')]),
  ];
}

export function isConfigMapKey(text: string): readonly string[] {
  const problems = [...maxLength(text, 253)];
  if (!matches(text, CONFIG_KEY))
    problems.push(
      regexMessage(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        CONFIG_KEY,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  if (text === '.') problems.push("must not be '.'");
  else if (text === '..') problems.push("must not be '..'");
  else if (text.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

export function isEnvVarName(text: string): readonly string[] {
  const message =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
  return matches(text, ENV_NAME) ? [] : [regexMessage(message, ENV_NAME, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1')];
}

export function isValidPortNum(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** An IANA service name: what a named port may be called. */
export function isValidPortName(text: string): readonly string[] {
  const problems: string[] = [];
  if (text.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(text)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

function looksLikeIpv6(text: string): boolean {
  return text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text) && text.split('::').length <= 2 && text.split(':').length <= 8;
}

export function isValidIp(text: string): readonly string[] {
  return parseIp(text) !== null || looksLikeIpv6(text) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

export function isValidIpv4(text: string): readonly string[] {
  return parseIp(text) === null ? ['must be a valid IPv4 address'] : [];
}

export function isValidCidr(text: string): readonly string[] {
  const [address = ''] = text.split('/');
  return parseCidr(text) !== null || (text.includes('/') && looksLikeIpv6(address))
    ? []
    : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

/** Addresses no endpoint and no external address may have (ValidateNonSpecialIP). */
export function isNonSpecialIp(text: string): readonly string[] {
  const address = parseIp(text);
  if (address === null) return isValidIp(text).length === 0 ? [] : ['must be a valid IP address'];
  const value = ipToU32(address);
  const problems: string[] = [];
  if (value === 0) problems.push('may not be unspecified (0.0.0.0 or ::)');
  if (value >>> 24 === 127) problems.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (value >>> 16 === 0xa9fe) problems.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (value >>> 8 === 0xe00000) problems.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  return problems;
}
