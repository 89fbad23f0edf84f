import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type Rolldown } from 'vite';

/**
 * The policy of the built page. Scenarios, shared links and pasted YAML are untrusted, so nothing runs or loads that the build
 * did not emit: no inline script, no eval, no other host. Style attributes are refused too; style elements that react-aria and
 * CodeMirror make at run time carry `styleNonce` (a static host cannot make a fresh one for each load, so it is no secret: it
 * keeps out what does not know the page, and reaches no script).
 */
const styleNonce = 'kubehop-style';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${styleNonce}'`,
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Only the build carries the policy: the dev server's hot reload needs inline script. */
function contentSecurityPolicyMeta(): Plugin {
  return {
    name: 'content-security-policy-meta',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/**
 * Names in the page what its entry imports on demand, so that it is fetched beside the entry and not after it. The entry imports
 * nothing that the first picture does not need (src/ui/main.ts), so what the page names is the first load: `.size-limit.mjs`
 * weighs it, and tests/e2e/first-load.spec.ts holds it against what a browser fetches.
 */
function preloadFirstLoad(): Plugin {
  return {
    name: 'preload-first-load',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {}, chunk }) => {
        const statically = new Set(chunk === undefined ? [] : importsOf(bundle, [chunk.fileName]));
        const all = chunk === undefined ? [] : importsOf(bundle, [chunk.fileName, ...chunk.dynamicImports]);
        return all
          .filter((file) => !statically.has(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` },
            injectTo: 'head',
          }));
      },
    },
  };
}

/** The chunks and all they import statically. */
function importsOf(bundle: Rolldown.OutputBundle, files: readonly string[]): readonly string[] {
  const found = new Set(files);
  for (const file of found) {
    const output = bundle[file];
    if (output?.type === 'chunk') for (const imported of output.imports) found.add(imported);
  }
  return [...found];
}

export default defineConfig({
  // Relative addresses: the build runs from any folder of any static host.
  base: './',
  // Tells the libraries the nonce, by <meta property="csp-nonce">.
  html: { cspNonce: styleNonce },
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
    contentSecurityPolicyMeta(),
    preloadFirstLoad(),
  ],
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // No file becomes a data: address, which the policy would refuse for fonts.
    assetsInlineLimit: 0,
  },
});
