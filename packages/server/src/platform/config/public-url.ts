import { isIP } from "node:net";
import type { ConfigReader } from "./reader.ts";

export const LOCAL_HOSTS = new Set(["127.0.0.1", "::1", "localhost"]);
const ANY_HOSTS = new Set(["0.0.0.0", "::"]);

export function readPublicUrl(
  reader: ConfigReader,
  { host, port }: { host: string; port: number },
): string | undefined {
  const given = reader.httpUrl("PUBLIC_URL", "https://files.example.com");
  if (given !== undefined) {
    if (new URL(given).pathname !== "/") {
      reader.fault("PUBLIC_URL", "has a path", "Serve Valet Key at the root of a host name, and give that root.");
    }
    return given;
  }
  if (!LOCAL_HOSTS.has(host)) {
    reader.warn(`HOST is ${host} and PUBLIC_URL is not set: links only work on this machine or network.`);
  }
  if (port === 0) return undefined;
  const shown = LOCAL_HOSTS.has(host) || ANY_HOSTS.has(host) ? "localhost" : isIP(host) === 6 ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
