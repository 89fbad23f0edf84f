/** The source tree as the architecture tests see it: every file of src, its text, and what it imports, types apart from values. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export interface Import {
  /** As written: `./veth.ts`, `react`. */
  readonly specifier: string;
  /** A type import is erased and brings nothing along at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface SourceFile {
  /** From the repository's root, `/` between: `src/net/dev/veth.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly isTest: boolean;
}

/** All TypeScript files of src, sorted by path. */
export function sources(): SourceFile[] {
  return readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('src', file).replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(repository, path), 'utf8')));
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(path, text), isTest: /\.test\.tsx?$/.test(path) };
}

/** The file that a relative import means, from the repository's root; null for a package. */
export function targetOf(file: SourceFile, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return join(dirname(file.path), specifier.replace(/\?.*$/, '')).replaceAll('\\', '/');
}

function importsOf(path: string, text: string): Import[] {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const imported = importAt(node);
    if (imported !== null) {
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ ...imported, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** With verbatimModuleSyntax only `import type` and `export type` are erased; `import { type A }` still loads the module. */
function importAt(node: ts.Node): Omit<Import, 'line'> | null {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: textOf(node.moduleSpecifier), typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), typeOnly: true };
  }
  const [argument] = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments : [];
  return argument === undefined ? null : { specifier: textOf(argument), typeOnly: false };
}

function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : node.getText();
}
