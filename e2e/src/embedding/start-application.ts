import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startS3Local } from "../../../packages/s3-local/src/index.ts";
import { createValetKey, type Resource, type ValetKey } from "../../../packages/server/src/index.ts";
import { listen } from "../testing/forward.ts";

const CREDENTIALS = { accessKeyId: "AKIDEMBEDDING", secretAccessKey: "3mbedd1ngT3stsOnly0pensN0thing0000000000" };

export type Application = {
  url: string;
  files: ValetKey;
  /** Writes a file into a folder that `close` deletes. Returns the path of the file. */
  write(name: string, content: Uint8Array): Promise<string>;
  close(): Promise<void>;
};

type Options = Pick<Resource, "may" | "mayRequest" | "urlTtlSeconds"> & {
  /** Whether the application has links and file requests. Default: false. */
  hasLinks?: boolean;
  /** The HTML of the application's page at `/`. Default: no page. */
  html?: string;
  /** The scripts of the application by path, such as `/main.js`. */
  scripts?: Record<string, string>;
};

/**
 * Starts an application that embeds the service, with the resource `invoice`. A bearer token of the application is simply a user id. `may`
 * decides who has access to an item.
 */
export async function startApplication({
  html = "",
  scripts = {},
  hasLinks = false,
  ...invoice
}: Options): Promise<Application> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-application-"));
  const bucket = await startS3Local({
    dataDir: join(folder, "bucket"),
    credentials: CREDENTIALS,
    buckets: ["files"],
    cors: { allowedOrigins: ["*"] },
  });
  const server = createServer((request, response) => {
    const script = scripts[request.url ?? ""];
    if (script !== undefined) response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else if (request.url === "/") response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
    else files.node(request, response);
  });
  const url = `http://127.0.0.1:${await listen(server)}/files`;
  const links = { secret: CREDENTIALS.secretAccessKey, baseUrl: url, findUser: (id: string) => ({ id }) };
  const files = await createValetKey({
    bucket: { name: "files", region: "us-east-1", endpoint: bucket.endpoint, credentials: CREDENTIALS },
    database: join(folder, "files.db"),
    user: (request) => ({ id: request.headers.get("authorization")?.slice("Bearer ".length) ?? "nobody" }),
    resources: { invoice },
    ...(hasLinks && { links }),
  });
  return {
    url,
    files,
    async write(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await files.close();
      await bucket.close();
      await rm(folder, { recursive: true });
    },
  };
}
