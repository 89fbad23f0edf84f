/** What docs/fidelity.md says: the simplifications read from a file's comments, and the page made of them. */

export interface FileSimplifications {
  /** From the repository's root. */
  readonly path: string;
  readonly lines: readonly string[];
}

const layerTitles: readonly (readonly [folder: string, title: string])[] = [
  ['lib', 'Values'],
  ['sim', 'Time'],
  ['net', 'The Linux network'],
  ['api', 'Kubernetes objects'],
  ['controlplane', 'Control plane'],
  ['node', 'Nodes: kubelet, CNI, kube-proxy, workloads'],
  ['cluster', 'The cluster as a whole'],
  ['shell', 'Terminal'],
  ['lesson', 'Lessons'],
  ['ui', 'Interface'],
  ['cli', 'Command line'],
];

const intro = `# What is simplified

Kubehop executes packets on a model of the Linux kernel and of Kubernetes. This page lists every place where the model is
known to differ from the real thing, as the source files themselves say it. It is generated: \`npm run fidelity\`.
`;

/** The text of each `Simplification:` in the comments of a file, on one line each. */
export function simplificationsOf(source: string): string[] {
  const found: string[] = [];
  for (const comment of source.match(/\/\*\*?[\s\S]*?\*\/|(?:^[ \t]*\/\/.*\n?)+/gm) ?? []) {
    for (const paragraph of paragraphsOf(comment)) {
      found.push(...paragraph.split(/\bSimplification:\s*/).slice(1));
    }
  }
  return found.map((text) => text.trim());
}

export function fidelityPage(files: readonly FileSimplifications[]): string {
  const sections = layerTitles.flatMap(([folder, title]) => {
    const own = files.filter(({ path }) => path.startsWith(`src/${folder}/`));
    return own.length === 0 ? [] : [`\n## ${title}\n\n${own.map(fileSection).join('\n')}`];
  });
  return intro + sections.join('');
}

function fileSection({ path, lines }: FileSimplifications): string {
  return `\`${path}\`\n\n${lines.map((line) => `- ${line}\n`).join('')}`;
}

function paragraphsOf(comment: string): string[] {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)?\s?/, '').replace(/\*\/\s*$/, ''));
  return lines
    .join('\n')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' '));
}
