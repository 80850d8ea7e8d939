import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

const features = readdirSync(join(root, "packages/web/src/features")).map(
  (name) => `packages/web/src/features/${name}`,
);

/** The features of the server in the order of their imports. A feature may import only features that precede it in this list. */
const featuresInOrder = [
  "access",
  "people",
  "usage",
  "attachments",
  "outbox",
  "audit",
  "policy",
  "storage",
  "downloads",
  "sharing",
  "links",
  "uploads",
  "previews",
  "notes",
  "trash",
  "moving",
  "requests",
  "adoption",
  "accounts",
  "tokens",
  "changes",
  "mail",
  "webhooks",
  "administration",
  "embedding",
].map((name) => `packages/server/src/features/${name}`);

/**
 * The zones that each zone may import (ARCHITECTURE.md). A zone is a folder of source files. A file belongs to the zone with the longest
 * matching path. Each zone may also import its own files, the modules of Node.js, and the packages in its package.json.
 */
const zones: Record<string, readonly string[]> = {
  "packages/presign/src": [],
  "packages/contract/src": [],
  "packages/client/src": ["packages/contract/src"],
  "packages/react/src": ["packages/client/src"],
  "packages/s3-local/src": ["packages/presign/src"],
  // The pages in the folder `app` combine features, because a feature may not import another feature.
  "packages/web/src": ["packages/web/src/app", "packages/web/src/styles"],
  // The page for visitors of links is a separate bundle without the code of the app.
  "packages/web/src/landing": [
    "packages/web/src/components",
    "packages/web/src/files",
    "packages/web/src/texts",
    "packages/client/src",
  ],
  "packages/web/src/app": [
    ...features,
    "packages/web/src/components",
    "packages/web/src/service",
    "packages/web/src/texts",
    "packages/client/src",
    "packages/react/src",
  ],
  ...Object.fromEntries(
    features.map((feature) => [
      feature,
      [
        "packages/web/src/components",
        "packages/web/src/files",
        "packages/web/src/service",
        "packages/web/src/texts",
        "packages/client/src",
        "packages/react/src",
      ],
    ]),
  ),
  "packages/web/src/components": ["packages/web/src/texts"],
  "packages/web/src/files": ["packages/client/src"],
  "packages/web/src/service": [
    "packages/web/src/files",
    "packages/web/src/texts",
    "packages/client/src",
    "packages/react/src",
  ],
  "packages/web/src/texts": ["packages/client/src"],
  "packages/web/src/styles": [],
  "packages/server/src/platform": ["packages/presign/src", "packages/contract/src"],
  ...Object.fromEntries(
    featuresInOrder.map((feature, rank) => [
      feature,
      ["packages/server/src/platform", "packages/contract/src", ...featuresInOrder.slice(0, rank)],
    ]),
  ),
  "packages/server/src/operations": [
    "packages/server/src/platform",
    ...featuresInOrder,
    "packages/contract/src",
    "packages/presign/src",
    "packages/s3-local/src",
  ],
  "packages/server/src/wiring": [
    "packages/server/src/platform",
    ...featuresInOrder,
    "packages/server/src/operations",
    "packages/contract/src",
  ],
  "packages/server/src/cli": [
    "packages/server/src/wiring",
    "packages/server/src/platform",
    ...featuresInOrder,
    "packages/server/src/operations",
    "packages/presign/src",
  ],
  // The folder `terminal` contains commands that start without the code of the server.
  "packages/valetkey/src": ["packages/valetkey/src/terminal", "packages/server/src/cli"],
  "packages/valetkey/src/terminal": ["packages/client/src", "packages/contract/src"],
  // The entry files of the server: cli.ts, index.ts for applications that embed the service, and testing.ts for their tests.
  "packages/server/src": [
    "packages/s3-local/src",
    "packages/server/src/cli",
    "packages/server/src/wiring",
    ...featuresInOrder,
    "packages/server/src/platform",
  ],
};

const packages: Record<string, string> = {
  "@valetkey/presign": "packages/presign/src",
  "@valetkey/contract": "packages/contract/src",
  "@valetkey/client": "packages/client/src",
  "@valetkey/react": "packages/react/src",
  "@valetkey/s3-local": "packages/s3-local/src",
};

