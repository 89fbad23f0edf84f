import { describe, expect, it } from 'vitest';
import { parseImage } from './image.ts';
import { containerName, sandboxName } from './names.ts';
import { durationText, ImageStore } from './image-store.ts';

describe('image names', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx', 'nginx', 'latest', 'nginx:latest'],
    ['ikubernetes/myapp:v1', 'docker.io/ikubernetes/myapp', 'ikubernetes/myapp', 'v1', 'ikubernetes/myapp:v1'],
    ['registry.k8s.io/pause:3.9', 'registry.k8s.io/pause', 'registry.k8s.io/pause', '3.9', 'registry.k8s.io/pause:3.9'],
    ['localhost:5000/a/b', 'localhost:5000/a/b', 'localhost:5000/a/b', 'latest', 'localhost:5000/a/b:latest'],
  ])('%s', (text, repository, familiar, tag, full) => {
    expect(parseImage(text)).toEqual({ ok: true, value: { text: full, repository, familiar, tag, digest: null } });
  });

  it.each(['', 'a//b', 'a:', 'nginx:a b', 'nginx@sha256:123'])('refuses %j', (text) => {
    expect(parseImage(text)).toEqual({
      ok: false,
      error: `Failed to apply default image tag "${text}": couldn't parse image name "${text}": invalid reference format`,
    });
  });
});

describe('container names', () => {
  const pod = { name: 'web', namespace: 'default', uid: 'u-1' };
  it('are docker’s', () => {
    expect([sandboxName(pod, 0), containerName('nginx', pod, 2)]).toEqual([
      'k8s_POD_web_default_u-1_0',
      'k8s_nginx_web_default_u-1_2',
    ]);
  });
});

describe('pulls', () => {
  const image = parseImage('nginx:1.25');
  it('wait for each other and take the layers once', () => {
    const store = new ImageStore();
    if (!image.ok) throw new Error(image.error);
    const pulls = [store.pull(image.value, 0), store.pull(image.value, 0)];
    expect(pulls.map(({ ownNs, totalNs }) => [durationText(ownNs), durationText(totalNs)])).toEqual([
      ['1.57s', '1.57s'],
      ['150ms', '1.72s'],
    ]);
  });
});
