/**
 * `npm run -s conformance -- FILE_OR_DIR…`: holds the engine against recorded rules and packets.
 *
 * For each file what differs, expected beside found, the first divergence first; last the line `N passed, M failed`. Exit 0 when
 * all passed, 1 when any failed, 2 for wrong use.
 */
import { checkVectorFile, vectorFiles } from './conformance/vector-files.ts';

const USAGE = `usage: npm run -s conformance -- FILE_OR_DIR...

Checks vector files (rules of kube-proxy, paths of packets), folders with all they hold. The formats are described in
tests/conformance/README.md.
`;

function main(argv: readonly string[]): number {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const option = argv.find((argument) => argument.startsWith('-'));
  if (argv.length === 0 || option !== undefined) {
    process.stderr.write(option === undefined ? USAGE : `unknown option ${option}\n${USAGE}`);
    return 2;
  }
  const results = argv.flatMap(checkPath);
  const passed = results.filter((ok) => ok).length;
  process.stdout.write(`${passed} passed, ${results.length - passed} failed\n`);
  return passed === results.length && passed > 0 ? 0 : 1;
}

/** One verdict per file; a path that is not there, or a folder without files, is one failure. */
function checkPath(path: string): readonly boolean[] {
  const files = vectorFiles(path);
  if (typeof files === 'string') return [report(path, [files])];
  if (files.length === 0) return [report(path, ['holds no .json file'])];
  return files.map((file) => report(file, checkVectorFile(file)));
}

function report(path: string, lines: readonly string[]): boolean {
  process.stdout.write(
    lines.length === 0 ? `ok      ${path}\n` : `FAILED  ${path}\n${lines.map((line) => `  ${line}\n`).join('')}`,
  );
  return lines.length === 0;
}

process.exitCode = main(process.argv.slice(2));
