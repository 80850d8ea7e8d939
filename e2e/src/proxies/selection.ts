import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The reverse proxies. If a proxy is installed, `<name>.test.ts` in this folder tests it. */
const PROXIES = ["caddy", "haproxy", "nginx"] as const;

/** Selects the installed proxies for this run. `line` lists them, and says how to install the others. */
export function selectProxies(env: { PATH?: string | undefined }): { missing: string[]; line: string } {
  const missing = PROXIES.filter((name) => commandPath(name, env) === undefined);
  const installed = PROXIES.filter((name) => !missing.includes(name));
  const line = `Proxies in this run: ${installed.join(", ") || "none"}`;
  if (missing.length === 0) return { missing: [], line };
  return {
    missing,
    line: `${line}; to add the others: apt-get install -y --no-install-recommends ${missing.join(" ")}`,
  };
}

/** Returns the path of an installed command. Also searches /usr/sbin, where Debian installs proxies, because it is not in every PATH. */
export function commandPath(name: string, env: { PATH?: string | undefined }): string | undefined {
  const files = [...(env.PATH ?? "").split(delimiter), "/usr/sbin"].map((folder) => join(folder, name));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
