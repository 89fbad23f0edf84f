import { describe, expect, it } from 'vitest';
import type { Container } from '../../api/types/container.ts';
import { assertExists } from '../../lib/assert.ts';
import { ip } from '../../lib/ip.ts';
import { createRng } from '../../lib/rng.ts';
import { Kernel } from '../../net/kernel.ts';
import { Sim } from '../../sim/sim.ts';
import { parseImage } from '../runtime/image.ts';
import { httpBodyOf, httpStatusOf } from './http.ts';
import { environmentOf, resolveWorkload } from './resolve.ts';
import { runScript } from './script.ts';
import { fileExists, type Workload } from './workload.ts';

function start(container: Omit<Container, 'name'>, env: Readonly<Record<string, string>> = {}): Workload {
  const image = parseImage(container.image ?? '');
  if (!image.ok) throw new Error(image.error);
  return resolveWorkload({
    container: { name: 'c', ...container },
    image: image.value,
    hostname: 'web-7d',
    podName: 'web-7d',
    namespace: 'default',
    podIP: ip('10.244.1.2'),
    nodeName: 'class2',
    nodeIP: ip('192.168.1.8'),
    env: new Map(Object.entries(env)),
    httpDate: () => 'Thu, 01 Jan 2026 00:00:07 GMT',
    cluster: {
      api: { get: () => null, list: () => [] },
      synced: () => true,
      netns: new Kernel('class2', new Sim(createRng(1)), { actor: 'test', action: 'boot', object: null }).root,
      resolvConf: { nameservers: [], search: [], options: [] },
      file: () => null,
    },
  });
}

function ask(workload: Workload, port: number, text: string): string {
  const listener = assertExists(
    workload.listeners.find((candidate) => candidate.port === port),
    `port ${port}`,
  );
  return listener.handler({ text, peer: { addr: ip('10.244.0.9'), port: 43210 }, local: { addr: ip('10.244.1.2'), port } });
}

function get(workload: Workload, port: number, path: string): string {
  return httpBodyOf(ask(workload, port, `GET ${path} HTTP/1.1\r\nHost: web\r\nUser-Agent: curl/7.88.1\r\n\r\n`));
}

const ports = (workload: Workload): readonly string[] =>
  workload.listeners.map(({ addr, port, protocol }) => `${protocol} ${addr}:${port}`);

