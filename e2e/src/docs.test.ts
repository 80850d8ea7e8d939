import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { problems } from "../../packages/contract/src/problems.ts";
import { S3, startDirectory } from "../../packages/server/src/platform/config/testing/start-directory.ts";
import { codesOfService } from "../../site/pages.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const jsonBlocks = (path: string) =>
  [...read(path).matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => JSON.parse(text));

const PROVIDER_SETTINGS = "docs/provider-settings.md";
const statementsOf = (path: string) => jsonBlocks(path).flatMap(({ Statement = [] }) => Statement);

describe("requirement 18: docs/aws.md has valid policies", () => {
  it("the bucket policy in docs/aws.md permits each URL that the service signs", () => {
    const statement = statementsOf("docs/aws.md").find(({ Sid }) => Sid === "RefuseOldSignatures");
    expect(statement.Effect).toBe("Deny");
    const ageSeconds = Number(statement.Condition.NumericGreaterThan["s3:signatureAge"]) / 1000;
    const [setting = "", ttlMax = ""] = /`(URL_TTL_MAX)=(\d+)`/.exec(read("docs/aws.md"))?.slice(1) ?? [];
    const { limits } = startDirectory().load({ [setting]: ttlMax }).config;
    // The policy in docs/aws.md permits signatures up to this age. With the documented setting, no URL of the service lives longer.
    expect(ageSeconds).toBeGreaterThanOrEqual(limits.urlTtlMaxSeconds);
    expect(ageSeconds).toBeGreaterThanOrEqual(limits.uploadTtlSeconds);
  });

  it("docs/aws.md has a policy that permits uploads and denies reads", () => {
    const policies = jsonBlocks("docs/aws.md").filter((block) => Array.isArray(block.Statement));
    const uploads = policies.find(({ Statement }) => Statement.some(deniesReading));
    expect(uploads).toBeDefined();
    const allowed = uploads.Statement.flatMap(actionsIfAllowed);
    expect(allowed).toContain("s3:PutObject");
    expect(allowed).not.toContain("s3:GetObject");
  });

  it("docs/aws.md has valid permissions and a CORS configuration", () => {
    const [policy, cors] = jsonBlocks("docs/aws.md");
    expect(policy.Statement.flatMap(actionsIfAllowed)).toEqual(
      expect.arrayContaining(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]),
    );
    expect(cors[0].ExposeHeaders).toContain("ETag");
    expect(cors[0].AllowedMethods).toEqual(expect.arrayContaining(["GET", "PUT"]));
  });
});

