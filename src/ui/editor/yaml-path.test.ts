import { describe, expect, it } from 'vitest';
import { placeOf } from './yaml-path.ts';

const TEXT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: nginx
        ports:
          - containerPort: 80
            protocol: TCP
      - image: x
        
---
kind: Service
spec:
  ports:
  - port: 80
    
  selector:
    app: web
`.split('\n');

const deployment = { kind: 'Deployment', apiVersion: 'apps/v1' };
const service = { kind: 'Service', apiVersion: null };

describe('placeOf', () => {
  it.each([
    ['the root', 2, 0, { ...deployment, path: [] }],
    ['metadata', 3, 2, { ...deployment, path: ['metadata'] }],
    ['a list item at its parent’s column', 9, 8, { ...deployment, path: ['spec', 'template', 'spec', 'containers'] }],
    [
      'a list item deeper than its parent',
      11,
      12,
      { ...deployment, path: ['spec', 'template', 'spec', 'containers', 'ports'] },
    ],
    ['a second item', 13, 8, { ...deployment, path: ['spec', 'template', 'spec', 'containers'] }],
    ['another document', 19, 4, { ...service, path: ['spec', 'ports'] }],
    ['after a list', 20, 2, { ...service, path: ['spec'] }],
  ])('%s', (_name, line, column, expected) => {
    expect(placeOf(TEXT, line, column)).toEqual(expected);
  });
});