/**
 * The files of a feature that all other features may import, in addition to index.ts, its queries and its fragments of SQL. Most of these
 * files define the types of the feature and their rules.
 */
const openFiles: Record<string, readonly string[]> = {
  access: ["attachment", "note", "caller", "authorise"],
  people: ["person", "administrators", "find-users", "revocation"],
  usage: ["usage"],
  attachments: ["annotations", "routes"],
  outbox: ["mail", "webhook", "queue-mail"],
  audit: ["audit-event", "routes", "webhook-messages"],
  storage: ["object-deletions"],
  downloads: ["issue-url", "issue-urls", "routes"],
  sharing: ["share", "invitation", "accept-invitation", "sign-up"],
  links: [
    "link",
    "file-request",
    "receiver",
    "owner/change",
    "owner/read",
    "owner/routes",
    "visitor/admit",
    "visitor/email-codes",
    "visitor/look-at-link",
    "visitor/pass",
    "visitor/routes",
  ],
  uploads: [
    "batch",
    "complete",
    "decide",
    "file-form",
    "parts",
    "record-upload",
    "routes",
    "sender",
    "start",
    "transition",
    "verify",
  ],
  previews: ["routes", "start"],
  requests: ["routes", "visitor-uploads"],
  accounts: ["own/account-links", "own/delete-account", "own/owner"],
};
const OPEN_ANYWAY = /^(?:index|sql|queries|.*-queries|queries\/.*)$/;
const OF_FEATURE = /^packages\/server\/src\/features\/([a-z]+)\/(.+)\.ts$/;

/** Each sealed folder with its entry file, the only file that code outside of the folder may import. */
const doors: Record<string, string> = {
  "packages/server/src/features/audit/journal": "log.ts",
};

// Test files may import from every layer. The rules are for published code, which includes helpers for the tests of applications.
const isShipped = (path: string) =>
  path.endsWith("packages/server/src/testing.ts") || !/\.(test|suite)\.tsx?$|\/testing(\/|\.ts$)/.test(path);

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"]+)"/g;

const COMMENT = /\/\*.*?\*\/|^\s*\/\/.*?$/gms;
/** Matches the path with which benchmarks import a source file of the server. */
const OF_SERVER = /^@valetkey\/server\/(?=src\/)/;

/** Matches files that may contain SQL: the queries and fragments of SQL of features, and three folders of the platform. */
const OF_SQL =
  /\/features\/[a-z]+\/(?:.*\/)?(?:queries\/[^/]+|[a-z-]*queries|sql)\.ts$|\/platform\/(?:database|limits|jobs)\//;
