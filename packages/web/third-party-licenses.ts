import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const RULE = "-".repeat(80);

/** Returns the folders of the packages that contain these files. Skips the files of this repository. */
export function packageFolders(files: Iterable<string>): Set<string> {
  return new Set([...files].flatMap((file) => PACKAGE.exec(file.replaceAll("\\", "/")) ?? []));
}

/**
 * Returns the names and the license texts of packages. A package can have several license texts, for example for a font or a decoder inside
 * the package.
 */
export async function licensesOf(folders: Iterable<string>): Promise<string> {
  const texts = await Promise.all([...folders].map(licenseOf));
  return texts.sort().join(`\n${RULE}\n\n`);
}

async function licenseOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = globSync("{,*/}{LICEN[SC]E,licen[sc]e,Licen[sc]e}*", { cwd: folder });
  const own = files.filter((file) => !file.includes("node_modules")).sort((a, b) => a.length - b.length);
  const texts = own.map(async (file) => {
    const text = (await readFile(join(folder, file), "utf8")).trim();
    // The filename says which part of the package has this license, such as wasm/LICENSE_OPENJPEG.
    return file.includes("/") ? `${file}:\n\n${text}` : text;
  });
  return `${name} ${version} (${license})\n\n${(await Promise.all(texts)).join("\n\n")}\n`;
}
