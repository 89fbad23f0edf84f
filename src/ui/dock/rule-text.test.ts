import { describe, expect, it } from 'vitest';
import { ruleColumns, words } from './rule-text.ts';

const ANY = {
  goto: false,
  prot: 'all',
  in: '*',
  out: '*',
  source: '0.0.0.0/0',
  destination: '0.0.0.0/0',
  rest: '',
  options: '',
  comment: '',
};

describe('ruleColumns', () => {
  it.each([
    [
      '-A KUBE-SERVICES -d 10.99.25.192/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-X',
      {
        ...ANY,
        destination: '10.99.25.192/32',
        prot: 'tcp',
        comment: 'default/web:http cluster IP',
        rest: '-m tcp --dport 80',
        target: 'KUBE-SVC-X',
      },
    ],
    ['-A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT', { ...ANY, source: '10.244.0.0/16', target: 'ACCEPT' }],
    ['-A KUBE-SVC-X ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ', { ...ANY, source: '!10.244.0.0/16', target: 'KUBE-MARK-MASQ' }],
    ['-A A -m mark ! --mark 0x4000/0x4000 -j RETURN', { ...ANY, rest: '-m mark ! --mark 0x4000/0x4000', target: 'RETURN' }],
    ['-A A -i eth0 ! -o cni0 -g B', { ...ANY, in: 'eth0', out: '!cni0', target: 'B', goto: true }],
    [
      '-A KUBE-SEP-X -p tcp -m tcp -j DNAT --to-destination 10.244.1.2:80',
      { ...ANY, prot: 'tcp', rest: '-m tcp', target: 'DNAT', options: '--to-destination 10.244.1.2:80' },
    ],
    ['-A A', { ...ANY, target: '' }],
  ])('%s', (text, columns) => {
    expect(ruleColumns(text)).toEqual(columns);
  });
});

it('keeps quoted words whole', () => {
  expect(words('-A X --comment "a \\"b\\" c" -j Y')).toEqual(['-A', 'X', '--comment', 'a "b" c', '-j', 'Y']);
});
