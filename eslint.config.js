import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const scripts = ['**/*.{ts,tsx}'];
const tests = ['**/*.test.{ts,tsx}', 'tests/**/*.ts'];

/** Time comes from the virtual clock (src/sim) and chance from seeded streams (src/lib/rng.ts): equal logs give equal traces. */
const deterministic = {
  globals: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame', 'requestIdleCallback'].map(
    (name) => ({ name, message: 'The engine schedules on the virtual clock (src/sim).' }),
  ),
  clocks: [
    { object: 'Date', property: 'now', message: 'The engine knows only virtual time (src/sim).' },
    { object: 'performance', property: 'now', message: 'Only src/cli/bench and src/ui read a real clock.' },
    { object: 'performance', property: 'timeOrigin', message: 'Only src/cli/bench and src/ui read a real clock.' },
    { object: 'process', property: 'hrtime', message: 'Only src/cli/bench reads a real clock.' },
  ],
  chance: [
    { object: 'Math', property: 'random', message: 'Draw from a forked stream (src/lib/rng.ts).' },
    { object: 'crypto', property: 'randomUUID', message: 'Draw from a forked stream (src/lib/rng.ts).' },
    { object: 'crypto', property: 'getRandomValues', message: 'Draw from a forked stream (src/lib/rng.ts).' },
  ],
  dates: {
    selector: ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]',
    message: 'The engine knows only virtual time (src/sim).',
  },
};

/** State lives in objects that someone made: two clusters can be in one page. */
const moduleState = {
  selector: ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind="let"]',
  message: 'No state at module level.',
};

/** Bans that hold for all of src. */
const shape = [
  { selector: 'ExportAllDeclaration', message: 'No barrels: name what is exported.' },
  { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
  { selector: 'TSEnumDeclaration', message: 'A union of string literals instead.' },
];

export default defineConfig(
  globalIgnores(['dist', 'coverage', 'test-results', 'playwright-report', '**/*.generated.ts']),
  // A rule that does not fit is changed here for all, not silenced at one line.
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.{js,mjs}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: { process: 'readonly', performance: 'readonly' } },
  },
  {
    files: scripts,
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', ...shape],
      '@typescript-eslint/consistent-type-imports': 'error',
      // `'main' | 'local' | string` tells the reader which strings to expect.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidOperator: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/ui/**'],
    rules: {
      'no-restricted-globals': ['error', ...deterministic.globals],
      'no-restricted-properties': ['error', ...deterministic.clocks, ...deterministic.chance],
      'no-restricted-syntax': ['error', ...shape, deterministic.dates, moduleState],
    },
  },
  {
    // The bench measures, so it reads a clock; its simulations do not.
    files: ['src/cli/bench.ts', 'src/cli/bench/**/*.ts'],
    rules: { 'no-restricted-properties': ['error', ...deterministic.chance] },
  },
  {
    files: ['src/ui/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
  },
  {
    files: tests,
    rules: { 'max-lines': 'off' },
  },
  {
    // These tools want a default export.
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
