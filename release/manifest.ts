const KEPT = [
  "name",
  "version",
  "description",
  "keywords",
  "license",
  "type",
  "engines",
  "sideEffects",
  "bin",
  "dependencies",
  "peerDependencies",
  "peerDependenciesMeta",
];

/** The path of a module. Or, for a file that needs no compiler, such as styles: the paths of the file and of its types. */
type Entry = string | Record<string, string>;
type Manifest = Record<string, unknown> & { exports?: Record<string, Entry> };

/**
 * Creates the package.json of a published package. The exports of the package are compiled modules. The package has no scripts and no
 * development dependencies. `folder`: the folder of the package in the repository. `repository`: the URL of the repository. npm compares
 * this URL with the repository whose workflow publishes the package.
 */
export function publishedManifest(
  source: Manifest,
  { folder, repository }: { folder: string; repository: string | undefined },
): Record<string, unknown> {
  const kept = Object.fromEntries(KEPT.filter((key) => key in source).map((key) => [key, source[key]]));
  if (repository !== undefined) kept.repository = { type: "git", url: `git+${repository}.git`, directory: folder };
  if (source.exports === undefined) return kept;
  // The exports of source files are omitted, because only this repository imports them.
  const published = Object.entries(source.exports).filter(([path]) => !path.startsWith("./src/"));
  const exports = published.map(([path, file]) => [path, compiledEntry(file)]);
  return { ...kept, exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" } };
}

/** Returns the URL of the repository whose workflow runs this command, or undefined outside of a workflow. */
export function repositoryUrl(
  { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env,
): string | undefined {
  return server === undefined || name === undefined ? undefined : `${server}/${name}`;
}

function compiledEntry(source: Entry) {
  if (typeof source !== "string") {
    return Object.fromEntries(Object.entries(source).map(([key, path]) => [key, path.replace("./src/", "./")]));
  }
  const path = source.replace("./src/", "./").replace(/\.tsx?$/, "");
  return { types: `${path}.d.ts`, default: `${path}.js` };
}
