/**
 * Servers that somebody starts by hand in a namespace: `python3 -m http.server PORT &`, and `pkill`.
 *
 * Simplification: python3's server of an empty directory is the only one, in the background; it speaks HTTP/1.1. pkill finds what was
 * started by hand alone: what a container runs is its runtime's to kill.
 */
import { IP_ANY } from '../../lib/ip.ts';
import { err, ok } from '../../lib/result.ts';
import type { Kernel } from '../../net/kernel.ts';
import type { Netns } from '../../net/netns.ts';
import { htmlReply, httpListener, type HttpReply } from '../../node/workload/http.ts';
import { toPort } from '../../node/workload/script.ts';
import { DONE, notSimulated, type ToolResult, type Words } from './words.ts';

const DEFAULT_PORT = 8000;

interface HandServer {
  readonly netns: Netns;
  readonly process: string;
  readonly close: () => void;
}

export class HandServers {
  readonly #httpDate: () => string;
  #running: readonly HandServer[] = [];

  /** `httpDate`: now, as an HTTP Date header has it. */
  constructor(httpDate: () => string) {
    this.#httpDate = httpDate;
  }

  /** `python3` with the words behind it. */
  python(netns: Netns, process: string, words: Words): ToolResult {
    if (!words.accept('-m') || !words.accept('http.server'))
      return notSimulated(`${process} other than "-m http.server [PORT] &"`);
    const text = words.peek();
    const given = text === null || text === '&' ? null : words.take();
    const port = given === null ? DEFAULT_PORT : toPort(given);
    if (port === null) return err(`${process} -m http.server: error: argument port: invalid int value: '${given ?? ''}'`);
    if (!words.accept('&'))
      return notSimulated(`a server in the foreground, which does not come back (end the line with " &")`);
    const server = { port, serverHeader: 'SimpleHTTP/0.6 Python/3.11.7', httpDate: this.#httpDate, respond: directory };
    const bound = netns.listen({ ...httpListener(server), addr: IP_ANY, process });
    if (!bound.ok) return err(`OSError: [Errno 98] ${bound.error}`);
    this.#running = [...this.#running, { netns, process, close: bound.value }];
    return DONE;
  }

  /** Of a machine: process IDs are not divided by network namespace. */
  pkill(kernel: Kernel, words: Words): ToolResult {
    words.accept('-f');
    const name = words.take();
    if (name === null) return err('pkill: no matching criteria specified');
    const ended = this.#running.filter(({ netns, process }) => netns.kernel === kernel && process.includes(name));
    if (ended.length === 0) return err(`pkill: nothing of the name ${name} was started by hand`);
    for (const { close } of ended) close();
    this.#running = this.#running.filter((server) => !ended.includes(server));
    return ok('');
  }
}

/** http.server.SimpleHTTPRequestHandler in an empty directory, its pages as Python 3.11 writes them. */
function directory({ path }: { readonly path: string }): HttpReply {
  return path === '/' ? htmlReply(LISTING) : htmlReply(NOT_FOUND, 404);
}

const LISTING = `<!DOCTYPE HTML>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Directory listing for /</title>
</head>
<body>
<h1>Directory listing for /</h1>
<hr>
<ul>
</ul>
<hr>
</body>
</html>
`;

const NOT_FOUND = `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 404</p>
        <p>Message: File not found.</p>
        <p>Error code explanation: 404 - Nothing matches the given URI.</p>
    </body>
</html>
`;
