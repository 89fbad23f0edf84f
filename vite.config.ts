import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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

export default defineConfig({
  // Relative addresses: the build runs from any folder of any static host.
  base: './',
  // Tells the libraries the nonce, by <meta property="csp-nonce">.
  html: { cspNonce: styleNonce },
  plugins: [react(), { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' }, contentSecurityPolicyMeta()],
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // No file becomes a data: address, which the policy would refuse for fonts.
    assetsInlineLimit: 0,
  },
});
