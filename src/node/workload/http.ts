/**
 * As much of HTTP/1.1 as servers of the image table speak (RFC 9112): one request, one answer, connection closed.
 *
 * A client that sends nothing is treated as one that asks for `/` and gets the body alone: a bare TCP connection shows who answers.
 */
import { assertExists } from '../../lib/assert.ts';
import type { IpAddr } from '../../lib/ip.ts';
import { IP_ANY } from '../../lib/ip.ts';
import type { ServerRequest } from '../../net/socket/sockets.ts';
import type { Listener } from './workload.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** As sent: path and query. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Header lines as sent. */
  readonly headerLines: readonly string[];
  readonly body: string;
  readonly peer: { readonly addr: IpAddr; readonly port: number };
  readonly local: { readonly addr: IpAddr; readonly port: number };
}

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: readonly string[];
}

export interface HttpServer {
  readonly port: number;
  readonly addr?: IpAddr;
  /** The Server header; null for none. */
  readonly serverHeader: string | null;
  readonly httpDate: () => string;
  readonly respond: (request: HttpRequest) => HttpReply;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/;

/** The request in `text`, or null when it is not HTTP. */
export function parseHttpRequest({ text, peer, local }: ServerRequest): HttpRequest | null {
  const end = text.indexOf('\r\n\r\n');
  const head = (end < 0 ? text : text.slice(0, end)).split(/\r?\n/);
  const line = REQUEST_LINE.exec(head[0] ?? '');
  if (line === null) return null;
  const target = assertExists(line[2], 'request target');
  const headerLines = head.slice(1).filter((header) => header !== '');
  const question = target.indexOf('?');
  return {
    method: assertExists(line[1], 'request method'),
    path: question < 0 ? target : target.slice(0, question),
    query: parseQuery(question < 0 ? '' : target.slice(question + 1)),
    target,
    headers: new Map(headerLines.map(splitHeader)),
    headerLines,
    body: end < 0 ? '' : text.slice(end + 4),
    peer,
    local,
  };
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, Math.max(colon, 0)).toLowerCase(), line.slice(colon + 1).trim()];
}

function parseQuery(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('&').filter((pair) => pair !== '');
  return new Map(pairs.map((pair) => [decodePart(pair.split('=')[0] ?? ''), decodePart(pair.split('=').slice(1).join('='))]));
}

/** Percent-decoding that leaves what is malformed as it is. */
function decodePart(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  return /%(?![0-9a-fA-F]{2})/.test(spaced) ? spaced : decodeURIComponentSafe(spaced);
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // Escapes that are no UTF-8: servers take the bytes as they are.
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** A socket that answers HTTP. */
export function httpListener(server: HttpServer): Listener {
  return {
    protocol: 'tcp',
    addr: server.addr ?? IP_ANY,
    port: server.port,
    handler: (request) => {
      if (request.text.trim() === '') return server.respond(bareRequest(request)).body;
      const parsed = parseHttpRequest(request);
      if (parsed === null) return replyText(server, BAD_REQUEST, 'GET');
      return replyText(server, server.respond(parsed), parsed.method);
    },
  };
}

const BAD_REQUEST: HttpReply = { status: 400, contentType: 'text/plain; charset=utf-8', body: '400 Bad Request' };

function bareRequest({ peer, local }: ServerRequest): HttpRequest {
  return {
    method: 'GET',
    path: '/',
    query: new Map(),
    target: '/',
    headers: new Map(),
    headerLines: [],
    body: '',
    peer,
    local,
  };
}

function replyText({ serverHeader, httpDate }: HttpServer, reply: HttpReply, method: string): string {
  const head = [
    `HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? ''}`.trimEnd(),
    ...(serverHeader === null ? [] : [`Server: ${serverHeader}`]),
    `Date: ${httpDate()}`,
    `Content-Type: ${reply.contentType}`,
    `Content-Length: ${byteLength(reply.body)}`,
    ...(reply.headers ?? []),
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : reply.body}`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

export function textReply(body: string, status = 200): HttpReply {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export function htmlReply(body: string, status = 200): HttpReply {
  return { status, contentType: 'text/html', body };
}

/** The status code of an answer, or null when it is not HTTP. */
export function httpStatusOf(text: string): number | null {
  const line = /^HTTP\/1\.[01] (\d{3})/.exec(text);
  return line === null ? null : Number(line[1]);
}

/** What a client such as curl prints of an answer: the body of an HTTP one, else all of it. */
export function httpBodyOf(text: string): string {
  const end = text.indexOf('\r\n\r\n');
  return httpStatusOf(text) === null || end < 0 ? text : text.slice(end + 4);
}

/** Go's net/http answer for a path that nothing serves. */
export const GO_NOT_FOUND = textReply('404 page not found\n', 404);

/** A server written in Go that has a few fixed pages: health and metrics. */
export function pagesListener(
  { httpDate }: { readonly httpDate: () => string },
  addr: IpAddr,
  port: number,
  pages: Readonly<Record<string, string>>,
): Listener {
  const respond = ({ path }: { readonly path: string }): HttpReply => {
    const body = pages[path];
    return body === undefined ? GO_NOT_FOUND : textReply(body);
  };
  return httpListener({ port, addr, serverHeader: null, httpDate, respond });
}
