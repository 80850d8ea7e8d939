import { TcpProxy } from "./tcp-proxy.ts";

/**
 * Starts a proxy to a PostgreSQL server. `names` returns the different names of the statements that clients have sent through the proxy. A
 * name that is a hash of its statement is returned as `vk_hash`. `syncs` returns the number of Sync messages. After each Sync message, a
 * client waits for the server.
 */
export async function recordStatementNames(
  databaseUrl: string,
): Promise<{ url: string; names(): string[]; syncs(): number; stop(): Promise<void> }> {
  const url = new URL(databaseUrl);
  let sent = "";
  const proxy = new TcpProxy({
    host: url.hostname,
    port: Number(url.port || 5432),
    onSent: (bytes) => {
      sent += bytes.toString("latin1");
    },
  });
  await proxy.listen();
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  return {
    url: url.href,
    names: () => {
      const found = sent.match(/vk_\w+(?=\0)/g) ?? [];
      return [...new Set(found.map((name) => name.replace(/^vk_[0-9a-f]{32}$/, "vk_hash")))].sort();
    },
    syncs: () => sent.split("S\0\0\0\x04").length - 1,
    stop: () => proxy.cut(),
  };
}
