import { commandPath } from "../proxies/selection.ts";

const TOOLS = ["buildah", "podman", "podman-compose", "runc", "mmdebstrap"];

/**
 * Selects the tests of the image if their tools are installed and this user is root. `line` says whether this run has the tests, and how
 * to install missing tools.
 */
export function selectImage(env: { PATH?: string | undefined }): { missing: string[]; line: string } {
  const missing = TOOLS.filter((name) => commandPath(name, env) === undefined);
  if (process.getuid?.() !== 0) return { missing: ["image"], line: "The image in this run: no; its tests need root" };
  if (missing.length === 0) return { missing: [], line: "The image in this run: yes" };
  const remedy = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  return { missing: ["image"], line: `The image in this run: no; to add it: ${remedy}` };
}
