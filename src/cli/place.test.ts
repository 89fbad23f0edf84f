import { describe, expect, test } from 'vitest';
import { parsePlace, parseTarget, placeText, targetText } from './place.ts';

describe('places and targets', () => {
  test.each(['external', 'node/class', 'pod/client', 'pod/kube-system/coredns-x', 'netns/class/by-hand'])(
    '%s is a place and is written back so',
    (text) => {
      const place = parsePlace(text);
      expect(place.ok && placeText(place.value)).toBe(text);
    },
  );

  test.each([
    '',
    'node',
    'node/',
    'node/a/b',
    'pod/',
    'pod/a/',
    'pod//a',
    'pod/a/b/c',
    'netns/a',
    'svc/a',
    'External',
    '10.0.0.1',
  ])('%j is no place', (text) => {
    expect(parsePlace(text)).toEqual({
      ok: false,
      error: `${JSON.stringify(text)} is no place: node/NAME, pod/NAME, pod/NAMESPACE/NAME, netns/NODE/NAME or external`,
    });
  });

  test.each([
    'svc/web:80',
    'svc/kube-system/kube-dns:53',
    '10.96.0.20:65535',
    'external:9999',
    'node/class:30080',
    'pod/a/b:1',
  ])('%s is a target and is written back so', (text) => {
    const target = parseTarget(text);
    expect(target.ok && `${targetText(target.value.to)}:${target.value.port}`).toBe(text);
  });

  test.each([
    'svc/web',
    'svc/web:',
    'svc/web:0',
    'svc/web:65536',
    'svc/web:80x',
    'svc/web:080',
    ':80',
    'svc/:80',
    'svc/a/b/c:80',
    '10.96.0:80',
    '10.96.0.256:80',
  ])('%j is no target', (text) => {
    expect(parseTarget(text)).toMatchObject({ ok: false, error: expect.stringContaining('is no target') as string });
  });
});
