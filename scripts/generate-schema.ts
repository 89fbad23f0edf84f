/**
 * Writes src/api/schema/schema.generated.ts and docs.generated.ts from the type declarations of kubernetes-models (themselves
 * generated from Kubernetes' OpenAPI files): `node scripts/run.mjs scripts/generate-schema.ts`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const models = join(root, 'node_modules/kubernetes-models');

/** Declaration files of the stored kinds. */
const KIND_FILES: Readonly<Record<string, string>> = {
  ConfigMap: 'v1/ConfigMap',
  DaemonSet: 'apps/v1/DaemonSet',
  Deployment: 'apps/v1/Deployment',
  Endpoints: 'v1/Endpoints',
  EndpointSlice: 'discovery.k8s.io/v1/EndpointSlice',
  Event: 'v1/Event',
  Namespace: 'v1/Namespace',
  Node: 'v1/Node',
  Pod: 'v1/Pod',
  ReplicaSet: 'apps/v1/ReplicaSet',
  Service: 'v1/Service',
  StatefulSet: 'apps/v1/StatefulSet',
};

/** The declarations don't tell int32 from int64; these fields are int64 in the Go types. */
const INT64 = new Set([
  'activeDeadlineSeconds',
  'collectedSeconds',
  'deletionGracePeriodSeconds',
  'expirationSeconds',
  'fsGroup',
  'generation',
  'observedGeneration',
  'runAsGroup',
  'runAsUser',
  'seconds',
  'supplementalGroups',
  'terminationGracePeriodSeconds',
  'tolerationSeconds',
]);

const SCALARS: Readonly<Record<string, string>> = { Quantity: 'q', IntOrString: 'x', Time: 't', MicroTime: 't', FieldsV1: 'a' };

const types = new Map<string, Record<string, string>>();
const docs = new Map<string, Record<string, string>>();

/** `ServicePort` for IIoK8sApiCoreV1ServicePort, `discovery.EndpointPort` where the group matters. */
function shortName(reference: string): string {
  const match =
    /^I?IoK8s(?:Api|ApimachineryPkg(?:Apis|Api|Util))(Core|Apps|Discovery|Meta|Resource|Intstr)(?:V1)?([A-Z]\w*)$/.exec(
      reference,
    );
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`unknown reference ${reference}`);
  return match[1] === 'Discovery' && match[2] !== 'EndpointSlice' ? `discovery.${match[2]}` : match[2];
}

function fileOf(from: string, specifier: string): string {
  const base = specifier.startsWith('.') ? resolve(dirname(from), specifier) : join(root, 'node_modules', specifier);
  const file = `${base}.d.ts`;
  if (!existsSync(file)) throw new Error(`no declarations at ${file}`);
  return file;
}

interface Source {
  readonly file: string;
  readonly imports: ReadonlyMap<string, string>;
  readonly declaration: ts.InterfaceDeclaration;
}

function load(file: string): Source {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const imports = new Map<string, string>();
  let declaration: ts.InterfaceDeclaration | undefined;
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement)) declaration ??= statement;
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const { name } of bindings.elements) imports.set(name.text, statement.moduleSpecifier.text);
  }
  if (declaration === undefined) throw new Error(`no interface in ${file}`);
  return { file, imports, declaration };
}

function typeCode(node: ts.TypeNode, field: string, source: Source): string {
  if (node.kind === ts.SyntaxKind.StringKeyword) return 's';
  if (node.kind === ts.SyntaxKind.NumberKeyword) return INT64.has(field) ? 'l' : 'i';
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return 'b';
  if (ts.isParenthesizedTypeNode(node)) return typeCode(node.type, field, source);
  if (ts.isUnionTypeNode(node) || ts.isLiteralTypeNode(node)) return `s=${literals(node).join('|')}`;
  if (ts.isTypeLiteralNode(node)) {
    const [member] = node.members;
    return member !== undefined && ts.isIndexSignatureDeclaration(member) ? `{}${typeCode(member.type, field, source)}` : 'a';
  }
  if (ts.isTypeReferenceNode(node)) return referenceCode(node, field, source);
  return 'a';
}

function literals(node: ts.TypeNode): readonly string[] {
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(literals).filter((text) => text !== '');
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) return [node.literal.text];
  return [];
}

function referenceCode(node: ts.TypeReferenceNode, field: string, source: Source): string {
  const name = node.typeName.getText();
  const [argument] = node.typeArguments ?? [];
  if (name === 'Array' && argument !== undefined) return `[]${typeCode(argument, field, source)}`;
  const specifier = source.imports.get(name);
  if (specifier === undefined) return 'a';
  const short = shortName(name);
  const scalar = SCALARS[short];
  if (scalar !== undefined) return scalar;
  collect(short, load(fileOf(source.file, specifier)));
  return `@${short}`;
}

/** The first sentences of a field's comment, without links and feature notes. */
function docOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  const text = comment === undefined || !ts.isJSDoc(comment) || typeof comment.comment !== 'string' ? '' : comment.comment;
  return text
    .replace(/\s*More info:\s*\S+/g, '')
    .replace(/\n+Possible enum values:[\s\S]*/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function collect(short: string, source: Source): void {
  if (types.has(short)) return;
  const fields: Record<string, string> = {};
  const texts: Record<string, string> = {};
  types.set(short, fields);
  docs.set(short, texts);
  const own = docOf(source.declaration);
  if (own !== '') texts[''] = own;
  for (const member of source.declaration.members) {
    if (!ts.isPropertySignature(member) || member.type === undefined || !ts.isStringLiteral(member.name)) continue;
    const field = member.name.text;
    fields[field] = typeCode(member.type, field, source) + (member.questionToken === undefined ? '!' : '');
    const text = docOf(member);
    if (text !== '') texts[field] = text;
  }
}

function render(name: string, comment: string, table: ReadonlyMap<string, Record<string, string>>): string {
  const rows = [...table]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, fields]) => `  ${JSON.stringify(type)}: ${JSON.stringify(fields)},`);
  const type = 'Readonly<Record<string, Readonly<Record<string, string>>>>';
  return `${comment}\nexport const ${name}: ${type} = {\n${rows.join('\n')}\n};\n`;
}

for (const [kind, path] of Object.entries(KIND_FILES)) collect(kind, load(join(models, `${path}.d.ts`)));

const origin = `/**
 * Generated by scripts/generate-schema.ts from kubernetes-models, whose declarations come from Kubernetes' OpenAPI files
 * (Apache-2.0, see NOTICE). Do not edit.`;
writeFileSync(
  join(root, 'src/api/schema/schema.generated.ts'),
  render(
    'TYPES',
    `${origin}
 *
 * Field types by type name: s text (s=A|B one of), i int32, l int64, b boolean, q quantity, x number or text, t time, a anything,
 * @Name an object, [] a list, {} a map; a final ! marks a field the declarations call required.
 */`,
    types,
  ),
);
writeFileSync(
  join(root, 'src/api/schema/docs.generated.ts'),
  render('DOCS', `${origin}\n *\n * What each type ('' its own text) and field is for: the editor's hover texts.\n */`, docs),
);
process.stdout.write(`${types.size} types\n`);