describe("docs/provider-settings.md", () => {
  const page = read(PROVIDER_SETTINGS);
  const [, block = ""] = /```sh\n([\s\S]*?)```/.exec(page) ?? [];
  const common = Object.fromEntries([...block.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const rows = [...page.matchAll(/^\| \[(.+?)\]\((#\S+)\) +\| `(\S+)` +\| `(\S+)` +\| (.+?) +\|$/gm)].map(
    ([, name = "", heading = "", AWS_REGION = "", S3_ENDPOINT = "", cors = ""]) => ({
      name,
      heading,
      AWS_REGION,
      S3_ENDPOINT,
      cors,
    }),
  );

  it("docs/provider-settings.md has a row and a section for each provider", () => {
    const sections = anchorsOf(page).slice(1);
    expect(sections.length).toBeGreaterThan(8);
    expect(rows.map(({ heading }) => heading)).toEqual(sections.map((anchor) => `#${anchor}`));
  });

  it.each(rows)(
    "the service accepts all settings in docs/provider-settings.md for $name",
    ({ AWS_REGION, S3_ENDPOINT }) => {
      const { config } = startDirectory().load({ ...S3, ...common, AWS_REGION, S3_ENDPOINT });
      expect(config.bucket).toMatchObject({
        name: common.AWS_BUCKET_NAME,
        region: AWS_REGION,
        endpoint: S3_ENDPOINT,
      });
    },
  );

  it("docs/provider-settings.md has a CORS configuration for Google with PUT and ETag", () => {
    const [[rule]] = jsonBlocks(PROVIDER_SETTINGS);
    expect(rule.method).toEqual(["GET", "HEAD", "PUT"]);
    expect(rule.responseHeader).toContain("ETag");
  });

  it("docs/provider-settings.md says for each provider how to set CORS", () => {
    const ways = ["command", "dashboard", "`gcloud`", "setting of MinIO", "web console"];
    expect(rows.filter(({ cors }) => !ways.includes(cors))).toEqual([]);
  });
});

describe("docs/errors.md", () => {
  it("docs/errors.md lists every error code with its status and its remedy", () => {
    const rows = [...read("docs/errors.md").matchAll(/^\| (`.+`) +\| (\d+) +\| .+? +\|$/gm)];
    const listed = rows.flatMap(([, codes = "", status]) =>
      [...codes.matchAll(/\w+/g)].map(([code]) => ({ code, status: Number(status) })),
    );
    const known = Object.entries(problems).map(([code, { status }]) => ({ code, status }));
    const byCode = (one: { code: string }, other: { code: string }) => one.code.localeCompare(other.code);
    expect(listed.toSorted(byCode)).toEqual(known.toSorted(byCode));
    const first = listed.slice(0, -codesOfService().length);
    expect(first).toEqual(first.toSorted((one, other) => one.status - other.status));
  });

  it("the library uses no error code that docs/errors.md limits to the service", () => {
    const folders = ["attachments", "downloads", "embedding", "moving", "previews", "uploads"];
    const sources = folders.flatMap((folder) =>
      readdirSync(join(ROOT, "packages/server/src/features", folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
        .map((name) => read(join("packages/server/src/features", folder, name))),
    );
    const ofService = codesOfService();
    expect(ofService.length).toBeGreaterThan(30);
    expect(ofService.filter((code) => sources.some((source) => source.includes(`"${code}"`)))).toEqual([]);
  });
});

describe("docs/embedding.md", () => {
  const page = read("docs/embedding.md");
  it("docs/embedding.md states the correct number of lines of its example", () => {
    const [, app = ""] = /\/\/ app\.mjs\n(.*?)```/s.exec(page) ?? [];
    const [call = ""] = /^ *const files = await createValetKey.*?^ *\}\);$/ms.exec(app) ?? [];
    const others = app.split("\n").filter((line) => line.includes('"@valetkey/server"') || line.includes("files.node"));
    const callLines = call.split("\n").length;
    const all = callLines + others.length;
    expect(page).toContain(`The embedding has ${all} lines: the import, the ${callLines} lines of \`createValetKey\``);
  });
});

describe("docs/compare.md", () => {
  const page = read("docs/compare.md");
  const cellsOf = (section: string) =>
    [...(page.split(`\n## ${section}\n`)[1]?.split("\n## ")[0] ?? "").matchAll(/^\| (.+) \|$/gm)]
      .map(([, row = ""]) => row.split(" | ").map((cell) => cell.trim()))
      .slice(2);
  const features = cellsOf("What adopters expect");
  const proofs = cellsOf("The tests behind our column");

  it("docs/compare.md names a test for each feature that Valet Key has", () => {
    const shown = features.filter(([, ours]) => ours !== "no").map(([feature]) => feature);
    expect(features.length).toBeGreaterThan(20);
    expect(proofs.map(([feature]) => feature)).toEqual(shown);
  });

  it.each(proofs)("the test that docs/compare.md names for a feature exists (%s)", (_, cell = "") => {
    const [, title = "", file = ""] = /^\[(.+)\]\(\.\.\/(.+)\)$/.exec(cell) ?? [];
    expect(read(file)).toContain(`it("${title}"`);
  });
});

describe("the lowest version of Node.js in package.json", () => {
  it.each(["README.md", "docs/deploy.md", "CONTRIBUTING.md"])(
    "the file %s names the lowest Node.js version that package.json permits",
    (page) => {
      const { engines } = JSON.parse(read("package.json"));
      const [, oldest, newest] = /^\^(20\.\d+)\.0 \|\| >=(\d+\.\d+)\.0$/.exec(engines.node) ?? [];
      const text = read(page);
      expect(text).toContain(`npm with Node ${newest} or later, or with Node 20 from ${oldest}`);
    },
  );

  it.each(["README.md", "packages/valetkey/README.md", "packages/server/README.md", "docs/embedding.md"])(
    "the file %s names the Node.js versions on which the published packages run",
    (page) => {
      for (const name of ["valetkey", "server"]) {
        const { engines } = JSON.parse(read(`packages/${name}/package.json`));
        const [, older, newer] = /^\^(22\.\d+) \|\| >=(\d+\.\d+)$/.exec(engines.node) ?? [];
        expect(read(page)).toContain(`Node ${newer} or later, or Node ${older} or a later version of Node 22`);
      }
    },
  );
});

describe("every page of the docs", () => {
  it.each(pages())("every link on the page %s leads to an existing file or heading", (path) => {
    const broken = linksOf(read(path)).filter(({ file, heading }) => {
      const target = file === "" ? path : relative(ROOT, resolve(ROOT, dirname(path), file));
      if (!existsSync(join(ROOT, target))) return true;
      return heading !== undefined && !anchorsOf(read(target)).includes(heading);
    });
    expect(broken).toEqual([]);
  });
});

describe("docs/README.md, the index of the pages", () => {
  it("the index of the docs links to every page and every ADR", () => {
    const reached = new Set<string>();
    const visit = (path: string) => {
      if (!path.endsWith(".md") || reached.has(path)) return;
      reached.add(path);
      for (const { file } of linksOf(read(path))) visit(relative(ROOT, resolve(ROOT, dirname(path), file)));
    };
    visit("docs/README.md");
    expect(pages().filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe("docs/adr", () => {
  const numbers = pages(["docs/adr"])
    .flatMap((path) => /(\d{4})-/.exec(path)?.[1] ?? [])
    .map(Number);

  it("the ADRs have numbers from 1 without gaps, in their file names and titles", () => {
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    const titled = pages(["docs/adr"]).flatMap((path) => /^# (\d+)\. /.exec(read(path))?.[1] ?? []);
    expect(titled.map(Number)).toEqual(numbers);
  });

  it("the code and the pages name only ADRs that exist", () => {
    const files = execFileSync("git", ["grep", "-lE", "\\bADR\\b"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
    const named = files.flatMap((path) =>
      [...read(path).matchAll(/\bADR[\s*/]+(\d+)/g)].map(([, number]) => ({ path, number: Number(number) })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ number }) => !numbers.includes(number))).toEqual([]);
  });
});

/** Lists the Markdown files of the repository by path. */
function pages(folders = [".", "docs", "docs/adr", "bench", "examples", "e2e/src/web/testing", ...packages()]) {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  );
}

function packages(): string[] {
  return readdirSync(join(ROOT, "packages")).map((name) => join("packages", name));
}

function linksOf(page: string): { file: string; heading: string | undefined }[] {
  const withoutCode = page.replaceAll(/```.*?```/gs, "");
  return (
    [...withoutCode.matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)]
      .map(([, link, image]) => link ?? image ?? "")
      .filter((href) => !/^https?:/.test(href))
      // For a badge, the test checks the workflow file. The link of a badge is relative, because the host of the repository is unknown.
      .map((href) => href.replace(/^..\/..\/actions\/(workflows\/[^/]+)(\/badge.svg)?$/, ".github/$1"))
      .map((href) => href.split("#", 2))
      .map(([file = "", heading]) => ({ file, heading }))
  );
}

/** Returns the anchors that GitHub makes for the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

type Statement = { Effect: string; Action: string | string[] };

function deniesReading({ Effect, Action }: Statement): boolean {
  return Effect === "Deny" && Action.includes("s3:GetObject");
}

function actionsIfAllowed({ Effect, Action }: Statement): string[] {
  return Effect === "Allow" ? [Action].flat() : [];
}