/** Code with its own SQL, because it opens a database with pragmas, or has a separate database file without Kysely. */
const WITH_OWN_SQL = [
  "packages/server/src/wiring/database",
  "packages/server/src/features/audit/journal",
  "packages/server/src/operations/doctor/checks",
];
/** Matches a template of SQL, a query or schema change of Kysely, and an SQL statement at the start of a text. */
const SQL = new RegExp(
  [
    /\bsql(?:<[^`;]*>)?`/,
    /\.(?:select(?:No)?From|insertInto|replaceInto|mergeInto|updateTable|deleteFrom|withRecursive)\(/,
    // The method `with` of an array has an index as its argument, not a name.
    /\.with\(\s*["'`]/,
    /\.schema\s*\.(?:create|alter|drop)[A-Z]\w*\(/,
    /["'`]\s*(?:(?:insert|replace) (?:or \w+ )?into|delete from|update \S+ set|with (?:recursive )?\w+(?: \([^)]*\))? as\b) /,
    /["'`]\s*(?:create|alter|drop) (?:unique |virtual |temp )?(?:table|index|view|trigger|function) /,
    /["'`]select \S.* from /,
    // A template of SQL may have line breaks.
    /`\s*select\s[^`;]*\sfrom\s/,
  ]
    .map(({ source }) => source)
    .join("|"),
);

/** The modules of features and packages that an embedding must not load. */
const OF_SERVICE = new RegExp(
  [
    "/features/(?:accounts|administration|changes|mail|requests|tokens|webhooks)/",
    "/features/(?:links|notes|sharing)/(?:index|routes|jobs)",
    "/(?:operations|platform/(?:mailer|outgoing|tracing))/",
    "/openapi-document",
    "/node_modules/(?:@aws-sdk|@opentelemetry|@simplewebauthn|better-auth|nodemailer|@fastify/(?:static|swagger|multipart))/",
  ].join("|"),
);

type Import = { from: string; to: string };

const codeOf = (file: string) => readFileSync(file, "utf8").replace(COMMENT, "");

/** Finds the imports of values and types from files of the repository. */
function importsOf(file: string): Import[] {
  const from = relative(root, file);
  const code = codeOf(file);
  return [...code.matchAll(SPECIFIER)].flatMap(([, specifier = ""]) => {
    // The rules are for code. A package may read the version in its package.json.
    if (specifier.endsWith(".json")) return [];
    if (specifier.startsWith(".")) return [{ from, to: relative(root, resolve(dirname(file), specifier)) }];
    if (OF_SERVER.test(specifier)) return [{ from, to: specifier.replace(OF_SERVER, "packages/server/") }];
    const folder = packages[specifier.split("/").slice(0, 2).join("/")];
    return folder === undefined ? [] : [{ from, to: `${folder}/index.ts` }];
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

function sourceFiles(...folders: string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules") && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes("/src/"));
}

/** Finds the shortest circle of imports through each file of a circle. Returns each circle only once. */
function circlesOf(edges: readonly Pick<Import, "from" | "to">[]): string[] {
  const targets = Map.groupBy(edges, ({ from }) => from);
  const found = new Map<string, string>();
  for (const start of targets.keys()) {
    const circle = shortestWay({ from: start, to: start, targets });
    if (circle === undefined) continue;
    const files = circle.toSorted().join();
    if (!found.has(files)) found.set(files, [...circle, start].join(" -> "));
  }
  return [...found.values()];
}

type Search = { from: string; to: string; targets: ReadonlyMap<string, readonly Pick<Import, "to">[]> };

function shortestWay({ from, to, targets }: Search): string[] | undefined {
  const ways = [[from]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of targets.get(way.at(-1) as string) ?? []) {
      if (next.to === to) return way;
      if (seen.has(next.to)) continue;
      seen.add(next.to);
      ways.push([...way, next.to]);
    }
  }
  return undefined;
}

/** Returns whether a file outside of a sealed folder imports a file of this folder other than its entry file. */
function passesDoor({ from, to }: Pick<Import, "from" | "to">): boolean {
  return Object.entries(doors).some(
    ([folder, door]) => to.startsWith(`${folder}/`) && !from.startsWith(`${folder}/`) && to !== `${folder}/${door}`,
  );
}

/** Returns the imported file as `feature/file` if `openFiles` must list it: a file of another feature, but not index.ts or queries. */
function openedFile({ from, to }: Pick<Import, "from" | "to">): string | undefined {
  const [, source] = OF_FEATURE.exec(from) ?? [];
  const [, target, file = ""] = OF_FEATURE.exec(to) ?? [];
  if (source === undefined || target === undefined || source === target || OPEN_ANYWAY.test(file)) return undefined;
  return `${target}/${file}`;
}

function mayHaveSql(path: string): boolean {
  return OF_SQL.test(path) || WITH_OWN_SQL.some((place) => path.startsWith(place));
}

describe("imports between source files", () => {
  const edges = sourceFiles("packages").filter(isShipped).flatMap(importsOf);
  const ofTests = sourceFiles("e2e").flatMap(importsOf);

  it("the files of a layer import only files of lower layers", () => {
    expect(edges.length).toBeGreaterThan(100);
    expect(edges.filter((edge) => !isAllowed(edge))).toEqual([]);
  });

  it("a feature imports only index.ts, query files and listed files of another feature", () => {
    const opened = new Set(edges.map(openedFile).filter((file) => file !== undefined));
    const listed = Object.entries(openFiles).flatMap(([feature, files]) => files.map((file) => `${feature}/${file}`));
    expect([...opened].toSorted()).toEqual(listed.toSorted());
  });

  it("the list featuresInOrder contains each feature of the server exactly once", () => {
    const folders = readdirSync(join(root, "packages/server/src/features"));
    expect(featuresInOrder.map((feature) => basename(feature)).toSorted()).toEqual(folders.toSorted());
  });

  it.each([
    "packages/server/src",
    "packages/server/src/platform",
    "packages/client/src",
    "packages/contract/src",
    "packages/presign/src",
    "packages/react/src",
    "packages/s3-local/src",
    "packages/web/src",
    "e2e/src",
  ])("the folders in %s do not import each other in a circle", (folder) => {
    const roomOf = (path: string) => relative(folder, path).split("/")[0] as string;
    const rooms = (folder === "e2e/src" ? ofTests : edges)
      .filter(({ from, to }) => from.startsWith(`${folder}/`) && to.startsWith(`${folder}/`))
      .map(({ from, to }) => ({ from: roomOf(from), to: roomOf(to) }))
      .filter(({ from, to }) => from !== to);
    expect(circlesOf(rooms)).toEqual([]);
  });

  it("no files import each other in a circle", () => {
    const ofBench = sourceFiles("bench").filter(isShipped).flatMap(importsOf);
    expect(circlesOf([...edges, ...ofBench])).toEqual([]);
  });

  it("only the query files of features and three folders of the platform contain SQL", () => {
    const files = sourceFiles("packages/server").filter(isShipped);
    const withSql = files.filter((file) => SQL.test(codeOf(file))).map((file) => relative(root, file));
    expect(withSql.length).toBeGreaterThan(30);
    expect(withSql.filter((path) => !mayHaveSql(path))).toEqual([]);
    for (const place of WITH_OWN_SQL)
      expect(
        withSql.some((path) => path.startsWith(place)),
        place,
      ).toBe(true);
  });

  // The service loads tracing.ts only with a configured collector, which tracing.test.ts checks.
  it("only one source file imports OpenTelemetry", () => {
    const importers = sourceFiles("packages").filter((file) => /"@opentelemetry\//.test(readFileSync(file, "utf8")));
    expect(importers.map((file) => relative(root, file))).toEqual([
      "packages/server/src/platform/tracing/open-telemetry.ts",
    ]);
  });

  // An import would read all exports of node:http, and so load `fetch` and HTTP/2, which takes a tenth of the CPU time of a start.
  it("the service and the built-in bucket do not import values from node:http", () => {
    const files = [...sourceFiles("packages/server"), ...sourceFiles("packages/s3-local")].filter(isShipped);
    const imports = (file: string) => /^import (?!type )[^;]*from "node:http"/m.test(codeOf(file));
    expect(files.filter(imports).map((file) => relative(root, file))).toEqual([]);
  });

  // Kysely has 240 files, which would double the time in which the thread starts.
  it("the worker thread that writes the URL journal does not load Kysely", () => {
    const preload = join(import.meta.dirname, "testing/list-modules.child.ts");
    const thread = join(root, "packages/server/src/features/audit/journal/journal-worker.ts");
    // Without a database, the process fails, but only after it has loaded its modules.
    const { stderr } = spawnSync(process.execPath, ["--import", preload, thread], { encoding: "utf8" });
    expect(stderr).toContain("features/audit/audit-event.ts");
    expect(stderr).not.toContain("/kysely/");
  });

  it("createValetKey loads no feature or package that only the service needs", () => {
    const preload = join(import.meta.dirname, "testing/list-modules.child.ts");
    const entry = join(root, "packages/server/src/index.ts");
    const { stderr } = spawnSync(process.execPath, ["--import", preload, entry], { encoding: "utf8" });
    const loaded = stderr.split("\n");
    expect(loaded.some((line) => line.includes("/wiring/embedding/create-valet-key.ts"))).toBe(true);
    expect(loaded.filter((line) => OF_SERVICE.test(line))).toEqual([]);
  });

  it("code outside of a sealed folder imports only the entry file of this folder", () => {
    expect(sourceFiles("packages", "bench", "e2e").flatMap(importsOf).filter(passesDoor)).toEqual([]);
  });
});

describe("the check of imports", () => {
  it.each([
    ["packages/server/src/features/notes/index.ts", "packages/server/src/operations/backup/make.ts"],
    ["packages/server/src/features/links/link.ts", "packages/server/src/features/uploads/start.ts"],
    ["packages/server/src/platform/jobs/loop.ts", "packages/server/src/features/notes/jobs.ts"],
    ["packages/server/src/platform/database/engine.ts", "packages/server/src/cli/start.ts"],
    ["packages/server/src/wiring/app.ts", "packages/server/src/cli/start.ts"],
    ["packages/presign/src/index.ts", "packages/s3-local/src/index.ts"],
    ["packages/server/src/features/notes/index.ts", "packages/server/src/cli.ts"],
    ["packages/server/src/wiring/app.ts", "packages/elsewhere/src/index.ts"],
    ["packages/client/src/client.ts", "packages/presign/src/index.ts"],
    ["packages/server/src/wiring/app.ts", "packages/client/src/index.ts"],
    ["packages/client/src/client.ts", "packages/react/src/index.ts"],
    ["packages/server/src/wiring/app.ts", "packages/web/src/main.tsx"],
    ["packages/web/src/features/notes/note-list.tsx", "packages/web/src/features/sharing/access-line.tsx"],
    ["packages/web/src/features/notes/note-list.tsx", "packages/web/src/app/router.tsx"],
    ["packages/web/src/components/button.tsx", "packages/web/src/service/client.ts"],
    ["packages/web/src/landing/main.ts", "packages/web/src/service/client.ts"],
    ["packages/web/src/landing/main.ts", "packages/web/src/app/app.tsx"],
  ])("the import check does not permit that %s imports %s", (from, to) => {
    expect(isAllowed({ from, to })).toBe(false);
  });

  it.each([
    'db.selectFrom("notes")',
    'kysely.insertInto("notes")',
    "sql`now()`",
    "sql<SqlBool>`true`",
    'database.prepare("select id from notes")',
    "prepare(`insert into notes values (?)`)",
    'kysely.mergeInto("notes")',
    'db.with("old", (db) => db)',
    'db.withRecursive("old", (db) => db)',
    'kysely.schema.dropTable("notes")',
    'exec("update notes set title = 1")',
    'exec("with old as (select 1) delete from notes")',
    'exec("drop table notes")',
    "prepare(`\n  select id\n  from notes`)",
  ])("the check of SQL finds SQL in the code %s", (code) => {
    expect(SQL.test(code)).toBe(true);
  });

  it.each([
    "list.with(0, note)",
    "route.schema.body",
    '"create an account"',
    '"update the table"',
    '"with --list: copy each object from the bucket"',
    '"drop a file here"',
  ])("the check of SQL finds no SQL in the code %s", (code) => {
    expect(SQL.test(code)).toBe(false);
  });

  it.each([
    ["features/notes/queries.ts", true],
    ["features/notes/search-index-queries.ts", true],
    ["features/links/queries/links.ts", true],
    ["features/access/sql.ts", true],
    ["platform/limits/in-database.ts", true],
    ["features/notes/index.ts", false],
    ["platform/mailer/smtp.ts", false],
    ["operations/backup/make.ts", false],
  ])("the check of SQL knows whether the file %s may contain SQL (%s)", (path, expected) => {
    expect(mayHaveSql(`packages/server/src/${path}`)).toBe(expected);
  });

  it.each([
    ["notes/index", "links/visitor/claim", "links/visitor/claim"],
    ["notes/index", "links/index", undefined],
    ["notes/index", "links/queries/links", undefined],
    ["notes/index", "outbox/mail-queries", undefined],
    ["links/index", "links/visitor/claim", undefined],
  ])("the import check knows which listed file an import needs (%s imports %s: %s)", (from, to, expected) => {
    const path = (file: string) => `packages/server/src/features/${file}.ts`;
    expect(openedFile({ from: path(from), to: path(to) })).toBe(expected);
  });

  it("the import check reports each circle of imports once", () => {
    const edges = ["a b", "b c", "c a", "c d", "d d", "e a"].map((edge) => {
      const [from = "", to = ""] = edge.split(" ");
      return { from, to };
    });
    expect(circlesOf(edges)).toEqual(["a -> b -> c -> a", "d -> d"]);
  });

  it("the import check permits only imports of the entry file of a sealed folder", () => {
    const journal = "packages/server/src/features/audit/journal";
    expect(passesDoor({ from: "packages/server/src/wiring/database/open-sqlite.ts", to: `${journal}/file.ts` })).toBe(
      true,
    );
    expect(passesDoor({ from: "packages/server/src/wiring/database/open-sqlite.ts", to: `${journal}/log.ts` })).toBe(
      false,
    );
    expect(passesDoor({ from: `${journal}/journal-worker.ts`, to: `${journal}/file.ts` })).toBe(false);
  });
});
