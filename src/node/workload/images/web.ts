/**
 * Web servers and the demo applications of courses: nginx, httpd, myapp, demoapp, hello-app, whoami and their like. What each answers is what
 * its image answers, so that a learner sees the same text here and on a real cluster.
 */
import { IP_ANY, parseIp } from '../../../lib/ip.ts';
import { htmlReply, httpListener, textReply, type HttpReply, type HttpRequest } from '../http.ts';
import { baseName, toPort } from '../script.ts';
import { server, type Workload, type WorkloadContext } from '../workload.ts';
import { flagValue, type ImageBehaviour } from './image.ts';

const NGINX_WELCOME = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

function nginxNotFound(version: string): HttpReply {
  const page = [
    '<html>',
    '<head><title>404 Not Found</title></head>',
    '<body>',
    '<center><h1>404 Not Found</h1></center>',
    `<hr><center>${version}</center>`,
    '</body>',
    '</html>',
    '',
  ];
  return htmlReply(page.join('\r\n'), 404);
}

/** An nginx: its pages by path, anything else is 404. */
function nginx(context: WorkloadContext, pages: (request: HttpRequest) => HttpReply | null, port = 80): Workload {
  const tag = /^\d+\.\d+(?:\.\d+)?/.exec(context.image.tag)?.[0];
  const version = tag === undefined ? 'nginx' : `nginx/${tag}`;
  const respond = (request: HttpRequest): HttpReply => pages(request) ?? nginxNotFound(version);
  return server('nginx', [httpListener({ port, serverHeader: version, httpDate: context.httpDate, respond })], {
    bindError: (listener) => `nginx: [emerg] bind() to 0.0.0.0:${listener.port} failed (98: Address already in use)`,
  });
}

function isRoot({ path }: HttpRequest): boolean {
  return path === '/' || path === '/index.html';
}

/** A page of one paragraph for programs written in Go, Python or Node. */
function page(
  context: WorkloadContext,
  process: string,
  port: number,
  respond: (request: HttpRequest) => HttpReply,
  serverHeader: string | null = null,
): Workload {
  return server(process, [httpListener({ port, serverHeader, httpDate: context.httpDate, respond })], {
    bindError: ({ port: taken }) => `listen tcp :${taken}: bind: address already in use`,
  });
}

const NGINX_ENTRY = { entrypoint: ['/docker-entrypoint.sh'], cmd: ['nginx', '-g', 'daemon off;'] } as const;

/** True when the words start the image's own server. */
function starts(argv: readonly string[], ...programs: readonly string[]): boolean {
  const words = argv[0] === '/docker-entrypoint.sh' ? argv.slice(1) : argv;
  return programs.includes(baseName(words[0] ?? ''));
}

function envPort({ env }: WorkloadContext, fallback: number): number {
  return toPort(env.get('PORT')) ?? fallback;
}

function myapp(context: WorkloadContext): Workload {
  const version = context.image.tag === 'latest' ? 'v1' : context.image.tag;
  return nginx(context, (request) => {
    if (isRoot(request)) return htmlReply(`Hello MyApp | Version: ${version} | <a href="hostname.html">Pod Name</a>\n`);
    return request.path === '/hostname.html' ? htmlReply(`${context.hostname}\n`) : null;
  });
}

function demoapp(context: WorkloadContext): Workload {
  const version = context.image.tag === 'latest' ? 'v1.0' : context.image.tag;
  const respond = ({ path, peer }: HttpRequest): HttpReply => {
    if (path === '/')
      return htmlReply(
        `iKubernetes demoapp ${version} !! ClientIP: ${peer.addr}, ServerName: ${context.hostname}, ServerIP: ${context.podIP}!\n`,
      );
    if (path === '/hostname') return htmlReply(`ServerName: ${context.hostname}\n`);
    return path === '/livez' || path === '/readyz' || path === '/healthz' ? htmlReply('OK') : htmlReply('Not Found', 404);
  };
  return page(context, 'python3', envPort(context, 80), respond, 'Werkzeug/1.0.0 Python/3.8.2');
}

function httpEcho(argv: readonly string[], context: WorkloadContext): Workload {
  const listen = flagValue(argv, 'listen') ?? ':5678';
  const colon = listen.lastIndexOf(':');
  const text = flagValue(argv, 'text') ?? context.env.get('ECHO_TEXT') ?? '';
  if (text === '') return server('http-echo', [], { exit: { afterNs: 0, code: 127 }, logs: ['Missing -text option!'] });
  const port = toPort(listen.slice(colon + 1)) ?? 5678;
  const respond = ({ path }: HttpRequest): HttpReply =>
    path === '/health' ? { status: 200, contentType: 'application/json', body: '{"status":"ok"}\n' } : textReply(`${text}\n`);
  const listener = httpListener({
    port,
    addr: parseIp(listen.slice(0, colon)) ?? IP_ANY,
    serverHeader: null,
    httpDate: context.httpDate,
    respond,
  });
  return server('http-echo', [listener], { logs: [`[INFO] server is listening on ${listen}`] });
}

