import { execFileSync } from 'node:child_process';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig, type HtmlTagDescriptor, type Plugin, type Rolldown } from 'vite';

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

interface ShippedScenario {
  readonly id: string;
  readonly title: Readonly<Record<string, string>>;
  readonly picture: string | null;
}

/**
 * Tells the page which scenarios ship (`virtual:shipped-scenarios`). A build takes their pictures, each a file of its own; the
 * server for development takes none, and its page waits for the engine.
 */
function shippedScenarios(): Plugin {
  const name = 'virtual:shipped-scenarios';
  let building = false;
  return {
    name: 'shipped-scenarios',
    configResolved: ({ command }) => {
      building = command === 'build';
    },
    resolveId: { filter: { id: /^virtual:shipped-scenarios$/ }, handler: () => `\0${name}` },
    load: {
      filter: { id: /^\0virtual:shipped-scenarios$/ },
      handler() {
        const entries = readShipped(building).map(({ id, title, picture: source }) => {
          const file = source === null ? null : this.emitFile({ type: 'asset', name: `picture-${id}.json`, source });
          const picture = file === null ? 'null' : `import.meta.ROLLUP_FILE_URL_${file}`;
          return `{ id: ${JSON.stringify(id)}, title: ${JSON.stringify(title)}, picture: ${picture} }`;
        });
        return { code: `export const shipped = [${entries.join(', ')}];`, moduleType: 'js' };
      },
    },
  };
}

/** In a process of its own, so that this file does not bundle the engine. */
function readShipped(pictures: boolean): readonly ShippedScenario[] {
  const program = ['scripts/run.mjs', 'scripts/shipped-scenarios.ts', ...(pictures ? ['--pictures'] : [])];
  const printed = execFileSync(process.execPath, program, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(printed) as readonly ShippedScenario[];
}

/**
 * Names in the page what its entry imports on demand, with its styles, so that they are fetched beside the entry and not after it. The entry imports nothing that the first picture does not need (src/ui/main.ts), so what the page
 * names is the first load: `.size-limit.mjs` weighs it, and tests/e2e/first-load.spec.ts holds it against what a browser fetches.
 */
function preloadFirstLoad(): Plugin {
  return {
    name: 'preload-first-load',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {}, chunk }) => {
        if (chunk === undefined) return [];
        const entry = importsOf(bundle, [chunk.fileName]);
        const scripts = importsOf(bundle, onDemandOf(bundle, entry)).filter((file) => !entry.includes(file));
        return [
          ...stylesOf(bundle, scripts).map((file) => link(file, { rel: 'stylesheet' })),
          ...scripts.map((file) => link(file, { rel: 'modulepreload' })),
        ];
      },
    },
  };
}

function link(file: string, attrs: Readonly<Record<string, string>>): HtmlTagDescriptor {
  return { tag: 'link', attrs: { ...attrs, crossorigin: true, href: `./${file}` }, injectTo: 'head' };
}

function onDemandOf(bundle: Rolldown.OutputBundle, files: readonly string[]): readonly string[] {
  return files.flatMap((file) => {
    const output = bundle[file];
    return output?.type === 'chunk' ? output.dynamicImports : [];
  });
}

function stylesOf(bundle: Rolldown.OutputBundle, scripts: readonly string[]): readonly string[] {
  const styles = scripts.flatMap((file) => {
    const output = bundle[file];
    return output?.type === 'chunk' ? [...(output.viteMetadata?.importedCss ?? [])] : [];
  });
  return [...new Set(styles)];
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
    shippedScenarios(),
    preloadFirstLoad(),
  ],
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Sizes are judged compressed, by .size-limit.mjs.
    chunkSizeWarningLimit: 1_000,
    // The first load in two files, not in as many as there are combinations of later parts that share some of it: the entry, which
    // must work when nothing else loads, and the rest.
    rolldownOptions: {
      // Opening the scenarios takes most of a build.
      checks: { bundlerTimings: false },
      output: {
        codeSplitting: {
          groups: [
            { name: 'entry', tags: ['$initial'], priority: 2 },
            { name: 'start', test: /[\\/]src[\\/]ui[\\/](app[\\/]start|topology[\\/]Topology)\.tsx$/, priority: 1 },
          ],
        },
      },
    },
    // No file becomes a data: address, which the policy would refuse for fonts.
    assetsInlineLimit: 0,
  },
});
