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

type Manifest = Record<string, unknown> & { exports?: Record<string, string> };

/** Makes the package.json of a published package. Its exports are compiled modules. It has no scripts and no development dependencies. */
export function publishedManifest(source: Manifest): Record<string, unknown> {
  const kept = Object.fromEntries(KEPT.filter((key) => key in source).map((key) => [key, source[key]]));
  if (source.exports === undefined) return kept;
  // Leaves out the exports of source files, because only this repository imports them.
  const published = Object.entries(source.exports).filter(([path]) => !path.startsWith("./src/"));
  const exports = published.map(([path, file]) => [path, compiledEntry(file)]);
  return { ...kept, exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" } };
}

function compiledEntry(source: string) {
  const path = source.replace("./src/", "./").replace(/\.tsx?$/, "");
  return { types: `${path}.d.ts`, default: `${path}.js` };
}