function whoami(argv: readonly string[], context: WorkloadContext): Workload {
  const port = toPort(flagValue(argv, 'port') ?? context.env.get('WHOAMI_PORT_NUMBER')) ?? 80;
  return page(context, 'whoami', port, ({ method, target, path, peer, headerLines }) => {
    if (path === '/health') return textReply('');
    const ips = ['127.0.0.1', context.podIP].map((address) => `IP: ${address}`);
    return textReply(
      [
        `Hostname: ${context.hostname}`,
        ...ips,
        `RemoteAddr: ${peer.addr}:${peer.port}`,
        `${method} ${target} HTTP/1.1`,
        ...headerLines,
        '',
        '',
      ].join('\n'),
    );
  });
}

function fileserver(context: WorkloadContext): Workload {
  const listing = [
    '<html>',
    '<head><title>Index of /files/</title></head>',
    '<body>',
    '<h1>Index of /files/</h1><hr><pre><a href="../">../</a>',
    '</pre><hr></body>',
    '</html>',
    '',
  ].join('\r\n');
  return nginx(context, (request) => {
    if (isRoot(request)) return htmlReply(NGINX_WELCOME);
    return request.path.startsWith('/files') ? htmlReply(listing) : null;
  });
}

function aria2ng(context: WorkloadContext): Workload {
  const page = htmlReply('<!DOCTYPE html><html><head><title>AriaNg</title></head><body ng-app="ariaNg"></body></html>\n');
  const rpc = {
    status: 400,
    contentType: 'application/json-rpc',
    body: '{"id":null,"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"}}',
  };
  const listen = (port: number, reply: HttpReply) =>
    httpListener({ port, serverHeader: null, httpDate: context.httpDate, respond: () => reply });
  // 6800 is aria2's JSON-RPC, 6880 the web page that talks to it.
  return server('aria2c', [listen(6800, rpc), listen(6880, page)]);
}

export const WEB_IMAGES: readonly ImageBehaviour[] = [
  {
    names: ['nginx', 'nginxinc/nginx-unprivileged', 'bitnami/nginx'],
    ...NGINX_ENTRY,
    sizeBytes: 71_005_258,
    program: (argv, context) =>
      starts(argv, 'nginx')
        ? nginx(
            context,
            (request) => (isRoot(request) ? htmlReply(NGINX_WELCOME) : null),
            context.image.familiar === 'nginx' ? 80 : 8080,
          )
        : null,
  },
  {
    names: ['dplsming/nginx-fileserver'],
    ...NGINX_ENTRY,
    sizeBytes: 68_412_006,
    program: (argv, context) => (starts(argv, 'nginx') ? fileserver(context) : null),
  },
  {
    names: ['dplsming/aria2ng-downloader'],
    entrypoint: [],
    cmd: ['/aria2/start.sh'],
    sizeBytes: 24_871_340,
    program: (argv, context) => (starts(argv, 'start.sh', 'aria2c') ? aria2ng(context) : null),
  },
  {
    names: ['ikubernetes/myapp'],
    entrypoint: [],
    cmd: ['nginx', '-g', 'daemon off;'],
    sizeBytes: 6_491_412,
    program: (argv, context) => (starts(argv, 'nginx') ? myapp(context) : null),
  },
  {
    names: ['ikubernetes/demoapp'],
    entrypoint: ['/bin/sh', '-c', 'python3 /usr/local/bin/demo.py'],
    cmd: [],
    sizeBytes: 36_093_184,
    program: (argv, context) => (starts(argv, 'python3') ? demoapp(context) : null),
  },
  {
    names: ['hashicorp/http-echo'],
    entrypoint: ['/http-echo'],
    cmd: [],
    sizeBytes: 2_733_021,
    program: (argv, context) => (starts(argv, 'http-echo') ? httpEcho(argv, context) : null),
  },
  {
    names: ['traefik/whoami', 'containous/whoami'],
    entrypoint: ['/whoami'],
    cmd: [],
    sizeBytes: 2_840_612,
    program: (argv, context) => (starts(argv, 'whoami') ? whoami(argv, context) : null),
  },
  {
    names: ['httpd'],
    entrypoint: [],
    cmd: ['httpd-foreground'],
    sizeBytes: 58_712_300,
    program: (argv, context) =>
      starts(argv, 'httpd-foreground')
        ? page(
            context,
            'httpd',
            80,
            (request) =>
              isRoot(request)
                ? htmlReply('<html><body><h1>It works!</h1></body></html>\n')
                : htmlReply('<title>404 Not Found</title>\n', 404),
            'Apache/2.4 (Unix)',
          )
        : null,
  },
  {
    names: ['google-samples/hello-app', 'hello-app'],
    entrypoint: [],
    cmd: ['/hello-app'],
    sizeBytes: 13_746_942,
    program: (argv, context) =>
      starts(argv, 'hello-app')
        ? page(context, 'hello-app', envPort(context, 8080), () =>
            textReply(
              `Hello, world!\nVersion: ${context.image.tag.startsWith('2') ? '2.0.0' : '1.0.0'}\nHostname: ${context.hostname}\n`,
            ),
          )
        : null,
  },
  {
    names: ['google-samples/kubernetes-bootcamp', 'kubernetes-bootcamp'],
    entrypoint: [],
    cmd: ['/bin/sh', '-c', 'node server.js'],
    sizeBytes: 80_000_000,
    program: (argv, context) =>
      starts(argv, 'node')
        ? page(context, 'node', 8080, () =>
            textReply(
              `Hello Kubernetes bootcamp! | Running on: ${context.hostname} | v=${context.image.tag.replace(/^v/, '')}\n`,
            ),
          )
        : null,
  },
];
