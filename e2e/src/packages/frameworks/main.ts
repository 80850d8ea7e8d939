import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPostgres } from "../../../../packages/server/src/testing/database/postgres-global-setup.ts";
import { install, packPackages, run } from "../project.ts";
import { build, linesOf, type Running, start } from "./application.ts";
import { type Result, runChecks } from "./checks.ts";
import { FRAMEWORKS, type Framework } from "./frameworks.ts";

// Checks the published packages in each framework, and prints a table. Arguments: names of frameworks. Default: all frameworks.

const packed = await mkdtemp(join(tmpdir(), "valetkey-packed-"));
const { server, client, presign } = await packPackages(packed);
const names = process.argv.slice(2);
const chosen = FRAMEWORKS.filter(({ name }) => names.length === 0 || names.some((part) => name.startsWith(part)));

console.log("| framework | version | lines | checks |\n|---|---|---|---|");
for (const framework of chosen) {
  const name = `| ${framework.name} | `;
  try {
    const { version, checks, failures } = await check(framework);
    console.log(`${name}${version} | ${await linesOf(framework)} | ${checks - failures.length} of ${checks} |`);
    for (const failure of failures) console.error(`  ${failure.name}: ${failure.reason}`);
    if (failures.length > 0) process.exitCode = 1;
  } catch (error) {
    console.log(`${name}the application does not start |`);
    console.error(error);
    process.exitCode = 1;
  }
}
await rm(packed, { recursive: true });

async function check(framework: Framework) {
  const project = await install([server, client, presign, ...framework.packages]);
  try {
    await build(framework, project.folder);
    const running = await start(framework, project.folder);
    try {
      const { checks, failures } = await checksOf(framework, { running, folder: project.folder });
      if (failures.length > 0) console.error(running.output());
      return { version: await versionOf(framework, project.folder), checks, failures };
    } finally {
      await running.stop();
    }
  } finally {
    await project.remove();
  }
}

type Input = Pick<Running, "routes" | "bucket"> & { postgresUrl: string | undefined; ofPrisma: string };

async function checksOf({ client }: Framework, { running, folder }: { running: Running; folder: string }) {
  const { routes, bucket } = running;
  if (client === undefined) return runChecks(routes);
  const postgres = client.needsPostgres ? await openPostgres() : undefined;
  const input: Input = { routes, bucket, postgresUrl: postgres?.url, ofPrisma: await readAdapter("ofPrisma") };
  try {
    const args = ["run.mjs", JSON.stringify(input), ...client.args];
    return JSON.parse(await run(process.execPath, args, { cwd: folder })) as Result;
  } finally {
    await postgres?.stop?.();
  }
}

/** Returns the code of an adapter in docs/embedding.md for the transactions of another library. */
async function readAdapter(name: string): Promise<string> {
  const page = await readFile(new URL("../../../../docs/embedding.md", import.meta.url), "utf8");
  const [, code] = new RegExp(`^const ${name} = (.*);$`, "m").exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/embedding.md has no ${name}`);
  return code;
}

async function versionOf({ packages: [name] }: Framework, folder: string): Promise<string> {
  if (name === undefined) return process.versions.node;
  const folderOfPackage = name.replace(/(?<=.)@.*/, "");
  return JSON.parse(await readFile(join(folder, "node_modules", folderOfPackage, "package.json"), "utf8")).version;
}
