import { expect, it } from 'vitest';
import { readFailed } from './failed.ts';
import { commentedService, isFailedMatch, matchWords, ruleWords } from './rule-text.ts';

it.each([
  [
    '-A KUBE-SERVICES -d 10.99.25.192/32 -p tcp -m comment --comment "default/two-containers-service:http2 cluster IP" -m tcp --dport 6800 -j KUBE-SVC-BKM3I2STRWDME2DT',
    {
      matches: ['-d 10.99.25.192/32', '-p tcp', '--dport 6800'],
      target: 'KUBE-SVC-BKM3I2STRWDME2DT',
      goto: false,
      targetOptions: '',
      comment: 'default/two-containers-service:http2 cluster IP',
    },
  ],
  [
    '-A KUBE-SVC-X ! -s 10.244.0.0/16 -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
    {
      matches: ['! -s 10.244.0.0/16', '-d 10.96.0.1/32', '-p tcp', '--dport 80'],
      target: 'KUBE-MARK-MASQ',
      goto: false,
      targetOptions: '',
      comment: null,
    },
  ],
  [
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    { matches: ['-m mark', '! --mark 0x4000/0x4000'], target: 'RETURN', goto: false, targetOptions: '', comment: null },
  ],
  [
    '-A KUBE-SEP-X -p tcp -m tcp -j DNAT --to-destination 10.244.1.2:80',
    { matches: ['-p tcp'], target: 'DNAT', goto: false, targetOptions: '--to-destination 10.244.1.2:80', comment: null },
  ],
  ['-A INPUT', { matches: [], target: null, goto: false, targetOptions: '', comment: null }],
])('%s', (line, expected) => {
  expect(ruleWords(line)).toEqual(expected);
});

it('quoted words keep their blanks and escaped quotes', () => {
  expect(ruleWords('-A X -m comment --comment "say \\"no\\" twice" -g Y')).toEqual({
    matches: [],
    target: 'Y',
    goto: true,
    targetOptions: '',
    comment: 'say "no" twice',
  });
});

it.each([
  [
    'default/two-containers-service:http2 cluster IP',
    { namespace: 'default', service: 'two-containers-service', port: 'http2' },
  ],
  ['default/web', { namespace: 'default', service: 'web', port: null }],
  ['shop/job-aqh:http -> 10.244.0.61:8198', { namespace: 'shop', service: 'job-aqh', port: 'http' }],
  ['kubernetes service portals', null],
  ['kubernetes service nodeports; NOTE: this must be the last rule in this chain', null],
  [null, null],
])('comment %s', (comment, expected) => {
  expect(commentedService(comment)).toEqual(expected);
});

it('a failed match is read by its option', () => {
  expect(matchWords('! -s 10.244.0.0/16')).toEqual({ negated: true, option: '-s', value: '10.244.0.0/16' });
  expect(readFailed({ text: '--dport 6800', packet: '80', property: 'destination port' })).toEqual({
    kind: 'dport',
    negated: false,
    want: '6800',
    packet: '80',
    property: 'destination port',
  });
  expect(readFailed({ text: '-m conntrack --ctstate INVALID', packet: 'NEW', property: 'ctstate' }).kind).toBe('ctstate');
  expect(readFailed({ text: '-m owner --uid-owner 0', packet: '1000', property: 'owner' })).toEqual({
    kind: 'other',
    negated: false,
    want: '0',
    packet: '1000',
    property: 'owner',
  });
});

it('the failed match is found among the rule’s matches', () => {
  expect(isFailedMatch('--ctstate INVALID', '-m conntrack --ctstate INVALID')).toBe(true);
  expect(isFailedMatch('-m conntrack', '-m conntrack --ctstate INVALID')).toBe(false);
  expect(isFailedMatch('-p tcp', '--dport 80')).toBe(false);
  expect(isFailedMatch('-p tcp', '')).toBe(false);
});
