import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

const features = readdirSync(join(root, "packages/web/src/features")).map(
  (name) => `packages/web/src/features/${name}`,
);

/**
 * Who may import whom, from the top down (ARCHITECTURE.md). A zone is a folder; the most specific one that contains a file is its zone.
 * A zone may import itself, what is listed, Node's own modules and any package that its package.json names.
 */
const zones: Record<string, readonly string[]> = {
  "packages/presign/src": [],
  "packages/contract/src": [],
  "packages/client/src": ["packages/contract/src"],
  "packages/s3-local/src": ["packages/presign/src"],
  // The web app: pages put features together, and a feature knows no other feature.
  "packages/web/src": ["packages/web/src/app", "packages/web/src/styles"],
  "packages/web/src/app": [
    ...features,
    "packages/web/src/components",
    "packages/web/src/service",
    "packages/web/src/texts",
    "packages/client/src",
  ],
  ...Object.fromEntries(
    features.map((feature) => [
      feature,
      ["packages/web/src/components", "packages/web/src/service", "packages/web/src/texts", "packages/client/src"],
    ]),
  ),
  "packages/web/src/components": ["packages/web/src/texts"],
  "packages/web/src/service": ["packages/web/src/texts", "packages/client/src"],
  "packages/web/src/texts": ["packages/client/src"],
  "packages/web/src/styles": [],
  "packages/server/src/domain": [],
  "packages/server/src/usecases": ["packages/server/src/domain"],
  "packages/server/src/db": ["packages/server/src/usecases", "packages/server/src/domain"],
  "packages/server/src/bucket": ["packages/server/src/usecases", "packages/server/src/domain", "packages/presign/src"],
  "packages/server/src/scanner": ["packages/server/src/usecases", "packages/server/src/domain"],
  "packages/server/src/http": ["packages/server/src/usecases", "packages/server/src/domain", "packages/contract/src"],
  "packages/server/src/config": [],
  "packages/server/src/background": ["packages/server/src/usecases", "packages/server/src/domain"],
  "packages/server/src/embedded-bucket": ["packages/s3-local/src"],
  // The only zone that sees all the others.
  "packages/server/src/wiring": [
    "packages/server/src/config",
    "packages/server/src/domain",
    "packages/server/src/usecases",
    "packages/server/src/db",
    "packages/server/src/bucket",
    "packages/server/src/scanner",
    "packages/server/src/http",
    "packages/server/src/background",
    "packages/server/src/embedded-bucket",
  ],
  "packages/server/src/cli": [
    "packages/server/src/wiring",
    "packages/server/src/config",
    "packages/server/src/domain",
    "packages/server/src/usecases",
    "packages/presign/src",
  ],
  // Only the entry, cli.ts.
  "packages/server/src": ["packages/server/src/cli"],
};

const packages: Record<string, string> = {
  "@valetkey/presign": "packages/presign/src",
  "@valetkey/contract": "packages/contract/src",
  "@valetkey/client": "packages/client/src",
  "@valetkey/s3-local": "packages/s3-local/src",
};

// Tests may use the real parts of any layer; what is shipped may not.
const isShipped = (path: string) => /\.tsx?$/.test(path) && !/\.(test|suite)\.tsx?$|\/testing(\/|\.ts$)/.test(path);

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g;

type Import = { from: string; to: string; specifier: string };

function importsOf(file: string): Import[] {
  const from = relative(root, file);
  return [...readFileSync(file, "utf8").matchAll(SPECIFIER)].flatMap(([, specifier = ""]) => {
    if (specifier.startsWith(".")) {
      return [{ from, to: relative(root, resolve(dirname(file), specifier)), specifier }];
    }
    const name = specifier.split("/").slice(0, 2).join("/");
    const folder = packages[name];
    return folder === undefined ? [] : [{ from, to: `${folder}/index.ts`, specifier }];
  });
}

function zoneOf(path: string): string | undefined {
  return Object.keys(zones)
    .filter((zone) => path.startsWith(`${zone}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function isAllowed({ from, to }: Import): boolean {
  const source = zoneOf(from);
  const target = zoneOf(to);
  if (source === undefined || target === undefined) return false;
  return source === target || (zones[source] ?? []).includes(target);
}

function shippedFiles(): string[] {
  return readdirSync(join(root, "packages"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => isShipped(path) && path.includes("/src/"));
}

describe("imports go downward only", () => {
  it("in every file that is shipped", () => {
    const files = shippedFiles();
    expect(files.length).toBeGreaterThan(30);
    const upward = files.flatMap(importsOf).filter((edge) => !isAllowed(edge));
    expect(upward).toEqual([]);
  });

  it("so that an upward import, a sideways one and an unknown folder would be found", () => {
    const refused = [
      { from: "packages/server/src/domain/note.ts", to: "packages/server/src/usecases/notes.ts" },
      { from: "packages/server/src/db/notes.ts", to: "packages/server/src/http/app.ts" },
      { from: "packages/server/src/http/app.ts", to: "packages/server/src/bucket/index.ts" },
      { from: "packages/presign/src/index.ts", to: "packages/s3-local/src/index.ts" },
      { from: "packages/server/src/usecases/notes.ts", to: "packages/server/src/main.ts" },
      { from: "packages/server/src/http/app.ts", to: "packages/elsewhere/src/index.ts" },
      { from: "packages/client/src/client.ts", to: "packages/presign/src/index.ts" },
      { from: "packages/server/src/http/app.ts", to: "packages/client/src/index.ts" },
      { from: "packages/server/src/http/app.ts", to: "packages/web/src/main.tsx" },
      {
        from: "packages/web/src/features/notes/note-list.tsx",
        to: "packages/web/src/features/sharing/access-line.tsx",
      },
      { from: "packages/web/src/features/notes/note-list.tsx", to: "packages/web/src/app/router.tsx" },
      { from: "packages/web/src/components/button.tsx", to: "packages/web/src/service/client.ts" },
    ];
    for (const edge of refused) expect(isAllowed({ ...edge, specifier: "" }), `${edge.from} -> ${edge.to}`).toBe(false);
  });
});
