import { TcpProxy } from "./tcp-proxy.ts";

/**
 * Starts a proxy to a PostgreSQL server. `names` returns the names of the statements that clients have sent through the proxy, without
 * duplicates. `syncs` returns the number of Sync messages. After each Sync message, a client waits for the server.
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
    names: () => [...new Set(sent.match(/vk_[a-z_]+(?=\0)/g))].sort(),
    syncs: () => sent.split("S\0\0\0\x04").length - 1,
    stop: () => proxy.cut(),
  };
}
