import { expect, test } from 'vitest';
import { parseCorefile } from './corefile.ts';

test('server blocks with their zones, ports and plugins', () => {
  const text = `# cluster DNS
.:53 {
    errors
    kubernetes cluster.local in-addr.arpa {
        pods insecure   # any address
        ttl 30
    }
    forward . /etc/resolv.conf
}
corp.example.:5353 {
    cache 30
}
`;
  expect(parseCorefile(text)).toEqual({
    ok: true,
    value: [
      {
        zones: [''],
        port: 53,
        directives: [
          { name: 'errors', args: [], block: [] },
          {
            name: 'kubernetes',
            args: ['cluster.local', 'in-addr.arpa'],
            block: [
              { name: 'pods', args: ['insecure'], block: [] },
              { name: 'ttl', args: ['30'], block: [] },
            ],
          },
          { name: 'forward', args: ['.', '/etc/resolv.conf'], block: [] },
        ],
      },
      { zones: ['corp.example'], port: 5353, directives: [{ name: 'cache', args: ['30'], block: [] }] },
    ],
  });
});

test('a block without an end is refused', () => {
  expect(parseCorefile('.:53 {\n  errors\n')).toEqual({
    ok: false,
    error: 'Corefile:1 - Error during parsing: Unexpected EOF',
  });
});
