import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const blocksOf = (text: string) => [...text.matchAll(/^ *```tsx\n(.*?)^ *```/gms)].map(([, code = ""]) => code);

/** The imports for examples in doc comments, which have no imports of their own. */
const NAMES = `
  import { type ItemFile, openFiles } from "@valetkey/client";
  import { Dropzone, Files, Preview, useDownload, useFileUrl, usePageDrop, usePreview, useUploads, ValetKeyProvider } from "@valetkey/react";
  declare function App(): null;
  declare function add(files: File[]): void;
`;

const documented = readdirSync(import.meta.dirname)
  .filter((name) => /^(?!.*test).*\.tsx?$/.test(name))
  .flatMap((name) => blocksOf(read(`packages/react/src/${name}`).replace(/^ *\* ?/gm, "")))
  .map((code) => NAMES + code);
const ofPages = blocksOf(read("packages/react/README.md"));

describe("the examples of @valetkey/react", () => {
  it("the documentation of @valetkey/react has an example for each hook and component", () => {
    for (const name of [
      "useUploads",
      "useFileUrl",
      "useDownload",
      "usePageDrop",
      "usePreview",
      "<Preview",
      "<Dropzone",
      "<Files",
      "<ValetKeyProvider",
    ]) {
      expect(documented.some((code) => code.slice(NAMES.length).includes(name))).toBe(true);
      expect(ofPages.some((code) => code.includes(name))).toBe(true);
    }
  });

  it("the examples of @valetkey/react pass the type check", async () => {
    const folder = await mkdtemp(join(tmpdir(), "valetkey-react-examples-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    const config = { extends: join(ROOT, "packages/react/tsconfig.json"), include: ["*.tsx"] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    for (const [index, code] of [...documented, ...ofPages].entries()) {
      await writeFile(join(folder, `example-${index}.tsx`), code);
    }
    const args = [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", folder];
    const output = await promisify(execFile)(process.execPath, args).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
    expect(output).toBe("");
  });
});