describe('images', () => {
  it.each([
    [
      { image: 'nginx:1.14-alpine' },
      80,
      '/hostname.html',
      '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx/1.14</center>\r\n</body>\r\n</html>\r\n',
    ],
    [{ image: 'ikubernetes/myapp:v1' }, 80, '/', 'Hello MyApp | Version: v1 | <a href="hostname.html">Pod Name</a>\n'],
    [{ image: 'ikubernetes/myapp:v2' }, 80, '/', 'Hello MyApp | Version: v2 | <a href="hostname.html">Pod Name</a>\n'],
    [{ image: 'ikubernetes/myapp:v1' }, 80, '/hostname.html', 'web-7d\n'],
    [
      { image: 'ikubernetes/demoapp:v1.0' },
      80,
      '/',
      'iKubernetes demoapp v1.0 !! ClientIP: 10.244.0.9, ServerName: web-7d, ServerIP: 10.244.1.2!\n',
    ],
    [
      { image: 'registry.example/ikubernetes/demoapp:v1.1' },
      80,
      '/',
      'iKubernetes demoapp v1.1 !! ClientIP: 10.244.0.9, ServerName: web-7d, ServerIP: 10.244.1.2!\n',
    ],
    [{ image: 'hashicorp/http-echo:1.0', args: ['-text=hi there', '-listen=:8080'] }, 8080, '/', 'hi there\n'],
    [{ image: 'hashicorp/http-echo', args: ['-text', 'hi'] }, 5678, '/', 'hi\n'],
    [{ image: 'registry.k8s.io/e2e-test-images/agnhost:2.45', args: ['netexec', '--http-port=80'] }, 80, '/hostname', 'web-7d'],
    [{ image: 'registry.k8s.io/e2e-test-images/agnhost:2.45', args: ['netexec'] }, 8080, '/clientip', '10.244.0.9:43210'],
    [{ image: 'registry.k8s.io/e2e-test-images/agnhost:2.45', args: ['netexec'] }, 8080, '/echo?msg=a%20b', 'a b'],
    [
      { image: 'traefik/whoami' },
      80,
      '/x',
      'Hostname: web-7d\nIP: 127.0.0.1\nIP: 10.244.1.2\nRemoteAddr: 10.244.0.9:43210\nGET /x HTTP/1.1\nHost: web\nUser-Agent: curl/7.88.1\n\n',
    ],
    [
      { image: 'my/own:3', ports: [{ containerPort: 3000, protocol: 'TCP' as const }] },
      3000,
      '/',
      'Hostname: web-7d\nClientIP: 10.244.0.9\n',
    ],
    [
      { image: 'busybox', command: ['sh', '-c', 'while true; do nc -l -p 9000 -e echo hi; done'] },
      9000,
      '/',
      'Hostname: web-7d\nClientIP: 10.244.0.9\n',
    ],
    [{ image: 'busybox', command: ['httpd', '-f', '-p', '8081'] }, 8081, '/', 'Hostname: web-7d\nClientIP: 10.244.0.9\n'],
    [
      { image: 'python:3', command: ['python3', '-m', 'http.server', '8000'] },
      8000,
      '/',
      'Hostname: web-7d\nClientIP: 10.244.0.9\n',
    ],
    [
      { image: 'nginx', command: ['sh', '-c', 'echo hi > /usr/share/nginx/html/x && exec nginx -g "daemon off;"'] },
      80,
      '/nope',
      '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
    ],
  ])('%j on %i answers %s', (container, port, path, body) => {
    expect(get(start(container), port, path)).toBe(body);
  });

  it('an nginx greets and names itself', () => {
    const answer = ask(start({ image: 'nginx:1.25.3' }), 80, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer.split('\r\n').slice(0, 5)).toEqual([
      'HTTP/1.1 200 OK',
      'Server: nginx/1.25.3',
      'Date: Thu, 01 Jan 2026 00:00:07 GMT',
      'Content-Type: text/html',
      'Content-Length: 615',
    ]);
    expect(httpStatusOf(ask(start({ image: 'nginx' }), 80, 'hello\n'))).toBe(400);
  });

  it.each([
    [{ image: 'busybox:1.36', command: ['sleep', '3600'] }, [], { afterNs: 3_600_000_000_000, code: 0 }],
    [{ image: 'busybox:1.36', command: ['sleep', 'infinity'] }, [], null],
    [{ image: 'busybox:1.36', args: ['sleep', '1h'] }, [], { afterNs: 3_600_000_000_000, code: 0 }],
    [{ image: 'busybox:1.36' }, [], { afterNs: 0, code: 0 }],
    [{ image: 'alpine', command: ['tail', '-f', '/dev/null'] }, [], null],
    [{ image: 'curlimages/curl', command: ['sh', '-c', 'while true; do curl -s web; sleep 1; done'] }, [], null],
    [{ image: 'nicolaka/netshoot', command: ['sh', '-c', 'exit 3'] }, [], { afterNs: 0, code: 3 }],
    [
      { image: 'nginx', command: ['sleep', '60'], ports: [{ containerPort: 80, protocol: 'TCP' as const }] },
      [],
      { afterNs: 60_000_000_000, code: 0 },
    ],
    [{ image: 'busybox', command: ['nc', '-lk', '-p', '1234'] }, ['tcp 0.0.0.0:1234'], null],
    [{ image: 'busybox', command: ['nc', '-u', '-l', '-p', '53'] }, ['udp 0.0.0.0:53'], null],
    [
      { image: 'registry.k8s.io/coredns/coredns:v1.11.3', args: ['-conf', '/etc/coredns/Corefile'] },
      ['udp 0.0.0.0:53', 'tcp 0.0.0.0:53', 'tcp 0.0.0.0:8080', 'tcp 0.0.0.0:8181', 'tcp 0.0.0.0:9153'],
      null,
    ],
    [{ image: 'registry.k8s.io/pause:3.9' }, [], null],
    [{ image: 'dplsming/aria2ng-downloader:1.0' }, ['tcp 0.0.0.0:6800', 'tcp 0.0.0.0:6880'], null],
    [
      { image: 'me/nginx', command: ['serve'], ports: [{ containerPort: 53, protocol: 'UDP' as const }] },
      ['udp 0.0.0.0:53'],
      null,
    ],
  ])('%j listens on %j and ends %j', (container, listens, exit) => {
    const workload = start(container);
    expect([ports(workload), workload.exit]).toEqual([listens, exit]);
  });

  it('a client that says nothing gets the page alone', () => {
    expect(ask(start({ image: 'ikubernetes/myapp:v1' }), 80, '')).toBe(
      'Hello MyApp | Version: v1 | <a href="hostname.html">Pod Name</a>\n',
    );
  });

  it('PORT moves demoapp', () => {
    expect(ports(start({ image: 'ikubernetes/demoapp:v1.0' }, { PORT: '8080' }))).toEqual(['tcp 0.0.0.0:8080']);
  });
});

describe('scripts', () => {
  it('play on a clock', () => {
    const run = runScript('touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600');
    expect(run).toEqual({
      files: [
        { atNs: 0, path: '/tmp/healthy', exists: true },
        { atNs: 30e9, path: '/tmp/healthy', exists: false },
      ],
      output: [],
      listens: [],
      unknown: null,
      endsAfterNs: 630e9,
      exitCode: 0,
    });
    const workload = start({
      image: 'busybox',
      args: ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'],
    });
    expect([0, 29e9, 30e9].map((at) => fileExists(workload, '/tmp/healthy', at))).toEqual([true, true, false]);
  });
});

describe('the environment', () => {
  it('takes fields of the Pod and earlier variables', () => {
    const sources = {
      podName: 'web',
      namespace: 'default',
      podIP: '10.244.1.2',
      nodeName: 'class2',
      nodeIP: '192.168.1.8',
      serviceAccountName: 'default',
    };
    const env = [
      { name: 'A', value: 'x' },
      { name: 'B', value: '$(A)-$(NOPE)' },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ];
    expect([...environmentOf(env, sources)]).toEqual([
      ['A', 'x'],
      ['B', 'x-$(NOPE)'],
      ['IP', '10.244.1.2'],
    ]);
  });
});
